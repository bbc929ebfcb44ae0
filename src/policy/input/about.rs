//! What a change is about: from names as written to objects as they are found in the catalog.

use super::change::{Area, Object};
use crate::finding::Subject;
use crate::replay::{DifferenceKind, Step};
use crate::rules::drop::kind_word;
use crate::schema::catalog::{Catalog, Relation};
use crate::schema::change::{Change, TableAction};
use crate::schema::name::{Name, ObjectKind, ObjectRef};

/// The object of a change.
pub(super) struct About {
    /// It, resolved.
    pub key: ObjectRef,
    /// The table that it is, or belongs to.
    pub table: Option<Name>,
}

impl About {
    /// What the change at `index` of a step is about.
    pub fn of(step: &Step<'_>, index: usize, change: &Change) -> Option<Self> {
        let catalog = if creates(change) { step.after } else { step.before };
        let mut differences = step.differences.iter().filter(|it| it.change == index);
        let unnamed = match change {
            Change::CreateIndex(index) => {
                let made = differences.find_map(|it| match &it.kind {
                    DifferenceKind::IndexCreated { index } => Some(index.clone()),
                    _ => None,
                });
                let table = catalog.resolve(&index.table);
                let named = || Some(catalog.index_name(&table, index.name.as_ref()?));
                made.or_else(named).map(|name| (ObjectRef::new(ObjectKind::Index, name), table))
            }
            Change::AlterTable { target, action: TableAction::AddConstraint { .. } } => differences
                .find_map(|it| match &it.kind {
                    DifferenceKind::ConstraintAdded { name } => Some(name.clone()),
                    _ => None,
                })
                .map(|name| {
                    let table = catalog.resolve(&target.name);
                    (ObjectRef::part(ObjectKind::Constraint, table.clone(), name), table)
                }),
            _ => None,
        };
        match unnamed {
            Some((key, table)) => Some(Self { key, table: Some(table) }),
            None => Some(Self::named(catalog, catalog.resolve_object(&change.object()?), change)),
        }
    }

    fn named(catalog: &Catalog, mut key: ObjectRef, change: &Change) -> Self {
        let only_read = matches!(change, Change::Data(data) if data.writes.is_empty());
        let table = match (key.kind, key.part.take()) {
            // MySQL: an index is a part of its table.
            (ObjectKind::Index, Some(index)) => {
                let index = catalog.index_name(&key.name, &index);
                Some(std::mem::replace(&mut key.name, index))
            }
            (ObjectKind::Index, None) => {
                catalog.index(&key.name).seen().and_then(|it| it.table.clone())
            }
            (_, Some(part)) => {
                key.part = Some(part);
                Some(key.name.clone()).filter(|name| may_be_table(catalog, name))
            }
            (ObjectKind::Table | ObjectKind::ForeignTable, None) if !only_read => {
                Some(key.name.clone()).filter(|name| may_be_table(catalog, name))
            }
            _ => None,
        };
        Self { key, table }
    }

    /// The same object behind its statement, which may have renamed it.
    pub fn key_after(&self, step: &Step<'_>, change: &Change) -> ObjectRef {
        let mut key = self.key.clone();
        let part = match change {
            Change::AlterTable { action: TableAction::RedefineColumn { column, .. }, .. } => {
                Some(&column.name)
            }
            Change::AlterTable {
                action:
                    TableAction::RenameColumn { to, .. } | TableAction::RenameConstraint { to, .. },
                ..
            }
            | Change::Rename { to, .. } => Some(to),
            _ => None,
        };
        if let (Some(old), Some(new)) = (&mut key.part, part) {
            old.clone_from(new);
        }
        if let Some(to) = renamed(step, &key.name) {
            key.name.clone_from(to);
        }
        key
    }

    /// Whether nobody can be using what the change works on yet: its object or the table of that.
    /// What is added to a table works on the table.
    pub fn is_new(&self, step: &Step<'_>, change: &Change) -> bool {
        if adds(change) {
            return step.is_born(self.table.as_ref().unwrap_or(&self.key.name));
        }
        let own = match (self.key.kind, &self.key.part) {
            (ObjectKind::Column, Some(column)) => step.is_column_born(&self.key.name, column),
            _ => step.is_object_born(&self.key),
        };
        own || self.table.as_ref().is_some_and(|table| step.is_born(table))
    }

    /// Whether the change is one to what the catalog says of it.
    pub fn is_defined_by(&self, change: &Change, area: Area) -> bool {
        matches!(area, Area::Schema | Area::Privileges) && !matches!(change, Change::Privileges(_))
    }

