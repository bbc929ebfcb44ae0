//! VACUUM, ANALYZE, CLUSTER, REINDEX, REFRESH, and new indexes.

use super::constraints::copies_of;
use super::forms::{self, Work};
use super::partitions::taken_over;
use super::plan::{Plan, Reach};
use crate::effects::{LockMode, Role};
use crate::schema::catalog::Relation;
use crate::schema::change::{CreateIndex, Maintenance, MaintenanceVerb};
use crate::schema::name::{Name, ObjectKind};

/// The touches of a maintenance command.
pub(super) fn classify(plan: &mut Plan<'_>, maintenance: &Maintenance) {
    let Maintenance { verb, objects, full, .. } = maintenance;
    if *verb == MaintenanceVerb::Checkpoint {
        return;
    }
    let all = objects.is_empty()
        || objects.iter().any(|it| {
            matches!(it.kind, ObjectKind::Schema | ObjectKind::Database | ObjectKind::System)
        });
    if all && !plan.before.complete {
        plan.unknown("it works on tables that these migrations do not show");
    }
    if *verb == MaintenanceVerb::Reindex {
        return reindex(plan, maintenance);
    }
    let names: Vec<Name> = match objects.is_empty() {
        true => stored(plan, None),
        false => objects.iter().map(|object| object.name.clone()).collect(),
    };
    for name in names {
        match verb {
            MaintenanceVerb::Cluster if objects.is_empty() && !is_clustered(plan, &name) => {}
            MaintenanceVerb::Vacuum if *full => {
                plan.apply(&forms::REWRITE, &name, vacuum_reach(plan), &[]);
            }
            MaintenanceVerb::Cluster => {
                plan.apply(&forms::REWRITE, &name, Reach::Partitions, &[]);
            }
            _ => {
                plan.apply(&forms::SETTINGS, &name, vacuum_reach(plan), &[]);
                if *verb == MaintenanceVerb::Analyze {
                    for child in plan.below(&plan.before.resolve(&name), Reach::Family) {
                        plan.touch(Role::Partition, &child, LockMode::AccessShare, Work::Brief);
                    }
                }
            }
        }
    }
}

/// From 18 on VACUUM and ANALYZE go on to the tables that inherit.
fn vacuum_reach(plan: &Plan<'_>) -> Reach {
    if plan.since(18) { Reach::Family } else { Reach::Partitions }
}

fn is_clustered(plan: &Plan<'_>, name: &Name) -> bool {
    plan.table(name).is_some_and(|table| table.options.contains_key("cluster"))
}

/// The tables and materialized views of a schema, or all.
fn stored(plan: &Plan<'_>, schema: Option<&str>) -> Vec<Name> {
    let found = plan.before.relations.iter().filter(|(name, relation)| {
        let inside = schema.is_none() || name.schema.as_deref() == schema;
        inside
            && match relation {
                Relation::Table(table) => table.kind == ObjectKind::Table,
                Relation::View(view) => view.materialized,
                _ => false,
            }
    });
    found.map(|(name, _)| (**name).clone()).collect()
}

fn reindex(plan: &mut Plan<'_>, maintenance: &Maintenance) {
    let online = maintenance.concurrently;
    for object in &maintenance.objects {
        match object.kind {
            ObjectKind::Index => reindex_index(plan, &object.name, online),
            ObjectKind::Schema => {
                for name in stored(plan, Some(&object.name.name)) {
                    reindex_table(plan, &name, online);
                }
            }
            ObjectKind::Database | ObjectKind::System => {
                for name in stored(plan, None) {
                    reindex_table(plan, &name, online);
                }
            }
            _ => reindex_table(plan, &object.name, online),
        }
    }
}

fn reindex_table(plan: &mut Plan<'_>, name: &Name, online: bool) {
    for member in plan.family(name, Reach::Partitions) {
        let indexes = plan.indexes(&member);
        reindex_member(plan, name, &member, &indexes, online);
    }
}

fn reindex_index(plan: &mut Plan<'_>, name: &Name, online: bool) {
    let Some(object) = plan.object(ObjectKind::Index, name) else { return };
    let table = match plan.before.relations.get(&object.name) {
        Some(Relation::Index(index)) => index.table.clone(),
        _ => None,
    };
    let Some(table) = table else {
        plan.touch(Role::Index, &object.name, LockMode::AccessExclusive, Work::Build);
        return plan.unknown(format!("the table of the index `{name}` is not known"));
    };
    for member in plan.family(&table, Reach::Partitions) {
        let copies = copies_of(plan, &table, &object.name.name, &member);
        let indexes: Vec<Name> = copies.into_iter().map(|(_, index)| index).collect();
        reindex_member(plan, &table, &member, &indexes, online);
    }
}

/// One table of those under `name`, which is partitioned or that table itself.
fn reindex_member(plan: &mut Plan<'_>, name: &Name, member: &Name, indexes: &[Name], online: bool) {
    if plan.is_partitioned(name) {
        plan.apply(&forms::REINDEX_PARTITIONED, member, Reach::Alone, &[]);
        if plan.is_partitioned(member) {
            return;
        }
    }
    let form = if online { &forms::REINDEX_CONCURRENTLY } else { &forms::REINDEX };
    let named: Vec<_> = indexes.iter().map(|index| (Role::Index, index.clone())).collect();
    plan.apply(form, member, Reach::Alone, &named);
}

/// `REFRESH MATERIALIZED VIEW`.
pub(super) fn refresh(plan: &mut Plan<'_>, name: &Name, online: bool, with_data: bool) {
    plan.target_kind = ObjectKind::MaterializedView;
    let form = match (online, with_data) {
        (true, _) => &forms::REFRESH_CONCURRENTLY,
        (false, true) => &forms::REWRITE,
        (false, false) => &forms::WITH_INDEXES,
    };
    plan.apply(form, name, Reach::Alone, &[]);
    if with_data && let Some(view) = plan.before.view(name).seen() {
        for source in &view.reads {
            plan.read(source, LockMode::AccessShare, Work::Scan);
        }
    }
}

/// `CREATE INDEX`.
pub(super) fn create_index(plan: &mut Plan<'_>, index: &CreateIndex) {
    let table = plan.before.resolve(&index.table);
    let exists = index.if_not_exists
        && index.name.as_ref().is_some_and(|name| {
            let name = Name { schema: table.schema.clone(), name: name.clone() };
            plan.before.index(&name).known().is_some()
        });
    match (index.concurrently, exists) {
        (true, true) => plan.apply(&forms::SETTINGS, &table, Reach::Alone, &[]),
        (true, false) => plan.apply(&forms::INDEX_CONCURRENTLY, &table, Reach::Alone, &[]),
        (false, true) => plan.apply(&forms::INDEX_BRIEF, &table, Reach::Alone, &[]),
        (false, false) => {
            for member in plan.family(&table, Reach::Partitions.unless(index.only)) {
                let role = if member == table { Role::Target } else { Role::Partition };
                let has = taken_over(plan, &member, index).filter(|_| member != table);
                let work = if has.is_some() { Work::Brief } else { Work::Build };
                plan.touch(role, &member, LockMode::Share, work);
                if let Some(has) = has {
                    plan.touch(Role::Index, &has, LockMode::Share, Work::Brief);
                }
            }
        }
    }
}
