//! `CREATE TABLE`: columns from everywhere they may come from, and the sequences behind them.

use super::DifferenceKind;
use super::apply::Apply;
use crate::dialect::Engine;
use crate::schema::catalog::{Relation, Space, TEMPORARY_SCHEMA, Table};
use crate::schema::change::{
    self, Constraint, ConstraintKind, CreateIndex, CreateTable, Like, Query, TypeDefinition,
};
use crate::schema::knowledge::Knowledge;
use crate::schema::name::{Name, ObjectKind, ObjectRef};
use crate::schema::table::{Birth, Column, Index, TypeKind};
use std::sync::Arc;

impl Apply {
    pub(super) fn create_table(&mut self, create: &CreateTable) {
        let name = self.catalog.creation_name(&create.name, create.temporary);
        let replaces = create.options.iter().any(|(option, _)| option == "or replace");
        if replaces
            && !create.temporary
            && let Some(old) = self.finds(&name, ObjectKind::Table, true)
        {
            self.drop_relations(vec![old], false);
        }
        let exists = self.catalog.relations.contains_key(&name);
        if self.is_guarded(create.if_not_exists) && exists {
            return;
        }
        let plain = !create.if_not_exists;
        let mut origin = self.origin(Space::Relation, &name, plain);
        if create.query.is_some() {
            // It is full, so a name that was in use makes it one that somebody may be using.
            let unused = self.is_new_name(Space::Relation, &name, plain);
            origin.birth = Some(self.birth(unused));
        }
        let mut table = Table {
            origin,
            whole: create.query.is_none() && !origin.assumed,
            temporary: create.temporary || name.schema.as_deref() == Some(TEMPORARY_SCHEMA),
            unlogged: create.unlogged,
            partition_by: create.partition_by.clone(),
            of_type: create.of_type.as_ref().map(|ty| self.catalog.resolve_type(ty)),
            options: create.options.iter().cloned().collect(),
            ..Table::assumed(create.kind, self.catalog.tick)
        };
        if exists {
            // It would fail; what was written last is what somebody meant.
            self.remove_relation(&name);
        }
        self.inherit(&mut table, create);
        let ancestors: Vec<Name> = table.ancestors().cloned().collect();
        self.catalog.put(name.clone(), Relation::Table(Arc::new(table)));
        ancestors.iter().for_each(|parent| self.catalog.link(parent, &name, true));
        self.differ_table(&name, DifferenceKind::TableCreated);
        let columns: Vec<_> = create.columns.iter().map(|column| &column.value).collect();
        self.put_columns(&name, &columns);
        // MySQL makes an index for a foreign key that no other index serves.
        let (later, written): (Vec<&Constraint>, Vec<_>) =
            create.constraints.iter().map(|constraint| &constraint.value).partition(|it| {
                self.is_mysql() && matches!(it.kind, ConstraintKind::ForeignKey(_))
            });
        self.put_constraints(&name, written.into_iter());
        for like in &create.like {
            self.copy_like_parts(&name, like);
        }
        if let Some((parent, _)) = &create.partition_of {
            let parent = self.catalog.resolve(parent);
            self.copy_partition_indexes(&name, &parent);
        }
        for index in &create.indexes {
            self.add_index(&index.value, &name, false);
        }
        self.put_constraints(&name, later.into_iter());
    }

    /// What a new table has from others before its own columns.
    fn inherit(&mut self, table: &mut Table, create: &CreateTable) {
        if let Some(query) = &create.query {
            let sources = query.relations.iter().map(|source| self.catalog.resolve(source));
            table.filled_from = sources.collect();
            if !self.copy_rows_of(table, query) {
                table.query = Some(Arc::new(query.clone()));
            }
        }
        if let Some((parent, bound)) = &create.partition_of {
            let parent = self.needs(parent, ObjectKind::Table);
            self.copy_columns(table, &parent);
            table.partition_of = Some((parent, bound.clone()));
        }
        for parent in &create.inherits {
            let parent = self.needs(parent, ObjectKind::Table);
            self.copy_columns(table, &parent);
            table.parents.push(parent);
        }
        self.copy_composite(table);
        for like in &create.like {
            self.copy_like(table, like);
        }
    }

