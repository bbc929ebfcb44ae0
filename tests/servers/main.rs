//! The proof that replay is right: migrations are applied to a real server as their framework would,
//! what lockgate's replay made of them is written as canonical SQL and applied to another database,
//! and the two are compared object by object through the system catalogs.
//!
//! Without arguments: the shipped fixtures. With paths (`scripts/prove PATH...`): those. The exit
//! code is 0 where nothing differs, 1 where something does, 2 where it could not run: a machine
//! without a server fails, it never skips.

// It is a program of its own: it reports what it did where the harness of tests would.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod apply;
mod cluster;
mod compare;
mod fixes;
#[path = "../effects/forms.rs"]
mod forms;
#[path = "../fix/projects.rs"]
mod projects;
mod recombined;
#[path = "../effects/said.rs"]
mod said;
mod statistics;
mod types;

use apply::apply;
use cluster::Cluster;
use compare::Counts;
use lockgate::dialect::{Dialect, Engine};
use lockgate::frameworks::{self, MigrationSet, Settings};
use lockgate::migration::{Direction, ReadMigration};
use lockgate::replay::{self, Base};
use lockgate::schema::canonical;
use lockgate::schema::catalog::Catalog;
use lockgate::source::{FileId, SourceFile};
use lockgate::tree::WorkTree;
use recombined::Draw;
use std::path::PathBuf;
use std::process::ExitCode;

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

/// What the command line says.
struct Arguments {
    dialect: Dialect,
    settings: Settings,
    /// SQL that stood before the first migration.
    schema: Option<PathBuf>,
    paths: Vec<PathBuf>,
    /// Recombined forms alone.
    recombined: Option<Draw>,
}

/// What `cargo test` draws.
const DRAW: Draw = Draw { seed: 1, forms: 200 };

fn arguments() -> Result<Arguments, String> {
    let mut read = Arguments {
        dialect: Dialect::new(Engine::Postgres),
        settings: Settings::default(),
        schema: None,
        paths: Vec::new(),
        recombined: None,
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--dialect" => {
                let value = arguments.next().ok_or("--dialect takes ENGINE@VERSION")?;
                read.dialect = value.parse()?;
            }
            "--framework" => {
                let name = arguments.next().ok_or("--framework takes a name")?;
                read.settings.framework = Some(name);
            }
            "--placeholder" => {
                let pair = arguments.next().unwrap_or_default();
                let (name, value) = pair.split_once('=').ok_or("--placeholder takes NAME=VALUE")?;
                read.settings.placeholders.insert(name.to_owned(), value.to_owned());
            }
            "--schema" => {
                let file = arguments.next().ok_or("--schema takes a file")?;
                read.schema = Some(PathBuf::from(file));
            }
            "--recombined" => {
                let pair = arguments.next().unwrap_or_default();
                let numbers = pair.split_once(':').and_then(|(seed, forms)| {
                    Some(Draw { seed: seed.parse().ok()?, forms: forms.parse().ok()? })
                });
                read.recombined = Some(numbers.ok_or("--recombined takes SEED:FORMS")?);
            }
            // What `cargo test` hands to every target.
            flag if flag.starts_with('-') => {}
            path => read.paths.push(PathBuf::from(path)),
        }
    }
    match read.dialect.engine {
        Engine::Postgres => Ok(read),
        other => Err(format!("{other:?} is not proven yet: the dialect is postgres@VERSION")),
    }
}

/// The first major that takes all of tests/servers/kinds.
const KINDS_SINCE: u16 = 15;

