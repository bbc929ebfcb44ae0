//! `lint --fix` on a server: what was fixed makes the schema that it made before, and while it works
//! others write.

use crate::apply::apply;
use crate::cluster::{Cluster, How};
use crate::compare::{Counts, compare};
use crate::projects::projects;
use crate::runs;
use lockgate::Input;
use lockgate::config::Config;
use lockgate::date::Date;
use lockgate::dialect::{Dialect, Engine};
use lockgate::fix::{Fixed, fix};
use lockgate::frameworks::{self, Settings};
use lockgate::migration::ReadMigration;
use lockgate::source::SourceFile;
use lockgate::tree::{Memory, Overlay, Tree};
use std::time::{Duration, Instant};

const DATABASE: &str = "migrated";

/// How long to wait for a session to get where it goes.
const PATIENCE: Duration = Duration::from_secs(30);

/// Applies each project as it is and as it was fixed, and compares the two; then watches the locks.
pub fn prove(cluster: &Cluster, dialect: Dialect, total: &mut Counts) -> Result<(), String> {
    for project in projects() {
        println!("fix: {}", project.name);
        let tree = Memory::new(project.files);
        let fixed = fixed(&tree);
        let mut after = Overlay::new(&tree);
        fixed.files.iter().for_each(|file| after.write(&file.path, &file.after));
        let refused = apply_all(cluster, &tree, dialect)?;
        cluster.copy_database(DATABASE, "replayed")?;
        let refused = refused + apply_all(cluster, &after, dialect)?;
        if refused > 0 {
            return Err(format!("{}: the server refuses a migration", project.name));
        }
        compare(cluster, total)?;
    }
    for watched in WATCHED {
        watch(cluster, dialect, watched)?;
        total.add("fix under watch", 1, 0);
    }
    Ok(())
}

fn fixed(tree: &dyn Tree) -> Fixed {
    let config = Config::default();
    let today = Date::from_unix_seconds(0);
    let input = Input {
        tree,
        config: &config,
        schema: None,
        statistics: None,
        alone: false,
        today,
        evidence: None,
        policies: None,
        merged: None,
    };
    fix(&input, &|_| Ok(()))
}

fn reads(tree: &dyn Tree) -> (Vec<ReadMigration>, Vec<SourceFile>) {
    let found = frameworks::discover(tree, &Settings::default());
    let migrations = found.sets.into_iter().flat_map(|set| set.migrations);
    let migrations = migrations.filter(|it| runs(it.direction)).collect();
    (lockgate::read::migrations(migrations, Engine::Postgres).0, found.files)
}

fn apply_all(cluster: &Cluster, tree: &dyn Tree, dialect: Dialect) -> Result<usize, String> {
    let (reads, files) = reads(tree);
    Ok(apply(cluster, reads, dialect, &files)?.refused)
}

/// A statement that locked, and what another session holds while the two versions of it run.
struct Watched {
    statement: &'static str,
    /// What makes them wait at the place where they work.
    held: &'static str,
}

const TABLES: &str = "CREATE TABLE customers (id bigint PRIMARY KEY); \
                      CREATE TABLE orders (id bigint PRIMARY KEY, customer bigint, total int); \
                      CREATE INDEX orders_total ON orders (total);";

/// A build waits for all who have written; the others wait for who holds what they need.
const WROTE: &str = "INSERT INTO orders (id) VALUES (1)";
const LOCKED: &str = "LOCK TABLE orders IN SHARE UPDATE EXCLUSIVE MODE";

const WATCHED: &[Watched] = &[
    Watched { statement: "CREATE INDEX i ON orders (customer);", held: WROTE },
    Watched { statement: "CREATE UNIQUE INDEX ON orders (customer, total);", held: WROTE },
    Watched { statement: "DROP INDEX orders_total;", held: WROTE },
    Watched { statement: "REINDEX TABLE orders;", held: WROTE },
    Watched {
        statement: "ALTER TABLE orders ADD CONSTRAINT c FOREIGN KEY (customer) REFERENCES customers;",
        held: LOCKED,
    },
    Watched { statement: "ALTER TABLE orders ADD CHECK (total > 0);", held: LOCKED },
    Watched { statement: "ALTER TABLE orders ALTER total SET NOT NULL;", held: LOCKED },
];

