//! What is created, altered and commented on beside tables.

use super::drops::domains_over;
use super::forms::{self, Work};
use super::names::{behind, first_name};
use super::partitions;
use super::plan::{Plan, Reach};
use super::proof::split_commas;
use crate::effects::{LockMode, Role};
use crate::schema::change::{ConstraintKind, CreateTable, CreateView, Privileges, SequenceOptions};
use crate::schema::name::{Name, ObjectKind, ObjectRef};

/// `CREATE TABLE`, in all its ways.
pub(super) fn create_table(plan: &mut Plan<'_>, create: &CreateTable) {
    let name = plan.before.creation_name(&create.name, create.temporary);
    if create.if_not_exists && plan.before.relation(&name).known().is_some() {
        return;
    }
    if let Some((parent, bound)) = &create.partition_of {
        partitions::create(plan, parent, bound);
    }
    for parent in &create.inherits {
        plan.touch(Role::Parent, parent, LockMode::ShareUpdateExclusive, Work::Brief);
    }
    for like in &create.like {
        plan.touch(Role::Source, &like.source, LockMode::AccessShare, Work::Brief);
    }
    for source in create.query.iter().flat_map(|query| &query.relations) {
        plan.read(source, LockMode::AccessShare, Work::Scan);
    }
    for constraint in &create.constraints {
        if let ConstraintKind::ForeignKey(key) = &constraint.value.kind {
            let referenced = plan.referenced(key);
            plan.apply(&forms::REFERENCED, &name, Reach::Alone, &referenced);
        }
    }
}

/// `CREATE VIEW`, `CREATE MATERIALIZED VIEW`.
pub(super) fn create_view(plan: &mut Plan<'_>, create: &CreateView) {
    let name = plan.before.creation_name(&create.name, create.temporary);
    if create.or_replace {
        plan.touch(Role::Target, &name, LockMode::AccessExclusive, Work::Brief);
    } else if create.if_not_exists && plan.before.relation(&name).known().is_some() {
        return;
    }
    for source in &create.query.relations {
        match create.materialized && create.with_data {
            true => plan.read(source, LockMode::AccessShare, Work::Scan),
            false => plan.touch(Role::Source, source, LockMode::AccessShare, Work::Brief),
        }
    }
}

/// `CREATE SEQUENCE`, and `ALTER SEQUENCE` with options.
pub(super) fn sequence(plan: &mut Plan<'_>, name: &Name, create: bool, options: &SequenceOptions) {
    if !create {
        plan.touch(Role::Sequence, name, LockMode::ShareRowExclusive, Work::Brief);
    }
    if let Some(Some((table, _))) = &options.owned_by {
        plan.touch(Role::Dependent, table, LockMode::AccessShare, Work::Brief);
    }
}

/// `CREATE` of an object that is kept as text.
pub(super) fn create(plan: &mut Plan<'_>, object: &ObjectRef, on: Option<&Name>, definition: &str) {
    match (object.kind, on) {
        (ObjectKind::Trigger, Some(table)) => {
            let each_row = definition.contains(" for each row ");
            let reach = if each_row { Reach::Partitions } else { Reach::Alone };
            plan.apply(&forms::TRIGGER, table, reach, &[]);
            for other in behind(definition, &[" from "]) {
                plan.touch(Role::Source, &other, LockMode::AccessShare, Work::Brief);
            }
        }
        (ObjectKind::Policy, Some(table)) => {
            plan.apply(&forms::EXCLUSIVE, table, Reach::Alone, &[]);
            sources(plan, definition);
        }
        (ObjectKind::Rule, Some(table)) => {
            plan.apply(&forms::EXCLUSIVE, table, Reach::Alone, &[]);
            let action = definition.split_once(" do ").map_or("", |(_, action)| action);
            for other in behind(action, &["insert into ", "update ", "delete from "]) {
                plan.touch(Role::Source, &other, LockMode::RowExclusive, Work::Brief);
            }
            sources(plan, action);
        }
        (ObjectKind::Statistics, _) => {
            for table in behind(definition, &[" from "]) {
                plan.apply(&forms::SETTINGS, &table, Reach::Alone, &[]);
            }
        }
        (ObjectKind::Publication, _) => published(plan, definition),
        _ => {}
    }
}

/// The relations that a query in a definition reads.
fn sources(plan: &mut Plan<'_>, definition: &str) {
    for source in behind(definition, &[" from ", " join "]) {
        plan.touch(Role::Source, &source, LockMode::AccessShare, Work::Brief);
    }
}

