//! The catalog: the schema as the migrations so far have made it.
//!
//! Every map is an `imbl::OrdMap` and every large value an `Arc`: a clone costs a few pointers, so
//! that each step keeps the catalog before and after.

pub mod apart;
pub mod doubt;
mod filled;
mod lookup;
mod references;
mod resolve;

use crate::dialect::Engine;
use crate::schema::change::{Constraint, Key};
use crate::schema::knowledge::{Cloud, Knowledge, Tick};
use crate::schema::name::{Name, ObjectRef};
pub use crate::schema::table::{Column, Index, Object, Relation, Sequence, Table, Type, View};
use imbl::{OrdMap, OrdSet};
use lookup::{GoneAt, PartAt};
use std::sync::Arc;

/// The schema of temporary objects.
pub const TEMPORARY_SCHEMA: &str = "pg_temp";

/// A schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Catalog {
    /// Whether all that exists was seen: replay began from nothing or from a base schema.
    pub complete: bool,
    /// Tables, indexes, views and sequences, by resolved name: they share one name space.
    pub relations: OrdMap<Arc<Name>, Relation>,
    /// Types and domains, by resolved name.
    pub types: OrdMap<Name, Arc<Type>>,
    /// All other objects, resolved.
    pub objects: OrdMap<ObjectRef, Arc<Object>>,
    /// Comments on objects.
    pub comments: OrdMap<ObjectRef, String>,
    /// Owners that were set.
    pub owners: OrdMap<ObjectRef, String>,
    /// Privileges and memberships that were granted or revoked.
    pub privileges: OrdMap<Grant, Granted>,
    /// What the role, the database or the runner sets in every session.
    pub defaults: OrdMap<String, Vec<String>>,
    /// Settings of the session.
    pub settings: OrdMap<String, Vec<String>>,
    /// Settings of the transaction.
    pub local_settings: OrdMap<String, Vec<String>>,
    /// Relations and types that were dropped or renamed away.
    pub(crate) gone: OrdMap<(Space, Name), Tick>,
    /// Objects, or columns and constraints of one, that a statement may have touched.
    pub(crate) clouds: OrdMap<(Name, Option<String>), Cloud>,
    /// The last statement that may have touched everything.
    pub(crate) cloud: Option<Cloud>,
    /// Tables that have, or had, a constraint of this name.
    pub(crate) constraint_names: OrdMap<Arc<str>, OrdSet<Arc<Name>>>,
    /// The tables that have, or had, a foreign key that refers to a table of this resolved name.
    pub(crate) referring: OrdMap<Arc<Name>, OrdSet<Arc<Name>>>,
    /// Whether a temporary relation was ever there.
    pub(crate) had_temporary: bool,
    /// The statement that is being replayed.
    pub(crate) tick: Tick,
    engine: Engine,
}

/// A name space.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Space {
    Relation,
    Type,
}

/// A privilege of a role.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Grant {
    /// On what; a role for a membership.
    pub object: ObjectRef,
    /// Who has it; `public` for PUBLIC.
    pub role: String,
    /// Which, upper case with any column list.
    pub privilege: String,
}

/// Whether a privilege was granted or revoked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Granted {
    /// GRANT, not REVOKE.
    pub grant: bool,
    /// `WITH GRANT OPTION` and the like.
    pub options: String,
}

impl Default for Catalog {
    fn default() -> Self {
        Self::new(Engine::Postgres, true)
    }
}

impl Catalog {
    /// An empty catalog.
    pub fn new(engine: Engine, complete: bool) -> Self {
        Self {
            complete,
            relations: OrdMap::new(),
            types: OrdMap::new(),
            objects: OrdMap::new(),
            comments: OrdMap::new(),
            owners: OrdMap::new(),
            privileges: OrdMap::new(),
            defaults: OrdMap::new(),
            settings: OrdMap::new(),
            local_settings: OrdMap::new(),
            gone: OrdMap::new(),
            clouds: OrdMap::new(),
            cloud: None,
            constraint_names: OrdMap::new(),
            referring: OrdMap::new(),
            had_temporary: false,
            tick: 0,
            engine,
        }
    }

    /// The engine whose schema it is.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// A setting's value in this session and transaction.
    pub fn setting(&self, name: &str) -> Option<&[String]> {
        let set = self.local_settings.get(name).or_else(|| self.settings.get(name));
        set.or_else(|| self.defaults.get(name)).map(Vec::as_slice)
    }

