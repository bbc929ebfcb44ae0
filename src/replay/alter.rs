//! `ALTER TABLE` and its kin.

use super::DifferenceKind as Kind;
use super::apply::Apply;
use super::constraints::in_schema_of;
use crate::dialect::Engine;
use crate::schema::canonical::quoted_type;
use crate::schema::catalog::Relation;
use crate::schema::change::{self, Constraint, ConstraintKind, TableAction, Target};
use crate::schema::expr::Expr;
use crate::schema::name::{Name, ObjectKind, ObjectRef};
use crate::schema::types::DataType;
use crate::source::Located;

impl Apply {
    pub(super) fn alter_table(&mut self, target: &Target, action: &TableAction) {
        let Some(table) = self.finds(&target.name, target.kind, target.if_exists) else { return };
        let members = match target.only {
            true => vec![table.clone()],
            false => self.family(&table),
        };
        match action {
            TableAction::AddColumn { column, constraints, if_not_exists } => {
                self.add_column(&table, &members, column, constraints, *if_not_exists);
            }
            TableAction::DropColumn { column, if_exists, cascade } => {
                self.drop_column(&table, &members, column, *if_exists, *cascade);
            }
            TableAction::RenameColumn { from, to } => {
                self.rename_column(&table, &members, from, to);
            }
            TableAction::RedefineColumn { .. }
            | TableAction::AlterPartitions { .. }
            | TableAction::SetOnline { .. } => self.alter_as_mysql(&table, action),
            TableAction::AlterType { column, to, collation, .. } => {
                self.alter_type(&table, &members, column, to);
                if let Some(collation) = collation {
                    self.each_column(&members, column, |it| it.collation = Some(collation.clone()));
                }
            }
            TableAction::SetNullable { column, nullable: false } => {
                self.make_not_null(&table, column, true, true);
            }
            TableAction::SetNullable { column, nullable: true } => {
                self.make_nullable(&table, &members, column);
            }
            TableAction::AddConstraint { constraint } => {
                self.add_table_constraint(&table, &members, constraint);
            }
            TableAction::DropConstraint { name, if_exists, cascade } => {
                self.drop_constraint(&table, name, *if_exists, *cascade);
            }
            TableAction::RenameConstraint { from, to } => {
                self.rename_constraint(&table, from, to);
            }
            TableAction::ValidateConstraint { name } => self.validate(&table, &members, name),
            TableAction::AttachPartition { partition, bound } => {
                self.attach(&table, partition, bound);
            }
            TableAction::DetachPartition { partition, .. } => {
                let partition = self.needs(partition, ObjectKind::Table);
                self.set_partition_of(&partition, None);
                self.detach_indexes(&partition);
            }
            TableAction::SetInherit { parent, inherit } => {
                self.set_inherit(&table, parent, *inherit);
            }
            TableAction::RenameTable { to } => {
                let to = in_schema_of(&table, to);
                self.rename_and_tell(&table, &to);
            }
            TableAction::SetSchema { schema } => {
                let to = Name::qualified(schema.clone(), table.name.clone());
                self.rename_and_tell(&table, &to);
            }
            TableAction::AddIdentity { .. }
            | TableAction::SetIdentity { .. }
            | TableAction::DropIdentity { .. }
            | TableAction::SetExpression { .. }
            | TableAction::DropExpression { .. } => {
                self.alter_generation(&table, &members, action);
            }
            _ => self.alter_column_or_options(&table, &members, action),
        }
    }

    /// As [`Apply::needs_column`]; a view's columns are not worked out.
    pub(super) fn needs_relation_column(&mut self, table: &Name, column: &str) {
        if self.catalog.table_mut(table).is_some() {
            self.needs_column(table, column);
        }
    }

    fn add_column(
        &mut self,
        table: &Name,
        members: &[Name],
        column: &change::Column,
        constraints: &[Located<Constraint>],
        if_not_exists: bool,
    ) {
        let there = self.catalog.column(table, &column.name);
        let seen =
            self.catalog.seen_table(table).is_some_and(|(_, it)| it.column(&column.name).is_some());
        if self.is_guarded(if_not_exists) && seen {
            return;
        }
        let assumed = if_not_exists && !there.is_absent();
        // Those below take their numbers from the same sequence.
        let spelled = self.expand(table, column);
        for member in members {
            let found = self.catalog.seen_table(member);
            let merged = found.is_some_and(|(_, it)| it.column(&column.name).is_some());
            self.put_column(member, spelled.clone());
            let added =
                self.catalog.table_mut(member).and_then(|table| table.column_mut(&column.name));
            let Some(added) = added else { continue };
            added.local = member == table || (added.local && merged);
            if assumed {
                // It may be older and of another type.
                added.whole = false;
                if let Some(birth) = &mut added.birth {
                    birth.unused = false;
                }
            }
        }
        self.differ_table(table, Kind::ColumnAdded { column: column.name.clone() });
        for constraint in constraints {
            let span = std::mem::replace(&mut self.span, constraint.span);
            self.add_constraint(table, &constraint.value, true);
            let children = members.get(1..).unwrap_or_default();
            self.copy_constraint(children, &constraint.value, table);
            self.span = span;
        }
    }

