//! PostgreSQL: forms and the classifier.

mod add_column;
mod alter;
pub mod block;
pub mod bounds;
mod classify;
mod constraints;
mod drops;
pub mod forms;
mod maintenance;
mod names;
pub mod narrowing;
mod objects;
mod partitions;
mod plan;
pub mod proof;
mod related;
pub mod retype;
mod rows;
pub mod together;
pub mod types;
pub mod volatility;

use crate::dialect::Dialect;
use crate::effects::ChangeEffect;
use crate::schema::catalog::Catalog;
use crate::schema::change::Change;

/// What a change does.
pub fn effect(
    change: &Change,
    before: &Catalog,
    after: &Catalog,
    dialect: Dialect,
) -> ChangeEffect {
    let refused_in_block = block::refused(change, before, dialect);
    ChangeEffect { refused_in_block, ..classify::classify(change, before, after, dialect) }
}
