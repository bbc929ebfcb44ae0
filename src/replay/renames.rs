//! Renames, and everything that refers to what was renamed.

use super::DifferenceKind as Kind;
use super::apply::Apply;
use super::constraints::in_schema_of;
use super::drops::involves;
use super::names::Renaming;
use crate::dialect::Engine;
use crate::schema::catalog::{Relation, Space, Table};
use crate::schema::change::{Constraint, ConstraintKind, IndexKey};
use crate::schema::expr::Expr;
use crate::schema::name::{Name, ObjectKind, ObjectRef};
use imbl::{OrdMap, OrdSet};
use std::sync::Arc;

impl Apply {
    /// Renames a relation and notes it.
    pub(super) fn rename_and_tell(&mut self, from: &Name, to: &Name) {
        if from == to {
            return;
        }
        let object = self.table_ref(from);
        let is_table = matches!(self.catalog.relations.get(from), Some(Relation::Table(_)));
        self.rename_relation(from, to);
        let to = to.clone();
        self.differ(
            object,
            if is_table { Kind::TableRenamed { to } } else { Kind::ObjectRenamed { to } },
        );
    }

    /// Puts a relation under another resolved name, with all that refers to it. A table takes its
    /// indexes and sequences along to another schema.
    pub(super) fn rename_relation(&mut self, from: &Name, to: &Name) {
        let new_name = self.is_new_name(Space::Relation, to, true);
        let Some(mut relation) = self.catalog.take(from) else { return };
        if let Some(birth) = &mut relation.origin_mut().birth {
            birth.unused &= new_name;
        }
        let mut sequences = Vec::new();
        match &relation {
            Relation::Table(table) => sequences = self.bring_along(&table.indexes, from, to),
            Relation::View(view) => sequences = self.bring_along(&view.indexes, from, to),
            Relation::Index(index) => {
                if let Some(table) = index.table.clone() {
                    self.rename_index_of(&table, index.constraint.as_deref(), from, to);
                }
            }
            Relation::Sequence(_) => sequences.push((from.clone(), to.clone())),
        }
        if let (Relation::Index(index), true) = (&mut relation, from.name != to.name) {
            let index = Arc::make_mut(index);
            if index.constraint.is_some() {
                index.constraint = Some(to.name.clone());
            }
        }
        self.catalog.put(to.clone(), relation);
        for (from, to) in sequences {
            self.follow_sequence(&from, &to);
        }
        self.rename_table_in_views(from, to);
        self.retarget(from, to);
    }

    /// Moves a table's indexes and owned sequences when their schema, or that of the table, changes;
    /// gives the sequences' old and new names.
    fn bring_along(
        &mut self,
        indexes: &OrdSet<String>,
        from: &Name,
        to: &Name,
    ) -> Vec<(Name, Name)> {
        for index in indexes {
            let old = self.catalog.index_name(from, index);
            let new = self.catalog.index_name(to, index);
            if old != new
                && let Some(relation) = self.catalog.take(&old)
            {
                self.catalog.put(new, relation);
            }
        }
        let mut sequences = Vec::new();
        if from.schema == to.schema {
            return sequences;
        }
        for name in self.owned_sequences(from, None) {
            if let Some(relation) = self.catalog.take(&name) {
                let moved = in_schema_of(to, &name.name);
                self.catalog.put(moved.clone(), relation);
                sequences.push((name, moved));
            }
        }
        sequences
    }

    /// An index's new name in its table's list and in the constraint that owns it.
    fn rename_index_of(&mut self, table: &Name, constraint: Option<&str>, from: &Name, to: &Name) {
        if let Some(indexes) = self.catalog.indexes_mut(table) {
            indexes.remove(&from.name);
            indexes.insert(to.name.clone());
        }
        self.move_uses_of_index(table, &from.name, Some(&to.name));
        if let Some(constraint) = constraint
            && let Some(table) = self.catalog.table_mut(table)
        {
            table.constraints.rename(constraint, |it| it.name = Some(to.name.clone()));
        }
        if constraint.is_some() {
            self.catalog.note_constraint(table, &to.name);
        }
    }

