//! Drops, and everything that goes with what is dropped.

use super::DifferenceKind as Kind;
use super::apply::Apply;
use super::names::mentions;
use super::renames::is_on_relation;
use crate::dialect::Engine;
use crate::schema::catalog::{Relation, Space, View};
use crate::schema::change::{ConstraintKind, Key};
use crate::schema::name::{Name, ObjectKind, ObjectRef};
use imbl::OrdMap;
use std::collections::VecDeque;

impl Apply {
    pub(super) fn drop_object(&mut self, object: &ObjectRef, if_exists: bool, cascade: bool) {
        match object.kind {
            ObjectKind::Index if object.part.is_some() => {
                let name = object.part.as_deref().unwrap_or_default();
                self.drop_table_index(&object.name, name, if_exists);
            }
            kind if kind.is_relation() => {
                if let Some(name) = self.finds(&object.name, kind, if_exists) {
                    self.drop_relations(vec![name], cascade);
                }
            }
            ObjectKind::Type | ObjectKind::Domain => {
                self.drop_type(object, if_exists, cascade);
            }
            ObjectKind::Schema => self.drop_schema(object, if_exists),
            _ => self.drop_other(object, if_exists, cascade),
        }
    }

    /// Drops relations with all that depends on them, and says so. Without CASCADE what depends
    /// would stop the statement; it goes here too, since the statement is in the history.
    pub(super) fn drop_relations(&mut self, names: Vec<Name>, cascade: bool) {
        let mut queue = VecDeque::from(names);
        while let Some(name) = queue.pop_front() {
            if !self.catalog.relations.contains_key(&name) {
                continue;
            }
            // SQLite's and MySQL's views, and SQLite's foreign keys, name what they refer to, and
            // outlive it.
            let binds = self.catalog.engine() != Engine::Sqlite;
            let reads = |view: &View| binds && !self.is_mysql() && view.reads.contains(&name);
            let views = self.catalog.views().filter(|(_, view)| reads(view));
            queue.extend(views.map(|(view, _)| view.clone()));
            // A partition goes with its table; a child only with CASCADE.
            let children = self
                .catalog
                .children(&name)
                .filter(|(_, child)| cascade || child.partition_of.is_some());
            queue.extend(children.map(|(child, _)| child.clone()));
            let object = self.table_ref(&name);
            let kind = match self.catalog.relations.get(&name) {
                Some(Relation::Table(_)) => Kind::TableDropped,
                Some(Relation::Index(_)) => Kind::IndexDropped { index: name.clone() },
                _ => Kind::ObjectDropped,
            };
            let object = match self.catalog.relations.get(&name) {
                Some(Relation::Index(index)) => match &index.table {
                    Some(table) => self.table_ref(table),
                    None => object,
                },
                _ => object,
            };
            self.differ(object, kind);
            if cascade && binds {
                let mut sequences = self.owned_sequences(&name, None);
                let is_one =
                    matches!(self.catalog.relations.get(&name), Some(Relation::Sequence(_)));
                sequences.extend(is_one.then(|| name.clone()));
                for sequence in sequences {
                    self.drop_defaults_counting_with(&sequence, &name);
                }
            }
            if binds {
                self.remove_references(&name, None);
            }
            self.remove_relation(&name);
        }
    }

    /// Takes a relation out, with its indexes, sequences, triggers, comments and privileges, and
    /// says nothing.
    pub(super) fn remove_relation(&mut self, name: &Name) {
        let Some(relation) = self.catalog.take(name) else { return };
        match relation {
            Relation::Table(table) => {
                table.ancestors().for_each(|parent| self.catalog.link(parent, name, false));
                for index in &table.indexes {
                    self.remove_relation(&self.catalog.index_name(name, index));
                }
                self.remove_owned_sequences(name, None);
            }
            Relation::View(view) => {
                for index in &view.indexes {
                    self.remove_relation(&self.catalog.index_name(name, index));
                }
            }
            Relation::Index(index) => {
                if let Some(table) = &index.table
                    && let Some(indexes) = self.catalog.indexes_mut(table)
                {
                    indexes.remove(&name.name);
                    self.move_uses_of_index(table, &name.name, None);
                }
                let parts: Vec<Name> = self
                    .catalog
                    .relations
                    .iter()
                    .filter(|(_, other)| {
                        matches!(other, Relation::Index(part) if part.parent.as_ref() == Some(name))
                    })
                    .map(|(part, _)| (**part).clone())
                    .collect();
                for part in parts {
                    self.remove_relation(&part);
                }
            }
            Relation::Sequence(_) => {}
        }
        self.forget(|object| object.name == *name && is_on_relation(object));
        self.forget_on(name);
    }

    /// Takes out objects, comments, owners and privileges.
    pub(super) fn forget(&mut self, gone: impl Fn(&ObjectRef) -> bool) {
        remove_where(&mut self.catalog.objects, |object, _| gone(object));
        remove_where(&mut self.catalog.comments, |object, _| gone(object));
        remove_where(&mut self.catalog.owners, |object, _| gone(object));
        remove_where(&mut self.catalog.privileges, |grant, _| gone(&grant.object));
    }

