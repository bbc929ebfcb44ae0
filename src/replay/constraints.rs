//! Constraints and the indexes behind them.

use super::DifferenceKind;
use super::apply::Apply;
use super::names;
use crate::dialect::Engine;
use crate::schema::catalog::{Relation, Space};
use crate::schema::change::{Constraint, ConstraintKind, CreateIndex, ForeignKey, IndexKey, Key};
use crate::schema::expr::Expr;
use crate::schema::name::{Name, ObjectKind, ObjectRef};
use crate::schema::table::Index;
use std::collections::BTreeSet;
use std::sync::Arc;

impl Apply {
    /// Adds the constraints of a table that is being created, in the order in which PostgreSQL
    /// names them: checks, keys, foreign keys.
    pub(super) fn put_constraints<'c>(
        &mut self,
        table: &Name,
        constraints: impl Iterator<Item = &'c Constraint>,
    ) {
        let mut constraints: Vec<Constraint> = constraints.cloned().collect();
        if !self.is_mysql() {
            constraints = without_repeated_keys(constraints);
        }
        constraints.sort_by_key(|constraint| match constraint.kind {
            ConstraintKind::NotNull(_) | ConstraintKind::Check(_) => 0,
            ConstraintKind::PrimaryKey(_) => 1,
            ConstraintKind::Unique(_) | ConstraintKind::Exclude { .. } => 2,
            ConstraintKind::ForeignKey(_) => 3,
        });
        for constraint in &constraints {
            self.add_constraint(table, constraint, false);
        }
    }

    /// Adds a constraint to a table, with its index. `announce` gives differences.
    pub(super) fn add_constraint(&mut self, table: &Name, constraint: &Constraint, announce: bool) {
        let mut constraint = constraint.clone();
        let name = match &mut constraint.kind {
            ConstraintKind::PrimaryKey(key) => {
                let key = key.clone();
                self.add_key(table, &mut constraint, key, "pkey")
            }
            ConstraintKind::Unique(key) => {
                let key = key.clone();
                self.add_key(table, &mut constraint, key, "key")
            }
            ConstraintKind::Exclude { .. } => self.add_exclusion(table, &constraint),
            ConstraintKind::Check(expr) => {
                let column = self.only_column(table, expr);
                self.constraint_name(table, &constraint, column.as_deref(), "check")
            }
            ConstraintKind::NotNull(column) => {
                let column = column.clone();
                self.constraint_name(table, &constraint, Some(&column), "not_null")
            }
            ConstraintKind::ForeignKey(key) => {
                let columns = names::columns_part(&key.columns);
                self.resolve_foreign_key(table, key);
                if self.is_mysql() {
                    self.index_foreign_key(table, key, constraint.name.as_deref());
                }
                self.constraint_name(table, &constraint, Some(&columns), "fkey")
            }
        };
        constraint.name = Some(name.clone());
        let not_null = match &constraint.kind {
            ConstraintKind::PrimaryKey(key) => key.columns.clone(),
            ConstraintKind::NotNull(column) if constraint.validated => vec![column.clone()],
            _ => Vec::new(),
        };
        let kind = constraint.kind.clone();
        let inherited = !constraint.no_inherit;
        self.catalog.note_reference(table, &constraint);
        if let Some(found) = self.catalog.table_mut(table) {
            while found.constraints.remove(&name).is_some() {}
            if matches!(kind, ConstraintKind::PrimaryKey(_)) {
                found.key_dropped = None;
            }
            found.constraints.push(constraint);
            self.catalog.note_constraint(table, &name);
        }
        if announce {
            let added = DifferenceKind::ConstraintAdded { name };
            self.differ_table(table, added);
        }
        for column in not_null {
            let known_nullable = self
                .catalog
                .column(table, &column)
                .known()
                .is_some_and(|column| !column.definition.not_null);
            let demands = matches!(kind, ConstraintKind::NotNull(_));
            let announce = announce && (known_nullable || demands);
            self.make_not_null(table, &column, inherited, announce);
        }
    }

    /// Makes a column `NOT NULL`, and where it is `inherited` its copies in partitions and children.
    pub(super) fn make_not_null(
        &mut self,
        table: &Name,
        column: &str,
        inherited: bool,
        announce: bool,
    ) {
        let was = self.catalog.column(table, column).known().map(|it| it.definition.not_null);
        self.needs_column(table, column);
        let family = if inherited { self.family(table) } else { vec![table.clone()] };
        for name in family {
            if let Some(column) =
                self.catalog.table_mut(&name).and_then(|table| table.column_mut(column))
            {
                column.definition.not_null = true;
            }
        }
        if announce && was != Some(true) {
            let made = DifferenceKind::ColumnMadeNotNull { column: column.to_owned() };
            self.differ_table(table, made);
        }
    }

    fn constraint_name(
        &self,
        table: &Name,
        constraint: &Constraint,
        second: Option<&str>,
        label: &str,
    ) -> String {
        match &constraint.name {
            Some(name) => name.clone(),
            None if self.is_mysql() => self.numbered_constraint(table, label),
            None => names::constraint_name(&self.catalog, table, second, label),
        }
    }

    /// The column of a check that names exactly one (PostgreSQL: `AddRelationNewConstraints`).
    fn only_column(&self, table: &Name, expr: &Expr) -> Option<String> {
        let (_, found) = self.catalog.seen_table(table)?;
        let mut named = expr.columns.iter().filter(|word| {
            // Of a table that was not seen whole, any word may be a column.
            !found.whole || found.column(word).is_some()
        });
        named.next().filter(|_| named.next().is_none()).cloned()
    }

    /// A primary key's or unique constraint's index, new or taken over. Gives the name that both
    /// have.
    fn add_key(
        &mut self,
        table: &Name,
        constraint: &mut Constraint,
        mut key: Key,
        label: &str,
    ) -> String {
        let name = match &key.using_index {
            Some(index) => {
                let name = self.take_over_index(table, index, constraint.name.as_deref());
                if let Some(Relation::Index(index)) =
                    self.catalog.relations.get(&self.catalog.index_name(table, &name))
                {
                    key.columns = index.keys.iter().filter_map(|key| key.column.clone()).collect();
                    key.include = index.include.clone();
                }
                name
            }
            None => {
                let primary = label == "pkey";
                let columns: Vec<String> =
                    key.columns.iter().chain(&key.include).cloned().collect();
                let part = names::columns_part(&columns);
                let part = (!primary).then_some(part.as_str());
                let written = constraint.name.as_deref();
                let name = match (written, self.is_mysql()) {
                    (None, true) if !primary => self.index_of_columns(table, &key.columns),
                    _ => names::key_name(&self.catalog, table, written, part, label),
                };
                for column in &key.columns {
                    self.needs_column(table, column);
                }
                let index = Index {
                    unique: true,
                    keys: key.columns.iter().map(|column| plain_key(column)).collect(),
                    include: key.include.clone(),
                    nulls_not_distinct: key.nulls_not_distinct,
                    options: key.options.drain(..).collect(),
                    constraint: Some(name.clone()),
                    ..self.bare_index(table, &name)
                };
                self.put_index(table, &name, index);
                name
            }
        };
        match &mut constraint.kind {
            ConstraintKind::PrimaryKey(old) | ConstraintKind::Unique(old) => *old = key,
            _ => {}
        }
        name
    }

    /// Makes the index of a partition's key a part of the same key of its partitioned table.
    pub(super) fn attach_key(&mut self, table: &Name, key: &Constraint, parent: &Name) {
        let found = self.catalog.seen_table(table).and_then(|(_, found)| {
            found.constraints.iter().find(|it| it.kind == key.kind)?.name.clone()
        });
        if let (Some(found), Some(name)) = (found, &key.name)
            && let Some(index) = self.catalog.index_mut(&in_schema_of(table, &found))
        {
            index.parent.get_or_insert_with(|| in_schema_of(parent, name));
        }
    }

    /// An exclusion constraint's index.
    fn add_exclusion(&mut self, table: &Name, constraint: &Constraint) -> String {
        let ConstraintKind::Exclude { method, elements, predicate } = &constraint.kind else {
            return String::new();
        };
        let columns: Vec<String> = elements
            .iter()
            .filter_map(|element| element.split([' ', '(']).next())
            .map(|word| word.trim_matches('"').to_owned())
            .collect();
        let name = constraint.name.clone().unwrap_or_else(|| {
            let part = names::columns_part(&columns);
            names::relation_name(&self.catalog, table, Some(&part), "excl", true)
        });
        let keys = columns.iter().map(|column| plain_key(column)).collect();
        let index = Index {
            method: method.clone(),
            keys,
            predicate: predicate.clone(),
            constraint: Some(name.clone()),
            ..self.bare_index(table, &name)
        };
        self.put_index(table, &name, index);
        name
    }

    /// `USING INDEX`: the index gets the constraint's name, or gives it its own.
    fn take_over_index(&mut self, table: &Name, index: &str, name: Option<&str>) -> String {
        let old = self.needs(&in_schema_of(table, index), ObjectKind::Index);
        let new = name.unwrap_or(index).to_owned();
        if new != index {
            self.rename_relation(&old, &in_schema_of(table, &new));
        }
        let found = in_schema_of(table, &new);
        if let Some(index) = self.catalog.index_mut(&found) {
            index.constraint = Some(new.clone());
            index.unique = true;
            index.table = Some(table.clone());
        }
        if let Some(indexes) = self.catalog.indexes_mut(table) {
            indexes.insert(new.clone());
        }
        new
    }

    /// Resolves what a foreign key refers to; no columns written are the primary key's.
    fn resolve_foreign_key(&mut self, table: &Name, key: &mut ForeignKey) {
        for column in &key.columns {
            self.needs_column(table, column);
        }
        // SQLite looks for the table when rows are written, not before.
        key.references = match self.catalog.engine() {
            Engine::Sqlite => self.catalog.resolve(&key.references),
            _ => self.needs(&key.references, ObjectKind::Table),
        };
        if key.referenced_columns.is_empty()
            && let Some((_, primary)) = self.catalog.primary_key(&key.references).seen()
        {
            key.referenced_columns = primary.columns.clone();
        }
    }

    /// An index of this table without keys, being created.
    pub(super) fn bare_index(&self, table: &Name, name: &str) -> Index {
        let origin = self.origin(Space::Relation, &self.catalog.index_name(table, name), true);
        Index::bare(origin, Some(table.clone()))
    }

    pub(super) fn put_index(&mut self, table: &Name, name: &str, index: Index) {
        if self.is_mysql() {
            self.replace_implicit_indexes(table, &index);
        }
        self.catalog.put(self.catalog.index_name(table, name), Relation::Index(Arc::new(index)));
        if let Some(indexes) = self.catalog.indexes_mut(table) {
            indexes.insert(name.to_owned());
        }
    }

    pub(super) fn create_index(&mut self, create: &CreateIndex) {
        let table = self.needs(&create.table, ObjectKind::Table);
        if let Some(index) = self.add_index(create, &table, true) {
            self.differ_table(&table, DifferenceKind::IndexCreated { index });
        }
    }

    /// Adds a plain index and, on a partitioned table, one for each partition. Gives its name;
    /// `None` where `IF NOT EXISTS` keeps the old one.
    pub(super) fn add_index(
        &mut self,
        create: &CreateIndex,
        table: &Name,
        certain_columns: bool,
    ) -> Option<Name> {
        let name = match &create.name {
            Some(name) => name.clone(),
            None => {
                let keys = create.keys.iter().map(|key| (key.column.as_deref(), &key.expr));
                let mut columns = names::index_columns(keys);
                columns.extend(create.include.iter().cloned());
                let part = names::columns_part(&columns);
                match self.is_mysql() {
                    true => self.index_of_columns(table, &columns),
                    false => names::relation_name(&self.catalog, table, Some(&part), "idx", false),
                }
            }
        };
        let resolved = self.catalog.index_name(table, &name);
        if self.is_guarded(create.if_not_exists) && self.catalog.relations.contains_key(&resolved) {
            return None;
        }
        if certain_columns {
            for column in create.keys.iter().filter_map(|key| key.column.as_ref()) {
                self.needs_column(table, column);
            }
        }
        let partitioned =
            self.catalog.seen_table(table).is_some_and(|(_, it)| it.partition_by.is_some());
        let children: Vec<Name> = match partitioned {
            true => self.catalog.children(table).map(|(child, _)| child.clone()).collect(),
            false => Vec::new(),
        };
        let index = Index {
            origin: self.origin(Space::Relation, &resolved, !create.if_not_exists),
            unique: create.unique,
            method: create.method.clone(),
            keys: create.keys.clone(),
            include: create.include.clone(),
            predicate: create.predicate.clone(),
            nulls_not_distinct: create.nulls_not_distinct,
            options: create.options.iter().cloned().collect(),
            valid: !(create.only && partitioned && !children.is_empty()),
            ..self.bare_index(table, &name)
        };
        if self.catalog.relations.contains_key(&resolved) {
            self.remove_relation(&resolved);
        }
        self.put_index(table, &name, index.clone());
        for child in children.iter().filter(|_| !create.only) {
            self.copy_index(child, &resolved, &index, true);
        }
        Some(resolved)
    }

    /// Drops a constraint, its index and its copies in children; gives whether it was there or may
    /// have been.
    pub(super) fn remove_constraint(&mut self, table: &Name, name: &str) -> bool {
        let standing = self.catalog.constraint(table, name).is_absent();
        let key_dropped = self.key_dropped(name);
        for member in self.family(table) {
            let Some(found) = self.catalog.table_mut(&member) else { continue };
            let Some(dropped) = found.constraints.remove(name) else { continue };
            if let ConstraintKind::PrimaryKey(_) = &dropped.kind {
                found.key_dropped = Some(key_dropped.clone());
            }
            if let ConstraintKind::NotNull(column) = &dropped.kind
                && let Some(column) = found.column_mut(column)
            {
                column.definition.not_null = false;
            }
            // A foreign key's or check's namesake stays.
            let keyed = !matches!(
                dropped.kind,
                ConstraintKind::ForeignKey(_)
                    | ConstraintKind::Check(_)
                    | ConstraintKind::NotNull(_)
            );
            if keyed && found.indexes.contains(name) {
                let index = self.catalog.index_name(&member, name);
                self.remove_relation(&index);
            }
            self.forget_parts(ObjectKind::Constraint, &member, name);
        }
        !standing
    }

    /// Drops the foreign keys of other tables that refer to `table` (to one of its `columns`, where
    /// given), and says so.
    pub(super) fn remove_references(&mut self, table: &Name, columns: Option<&[String]>) {
        let keys = self.catalog.keys_to(table).filter(|(other, _, key)| {
            *other != table && columns.is_none_or(|columns| key.referenced_columns == columns)
        });
        let referring: Vec<(Name, String)> = keys
            .filter_map(|(other, constraint, _)| Some((other.clone(), constraint.name.clone()?)))
            .collect();
        for (other, name) in referring {
            if self.remove_constraint(&other, &name) {
                self.differ_table(&other, DifferenceKind::ConstraintDropped { name });
            }
        }
    }

    /// A table with all its partitions and children, each once.
    pub(super) fn family(&self, table: &Name) -> Vec<Name> {
        let mut family = vec![table.clone()];
        let mut seen: BTreeSet<&Name> = [table].into();
        let mut next = 0;
        while let Some(parent) = family.get(next).cloned() {
            next += 1;
            let children = self.catalog.children(&parent).map(|(child, _)| child);
            family.extend(children.filter(|child| seen.insert(child)).cloned());
        }
        family
    }

    /// A constraint as an object.
    pub(super) fn constraint_ref(&self, table: &Name, name: &str) -> ObjectRef {
        ObjectRef::part(ObjectKind::Constraint, table.clone(), name)
    }
}