    /// Everything that refers to a relation refers to its new name.
    fn retarget(&mut self, from: &Name, to: &Name) {
        let by_name = self.keeps_names();
        let is_index = |relation: &Relation| matches!(relation, Relation::Index(_));
        let referring: Vec<Name> = self
            .catalog
            .relations
            .iter()
            .filter(|(_, relation)| refers(relation, from))
            .filter(|(name, relation)| !by_name || ***name == *to || is_index(relation))
            .map(|(name, _)| (**name).clone())
            .collect();
        for name in referring {
            if let Some(relation) = self.catalog.relations.get_mut(&name) {
                retarget_relation(relation, from, to);
            }
            if let Some(Relation::Table(table)) = self.catalog.relations.get(&name).cloned() {
                let refers = table.constraints.iter().find(|it| refers_to(it, to));
                refers.into_iter().for_each(|it| self.catalog.note_reference(&name, it));
            }
        }
        self.rekey(|object| (object.name == *from && is_on_relation(object)).then(|| to.clone()));
        let on: Vec<ObjectRef> = self
            .catalog
            .objects
            .iter()
            .filter(|(_, object)| object.on.as_ref() == Some(from))
            .map(|(key, _)| key.clone())
            .collect();
        for key in on {
            if let Some(object) = self.catalog.objects.get_mut(&key) {
                Arc::make_mut(object).on = Some(to.clone());
            }
        }
    }

    /// Whether views and foreign keys of others keep naming what was renamed (SQLite manual, `PRAGMA
    /// legacy_alter_table`).
    fn keeps_names(&self) -> bool {
        let is_on = |pragma| {
            let value = self.catalog.setting(pragma).and_then(|value| value.first());
            value.is_some_and(|value| ["1", "on", "yes", "true"].contains(&value.as_str()))
        };
        self.catalog.engine() == Engine::Sqlite
            && is_on("legacy_alter_table")
            && !is_on("foreign_keys")
    }

    /// Gives objects, comments, owners and privileges the name that `rename` answers with.
    pub(super) fn rekey(&mut self, rename: impl Fn(&ObjectRef) -> Option<Name>) {
        let renamed = |key: &ObjectRef| rename(key).map(|name| ObjectRef { name, ..key.clone() });
        rekey_map(&mut self.catalog.objects, renamed);
        rekey_map(&mut self.catalog.comments, renamed);
        rekey_map(&mut self.catalog.owners, renamed);
        rekey_map(&mut self.catalog.privileges, |key| {
            let object = renamed(&key.object)?;
            Some(crate::schema::catalog::Grant { object, ..key.clone() })
        });
    }

    pub(super) fn rename_column(&mut self, table: &Name, members: &[Name], from: &str, to: &str) {
        if self.catalog.table_mut(table).is_none() {
            let engine = self.catalog.engine();
            if let Some(Relation::View(view)) = self.catalog.relations.get_mut(table) {
                let view = Arc::make_mut(view);
                if let Some(default) = view.options.remove(&format!("default {from}")) {
                    view.options.insert(format!("default {to}"), default);
                }
                match view.columns.is_empty() {
                    true => {
                        view.options.insert(format!("column {from}"), to.to_owned());
                    }
                    false => Renaming::new(engine, from, to).in_names(&mut view.columns),
                }
            }
            self.differ_table(table, Kind::ObjectChanged);
            return;
        }
        self.needs_column(table, from);
        let new_name = self.catalog.column(table, to).is_absent();
        let renaming = Renaming::new(self.catalog.engine(), from, to);
        for member in members {
            let Some(found) = self.catalog.table_mut(member) else { continue };
            found.gone.insert(from.to_owned());
            found.gone.remove(to);
            found.columns.rename(from, |column| {
                column.definition.name = to.to_owned();
                if let Some(birth) = &mut column.birth {
                    birth.unused &= new_name;
                }
            });
            rename_in_table(found, member, &renaming);
            self.rename_in_indexes(member, &renaming);
            self.rename_in_references(member, &renaming);
            self.rename_in_objects(member, &renaming);
            self.rename_column_in_views(member, from, to);
            let key = ObjectRef::part(ObjectKind::Column, member.clone(), from);
            if let Some(text) = self.catalog.comments.remove(&key) {
                let key = ObjectRef::part(ObjectKind::Column, member.clone(), to);
                self.catalog.comments.insert(key, text);
            }
        }
        let renamed = Kind::ColumnRenamed { column: from.to_owned(), to: to.to_owned() };
        self.differ_table(table, renamed);
    }

