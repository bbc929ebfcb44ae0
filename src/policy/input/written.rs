//! What a change writes: keys that each kind has of its own.

use super::Writer;
use super::about::object;
use super::change::{Change as Document, Object, Setting};
use super::node::tags;
use crate::finding::Subject;
use crate::migration::LocatedChange;
use crate::replay::Step;
use crate::schema::change::{
    self, Change, CreateRoutine, CreateTable, CreateView, Data, DataVerb, SequenceOptions,
    TableAction, Target, TransactionMark, TypeDefinition,
};
use crate::schema::document::{
    Attribute, Column, Constraint, Identity, Index, OwnedBy, PartitionOf, sequence_options, text,
};
use crate::schema::expr::Expr;
use crate::schema::name::{Name, ObjectRef};
use crate::source::{FileId, Span};

impl Writer<'_, '_> {
    /// Adds what is written.
    pub(super) fn write(
        &mut self,
        step: &Step<'_>,
        located: &LocatedChange,
        document: &mut Document,
    ) {
        let file = step.migration.migration.file;
        match &located.change.value {
            Change::CreateTable(it) => self.create_table(step, it, document),
            Change::AlterTable { target, action } => {
                document.if_exists = target.if_exists;
                document.only = target.only;
                let place = (file, located.change.span);
                self.alter_table(step, target, action, place, document);
            }
            Change::CreateIndex(it) => {
                document.concurrently = it.concurrently;
                document.if_not_exists = it.if_not_exists;
                document.only = it.only;
                document.index = Some(Index { loc: document.loc, ..Index::written(it) });
            }
            Change::CreateRoutine(it) => create_routine(it, document),
            Change::CreateView(it) => create_view(step, it, document),
            Change::CreateDomain { ty, default, constraints, .. } => {
                document.ty = Some(ty.to_string());
                document.default = text_of(default.as_ref());
                let placed = constraints.iter().map(|it| {
                    let loc = self.nodes.loc(file, it.span, None);
                    Constraint { loc, ..Constraint::new(&it.value) }
                });
                document.constraints = placed.collect();
            }
            Change::Data(it) => {
                self.tables(step, &it.writes, document);
                data(step, it, document);
            }
            Change::Truncate { tables, cascade, restart_identity } => {
                self.tables(step, tables, document);
                document.cascade = *cascade;
                document.restart_identity = *restart_identity;
            }
            Change::Lock { tables, mode, nowait } => {
                self.tables(step, tables, document);
                document.mode = Some(mode.clone());
                document.nowait = *nowait;
            }
            Change::Opaque { verb, names, why } => {
                self.tables(step, names, document);
                document.verb = Some(verb.clone());
                document.why = Some(why.clone());
            }
            other => small(step, other, document),
        }
    }

    /// Tables that a change names beside its object.
    fn tables(&mut self, step: &Step<'_>, names: &[Name], document: &mut Document) {
        let names = names.iter().map(|name| step.before.resolve(name));
        for name in names {
            document.tables.push(name.to_string());
            self.touched.insert(name);
        }
    }

    fn create_table(&mut self, step: &Step<'_>, it: &CreateTable, document: &mut Document) {
        let file = step.migration.migration.file;
        let table = step.after.resolve(&it.name);
        document.if_not_exists = it.if_not_exists;
        document.temporary = it.temporary;
        document.unlogged = it.unlogged;
        document.options = it.options.iter().cloned().collect();
        let columns = it.columns.iter();
        document.columns =
            columns.map(|it| self.column((file, it.span), &table, &it.value)).collect();
        let constraints = it.constraints.iter();
        document.constraints = constraints
            .map(|it| self.constraint(step, (file, it.span), &table, &it.value))
            .collect();
        let indexes = it.indexes.iter().map(|it| {
            let loc = self.nodes.loc(file, it.span, Some(Subject::Table(table.clone())));
            Index { loc, ..Index::written(&it.value) }
        });
        document.indexes = indexes.collect();
        document.like = it.like.iter().map(|it| resolved(step, &it.source)).collect();
        document.inherits = it.inherits.iter().map(|it| resolved(step, it)).collect();
        document.partition_by.clone_from(&it.partition_by);
        document.partition_of = it.partition_of.as_ref().map(|(parent, bound)| PartitionOf {
            table: resolved(step, parent),
            bound: bound.clone(),
        });
        document.of_type = it.of_type.as_ref().map(ToString::to_string);
        if let Some(query) = &it.query {
            document.query = Some(query.text.clone());
            document.reads = query.relations.iter().map(|it| resolved(step, it)).collect();
        }
    }