/// The tables that a publication lists.
fn published(plan: &mut Plan<'_>, definition: &str) {
    let Some((_, list)) = definition.split_once(" table ") else { return };
    for part in split_commas(list) {
        let part = part.trim();
        let part = part.strip_prefix("table ").unwrap_or(part);
        if part.starts_with("tables in schema") {
            break;
        }
        if let Some(table) = first_name(part.strip_prefix("only ").unwrap_or(part)) {
            // Those that inherit are listed with their parent, partitions are not.
            let partitioned = plan.is_partitioned(&table);
            let reach = if partitioned { Reach::Alone } else { Reach::Family };
            plan.apply(&forms::SETTINGS, &table, reach, &[]);
        }
    }
}

/// `ALTER` of an object that is kept as text.
pub(super) fn alter(plan: &mut Plan<'_>, object: &ObjectRef, action: &str) {
    let action = action.to_ascii_lowercase();
    match object.kind {
        ObjectKind::Policy => {
            plan.apply(&forms::EXCLUSIVE, &object.name, Reach::Alone, &[]);
            sources(plan, &action);
        }
        ObjectKind::Publication => {
            published(plan, &format!(" {action}"));
            let old = plan.before.object(&plan.before.resolve_object(object)).seen();
            if action.starts_with("set table ")
                && let Some(old) = old
            {
                published(plan, &old.definition);
            }
        }
        ObjectKind::Domain => domain(plan, &object.name, &action),
        ObjectKind::Type => composite(plan, &object.name, &action),
        ObjectKind::Extension if action.starts_with("update") => {
            plan.unknown(format!("what the new version of `{}` does is not known", object.name));
        }
        kind if kind.is_relation() => {
            plan.target_kind = kind;
            plan.apply(&forms::EXCLUSIVE, &object.name, Reach::Family, &[]);
            plan.unknown(format!("the locks of ALTER {} {action} are not modelled", kind.words()));
        }
        _ => {}
    }
}

/// A domain that takes a new constraint reads every table that uses it.
fn domain(plan: &mut Plan<'_>, name: &Name, action: &str) {
    let checks = ["add ", "set not null", "validate "].iter().any(|it| action.starts_with(it));
    if !checks || action.ends_with("not valid") {
        return;
    }
    if !plan.before.complete {
        plan.unknown(format!("the tables that use the domain `{name}` are not known"));
    }
    for domain in domains_over(plan, name) {
        let users = plan.before.columns_of_type(&domain);
        for (table, _) in
            users.into_iter().filter(|(table, _)| plan.stores_rows(table)).collect::<Vec<_>>()
        {
            plan.touch(Role::Dependent, &table, LockMode::Share, Work::Scan);
        }
    }
}

/// The tables that are made of a composite type change with it.
fn composite(plan: &mut Plan<'_>, name: &Name, action: &str) {
    if !action.contains("attribute ") {
        return;
    }
    let name = plan.before.resolve_type(name);
    let tables = plan.before.tables().filter(|(_, table)| table.of_type.as_ref() == Some(&name));
    let form = match action.contains("alter attribute ") {
        true => &forms::REWRITE,
        false => &forms::EXCLUSIVE,
    };
    for table in tables.map(|(table, _)| table.clone()).collect::<Vec<_>>() {
        plan.apply(form, &table, Reach::Family, &[]);
    }
}

/// `ALTER ... RENAME TO` of a trigger, policy or rule; other names than a relation's lock none.
pub(super) fn rename(plan: &mut Plan<'_>, object: &ObjectRef) {
    if object.part.is_none() {
        return;
    }
    // The triggers of partitions get the new name too, from 15 on.
    let clones = object.kind == ObjectKind::Trigger && plan.since(15);
    let reach = if clones { Reach::Partitions } else { Reach::Alone };
    plan.apply(&forms::EXCLUSIVE, &object.name, reach, &[]);
}

/// `COMMENT ON`.
pub(super) fn comment(plan: &mut Plan<'_>, object: &ObjectRef) {
    match object.kind {
        kind if kind.is_relation() => {
            plan.touch_kind(
                kind,
                Role::Target,
                &object.name,
                LockMode::ShareUpdateExclusive,
                Work::Brief,
            );
        }
        ObjectKind::Column => plan.apply(&forms::SETTINGS, &object.name, Reach::Alone, &[]),
        _ if object.part.is_some() => {
            let is_type = plan.before.types.contains_key(&plan.before.resolve_type(&object.name));
            if !is_type {
                plan.apply(&forms::READ, &object.name, Reach::Alone, &[]);
            }
        }
        _ => {}
    }
}

/// `GRANT`, `REVOKE`: from 18 on the relation is held while it is looked up.
pub(super) fn privileges(plan: &mut Plan<'_>, privileges: &Privileges) {
    if !plan.since(18) || privileges.all_of.is_some() {
        return;
    }
    for object in privileges.objects.iter().filter(|object| object.kind.is_relation()) {
        plan.touch_kind(
            object.kind,
            Role::Target,
            &object.name,
            LockMode::AccessShare,
            Work::Brief,
        );
    }
}
