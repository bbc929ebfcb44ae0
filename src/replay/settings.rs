//! Sub-commands of `ALTER TABLE` that set one thing of a column, a constraint or the table.

use super::DifferenceKind as Kind;
use super::apply::Apply;
use crate::schema::catalog::Relation;
use crate::schema::change::{self, Constraint, SequenceOptions, TableAction};
use crate::schema::name::Name;
use std::sync::Arc;

impl Apply {
    /// The sub-commands that set one thing of a column or of the table.
    pub(super) fn alter_column_or_options(
        &mut self,
        table: &Name,
        members: &[Name],
        action: &TableAction,
    ) {
        match action {
            TableAction::SetDefault { column, default } => {
                self.needs_relation_column(table, column);
                let was = self.catalog.column(table, column).seen();
                let same = was.is_some_and(|it| it.whole && it.definition.default == *default);
                self.each_column(members, column, |it| it.default = default.clone());
                if !same {
                    let changed = Kind::ColumnDefaultChanged { column: column.clone() };
                    self.differ_table(table, changed);
                }
                return;
            }
            TableAction::SetColumnOption { column, option, value } => {
                self.needs_relation_column(table, column);
                self.each_column(members, column, |it| {
                    it.options.retain(|(name, _)| name != option);
                    it.options.extend(value.clone().map(|value| (option.clone(), value)));
                });
            }
            TableAction::AlterConstraint { name, options } => {
                let found = self.catalog.table_mut(table);
                if let Some(constraint) = found.and_then(|it| it.constraints.get_mut(name)) {
                    alter_constraint(constraint, options);
                }
            }
            TableAction::SetOwner { owner } => {
                self.catalog.owners.insert(self.table_ref(table), owner.clone());
            }
            TableAction::Opaque { .. } => self.cloud_name(table),
            _ => self.set_options(table, action),
        }
        self.differ_table(table, Kind::ObjectChanged);
    }

    /// The sub-commands on identity and generated columns.
    pub(super) fn alter_generation(
        &mut self,
        table: &Name,
        members: &[Name],
        action: &TableAction,
    ) {
        match action {
            TableAction::AddIdentity { column, identity } => {
                self.needs_column(table, column);
                let ty = self.catalog.column(table, column).seen();
                let ty = identity
                    .sequence
                    .ty
                    .clone()
                    .or_else(|| ty.and_then(|it| it.definition.ty.clone()));
                let options = SequenceOptions { ty, ..identity.sequence.clone() };
                self.own_sequence(table, column, options);
                self.each_column(members, column, |it| it.identity = Some(identity.clone()));
            }
            TableAction::SetIdentity { column, always, sequence } => {
                self.needs_column(table, column);
                self.each_column(members, column, |it| {
                    let identity = it.identity.get_or_insert(change::Identity {
                        always: false,
                        sequence: SequenceOptions::default(),
                    });
                    identity.always = always.unwrap_or(identity.always);
                    identity.sequence.settings.extend(sequence.settings.iter().cloned());
                });
            }
            TableAction::DropIdentity { column, if_exists } => {
                let found = self.catalog.column(table, column).known();
                if *if_exists && found.is_some_and(|it| it.definition.identity.is_none()) {
                    return;
                }
                self.needs_column(table, column);
                self.each_column(members, column, |it| it.identity = None);
                self.remove_owned_sequences(table, Some(column));
            }
            TableAction::SetExpression { column, expr } => {
                self.needs_column(table, column);
                self.each_column(members, column, |it| {
                    let stored = it.generated.as_ref().is_none_or(|generated| generated.stored);
                    it.generated = Some(change::Generated { expr: expr.clone(), stored });
                });
            }
            TableAction::DropExpression { column, if_exists } => {
                let found = self.catalog.column(table, column).known();
                if *if_exists && found.is_some_and(|it| it.definition.generated.is_none()) {
                    return;
                }
                self.needs_column(table, column);
                self.each_column(members, column, |it| it.generated = None);
            }
            _ => return,
        }
        self.differ_table(table, Kind::ObjectChanged);
    }

