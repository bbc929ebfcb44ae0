//! What surely depends on an object: where the catalog does not show it for certain, nothing does.

use crate::dialect::Engine;
use crate::replay::Step;
use crate::schema::catalog::{Relation, View};
use crate::schema::change::{Change, ConstraintKind};
use crate::schema::name::{Name, ObjectKind};
use crate::schema::table::Birth;
use crate::sql::words::names_column;

/// Whether the statement drops something of this name too.
pub fn goes_here(step: &Step<'_>, name: &Name) -> bool {
    step.statement.changes.iter().any(|located| match &located.change.value {
        Change::Drop { object, .. } => step.before.resolve(&object.name) == *name,
        _ => false,
    })
}

/// What uses a column of a table: views, triggers, policies and generated columns.
pub fn of_column(step: &Step<'_>, table: &Name, column: &str) -> Vec<String> {
    let catalog = step.before;
    let Some(found) = catalog.column(table, column).known() else { return Vec::new() };
    let reading = catalog.views().filter(|(name, view)| {
        view.reads.contains(table)
            && catalog.view(name).known().is_some()
            && reads_column(step, view, table, column, found.birth)
    });
    let mut users: Vec<String> =
        reading.map(|(name, view)| format!("{} {name}", kind_of(view))).collect();
    let of_table = catalog.objects.iter().filter(|(key, _)| key.name == *table);
    for (key, _) in of_table {
        let Some(found) = catalog.object(key).known() else { continue };
        let part = key.part.as_deref().unwrap_or_default();
        let text = &found.definition;
        let names = |text: &str| names_column(text, column, Engine::Postgres);
        match key.kind {
            ObjectKind::Trigger if watched(text).iter().any(|it| names(it)) => {
                users.push(format!("trigger {part}"));
            }
            // In a query another table's column may be meant.
            ObjectKind::Policy if !text.contains("select") && names(text) => {
                users.push(format!("policy {part}"));
            }
            _ => {}
        }
    }
    let columns = catalog.seen_table(table).into_iter().flat_map(|(_, table)| &table.columns);
    let generated = columns.filter(|other| {
        let generated = other.definition.generated.as_ref();
        let gone = step.after.column(table, &other.definition.name).is_absent();
        generated.is_some_and(|it| it.expr.columns.contains(column)) && !gone
    });
    users.extend(generated.map(|it| format!("generated column {}", it.definition.name)));
    users
}

fn kind_of(view: &View) -> &'static str {
    if view.materialized { "materialized view" } else { "view" }
}

/// The parts of a trigger's definition in which a column is bound to it: UPDATE OF and WHEN.
fn watched(definition: &str) -> Vec<&str> {
    let head = definition.split(" execute ").next().unwrap_or_default();
    let of =
        head.split_once("update of ").map(|(_, rest)| rest.split(" on ").next().unwrap_or(rest));
    let when = head.split_once(" when ").map(|(_, rest)| rest);
    of.into_iter().chain(when).collect()
}

/// Whether a view surely shows, or asks for, a column of a table that it reads.
fn reads_column(
    step: &Step<'_>,
    view: &View,
    table: &Name,
    column: &str,
    born: Option<Birth>,
) -> bool {
    let text = &view.query.text;
    let alone = view.reads.len() == 1;
    // `*` stands for the columns that there were.
    let place =
        |birth: Option<Birth>| birth.map(|birth| (birth.migration, birth.file, birth.span.start));
    let older = match (place(born), place(view.origin.birth)) {
        (Some(column), Some(view)) => column < view,
        _ => false,
    };
    let all = text.contains("select *") || text.contains(".*");
    if alone && all && older {
        return view.query.read;
    }
    let others = || view.reads.iter().filter(|other| *other != table);
    let only_here = others().all(|other| {
        step.before.shape(other).known().is_some_and(|it| it.column(column).is_none())
    });
    view.query.read && only_here && names_column(text, column, Engine::Postgres)
}

