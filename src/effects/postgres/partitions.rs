//! Partitions and inheritance.

use super::alter::has_own_triggers;
use super::bounds;
use super::forms::{self, Work};
use super::plan::{Plan, Reach};
use crate::effects::{LockMode, Role};
use crate::schema::change::{CreateIndex, ForeignKey};
use crate::schema::name::Name;
use crate::schema::table::Index;

/// `CREATE TABLE ... PARTITION OF`.
pub(super) fn create(plan: &mut Plan<'_>, parent: &Name, bound: &str) {
    let parent = &plan.before.resolve(parent);
    plan.touch(Role::Parent, parent, LockMode::AccessExclusive, Work::Brief);
    default_partition(plan, parent, bound);
    indexes(plan, parent);
    for found in plan.foreign_keys(parent) {
        let referenced = plan.referenced(found.key);
        plan.apply(&forms::REFERENCED, parent, Reach::Alone, &referenced);
    }
    referencing(plan, parent, LockMode::ShareRowExclusive, Work::Brief);
}

/// `ATTACH PARTITION`.
pub(super) fn attach(plan: &mut Plan<'_>, parent: &Name, partition: &Name, bound: &str) {
    let partition = &plan.before.resolve(partition);
    let mode = match plan.before_version(12) {
        true => LockMode::AccessExclusive,
        false => LockMode::ShareUpdateExclusive,
    };
    plan.touch(Role::Target, parent, mode, Work::Brief);
    ancestors(plan, parent);
    let proven = bounds::proves_inside(plan, parent, partition, bound)
        || (bound == "default" && plan.below(parent, Reach::Partitions).is_empty());
    let form = if proven { &forms::PARTITION } else { &forms::PARTITION_CHECKED };
    for member in plan.family(partition, Reach::Family) {
        let named = [(Role::Partition, member)];
        plan.apply(form, parent, Reach::Alone, &named);
    }
    build_missing(plan, parent, partition);
    default_partition(plan, parent, bound);
    indexes(plan, parent);
    let own: Vec<_> = plan.foreign_keys(partition);
    for found in plan.foreign_keys(parent) {
        let same = |key: &ForeignKey| {
            key.columns == found.key.columns
                && key.references == found.key.references
                && key.referenced_columns == found.key.referenced_columns
        };
        // A key that the partition has becomes part of the parent's; else it is made and checked.
        let has = own.iter().any(|it| same(it.key) && it.constraint.validated);
        let form = if has { &forms::REFERENCED_MERGED } else { &forms::REFERENCED_CHECKED };
        let mut others = plan.referenced(found.key);
        others.push((Role::Partition, partition.clone()));
        plan.apply(form, parent, Reach::Alone, &others);
    }
    referencing(plan, parent, LockMode::ShareRowExclusive, Work::Brief);
}

/// `DETACH PARTITION`; `online` says CONCURRENTLY or FINALIZE.
pub(super) fn detach(plan: &mut Plan<'_>, parent: &Name, partition: &Name, online: bool) {
    let partition = &plan.before.resolve(partition);
    let mode = if online { LockMode::ShareUpdateExclusive } else { LockMode::AccessExclusive };
    plan.touch(Role::Target, parent, mode, Work::Brief);
    // Before 14 the partition's own triggers, copies of its parent's, wanted the strong lock too.
    let older = plan.before_version(14)
        && !plan.since(14)
        && !has_own_triggers(plan, &plan.before.resolve(parent));
    let mode = if older { LockMode::ShareUpdateExclusive } else { LockMode::AccessExclusive };
    plan.touch(Role::Partition, partition, mode, Work::Brief);
    let attached = plan.before.indexes_of(partition).filter(|(_, index)| index.parent.is_some());
    for index in attached.map(|(name, _)| name.clone()).collect::<Vec<_>>() {
        plan.touch(Role::Index, &index, LockMode::AccessExclusive, Work::Brief);
    }
    if !online && let Some(default) = default_of(plan, parent).filter(|it| it != partition) {
        let mode = LockMode::AccessExclusive;
        plan.touch(Role::DefaultPartition, &default, mode, Work::Brief);
    }
    for found in plan.foreign_keys(parent) {
        let referenced = plan.referenced(found.key);
        plan.apply(&forms::REFERENCED, parent, Reach::Alone, &referenced);
    }
    // No row may refer to the partition.
    referencing(plan, parent, LockMode::AccessExclusive, Work::Scan);
    if !plan.referencing(parent).is_empty() {
        plan.touch(Role::Partition, partition, LockMode::AccessExclusive, Work::Scan);
    }
}

/// `INHERIT`, `NO INHERIT`.
pub(super) fn inherit(plan: &mut Plan<'_>, table: &Name, parent: &Name, inherit: bool) {
    plan.apply(&forms::EXCLUSIVE, table, Reach::Alone, &[]);
    if !inherit {
        return plan.touch(Role::Parent, parent, LockMode::AccessShare, Work::Brief);
    }
    plan.touch(Role::Parent, parent, LockMode::ShareUpdateExclusive, Work::Brief);
    for child in plan.below(table, Reach::Family) {
        plan.touch(Role::Partition, &child, LockMode::AccessShare, Work::Brief);
    }
}