    /// What is known of a relation.
    pub fn relation(&self, name: &Name) -> Knowledge<&Relation> {
        match self.find(name) {
            Some((name, relation)) => {
                let origin = relation.origin();
                match self.cloud_since(name, origin.confirmed) {
                    Some(by) => Knowledge::Clouded { by, was: Some(relation) },
                    None if origin.assumed => Knowledge::Assumed,
                    None => Knowledge::Known(relation),
                }
            }
            None => self.missing(Space::Relation, &self.resolve(name)),
        }
    }

    /// What is known of a table. Another relation of that name is no table.
    pub fn table(&self, name: &Name) -> Knowledge<&Table> {
        self.of_kind(name, |relation| match relation {
            Relation::Table(table) => Some(&**table),
            _ => None,
        })
    }

    /// What is known of an index.
    pub fn index(&self, name: &Name) -> Knowledge<&Index> {
        self.of_kind(name, |relation| match relation {
            Relation::Index(index) => Some(&**index),
            _ => None,
        })
    }

    /// What is known of a view or materialized view.
    pub fn view(&self, name: &Name) -> Knowledge<&View> {
        self.of_kind(name, |relation| match relation {
            Relation::View(view) => Some(&**view),
            _ => None,
        })
    }

    /// What is known of a sequence.
    pub fn sequence(&self, name: &Name) -> Knowledge<&Sequence> {
        self.of_kind(name, |relation| match relation {
            Relation::Sequence(sequence) => Some(&**sequence),
            _ => None,
        })
    }

