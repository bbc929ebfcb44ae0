//! What MySQL and MariaDB do in a way of their own: columns redefined whole, and indexes that
//! belong to their table.

use super::DifferenceKind as Kind;
use super::apply::Apply;
use super::constraints::plain_key;
use crate::dialect::Engine;
use crate::schema::catalog::{Index, Relation};
use crate::schema::change::{self, Constraint, ConstraintKind, ForeignKey, TableAction};
use crate::schema::name::{Name, ObjectKind, ObjectRef};
use crate::source::Located;
use std::sync::Arc;

/// The option of an index that a foreign key brought: it goes where another one does its work.
const IMPLICIT: &str = "implicit";

impl Apply {
    pub(super) fn is_mysql(&self) -> bool {
        matches!(self.catalog.engine(), Engine::Mysql | Engine::Mariadb)
    }

    /// The sub-commands that no other engine has.
    pub(super) fn alter_as_mysql(&mut self, table: &Name, action: &TableAction) {
        match action {
            TableAction::RedefineColumn { from, column, constraints, if_exists } => {
                self.redefine_column(table, from, column, constraints, *if_exists);
            }
            TableAction::AlterPartitions { verb, text } => self.alter_partitions(table, verb, text),
            _ => {}
        }
    }

    /// `MODIFY`, `CHANGE`: what is not written anew is gone, and each thing that changes is a
    /// difference by itself.
    fn redefine_column(
        &mut self,
        table: &Name,
        from: &str,
        column: &change::Column,
        constraints: &[Located<Constraint>],
        if_exists: bool,
    ) {
        if self.is_guarded(if_exists) && self.catalog.column(table, from).is_absent() {
            return;
        }
        let only = [table.clone()];
        if column.name != from {
            self.rename_column(table, &only, from, &column.name);
        }
        let name = column.name.as_str();
        self.needs_column(table, name);
        let seen = self.catalog.seen_table(table).and_then(|(_, it)| it.column(name));
        let whole = seen.is_some_and(|it| it.whole);
        let old = seen.map(|it| it.definition.clone()).unwrap_or_default();
        if let Some(to) = &column.ty
            && old.ty != column.ty
        {
            self.alter_type(table, &only, name, to);
        }
        let in_key = self.catalog.seen_table(table).is_some_and(|(_, it)| {
            it.primary_key().is_some_and(|(_, key)| key.columns.iter().any(|part| part == name))
        });
        if column.not_null {
            self.make_not_null(table, name, true, true);
        } else if !in_key && (old.not_null || !whole) {
            self.make_nullable(table, &only, name);
        }
        let (column_name, default) = (name.to_owned(), column.default.clone());
        let set = TableAction::SetDefault { column: column_name, default };
        self.alter_column_or_options(table, &only, &set);
        let tick = self.catalog.tick;
        if let Some(found) = self.catalog.table_mut(table).and_then(|it| it.column_mut(name)) {
            let not_null = column.not_null || in_key;
            found.definition = change::Column { not_null, ..column.clone() };
            (found.whole, found.confirmed) = (true, tick);
        }
        let rest = |it: &change::Column| {
            let settings: Vec<_> = it.options.iter().filter(|(key, _)| key != "position").collect();
            format!("{:?} {:?} {:?} {settings:?}", it.identity, it.generated, it.collation)
        };
        if whole && rest(&old) != rest(column) {
            self.differ_table(table, Kind::ObjectChanged);
        }
        for constraint in constraints {
            let span = std::mem::replace(&mut self.span, constraint.span);
            self.add_constraint(table, &constraint.value, true);
            self.span = span;
        }
    }

    /// `DROP INDEX`: a unique key is a constraint and its index.
    pub(super) fn drop_table_index(&mut self, table: &Name, name: &str, if_exists: bool) {
        let Some(table) = self.finds(table, ObjectKind::Table, if_exists) else { return };
        let seen = self.catalog.seen_table(&table);
        if seen.is_some_and(|(_, found)| is_key(found.constraint(name))) {
            return self.drop_constraint(&table, name, if_exists, false);
        }
        let index = self.catalog.index_name(&table, name);
        if self.catalog.index(&index).is_absent() || !self.catalog.relations.contains_key(&index) {
            let known = seen.is_some_and(|(_, found)| found.whole);
            if known && self.is_guarded(if_exists) {
                return;
            }
            if known {
                self.miss(ObjectRef::part(ObjectKind::Index, table.clone(), name));
            }
            let object = self.table_ref(&table);
            return self.differ(object, Kind::IndexDropped { index });
        }
        self.drop_relations(vec![index], false);
    }

    /// `RENAME INDEX`.
    pub(super) fn rename_table_index(&mut self, table: &Name, from: &str, to: &str) {
        let table = self.needs(table, ObjectKind::Table);
        let old = self.catalog.index_name(&table, from);
        let new = self.catalog.index_name(&table, to);
        self.rename_and_tell(&old, &new);
    }

