//! `ALTER COLUMN ... TYPE` on a known schema: what is written, built or read anew.

use super::forms::{self, Work};
use super::plan::{Plan, Reach};
use super::related::KeyOf;
use super::types::{TypeChange, casts, change_by_casts};
use crate::dialect::{Dialect, Version};
use crate::effects::{LockMode, Role};
use crate::schema::catalog::Catalog;
use crate::schema::change::{ConstraintKind, TableAction};
use crate::schema::expr::Expr;
use crate::schema::name::Name;
use crate::schema::table::{Index, TypeKind};
use crate::schema::types::DataType;

/// What a type change does to a table and to those below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retype {
    /// To the rows, and to indexes that have the column as a key.
    pub change: TypeChange,
    /// Whether the types alone ask for more than a new entry in the catalog.
    pub converts: bool,
    /// The indexes that are built anew though the rows stay: by any change, one to the same type
    /// included, those with an expression or a predicate that mention the column, and those of
    /// partitions that belong to an index of the partitioned table.
    pub rebuilt: Vec<Name>,
    /// The indexes on the column that are made anew and take over the file of the old one.
    pub kept: Vec<Name>,
    /// Whether the operators for the new type are those of all arrays, enums or ranges.
    polymorphic: bool,
    /// The valid CHECK constraints that mention the column: verified anew by any change.
    pub verified: Vec<String>,
}

/// Works it out for `column` of `table` and its old type; `None` where `action` is no type change.
pub fn retype(
    before: &Catalog,
    dialect: Dialect,
    table: &Name,
    from: &DataType,
    action: &TableAction,
) -> Option<Retype> {
    let TableAction::AlterType { column, to, collation, using } = action else { return None };
    let casts = using.as_ref().map_or(Some(Vec::new()), |using| casts(using, column));
    let mut change = match casts {
        Some(casts) => change_by_casts(from, &casts, to, is_utc(before, dialect), before),
        None => TypeChange::Rewrites,
    };
    let converts = change != TypeChange::Free;
    if changes_collation(before, table, column, collation.as_ref()) {
        change = change.max(TypeChange::RebuildsIndexes);
    }
    let polymorphic = to.array_dimensions > 0
        || to.name.name.ends_with("range")
        || before.type_of(&to.name).known().is_some_and(|it| matches!(it.kind, TypeKind::Type(_)));
    let mut found = Retype {
        change,
        converts,
        rebuilt: Vec::new(),
        kept: Vec::new(),
        polymorphic,
        verified: Vec::new(),
    };
    let plan = Plan::new(before, before, dialect);
    for member in plan.family(table, Reach::Family) {
        found.add_indexes(before, &member, column);
        let checks = plan.table(&member).into_iter().flat_map(|table| &table.constraints);
        for check in checks.filter(|it| it.validated && it.enforced) {
            if let ConstraintKind::Check(expr) = &check.kind
                && expr.columns.contains(column)
            {
                found.verified.extend(check.name.clone());
            }
        }
    }
    found.verified.dedup();
    Some(found)
}

impl Retype {
    fn add_indexes(&mut self, before: &Catalog, table: &Name, column: &str) {
        for (name, index) in before.indexes_of(table) {
            if !mentions(index, column) {
                continue;
            }
            // Measured: a predicate or an expression anywhere in an index that mentions the column.
            let computed =
                index.predicate.is_some() || index.keys.iter().any(|key| key.column.is_none());
            let is_key = index.keys.iter().any(|key| key.column.as_deref() == Some(column));
            let rebuilds = self.change == TypeChange::RebuildsIndexes && is_key;
            // A hash index keeps no type of its key by which to tell that it is still the same.
            let hashed = is_key && self.polymorphic && index.method.as_deref() == Some("hash");
            // The index of a partitioned table has no file that a partition's could take over.
            let attached = index.parent.is_some();
            match computed || rebuilds || attached || hashed {
                true => self.rebuilt.push(name.clone()),
                false => self.kept.push(name.clone()),
            }
        }
    }
}

fn mentions(index: &Index, column: &str) -> bool {
    let in_expression = |expr: &Expr| expr.columns.contains(column);
    index.predicate.as_ref().is_some_and(in_expression)
        || index.keys.iter().any(|key| in_expression(&key.expr))
        || index.include.iter().any(|included| included == column)
}

/// Whether the column gets another collation: what an index orders by changes with it.
fn changes_collation(before: &Catalog, table: &Name, column: &str, new: Option<&Name>) -> bool {
    let old = before.column_as_far_as_seen(table, column);
    let old = old.and_then(|found| found.definition.collation.as_ref());
    let name = |collation: Option<&Name>| {
        collation.map(|name| name.name.clone()).filter(|name| name != "default")
    };
    name(old) != name(new)
}