    /// It as policies see it.
    pub fn document(&self) -> Object {
        object(&self.key, self.table.as_ref())
    }

    /// What a finding on the change is about.
    pub fn subject(&self) -> Subject {
        subject(&self.key, self.table.as_ref())
    }
}

/// An object as policies see it.
pub(super) fn object(key: &ObjectRef, table: Option<&Name>) -> Object {
    let is_part = key.part.is_some() || key.kind == ObjectKind::Index;
    // MySQL: an index is keyed by its table, which is no schema.
    let home = if key.kind == ObjectKind::Index { table.unwrap_or(&key.name) } else { &key.name };
    let table = table.or(key.part.is_some().then_some(&key.name)).filter(|_| is_part);
    Object {
        kind: key.kind.name(),
        schema: home.schema.clone(),
        name: key.part.as_ref().unwrap_or(&key.name.name).clone(),
        table: table.map(ToString::to_string),
        arguments: key.arguments.clone().filter(|arguments| !arguments.is_empty()),
    }
}

/// What a finding on an object is about.
pub(super) fn subject(key: &ObjectRef, table: Option<&Name>) -> Subject {
    match (key.kind, &key.part) {
        (ObjectKind::Column, Some(column)) => Subject::Column(key.name.clone(), column.clone()),
        (ObjectKind::Index, None) => {
            let schema = table.unwrap_or(&key.name).schema.clone();
            Subject::Index(Name { schema, name: key.name.name.clone() })
        }
        (ObjectKind::Table, None) => Subject::Table(key.name.clone()),
        _ => Subject::Object(kind_word(key.kind), key.to_string()),
    }
}

/// The name that a statement gives to a relation, type or other object.
pub(super) fn renamed<'s>(step: &'s Step<'_>, name: &Name) -> Option<&'s Name> {
    step.differences.iter().find_map(|it| match &it.kind {
        DifferenceKind::TableRenamed { to } | DifferenceKind::ObjectRenamed { to }
            if it.object.part.is_none() && it.object.name == *name =>
        {
            Some(to)
        }
        _ => None,
    })
}

/// Whether a relation of this name is a table, as far as anybody knows.
fn may_be_table(catalog: &Catalog, name: &Name) -> bool {
    match catalog.relations.get(name) {
        Some(relation) => matches!(relation, Relation::Table(_)),
        // `COMMENT ON CONSTRAINT ... ON DOMAIN`.
        None => !catalog.types.contains_key(name),
    }
}

/// Whether it adds a part, or an index, to a relation.
fn adds(change: &Change) -> bool {
    match change {
        Change::CreateIndex(_) => true,
        Change::AlterTable { action, .. } => {
            matches!(action, TableAction::AddColumn { .. } | TableAction::AddConstraint { .. })
        }
        Change::Create { object, .. } => object.part.is_some(),
        _ => false,
    }
}

/// Whether its object is found in the catalog behind it.
fn creates(change: &Change) -> bool {
    matches!(
        change,
        Change::CreateTable(_)
            | Change::CreateIndex(_)
            | Change::CreateView(_)
            | Change::CreateType { .. }
            | Change::CreateDomain { .. }
            | Change::Sequence { create: true, .. }
            | Change::CreateRoutine(_)
            | Change::Create { .. }
    )
}

/// What a change works on.
pub(super) fn area(change: &Change) -> Area {
    use ObjectKind as Kind;
    match change {
        Change::Data(_) | Change::Truncate { .. } => Area::Data,
        Change::Maintenance(_) | Change::RefreshMaterializedView { .. } => Area::Maintenance,
        Change::Lock { .. } | Change::Transaction(_) => Area::Transaction,
        Change::Session(_) => Area::Session,
        Change::Nothing { .. }
        | Change::AlterTable { action: TableAction::SetOnline { .. }, .. } => Area::Nothing,
        Change::Opaque { .. } | Change::AlterTable { action: TableAction::Opaque { .. }, .. } => {
            Area::Opaque
        }
        Change::Privileges(_)
        | Change::SetOwner { .. }
        | Change::AlterTable { action: TableAction::SetOwner { .. }, .. } => Area::Privileges,
        Change::Create { object, .. }
        | Change::Alter { object, .. }
        | Change::Drop { object, .. }
        | Change::Rename { object, .. }
            if matches!(object.kind, Kind::Role | Kind::UserMapping | Kind::DefaultPrivileges) =>
        {
            Area::Privileges
        }
        _ => Area::Schema,
    }
}
