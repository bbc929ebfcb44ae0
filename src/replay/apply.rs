//! One change onto the catalog.

use super::{Difference, DifferenceKind, Missing};
use crate::migration::{Context, LocatedChange};
use crate::schema::catalog::{Catalog, Relation, Space, Table};
use crate::schema::change::{Change, Data, DataVerb, SetVariable};
use crate::schema::knowledge::{Cloud, Knowledge};
use crate::schema::name::{Name, ObjectKind, ObjectRef};
use crate::schema::table::{Birth, Column, Index, KeyDropped, Origin, Sequence, View};
use crate::source::{FileId, Span};
use imbl::OrdSet;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The catalog while a migration runs, and what changed in it.
pub(super) struct Apply {
    /// The catalog as it stands.
    pub catalog: Catalog,
    /// The catalog when the migration began.
    pub start: Catalog,
    /// The index of the migration; `None` for a base schema.
    pub migration: Option<usize>,
    /// Its file.
    pub file: FileId,
    /// What the statement changed so far.
    pub differences: Vec<Difference>,
    /// The first object that was needed and is not there.
    pub missing: Option<Missing>,
    /// The change that is applied.
    pub span: Span,
    change: usize,
    certain: bool,
    /// The statement that is being replayed could not be read.
    pub unread: bool,
}

impl Apply {
    pub(super) fn new(catalog: Catalog, migration: Option<usize>, file: FileId) -> Self {
        Self {
            start: catalog.clone(),
            catalog,
            migration,
            file,
            differences: Vec::new(),
            missing: None,
            span: Span::default(),
            change: 0,
            certain: true,
            unread: false,
        }
    }

    /// Applies the change at `index` of a statement.
    pub(super) fn apply(&mut self, index: usize, located: &LocatedChange) {
        self.span = located.change.span;
        self.change = index;
        self.certain = located.context != Context::Do { certain: false };
        let first = self.differences.len();
        self.dispatch(&located.change.value);
        if !self.certain {
            self.cloud_differences(first);
        }
    }

    fn dispatch(&mut self, change: &Change) {
        match change {
            Change::CreateTable(table) => self.create_table(table),
            Change::AlterTable { target, action } => self.alter_table(target, action),
            Change::CreateIndex(index) => self.create_index(index),
            Change::CreateView(view) => self.create_view(view),
            Change::CreateType { name, definition } => self.create_type(name, definition),
            Change::AddEnumValue { name, value, if_not_exists, position } => {
                self.add_enum_value(name, value, *if_not_exists, position.as_ref());
            }
            Change::RenameEnumValue { name, from, to } => self.rename_enum_value(name, from, to),
            Change::CreateDomain { name, ty, default, constraints } => {
                self.create_domain(name, ty, default.as_ref(), constraints);
            }
            Change::Sequence { name, create, guarded, temporary, options } => match create {
                true => self.create_sequence(name, *guarded, *temporary, options),
                false => self.alter_sequence(name, *guarded, options),
            },
            Change::CreateRoutine(routine) => self.create_routine(routine),
            Change::Create { object, or_replace, if_not_exists, on, definition } => {
                let replaces = *or_replace || *if_not_exists;
                self.create_object(object, replaces, *if_not_exists, on.as_ref(), definition);
            }
            Change::Drop { object, if_exists, cascade, .. } => {
                self.drop_object(object, *if_exists, *cascade);
            }
            Change::Rename { object, to, if_exists } => self.rename_object(object, to, *if_exists),
            Change::SetSchema { object, schema } => self.move_object(object, schema),
            Change::SetOwner { object, owner } => self.set_owner(object, owner),
            Change::Alter { object, if_exists, action } => {
                self.alter_object(object, *if_exists, action);
            }
            Change::Comment { object, text } => self.comment(object, text.as_deref()),
            Change::Privileges(privileges) => self.privileges(privileges),
            Change::Truncate { tables, .. } | Change::Lock { tables, .. } => {
                for table in tables {
                    self.needs(table, ObjectKind::Table);
                }
            }
            Change::RefreshMaterializedView { name, with_data, .. } => {
                let name = self.needs(name, ObjectKind::MaterializedView);
                if let Some(Relation::View(view)) = self.catalog.relations.get_mut(&name) {
                    Arc::make_mut(view).populated = *with_data;
                }
            }
            Change::Data(data) => self.data(data),
            Change::Session(variable) => self.set_variable(variable),
            Change::Opaque { names, .. } if names.is_empty() => self.cloud_everything(self.span),
            Change::Opaque { names, .. } => names.iter().for_each(|name| self.cloud_name(name)),
            // Boundaries are kept by the loop over the statements; the rest changes no schema.
            Change::Transaction(_) | Change::Maintenance(_) | Change::Nothing { .. } => {}
        }
    }

    /// Notes what changed.
    pub(super) fn differ(&mut self, object: ObjectRef, kind: DifferenceKind) {
        self.differences.push(Difference { kind, object, span: self.span, change: self.change });
    }