    /// Triggers and policies say columns of their table.
    fn rename_in_objects(&mut self, table: &Name, renaming: &Renaming<'_>) {
        let parts = [ObjectKind::Policy, ObjectKind::Rule, ObjectKind::Trigger].map(|kind| {
            let objects = self.catalog.objects.range(ObjectRef::new(kind, table.clone())..);
            let of_table = objects.take_while(|(key, _)| key.kind == kind && key.name == *table);
            of_table.map(|(key, _)| key.clone()).collect::<Vec<_>>()
        });
        for key in parts.into_iter().flatten() {
            if let Some(object) = self.catalog.objects.get_mut(&key) {
                let object = Arc::make_mut(object);
                object.definition = renaming.in_text(&object.definition);
            }
        }
    }

    fn rename_in_indexes(&mut self, table: &Name, renaming: &Renaming<'_>) {
        let names: Vec<Name> =
            self.catalog.indexes_of(table).map(|(name, _)| name.clone()).collect();
        for name in names {
            let Some(index) = self.catalog.index_mut(&name) else { continue };
            for key in &mut index.keys {
                rename_key(key, renaming);
            }
            renaming.in_names(&mut index.include);
            if let Some(predicate) = &mut index.predicate {
                renaming.in_expr(predicate);
            }
        }
        let owned = self.owned_sequences(table, Some(renaming.from));
        for name in owned {
            if let Some(Relation::Sequence(sequence)) = self.catalog.relations.get_mut(&name) {
                Arc::make_mut(sequence).options.owned_by =
                    Some(Some((table.clone(), renaming.to.to_owned())));
            }
        }
    }

    fn rename_in_references(&mut self, table: &Name, renaming: &Renaming<'_>) {
        let mut referring: Vec<Name> =
            self.catalog.keys_to(table).map(|(name, ..)| name.clone()).collect();
        referring.dedup();
        for name in referring {
            let Some(found) = self.catalog.table_mut(&name) else { continue };
            found.constraints.change_where(
                |constraint| refers_to(constraint, table),
                |constraint| {
                    if let ConstraintKind::ForeignKey(key) = &mut constraint.kind {
                        renaming.in_names(&mut key.referenced_columns);
                    }
                },
            );
        }
    }

    pub(super) fn rename_constraint(&mut self, table: &Name, from: &str, to: &str) {
        for member in self.family(table) {
            let Some(found) = self.catalog.table_mut(&member) else { continue };
            if found.indexes.contains(from) {
                let old = self.catalog.index_name(&member, from);
                self.rename_relation(&old, &self.catalog.index_name(&member, to));
                continue;
            }
            if found.constraints.rename(from, |it| it.name = Some(to.to_owned())) {
                self.catalog.note_constraint(&member, to);
            }
        }
        let key = self.constraint_ref(table, from);
        if let Some(text) = self.catalog.comments.remove(&key) {
            self.catalog.comments.insert(self.constraint_ref(table, to), text);
        }
        self.differ_table(table, Kind::ObjectChanged);
    }
}

/// Whether an object's name is a relation's.
pub(super) fn is_on_relation(object: &ObjectRef) -> bool {
    object.kind.is_relation() || object.part.is_some()
}

fn rekey_map<K: Ord + Clone, V: Clone>(map: &mut OrdMap<K, V>, rename: impl Fn(&K) -> Option<K>) {
    let renamed: Vec<(K, K)> =
        map.keys().filter_map(|key| rename(key).map(|new| (key.clone(), new))).collect();
    for (old, new) in renamed {
        if let Some(value) = map.remove(&old) {
            map.insert(new, value);
        }
    }
}

fn references(table: &Table, name: &Name) -> bool {
    table.constraints.iter().any(|constraint| refers_to(constraint, name))
}