fn run() -> Result<usize, String> {
    let Arguments { dialect, mut settings, schema, mut paths, recombined } = arguments()?;
    let shipped = paths.is_empty();
    if shipped {
        let fixtures = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures");
        let entries = std::fs::read_dir(&fixtures).map_err(|error| format!("fixtures: {error}"))?;
        paths.extend(entries.flatten().map(|entry| entry.path()));
        paths.sort();
    }
    let kinds = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/servers/kinds");
    let major = dialect.versions_stated.then_some(dialect.versions.max.major);
    let cluster = Cluster::start(major)?;
    if let Some(draw) = recombined {
        return Ok(recombined::prove(&cluster, &draw)? + types::prove(&cluster)?);
    }
    settings.engine = (!shipped).then_some(Engine::Postgres);
    let schema = schema.map(|path| {
        let text = std::fs::read_to_string(&path);
        text.map_err(|error| format!("{}: {error}", path.display()))
    });
    let run = Run { cluster, dialect, settings, schema: schema.transpose()? };
    let mut total = Counts::default();
    for path in &paths {
        prove(&run, path, &mut total)?;
    }
    if shipped && run.cluster.major >= KINDS_SINCE {
        let before = total.refused;
        prove(&run, &kinds, &mut total)?;
        if total.refused > before {
            return Err("tests/servers/kinds holds what the server refuses".to_owned());
        }
        // Older servers count writes a moment after they happened.
        statistics::prove(&run.cluster, &mut total)?;
    }
    if shipped {
        fixes::prove(&run.cluster, run.dialect, &mut total)?;
    }
    for (kind, (compared, differ)) in &total.kinds {
        println!("{kind}: {compared} compared, {differ} differ");
    }
    if total.refused > 0 {
        println!("{} migrations were refused by the server, and left out here too", total.refused);
    }
    let drawn = match shipped {
        true => recombined::prove(&run.cluster, &DRAW)? + types::prove(&run.cluster)?,
        false => 0,
    };
    let (compared, differ) = total.sum();
    if compared == 0 {
        return Err("nothing was compared".to_owned());
    }
    println!("{compared} compared, {differ} differ");
    Ok(differ + drawn)
}

struct Run {
    cluster: Cluster,
    dialect: Dialect,
    settings: Settings,
    schema: Option<String>,
}

/// Compares each set of PostgreSQL migrations below a path.
fn prove(run: &Run, path: &PathBuf, total: &mut Counts) -> Result<(), String> {
    let Run { cluster, dialect, settings, schema } = run;
    let dialect = *dialect;
    let shown = path.display();
    let tree =
        WorkTree::new(std::slice::from_ref(path)).map_err(|error| format!("{shown}: {error}"))?;
    let found = frameworks::discover(&tree, settings);
    if let Some(error) = found.errors.first() {
        return Err(format!("{}: {}", error.path, error.message));
    }
    let ours = |set: &&MigrationSet| {
        set.other_database.is_none() && set.engine.is_none_or(|engine| engine == Engine::Postgres)
    };
    for set in found.sets.iter().filter(ours) {
        let migrations: Vec<_> =
            set.migrations.iter().filter(|it| runs(it.direction)).cloned().collect();
        let (mut read, _) = lockgate::read::migrations(migrations, Engine::Postgres);
        if let Some(schema) = schema {
            let file = SourceFile::new("schema", schema);
            let base = lockgate::read::file(&file, FileId(u32::MAX), Engine::Postgres);
            read.splice(0..0, base);
        }
        lockgate::sql::calls::resolve_calls(&mut read);
        println!("{shown}: {} {}, PostgreSQL {}", set.framework, set.root, cluster.major);
        let applied = apply(cluster, read, dialect, &found.files)?;
        total.refused += applied.refused;
        let catalog = replay::replay(&applied.migrations, dialect, Base::empty(dialect, true)).end;
        let sql = canonical::sql(&catalog);
        cluster.create_database("replayed")?;
        let errors = cluster.apply_past_errors("replayed", &sql)?;
        total.add("canonical SQL", errors.len() + 1, errors.len());
        errors.iter().for_each(|error| println!("  canonical SQL: {error}"));
        if let Some((first, second)) = read_again(&sql, &catalog, dialect) {
            total.add("canonical SQL", 1, 1);
            println!("  canonical SQL, read again: {second}\n    was: {first}");
        }
        compare::compare(cluster, total)?;
    }
    Ok(())
}

fn runs(direction: Direction) -> bool {
    matches!(direction, Direction::Up | Direction::Repeatable | Direction::Dump)
}

/// Canonical SQL is canonical: what it makes is written the same. Else the first statement that is
/// not, both ways.
fn read_again(sql: &str, catalog: &Catalog, dialect: Dialect) -> Option<(String, String)> {
    let file = SourceFile::new("canonical.sql", sql);
    let read: Vec<ReadMigration> =
        lockgate::read::file(&file, FileId(0), catalog.engine()).into_iter().collect();
    let again = replay::replay(&read, dialect, Base::empty(dialect, true)).end;
    let (first, second) = (canonical::definitions(catalog), canonical::definitions(&again));
    let longest = first.len().max(second.len());
    let at = |all: &[canonical::Definition], index: usize| {
        all.get(index).map_or_else(|| "nothing".to_owned(), |it| it.sql.clone())
    };
    (0..longest)
        .map(|index| (at(&first, index), at(&second, index)))
        .find(|(first, second)| first != second)
}
