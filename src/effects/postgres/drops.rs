//! What goes, and what goes with it.

use super::constraints::drop_references;
use super::forms::{self, Work};
use super::plan::{Plan, Reach};
use crate::effects::{LockMode, Role};
use crate::schema::change::ConstraintKind;
use crate::schema::expr::Expr;
use crate::schema::name::Name;

/// `DROP COLUMN`.
pub(super) fn column(plan: &mut Plan<'_>, table: &Name, only: bool, column: &str, cascade: bool) {
    let reach = Reach::Family.unless(only);
    if plan.before.column(table, column).is_absent() {
        return plan.apply(&forms::EXCLUSIVE, table, Reach::Alone, &[]);
    }
    plan.apply(&forms::EXCLUSIVE, table, reach, &[]);
    for member in plan.family(table, reach) {
        column_parts(plan, &member, column, cascade);
    }
    if cascade {
        for view in plan.readers(table) {
            let mentions = plan.before.view(&view).seen().is_none_or(|found| {
                found.query.text.contains(column) || found.query.text.contains('*')
            });
            if mentions {
                gone(plan, &view);
            }
        }
    }
}

/// The indexes, foreign keys and sequences of one table's column.
fn column_parts(plan: &mut Plan<'_>, table: &Name, column: &str, cascade: bool) {
    let names = |expr: &Expr| expr.columns.contains(column);
    let indexes = plan.before.indexes_of(table).filter(|(_, index)| {
        index.predicate.as_ref().is_some_and(names)
            || index.keys.iter().any(|key| names(&key.expr))
            || index.include.iter().any(|it| it == column)
    });
    for index in indexes.map(|(name, _)| name.clone()).collect::<Vec<_>>() {
        plan.touch(Role::Index, &index, LockMode::AccessExclusive, Work::Brief);
    }
    let out = plan.foreign_keys(table).into_iter();
    for found in out.filter(|it| it.key.columns.iter().any(|of| of == column)) {
        let referenced = plan.referenced(found.key);
        plan.apply(&forms::FOREIGN_KEY_DROPPED, table, Reach::Alone, &referenced);
    }
    let sequences = plan.sequences(table, Some(column));
    plan.apply(&forms::SEQUENCES, table, Reach::Alone, &sequences);
    if cascade {
        let keys = plan.table(table).into_iter().flat_map(|table| &table.constraints);
        let keys = keys.filter_map(|constraint| match &constraint.kind {
            ConstraintKind::PrimaryKey(key) | ConstraintKind::Unique(key) => Some(&key.columns),
            _ => None,
        });
        let keys = keys.filter(|columns| columns.iter().any(|of| of == column));
        for columns in keys.collect::<Vec<_>>() {
            drop_references(plan, table, Some(columns));
        }
    }
}

/// A relation that goes because another one does.
pub(super) fn gone(plan: &mut Plan<'_>, name: &Name) {
    plan.touch(Role::Dependent, name, LockMode::AccessExclusive, Work::Brief);
    for index in plan.indexes(name) {
        plan.touch(Role::Index, &index, LockMode::AccessExclusive, Work::Brief);
    }
}
