//! Migrations to their statements: each file on its own, in parallel.

use crate::dialect::Engine;
use crate::finding::{Finding, Label, Subject};
use crate::migration::{
    Direction, Migration, OptOut, Part, ReadMigration, Reading, Runner, Sends, SqlText, Statement,
    Version, Wraps,
};
use crate::parallel;
use crate::rules::gate::internal_error;
use crate::source::{FileId, SourceFile, Span};
use crate::sql;
use std::collections::BTreeMap;

/// Reads the migrations of sets, in their order. A migration on which reading panics has no
/// statements and is a finding.
pub fn sets(sets: Vec<(Vec<Migration>, Engine)>) -> Vec<(Vec<ReadMigration>, Vec<Finding>)> {
    let all: Vec<(&Migration, Engine)> = sets
        .iter()
        .flat_map(|(migrations, engine)| migrations.iter().map(|migration| (migration, *engine)))
        .collect();
    let mut results =
        parallel::map(&all, |(migration, engine)| parts(migration, *engine)).into_iter();
    let mut read = |(migrations, engine): (Vec<Migration>, Engine)| {
        let mut findings = Vec::new();
        let read = migrations.into_iter().map(|migration| {
            let result = results.next().flatten().unwrap_or_else(|| {
                findings.push(internal_error(&migration, migration.span, "it read this"));
                sql::Read::default()
            });
            let sql::Read { statements, comments } = result;
            ReadMigration { migration, engine, statements, comments }
        });
        (read.collect(), findings)
    };
    sets.into_iter().map(&mut read).collect()
}

/// Reads the migrations of one set, as [`sets`] does.
pub fn migrations(
    migrations: Vec<Migration>,
    engine: Engine,
) -> (Vec<ReadMigration>, Vec<Finding>) {
    sets(vec![(migrations, engine)]).pop().unwrap_or_default()
}

/// Reads a file that is no migration: a base schema, or one whose comments matter. `None` where
/// reading panics.
pub fn file(file: &SourceFile, id: FileId, engine: Engine) -> Option<ReadMigration> {
    let migration = Migration {
        file: id,
        version: Version::default(),
        title: String::new(),
        direction: Direction::Dump,
        runner: Runner {
            framework: "plain",
            wraps: Wraps::Nothing,
            sends: Sends::Statements,
            alone: OptOut::Never { why: "nothing runs it" },
            refuses_mixed: false,
        },
        body: vec![Part::Sql(SqlText::verbatim(file.text.clone(), 0))],
        span: file.whole(),
    };
    let (mut read, panics) = migrations(vec![migration], engine);
    if panics.is_empty() { read.pop() } else { None }
}

/// Reads the files in which something was found and that hold no migration, each as its set's
/// engine, for what their comments allow: a file that never runs may be meant to.
pub fn strays(
    files: &[SourceFile],
    migrations: &[ReadMigration],
    mut found: BTreeMap<FileId, Engine>,
) -> Vec<ReadMigration> {
    for read in migrations {
        found.remove(&read.migration.file);
    }
    let read = |(id, engine): (FileId, Engine)| file(files.get(id.0 as usize)?, id, engine);
    found.into_iter().filter_map(read).collect()
}

/// The finding for a panic: a gate does not pass because it crashed.
pub fn internal_error(migration: &Migration, span: Span, what: &str) -> Finding {
    let subject = Subject::Migration(migration.version.text.clone());
    let primary = Label { file: migration.file, span, text: String::new() };
    let message = format!("lockgate broke while {what}, so this was not judged");
    let help = "report this to the project, and review the migration by hand";
    let rule = &internal_error::RULE;
    Finding {
        help: Some(help.to_owned()),
        ..Finding::new(rule.id, rule.level, primary, message, subject)
    }
}

fn parts(migration: &Migration, engine: Engine) -> sql::Read {
    let mut all = sql::Read::default();
    for part in &migration.body {
        match part {
            Part::Sql(text) => {
                let read = sql::read(text, engine);
                all.statements.extend(read.statements);
                all.comments.extend(read.comments);
            }
            Part::Unread { span, what } => all.statements.push(Statement {
                span: *span,
                text: String::new(),
                reading: Reading::Unread { why: what.clone(), at: *span },
                changes: Vec::new(),
            }),
        }
    }
    all
}
