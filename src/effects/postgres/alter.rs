//! The sub-commands of `ALTER TABLE` and its kin.

use super::forms::{self, Form, Work};
use super::plan::{Plan, Reach};
use super::{add_column, constraints, drops, partitions, retype};
use crate::effects::{LockMode, Role};
use crate::schema::catalog::Relation;
use crate::schema::change::{ConstraintKind, TableAction, Target};
use crate::schema::name::{Name, ObjectKind};

/// The touches of one sub-command.
pub(super) fn classify(plan: &mut Plan<'_>, target: &Target, action: &TableAction) {
    let Some(object) = plan.object(target.kind, &target.name) else { return };
    let name = object.name;
    plan.target_kind = target.kind;
    match object.kind {
        ObjectKind::Index => index(plan, &name, target.kind, action),
        ObjectKind::View | ObjectKind::Sequence => {
            plan.touch(Role::Target, &name, LockMode::AccessExclusive, Work::Brief);
        }
        _ if is_on_column(action) => column(plan, &name, target.only, action),
        _ if is_on_constraint(action) => constraint(plan, &name, target.only, action),
        _ => table(plan, &name, target.only, action),
    }
}

fn is_on_column(action: &TableAction) -> bool {
    matches!(action.part(), Some((ObjectKind::Column, _)))
}

fn is_on_constraint(action: &TableAction) -> bool {
    matches!(action, TableAction::AddConstraint { .. })
        || matches!(action.part(), Some((ObjectKind::Constraint, _)))
}

/// What is done to a column.
fn column(plan: &mut Plan<'_>, name: &Name, only: bool, action: &TableAction) {
    let family = Reach::Family.unless(only);
    // Identity columns of partitions follow those of their table from 17 on.
    let identity = if plan.since(17) { Reach::Partitions } else { Reach::Alone };
    let (form, reach) = match action {
        TableAction::AddColumn { column, constraints, if_not_exists } => {
            let beside = constraints.iter().map(|located| &located.value);
            return add_column::classify(plan, name, only, column, beside, *if_not_exists);
        }
        TableAction::DropColumn { column, cascade, .. } => {
            return drops::column(plan, name, only, column, *cascade);
        }
        TableAction::AlterType { .. } => return retype::classify(plan, name, only, action),
        TableAction::SetNullable { column, nullable: false } => {
            return constraints::not_null(plan, name, only, column);
        }
        // From 18 on those below are not looked at where nothing changes.
        TableAction::SetNullable { column, nullable: true }
            if !plan.before_version(18)
                && plan
                    .before
                    .column(name, column)
                    .known()
                    .is_some_and(|it| !it.definition.not_null) =>
        {
            (&forms::EXCLUSIVE, Reach::Alone)
        }
        TableAction::AddIdentity { .. } => (&forms::EXCLUSIVE, identity),
        TableAction::SetIdentity { column, .. } => {
            let sequences = plan.sequences(name, Some(column));
            plan.apply(&forms::SEQUENCE_CHANGED, name, Reach::Alone, &sequences);
            (&forms::EXCLUSIVE, identity)
        }
        TableAction::DropIdentity { column, .. } => {
            let sequences = plan.sequences(name, Some(column));
            plan.apply(&forms::SEQUENCES, name, Reach::Alone, &sequences);
            (&forms::EXCLUSIVE, identity)
        }
        TableAction::SetExpression { column, .. } => {
            let found = plan.before.column(name, column).known();
            let generated = found.and_then(|it| it.definition.generated.as_ref());
            match generated.is_some_and(|it| !it.stored) {
                true => (&forms::EXCLUSIVE, family),
                false => (&forms::REWRITE, family),
            }
        }
        TableAction::SetColumnOption { option, .. } => match option.as_str() {
            "statistics" => (&forms::SETTINGS, family),
            "storage" => (&forms::EXCLUSIVE, family),
            "n_distinct" | "n_distinct_inherited" => (&forms::SETTINGS, Reach::Alone),
            _ => (&forms::EXCLUSIVE, Reach::Alone),
        },
        _ => (&forms::EXCLUSIVE, family),
    };
    plan.apply(form, name, reach, &[]);
}

