//! Two catalogs without what is the same in both: comparing those that share nearly all is quick.

use super::{Catalog, Index, Relation, Sequence, Table, View};
use crate::schema::change;
use crate::schema::name::{Name, ObjectRef};
use imbl::ordmap::DiffItem;
use std::collections::BTreeSet;

impl Catalog {
    /// This catalog and another one, each without the tables, views, objects and privileges that
    /// say the same in both; `None` where
    /// all do. What a view reads stays: its query is spelled by that.
    pub fn apart(&self, other: &Self) -> Option<(Self, Self)> {
        let mut names: BTreeSet<Name> = BTreeSet::new();
        let relations = self.relations.diff(&other.relations);
        let relations = relations.filter(|it| match it {
            DiffItem::Update { old, new } => !says_the_same(old.1, new.1),
            DiffItem::Add(..) | DiffItem::Remove(..) => true,
        });
        for (name, relation) in relations.flat_map(sides) {
            if let Relation::View(view) = relation {
                names.extend(view.reads.iter().cloned());
            }
            names.extend(table_of(relation).cloned());
            names.insert(name.as_ref().clone());
        }
        let mut objects: BTreeSet<&ObjectRef> = BTreeSet::new();
        objects.extend(self.objects.diff(&other.objects).flat_map(sides).map(|it| it.0));
        objects.extend(self.comments.diff(&other.comments).flat_map(sides).map(|it| it.0));
        objects.extend(self.owners.diff(&other.owners).flat_map(sides).map(|it| it.0));
        let privileges = self.privileges.diff(&other.privileges).flat_map(sides);
        objects.extend(privileges.map(|(grant, _)| &grant.object));
        let same_types = || self.types.diff(&other.types).next().is_none();
        if names.is_empty() && objects.is_empty() && same_types() {
            return None;
        }
        names.extend(objects.iter().map(|object| object.name.clone()));
        let kept = |catalog: &Self| {
            let mut kept = catalog.clone();
            let of = |relation: &Relation| table_of(relation).is_some_and(|it| names.contains(it));
            let relations = catalog.relations.iter();
            let relations = relations.filter(|it| names.contains(it.0.as_ref()) || of(it.1));
            kept.relations = relations.map(|(name, it)| (name.clone(), it.clone())).collect();
            let changed = objects.iter().filter_map(|it| catalog.objects.get_key_value(*it));
            kept.objects = changed.map(|(object, it)| (object.clone(), it.clone())).collect();
            let granted = catalog.privileges.iter();
            let granted = granted.filter(|(grant, _)| objects.contains(&grant.object));
            kept.privileges = granted.map(|(grant, it)| (grant.clone(), it.clone())).collect();
            kept
        };
        Some((kept(self), kept(other)))
    }
}

/// Whether a relation stands as another one does, but for when that was last certain and where it
/// comes from.
fn says_the_same(one: &Relation, other: &Relation) -> bool {
    let is_seen = |relation: &Relation| relation.origin().birth.is_some();
    is_seen(one) == is_seen(other)
        && match (one, other) {
            (Relation::Table(one), Relation::Table(other)) => is_same_table(one, other),
            (Relation::Index(one), Relation::Index(other)) => {
                **one == Index { origin: one.origin, ..(**other).clone() }
            }
            (Relation::Sequence(one), Relation::Sequence(other)) => {
                **one == Sequence { origin: one.origin, ..(**other).clone() }
            }
            (Relation::View(one), Relation::View(other)) => {
                **one == View { origin: one.origin, ..(**other).clone() }
            }
            _ => false,
        }
}

fn is_same_table(one: &Table, other: &Table) -> bool {
    fn columns(table: &Table) -> impl Iterator<Item = (&change::Column, bool)> {
        table.columns.iter().map(|column| (&column.definition, column.birth.is_some()))
    }
    (one.kind, one.temporary, one.unlogged) == (other.kind, other.temporary, other.unlogged)
        && columns(one).eq(columns(other))
        && one.constraints == other.constraints
        && one.indexes == other.indexes
        && one.partition_by == other.partition_by
        && one.partition_of == other.partition_of
        && one.parents == other.parents
        && one.of_type == other.of_type
        && one.query == other.query
        && one.options == other.options
}

/// The table of an index or of a sequence that a column owns.
fn table_of(relation: &Relation) -> Option<&Name> {
    match relation {
        Relation::Index(index) => index.table.as_ref(),
        Relation::Sequence(sequence) => {
            sequence.options.owned_by.as_ref()?.as_ref().map(|(table, _)| table)
        }
        Relation::Table(_) | Relation::View(_) => None,
    }
}

/// The entries that a difference is about.
fn sides<'a, K, V>(difference: DiffItem<'a, 'a, K, V>) -> impl Iterator<Item = (&'a K, &'a V)> {
    let (one, other) = match difference {
        DiffItem::Add(key, value) | DiffItem::Remove(key, value) => ((key, value), None),
        DiffItem::Update { old, new } => (old, Some(new)),
    };
    std::iter::once(one).chain(other)
}
