//! What the other statements of a migration do.

use super::{Difference, DifferenceKind, Record, Step};
use crate::schema::catalog::Catalog;
use crate::schema::change::Change;
use crate::schema::name::Name;

impl<'a> Step<'a> {
    /// The catalog when the last statement of this migration has run.
    pub fn end(&self) -> &'a Catalog {
        self.later().last().map_or(self.after, |record| &record.after)
    }

    /// The catalog when all migrations have run.
    pub fn at_last(&self) -> &'a Catalog {
        &self.replay.end
    }

    /// What this statement and the later ones of its migration change.
    pub fn from_here(&self) -> impl Iterator<Item = &'a Difference> {
        self.differences.iter().chain(self.later().iter().flat_map(|record| &record.differences))
    }

    /// What all statements of its migration change.
    pub fn of_migration(&self) -> impl Iterator<Item = &'a Difference> {
        let run = self.replay.runs.get(self.index);
        run.into_iter().flat_map(|run| &run.records).flat_map(|record| &record.differences)
    }

    /// The changes of the statements after this one in its migration.
    pub fn later_changes(&self) -> impl Iterator<Item = &'a Change> {
        let statements = self.migration.statements.iter().skip(self.position + 1);
        statements.flat_map(|statement| &statement.changes).map(|located| &located.change.value)
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

    fn later(&self) -> &'a [Record] {
        let run = self.replay.runs.get(self.index);
        run.and_then(|run| run.records.get(self.position + 1..)).unwrap_or_default()
    }
}
