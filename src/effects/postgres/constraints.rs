//! Constraints that `ALTER TABLE` adds, validates, changes and drops.

use super::forms::{self, Work};
use super::plan::{Plan, Reach};
use super::proof::proves_not_null;
use crate::effects::{LockMode, Role};
use crate::schema::change::{Constraint, ConstraintKind, ForeignKey, Key};
use crate::schema::knowledge::Knowledge;
use crate::schema::name::Name;
use std::collections::BTreeSet;

/// `ADD CONSTRAINT`; for one that stands beside a new column too, whose values are all NULL unless
/// `filled`.
pub(super) fn add(plan: &mut Plan<'_>, table: &Name, only: bool, constraint: &Constraint) {
    let checked = constraint.validated && constraint.enforced;
    // From 18 on the tables below are locked whether or not they get it too.
    if plan.since(18) && !only {
        let is_key = matches!(constraint.kind, ConstraintKind::ForeignKey(_));
        let form = if is_key { &forms::TRIGGER } else { &forms::EXCLUSIVE };
        plan.apply(form, table, Reach::Family, &[]);
    }
    match &constraint.kind {
        ConstraintKind::Check(_) => {
            let reach = Reach::Family.unless(only || constraint.no_inherit);
            let form = if checked { &forms::CHECK_ROWS } else { &forms::EXCLUSIVE };
            plan.apply(form, table, reach, &[]);
        }
        ConstraintKind::NotNull(column) => match checked {
            true => not_null(plan, table, only || constraint.no_inherit, column),
            false => plan.apply(&forms::EXCLUSIVE, table, Reach::Family.unless(only), &[]),
        },
        ConstraintKind::ForeignKey(key) => foreign_key(plan, table, only, key, checked),
        ConstraintKind::PrimaryKey(key) => primary_key(plan, table, only, key),
        ConstraintKind::Unique(key) => unique(plan, table, only, key, false),
        ConstraintKind::Exclude { .. } => unique(plan, table, only, &Key::default(), false),
    }
    // A key that may be checked late is checked by triggers.
    if constraint.deferrable && constraint.kind.is_key() {
        plan.apply(&forms::TRIGGER, table, Reach::Partitions.unless(only), &[]);
    }
}

fn foreign_key(plan: &mut Plan<'_>, table: &Name, only: bool, key: &ForeignKey, checked: bool) {
    let form = if checked { &forms::FOREIGN_KEY_CHECKED } else { &forms::FOREIGN_KEY };
    let referenced = plan.referenced(key);
    plan.apply(form, table, Reach::Partitions.unless(only), &referenced);
}

fn primary_key(plan: &mut Plan<'_>, table: &Name, only: bool, key: &Key) {
    let columns = match &key.using_index {
        Some(index) => index_columns(plan, table, index),
        None => Some(key.columns.clone()),
    };
    let Some(columns) = columns else {
        // The index is not known, nor whether its columns may be NULL.
        plan.apply(&forms::CHECK_ROWS, table, Reach::Family.unless(only), &[]);
        return unique(plan, table, only, key, true);
    };
    let nullable = columns.iter().filter(|column| !is_not_null(plan, table, column));
    let nullable: Vec<&String> = nullable.collect();
    for column in &nullable {
        not_null(plan, table, only, column);
    }
    unique(plan, table, only, key, !nullable.is_empty());
}

/// The key's columns where an index becomes the key.
fn index_columns(plan: &Plan<'_>, table: &Name, index: &str) -> Option<Vec<String>> {
    let schema = plan.before.resolve(table).schema;
    let found = plan.before.index(&Name { schema, name: index.to_owned() }).known()?;
    Some(found.keys.iter().filter_map(|key| key.column.clone()).collect())
}

