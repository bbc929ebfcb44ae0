//! Two catalogs without what is the same in both: comparing those that share nearly all is quick.

use super::{Catalog, Relation};
use crate::schema::name::{Name, ObjectRef};
use imbl::ordmap::DiffItem;
use std::collections::BTreeSet;

impl Catalog {
    /// This catalog and another one, each without the tables, views, objects and privileges that are
    /// the same in both. What a view reads stays: its query is spelled by that.
    pub fn apart(&self, other: &Self) -> (Self, Self) {
        let mut names: BTreeSet<Name> = BTreeSet::new();
        for (name, relation) in self.relations.diff(&other.relations).flat_map(sides) {
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
        (kept(self), kept(other))
    }
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