    /// Notes what changed in a table.
    pub(super) fn differ_table(&mut self, table: &Name, kind: DifferenceKind) {
        let of = self.catalog.relations.get(table).map_or(ObjectKind::Table, Relation::kind);
        self.differ(ObjectRef::new(of, table.clone()), kind);
    }

    /// The statement as a cloud.
    fn as_cloud(&self) -> Cloud {
        Cloud { file: self.file, span: self.span, tick: self.catalog.tick, unread: self.unread }
    }

    /// What carries this name may have been touched.
    pub(super) fn cloud_name(&mut self, name: &Name) {
        let cloud = self.as_cloud();
        for name in [self.catalog.resolve(name), self.catalog.resolve_type(name)] {
            self.catalog.clouds.insert((name, None), cloud);
        }
    }

    /// Everything may have been touched, by the code at `span`.
    pub(super) fn cloud_everything(&mut self, span: Span) {
        self.catalog.cloud = Some(Cloud { span, ..self.as_cloud() });
    }

    /// What may or may not have run clouds what it changed.
    fn cloud_differences(&mut self, first: usize) {
        use DifferenceKind as Kind;
        let cloud = self.as_cloud();
        for difference in self.differences.iter().skip(first) {
            let object = difference.object.name.clone();
            let keys = match &difference.kind {
                Kind::ColumnAdded { column: part }
                | Kind::ColumnDropped { column: part }
                | Kind::ColumnTypeChanged { column: part, .. }
                | Kind::ColumnMadeNotNull { column: part }
                | Kind::ColumnMadeNullable { column: part }
                | Kind::ColumnDefaultChanged { column: part }
                | Kind::ConstraintAdded { name: part }
                | Kind::ConstraintDropped { name: part }
                | Kind::ConstraintValidated { name: part } => {
                    vec![(object, Some(part.clone()))]
                }
                Kind::ColumnRenamed { column, to } => {
                    vec![(object.clone(), Some(column.clone())), (object, Some(to.clone()))]
                }
                Kind::IndexCreated { index } | Kind::IndexDropped { index } => {
                    vec![(index.clone(), None)]
                }
                Kind::TableRenamed { to } | Kind::ObjectRenamed { to } => {
                    vec![(object, None), (to.clone(), None)]
                }
                Kind::TableCreated
                | Kind::TableDropped
                | Kind::ObjectCreated
                | Kind::ObjectDropped
                | Kind::ObjectChanged => vec![(object, None)],
            };
            self.catalog.clouds.extend(keys.into_iter().map(|key| (key, cloud)));
        }
    }

    /// Where a new object comes from. `plain`: its creation would have failed if the name were
    /// taken; else it may be older, where that cannot be ruled out.
    pub(super) fn origin(&self, space: Space, name: &Name, plain: bool) -> Origin {
        let free = match space {
            Space::Relation => self.catalog.relation(name).is_absent(),
            Space::Type => self.catalog.type_of(name).is_absent(),
        };
        // What takes the place of something that is gone is empty, whoever knows its name.
        let unused = (plain && free) || self.is_new_name(space, name, plain);
        Origin {
            birth: Some(self.birth(unused)),
            confirmed: self.catalog.tick,
            assumed: !plain && !free,
        }
    }

    /// A birth at the change that is applied.
    pub(super) fn birth(&self, unused: bool) -> Birth {
        Birth {
            migration: self.migration,
            file: self.file,
            span: self.span,
            certain: self.certain,
            unused,
        }
    }

    /// The change that is applied, as what takes the primary key `key`.
    pub(super) fn key_dropped(&self, key: &str) -> KeyDropped {
        KeyDropped {
            key: key.to_owned(),
            migration: self.migration,
            span: self.span,
            certain: self.certain,
        }
    }

    /// Whether a name that is given now was free when the migration began.
    pub(super) fn is_new_name(&self, space: Space, name: &Name, plain: bool) -> bool {
        let (standing, seen) = match space {
            Space::Relation => {
                (self.start.relation(name).map(|_| ()), self.start.relations.contains_key(name))
            }
            Space::Type => {
                (self.start.type_of(name).map(|_| ()), self.start.types.contains_key(name))
            }
        };
        match standing {
            Knowledge::Absent => true,
            Knowledge::Known(()) => false,
            // That it could be created shows that it was not there, unless this migration may have
            // removed it.
            Knowledge::Assumed | Knowledge::Clouded { .. } => {
                let key = (space, name.clone());
                let removed =
                    self.catalog.gone.contains_key(&key) && !self.start.gone.contains_key(&key);
                let clouded = self.catalog.cloud_since(name, self.start.tick + 1).is_some();
                plain && !seen && !removed && !clouded
            }
        }
    }

    /// A certain statement needs an object that is absent, or one under a condition does before
    /// anything was created: the set does not begin from nothing.
    pub(super) fn miss(&mut self, object: ObjectRef) {
        let shows = self.certain || self.catalog.relations.is_empty();
        if shows && self.missing.is_none() {
            self.missing = Some(Missing { migration: self.migration, span: self.span, object });
        }
    }