fn unique(plan: &mut Plan<'_>, table: &Name, only: bool, key: &Key, nullable: bool) {
    if let Some(index) = &key.using_index {
        let schema = plan.before.resolve(table).schema;
        let index = [(Role::Index, Name { schema, name: index.clone() })];
        return plan.apply(&forms::KEY_USING_INDEX, table, Reach::Alone, &index);
    }
    plan.apply(&forms::KEY, table, Reach::Alone, &[]);
    // Before 18 a partition still takes reads, unless columns become NOT NULL with it.
    let exclusive = nullable || plan.since(18);
    let mode = if exclusive { LockMode::AccessExclusive } else { LockMode::Share };
    for member in plan.below(&plan.before.resolve(table), Reach::Partitions.unless(only)) {
        // A partition that has the constraint keeps its index, which becomes part of the new one.
        let own = plan.before.indexes_of(&member).find(|(_, index)| {
            let plain = index.keys.iter().map(|it| it.column.as_deref().unwrap_or_default());
            index.constraint.is_some()
                && index.unique
                && index.valid
                && index.parent.is_none()
                && index.predicate.is_none()
                && index.include == key.include
                && index.nulls_not_distinct == key.nulls_not_distinct
                && plain.eq(key.columns.iter().map(String::as_str))
        });
        let own = own.map(|(name, _)| name.clone());
        let work = if own.is_some() { Work::Brief } else { Work::Build };
        plan.touch(Role::Partition, &member, mode, work);
        if let Some(own) = own {
            plan.touch(Role::Index, &own, LockMode::Share, Work::Brief);
        }
    }
}

/// Whether a column is known to be NOT NULL already.
fn is_not_null(plan: &Plan<'_>, table: &Name, column: &str) -> bool {
    plan.before.column(table, column).known().is_some_and(|it| it.definition.not_null)
}

/// `SET NOT NULL`, `ADD CONSTRAINT ... NOT NULL`: each table reads its rows, but for one whose
/// column is NOT NULL already, or proven so by a CHECK (from 12 on).
pub(super) fn not_null(plan: &mut Plan<'_>, table: &Name, only: bool, column: &str) {
    // Where the column is NOT NULL already, partitions are not looked at, and from 18 on no table
    // that inherits.
    let skips = plan.is_partitioned(table) || !plan.before_version(18);
    if skips && is_not_null(plan, table, column) {
        return plan.apply(&forms::EXCLUSIVE, table, Reach::Alone, &[]);
    }
    each_not_null(plan, table, only, column);
}

fn each_not_null(plan: &mut Plan<'_>, table: &Name, only: bool, column: &str) {
    for member in plan.family(table, Reach::Family.unless(only)) {
        let proven = !plan.before_version(12) && is_proven(plan, &member, column);
        let free = is_not_null(plan, &member, column) || proven;
        let form = if free { &forms::EXCLUSIVE } else { &forms::CHECK_ROWS };
        plan.apply(form, &member, Reach::Alone, &[]);
    }
}

/// Whether a valid CHECK proves it that the statement does not drop.
fn is_proven(plan: &Plan<'_>, table: &Name, column: &str) -> bool {
    let Knowledge::Known(found) = plan.before.table(table) else { return false };
    proves_not_null(found, column, |name| {
        plan.before.constraint(table, name).known().is_some()
            && plan.after.constraint(table, name).known().is_some()
    })
}

/// `VALIDATE CONSTRAINT`.
pub(super) fn validate(plan: &mut Plan<'_>, table: &Name, only: bool, name: &str) {
    let reach = Reach::Family.unless(only);
    let Some(constraint) = plan.before.constraint(table, name).seen() else {
        return plan.apply(&forms::VALIDATE, table, reach, &[]);
    };
    let certain = matches!(plan.before.constraint(table, name), Knowledge::Known(_));
    if certain && constraint.validated {
        return plan.apply(&forms::SETTINGS, table, Reach::Alone, &[]);
    }
    let (referenced, reach) = match &constraint.kind {
        // Tables that inherit have no part in it.
        ConstraintKind::ForeignKey(key) => (plan.referenced(key), Reach::Partitions.unless(only)),
        _ => (Vec::new(), reach),
    };
    plan.apply(&forms::VALIDATE, table, reach, &referenced);
}

/// `ALTER CONSTRAINT`.
pub(super) fn alter(plan: &mut Plan<'_>, table: &Name, name: &str, options: &str) {
    let found = plan.before.constraint(table, name).seen();
    let words: Vec<&str> = options.split_whitespace().collect();
    if let Some(ConstraintKind::NotNull(column)) = found.map(|it| &it.kind)
        && words == ["INHERIT"]
    {
        return each_not_null(plan, table, false, column);
    }
    let Some(ConstraintKind::ForeignKey(key)) = found.map(|it| &it.kind) else {
        if found.is_none() {
            unknown_constraint(plan, table, name);
        }
        return plan.apply(&forms::EXCLUSIVE, table, Reach::Family, &[]);
    };
    let enforced = words.contains(&"ENFORCED");
    let stops = words.windows(2).any(|pair| pair == ["NOT", "ENFORCED"]);
    let was = found.is_some_and(|it| it.enforced);
    let form = match (enforced, stops) {
        (true, true) if was => &forms::FOREIGN_KEY_DROPPED,
        (true, false) if !was => &forms::FOREIGN_KEY_ENFORCED,
        _ => return plan.apply(&forms::EXCLUSIVE, table, Reach::Partitions, &[]),
    };
    plan.apply(form, table, Reach::Partitions, &plan.referenced(key));
}