    /// Tells of an equal type too: what is computed from the column is then built anew.
    pub(super) fn alter_type(
        &mut self,
        table: &Name,
        members: &[Name],
        column: &str,
        to: &DataType,
    ) {
        self.needs_relation_column(table, column);
        let from = self.catalog.column_as_far_as_seen(table, column);
        let from = from.and_then(|it| it.definition.ty.clone());
        let typed = self.catalog.engine() == Engine::Postgres;
        self.each_column(members, column, |it| {
            let from = it.ty.replace(to.clone());
            if let (Some(from), Some(default), true) = (from, &mut it.default, typed) {
                keep_type(default, &from);
            }
        });
        self.change_identity_sequence(table, column, |it| it.ty = Some(to.clone()));
        let column = column.to_owned();
        self.differ_table(table, Kind::ColumnTypeChanged { column, from, to: to.clone() });
    }

    pub(super) fn make_nullable(&mut self, table: &Name, members: &[Name], column: &str) {
        let was = self.catalog.column(table, column).known().map(|it| it.definition.not_null);
        self.needs_column(table, column);
        self.each_column(members, column, |it| it.not_null = false);
        for member in members {
            if let Some(table) = self.catalog.table_mut(member) {
                table.constraints.remove_where(|constraint| {
                    matches!(&constraint.kind, ConstraintKind::NotNull(of) if of == column)
                });
            }
        }
        if was != Some(false) {
            self.differ_table(table, Kind::ColumnMadeNullable { column: column.to_owned() });
        }
    }

    fn add_table_constraint(&mut self, table: &Name, members: &[Name], constraint: &Constraint) {
        let primary = matches!(constraint.kind, ConstraintKind::PrimaryKey(_));
        let there = self.catalog.seen_table(table).is_some_and(|(_, found)| {
            (primary && found.primary_key().is_some())
                || constraint.name.as_ref().is_some_and(|name| found.constraint(name).is_some())
        });
        if self.is_guarded(false) && there {
            return;
        }
        self.add_constraint(table, constraint, true);
        self.copy_constraint(members.get(1..).unwrap_or_default(), constraint, table);
    }