    fn of_kind<'a, T>(
        &'a self,
        name: &Name,
        pick: impl Fn(&'a Relation) -> Option<&'a T>,
    ) -> Knowledge<&'a T> {
        if let Some((_, relation)) = self.find(name)
            && pick(relation).is_none()
        {
            return Knowledge::Absent;
        }
        match self.relation(name) {
            Knowledge::Known(relation) => {
                pick(relation).map_or(Knowledge::Absent, Knowledge::Known)
            }
            Knowledge::Clouded { by, was } => Knowledge::Clouded { by, was: was.and_then(pick) },
            Knowledge::Assumed => Knowledge::Assumed,
            Knowledge::Absent => Knowledge::Absent,
        }
    }

    /// What is known of a type or domain that somebody made. Built-in ones are Absent or Assumed.
    pub fn type_of(&self, name: &Name) -> Knowledge<&Type> {
        let name = self.resolve_type(name);
        match self.types.get(&name) {
            Some(ty) => match self.cloud_since(&name, ty.origin.confirmed) {
                Some(by) => Knowledge::Clouded { by, was: Some(ty) },
                None if ty.origin.assumed => Knowledge::Assumed,
                None => Knowledge::Known(ty),
            },
            None => self.missing(Space::Type, &name),
        }
    }

    /// What is known of another object, as [`Catalog::resolve_object`] finds it.
    pub fn object(&self, object: &ObjectRef) -> Knowledge<&Object> {
        let key = self.resolve_object(object);
        let found = match (&key.part, &key.arguments) {
            (None, None) => self.objects_named(key.kind, &key.name).map(|(_, found)| found).next(),
            _ => self.objects.get(&key).map(|found| &**found),
        };
        match found {
            Some(found) => match self.cloud_since(&key.name, found.origin.confirmed) {
                Some(by) => Knowledge::Clouded { by, was: Some(found) },
                None if found.origin.assumed => Knowledge::Assumed,
                None => Knowledge::Known(found),
            },
            None => match self.cloud_since(&key.name, 0) {
                Some(by) => Knowledge::Clouded { by, was: None },
                None if self.complete => Knowledge::Absent,
                None => Knowledge::Assumed,
            },
        }
    }

    /// What is known of a column.
    pub fn column(&self, table: &Name, column: &str) -> Knowledge<&Column> {
        let (name, table) = match self.find(table) {
            Some((name, Relation::Table(table))) => (name, table),
            // A view's columns are not worked out.
            Some((_, Relation::View(_))) => return Knowledge::Assumed,
            _ => return self.of_kind(table, |_| None),
        };
        match table.column(column) {
            Some(found) => match self.part_cloud_since(name, column, found.confirmed) {
                Some(by) => Knowledge::Clouded { by, was: Some(found) },
                None if found.whole => Knowledge::Known(found),
                None => Knowledge::Assumed,
            },
            None => self.beyond(name, Some(column), table, table.gone.contains(column)),
        }
    }

    /// A column as far as it was seen, a part of its definition included, unless a statement may
    /// have changed it since.
    pub fn column_as_far_as_seen(&self, table: &Name, column: &str) -> Option<&Column> {
        match self.column(table, column) {
            Knowledge::Known(column) => Some(column),
            Knowledge::Assumed => self.seen_table(table)?.1.column(column),
            Knowledge::Absent | Knowledge::Clouded { .. } => None,
        }
    }

    /// What is known of a constraint.
    pub fn constraint(&self, table: &Name, constraint: &str) -> Knowledge<&Constraint> {
        self.part(table, Some(constraint), |table| table.constraint(constraint))
    }

    /// What is known of a table's primary key.
    pub fn primary_key(&self, table: &Name) -> Knowledge<(&Constraint, &Key)> {
        self.part(table, None, Table::primary_key)
    }

    fn part<'a, T>(
        &'a self,
        table: &Name,
        part: Option<&str>,
        pick: impl Fn(&'a Table) -> Option<T>,
    ) -> Knowledge<T> {
        let Some((name, table)) = self.seen_table(table) else {
            return self.of_kind(table, |_| None::<&T>).map_absent();
        };
        match pick(table) {
            Some(found) => {
                match self.part_cloud_since(name, part.unwrap_or(""), table.origin.confirmed) {
                    Some(by) => Knowledge::Clouded { by, was: Some(found) },
                    None => Knowledge::Known(found),
                }
            }
            None => self.beyond(name, part, table, false),
        }
    }

    /// Whether the columns, constraints and indexes listed with a table are all that it has.
    pub fn shape(&self, table: &Name) -> Knowledge<&Table> {
        match self.seen_table(table) {
            Some((name, table)) => match self.cloud_since(name, table.shaped) {
                Some(by) => Knowledge::Clouded { by, was: Some(table) },
                None if table.whole => Knowledge::Known(table),
                None => Knowledge::Assumed,
            },
            None => self.table(table),
        }
    }

    /// What is known of a part of a table that the table does not list.
    fn beyond<T>(
        &self,
        name: &Name,
        part: Option<&str>,
        table: &Table,
        gone: bool,
    ) -> Knowledge<T> {
        match self.part_cloud_since(name, part.unwrap_or(""), table.shaped) {
            Some(by) => Knowledge::Clouded { by, was: None },
            None if table.whole || gone => Knowledge::Absent,
            None => Knowledge::Assumed,
        }
    }

    /// A table as far as it was seen, whatever its standing, with its resolved name.
    pub fn seen_table(&self, name: &Name) -> Option<(&Name, &Table)> {
        match self.find(name) {
            Some((name, Relation::Table(table))) => Some((name, table)),
            _ => None,
        }
    }

    /// All tables that were seen, by name.
    pub fn tables(&self) -> impl Iterator<Item = (&Name, &Table)> {
        self.relations.iter().filter_map(|(name, relation)| match relation {
            Relation::Table(table) => Some((&**name, &**table)),
            _ => None,
        })
    }

    /// All views that were seen, by name.
    pub fn views(&self) -> impl Iterator<Item = (&Name, &View)> {
        self.relations.iter().filter_map(|(name, relation)| match relation {
            Relation::View(view) => Some((&**name, &**view)),
            _ => None,
        })
    }

    /// The indexes of a table or materialized view that were seen, by name.
    pub fn indexes_of(&self, table: &Name) -> impl Iterator<Item = (&Name, &Index)> {
        let name = self.resolve(table);
        let indexes = match self.relations.get(&name) {
            Some(Relation::Table(table)) => Some(&table.indexes),
            Some(Relation::View(view)) => Some(&view.indexes),
            _ => None,
        };
        indexes.into_iter().flatten().filter_map(move |index| {
            let key = self.index_name(&name, index);
            match self.relations.get_key_value(&key) {
                Some((name, Relation::Index(index))) => Some((&**name, &**index)),
                _ => None,
            }
        })
    }

    /// The partitions of a table and the tables that inherit from it, one level down; `name` is
    /// resolved.
    pub fn children(&self, name: &Name) -> impl Iterator<Item = (&Name, &Table)> {
        let children = match self.relations.get(name) {
            Some(Relation::Table(table)) => Some(&table.children),
            _ => None,
        };
        children.into_iter().flatten().filter_map(|child| {
            match self.relations.get_key_value(child) {
                Some((name, Relation::Table(table))) => Some((&**name, &**table)),
                _ => None,
            }
        })
    }

    /// What is known of something that no map holds.
    fn missing<T>(&self, space: Space, name: &Name) -> Knowledge<T> {
        let gone = self.gone.get(&GoneAt(space, name)).copied();
        match self.cloud_since(name, gone.unwrap_or(0)) {
            Some(by) => Knowledge::Clouded { by, was: None },
            None if gone.is_some() => Knowledge::Absent,
            None if self.complete && !resolve::is_system(self.engine, name) => Knowledge::Absent,
            None => Knowledge::Assumed,
        }
    }

    /// The statement that may have touched `name` at `since` or later.
    pub(crate) fn cloud_since(&self, name: &Name, since: Tick) -> Option<Cloud> {
        let recent = |cloud: &&Cloud| cloud.tick >= since;
        let own = self.clouds.get(&PartAt(name, None));
        own.filter(recent).or(self.cloud.as_ref().filter(recent)).copied()
    }

    /// The statement that may have touched a column or constraint of `name`, likewise.
    fn part_cloud_since(&self, name: &Name, part: &str, since: Tick) -> Option<Cloud> {
        let own =
            self.clouds.get(&PartAt(name, Some(part))).filter(|cloud| cloud.tick >= since).copied();
        own.or_else(|| self.cloud_since(name, since))
    }
}