/// Between timestamp and timestamptz the rows stay as they are only when the session is known to be
/// in UTC, from PostgreSQL 12 on.
fn is_utc(before: &Catalog, dialect: Dialect) -> bool {
    let zone = before.setting("timezone").and_then(<[String]>::first);
    let named = zone.is_some_and(|zone| {
        ["utc", "etc/utc", "gmt"].contains(&zone.to_ascii_lowercase().as_str())
    });
    named && !dialect.may_be_before(Version::major(12))
}

/// The touches of a type change.
pub(super) fn classify(plan: &mut Plan<'_>, table: &Name, only: bool, action: &TableAction) {
    let TableAction::AlterType { column, .. } = action else { return };
    let reach = Reach::Family.unless(only);
    let found = plan.before.column_as_far_as_seen(table, column);
    let from = found.and_then(|found| found.definition.ty.as_ref());
    let done = from.and_then(|from| retype(plan.before, plan.dialect, table, from, action));
    let change = done.as_ref().map_or(TypeChange::Unknown, |done| done.change);
    if change == TypeChange::Unknown {
        let what = if from.is_none() { "the old type of" } else { "one of the types of" };
        plan.unknown(format!("{what} `{table}.{column}` is not known: it may be written anew"));
    }
    let converts = done.as_ref().is_none_or(|done| done.converts);
    match done {
        Some(done) if matches!(change, TypeChange::Free | TypeChange::RebuildsIndexes) => {
            plan.apply(&forms::EXCLUSIVE, table, reach, &[]);
            for index in &done.kept {
                plan.touch(Role::Index, index, LockMode::AccessExclusive, Work::Brief);
            }
            for index in &done.rebuilt {
                rebuild(plan, index);
            }
            if !done.verified.is_empty() {
                plan.apply(&forms::CHECK_ROWS, table, reach, &[]);
            }
        }
        done => {
            plan.apply(&forms::REWRITE, table, reach, &[]);
            // The indexes of a partitioned table have no file, and are made anew all the same.
            for index in done.iter().flat_map(|done| done.kept.iter().chain(&done.rebuilt)) {
                plan.touch(Role::Index, index, LockMode::AccessExclusive, Work::Brief);
            }
        }
    }
    if found.is_some_and(|found| found.definition.identity.is_some()) {
        let sequences = plan.sequences(table, Some(column));
        plan.apply(&forms::SEQUENCE_CHANGED, table, reach, &sequences);
    }
    let same_operator = match action {
        TableAction::AlterType { to, .. } => {
            let other = ["timestamp", "character", "bpchar"];
            change == TypeChange::RebuildsIndexes
                && !other.iter().any(|name| to.name.name.starts_with(name))
        }
        _ => false,
    };
    remake_foreign_keys(plan, table, column, converts, same_operator);
}

/// An index is built anew from its table.
fn rebuild(plan: &mut Plan<'_>, index: &Name) {
    let table = plan.before.index(index).seen().and_then(|it| it.table.clone());
    if let Some(table) = table {
        plan.touch(Role::Index, index, LockMode::AccessExclusive, Work::Brief);
        let index = [(Role::Index, index.clone())];
        plan.apply(&forms::REBUILD_INDEXES, &table, Reach::Alone, &index);
    }
}

/// A foreign key on a changed column, at either end, is dropped and made again: both tables are
/// locked whatever the types are. It is checked again where rows are written anew, and where another
/// operator compares the two columns: the one of the column that is referred to, which takes the new
/// type of a column that refers where that is only read as another (`same_operator`).
fn remake_foreign_keys(
    plan: &mut Plan<'_>,
    table: &Name,
    column: &str,
    converts: bool,
    same_operator: bool,
) {
    let form = |free: bool| match free {
        true => &forms::FOREIGN_KEY_DROPPED,
        false => &forms::FOREIGN_KEY_REMADE,
    };
    let names = |columns: &[String]| columns.iter().any(|it| it == column);
    let out = plan.foreign_keys(table).into_iter().filter(|it| names(&it.key.columns));
    let into = plan.referencing(table).into_iter();
    let into = into.filter(|it| names(&it.key.referenced_columns));
    let out = out.map(|found| (found, form(!converts || same_operator)));
    let into = into.map(|found| (found, form(!converts)));
    for (KeyOf { table, constraint, key }, form) in out.chain(into).collect::<Vec<_>>() {
        let referenced = plan.referenced(key);
        if !constraint.enforced {
            plan.apply(&forms::EXCLUSIVE, table, Reach::Partitions, &[]);
            plan.apply(&forms::REFERENCED, table, Reach::Alone, &referenced);
            continue;
        }
        // One that the same statement drops is not made again.
        let goes = constraint
            .name
            .as_ref()
            .is_some_and(|name| plan.after.constraint(table, name).is_absent());
        let stays = constraint.validated && !goes;
        let form = if stays { form } else { &forms::FOREIGN_KEY_DROPPED };
        plan.apply(form, table, Reach::Partitions, &referenced);
    }
}