    /// The index that a foreign key needs on its own columns, where none begins with them.
    pub(super) fn index_foreign_key(&mut self, table: &Name, key: &ForeignKey, name: Option<&str>) {
        let begins = |index: &Index| {
            let columns = index.keys.iter().map(|key| key.column.as_deref());
            let wanted = key.columns.iter().map(|column| Some(column.as_str()));
            index.keys.len() >= key.columns.len() && wanted.zip(columns).all(|(a, b)| a == b)
        };
        if self.catalog.indexes_of(table).any(|(_, index)| begins(index)) {
            return;
        }
        let free = |name: &&str| {
            !self.catalog.relations.contains_key(&self.catalog.index_name(table, name))
        };
        let name = name.filter(free).map(str::to_owned);
        let name = name.unwrap_or_else(|| self.index_of_columns(table, &key.columns));
        let keys = key.columns.iter().map(|column| plain_key(column)).collect();
        let options = [(IMPLICIT.to_owned(), "foreign key".to_owned())].into();
        let index = Index { keys, options, ..self.bare_index(table, &name) };
        self.put_index(table, &name, index);
    }

    /// Takes out the indexes that foreign keys brought and that another index now stands for.
    pub(super) fn replace_implicit_indexes(&mut self, table: &Name, by: &Index) {
        let columns = |index: &Index| -> Vec<Option<String>> {
            index.keys.iter().map(|key| key.column.clone()).collect()
        };
        let all = columns(by);
        let implicit = self.catalog.indexes_of(table).filter(|(_, index)| {
            index.options.contains_key(IMPLICIT) && all.starts_with(&columns(index))
        });
        for name in implicit.map(|(name, _)| name.clone()).collect::<Vec<_>>() {
            self.remove_relation(&name);
        }
    }

    /// The name that MySQL gives an index: its first column's, then with `_2`, `_3`.
    pub(super) fn index_of_columns(&self, table: &Name, columns: &[String]) -> String {
        let first = columns.first().map_or("functional_index", String::as_str);
        let taken =
            |name: &str| self.catalog.relations.contains_key(&self.catalog.index_name(table, name));
        let mut name = first.to_owned();
        let mut number = 2_u32;
        while taken(&name) {
            name = format!("{first}_{number}");
            number += 1;
        }
        name
    }

    /// The name that MySQL gives a constraint: `t_ibfk_1`, `t_chk_1`; MariaDB: `CONSTRAINT_1`.
    pub(super) fn numbered_constraint(&self, table: &Name, label: &str) -> String {
        let mariadb = self.catalog.engine() == Engine::Mariadb;
        let stem = match label {
            "fkey" => format!("{}_ibfk", table.name),
            "check" if mariadb => "CONSTRAINT".to_owned(),
            "check" => format!("{}_chk", table.name),
            other => format!("{}_{other}", table.name),
        };
        let taken = |name: &str| {
            self.catalog.seen_table(table).is_some_and(|(_, it)| it.constraint(name).is_some())
        };
        let mut number = 1_u32;
        while taken(&format!("{stem}_{number}")) {
            number += 1;
        }
        format!("{stem}_{number}")
    }

    /// A dropped column leaves the indexes and keys that it is part of; one that has no other
    /// column goes (manual, "ALTER TABLE").
    pub(super) fn leave_keys(&mut self, table: &Name, column: &str) {
        let indexes: Vec<Name> =
            self.catalog.indexes_of(table).map(|(name, _)| name.clone()).collect();
        for name in indexes {
            if let Some(index) = self.catalog.index_mut(&name)
                && index.keys.len() > 1
            {
                index.keys.retain(|key| key.column.as_deref() != Some(column));
            }
        }
        let Some(found) = self.catalog.table_mut(table) else { return };
        found.constraints.change_where(
            |constraint| is_key(Some(constraint)),
            |constraint| {
                if let ConstraintKind::PrimaryKey(key) | ConstraintKind::Unique(key) =
                    &mut constraint.kind
                    && key.columns.len() > 1
                {
                    key.columns.retain(|part| part != column);
                }
            },
        );
    }

    /// Keeps how a table is partitioned.
    fn alter_partitions(&mut self, table: &Name, verb: &str, text: &str) {
        let partition_by = match verb {
            "PARTITION BY" => Some(text.to_owned()),
            "REMOVE PARTITIONING" => None,
            _ => return self.differ_table(table, Kind::ObjectChanged),
        };
        if let Some(Relation::Table(found)) = self.catalog.relations.get_mut(table) {
            Arc::make_mut(found).partition_by = partition_by;
        }
        self.differ_table(table, Kind::ObjectChanged);
    }
}

fn is_key(constraint: Option<&Constraint>) -> bool {
    constraint.is_some_and(|it| {
        matches!(it.kind, ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_))
    })
}