/// `DROP CONSTRAINT`.
pub(super) fn drop(
    plan: &mut Plan<'_>,
    table: &Name,
    only: bool,
    name: &str,
    if_exists: bool,
    cascade: bool,
) {
    // All partitions are looked at first, ONLY or not.
    plan.apply(&forms::EXCLUSIVE, table, Reach::Partitions, &[]);
    let standing = plan.before.constraint(table, name);
    let Some(constraint) = standing.seen() else {
        if !standing.is_absent() {
            unknown_constraint(plan, table, name);
        }
        let reach = if if_exists && standing.is_absent() { Reach::Alone } else { Reach::Family };
        return plan.apply(&forms::EXCLUSIVE, table, reach.unless(only), &[]);
    };
    match &constraint.kind {
        ConstraintKind::ForeignKey(key) => {
            let referenced = plan.referenced(key);
            plan.apply(
                &forms::FOREIGN_KEY_DROPPED,
                table,
                Reach::Partitions.unless(only),
                &referenced,
            );
        }
        ConstraintKind::PrimaryKey(key) | ConstraintKind::Unique(key) => {
            drop_key(plan, table, only, name);
            if cascade {
                drop_references(plan, table, Some(&key.columns));
            }
        }
        ConstraintKind::Exclude { .. } => drop_key(plan, table, only, name),
        ConstraintKind::Check(_) | ConstraintKind::NotNull(_) => {
            let reach = Reach::Family.unless(only || constraint.no_inherit);
            plan.apply(&forms::EXCLUSIVE, table, reach, &[]);
        }
    }
}

fn drop_key(plan: &mut Plan<'_>, table: &Name, only: bool, name: &str) {
    let members = plan.family(table, Reach::Partitions.unless(only));
    for member in members {
        let copies = copies_of(plan, table, name, &member);
        // No copy is known: none is named, not all.
        let form = if copies.is_empty() { &forms::EXCLUSIVE } else { &forms::WITH_INDEXES };
        plan.apply(form, &member, Reach::Alone, &copies);
    }
}

/// The index of this name of the table, or the indexes of `member` that belong to it.
pub(super) fn copies_of(
    plan: &Plan<'_>,
    table: &Name,
    name: &str,
    member: &Name,
) -> Vec<(Role, Name)> {
    let table = plan.before.resolve(table);
    let whole = Name { schema: table.schema.clone(), name: name.to_owned() };
    let mut wanted: BTreeSet<Name> = [whole.clone()].into();
    // Partitions of partitions: the copies hang on each other.
    for level in plan.family(&table, Reach::Partitions) {
        for (index, found) in plan.before.indexes_of(&level) {
            if found.parent.as_ref().is_some_and(|parent| wanted.contains(parent)) {
                wanted.insert(index.clone());
            }
        }
    }
    let indexes = plan.indexes(member).into_iter().filter(|index| wanted.contains(index));
    indexes.map(|index| (Role::Index, index)).collect()
}

/// The foreign keys of other tables that refer to a table (to these columns, where given) go.
pub(super) fn drop_references(plan: &mut Plan<'_>, table: &Name, columns: Option<&[String]>) {
    for found in plan.referencing(table) {
        if columns.is_none_or(|columns| found.key.referenced_columns == columns) {
            let referenced = plan.referenced(found.key);
            plan.apply(&forms::FOREIGN_KEY_DROPPED, found.table, Reach::Partitions, &referenced);
        }
    }
}

fn unknown_constraint(plan: &mut Plan<'_>, table: &Name, name: &str) {
    plan.unknown(format!(
        "`{name}` on `{table}` is not known: if it is a foreign key, the table that it refers to \
         is locked too"
    ));
}
