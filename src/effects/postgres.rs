//! PostgreSQL: forms and the classifier.

pub mod block;
pub mod narrowing;
pub mod types;

use crate::dialect::Dialect;
use crate::effects::ChangeEffect;
use crate::schema::catalog::Catalog;
use crate::schema::change::Change;

/// What a change does.
pub fn effect(
    change: &Change,
    before: &Catalog,
    _after: &Catalog,
    dialect: Dialect,
) -> ChangeEffect {
    let refused_in_block = block::refused(change, before, dialect);
    let effect = match change {
        Change::Session(_) | Change::Transaction(_) | Change::Nothing { .. } => {
            ChangeEffect::none()
        }
        _ => ChangeEffect::unknown(format!("the locks of {} are not modelled", change.kind())),
    };
    ChangeEffect { refused_in_block, ..effect }
}