    /// Gives the partitions and children of a table its new constraint, as far as they inherit it.
    fn copy_constraint(&mut self, children: &[Name], constraint: &Constraint, table: &Name) {
        let partitioned =
            self.catalog.seen_table(table).is_some_and(|(_, it)| it.partition_by.is_some());
        let added = self
            .catalog
            .seen_table(table)
            .and_then(|(_, it)| it.constraints.last().cloned())
            .filter(|added| {
                std::mem::discriminant(&added.kind) == std::mem::discriminant(&constraint.kind)
            });
        let Some(added) = added else { return };
        for child in children {
            match &added.kind {
                ConstraintKind::Check(_) | ConstraintKind::NotNull(_) if !added.no_inherit => {
                    self.add_constraint(child, &added, false);
                }
                ConstraintKind::ForeignKey(_) if partitioned => {
                    self.add_constraint(child, &added, false);
                }
                ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_) if partitioned => {
                    self.add_constraint(child, &Constraint { name: None, ..added.clone() }, false);
                    self.attach_key(child, &added, table);
                }
                _ => {}
            }
        }
    }

    pub(super) fn drop_constraint(
        &mut self,
        table: &Name,
        name: &str,
        if_exists: bool,
        cascade: bool,
    ) {
        if self.is_guarded(if_exists) && self.catalog.constraint(table, name).is_absent() {
            return;
        }
        let key = self.catalog.seen_table(table).and_then(|(_, it)| it.constraint(name)).and_then(
            |constraint| match &constraint.kind {
                ConstraintKind::PrimaryKey(key) | ConstraintKind::Unique(key) => {
                    Some(key.columns.clone())
                }
                _ => None,
            },
        );
        let not_null =
            self.catalog.seen_table(table).and_then(|(_, it)| match &it.constraint(name)?.kind {
                ConstraintKind::NotNull(column) => Some(column.clone()),
                _ => None,
            });
        self.remove_constraint(table, name);
        self.differ_table(table, Kind::ConstraintDropped { name: name.to_owned() });
        if let Some(column) = not_null {
            self.differ_table(table, Kind::ColumnMadeNullable { column });
        }
        if let Some(columns) = key.filter(|_| cascade) {
            self.remove_references(table, Some(&columns));
        }
    }

    fn validate(&mut self, table: &Name, members: &[Name], name: &str) {
        let mut not_null = None;
        let mut changed = true;
        for member in members {
            let Some(found) = self.catalog.table_mut(member) else { continue };
            let Some(constraint) = found.constraints.get_mut(name) else { continue };
            changed = changed && !(member == table && constraint.validated);
            constraint.validated = true;
            if let ConstraintKind::NotNull(column) = &constraint.kind {
                not_null = Some(column.clone());
            }
        }
        if changed {
            self.differ_table(table, Kind::ConstraintValidated { name: name.to_owned() });
            if let Some(column) = not_null {
                self.make_not_null(table, &column, true, true);
            }
        }
    }

    fn attach(&mut self, parent: &Name, partition: &Name, bound: &str) {
        if let Some(Relation::Index(_)) = self.catalog.relations.get(parent) {
            let partition = self.needs(partition, ObjectKind::Index);
            if let Some(index) = self.catalog.index_mut(&partition) {
                index.parent = Some(parent.clone());
            }
            self.validate_partitioned_index(parent);
            self.differ(ObjectRef::new(ObjectKind::Index, partition), Kind::ObjectChanged);
            return;
        }
        let partition = self.needs(partition, ObjectKind::Table);
        self.set_partition_of(&partition, Some((parent.clone(), bound.to_owned())));
        self.copy_partition_indexes(&partition, parent);
    }

    fn set_partition_of(&mut self, partition: &Name, parent: Option<(Name, String)>) {
        let new = parent.as_ref().map(|(parent, _)| parent.clone());
        let Some(table) = self.catalog.table_mut(partition) else { return };
        let old = std::mem::replace(&mut table.partition_of, parent);
        if let Some((old, _)) = old {
            self.catalog.link(&old, partition, false);
        }
        if let Some(new) = new {
            self.catalog.link(&new, partition, true);
        }
        self.differ_table(partition, Kind::ObjectChanged);
    }

    /// The indexes of a partition that was detached stand for themselves.
    fn detach_indexes(&mut self, partition: &Name) {
        let indexes = self.catalog.indexes_of(partition).map(|(name, _)| name.clone());
        for name in indexes.collect::<Vec<_>>() {
            if let Some(index) = self.catalog.index_mut(&name) {
                index.parent = None;
            }
        }
    }

    fn set_inherit(&mut self, table: &Name, parent: &Name, inherit: bool) {
        let parent = self.needs(parent, ObjectKind::Table);
        self.catalog.link(&parent, table, inherit);
        if let Some(table) = self.catalog.table_mut(table) {
            table.parents.retain(|other| *other != parent);
            table.parents.extend(inherit.then_some(parent));
        }
        self.differ_table(table, Kind::ObjectChanged);
    }

    /// A partitioned index becomes valid when each partition has its part.
    fn validate_partitioned_index(&mut self, index: &Name) {
        let Some(table) = self.catalog.index(index).seen().and_then(|index| index.table.clone())
        else {
            return;
        };
        let all = self.catalog.children(&table).all(|(child, _)| {
            self.catalog.indexes_of(child).any(|(_, part)| part.parent.as_ref() == Some(index))
        });
        if let Some(index) = self.catalog.index_mut(index) {
            index.valid |= all;
        }
    }
}

/// A string as a default is a value of the type that its column had then, and it stays one when the
/// column gets another type (PostgreSQL: `ATPrepAlterColumnType` casts the value, not the string).
fn keep_type(default: &mut Expr, from: &DataType) {
    let text = &default.text;
    let inner = text.strip_prefix('\'').and_then(|it| it.strip_suffix('\''));
    let is_string = inner.is_some_and(|inner| !inner.replace("''", "").contains('\''));
    // A NULL is kept only where the column's type had a length to cast it to.
    let is_null = text == "null" && !from.arguments.is_empty();
    if !is_string && !is_null {
        return;
    }
    let bare = match from.name.name.as_str() {
        "character" => DataType::named("bpchar"),
        _ => DataType { arguments: Vec::new(), ..from.clone() },
    };
    default.text = format!("{text}::{}", quoted_type(Engine::Postgres, &bare));
}
