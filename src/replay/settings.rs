//! Sub-commands of `ALTER TABLE` that set one thing of a column, a constraint or the table.

use super::DifferenceKind as Kind;
use super::apply::Apply;
use crate::schema::catalog::Relation;
use crate::schema::change::{self, Constraint, SequenceOptions, TableAction};
use crate::schema::name::{Name, ObjectKind, ObjectRef};
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
                if let Some(Relation::View(view)) = self.catalog.relations.get_mut(table) {
                    let (options, key) =
                        (&mut Arc::make_mut(view).options, format!("default {column}"));
                    options.remove(&key);
                    options.extend(default.as_ref().map(|it| (key, it.text.clone())));
                }
                if !same {
                    let changed = Kind::ColumnDefaultChanged { column: column.clone() };
                    self.differ_table(table, changed);
                }
                return;
            }
            TableAction::SetColumnOption { column, option, value } => {
                self.needs_relation_column(table, column);
                // `SET (a = 1, b = 2)` comes as one option.
                let names: Vec<&str> = option.split(", ").collect();
                let values: Vec<&str> = value.iter().flat_map(|it| it.split(", ")).collect();
                self.each_column(members, column, |it| {
                    it.options.retain(|(name, _)| !names.contains(&name.as_str()));
                    let set = names.iter().zip(&values);
                    it.options.extend(set.map(|(name, it)| ((*name).to_owned(), (*it).to_owned())));
                });
                if let Some(Relation::Index(index)) = self.catalog.relations.get_mut(table) {
                    let options = &mut Arc::make_mut(index).options;
                    options.extend(value.clone().map(|it| (format!("{option} {column}"), it)));
                }
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
                self.change_identity_sequence(table, column, |it| {
                    it.settings.extend(sequence.settings.iter().cloned());
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
            TableAction::SetTrigger { name, rule, state } => self
                .switched(table, name, *rule)
                .into_iter()
                .map(|key| (key, Some(state.clone())))
                .collect(),
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

    /// The keys under which the states of triggers or of a rule are kept: `ALL` and `USER` mean those
    /// that a table has now.
    fn switched(&self, table: &Name, name: &str, rule: bool) -> Vec<String> {
        let kind = if rule { ObjectKind::Rule } else { ObjectKind::Trigger };
        if name != "ALL" && name != "USER" {
            return vec![state_key(kind, name)];
        }
        let from = ObjectRef::new(kind, table.clone());
        let of_table = self.catalog.objects.range(from..).map(|(key, _)| key);
        of_table
            .take_while(|key| key.kind == kind && key.name == *table)
            .filter_map(|key| Some(state_key(kind, key.part.as_ref()?)))
            .collect()
    }

    /// The state of a trigger or rule goes with it, or follows it to another name.
    pub(super) fn move_state(&mut self, object: &ObjectRef, to: Option<&str>) {
        let Some(part) = &object.part else { return };
        let Some(table) = self.catalog.table_mut(&object.name) else { return };
        if let Some(state) = table.options.remove(&state_key(object.kind, part)) {
            table.options.extend(to.map(|to| (state_key(object.kind, to), state)));
        }
    }

    /// What a table's settings do with an index goes with it, or follows it to another name.
    pub(super) fn move_uses_of_index(&mut self, table: &Name, from: &str, to: Option<&str>) {
        let Some(table) = self.catalog.table_mut(table) else { return };
        for (key, prefix) in [("replica identity", "USING INDEX "), ("cluster", "")] {
            let uses = table.options.get(key).and_then(|it| it.strip_prefix(prefix)) == Some(from);
            if uses {
                table.options.remove(key);
                table.options.extend(to.map(|to| (key.to_owned(), format!("{prefix}{to}"))));
            }
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

/// The setting of a table that holds the state of a trigger or rule.
fn state_key(kind: ObjectKind, name: &str) -> String {
    format!("{} {name}", kind.name())
}
