//! The proof that replay is right: migrations are applied to a real server as their framework would,
//! what lockgate's replay made of them is written as canonical SQL and applied to another database,
//! and the two are compared object by object through the system catalogs.
//!
//! Without arguments: the shipped fixtures. With paths (`scripts/prove PATH...`): those.

// It is a program of its own: it reports what it did where the harness of tests would.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod cluster;

use cluster::{Cluster, How};
use lockgate::dialect::{Dialect, Engine};
use lockgate::frameworks::{self, MigrationSet, Settings};
use lockgate::migration::{Direction, Part, ReadMigration};
use lockgate::replay::{self, Base};
use lockgate::schema::canonical;
use lockgate::source::SourceFile;
use lockgate::tree::WorkTree;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::ExitCode;

const COMPARE: &str = include_str!("compare.sql");

/// What was compared, by kind of object: how many, and how many differ.
type Counts = BTreeMap<String, (usize, usize)>;

fn main() -> ExitCode {
    match run() {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::from(1),
        Err(message) => {
            eprintln!("servers: {message}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<usize, String> {
    let mut dialect = Dialect::new(Engine::Postgres);
    let mut paths = Vec::new();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--dialect" => {
                let value = arguments.next().ok_or("--dialect takes ENGINE@VERSION")?;
                dialect = value.parse()?;
            }
            // What `cargo test` hands to every target.
            flag if flag.starts_with('-') => {}
            path => paths.push(PathBuf::from(path)),
        }
    }
    let shipped = paths.is_empty();
    if shipped {
        let entries =
            std::fs::read_dir("fixtures").map_err(|error| format!("fixtures: {error}"))?;
        paths.extend(entries.flatten().map(|entry| entry.path()));
        paths.sort();
    }
    let major = dialect.versions_stated.then_some(dialect.versions.max.major);
    let cluster = Cluster::start(major)?;
    let mut total = Counts::new();
    for path in &paths {
        prove(&cluster, path, dialect, shipped, &mut total)?;
    }
    for (kind, (compared, differ)) in &total {
        println!("{kind}: {compared} compared, {differ} differ");
    }
    let sum = |pick: fn(&(usize, usize)) -> usize| total.values().map(pick).sum::<usize>();
    let (compared, differ) = (sum(|it| it.0), sum(|it| it.1));
    if compared == 0 {
        return Err("nothing was compared".to_owned());
    }
    println!("{compared} compared, {differ} differ");
    Ok(differ)
}

/// Compares each set of PostgreSQL migrations below a path.
fn prove(
    cluster: &Cluster,
    path: &PathBuf,
    dialect: Dialect,
    shipped: bool,
    total: &mut Counts,
) -> Result<(), String> {
    let shown = path.display();
    let tree =
        WorkTree::new(std::slice::from_ref(path)).map_err(|error| format!("{shown}: {error}"))?;
    let found = frameworks::discover(&tree, &Settings::default());
    if let Some(error) = found.errors.first() {
        return Err(format!("{}: {}", error.path, error.message));
    }
    let ours = |set: &MigrationSet| {
        set.other_database.is_none()
            && (set.engine.is_none_or(|engine| engine == Engine::Postgres)
                || !shipped && found_one(&found.sets))
    };
    let (files, sets) = (&found.files, &found.sets);
    for set in sets.iter().filter(|set| ours(set)) {
        let migrations: Vec<_> =
            set.migrations.iter().filter(|it| runs(it.direction)).cloned().collect();
        let (mut read, _) = lockgate::read::migrations(migrations, Engine::Postgres);
        lockgate::sql::calls::resolve_calls(&mut read);
        println!("{shown}: {} {}, PostgreSQL {}", set.framework, set.root, cluster.major);
        let read = apply(cluster, read, dialect, files)?;
        let replayed = replay::replay(&read, dialect, Base::empty(dialect, true));
        cluster.create_database("replayed")?;
        let sql = canonical::sql(&replayed.end);
        if let Err(error) = cluster.apply("replayed", &sql, How::Statements) {
            println!("  canonical SQL: {error}");
            let kind = total.entry("canonical SQL".to_owned()).or_default();
            *kind = (kind.0 + 1, kind.1 + 1);
        }
        compare(cluster, total)?;
    }
    Ok(())
}

