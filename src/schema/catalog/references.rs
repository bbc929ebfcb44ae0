//! Which tables refer to which, and to which type.

use super::{Catalog, Column, Relation};
use crate::schema::change::{Constraint, ConstraintKind, ForeignKey};
use crate::schema::expr::Expr;
use crate::schema::name::Name;
use std::collections::BTreeSet;
use std::sync::Arc;

impl Catalog {
    /// The foreign keys that refer to a table, with their table; `name` is resolved.
    pub fn keys_to(&self, name: &Name) -> impl Iterator<Item = (&Name, &Constraint, &ForeignKey)> {
        let tables = self.referring.get(name).into_iter().flatten();
        let tables = tables.filter_map(|table| self.relations.get_key_value(table));
        tables.flat_map(move |(table, relation)| {
            let constraints = match relation {
                Relation::Table(found) => Some(found.constraints.iter()),
                _ => None,
            };
            constraints.into_iter().flatten().filter_map(move |constraint| match &constraint.kind {
                ConstraintKind::ForeignKey(key) if key.references == *name => {
                    Some((&**table, constraint, &**key))
                }
                _ => None,
            })
        })
    }

    /// Notes what a foreign key of a table refers to.
    pub(crate) fn note_reference(&mut self, table: &Name, constraint: &Constraint) {
        if let ConstraintKind::ForeignKey(key) = &constraint.kind {
            let tables = self.referring.entry(Arc::new(key.references.clone())).or_default();
            tables.insert(Arc::new(table.clone()));
        }
    }

    /// As [`Catalog::note_reference`], no longer so.
    pub(super) fn forget_reference(&mut self, table: &Name, constraint: &Constraint) {
        if let ConstraintKind::ForeignKey(key) = &constraint.kind
            && let Some(tables) = self.referring.get_mut(&key.references)
        {
            tables.remove(table);
            if tables.is_empty() {
                self.referring.remove(&key.references);
            }
        }
    }

    /// The foreign keys of other tables that refer to a table, with their table; `name` is resolved.
    pub fn references_to(&self, name: &Name) -> impl Iterator<Item = (&Name, &ForeignKey)> {
        let others = self.keys_to(name).filter(move |(table, ..)| *table != name);
        others.map(|(table, _, key)| (table, key))
    }

    /// The tables that refer to a table by a foreign key that `follow` picks, those that refer to
    /// them, and so on, by name; `name` is resolved.
    pub fn referring(&self, name: &Name, follow: impl Fn(&ForeignKey) -> bool) -> Vec<Name> {
        let mut found = BTreeSet::new();
        let mut pending = vec![name.clone()];
        while let Some(next) = pending.pop() {
            for (other, key) in self.references_to(&next) {
                if other != name && follow(key) && found.insert(other.clone()) {
                    pending.push(other.clone());
                }
            }
        }
        found.into_iter().collect()
    }

    /// The columns, with their tables, whose default counts with a sequence of this resolved name: a
    /// `regclass` in a default is the sequence itself, not its name (PostgreSQL manual, "Sequence
    /// Manipulation Functions").
    pub fn columns_counting_with(&self, sequence: &Name) -> Vec<(Name, String)> {
        let counts = |column: &Column| {
            let default = column.definition.default.as_ref().and_then(sequence_of);
            default.is_some_and(|name| self.resolve(&name) == *sequence)
        };
        let columns =
            self.tables().flat_map(|(name, it)| it.columns.iter().map(move |it| (name, it)));
        columns
            .filter(|(_, column)| counts(column))
            .map(|(table, column)| (table.clone(), column.definition.name.clone()))
            .collect()
    }

    /// The columns, with their tables, that have a type of this resolved name.
    pub(crate) fn columns_of_type(&self, name: &Name) -> Vec<(Name, String)> {
        self.tables()
            .flat_map(|(table, found)| found.columns.iter().map(move |column| (table, column)))
            .filter(|(_, column)| {
                let ty = column.definition.ty.as_ref();
                ty.is_some_and(|ty| self.resolve_type(&ty.name) == *name)
            })
            .map(|(table, column)| (table.clone(), column.definition.name.clone()))
            .collect()
    }

    /// Whether a name is that of a foreign table, whose rows stand elsewhere.
    pub fn is_foreign(&self, name: &Name) -> bool {
        let relation = self.relations.get(&self.resolve(name));
        relation.map(Relation::kind) == Some(crate::schema::name::ObjectKind::ForeignTable)
    }
}

/// The sequence that a default counts with, as it is written.
fn sequence_of(default: &Expr) -> Option<Name> {
    if !default.functions.iter().any(|function| function.name == "nextval") {
        return None;
    }
    let (_, rest) = default.text.split_once("nextval('")?;
    let (literal, _) = rest.split_once('\'')?;
    Name::parsed(literal)
}
