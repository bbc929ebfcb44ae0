//! Tables that a migration builds anew: another table is created, the rows are copied, and it takes
//! the name. For SQLite that is how most changes of a table are made (manual, ALTER TABLE, "Making
//! Other Kinds Of Table Schema Changes").

use super::Step;
use crate::schema::catalog::{Relation, Table};
use crate::schema::change::{Change, CreateTable, DataVerb, RowCopy};
use crate::schema::name::Name;
use crate::schema::table::Birth;

/// What becomes of the rows of a table that is built anew.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rebuilt {
    /// The columns that the new table does not have, as far as both are known.
    pub without: Vec<String>,
    /// The columns of both that the copy does not take over under their names.
    pub uncopied: Vec<String>,
    /// Whether rows may be missing: the copy has a condition or the like, or some are deleted
    /// behind it.
    pub partial: bool,
}

impl Rebuilt {
    /// Whether all that was in the old table is in the new one.
    pub fn is_whole(&self) -> bool {
        self.without.is_empty() && self.uncopied.is_empty() && !self.partial
    }
}

impl Step<'_> {
    /// Whether this migration builds a table anew, with rows of this one copied over and under
    /// the name that this one had when the migration began: then what comes along. `table` is the
    /// resolved name before this statement.
    pub fn rebuilt(&self, table: &Name) -> Option<Rebuilt> {
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
        let is_old = |name: &Name| names.contains(&self.before.resolve(name));
        let mut found = false;
        let mut copy = None;
        let mut partial = true;
        for change in self.changes() {
            let (reads, copies) = match change {
                Change::CreateTable(it) if std::ptr::eq(&**it, created) => {
                    (it.query.as_ref().map(|query| &query.relations), &it.copies)
                }
                Change::Data(data) if data.writes.first().is_some_and(is_new) => match data.verb {
                    DataVerb::Insert => (Some(&data.reads), &data.copies),
                    _ => {
                        partial |= data.verb == DataVerb::Delete;
                        continue;
                    }
                },
                Change::Truncate { tables, .. } => {
                    partial |= tables.iter().any(is_new);
                    continue;
                }
                _ => continue,
            };
            found |= reads.is_some_and(|reads| reads.iter().any(is_old));
            if let Some(copies) = copies.as_ref().filter(|copies| is_old(&copies.from)) {
                (copy, partial) = (Some(copies), false);
            }
        }
        if !found {
            return None;
        }
        let columns = old.columns.iter().map(|column| &column.definition.name);
        let without = columns.filter(|name| new.whole && new.column(name).is_none());
        Some(Rebuilt {
            without: without.cloned().collect(),
            uncopied: copy.map(|copy| uncopied(copy, old, new)).unwrap_or_default(),
            partial,
        })
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

/// The columns of both tables that a copy does not take over under their own names.
fn uncopied(copy: &RowCopy, old: &Table, new: &Table) -> Vec<String> {
    let names = |table: &Table| -> Vec<String> {
        table.columns.iter().map(|column| column.definition.name.clone()).collect()
    };
    let stars = copy.columns.iter().any(|column| column.as_deref() == Some("*"));
    let in_order = copy.into.is_empty();
    // MySQL's FIRST and AFTER are not followed.
    let moved = |table: &Table| {
        let mut options = table.columns.iter().flat_map(|column| &column.definition.options);
        options.any(|(option, _)| option == "position")
    };
    let unknown = (stars && !old.whole) || (in_order && !new.whole);
    if unknown || (in_order && (moved(new) || (stars && moved(old)))) {
        return Vec::new();
    }
    let spread = |name: Option<String>| match name.as_deref() {
        Some("*") => names(old).into_iter().map(Some).collect(),
        _ => vec![name],
    };
    let into: Vec<Option<String>> = match in_order {
        true => names(new).into_iter().map(Some).collect(),
        false => copy.into.iter().cloned().map(Some).flat_map(spread).collect(),
    };
    let from: Vec<Option<String>> = copy.columns.iter().cloned().flat_map(spread).collect();
    let is_copied = |name: &str| {
        into.iter()
            .zip(&from)
            .any(|(into, from)| into.as_deref() == Some(name) && from.as_deref() == Some(name))
    };
    let computed = |table: &Table, name: &str| {
        table.column(name).is_none_or(|column| column.definition.generated.is_some())
    };
    let both = names(old).into_iter().filter(|name| !computed(old, name) && !computed(new, name));
    both.filter(|name| !is_copied(name)).collect()
}