/// One set alone is taken for PostgreSQL whatever it looks like: the path was given by hand.
fn found_one(sets: &[MigrationSet]) -> bool {
    sets.len() == 1
}

fn runs(direction: Direction) -> bool {
    matches!(direction, Direction::Up | Direction::Repeatable | Direction::Dump)
}

/// Applies migrations as their framework does; roles that they take for granted are made, each as the
/// server misses it. What the server refuses leaves nothing behind, and is taken out.
fn apply(
    cluster: &Cluster,
    migrations: Vec<ReadMigration>,
    dialect: Dialect,
    files: &[SourceFile],
) -> Result<Vec<ReadMigration>, String> {
    cluster.create_database("migrated")?;
    let mut applied = Vec::new();
    let mut pending = String::new();
    for read in migrations {
        let parts = read.migration.body.iter().map(|part| match part {
            Part::Sql(sql) => format!("{}\n", sql.text),
            Part::Unread { .. } => String::new(),
        });
        let sql: String = parts.collect();
        let how = match replay::transaction_of(&read, dialect) {
            "explicit" => How::OneTransaction,
            "implicit" => How::OneMessage,
            "all-pending" => {
                pending.push_str(&sql);
                applied.push(read);
                continue;
            }
            _ => How::Statements,
        };
        match with_roles(cluster, &sql, how) {
            Ok(()) => applied.push(read),
            Err(error) => {
                let path = files.get(read.migration.file.0 as usize).map_or("", |it| &it.path);
                println!("  refused: {path}: {error}");
            }
        }
    }
    with_roles(cluster, &pending, How::OneTransaction)?;
    Ok(applied)
}

fn with_roles(cluster: &Cluster, sql: &str, how: How) -> Result<(), String> {
    let mut made = BTreeSet::new();
    loop {
        let Err(error) = cluster.apply("migrated", sql, how) else { return Ok(()) };
        let role = error.split_once("role \"").and_then(|(_, rest)| rest.split_once("\" does not"));
        match role {
            Some((role, _)) if made.insert(role.to_owned()) => {
                cluster.apply("postgres", &format!("CREATE ROLE \"{role}\""), How::Statements)?;
            }
            _ => return Err(error),
        }
    }
}

fn compare(cluster: &Cluster, total: &mut Counts) -> Result<(), String> {
    let facts = |database| -> Result<BTreeMap<String, BTreeMap<String, String>>, String> {
        let mut facts: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
        for row in cluster.rows(database, COMPARE)? {
            let mut cells = row.splitn(3, '\t').map(str::to_owned);
            let (kind, name) = (cells.next().unwrap_or_default(), cells.next().unwrap_or_default());
            facts.entry(kind).or_default().insert(name, cells.next().unwrap_or_default());
        }
        Ok(facts)
    };
    let (server, replay) = (facts("migrated")?, facts("replayed")?);
    let kinds: BTreeSet<&String> = server.keys().chain(replay.keys()).collect();
    let none = BTreeMap::new();
    for kind in kinds {
        let (ours, theirs) = (replay.get(kind).unwrap_or(&none), server.get(kind).unwrap_or(&none));
        let names: BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
        let counts = total.entry(kind.clone()).or_default();
        for name in names {
            counts.0 += 1;
            if ours.get(name) == theirs.get(name) {
                continue;
            }
            counts.1 += 1;
            println!("  {kind} {name}");
            println!("    server: {}", theirs.get(name).map_or("absent", String::as_str));
            println!("    replay: {}", ours.get(name).map_or("absent", String::as_str));
        }
    }
    Ok(())
}