/// Keys without those that repeat another one's columns: `PRIMARY KEY UNIQUE` is one index
/// (PostgreSQL: `transformIndexConstraints`). The one that stays takes a name from the others.
fn without_repeated_keys(constraints: Vec<Constraint>) -> Vec<Constraint> {
    let mut kept: Vec<Constraint> = Vec::new();
    let (primary, rest): (Vec<_>, Vec<_>) = constraints
        .into_iter()
        .partition(|constraint| matches!(constraint.kind, ConstraintKind::PrimaryKey(_)));
    for constraint in primary.into_iter().chain(rest) {
        let key = key_of(&constraint).cloned();
        let same = kept.iter_mut().find(|other| {
            key.as_ref().is_some_and(|key| key.using_index.is_none())
                && key_of(other) == key.as_ref()
                && (other.deferrable, other.initially_deferred)
                    == (constraint.deferrable, constraint.initially_deferred)
        });
        match same {
            Some(other) => other.name = other.name.take().or(constraint.name),
            None => kept.push(constraint),
        }
    }
    kept
}

fn key_of(constraint: &Constraint) -> Option<&Key> {
    match &constraint.kind {
        ConstraintKind::PrimaryKey(key) | ConstraintKind::Unique(key) => Some(key),
        _ => None,
    }
}

/// A name in the schema of a table.
pub(super) fn in_schema_of(table: &Name, name: &str) -> Name {
    Name { schema: table.schema.clone(), name: name.to_owned() }
}

pub(super) fn plain_key(column: &str) -> IndexKey {
    let expr =
        Expr { text: column.to_owned(), columns: [column.to_owned()].into(), ..Expr::default() };
    IndexKey { column: Some(column.to_owned()), expr, options: String::new() }
}