    /// The columns of `SELECT * FROM source`: names and types, and nothing else; gives whether it is
    /// such a query and the source is known.
    fn copy_rows_of(&mut self, table: &mut Table, query: &Query) -> bool {
        const TAILS: &[&str] = &["where ", "limit ", "order by "];
        let Some(source) = query.text.strip_prefix("select * from ") else { return false };
        let tail = source.split_once(' ').map_or("", |(_, tail)| tail);
        let plain = tail.is_empty() || TAILS.iter().any(|word| tail.starts_with(word));
        let [source] = query.relations.as_slice() else { return false };
        let found = self.catalog.seen_table(source).filter(|(_, it)| plain && it.whole);
        let Some((_, source)) = found else { return false };
        let columns: Vec<_> = source
            .columns
            .iter()
            .map(|column| change::Column {
                name: column.definition.name.clone(),
                ty: column.definition.ty.clone(),
                collation: column.definition.collation.clone(),
                ..Default::default()
            })
            .collect();
        self.copy_definitions(table, columns.iter(), true);
        table.whole = true;
        true
    }

    /// The birth of the columns of a table that is being created or altered.
    fn column_birth(&self, table: &Name, column: &str) -> Birth {
        let gone = self.catalog.seen_table(table).is_some_and(|(_, now)| now.gone.contains(column));
        let new_name = match self.start.column(table, column) {
            Knowledge::Absent => true,
            Knowledge::Known(_) => false,
            // That it could be added shows that it was not there.
            Knowledge::Assumed | Knowledge::Clouded { .. } => {
                !gone
                    && self
                        .start
                        .seen_table(table)
                        .is_none_or(|(_, table)| table.column(column).is_none())
            }
        };
        self.birth(new_name)
    }

    /// Adds written columns; for a partition or typed table they refine those that are there.
    pub(super) fn put_columns(&mut self, table: &Name, columns: &[&change::Column]) {
        for column in columns {
            let definition = self.expand(table, column);
            self.put_column(table, definition);
        }
    }

    /// One column, its sequence made.
    pub(super) fn put_column(&mut self, table: &Name, definition: change::Column) {
        let untyped = self.catalog.engine() == Engine::Sqlite;
        let name = definition.name.clone();
        let birth = self.column_birth(table, &name);
        let tick = self.catalog.tick;
        let Some(found) = self.catalog.table_mut(table) else { return };
        found.gone.remove(&name);
        match found.column_mut(&name) {
            Some(inherited) => {
                // A partition's list only refines; it names no types.
                inherited.local |= definition.ty.is_some();
                let old = &mut inherited.definition;
                old.not_null |= definition.not_null;
                old.ty = definition.ty.or(old.ty.take());
                old.default = definition.default.or(old.default.take());
                old.generated = definition.generated.or(old.generated.take());
            }
            None => found.columns.push(Column {
                // Only SQLite has columns without a type.
                whole: definition.ty.is_some() || untyped,
                definition,
                birth: Some(birth),
                local: true,
                confirmed: tick,
            }),
        }
    }

    /// The columns and inherited constraints of a parent.
    fn copy_columns(&mut self, table: &mut Table, parent: &Name) {
        let Some((_, source)) = self.catalog.seen_table(parent) else {
            table.whole = false;
            return;
        };
        table.whole &= source.whole;
        let partition = source.partition_by.is_some();
        let (columns, constraints) = (source.columns.clone(), source.constraints.clone());
        let definitions = columns.iter().map(|column| &column.definition);
        self.copy_definitions(table, definitions, false);
        for constraint in &constraints {
            let inherited = match constraint.kind {
                ConstraintKind::Check(_) | ConstraintKind::NotNull(_) => !constraint.no_inherit,
                ConstraintKind::ForeignKey(_) => partition,
                _ => false,
            };
            if inherited {
                table.constraints.push(constraint.clone());
            }
        }
    }

