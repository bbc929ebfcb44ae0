//! What no transaction block takes.
//!
//! Manual, the pages of each command; measured: `tests/facts/postgres.csv`, column txn_block_ok.

use crate::dialect::{Dialect, Version};
use crate::schema::catalog::{Catalog, Relation};
use crate::schema::change::{Change, Maintenance, MaintenanceVerb, TableAction};
use crate::schema::name::{Name, ObjectKind, ObjectRef};

/// The form that some version in range refuses, in words; `None` for a statement that may run in a
/// block.
pub fn refused(change: &Change, catalog: &Catalog, dialect: Dialect) -> Option<String> {
    let form = match change {
        Change::CreateIndex(index) if index.concurrently => "CREATE INDEX CONCURRENTLY".to_owned(),
        Change::Drop { object, concurrently, .. } => match object.kind {
            ObjectKind::Index if *concurrently => "DROP INDEX CONCURRENTLY".to_owned(),
            kind => outside_databases("DROP", kind)?,
        },
        Change::Create { object, definition, .. } => {
            // Without a slot nothing is done outside the transaction.
            let slotless = ["connect = false", "create_slot = false"]
                .iter()
                .any(|option| definition.contains(option));
            if object.kind == ObjectKind::Subscription && slotless {
                return None;
            }
            outside_databases("CREATE", object.kind)?
        }
        Change::Alter { object, action, .. } => match object.kind {
            ObjectKind::System => "ALTER SYSTEM".to_owned(),
            ObjectKind::Database if action.starts_with("set tablespace") => {
                "ALTER DATABASE ... SET TABLESPACE".to_owned()
            }
            ObjectKind::Subscription if action.starts_with("refresh") => {
                "ALTER SUBSCRIPTION ... REFRESH".to_owned()
            }
            _ => return None,
        },
        Change::AlterTable {
            action: TableAction::DetachPartition { concurrently: true, .. },
            ..
        } => "DETACH PARTITION CONCURRENTLY".to_owned(),
        // Before 12 only the values of an enum that this transaction created can be added in it.
        Change::AddEnumValue { .. } if dialect.may_be_before(Version::major(12)) => {
            "ALTER TYPE ... ADD VALUE before version 12".to_owned()
        }
        Change::Maintenance(maintenance) => maintenance_form(maintenance, catalog, dialect)?,
        Change::Nothing { verb } if verb == "DISCARD ALL" => verb.clone(),
        _ => return None,
    };
    Some(form)
}

fn outside_databases(verb: &str, kind: ObjectKind) -> Option<String> {
    let named =
        matches!(kind, ObjectKind::Database | ObjectKind::Tablespace | ObjectKind::Subscription);
    named.then(|| format!("{verb} {}", kind.words().to_ascii_uppercase()))
}

fn maintenance_form(
    maintenance: &Maintenance,
    catalog: &Catalog,
    dialect: Dialect,
) -> Option<String> {
    let object = maintenance.objects.first();
    let form = match maintenance.verb {
        MaintenanceVerb::Vacuum if maintenance.full => "VACUUM FULL".to_owned(),
        MaintenanceVerb::Vacuum => "VACUUM".to_owned(),
        MaintenanceVerb::Cluster => match object {
            None => "CLUSTER of all tables".to_owned(),
            Some(table) if is_partitioned(catalog, table) => {
                "CLUSTER of a partitioned table".to_owned()
            }
            Some(_) => return None,
        },
        MaintenanceVerb::Reindex if maintenance.concurrently => "REINDEX CONCURRENTLY".to_owned(),
        MaintenanceVerb::Reindex => match object {
            Some(object) if object.kind == ObjectKind::Schema => "REINDEX SCHEMA".to_owned(),
            Some(object) if matches!(object.kind, ObjectKind::Database | ObjectKind::System) => {
                format!("REINDEX {}", object.kind.words().to_ascii_uppercase())
            }
            Some(object)
                if dialect.may_be_since(Version::major(14)) && is_partitioned(catalog, object) =>
            {
                "REINDEX of a partitioned table (from version 14)".to_owned()
            }
            _ => return None,
        },
        MaintenanceVerb::Analyze
        | MaintenanceVerb::Checkpoint
        | MaintenanceVerb::Optimize
        | MaintenanceVerb::Repair => return None,
    };
    Some(form)
}

/// Whether a table, or the table of an index, is known to be partitioned.
fn is_partitioned(catalog: &Catalog, object: &ObjectRef) -> bool {
    let table_of = |name: &Name| match catalog.relations.get(name) {
        Some(Relation::Table(table)) => table.partition_by.is_some(),
        _ => false,
    };
    let name = catalog.resolve(&object.name);
    match catalog.relations.get(&name) {
        Some(Relation::Index(index)) => index.table.as_ref().is_some_and(table_of),
        _ => table_of(&name),
    }
}