    /// Takes out the comments on one part of a table.
    pub(super) fn forget_parts(&mut self, kind: ObjectKind, table: &Name, part: &str) {
        let key = ObjectRef::part(kind, table.clone(), part);
        self.catalog.comments.remove(&key);
    }

    fn forget_on(&mut self, name: &Name) {
        remove_where(&mut self.catalog.objects, |_, object| object.on.as_ref() == Some(name));
    }

    /// The sequences that a table's columns own, or one column.
    pub(super) fn owned_sequences(&self, table: &Name, column: Option<&str>) -> Vec<Name> {
        let owned = |relation: &Relation| match relation {
            Relation::Sequence(sequence) => sequence
                .owner()
                .is_some_and(|(of, by)| of == table && column.is_none_or(|column| by == column)),
            _ => false,
        };
        let sequences = self.catalog.relations.iter().filter(|(_, relation)| owned(relation));
        sequences.map(|(name, _)| (**name).clone()).collect()
    }

    pub(super) fn remove_owned_sequences(&mut self, table: &Name, column: Option<&str>) {
        for sequence in self.owned_sequences(table, column) {
            self.remove_relation(&sequence);
        }
    }

    pub(super) fn drop_column(
        &mut self,
        table: &Name,
        members: &[Name],
        column: &str,
        if_exists: bool,
        cascade: bool,
    ) {
        if self.is_guarded(if_exists) && self.catalog.column(table, column).is_absent() {
            return;
        }
        self.needs_column(table, column);
        self.differ_table(table, Kind::ColumnDropped { column: column.to_owned() });
        for member in members {
            // A child keeps a column that it also has of its own.
            let own = member != table
                && self.catalog.seen_table(member).is_some_and(|(_, child)| {
                    child.partition_of.is_none()
                        && child.column(column).is_some_and(|column| column.local)
                });
            if !own {
                self.remove_column(member, column, cascade);
            }
        }
    }

    /// Takes a column out with its indexes, constraints and sequences (PostgreSQL manual, ALTER
    /// TABLE, DROP COLUMN).
    fn remove_column(&mut self, table: &Name, column: &str, cascade: bool) {
        if self.is_mysql() {
            self.leave_keys(table, column);
        }
        let indexes: Vec<Name> = self
            .catalog
            .indexes_of(table)
            .filter(|(_, index)| {
                index.constraint.is_none()
                    && (index.keys.iter().any(|key| {
                        key.column.as_deref() == Some(column) || key.expr.columns.contains(column)
                    }) || index.include.iter().any(|include| include == column)
                        || index.predicate.as_ref().is_some_and(|it| it.columns.contains(column)))
            })
            .map(|(name, _)| name.clone())
            .collect();
        for index in indexes {
            self.remove_relation(&index);
        }
        let constraints: Vec<(String, ConstraintKind)> = self
            .catalog
            .seen_table(table)
            .into_iter()
            .flat_map(|(_, found)| &found.constraints)
            .filter(|constraint| involves(&constraint.kind, column))
            .filter_map(|constraint| Some((constraint.name.clone()?, constraint.kind.clone())))
            .collect();
        for (name, kind) in constraints {
            self.remove_constraint(table, &name);
            if let ConstraintKind::PrimaryKey(key) | ConstraintKind::Unique(key) = kind {
                self.remove_references(table, Some(&key.columns));
            }
        }
        self.remove_owned_sequences(table, Some(column));
        if let Some(found) = self.catalog.table_mut(table) {
            while found.columns.remove(column).is_some() {}
            found.gone.insert(column.to_owned());
        }
        self.forget_parts(ObjectKind::Column, table, column);
        if cascade {
            let views: Vec<Name> = self
                .catalog
                .views()
                .filter(|(_, view)| {
                    view.reads.contains(table)
                        && (mentions(&view.query.text, column) || view.query.text.contains('*'))
                })
                .map(|(name, _)| name.clone())
                .collect();
            self.drop_relations(views, true);
        }
    }

    fn drop_type(&mut self, object: &ObjectRef, if_exists: bool, cascade: bool) {
        let name = self.catalog.resolve_type(&object.name);
        if self.catalog.type_of(&name).is_absent() {
            if self.is_guarded(if_exists) {
                return;
            }
            self.miss(ObjectRef::new(object.kind, name.clone()));
        }
        let columns = self.catalog.columns_of_type(&name);
        self.remove_type(&name);
        self.differ(ObjectRef::new(object.kind, name), Kind::ObjectDropped);
        for (table, column) in columns.iter().filter(|_| cascade) {
            self.drop_column(table, std::slice::from_ref(table), column, false, true);
        }
    }