    fn column(&mut self, place: (FileId, Span), table: &Name, it: &change::Column) -> Column {
        let subject = Subject::Column(table.clone(), it.name.clone());
        let mut document = Column::new(it);
        document.comment = document.options.get(super::node::COMMENT).cloned();
        document.tags = tags(document.comment.as_deref());
        document.loc = self.nodes.loc(place.0, place.1, Some(subject));
        document
    }

    fn constraint(
        &mut self,
        step: &Step<'_>,
        place: (FileId, Span),
        table: &Name,
        it: &change::Constraint,
    ) -> Constraint {
        let subject = match &it.name {
            Some(name) => Subject::Object("constraint", format!("{table}.{name}")),
            None => Subject::Table(table.clone()),
        };
        let mut document = Constraint::new(it);
        document.loc = self.nodes.loc(place.0, place.1, Some(subject));
        if let change::ConstraintKind::ForeignKey(key) = &it.kind
            && let Some(references) = &mut document.references
        {
            let name = step.before.resolve(&key.references);
            references.table = name.to_string();
            self.touched.insert(name);
        }
        document
    }

    fn alter_table(
        &mut self,
        step: &Step<'_>,
        target: &Target,
        action: &TableAction,
        place: (FileId, Span),
        document: &mut Document,
    ) {
        let table = step.before.resolve(&target.name);
        match action {
            TableAction::AddColumn { column, constraints, if_not_exists } => {
                document.if_not_exists = *if_not_exists;
                document.column = Some(self.column(place, &table, column));
                document.constraints = constraints
                    .iter()
                    .map(|it| self.constraint(step, (place.0, it.span), &table, &it.value))
                    .collect();
            }
            TableAction::RedefineColumn { from, column, constraints, if_exists } => {
                document.if_exists |= *if_exists;
                if *from != column.name {
                    rename(document, from, &column.name);
                }
                document.column = Some(self.column(place, &table, column));
                document.constraints = constraints
                    .iter()
                    .map(|it| self.constraint(step, (place.0, it.span), &table, &it.value))
                    .collect();
            }
            TableAction::AddConstraint { constraint } => {
                document.not_valid = !constraint.validated && constraint.enforced;
                document.constraint = Some(self.constraint(step, place, &table, constraint));
            }
            TableAction::AttachPartition { partition, bound } => {
                document.bound = Some(bound.clone()).filter(|bound| !bound.is_empty());
                self.partition(step, partition, document);
            }
            TableAction::DetachPartition { partition, concurrently, finalize } => {
                document.concurrently = *concurrently;
                document.finalize = *finalize;
                self.partition(step, partition, document);
            }
            TableAction::AlterType { column, to, collation, using } => {
                let seen = step.before.column_as_far_as_seen(&table, column);
                let from = seen.and_then(|it| it.definition.ty.as_ref());
                document.from = from.map(ToString::to_string);
                document.to = Some(to.to_string());
                document.collation = collation.as_ref().map(ToString::to_string);
                document.using = text_of(using.as_ref());
            }
            other => alter_part(step, other, document),
        }
    }

    fn partition(&mut self, step: &Step<'_>, partition: &Name, document: &mut Document) {
        let name = step.before.resolve(partition);
        document.partition = Some(name.to_string());
        self.touched.insert(name);
    }
}

/// Adds what a sub-command says of a column, constraint or trigger.
fn alter_part(step: &Step<'_>, action: &TableAction, document: &mut Document) {
    match action {
        TableAction::DropColumn { if_exists, cascade, .. }
        | TableAction::DropConstraint { if_exists, cascade, .. } => {
            document.if_exists |= *if_exists;
            document.cascade = *cascade;
        }
        TableAction::RenameColumn { from, to } | TableAction::RenameConstraint { from, to } => {
            rename(document, from, to);
        }
        TableAction::SetNullable { nullable, .. } => document.nullable = *nullable,
        TableAction::SetDefault { default, .. } => document.default = text_of(default.as_ref()),
        TableAction::AddIdentity { identity, .. } => {
            document.identity = Some(Identity::of(identity.always));
            sequence(step, &identity.sequence, document);
        }
        TableAction::SetIdentity { always, sequence: options, .. } => {
            document.identity = always.map(Identity::of);
            sequence(step, options, document);
        }
        TableAction::DropIdentity { if_exists, .. }
        | TableAction::DropExpression { if_exists, .. } => document.if_exists |= *if_exists,
        TableAction::SetExpression { expr, .. } => document.expression = text_of(Some(expr)),
        TableAction::SetColumnOption { option, value, .. } => {
            options([(option, value.as_ref())], document);
        }
        TableAction::AlterConstraint { options, .. } => document.action = text(options),
        TableAction::SetTrigger { state, .. } => document.state = text(state),
        other => alter_whole(step, other, document),
    }
}

