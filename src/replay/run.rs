//! The loop over migrations and statements.

use super::apply::Apply;
use super::transaction::{Block, Transaction};
use super::{Difference, Missing};
use crate::dialect::Engine;
use crate::migration::{
    Context, Direction, LocatedChange, ReadMigration, Reading, Statement, Wraps,
};
use crate::schema::catalog::Catalog;
use crate::schema::change::{Change, TableAction};
use crate::schema::knowledge::Tick;
use std::collections::BTreeMap;

/// What replaying one migration left behind.
#[derive(Debug)]
pub(super) struct Run {
    /// The catalog when it began.
    pub start: Catalog,
    /// Its statements.
    pub records: Vec<Record>,
}

/// What replaying one statement left behind.
#[derive(Debug)]
pub(super) struct Record {
    pub before: Catalog,
    pub after: Catalog,
    pub differences: Vec<Difference>,
    pub transaction: Transaction,
}

/// One pass over all migrations.
pub(super) struct Pass {
    pub runs: Vec<Run>,
    pub end: Catalog,
    pub missing: Option<Missing>,
    tick: Tick,
}

impl Pass {
    /// Replays all migrations, downs last; to the first that misses something, if that is `wanted`:
    /// then there is another pass.
    pub(super) fn new(migrations: &[ReadMigration], base: Catalog, wanted: bool) -> Self {
        let mut empty = Catalog::new(base.engine(), true);
        empty.defaults = base.defaults.clone();
        let mut pass = Self { runs: Vec::new(), tick: base.tick, end: base, missing: None };
        let mut runs: BTreeMap<usize, Run> = BTreeMap::new();
        // The catalog after each version, for its way back.
        let mut ends: BTreeMap<Vec<String>, Catalog> = BTreeMap::new();
        for (index, read) in migrations.iter().enumerate() {
            let migration = &read.migration;
            let run = match migration.direction {
                Direction::Down => continue,
                Direction::Baseline if has_versions_up_to(migrations, read) => {
                    pass.migration(Some(index), read, empty.clone()).0
                }
                Direction::Up | Direction::Repeatable | Direction::Baseline | Direction::Dump => {
                    let (run, apply) = pass.migration(Some(index), read, pass.end.clone());
                    pass.missing = pass.missing.or(apply.missing);
                    if wanted && pass.missing.is_some() {
                        return pass;
                    }
                    pass.end = apply.catalog;
                    ends.insert(migration.version.key.clone(), pass.end.clone());
                    run
                }
            };
            runs.insert(index, run);
        }
        let downs = migrations.iter().enumerate();
        for (index, read) in downs.filter(|(_, it)| it.migration.direction == Direction::Down) {
            let start = ends.get(&read.migration.version.key).unwrap_or(&pass.end).clone();
            let (run, _) = pass.migration(Some(index), read, start);
            runs.insert(index, run);
        }
        pass.runs = runs.into_values().collect();
        pass
    }

    /// Replays the statements of a base schema.
    pub(super) fn base(migrations: &[ReadMigration], empty: Catalog) -> Catalog {
        let mut pass = Self { runs: Vec::new(), end: empty, missing: None, tick: 0 };
        for read in migrations {
            let (_, apply) = pass.migration(None, read, pass.end.clone());
            pass.end = apply.catalog;
        }
        pass.end
    }

    fn migration(
        &mut self,
        index: Option<usize>,
        read: &ReadMigration,
        mut start: Catalog,
    ) -> (Run, Apply) {
        start.tick = self.tick;
        let mut apply = Apply::new(start.clone(), index, read.migration.file);
        let mut block = Block::new(read, &start);
        let mut records = Vec::with_capacity(read.statements.len());
        for statement in &read.statements {
            self.tick = self.tick.saturating_add(1);
            apply.catalog.tick = self.tick;
            let before = apply.catalog.clone();
            let engine = before.engine();
            let transaction = block.state_of(statement, engine);
            apply_statement(&mut apply, &mut block, statement);
            block.commit_implicitly(statement, engine, &apply);
            records.push(Record {
                before,
                after: apply.catalog.clone(),
                differences: std::mem::take(&mut apply.differences),
                transaction,
            });
        }
        block.finish(&mut apply);
        // A deploy runs the new migrations in a session of its own: what an older one set is not
        // there. Where all pending ones share a transaction, it is.
        if read.migration.runner.wraps != Wraps::AllPending {
            apply.end_session();
        }
        (Run { start, records }, apply)
    }
}

fn apply_statement(apply: &mut Apply, block: &mut Block, statement: &Statement) {
    apply.span = statement.span;
    apply.unread = matches!(statement.reading, Reading::Unread { .. });
    for (index, located) in in_order(statement) {
        match (&located.change.value, located.context) {
            (Change::Transaction(mark), Context::Top) => {
                block.mark(mark, located.change.span, apply);
            }
            // In a transaction SQLite passes over it without a word (manual, `PRAGMA foreign_keys`).
            (Change::Session(variable), _)
                if apply.catalog.engine() == Engine::Sqlite
                    && variable.name == "foreign_keys"
                    && block.state.is_block() => {}
            _ => apply.apply(index, located),
        }
    }
    // A sub-command of ALTER TABLE that could not be read touches that table, no more.
    let named = statement.changes.iter().any(|located| {
        let action_unread = matches!(
            &located.change.value,
            Change::AlterTable { action: TableAction::Opaque { .. }, .. }
        );
        located.context == Context::Top && action_unread
    });
    if apply.unread && !named {
        apply.cloud_everything(statement.span);
    }
    block.after_statement(apply);
}

/// The changes with their index in the order in which they run: one ALTER TABLE drops before it adds
/// (PostgreSQL: `AT_PASS_DROP`; measured: `ADD COLUMN c ..., DROP COLUMN c` replaces the column).
fn in_order(statement: &Statement) -> impl Iterator<Item = (usize, &LocatedChange)> {
    let drops = |located: &LocatedChange| {
        let top = located.context == Context::Top;
        let change = &located.change.value;
        top && matches!(
            change,
            Change::AlterTable {
                action: TableAction::DropColumn { .. } | TableAction::DropConstraint { .. },
                ..
            }
        )
    };
    let changes = || statement.changes.iter().enumerate();
    changes()
        .filter(move |(_, located)| drops(located))
        .chain(changes().filter(move |(_, located)| !drops(located)))
}

/// Whether a version that a baseline stands for is there too: then the history is told by the
/// versions, and the baseline is replayed by itself. Without them it begins the history.
fn has_versions_up_to(migrations: &[ReadMigration], baseline: &ReadMigration) -> bool {
    migrations.iter().any(|read| {
        let migration = &read.migration;
        migration.direction == Direction::Up
            && migration.version.cmp_numeric(&baseline.migration.version).is_le()
    })
}
