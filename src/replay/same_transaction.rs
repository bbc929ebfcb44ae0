//! Statements that share a transaction, whoever opened it.

use super::transaction::runs_alone;
use super::{Replay, Step, Transaction};
use crate::migration::{Context, Direction, ReadMigration, Statement, Wraps};
use crate::schema::change::{Change, TransactionMark};

/// Statements of one migration that commit together, or fail together: what locks the first takes,
/// the last still holds. A statement by itself is one too.
#[derive(Debug)]
pub struct Unit<'a> {
    /// The statements, in order; at least one.
    pub steps: &'a [Step<'a>],
    /// The last statements of the migration before, where the runner takes all pending ones
    /// together: they share the transaction if that migration is pending too.
    pub pending: &'a [Step<'a>],
}

/// Cuts the steps of each migration where a transaction ends.
pub fn units<'a>(replay: &Replay<'_>, steps: &'a [Vec<Step<'a>>]) -> Vec<Unit<'a>> {
    let mut units: Vec<Unit<'a>> = Vec::new();
    // For the next pending migration: its index, and the last unit before it.
    let mut pending: Option<(usize, &'a [Step<'a>])> = None;
    for (index, steps) in steps.iter().enumerate() {
        let Some(first) = steps.first() else { continue };
        let alone = runs_alone(first.migration, first.dialect);
        let mut before = pending.take_if(|(next, _)| *next == index).map(|(_, before)| before);
        for steps in steps.chunk_by(|step, next| !alone && step.shares_with(next)) {
            units.push(Unit { steps, pending: before.take().unwrap_or_default() });
        }
        let last = units.last().map_or(&[][..], |unit| unit.steps);
        let stays_open = |step: &Step<'_>| {
            step.transaction == Transaction::Runner && !ends_transaction(step.statement)
        };
        if !alone && last.last().is_some_and(stays_open) {
            pending = next_pending(replay, index).map(|next| (next, last)).or(pending);
        }
    }
    units
}

impl<'a> Step<'a> {
    /// The statements after this one that run in the same transaction, in order: to the next
    /// COMMIT or ROLLBACK, and on into the next migrations where the runner takes all pending ones
    /// together (which of them are pending is not known: the worst case is all). Where the runner
    /// is not known, to the end of the file.
    pub fn later_in_transaction(&self) -> impl Iterator<Item = Self> {
        let alone = runs_alone(self.migration, self.dialect);
        let next = if alone { None } else { self.next_in_transaction() };
        std::iter::successors(next, Self::next_in_transaction)
    }

    /// Whether the next statement of the migration runs in the same transaction.
    fn shares_with(&self, next: &Step<'_>) -> bool {
        self.transaction != Transaction::None
            && !ends_transaction(self.statement)
            && next.transaction != Transaction::None
    }

    fn next_in_transaction(&self) -> Option<Self> {
        let next = match self.position + 1 < self.migration.statements.len() {
            true => self.replay.step(self.index, self.position + 1)?,
            false if self.transaction == Transaction::Runner => {
                self.replay.step(next_pending(self.replay, self.index)?, 0)?
            }
            false => return None,
        };
        self.shares_with(&next).then_some(next)
    }

    /// Why this statement and a later one share a transaction, as a clause.
    pub fn shares_transaction(&self, later: &Self) -> String {
        let framework = self.migration.migration.runner.framework;
        match later.transaction {
            _ if later.index != self.index => {
                format!("{framework} runs all pending migrations in one transaction")
            }
            Transaction::Author(_) => "this migration has begun a transaction for both".to_owned(),
            Transaction::Runner => format!("{framework} runs this migration in one transaction"),
            Transaction::Message => {
                format!("{framework} sends this file as one message, which is one transaction")
            }
            Transaction::None => "one statement is one transaction".to_owned(),
            Transaction::Unknown => "the runner is not known: it may wrap this file in a \
                                     transaction, or send it as one message, which is one"
                .to_owned(),
        }
    }
}

/// Whether a statement ends a transaction; `AND CHAIN` begins another one.
fn ends_transaction(statement: &Statement) -> bool {
    statement.changes.iter().any(|located| {
        let ends = matches!(
            located.change.value,
            Change::Transaction(
                TransactionMark::Commit { .. }
                    | TransactionMark::Rollback { .. }
                    | TransactionMark::Prepare
            )
        );
        ends && located.context == Context::Top
    })
}

/// The migration that runs after the one at `index` in the same transaction.
fn next_pending(replay: &Replay<'_>, index: usize) -> Option<usize> {
    let pending = |read: &ReadMigration| {
        let forward = matches!(read.migration.direction, Direction::Up | Direction::Repeatable);
        forward && !read.statements.is_empty()
    };
    let read = replay.migrations.get(index)?;
    if read.migration.runner.wraps != Wraps::AllPending || !pending(read) {
        return None;
    }
    let later = replay.migrations.iter().enumerate().skip(index + 1);
    let (next, read) = later.into_iter().find(|(_, read)| pending(read))?;
    let shares = read.migration.runner.wraps == Wraps::AllPending;
    (shares && !runs_alone(read, replay.dialect)).then_some(next)
}