/// The views that read a view.
pub fn readers(step: &Step<'_>, view: &Name) -> Vec<String> {
    let catalog = step.before;
    if catalog.view(view).known().is_none() {
        return Vec::new();
    }
    let readers = catalog.views().filter(|(name, it)| {
        it.reads.contains(view) && catalog.view(name).known().is_some() && !goes_here(step, name)
    });
    readers.map(|(name, it)| format!("{} {name}", kind_of(it))).collect()
}

/// The columns that have a type.
pub fn columns_of_type(step: &Step<'_>, ty: &Name) -> Vec<String> {
    let catalog = step.before;
    if catalog.type_of(ty).known().is_none() {
        return Vec::new();
    }
    let columns = catalog.columns_of_type(ty).into_iter().filter(|(table, column)| {
        catalog.table(table).known().is_some() && catalog.column(table, column).known().is_some()
    });
    columns.map(|(table, column)| format!("column {table}.{column}")).collect()
}

/// The triggers and defaults that call a function, where it has no namesake.
pub fn callers(step: &Step<'_>, function: &Name) -> Vec<String> {
    let catalog = step.before;
    let mut found = catalog.objects_named(ObjectKind::Routine, function);
    let known = found.next().is_some_and(|(key, _)| catalog.object(key).known().is_some());
    if !known || found.next().is_some() {
        return Vec::new();
    }
    let triggers = catalog.objects.iter().filter(|(key, trigger)| {
        let call = trigger.definition.rsplit_once("execute ").map(|(_, call)| call);
        let name =
            call.and_then(|call| call.split_once(' ').map_or(call, |it| it.1).split('(').next());
        let name = name.and_then(|name| Name::parsed(name.trim()));
        key.kind == ObjectKind::Trigger
            && catalog.object(key).known().is_some()
            && catalog.table(&key.name).known().is_some()
            && name.is_some_and(|name| catalog.resolve_by_routine(&name) == *function)
    });
    let mut users: Vec<String> = triggers
        .map(|(key, _)| {
            format!("trigger {} of {}", key.part.as_deref().unwrap_or_default(), key.name)
        })
        .collect();
    for (table, found) in catalog.tables() {
        for column in &found.columns {
            let calls = column.definition.default.as_ref().is_some_and(|default| {
                default.functions.iter().any(|it| catalog.resolve_by_routine(it) == *function)
            });
            let name = &column.definition.name;
            if calls && catalog.column(table, name).known().is_some() {
                users.push(format!("default of {table}.{name}"));
            }
        }
    }
    users
}

/// The foreign keys of other tables that hang on a key, where it is the only one on its columns.
pub fn of_key(step: &Step<'_>, table: &Name, constraint: &str) -> Vec<String> {
    let catalog = step.before;
    let Some(key) = catalog.constraint(table, constraint).known() else { return Vec::new() };
    let (ConstraintKind::PrimaryKey(key) | ConstraintKind::Unique(key)) = &key.kind else {
        return Vec::new();
    };
    let same = |columns: &[String]| {
        columns.len() == key.columns.len() && columns.iter().all(|it| key.columns.contains(it))
    };
    let indexes = catalog.relations.values().filter(|relation| match relation {
        Relation::Index(index) => {
            let columns: Vec<String> =
                index.keys.iter().filter_map(|key| key.column.clone()).collect();
            index.table.as_ref() == Some(table) && index.unique && same(&columns)
        }
        _ => false,
    });
    if indexes.count() != 1 {
        return Vec::new();
    }
    let referring = catalog.keys_to(table).filter(|(name, constraint, key)| {
        let own = constraint.name.as_deref().unwrap_or_default();
        *name != table
            && same(&key.referenced_columns)
            && catalog.constraint(name, own).known().is_some()
            && catalog.table(name).known().is_some()
    });
    referring
        .map(|(name, it, _)| format!("{name}.{}", it.name.as_deref().unwrap_or_default()))
        .collect()
}
