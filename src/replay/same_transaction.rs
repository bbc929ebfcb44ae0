//! Statements that share a transaction, whoever opened it.

use super::transaction::runs_alone;
use super::{Replay, Step, Transaction};
use crate::migration::{Context, Direction, ReadMigration, Statement, Wraps};
use crate::schema::change::{Change, TransactionMark};

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

    fn next_in_transaction(&self) -> Option<Self> {
        if self.transaction == Transaction::None || ends_transaction(self.statement) {
            return None;
        }
        let next = match self.position + 1 < self.migration.statements.len() {
            true => self.replay.step(self.index, self.position + 1)?,
            false if self.transaction == Transaction::Runner => {
                self.replay.step(next_pending(self.replay, self.index)?, 0)?
            }
            false => return None,
        };
        (next.transaction != Transaction::None).then_some(next)
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