/// What is done to a constraint.
fn constraint(plan: &mut Plan<'_>, name: &Name, only: bool, action: &TableAction) {
    match action {
        TableAction::AddConstraint { constraint } => constraints::add(plan, name, only, constraint),
        TableAction::DropConstraint { name: dropped, if_exists, cascade } => {
            constraints::drop(plan, name, only, dropped, *if_exists, *cascade);
        }
        TableAction::ValidateConstraint { name: validated } => {
            constraints::validate(plan, name, only, validated);
        }
        TableAction::AlterConstraint { name: altered, options } => {
            constraints::alter(plan, name, altered, options);
        }
        TableAction::RenameConstraint { from, .. } => {
            let found = plan.before.constraint(name, from).seen();
            let inherited = found.is_some_and(|it| {
                let rows = matches!(it.kind, ConstraintKind::Check(_) | ConstraintKind::NotNull(_));
                rows && !it.no_inherit
            });
            let reach = if inherited { Reach::Family } else { Reach::Alone };
            plan.apply(&forms::EXCLUSIVE, name, reach, &[]);
            let index = Name { schema: name.schema.clone(), name: from.clone() };
            if plan.before.index(&index).seen().is_some() {
                plan.touch(Role::Index, &index, rename_index_mode(plan), Work::Brief);
            }
        }
        _ => {}
    }
}

/// An index got its new name under the strongest lock before 12.
fn rename_index_mode(plan: &Plan<'_>) -> LockMode {
    match plan.before_version(12) {
        true => LockMode::AccessExclusive,
        false => LockMode::ShareUpdateExclusive,
    }
}

/// What is done to a table or materialized view as a whole.
fn table(plan: &mut Plan<'_>, name: &Name, only: bool, action: &TableAction) {
    let mut others = Vec::new();
    let in_schema = |index: &str| Name { schema: name.schema.clone(), name: index.to_owned() };
    let (form, reach): (&Form, Reach) = match action {
        TableAction::SetOwner { .. } => {
            sequences(plan, name);
            (&forms::WITH_INDEXES, Reach::Alone)
        }
        TableAction::SetSchema { .. } => {
            sequences(plan, name);
            (&forms::EXCLUSIVE, Reach::Alone)
        }
        TableAction::SetTrigger { rule: false, .. } => (&forms::TRIGGER, of_triggers(plan, name)),
        TableAction::SetReplicaIdentity { identity } => {
            match identity.strip_prefix("USING INDEX ") {
                Some(index) => {
                    others.push((Role::Index, in_schema(index)));
                    (&forms::REPLICA_INDEX, Reach::Alone)
                }
                None => (&forms::EXCLUSIVE, Reach::Alone),
            }
        }
        TableAction::ClusterOn { index } => {
            others.extend(index.iter().map(|index| (Role::Index, in_schema(index))));
            match index {
                Some(_) => (&forms::CLUSTER_ON, Reach::Alone),
                None => (&forms::SETTINGS, Reach::Alone),
            }
        }
        TableAction::SetOptions { options } => {
            match options.iter().all(|(option, _)| is_light(option)) {
                true => (&forms::SETTINGS, Reach::Alone),
                false => (&forms::EXCLUSIVE, Reach::Alone),
            }
        }
        TableAction::SetLogged { logged } => {
            if plan.since(15) {
                sequences(plan, name);
            }
            let same = plan.before.table(name).known().is_some_and(|it| it.unlogged != *logged);
            (if same { &forms::EXCLUSIVE } else { &forms::REWRITE }, Reach::Alone)
        }
        TableAction::SetTablespace { tablespace } => {
            let same =
                option(plan, name, &["tablespace"], "pg_default") == Some(tablespace.as_str());
            (if same { &forms::EXCLUSIVE } else { &forms::COPY_FILE }, Reach::Alone)
        }
        TableAction::SetAccessMethod { method } => {
            let keys = ["access method", "using"];
            let same = option(plan, name, &keys, "heap") == Some(method.as_str());
            (if same { &forms::EXCLUSIVE } else { &forms::REWRITE }, Reach::Alone)
        }
        TableAction::AttachPartition { partition, bound } => {
            return partitions::attach(plan, name, partition, bound);
        }
        TableAction::DetachPartition { partition, concurrently, finalize } => {
            return partitions::detach(plan, name, partition, *concurrently || *finalize);
        }
        TableAction::SetInherit { parent, inherit } => {
            return partitions::inherit(plan, name, parent, *inherit);
        }
        TableAction::Opaque { text } => {
            plan.unknown(format!("the locks of `{text}` are not modelled"));
            (&forms::EXCLUSIVE, Reach::Family.unless(only))
        }
        _ => (&forms::EXCLUSIVE, Reach::Alone),
    };
    plan.apply(form, name, reach, &others);
}

