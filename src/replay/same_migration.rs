//! What the other statements of a migration do.

use super::{Difference, DifferenceKind, Record, Step};
use crate::migration::Direction;
use crate::schema::catalog::Catalog;
use crate::schema::change::Change;
use crate::schema::name::Name;

impl<'a> Step<'a> {
    /// The catalog when the last statement of this migration has run.
    pub fn end(&self) -> &'a Catalog {
        self.later().last().map_or(self.after, |record| &record.after)
    }

    /// What this statement and the later ones of its migration change.
    pub fn from_here(&self) -> impl Iterator<Item = &'a Difference> {
        self.differences.iter().chain(self.later().iter().flat_map(|record| &record.differences))
    }

    /// The changes of the statements before this one in its migration.
    pub fn earlier(&self) -> impl Iterator<Item = &'a Change> {
        let statements = self.migration.statements.iter().take(self.position);
        statements.flat_map(|statement| &statement.changes).map(|located| &located.change.value)
    }

    /// What adds a column to `table` under the name of one that this statement drops.
    pub fn added_again(&self, table: &Name, column: &str) -> Option<&'a Difference> {
        self.from_here().find(|later| {
            let added = matches!(&later.kind, DifferenceKind::ColumnAdded { column: added } if added == column);
            later.object.name == *table && added
        })
    }

    /// What every statement of this migration changes.
    pub fn of_migration(&self) -> impl Iterator<Item = &'a Difference> {
        let run = self.replay.runs.get(self.index);
        let records = run.map(|run| run.records.as_slice()).unwrap_or_default();
        records.iter().flat_map(|record| &record.differences)
    }

    /// Whether no later statement, of this migration or of one that goes on from it, changes a
    /// table.
    pub fn is_last_to_change(&self, table: &Name) -> bool {
        let after = self.replay.runs.iter().zip(self.replay.migrations).skip(self.index + 1);
        let onward = after.filter(|(_, it)| it.migration.direction != Direction::Down);
        let records = self.later().iter().chain(onward.flat_map(|(run, _)| &run.records));
        let mut later = records.flat_map(|record| &record.differences);
        later.all(|difference| difference.object.name != *table)
    }

    /// The catalog when all migrations have run that run forward.
    pub fn history_end(&self) -> &'a Catalog {
        &self.replay.end
    }

    fn later(&self) -> &'a [Record] {
        let run = self.replay.runs.get(self.index);
        run.and_then(|run| run.records.get(self.position + 1..)).unwrap_or_default()
    }
}