    fn copy_definitions<'c>(
        &self,
        table: &mut Table,
        columns: impl Iterator<Item = &'c change::Column>,
        local: bool,
    ) {
        for definition in columns {
            if table.column(&definition.name).is_none() {
                table.columns.push(Column {
                    definition: change::Column { identity: None, ..definition.clone() },
                    birth: Some(self.birth(true)),
                    local,
                    whole: definition.ty.is_some(),
                    confirmed: self.catalog.tick,
                });
            }
        }
    }

    /// The attributes of the composite type of `OF`.
    fn copy_composite(&mut self, table: &mut Table) {
        let Some(ty) = &table.of_type else { return };
        let attributes = match self.catalog.types.get(ty).map(|ty| &ty.kind) {
            Some(TypeKind::Type(TypeDefinition::Composite(attributes))) => attributes.clone(),
            _ => {
                table.whole = false;
                return;
            }
        };
        let columns: Vec<_> = attributes
            .into_iter()
            .map(|(name, ty)| change::Column { name, ty: Some(ty), ..Default::default() })
            .collect();
        self.copy_definitions(table, columns.iter(), true);
    }

    fn copy_like(&mut self, table: &mut Table, like: &Like) {
        let source = self.needs(&like.source, ObjectKind::Table);
        let Some((_, source)) = self.catalog.seen_table(&source) else {
            table.whole = false;
            return;
        };
        table.whole &= source.whole;
        let source = source.clone();
        let columns: Vec<_> = source
            .columns
            .iter()
            .map(|column| {
                let mut copy = column.definition.clone();
                if !includes(like, "DEFAULTS") {
                    copy.default = None;
                }
                if !includes(like, "GENERATED") {
                    copy.generated = None;
                }
                copy
            })
            .collect();
        self.copy_definitions(table, columns.iter(), true);
        if includes(like, "CONSTRAINTS") {
            let checks = |constraint: &&Constraint| {
                matches!(constraint.kind, ConstraintKind::Check(_) | ConstraintKind::NotNull(_))
            };
            for constraint in source.constraints.iter().filter(checks) {
                table.constraints.push(constraint.clone());
            }
        }
    }

    /// What `LIKE ... INCLUDING INDEXES`, `IDENTITY` and `COMMENTS` make once the table is there.
    fn copy_like_parts(&mut self, table: &Name, like: &Like) {
        let Some((source, found)) = self.catalog.seen_table(&like.source) else { return };
        let (source, found) = (source.clone(), found.clone());
        if includes(like, "IDENTITY") {
            for column in found.columns.iter().filter(|column| column.definition.identity.is_some())
            {
                let identity = column.definition.identity.clone();
                self.expand(table, &column.definition);
                let copy = self.catalog.table_mut(table);
                if let Some(copy) = copy.and_then(|table| table.column_mut(&column.definition.name))
                {
                    copy.definition.identity = identity;
                }
            }
        }
        if includes(like, "COMMENTS") {
            for column in &found.columns {
                let on = |table: &Name| {
                    let column = column.definition.name.clone();
                    ObjectRef::part(ObjectKind::Column, table.clone(), column)
                };
                if let Some(text) = self.catalog.comments.get(&on(&source)).cloned() {
                    self.catalog.comments.insert(on(table), text);
                }
            }
        }
        if includes(like, "INDEXES") {
            self.copy_indexes(table, &source, &found, None);
        }
    }

    /// The keys and indexes that a partition gets from its partitioned table.
    pub(super) fn copy_partition_indexes(&mut self, partition: &Name, parent: &Name) {
        if let Some((_, found)) = self.catalog.seen_table(parent) {
            let found = found.clone();
            self.copy_indexes(partition, parent, &found, Some(parent));
        }
    }

    /// Copies keys and plain indexes under made-up names, but for those that `table` has already.
    fn copy_indexes(&mut self, table: &Name, source: &Name, found: &Table, parent: Option<&Name>) {
        for constraint in &found.constraints {
            let is_key = matches!(
                constraint.kind,
                ConstraintKind::PrimaryKey(_)
                    | ConstraintKind::Unique(_)
                    | ConstraintKind::Exclude { .. }
            );
            let has = self.catalog.seen_table(table).is_some_and(|(_, table)| {
                table.constraints.iter().any(|other| other.kind == constraint.kind)
            });
            if is_key && !has {
                let name = constraint.name.clone().filter(|_| self.is_mysql());
                self.add_constraint(table, &Constraint { name, ..constraint.clone() }, false);
            }
            if is_key && parent.is_some() {
                self.attach_key(table, constraint, source);
            }
        }
        let plain: Vec<(Name, Index)> = self
            .catalog
            .indexes_of(source)
            .filter(|(_, index)| index.constraint.is_none())
            .map(|(name, index)| (name.clone(), index.clone()))
            .collect();
        for (name, index) in plain {
            self.copy_index(table, &name, &index, parent.is_some());
        }
    }

    /// Gives a table an index like this one. As a partition's part of it (`attach`) one that is
    /// there already will do.
    pub(super) fn copy_index(&mut self, table: &Name, name: &Name, index: &Index, attach: bool) {
        let same = self.catalog.indexes_of(table).find(|(_, other)| {
            attach
                && other.keys == index.keys
                && other.unique == index.unique
                && other.predicate == index.predicate
                && other.parent.as_ref().is_none_or(|parent| parent == name)
        });
        let copy = match same {
            Some((same, _)) => Some(same.clone()),
            None => {
                let kept = self.is_mysql().then(|| name.name.clone());
                let create = CreateIndex { name: kept, ..index_like(index, table) };
                self.add_index(&create, table, false)
            }
        };
        if let Some(copy) = copy.filter(|_| attach)
            && let Some(copy) = self.catalog.index_mut(&copy)
        {
            copy.parent = Some(name.clone());
        }
    }

    /// Drops the temporary tables that end with the transaction.
    pub(super) fn drop_on_commit(&mut self) {
        let is_dropped = |name: &Name| {
            let table = self.catalog.seen_table(name).map(|(_, table)| table);
            table.is_some_and(|table| {
                table.options.iter().any(|(option, value)| {
                    option.eq_ignore_ascii_case("on commit") && value.eq_ignore_ascii_case("drop")
                })
            })
        };
        let names: Vec<Name> = self.temporary().filter(|name| is_dropped(name)).collect();
        for name in names {
            self.remove_relation(&name);
        }
    }

    /// The temporary relations.
    fn temporary(&self) -> impl Iterator<Item = Name> {
        let from = Name::qualified(TEMPORARY_SCHEMA, "");
        let names =
            self.catalog.relations.range(Arc::new(from)..).map(|(name, _)| (**name).clone());
        names.take_while(|name| name.schema.as_deref() == Some(TEMPORARY_SCHEMA))
    }

    /// Ends a session: its settings and temporary objects go.
    pub(super) fn end_session(&mut self) {
        self.catalog.settings.clear();
        self.catalog.local_settings.clear();
        let names: Vec<Name> = self.temporary().collect();
        for name in names {
            self.remove_relation(&name);
        }
    }

    /// The table as an object of a difference.
    pub(super) fn table_ref(&self, name: &Name) -> ObjectRef {
        let kind = self.catalog.relations.get(name).map_or(ObjectKind::Table, Relation::kind);
        ObjectRef::new(kind, name.clone())
    }
}

/// The statement that makes a plain index like another one.
pub(super) fn index_like(index: &Index, table: &Name) -> CreateIndex {
    CreateIndex {
        name: None,
        table: table.clone(),
        only: false,
        unique: index.unique,
        concurrently: false,
        if_not_exists: false,
        method: index.method.clone(),
        keys: index.keys.clone(),
        include: index.include.clone(),
        predicate: index.predicate.clone(),
        nulls_not_distinct: index.nulls_not_distinct,
        options: index.options.clone().into_iter().collect(),
    }
}

/// Whether a `LIKE` copies this (PostgreSQL: `ALL`, and then what is excluded again).
fn includes(like: &Like, what: &str) -> bool {
    let names = |list: &[String]| list.iter().any(|word| word == what || word == "ALL");
    names(&like.including) && !like.excluding.iter().any(|word| word == what)
}