fn sequences(plan: &mut Plan<'_>, table: &Name) {
    let sequences = plan.sequences(table, None);
    plan.apply(&forms::SEQUENCES, table, Reach::Alone, &sequences);
}

/// How far it reaches to switch triggers on or off: where there are none, those of foreign keys among
/// them, not below the table.
fn of_triggers(plan: &Plan<'_>, name: &Name) -> Reach {
    let may_have = plan.before.shape(name).known().is_none()
        || has_own_triggers(plan, name)
        || !plan.foreign_keys(name).is_empty()
        || !plan.referencing(name).is_empty();
    if may_have { Reach::Partitions } else { Reach::Alone }
}

/// Whether a table is known to have triggers that somebody made.
pub(super) fn has_own_triggers(plan: &Plan<'_>, name: &Name) -> bool {
    let mut objects = plan.before.objects.keys();
    objects.any(|object| object.kind == ObjectKind::Trigger && object.name == *name)
}

/// A table's option, under the first of these keys; `default` where the whole table was seen and
/// has none.
fn option<'p>(plan: &Plan<'p>, name: &Name, keys: &[&str], default: &'p str) -> Option<&'p str> {
    let table = plan.before.shape(name).known()?;
    let set = keys.iter().find_map(|key| table.options.get(*key));
    Some(set.map_or(default, String::as_str))
}

/// Whether a storage parameter is set under SHARE UPDATE EXCLUSIVE (`reloptions.c` of PostgreSQL's
/// sources); the others take the strongest lock.
fn is_light(option: &str) -> bool {
    const LIGHT: &[&str] = &[
        "deduplicate_items",
        "fillfactor",
        "log_autovacuum_min_duration",
        "n_distinct",
        "n_distinct_inherited",
        "parallel_workers",
        "toast_tuple_target",
        "vacuum_index_cleanup",
        "vacuum_max_eager_freeze_failure_rate",
        "vacuum_truncate",
    ];
    let option = option.strip_prefix("toast.").unwrap_or(option);
    option.starts_with("autovacuum_") || LIGHT.contains(&option)
}

/// What is done to an index; `written` is what the statement calls it.
fn index(plan: &mut Plan<'_>, name: &Name, written: ObjectKind, action: &TableAction) {
    let (mode, work) = match action {
        TableAction::RenameTable { .. } if written == ObjectKind::Index => {
            (rename_index_mode(plan), Work::Brief)
        }
        TableAction::SetOptions { options } if options.iter().all(|(it, _)| is_light(it)) => {
            (LockMode::ShareUpdateExclusive, Work::Brief)
        }
        TableAction::SetColumnOption { .. } => (LockMode::ShareUpdateExclusive, Work::Brief),
        TableAction::SetTablespace { .. } => (LockMode::AccessExclusive, Work::Build),
        TableAction::AttachPartition { partition, .. } => {
            return partitions::attach_index(plan, name, partition);
        }
        _ => (LockMode::AccessExclusive, Work::Brief),
    };
    plan.touch(Role::Target, name, mode, work);
    let table = match plan.before.relations.get(name) {
        Some(Relation::Index(index)) => index.table.clone(),
        _ => None,
    };
    if matches!(action, TableAction::Opaque { .. }) || (table.is_none() && work == Work::Build) {
        plan.unknown(format!("what this does to the index `{name}` is not modelled"));
    }
}