/// Whether it is a foreign key to this table.
fn refers_to(constraint: &Constraint, name: &Name) -> bool {
    matches!(&constraint.kind, ConstraintKind::ForeignKey(key) if key.references == *name)
}

fn refers(relation: &Relation, name: &Name) -> bool {
    match relation {
        Relation::Table(table) => {
            references(table, name)
                || table.ancestors().any(|ancestor| ancestor == name)
                || table.filled_from.contains(name)
                || table.children.contains(name)
        }
        Relation::Index(index) => {
            index.table.as_ref() == Some(name) || index.parent.as_ref() == Some(name)
        }
        Relation::View(view) => view.reads.contains(name),
        Relation::Sequence(sequence) => sequence.owner().is_some_and(|(table, _)| table == name),
    }
}

fn retarget_relation(relation: &mut Relation, from: &Name, to: &Name) {
    let renamed = |name: &mut Name| {
        if name == from {
            *name = to.clone();
        }
    };
    match relation {
        Relation::Table(table) => {
            let table = Arc::make_mut(table);
            table.constraints.change_where(
                |constraint| refers_to(constraint, from),
                |constraint| {
                    if let ConstraintKind::ForeignKey(key) = &mut constraint.kind {
                        renamed(&mut key.references);
                    }
                },
            );
            table.partition_of.iter_mut().for_each(|(parent, _)| renamed(parent));
            table.parents.iter_mut().chain(&mut table.filled_from).for_each(renamed);
            if table.children.remove(from).is_some() {
                table.children.insert(Arc::new(to.clone()));
            }
        }
        Relation::Index(index) => {
            let index = Arc::make_mut(index);
            index.table.iter_mut().chain(&mut index.parent).for_each(renamed);
        }
        Relation::View(view) => Arc::make_mut(view).reads.iter_mut().for_each(renamed),
        Relation::Sequence(sequence) => {
            let owner = &mut Arc::make_mut(sequence).options.owned_by;
            owner.iter_mut().flatten().for_each(|(table, _)| renamed(table));
        }
    }
}

fn rename_in_table(table: &mut Table, name: &Name, renaming: &Renaming<'_>) {
    table.constraints.change_where(
        |constraint| involves(&constraint.kind, renaming.from) || refers_to(constraint, name),
        |constraint| rename_in_constraint(&mut constraint.kind, name, renaming),
    );
    table.columns.change_where(
        |column| column.definition.generated.is_some(),
        |column| {
            let generated = column.definition.generated.iter_mut();
            generated.for_each(|generated| renaming.in_expr(&mut generated.expr));
        },
    );
}

fn rename_in_constraint(kind: &mut ConstraintKind, table: &Name, renaming: &Renaming<'_>) {
    match kind {
        ConstraintKind::PrimaryKey(key) | ConstraintKind::Unique(key) => {
            renaming.in_names(&mut key.columns);
            renaming.in_names(&mut key.include);
        }
        ConstraintKind::Check(expr) => renaming.in_expr(expr),
        ConstraintKind::NotNull(column) => {
            renaming.in_names(std::slice::from_mut(column));
        }
        ConstraintKind::ForeignKey(key) => {
            renaming.in_names(&mut key.columns);
            if key.references == *table {
                renaming.in_names(&mut key.referenced_columns);
            }
        }
        ConstraintKind::Exclude { elements, predicate, .. } => {
            for element in elements {
                *element = renaming.in_text(element);
            }
            predicate.iter_mut().for_each(|predicate| renaming.in_expr(predicate));
        }
    }
}

fn rename_key(key: &mut IndexKey, renaming: &Renaming<'_>) {
    if key.column.as_deref() == Some(renaming.from) {
        let to = renaming.to.to_owned();
        let expr = std::mem::take(&mut key.expr);
        key.expr = Expr { text: to.clone(), columns: [to.clone()].into(), ..expr };
        key.column = Some(to);
    } else {
        renaming.in_expr(&mut key.expr);
    }
}

/// An object's name in another schema.
pub(super) fn moved(name: &Name, from: &str, to: &str) -> Option<Name> {
    (name.schema.as_deref() == Some(from)).then(|| Name::qualified(to, name.name.clone()))
}