/// Nobody can write while the statement waits or works; once it is fixed everybody can, and no lock
/// is asked for that is stronger than SHARE UPDATE EXCLUSIVE.
fn watch(cluster: &Cluster, dialect: Dialect, watched: &Watched) -> Result<(), String> {
    let Watched { statement, held } = watched;
    println!("fix: {statement}");
    let tree = Memory::new([("1_tables.up.sql", TABLES), ("2_change.up.sql", *statement)]);
    let base = Memory::new([("1_tables.up.sql", TABLES)]);
    apply_all(cluster, &base, dialect)?;
    let seen = beside(cluster, held, statement)?;
    if !seen.written.is_err_and(|error| error.contains("lock timeout")) {
        return Err(format!("{statement} lets others write: there is nothing to fix"));
    }
    let fixed = fixed(&tree);
    let mut after = Overlay::new(&tree);
    fixed.files.iter().for_each(|file| after.write(&file.path, &file.after));
    apply_all(cluster, &base, dialect)?;
    // What is left at the old place takes its lock for a moment and works on nothing.
    let (migrations, _) = reads(&after);
    let mut worked = false;
    for statement in migrations.iter().skip(1).flat_map(|read| &read.statements) {
        if !works(&statement.text) {
            cluster.apply(DATABASE, &statement.text, How::Statements)?;
            continue;
        }
        worked = true;
        let seen = beside(cluster, held, &statement.text)?;
        seen.written
            .map_err(|error| format!("{}: others cannot write: {error}", statement.text))?;
        let mild =
            ["AccessShareLock", "RowShareLock", "RowExclusiveLock", "ShareUpdateExclusiveLock"];
        if let Some(mode) = seen.modes.iter().find(|mode| !mild.contains(&mode.as_str())) {
            return Err(format!("{} asks for {mode}", statement.text));
        }
    }
    if worked { Ok(()) } else { Err(format!("{statement} was not fixed")) }
}

/// Whether a statement reads, builds, or waits for others: not a DROP of what is not there.
fn works(statement: &str) -> bool {
    let there = !statement.contains("DROP INDEX") || statement.contains("orders_total");
    (statement.contains("CONCURRENTLY") && there) || statement.contains("VALIDATE CONSTRAINT")
}

/// What was seen while one session held something and another one ran a statement.
struct Seen {
    /// The locks on the table that the statement had or waited for.
    modes: Vec<String>,
    /// Whether a third session could write.
    written: Result<(), String>,
}

fn beside(cluster: &Cluster, held: &str, statement: &str) -> Result<Seen, String> {
    let mut holder = cluster.session(DATABASE)?;
    holder
        .send(&format!("SET application_name = 'holder'; BEGIN; {held}; SELECT 'held' AS held;"))?;
    until(cluster, "application_name = 'holder' AND state = 'idle in transaction'")?;
    std::thread::scope(|scope| {
        let migration = format!("SET application_name = 'migration';\n{statement};\n");
        let migration = scope.spawn(move || cluster.apply(DATABASE, &migration, How::Statements));
        let waits = until(cluster, "application_name = 'migration' AND wait_event_type = 'Lock'");
        let modes = cluster.rows(
            DATABASE,
            "SELECT DISTINCT mode FROM pg_locks JOIN pg_stat_activity USING (pid) \
             WHERE application_name = 'migration' AND relation = 'orders'::regclass",
        );
        let write = "SET lock_timeout = '1s'; INSERT INTO orders (id, total) \
                     SELECT coalesce(max(id), 1) + 1, 1 FROM orders;";
        let written = cluster.apply(DATABASE, write, How::Statements);
        holder.send("ROLLBACK;")?;
        holder.end()?;
        let migrated = migration.join().map_err(|_| "the migration's thread broke")?;
        waits?;
        migrated.map_err(|error| format!("{statement}: {error}"))?;
        Ok(Seen { modes: modes?, written })
    })
}

/// Waits until a session is seen.
fn until(cluster: &Cluster, condition: &str) -> Result<(), String> {
    let query = format!("SELECT 1 FROM pg_stat_activity WHERE {condition}");
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        if !cluster.rows("postgres", &query)?.is_empty() {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Err(format!("no session came where {condition}"))
}
