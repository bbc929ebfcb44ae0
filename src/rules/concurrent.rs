//! What works concurrently, on tables where nothing does.

use crate::dialect::Version;
use crate::replay::Step;
use crate::schema::change::{Change, Maintenance, MaintenanceVerb};
use crate::schema::name::{Name, ObjectKind};

/// The partitioned table on which the server takes no CONCURRENTLY, where the change says it, and
/// whether that is so on every version that the dialect may be.
pub fn on_partitioned(step: &Step<'_>, change: &Change) -> Option<(Name, bool)> {
    let (table, certain) = match change {
        Change::CreateIndex(index) if index.concurrently => {
            (step.before.resolve(&index.table), true)
        }
        Change::Drop { object, concurrently: true, .. } if object.kind == ObjectKind::Index => {
            (table_of(step, &step.before.resolve(&object.name))?, true)
        }
        Change::Maintenance(Maintenance {
            verb: MaintenanceVerb::Reindex,
            concurrently: true,
            objects,
            ..
        }) if step.dialect.may_be_before(Version::major(14)) => {
            let name = step.before.resolve(&objects.first()?.name);
            let certain = !step.dialect.may_be_since(Version::major(14));
            (table_of(step, &name).unwrap_or(name), certain)
        }
        _ => return None,
    };
    // Also one that this statement's block has just created.
    let (_, found) = step.before.seen_table(&table)?;
    found.partition_by.is_some().then_some((table, certain))
}

fn table_of(step: &Step<'_>, index: &Name) -> Option<Name> {
    step.before.index(index).seen()?.table.clone()
}
