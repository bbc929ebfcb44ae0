//! The constraints that a statement makes, in whichever way they are spelled: what rules about the
//! shape of tables look at.

use super::{DifferenceKind, Step};
use crate::migration::Direction;
use crate::schema::catalog::Table;
use crate::schema::change::{Change, Constraint, ConstraintKind, CreateTable, ForeignKey};
use crate::schema::name::{Name, ObjectKind};
use crate::source::{Located, Span};

/// A constraint that a statement makes.
#[derive(Clone, Copy, Debug)]
pub struct NewConstraint<'a> {
    /// Its table, resolved.
    pub table: &'a Name,
    /// Its name.
    pub name: &'a str,
    /// What it demands; a foreign key's columns and table are resolved.
    pub constraint: &'a Constraint,
    /// Where it stands.
    pub span: Span,
    /// The index of its change in the statement.
    pub change: usize,
}

impl<'a> Step<'a> {
    /// Whether the migration tells of a schema that is there, and decides nothing: a dump, a
    /// baseline.
    pub fn is_told(&self) -> bool {
        matches!(self.migration.migration.direction, Direction::Dump | Direction::Baseline)
    }

    /// The constraints that this statement writes, but for those of temporary and foreign tables.
    /// What a table has from others (`LIKE`, `INHERITS`, `PARTITION OF`) is not among them.
    pub fn new_constraints(&self) -> Vec<NewConstraint<'a>> {
        let mut found = Vec::new();
        for difference in self.differences {
            let (table, change) = (&difference.object.name, difference.change);
            if !matches!(
                difference.kind,
                DifferenceKind::ConstraintAdded { .. } | DifferenceKind::TableCreated
            ) {
                continue;
            }
            let Some((_, after)) = self.after.seen_table(table) else { continue };
            if after.temporary || difference.object.kind == ObjectKind::ForeignTable {
                continue;
            }
            let located = self.statement.changes.get(change).map(|it| &it.change.value);
            match (&difference.kind, located) {
                (DifferenceKind::ConstraintAdded { name }, _) => {
                    found.extend(after.constraint(name).map(|constraint| NewConstraint {
                        table,
                        name,
                        constraint,
                        span: difference.span,
                        change,
                    }));
                }
                (DifferenceKind::TableCreated, Some(Change::CreateTable(created))) => {
                    found.extend(after.constraints.iter().filter_map(|constraint| {
                        let span = self.written(created, constraint)?.span;
                        let name = constraint.name.as_deref()?;
                        Some(NewConstraint { table, name, constraint, span, change })
                    }));
                }
                _ => {}
            }
        }
        found
    }

    /// The foreign keys among them, but for those that take the place of one that the table had
    /// when the migration began.
    pub fn new_foreign_keys(&self) -> Vec<(NewConstraint<'a>, &'a ForeignKey)> {
        let all = self.new_constraints().into_iter().filter_map(|new| {
            let ConstraintKind::ForeignKey(key) = &new.constraint.kind else { return None };
            let change = self.statement.changes.get(new.change).map(|it| &it.change.value);
            let created = matches!(change, Some(Change::CreateTable(_)));
            let replaced = !created
                && self.start.seen_table(new.table).is_some_and(|(_, table)| {
                    foreign_keys(table)
                        .any(|it| it.columns == key.columns && it.references == key.references)
                });
            (!replaced).then_some((new, &**key))
        });
        all.collect()
    }

    /// The constraint of a `CREATE TABLE` as it was written; a name may have been given to it.
    fn written<'c>(
        &self,
        created: &'c CreateTable,
        constraint: &Constraint,
    ) -> Option<&'c Located<Constraint>> {
        created.constraints.iter().find(|it| match (&it.value.kind, &constraint.kind) {
            (ConstraintKind::ForeignKey(one), ConstraintKind::ForeignKey(other)) => {
                one.columns == other.columns
                    && self.after.resolve(&one.references) == other.references
            }
            (ConstraintKind::PrimaryKey(_), ConstraintKind::PrimaryKey(_)) => true,
            (ConstraintKind::Unique(one), ConstraintKind::Unique(other)) => {
                one.columns == other.columns
            }
            (one, other) => one == other,
        })
    }
}

/// The foreign keys of a table.
pub fn foreign_keys(table: &Table) -> impl Iterator<Item = &ForeignKey> {
    table.constraints.iter().filter_map(|constraint| match &constraint.kind {
        ConstraintKind::ForeignKey(key) => Some(&**key),
        _ => None,
    })
}