/// What replay writes.
impl Catalog {
    /// The table, to change it; its name is resolved.
    pub(crate) fn table_mut(&mut self, name: &Name) -> Option<&mut Table> {
        match self.relations.get_mut(name) {
            Some(Relation::Table(table)) => Some(Arc::make_mut(table)),
            _ => None,
        }
    }

    /// The index, to change it; its name is resolved.
    pub(crate) fn index_mut(&mut self, name: &Name) -> Option<&mut Index> {
        match self.relations.get_mut(name) {
            Some(Relation::Index(index)) => Some(Arc::make_mut(index)),
            _ => None,
        }
    }

    /// The names of the indexes that a table or materialized view has.
    pub(crate) fn indexes_mut(&mut self, name: &Name) -> Option<&mut OrdSet<String>> {
        match self.relations.get_mut(name) {
            Some(Relation::Table(table)) => Some(&mut Arc::make_mut(table).indexes),
            Some(Relation::View(view)) => Some(&mut Arc::make_mut(view).indexes),
            _ => None,
        }
    }

    /// Makes one table a child of another, or no longer so; both names are resolved.
    pub(crate) fn link(&mut self, parent: &Name, child: &Name, linked: bool) {
        if let Some(parent) = self.table_mut(parent) {
            match linked {
                true => parent.children.insert(Arc::new(child.clone())),
                false => parent.children.remove(child),
            };
        }
    }

    /// Notes that a table has a constraint of this name.
    pub(crate) fn note_constraint(&mut self, table: &Name, name: &str) {
        let tables = self.constraint_names.entry(name.into()).or_default();
        tables.insert(Arc::new(table.clone()));
    }

    /// As [`Catalog::note_constraint`], no longer so.
    fn forget_constraint(&mut self, table: &Name, name: &str) {
        if let Some(tables) = self.constraint_names.get_mut(name) {
            tables.remove(table);
            if tables.is_empty() {
                self.constraint_names.remove(name);
            }
        }
    }

    /// Puts a relation under a resolved name.
    pub(crate) fn put(&mut self, name: Name, relation: Relation) {
        if let Relation::Table(table) = &relation {
            for constraint in &table.constraints {
                self.note_reference(&name, constraint);
                constraint.name.iter().for_each(|it| self.note_constraint(&name, it));
            }
        }
        self.had_temporary |= name.schema.as_deref() == Some(TEMPORARY_SCHEMA);
        self.gone.remove(&(Space::Relation, name.clone()));
        self.relations.insert(Arc::new(name), relation);
    }

    /// Takes a relation out, and keeps that it is gone.
    pub(crate) fn take(&mut self, name: &Name) -> Option<Relation> {
        self.gone.insert((Space::Relation, name.clone()), self.tick);
        let relation = self.relations.remove(name)?;
        if let Relation::Table(table) = &relation {
            for constraint in &table.constraints {
                self.forget_reference(name, constraint);
                constraint.name.iter().for_each(|it| self.forget_constraint(name, it));
            }
        }
        Some(relation)
    }
}

impl<T> Knowledge<&T> {
    /// The same standing of something that was not seen.
    fn map_absent<U>(self) -> Knowledge<U> {
        match self {
            Self::Known(_) | Self::Assumed => Knowledge::Assumed,
            Self::Absent => Knowledge::Absent,
            Self::Clouded { by, .. } => Knowledge::Clouded { by, was: None },
        }
    }
}
