//! lockgate decides whether a database schema migration is safe to ship.
//!
//! The modules stand in reading order: text, dialects, migrations, their statements as changes,
//! the catalog they make, findings, rules. [`check`] is the way through all of them.

pub mod cli;
pub mod config;
pub mod dialect;
pub mod docs;
pub mod effects;
pub mod finding;
pub mod frameworks;
pub mod judge;
pub mod migration;
pub mod read;
pub mod replay;
pub mod report;
pub mod rules;
pub mod schema;
pub mod source;
pub mod sql;
pub mod tree;

use config::Config;
use dialect::{Dialect, Engine};
use finding::{Failure, FailureKind};
use frameworks::{Discovery, MigrationSet, Settings};
use judge::date::Date;
use migration::{ReadMigration, Reading};
use replay::Base;
use report::{MigrationLine, Report, Set};
use source::{FileId, SourceFile};
use tree::Tree;

/// All that a verdict depends on.
#[derive(Clone, Copy, Debug)]
pub struct Input<'a> {
    /// Where the migrations are.
    pub tree: &'a dyn Tree,
    /// The config, flags merged in.
    pub config: &'a Config,
    /// SQL of the schema that stood before the first migration.
    pub schema: Option<&'a SourceFile>,
    /// One file came without the migrations before it: older tables may exist that nobody showed.
    pub alone: bool,
    /// The day against which allows expire.
    pub today: Date,
}

/// Finds the migrations, reads them, replays each set on its schema, runs the rules, and judges
/// what they found.
///
/// Depends on nothing but its input, and fails nowhere: what could not be done is in the report.
pub fn check(input: &Input<'_>) -> Report {
    let config = input.config;
    let found = frameworks::discover(input.tree, &settings(config));
    let mut failures = failures(&found);
    let paths: Vec<String> = found.files.iter().map(|file| file.path.clone()).collect();
    let mut findings = Vec::new();
    let mut all = Vec::new();
    let mut report = Report {
        fail_on: config.fail_on.unwrap_or_default(),
        promise: config.promise.unwrap_or_default(),
        deploy: config.deploy,
        ..Report::default()
    };
    let dialect = config.dialect.unwrap_or_else(|| Dialect::new(Engine::Postgres));
    let schema = input.schema.map(|file| base_schema(file, dialect)).transpose();
    let schema = schema.unwrap_or_else(|failure| {
        failures.push(failure);
        None
    });
    let (sets, others) = of_dialect(found.sets, dialect.engine, config.dialect.is_some());
    for (set, database) in others {
        if config.dialect.is_some() {
            report.left_out.push(Set::new(&set, Some(database)));
        } else {
            failures.push(other_database(&set, database, &paths));
        }
    }
    for set in sets {
        let set_line = Set::new(&set, None);
        findings.extend(set.findings);
        let (mut migrations, panics) = read::migrations(set.migrations, dialect.engine);
        sql::calls::resolve_calls(&mut migrations);
        findings.extend(panics);
        let base = base(schema.as_ref(), dialect, input.alone, set.incomplete.is_some());
        findings.extend(rules::run::set(&migrations, dialect, base, &paths));
        let index = report.sets.len();
        let lines = migrations.iter().map(|read| {
            let transaction = replay::transaction_of(read, dialect);
            MigrationLine::new(index, read, transaction, &found.files)
        });
        report.migrations.extend(lines);
        report.sets.push(set_line);
        all.extend(migrations);
    }
    if failures.is_empty() && report.left_out.is_empty() && holds_nothing(input, &all) {
        failures.push(nothing_to_check(input.alone));
    }
    all.extend(read::strays(&found.files, &all, &findings));
    report.findings = judge::judge(findings, &found.files, &all, config, input.today);
    Report { files: found.files, failures, ..report }
}

/// Whether nothing was checked: no migration, or an empty text by itself.
fn holds_nothing(input: &Input<'_>, migrations: &[ReadMigration]) -> bool {
    migrations.is_empty()
        || (input.alone && migrations.iter().all(|read| read.migration.span.is_empty()))
}

fn nothing_to_check(alone: bool) -> Failure {
    let (path, message) = match alone {
        true => ("-", "the text that was given is empty"),
        false => (".", "no file that was given is a migration; `--notes` shows why"),
    };
    Failure { kind: FailureKind::NoMigration, ..Failure::new(path, message) }
}

fn settings(config: &Config) -> Settings {
    Settings {
        framework: config.framework.as_ref().map(|framework| framework.value.clone()),
        placeholders: config.placeholders.clone(),
        engine: config.dialect.map(|dialect| dialect.engine),
    }
}

/// The sets of this engine, and the others with the name of their database. Where the user
/// stated the engine and no set looks like it, all are taken for it: looks count for less.
fn of_dialect(
    sets: Vec<MigrationSet>,
    engine: Engine,
    stated: bool,
) -> (Vec<MigrationSet>, Vec<(MigrationSet, &'static str)>) {
    let other = |set: &MigrationSet| match (set.other_database, set.engine) {
        (Some(other), _) => Some(other),
        (None, set_engine) => set_engine.filter(|it| *it != engine).map(Engine::title),
    };
    if stated && sets.iter().all(|set| other(set).is_some()) {
        return (sets, Vec::new());
    }
    let (mut ours, mut others) = (Vec::new(), Vec::new());
    for set in sets {
        match other(&set) {
            Some(database) => others.push((set, database)),
            None => ours.push(set),
        }
    }
    (ours, others)
}

/// The failure for a set that nobody said is PostgreSQL and that looks like something else.
fn other_database(set: &MigrationSet, database: &str, paths: &[String]) -> Failure {
    let first = set.migrations.first().and_then(|first| paths.get(first.file.0 as usize));
    let message = format!(
        "{} here look like {database}, and lockgate reads PostgreSQL in this version; \
         `--dialect postgres` leaves them out where there are others, and reads them as \
         PostgreSQL where there are none",
        report::count(set.migrations.len(), "migration"),
    );
    Failure::new(first.unwrap_or(&set.root), message)
}

/// The statements of the base schema.
fn base_schema(file: &SourceFile, dialect: Dialect) -> Result<ReadMigration, Failure> {
    let understood = |it: &migration::Statement| it.reading == Reading::Understood;
    match read::file(file, FileId(u32::MAX), dialect.engine) {
        None => Err(Failure::new(&file.path, "lockgate broke while it read this schema")),
        Some(read) if !read.statements.iter().any(understood) => Err(Failure::new(
            &file.path,
            "holds no statement of a schema that lockgate understands",
        )),
        Some(read) => Ok(read),
    }
}

/// What stood before a set: the schema that was given, or nothing as far as that is known.
fn base(schema: Option<&ReadMigration>, dialect: Dialect, alone: bool, incomplete: bool) -> Base {
    match schema {
        Some(dump) => {
            let base = Base::schema(std::slice::from_ref(dump), dialect);
            Base { complete: !incomplete, ..base }
        }
        None => Base::empty(dialect, !alone && !incomplete),
    }
}

fn failures(found: &Discovery) -> Vec<Failure> {
    let broken = found.errors.iter().map(|error| Failure::new(&error.path, &error.message));
    let empty = found.empty.iter().map(|path| Failure {
        kind: FailureKind::NoMigration,
        ..Failure::new(path, "holds no migration that lockgate knows")
    });
    broken.chain(empty).collect()
}
