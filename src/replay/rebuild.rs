//! Tables that a migration builds anew: another table is created, the rows are copied, and it takes
//! the name. For SQLite that is how most changes of a table are made (manual, ALTER TABLE, "Making
//! Other Kinds Of Table Schema Changes").

use super::Step;
use crate::schema::catalog::{Relation, Table};
use crate::schema::change::{Change, CreateTable, DataVerb};
use crate::schema::name::Name;
use crate::schema::table::Birth;

impl Step<'_> {
    /// Whether this migration builds a table anew, with the rows of this one copied over and under
    /// the name that this one had when the migration began: then the columns that the new one does
    /// not have, as far as both are known. `table` is the resolved name before this statement.
    pub fn rebuilt_without(&self, table: &Name) -> Option<Vec<String>> {
        let (_, old) = self.before.seen_table(table)?;
        let began_as = self.name_at_start(table, old);
        let Some(Relation::Table(new)) = self.end().relations.get(&began_as) else { return None };
        let birth = new.origin.birth.filter(|birth| birth.migration == Some(self.index))?;
        let created = self.created(birth)?;
        let is_new = |name: &Name| {
            let name = self.before.resolve(name);
            name == began_as || name == self.before.resolve(&created.name)
        };
        let mut names = vec![table.clone(), began_as.clone()];
        names.extend(self.renamed_to(&began_as));
        let reads_old =
            |reads: &[Name]| reads.iter().any(|name| names.contains(&self.before.resolve(name)));
        let filled = created.query.as_ref().is_some_and(|query| reads_old(&query.relations));
        let copied = self.changes().any(|change| match change {
            Change::Data(data) => {
                data.verb == DataVerb::Insert
                    && data.writes.first().is_some_and(is_new)
                    && reads_old(&data.reads)
            }
            _ => false,
        });
        if !filled && !copied {
            return None;
        }
        let columns = old.columns.iter().map(|column| &column.definition.name);
        let missing = columns.filter(|name| new.whole && new.column(name).is_none());
        Some(missing.cloned().collect())
    }

    /// All changes of this migration.
    fn changes(&self) -> impl Iterator<Item = &Change> {
        let statements = self.migration.statements.iter();
        statements.flat_map(|statement| &statement.changes).map(|located| &located.change.value)
    }

    fn created(&self, birth: Birth) -> Option<&CreateTable> {
        let statements = self.migration.statements.iter();
        let mut changes = statements.flat_map(|statement| &statement.changes);
        changes.find_map(|located| match &located.change.value {
            Change::CreateTable(created) if located.change.span == birth.span => Some(&**created),
            _ => None,
        })
    }

    /// The name that a table had when the migration began; its own, where nobody saw it created.
    fn name_at_start(&self, name: &Name, table: &Table) -> Name {
        let birth = table.origin.birth;
        let same = |other: &Table| birth.is_some() && Birth::is_same(birth, other.origin.birth);
        let mut started = self.start.tables().filter(|(_, other)| same(other));
        started.next().map_or_else(|| name.clone(), |(name, _)| name.clone())
    }

    /// What this statement and later ones rename a table to.
    fn renamed_to(&self, name: &Name) -> Option<Name> {
        self.from_here().find_map(|difference| match &difference.kind {
            super::DifferenceKind::TableRenamed { to } if difference.object.name == *name => {
                Some(to.clone())
            }
            _ => None,
        })
    }
}