    /// Settings that the catalog keeps by their name.
    fn set_options(&mut self, table: &Name, action: &TableAction) {
        let pairs: Vec<(String, Option<String>)> = match action {
            TableAction::SetOptions { options } => kept(options),
            TableAction::SetRowSecurity { setting } => {
                let key = match setting.as_str() {
                    "ENABLE" | "DISABLE" => "row security",
                    _ => "force row security",
                };
                vec![(key.into(), Some(setting.clone()))]
            }
            TableAction::SetReplicaIdentity { identity } => {
                vec![("replica identity".into(), Some(identity.clone()))]
            }
            TableAction::SetTrigger { name, rule, state } => {
                let kind = if *rule { "rule" } else { "trigger" };
                vec![(format!("{kind} {name}"), Some(state.clone()))]
            }
            TableAction::SetTablespace { tablespace } => {
                vec![("tablespace".into(), Some(tablespace.clone()))]
            }
            TableAction::SetAccessMethod { method } => {
                vec![("access method".into(), Some(method.clone()))]
            }
            TableAction::ClusterOn { index } => vec![("cluster".into(), index.clone())],
            TableAction::DependsOnExtension { extension, no } => {
                let key = format!("depends on extension {extension}");
                vec![(key, (!no).then(|| "yes".to_owned()))]
            }
            TableAction::SetLogged { logged } => {
                if let Some(table) = self.catalog.table_mut(table) {
                    table.unlogged = !logged;
                }
                Vec::new()
            }
            TableAction::SetOfType { ty } => {
                let ty = ty.as_ref().map(|ty| self.catalog.resolve_type(ty));
                if let Some(table) = self.catalog.table_mut(table) {
                    table.of_type = ty;
                }
                Vec::new()
            }
            _ => Vec::new(),
        };
        let options = match self.catalog.relations.get_mut(table) {
            Some(Relation::Table(table)) => &mut Arc::make_mut(table).options,
            Some(Relation::Index(index)) => &mut Arc::make_mut(index).options,
            Some(Relation::View(view)) => &mut Arc::make_mut(view).options,
            Some(Relation::Sequence(sequence)) => &mut Arc::make_mut(sequence).settings,
            None => return,
        };
        for (name, value) in pairs {
            match value {
                Some(value) => options.insert(name, value),
                None => options.remove(&name),
            };
        }
    }

    /// Changes a column wherever it is.
    pub(super) fn each_column(
        &mut self,
        members: &[Name],
        column: &str,
        mut alter: impl FnMut(&mut change::Column),
    ) {
        for member in members {
            if let Some(column) =
                self.catalog.table_mut(member).and_then(|table| table.column_mut(column))
            {
                alter(&mut column.definition);
            }
        }
    }
}

/// `ALTER CONSTRAINT`: deferrability, enforcement, inheritance.
fn alter_constraint(constraint: &mut Constraint, options: &str) {
    let mut words = options.split_whitespace().peekable();
    let mut not = false;
    while let Some(word) = words.next() {
        match word {
            "NOT" => {
                not = true;
                continue;
            }
            "DEFERRABLE" => constraint.deferrable = !not,
            "ENFORCED" => constraint.enforced = !not,
            "DEFERRED" => constraint.initially_deferred = true,
            "IMMEDIATE" => constraint.initially_deferred = false,
            "INHERIT" => constraint.no_inherit = false,
            "NO" if words.peek() == Some(&"INHERIT") => {
                constraint.no_inherit = true;
                words.next();
            }
            _ => {}
        }
        not = false;
    }
}

/// Options without those of MySQL's that are done once and not kept.
fn kept(options: &[(String, Option<String>)]) -> Vec<(String, Option<String>)> {
    const ONCE: &[&str] =
        &["force", "order by", "validation", "discard tablespace", "import tablespace"];
    let pairs = options.iter().filter(|(name, _)| !ONCE.contains(&name.as_str()));
    let renamed = |(name, value): &(String, Option<String>)| {
        let name = name.strip_prefix("convert to ").unwrap_or(name);
        (name.to_owned(), value.clone())
    };
    pairs.map(renamed).collect()
}
