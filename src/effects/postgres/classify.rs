//! Which form a change is: the only code that chooses.

use super::plan::Plan;
use super::{alter, drops, maintenance, objects, rows};
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
    choose(&mut plan, change);
    plan.finish()
}

fn choose(plan: &mut Plan<'_>, change: &Change) {
    match change {
        Change::AlterTable { target, action } => alter::classify(plan, target, action),
        Change::CreateTable(table) => objects::create_table(plan, table),
        Change::CreateIndex(index) => maintenance::create_index(plan, index),
        Change::CreateView(view) => objects::create_view(plan, view),
        Change::Sequence { name, create, options, .. } => {
            objects::sequence(plan, name, *create, options);
        }
        Change::Create { object, on, definition, .. } => {
            objects::create(plan, object, on.as_ref(), definition);
        }
        Change::Drop { object, cascade, concurrently, .. } => {
            drops::classify(plan, object, *cascade, *concurrently);
        }
        Change::Rename { object, .. } => objects::rename(plan, object),
        Change::Alter { object, action, .. } => objects::alter(plan, object, action),
        Change::Comment { object, .. } => objects::comment(plan, object),
        Change::Privileges(privileges) => objects::privileges(plan, privileges),
        Change::Truncate { tables, cascade, restart_identity } => {
            rows::truncate(plan, tables, *cascade, *restart_identity);
        }
        Change::RefreshMaterializedView { name, concurrently, with_data } => {
            maintenance::refresh(plan, name, *concurrently, *with_data);
        }
        Change::Maintenance(command) => maintenance::classify(plan, command),
        Change::Lock { tables, mode, .. } => rows::lock(plan, tables, mode),
        Change::Data(data) => rows::classify(plan, data),
        Change::Opaque { verb, .. } => plan.unknown(format!("what {verb} does is not modelled")),
        // Types, routines, schemas and settings: no relation is locked.
        Change::CreateType { .. }
        | Change::AddEnumValue { .. }
        | Change::RenameEnumValue { .. }
        | Change::CreateDomain { .. }
        | Change::CreateRoutine(_)
        | Change::SetSchema { .. }
        | Change::SetOwner { .. }
        | Change::Session(_)
        | Change::Transaction(_)
        | Change::Nothing { .. } => {}
    }
}