/// Adds what a sub-command says of the table as a whole.
fn alter_whole(step: &Step<'_>, action: &TableAction, document: &mut Document) {
    match action {
        TableAction::SetInherit { parent, .. } => document.inherits = vec![resolved(step, parent)],
        TableAction::RenameTable { to } => {
            let from = document.object.as_ref().map(|object| object.name.clone());
            rename(document, &from.unwrap_or_default(), to);
        }
        TableAction::SetSchema { schema } => document.schema = text(schema),
        TableAction::SetOwner { owner } => document.owner = text(owner),
        TableAction::SetRowSecurity { setting } => document.state = text(setting),
        TableAction::SetReplicaIdentity { identity } => document.replica_identity = text(identity),
        TableAction::SetOptions { options: all } => {
            options(all.iter().map(|(name, value)| (name, value.as_ref())), document);
        }
        TableAction::SetLogged { logged } => document.unlogged = !logged,
        TableAction::SetTablespace { tablespace } => document.tablespace = text(tablespace),
        TableAction::SetAccessMethod { method } => document.access_method = text(method),
        TableAction::ClusterOn { index } => document.by_index.clone_from(index),
        TableAction::SetOfType { ty } => document.of_type = ty.as_ref().map(ToString::to_string),
        TableAction::DependsOnExtension { extension, no } => {
            document.extension = text(extension);
            document.action = no.then(|| "NO DEPENDS".to_owned());
        }
        TableAction::AlterPartitions { verb, text } => {
            document.action = Some(format!("{verb} {text}").trim_end().to_owned());
        }
        TableAction::SetOnline { option, value } => {
            options([(&option.to_lowercase(), Some(value))], document);
        }
        TableAction::Opaque { text: words } => document.action = text(words),
        _ => {}
    }
}

/// Adds what the changes write that need no more than themselves.
fn small(step: &Step<'_>, change: &Change, document: &mut Document) {
    match change {
        Change::CreateType { definition, .. } => create_type(definition, document),
        Change::AddEnumValue { value, if_not_exists, .. } => {
            document.value = text(value);
            document.if_not_exists = *if_not_exists;
        }
        Change::RenameEnumValue { from, to, .. } => rename(document, from, to),
        Change::Sequence { create, guarded, temporary, options, .. } => {
            document.if_not_exists = *guarded && *create;
            document.if_exists = *guarded && !create;
            document.temporary = *temporary;
            sequence(step, options, document);
        }
        Change::Create { or_replace, if_not_exists, on, definition, .. } => {
            document.or_replace = *or_replace;
            document.if_not_exists = *if_not_exists;
            document.on = on.as_ref().map(|on| resolved(step, on));
            document.definition = text(definition);
        }
        Change::Drop { if_exists, cascade, concurrently, .. } => {
            document.if_exists = *if_exists;
            document.cascade = *cascade;
            document.concurrently = *concurrently;
        }
        Change::Rename { to, if_exists, .. } => {
            document.if_exists = *if_exists;
            let from = document.object.as_ref().map(|object| object.name.clone());
            rename(document, &from.unwrap_or_default(), to);
        }
        Change::SetSchema { schema, .. } => document.schema = text(schema),
        Change::SetOwner { owner, .. } => document.owner = text(owner),
        Change::Alter { if_exists, action, .. } => {
            document.if_exists = *if_exists;
            document.action = text(action);
        }
        Change::Comment { text, .. } => document.text.clone_from(text),
        Change::Privileges(it) => privileges(step, it, document),
        Change::RefreshMaterializedView { concurrently, with_data, .. } => {
            document.concurrently = *concurrently;
            document.with_no_data = !with_data;
        }
        Change::Maintenance(it) => {
            document.objects = objects(step, &it.objects);
            document.concurrently = it.concurrently;
            document.full = it.full;
        }
        Change::Session(it) => {
            let value = it.value.as_ref().map(|values| values.join(", "));
            document.setting = Some(Setting { name: it.name.clone(), value, local: it.local });
        }
        Change::Transaction(mark) => transaction(mark, document),
        Change::Nothing { verb } => document.verb = text(verb),
        _ => {}
    }
}