    fn remove_type(&mut self, name: &Name) {
        self.catalog.types.remove(name);
        self.catalog.gone.insert((Space::Type, name.clone()), self.catalog.tick);
        self.forget(|object| {
            matches!(object.kind, ObjectKind::Type | ObjectKind::Domain) && object.name == *name
        });
    }

    fn drop_schema(&mut self, object: &ObjectRef, if_exists: bool) {
        let schema = &object.name.name;
        let inside = |name: &Name| name.schema.as_ref() == Some(schema);
        let relations: Vec<Name> = self
            .catalog
            .relations
            .keys()
            .filter(|name| inside(name))
            .map(|name| (**name).clone())
            .collect();
        let types: Vec<Name> =
            self.catalog.types.keys().filter(|name| inside(name)).cloned().collect();
        let objects: Vec<ObjectRef> =
            self.catalog.objects.keys().filter(|key| inside(&key.name)).cloned().collect();
        // `public` is there from the start, and others may have been made by the runner.
        let seen = !relations.is_empty() || !types.is_empty() || !objects.is_empty();
        // Nor is it shown what MySQL's databases are called.
        if self.is_guarded(if_exists)
            && !self.is_mysql()
            && !seen
            && schema != "public"
            && self.catalog.object(object).is_absent()
        {
            return;
        }
        let tables: Vec<Name> = relations
            .iter()
            .filter(|name| {
                // An index or sequence of a table goes with it, without a word.
                !matches!(
                    self.catalog.relations.get(*name),
                    Some(Relation::Index(index)) if index.table.is_some()
                )
            })
            .filter(|name| match self.catalog.relations.get(*name) {
                Some(Relation::Sequence(sequence)) => sequence.owner().is_none(),
                _ => true,
            })
            .cloned()
            .collect();
        self.drop_relations(tables, true);
        for ty in types {
            self.remove_type(&ty);
        }
        self.forget(|other| inside(&other.name) || other == object);
        self.differ(object.clone(), Kind::ObjectDropped);
    }

    /// Drops a routine, trigger, policy, extension, role ...
    fn drop_other(&mut self, object: &ObjectRef, if_exists: bool, cascade: bool) {
        if object.part.is_some()
            && self.is_guarded(if_exists)
            && self.catalog.relation(&object.name).is_absent()
            && self.catalog.type_of(&object.name).is_absent()
        {
            return;
        }
        if self.is_guarded(if_exists) && self.catalog.object(object).is_absent() {
            return;
        }
        let keys = self.keys_of(object);
        for key in &keys {
            self.forget(|other| other == key);
            self.move_state(key, None);
        }
        let dropped = keys.first().cloned().unwrap_or_else(|| self.catalog.resolve_object(object));
        let name = dropped.name.clone();
        self.differ(dropped, Kind::ObjectDropped);
        let calls = matches!(
            object.kind,
            ObjectKind::Function | ObjectKind::Procedure | ObjectKind::Routine
        );
        // With a namesake that stays, which of the two is called is not known.
        let last = self.catalog.objects_named(ObjectKind::Routine, &name).next().is_none();
        if cascade && calls && last {
            self.drop_callers(&name);
        }
    }

    /// The objects that a statement means: a routine without arguments is the one of its name, and
    /// one whose arguments are spelled differently too, where it has no namesake.
    pub(super) fn keys_of(&self, object: &ObjectRef) -> Vec<ObjectRef> {
        let key = self.catalog.resolve_object(object);
        if self.catalog.objects.contains_key(&key) {
            return vec![key];
        }
        if key.part.is_some() {
            return Vec::new();
        }
        let named: Vec<ObjectRef> = self
            .catalog
            .objects_named(key.kind, &key.name)
            .map(|(found, _)| found.clone())
            .collect();
        match named.len() {
            1 => named,
            _ => named.into_iter().filter(|found| found.arguments == key.arguments).collect(),
        }
    }
}

fn remove_where<K: Ord + Clone, V: Clone>(map: &mut OrdMap<K, V>, gone: impl Fn(&K, &V) -> bool) {
    let keys: Vec<K> =
        map.iter().filter(|(key, value)| gone(key, value)).map(|(key, _)| key.clone()).collect();
    for key in &keys {
        map.remove(key);
    }
}

/// Whether a constraint is on a column: it goes when the column goes.
pub(super) fn involves(kind: &ConstraintKind, column: &str) -> bool {
    let in_key = |key: &Key| key.columns.iter().chain(&key.include).any(|other| other == column);
    match kind {
        ConstraintKind::PrimaryKey(key) | ConstraintKind::Unique(key) => in_key(key),
        ConstraintKind::Check(expr) => expr.columns.contains(column),
        ConstraintKind::NotNull(of) => of == column,
        ConstraintKind::ForeignKey(key) => key.columns.iter().any(|other| other == column),
        ConstraintKind::Exclude { elements, predicate, .. } => {
            elements.iter().any(|element| mentions(element, column))
                || predicate.as_ref().is_some_and(|it| it.columns.contains(column))
        }
    }
}
