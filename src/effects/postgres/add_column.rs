//! `ADD COLUMN`.

use super::plan::{Plan, Reach};
use super::volatility::{Volatility, volatility};
use super::{constraints, forms};
use crate::effects::{LockMode, Role};
use crate::schema::change::{Column, Constraint, ConstraintKind};
use crate::schema::expr::Expr;
use crate::schema::knowledge::Knowledge;
use crate::schema::name::Name;
use crate::schema::table::TypeKind;
use crate::schema::types::DataType;

/// What a type brings to a new column.
#[derive(Clone, Debug, Default)]
struct Brought {
    /// A default of a domain.
    default: Option<Expr>,
    /// A domain that refuses values: every row is written to check them (10 to 18).
    constrained: bool,
    /// Nobody knows the type: it may be such a domain.
    unknown: bool,
}

/// The touches of a new column with the constraints beside it.
pub(super) fn classify<'a>(
    plan: &mut Plan<'_>,
    table: &Name,
    only: bool,
    column: &Column,
    beside: impl Iterator<Item = &'a Constraint>,
    if_not_exists: bool,
) {
    let exists = matches!(plan.before.column(table, &column.name), Knowledge::Known(_));
    if if_not_exists && exists {
        return plan.apply(&forms::EXCLUSIVE, table, Reach::Alone, &[]);
    }
    let reach = Reach::Family.unless(only);
    let stored_nowhere = column.generated.as_ref().is_some_and(|it| !it.stored);
    let brought = brought(plan, column.ty.as_ref());
    let default = column.default.as_ref().or(brought.default.as_ref());
    let rewrites = !stored_nowhere && rewrites(plan, table, column, &brought, default);
    plan.apply(if rewrites { &forms::REWRITE } else { &forms::EXCLUSIVE }, table, reach, &[]);
    // A virtual column may hold NULL although nothing was written.
    if stored_nowhere && (column.not_null || brought.constrained) {
        plan.apply(&forms::CHECK_ROWS, table, reach, &[]);
    }
    if let Some(default) = default {
        next_of(plan, default);
    }
    for constraint in beside {
        add_beside(plan, table, only, constraint, column);
    }
}

/// Whether every row is written.
fn rewrites(
    plan: &mut Plan<'_>,
    table: &Name,
    column: &Column,
    brought: &Brought,
    default: Option<&Expr>,
) -> bool {
    let serial = column.ty.as_ref().and_then(DataType::serial_of).is_some();
    let stored = column.generated.as_ref().is_some_and(|it| it.stored);
    if serial || stored || column.identity.is_some() || brought.constrained {
        return true;
    }
    if brought.unknown {
        let ty = column.ty.as_ref().map(ToString::to_string).unwrap_or_default();
        plan.unknown(format!(
            "the type {ty} is not known: if it is a domain with a constraint, every row of \
             `{table}` is written anew"
        ));
        return true;
    }
    let Some(default) = default.filter(|default| !is_null(default)) else { return false };
    // Before 11 a default was written to every row.
    if plan.before_version(11) {
        return true;
    }
    match volatility(default, plan.before, !plan.before_version(12)) {
        Volatility::Steady => false,
        Volatility::Volatile => true,
        Volatility::Unknown(function) => {
            plan.unknown(format!(
                "`{function}` is not known: if it is volatile, every row of `{table}` is written \
                 anew"
            ));
            true
        }
    }
}

fn is_null(expr: &Expr) -> bool {
    expr.text.split("::").next().is_some_and(|text| text.trim() == "null")
}

/// A constraint beside the column. No value is there to be looked up where nothing is written
/// beside it; a CHECK is verified all the same.
fn add_beside(
    plan: &mut Plan<'_>,
    table: &Name,
    only: bool,
    constraint: &Constraint,
    column: &Column,
) {
    match &constraint.kind {
        // Without a default it fails at the first row; a default is not NULL.
        ConstraintKind::NotNull(_) => {}
        ConstraintKind::ForeignKey(key) => {
            let reach = Reach::Partitions.unless(only);
            let referenced = plan.referenced(key);
            plan.apply(&forms::FOREIGN_KEY, table, reach, &referenced);
            // Measured: the numbers of an identity column are not looked up, nor is a domain's default.
            let written = column.default.is_some()
                || column.generated.is_some()
                || column.ty.as_ref().and_then(DataType::serial_of).is_some();
            if !written || !constraint.enforced {
                return;
            }
            plan.apply(&forms::FOREIGN_KEY_CHECKED, table, reach, &[]);
            if !column.default.as_ref().is_some_and(is_null) {
                plan.apply(&forms::FOREIGN_KEY_CHECKED, table, reach, &referenced);
            }
        }
        ConstraintKind::PrimaryKey(key) if key.using_index.is_none() => {
            let unique =
                Constraint { kind: ConstraintKind::Unique(key.clone()), ..constraint.clone() };
            constraints::add(plan, table, only, &unique);
        }
        _ => constraints::add(plan, table, only, constraint),
    }
}

/// Types of common extensions; none is a domain.
const EXTENSION_TYPES: &[&str] = &[
    "box2d",
    "cube",
    "geography",
    "geometry",
    "halfvec",
    "lquery",
    "ltree",
    "seg",
    "sparsevec",
    "vector",
];

fn brought(plan: &Plan<'_>, ty: Option<&DataType>) -> Brought {
    const LEVELS_MAX: usize = 16;
    let mut brought = Brought::default();
    let mut next = ty.cloned();
    for _ in 0..LEVELS_MAX {
        let Some(ty) = next.take() else { break };
        if super::types::is_builtin(&ty) || ty.serial_of().is_some() {
            break;
        }
        match plan.before.type_of(&ty.name) {
            // An array of a domain checks its elements when they are stored.
            Knowledge::Known(found) => {
                if let TypeKind::Domain { ty: base, default, constraints } = &found.kind {
                    brought.constrained |= !constraints.is_empty() && ty.array_dimensions == 0;
                    let whole = ty.array_dimensions == 0;
                    brought.default = brought.default.or_else(|| default.clone().filter(|_| whole));
                    next = Some(base.clone()).filter(|_| whole);
                }
                brought.unknown |= matches!(found.kind, TypeKind::Unknown);
            }
            Knowledge::Absent => brought.unknown |= !plan.before.complete,
            Knowledge::Assumed if EXTENSION_TYPES.contains(&ty.name.name.as_str()) => {}
            Knowledge::Assumed | Knowledge::Clouded { .. } => brought.unknown = true,
        }
    }
    brought
}

/// The sequence that a default takes numbers from.
fn next_of(plan: &mut Plan<'_>, default: &Expr) {
    let Some((_, argument)) = default.text.split_once("nextval('") else { return };
    let Some((name, _)) = argument.split_once('\'') else { return };
    let parts: Vec<&str> = name.split('.').map(|part| part.trim_matches('"')).collect();
    let name = match parts.as_slice() {
        [name] => Name::bare(*name),
        [schema, name] => Name::qualified(*schema, *name),
        _ => return,
    };
    plan.touch(Role::Sequence, &name, LockMode::RowExclusive, forms::Work::Brief);
}