fn create_type(definition: &TypeDefinition, document: &mut Document) {
    match definition {
        TypeDefinition::Enum(labels) => document.labels.clone_from(labels),
        TypeDefinition::Composite(attributes) => {
            let attributes = attributes.iter();
            let attributes =
                attributes.map(|(name, ty)| Attribute { name: name.clone(), ty: ty.to_string() });
            document.attributes = attributes.collect();
        }
        TypeDefinition::Range(words) | TypeDefinition::Base(words) => {
            document.definition = text(words);
        }
        TypeDefinition::Shell => {}
    }
}

fn create_view(step: &Step<'_>, it: &CreateView, document: &mut Document) {
    document.or_replace = it.or_replace;
    document.if_not_exists = it.if_not_exists;
    document.temporary = it.temporary;
    document.with_no_data = !it.with_data;
    document.column_names.clone_from(&it.columns);
    document.query = text(&it.query.text);
    document.reads = it.query.relations.iter().map(|name| resolved(step, name)).collect();
    document.functions = it.query.functions.iter().map(ToString::to_string).collect();
    document.options = it.options.iter().cloned().collect();
}

fn create_routine(it: &CreateRoutine, document: &mut Document) {
    document.or_replace = it.or_replace;
    document.arguments = text(&it.arguments);
    document.returns.clone_from(&it.returns);
    document.language.clone_from(&it.language);
    document.volatility.clone_from(&it.volatility);
    document.security_definer = it.security_definer;
    document.sets_search_path = it.sets_search_path;
    document.body.clone_from(&it.body);
}

fn data(step: &Step<'_>, it: &Data, document: &mut Document) {
    document.reads = it.reads.iter().map(|name| resolved(step, name)).collect();
    document.functions = it.functions.iter().map(ToString::to_string).collect();
    let every_row = it.every_row.iter().any(|(verb, _)| *verb == it.verb);
    document.filtered = matches!(it.verb, DataVerb::Update | DataVerb::Delete) && !every_row;
    if let Some(gives) = &it.gives {
        document.column_names.clone_from(&gives.columns);
        document.rows = gives.rows;
    }
}

fn privileges(step: &Step<'_>, it: &change::Privileges, document: &mut Document) {
    document.privileges.clone_from(&it.privileges);
    document.roles.clone_from(&it.roles);
    document.objects = objects(step, &it.objects);
    document.all_of = it.all_of.map(|kind| kind.name());
    document.grant_option = it.options.contains("GRANT OPTION");
    document.cascade = it.options.contains("CASCADE");
    document.membership = it.membership;
}

fn transaction(mark: &TransactionMark, document: &mut Document) {
    let (word, name) = match mark {
        TransactionMark::Begin => ("begin", None),
        TransactionMark::Commit { .. } => ("commit", None),
        TransactionMark::Rollback { .. } => ("rollback", None),
        TransactionMark::Savepoint(name) => ("savepoint", Some(name)),
        TransactionMark::Release(name) => ("release", Some(name)),
        TransactionMark::RollbackTo(name) => ("rollback_to", Some(name)),
        TransactionMark::Prepare => ("prepare", None),
        TransactionMark::Characteristics => ("characteristics", None),
    };
    document.mark = Some(word);
    document.value = name.cloned();
}

fn sequence(step: &Step<'_>, it: &SequenceOptions, document: &mut Document) {
    document.ty = it.ty.as_ref().map(ToString::to_string);
    document.owned_by = it
        .owned_by
        .as_ref()
        .and_then(Option::as_ref)
        .map(|(table, column)| OwnedBy { table: resolved(step, table), column: column.clone() });
    document.options = sequence_options(it);
}

fn options<'o>(
    options: impl IntoIterator<Item = (&'o String, Option<&'o String>)>,
    document: &mut Document,
) {
    for (name, value) in options {
        match value {
            Some(value) => drop(document.options.insert(name.clone(), value.clone())),
            None => document.reset.push(name.clone()),
        }
    }
}

fn objects(step: &Step<'_>, objects: &[ObjectRef]) -> Vec<Object> {
    objects.iter().map(|it| object(&step.before.resolve_object(it), None)).collect()
}

fn rename(document: &mut Document, from: &str, to: &str) {
    document.from = text(from);
    document.to = text(to);
}

/// The name of the relation that a statement means.
fn resolved(step: &Step<'_>, name: &Name) -> String {
    step.before.resolve(name).to_string()
}

fn text_of(expr: Option<&Expr>) -> Option<String> {
    text(&expr?.text)
}