/// `ALTER INDEX ... ATTACH PARTITION`.
pub(super) fn attach_index(plan: &mut Plan<'_>, index: &Name, partition: &Name) {
    plan.touch(Role::Target, index, LockMode::ShareUpdateExclusive, Work::Brief);
    plan.touch(Role::Index, partition, LockMode::AccessExclusive, Work::Brief);
    for (role, index) in [(Role::Parent, index), (Role::Partition, partition)] {
        if let Some(table) = plan.before.index(index).seen().and_then(|it| it.table.clone()) {
            plan.touch(role, &table, LockMode::AccessShare, Work::Brief);
        }
    }
}

/// The partition that takes what no other takes.
pub(super) fn default_of(plan: &Plan<'_>, parent: &Name) -> Option<Name> {
    let parent = plan.before.resolve(parent);
    let mut children = plan.before.children(&parent);
    let default = children.find(|(_, child)| {
        child.partition_of.as_ref().is_some_and(|(_, bound)| bound == "default")
    });
    default.map(|(name, _)| name.clone())
}

/// The tables that a partitioned table is a partition of: their bounds hold too.
fn ancestors(plan: &mut Plan<'_>, parent: &Name) {
    const LEVELS_MAX: usize = 64;
    let mut next = plan.table(parent).and_then(|table| table.partition_of.as_ref());
    for _ in 0..LEVELS_MAX {
        let Some((name, _)) = next else { break };
        plan.touch(Role::Parent, name, LockMode::AccessShare, Work::Brief);
        next = plan.table(name).and_then(|table| table.partition_of.as_ref());
    }
}

/// A new partition takes rows from the default one: none may be there.
fn default_partition(plan: &mut Plan<'_>, parent: &Name, bound: &str) {
    let Some(default) = default_of(plan, parent) else { return };
    let proven = bounds::proves_outside(plan, parent, &default, bound);
    let work = if proven { Work::Brief } else { Work::Scan };
    for member in plan.family(&default, Reach::Family) {
        plan.touch(Role::DefaultPartition, &member, LockMode::AccessExclusive, work);
    }
}

/// The parent's indexes are looked at.
fn indexes(plan: &mut Plan<'_>, parent: &Name) {
    for index in plan.indexes(parent) {
        plan.touch(Role::Index, &index, LockMode::ShareUpdateExclusive, Work::Brief);
    }
}

/// The tables whose foreign keys refer to the partitioned table.
fn referencing(plan: &mut Plan<'_>, parent: &Name, mode: LockMode, work: Work) {
    for found in plan.referencing(parent) {
        for member in plan.family(found.table, Reach::Partitions) {
            plan.touch(Role::Referencing, &member, mode, work);
        }
    }
}

/// Builds the indexes of the parent that the partition lacks.
fn build_missing(plan: &mut Plan<'_>, parent: &Name, partition: &Name) {
    let has = |wanted: &Index| {
        plan.before.indexes_of(partition).any(|(_, index)| {
            index.parent.is_none()
                && index.valid
                && (wanted.constraint.is_none() || index.constraint.is_some())
                && Definition::of(index) == Definition::of(wanted)
        })
    };
    let missing = plan.before.indexes_of(parent).any(|(_, wanted)| !has(wanted));
    if missing {
        for member in plan.family(partition, Reach::Partitions) {
            plan.touch(Role::Partition, &member, LockMode::AccessExclusive, Work::Build);
        }
    }
}

/// The index of a table that a new one of its partitioned table takes over.
pub(super) fn taken_over(plan: &Plan<'_>, table: &Name, wanted: &CreateIndex) -> Option<Name> {
    let mut indexes = plan.before.indexes_of(table);
    let found = indexes.find(|(_, index)| {
        let same = Definition {
            unique: wanted.unique,
            method: wanted.method.as_deref().unwrap_or("btree"),
            keys: wanted.keys.iter().map(|key| (key.expr.text.as_str(), &*key.options)).collect(),
            include: &wanted.include,
            predicate: wanted.predicate.as_ref().map(|it| it.text.as_str()),
            nulls_not_distinct: wanted.nulls_not_distinct,
        };
        index.parent.is_none() && index.valid && Definition::of(index) == same
    });
    found.map(|(name, _)| name.clone())
}

/// What two indexes share of which one can stand for the other.
#[derive(PartialEq, Eq)]
struct Definition<'i> {
    unique: bool,
    method: &'i str,
    keys: Vec<(&'i str, &'i str)>,
    include: &'i [String],
    predicate: Option<&'i str>,
    nulls_not_distinct: bool,
}

impl<'i> Definition<'i> {
    fn of(index: &'i Index) -> Self {
        Self {
            unique: index.unique,
            method: index.method.as_deref().unwrap_or("btree"),
            keys: index.keys.iter().map(|key| (key.expr.text.as_str(), &*key.options)).collect(),
            include: &index.include,
            predicate: index.predicate.as_ref().map(|it| it.text.as_str()),
            nulls_not_distinct: index.nulls_not_distinct,
        }
    }
}
