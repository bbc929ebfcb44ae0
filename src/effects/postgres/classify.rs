//! Which form a change is: the only code that chooses.

use super::alter;
use super::plan::Plan;
use crate::dialect::Dialect;
use crate::effects::ChangeEffect;
use crate::schema::catalog::Catalog;
use crate::schema::change::Change;

/// What a change does on the worst version in range.
pub(super) fn classify(
    change: &Change,
    before: &Catalog,
    after: &Catalog,
    dialect: Dialect,
) -> ChangeEffect {
    let mut plan = Plan::new(before, after, dialect);
    match change {
        Change::Session(_) | Change::Transaction(_) | Change::Nothing { .. } => {}
        Change::AlterTable { target, action } => alter::classify(&mut plan, target, action),
        _ => plan.unknown(format!("the locks of {} are not modelled", change.kind())),
    }
    plan.finish()
}