    /// A relation that a statement works on, so that it exists: one that nobody saw is assumed
    /// from now on. Gives its resolved name.
    pub(super) fn needs(&mut self, name: &Name, kind: ObjectKind) -> Name {
        let resolved = self.catalog.resolve(name);
        let tick = self.catalog.tick;
        if self.catalog.relation(&resolved).is_absent() {
            self.miss(ObjectRef::new(kind, resolved.clone()));
        }
        match self.catalog.relations.get(&resolved).map(|it| it.origin().confirmed) {
            // Where it is certain anyway, later clouds tell the same.
            Some(since) if self.certain && self.catalog.is_doubted_since(&resolved, since) => {
                if let Some(relation) = self.catalog.relations.get_mut(&resolved) {
                    relation.origin_mut().confirmed = tick;
                }
            }
            Some(_) => {}
            None => {
                let relation = assumed_relation(kind, tick);
                self.catalog.put(resolved.clone(), relation);
            }
        }
        resolved
    }

    /// Whether a change passes over what is there already, or is absent: it says so itself
    /// (`IF EXISTS`, `IF NOT EXISTS`), or it stands under a condition, which is there so that it
    /// does not fail.
    pub(super) fn is_guarded(&self, says_so: bool) -> bool {
        says_so || !self.certain
    }

    /// As [`Apply::needs`], unless the change is guarded and it is absent.
    pub(super) fn finds(&mut self, name: &Name, kind: ObjectKind, guarded: bool) -> Option<Name> {
        let absent = self.is_guarded(guarded) && self.catalog.relation(name).is_absent();
        if absent && !guarded {
            self.miss(ObjectRef::new(kind, self.catalog.resolve(name)));
        }
        (!absent).then(|| self.needs(name, kind))
    }

    /// A column that a statement works on, likewise.
    pub(super) fn needs_column(&mut self, table: &Name, column: &str) {
        let tick = self.catalog.tick;
        if self.catalog.column(table, column).is_absent() && self.catalog.table_mut(table).is_some()
        {
            self.miss(ObjectRef::part(ObjectKind::Column, table.clone(), column));
        }
        let is_seen = match self.catalog.relations.get(table) {
            Some(Relation::Table(found)) => found.column(column).is_some(),
            _ => true,
        };
        if let Some(found) = self.catalog.table_mut(table).filter(|_| !is_seen) {
            found.gone.remove(column);
            found.columns.push(Column {
                definition: crate::schema::change::Column {
                    name: column.to_owned(),
                    ..Default::default()
                },
                birth: None,
                whole: false,
                local: true,
                confirmed: tick,
            });
        }
    }

    fn data(&mut self, data: &Data) {
        for table in &data.writes {
            self.needs_rows(table);
        }
        if matches!(data.verb, DataVerb::Select | DataVerb::Call) {
            self.call(&data.functions);
        }
    }

    /// Rows are written to a relation. Extensions and runners bring tables of their own in schemas
    /// of their own, so that only what the migrations could have made is missed.
    fn needs_rows(&mut self, name: &Name) {
        if !matches!(self.catalog.relation(name), Knowledge::Assumed) {
            self.needs(name, ObjectKind::Table);
        }
    }

    fn set_variable(&mut self, variable: &SetVariable) {
        let SetVariable { name, value, local } = variable;
        match value {
            _ if name == "all" => {
                self.catalog.settings.clear();
                self.catalog.local_settings.clear();
            }
            Some(value) if *local => {
                self.catalog.local_settings.insert(name.clone(), value.clone());
            }
            Some(value) => {
                self.catalog.local_settings.remove(name);
                self.catalog.settings.insert(name.clone(), value.clone());
            }
            None => {
                self.catalog.local_settings.remove(name);
                self.catalog.settings.remove(name);
            }
        }
    }
}

/// A relation that nobody saw created.
fn assumed_relation(kind: ObjectKind, tick: u32) -> Relation {
    let origin = Origin { birth: None, confirmed: tick, assumed: true };
    match kind {
        ObjectKind::Index => Relation::Index(Arc::new(Index::bare(origin, None))),
        ObjectKind::Sequence => {
            Relation::Sequence(Arc::new(Sequence { origin, ..Sequence::default() }))
        }
        ObjectKind::View | ObjectKind::MaterializedView => Relation::View(Arc::new(View {
            origin,
            materialized: kind == ObjectKind::MaterializedView,
            temporary: false,
            columns: Vec::new(),
            query: Default::default(),
            reads: Vec::new(),
            indexes: OrdSet::new(),
            populated: true,
            options: BTreeMap::new(),
        })),
        ObjectKind::ForeignTable => Relation::Table(Arc::new(Table::assumed(kind, tick))),
        _ => Relation::Table(Arc::new(Table::assumed(ObjectKind::Table, tick))),
    }
}
