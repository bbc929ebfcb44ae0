//! Migrations to their statements: each file on its own, in parallel.

use crate::dialect::Engine;
use crate::finding::{Finding, Label, Subject};
use crate::migration::{
    Direction, Migration, OptOut, Part, ReadMigration, Reading, Runner, Sends, SqlText, Statement,
    Version, Wraps,
};
use crate::rules::gate::internal_error;
use crate::source::{FileId, SourceFile, Span};
use crate::sql;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Deep nesting is read by recursion.
const STACK_BYTES: usize = 64 * 1024 * 1024;

/// Reads the migrations of sets, in their order. A migration on which reading panics has no
/// statements and is a finding.
pub fn sets(sets: Vec<(Vec<Migration>, Engine)>) -> Vec<(Vec<ReadMigration>, Vec<Finding>)> {
    let all: Vec<(&Migration, Engine)> = sets
        .iter()
        .flat_map(|(migrations, engine)| migrations.iter().map(|migration| (migration, *engine)))
        .collect();
    let mut results =
        in_parallel(&all, |(migration, engine)| parts(migration, *engine)).into_iter();
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

/// Maps items on as many threads as there are processors; the results are in the items' order.
/// `None` stands for an item on which `map` panicked, or for which the system gave no thread.
pub fn in_parallel<T: Sync, R: Send>(items: &[T], map: impl Fn(&T) -> R + Sync) -> Vec<Option<R>> {
    let next = AtomicUsize::new(0);
    let results: Vec<Mutex<Option<R>>> = items.iter().map(|_| Mutex::new(None)).collect();
    let work = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let (Some(item), Some(slot)) = (items.get(index), results.get(index)) else { break };
            let result = catch_unwind(AssertUnwindSafe(|| map(item)));
            if let (Ok(result), Ok(mut slot)) = (result, slot.lock()) {
                *slot = Some(result);
            }
        }
    };
    let threads = thread::available_parallelism().map_or(1, usize::from).min(items.len());
    thread::scope(|scope| {
        for _ in 0..threads {
            // Where the system gives no thread, its items stay `None` and become findings.
            let _ = thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, work);
        }
    });
    results.into_iter().map(|slot| slot.into_inner().unwrap_or(None)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_keep_the_order_of_their_items() {
        let items: Vec<usize> = (0..1000).collect();
        let doubled = in_parallel(&items, |item| item * 2);
        assert!(doubled.into_iter().map(Option::unwrap).eq((0..1000).map(|item| item * 2)));
        assert!(in_parallel(&[] as &[u8], |item| *item).is_empty());
    }
}
