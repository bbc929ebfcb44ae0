//! What hangs together in the catalog: foreign keys, owned sequences, views.

use super::plan::{Plan, Reach};
use crate::effects::Role;
use crate::schema::catalog::{Relation, Table};
use crate::schema::change::{Constraint, ConstraintKind, ForeignKey};
use crate::schema::name::Name;
use std::collections::BTreeSet;

/// A foreign key of a table.
#[derive(Clone, Copy, Debug)]
pub(super) struct KeyOf<'c> {
    pub table: &'c Name,
    pub constraint: &'c Constraint,
    pub key: &'c ForeignKey,
}

/// The foreign keys of a table.
fn keys_of<'c>(name: &'c Name, table: &'c Table) -> impl Iterator<Item = KeyOf<'c>> {
    table.constraints.iter().filter_map(move |constraint| match &constraint.kind {
        ConstraintKind::ForeignKey(key) => Some(KeyOf { table: name, constraint, key }),
        _ => None,
    })
}

impl<'c> Plan<'c> {
    /// The foreign keys that a table holds.
    pub fn foreign_keys(&self, table: &Name) -> Vec<KeyOf<'c>> {
        let found = self.before.seen_table(table);
        found.map(|(name, table)| keys_of(name, table).collect()).unwrap_or_default()
    }

    /// The foreign keys that refer to a table.
    pub fn referencing(&self, table: &Name) -> Vec<KeyOf<'c>> {
        let table = self.before.resolve(table);
        let keys = self.before.keys_to(&table);
        keys.map(|(table, constraint, key)| KeyOf { table, constraint, key }).collect()
    }

    /// A referenced table, with its partitions.
    pub fn referenced(&self, key: &ForeignKey) -> Vec<(Role, Name)> {
        let names = self.family(&key.references, Reach::Partitions);
        names.into_iter().map(|name| (Role::Referenced, name)).collect()
    }

    /// The sequences that a table's columns own, or one of them. Walks all relations.
    pub fn sequences(&self, table: &Name, column: Option<&str>) -> Vec<(Role, Name)> {
        let owned = self.before.relations.iter().filter(|(_, relation)| match relation {
            Relation::Sequence(sequence) => sequence.owner().is_some_and(|(owner, of)| {
                owner == table && column.is_none_or(|column| column == of)
            }),
            _ => false,
        });
        owned.map(|(name, _)| (Role::Sequence, (**name).clone())).collect()
    }

    /// The views that read a relation. Walks all views.
    pub fn direct_readers(&self, relation: &Name) -> Vec<Name> {
        let readers = self.before.views().filter(|(_, view)| view.reads.contains(relation));
        readers.map(|(reader, _)| reader.clone()).collect()
    }

    /// The views that read a relation, directly or through others. Walks all views.
    pub fn readers(&self, relation: &Name) -> Vec<Name> {
        let mut found: Vec<Name> = Vec::new();
        let mut seen: BTreeSet<Name> = [relation.clone()].into();
        let mut next = Some(relation.clone());
        let mut at = 0;
        while let Some(name) = next {
            let readers = self.direct_readers(&name);
            found.extend(readers.into_iter().filter(|reader| seen.insert(reader.clone())));
            next = found.get(at).cloned();
            at += 1;
        }
        found
    }
}
