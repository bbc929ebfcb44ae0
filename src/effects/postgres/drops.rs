//! What goes, and what goes with it.

use super::constraints::{copies_of, drop_references};
use super::forms::{self, Work};
use super::names::{behind, calls, mentions};
use super::partitions::default_of;
use super::plan::{Plan, Reach};
use crate::effects::{LockMode, Role};
use crate::schema::catalog::Relation;
use crate::schema::change::ConstraintKind;
use crate::schema::expr::Expr;
use crate::schema::name::{Name, ObjectKind, ObjectRef};
use crate::schema::table::TypeKind;

/// `DROP`.
pub(super) fn classify(plan: &mut Plan<'_>, object: &ObjectRef, cascade: bool, online: bool) {
    use ObjectKind as Kind;
    match object.kind {
        Kind::Index => index(plan, &object.name, online),
        kind if kind.is_relation() => relation(plan, kind, &object.name, cascade),
        Kind::Trigger => plan.apply(&forms::EXCLUSIVE, &object.name, Reach::Partitions, &[]),
        Kind::Policy | Kind::Rule => {
            plan.apply(&forms::EXCLUSIVE, &object.name, Reach::Alone, &[]);
        }
        Kind::Statistics => statistics(plan, object),
        Kind::Schema if cascade => schema(plan, &object.name.name),
        Kind::Type | Kind::Domain if cascade => ty(plan, &object.name),
        kind if cascade && kind.is_routine() => {
            function(plan, &object.name);
        }
        Kind::Extension if cascade => {
            let of = plan.before.columns_of_type(&plan.before.resolve_type(&object.name));
            of.iter().for_each(|(table, column)| self::column(plan, table, false, column, true));
            plan.unknown(format!("what belongs to the extension `{}` is not known", object.name));
        }
        _ => {}
    }
}

/// `DROP COLUMN`.
pub(super) fn column(plan: &mut Plan<'_>, table: &Name, only: bool, column: &str, cascade: bool) {
    let reach = Reach::Family.unless(only);
    if plan.before.column(table, column).is_absent() {
        return plan.apply(&forms::EXCLUSIVE, table, Reach::Alone, &[]);
    }
    // With ONLY those below keep the column, and are told that it is their own.
    plan.apply(&forms::EXCLUSIVE, table, Reach::Family, &[]);
    for member in plan.family(table, reach) {
        column_parts(plan, &member, column, cascade);
    }
    if cascade {
        let members = plan.family(table, reach);
        let views: Vec<Name> = members.iter().flat_map(|it| plan.direct_readers(it)).collect();
        for view in views {
            let mentions = plan.before.view(&view).seen().is_none_or(|found| {
                mentions(&found.query.text, column) || found.query.text.contains('*')
            });
            if mentions {
                gone(plan, &view);
                plan.readers(&view).iter().for_each(|reader| gone(plan, reader));
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

/// A relation that goes because another one does, with its indexes.
fn gone(plan: &mut Plan<'_>, name: &Name) {
    plan.touch(Role::Dependent, name, LockMode::AccessExclusive, Work::Brief);
    for index in plan.indexes(name) {
        plan.touch(Role::Index, &index, LockMode::AccessExclusive, Work::Brief);
    }
}

/// A table, view or sequence.
fn relation(plan: &mut Plan<'_>, kind: ObjectKind, name: &Name, cascade: bool) {
    plan.target_kind = kind;
    let Some(object) = plan.object(kind, name) else { return };
    let name = object.name;
    plan.apply(&forms::WITH_INDEXES, &name, Reach::Alone, &[]);
    if let Some(table) = plan.table(&name) {
        if let Some((parent, _)) = &table.partition_of {
            plan.touch(Role::Parent, parent, LockMode::AccessExclusive, Work::Brief);
            if let Some(default) = default_of(plan, parent) {
                let mode = LockMode::AccessExclusive;
                plan.touch(Role::DefaultPartition, &default, mode, Work::Brief);
            }
        }
        let reach = if cascade { Reach::Family } else { Reach::Partitions };
        for member in plan.family(&name, reach) {
            if member != name {
                gone(plan, &member);
            }
            table_parts(plan, &member, cascade);
        }
    }
    if kind == ObjectKind::Sequence && cascade {
        takes_from(plan, &name);
    }
    if cascade {
        plan.readers(&name).iter().for_each(|view| gone(plan, view));
    }
}

/// The foreign keys and sequences of a table that goes.
fn table_parts(plan: &mut Plan<'_>, table: &Name, cascade: bool) {
    let parent = plan.table(table).and_then(|it| it.partition_of.as_ref()).map(|it| &it.0);
    let parents = parent.map(|parent| plan.foreign_keys(parent)).unwrap_or_default();
    for found in plan.foreign_keys(table) {
        // A partition's part of its parent's key goes without a lock on the other table.
        if parents.iter().any(|it| it.key == found.key) {
            continue;
        }
        let referenced = plan.referenced(found.key);
        plan.apply(&forms::FOREIGN_KEY_DROPPED, table, Reach::Alone, &referenced);
    }
    let sequences = plan.sequences(table, None);
    plan.apply(&forms::SEQUENCES, table, Reach::Alone, &sequences);
    if cascade {
        drop_references(plan, table, None);
    }
}

/// The tables whose columns take numbers from a sequence. Walks all tables.
fn takes_from(plan: &mut Plan<'_>, sequence: &Name) {
    let takes = |expr: &Expr| {
        behind(&expr.text, &["nextval('"]).iter().any(|it| plan.before.resolve(it) == *sequence)
    };
    let tables = plan.before.tables().filter(|(_, table)| {
        table.columns.iter().any(|column| column.definition.default.as_ref().is_some_and(takes))
    });
    for table in tables.map(|(name, _)| name.clone()).collect::<Vec<_>>() {
        plan.touch(Role::Dependent, &table, LockMode::AccessExclusive, Work::Brief);
    }
}

/// An index, with its table.
fn index(plan: &mut Plan<'_>, name: &Name, online: bool) {
    let Some(object) = plan.object(ObjectKind::Index, name) else { return };
    let table = match plan.before.relations.get(&object.name) {
        Some(Relation::Index(index)) => index.table.clone(),
        _ => None,
    };
    plan.touch(Role::Index, &object.name, LockMode::AccessExclusive, Work::Brief);
    let Some(table) = table else {
        return plan.unknown(format!("the table of the index `{name}` is not known"));
    };
    if online {
        return plan.touch(Role::Target, &table, LockMode::ShareUpdateExclusive, Work::Brief);
    }
    for member in plan.family(&table, Reach::Partitions) {
        let copies = copies_of(plan, &table, &object.name.name, &member);
        if !copies.is_empty() {
            plan.apply(&forms::WITH_INDEXES, &member, Reach::Alone, &copies);
        }
    }
}

fn statistics(plan: &mut Plan<'_>, object: &ObjectRef) {
    let key = plan.before.resolve_object(object);
    match plan.before.object(&key).seen() {
        Some(found) => {
            for table in behind(&found.definition, &[" from "]) {
                plan.apply(&forms::SETTINGS, &table, Reach::Alone, &[]);
            }
        }
        None if plan.before.object(&key).is_absent() => {}
        None => plan.unknown(format!("the table of the statistics `{}` is not known", object.name)),
    }
}

/// All that stands in a schema.
fn schema(plan: &mut Plan<'_>, schema: &str) {
    if !plan.before.complete {
        plan.unknown(format!("what stands in the schema `{schema}` is not known"));
    }
    let inside = plan.before.relations.iter();
    let inside = inside.filter(|(name, _)| name.schema.as_deref() == Some(schema));
    let inside = inside.filter(|(_, relation)| !matches!(relation, Relation::Index(_)));
    let inside: Vec<_> = inside.map(|(name, it)| ((**name).clone(), it.kind())).collect();
    for (name, kind) in inside {
        relation(plan, kind, &name, true);
    }
}

/// The columns of a type, and the domains over it.
fn ty(plan: &mut Plan<'_>, name: &Name) {
    if !plan.before.complete {
        plan.unknown(format!("the columns of the type `{name}` are not known"));
    }
    for name in domains_over(plan, name) {
        for (table, column) in plan.before.columns_of_type(&name) {
            self::column(plan, &table, false, &column, true);
        }
    }
}

/// A type and the domains over it, at every level.
pub(super) fn domains_over(plan: &Plan<'_>, name: &Name) -> Vec<Name> {
    let mut found = vec![plan.before.resolve_type(name)];
    let mut next = 0;
    while let Some(base) = found.get(next).cloned() {
        next += 1;
        let over = plan.before.types.iter().filter(|(_, ty)| match &ty.kind {
            TypeKind::Domain { ty, .. } => plan.before.resolve_type(&ty.name) == base,
            _ => false,
        });
        let over: Vec<Name> = over.map(|(name, _)| name.clone()).collect();
        let new: Vec<Name> = over.into_iter().filter(|name| !found.contains(name)).collect();
        found.extend(new);
    }
    found
}

/// What uses a function: triggers, indexes, defaults, checks, generated columns, views.
fn function(plan: &mut Plan<'_>, name: &Name) {
    if !plan.before.complete {
        plan.unknown(format!("what uses the function `{name}` is not known"));
    }
    let uses = |expr: &Expr| expr.functions.iter().any(|it| it.name == name.name);
    let mut tables: Vec<Name> = Vec::new();
    let mut indexes: Vec<Name> = Vec::new();
    for (relation, found) in &plan.before.relations {
        match found {
            Relation::Table(table) => {
                let column = table.columns.iter().any(|column| {
                    let definition = &column.definition;
                    let generated = definition.generated.as_ref().map(|it| &it.expr);
                    definition.default.iter().chain(generated).any(uses)
                });
                let check = table.constraints.iter().any(|constraint| match &constraint.kind {
                    ConstraintKind::Check(expr) => uses(expr),
                    _ => false,
                });
                tables.extend((column || check).then(|| (**relation).clone()));
            }
            Relation::Index(index) => {
                let keys = index.keys.iter().map(|key| &key.expr);
                if keys.chain(&index.predicate).any(uses) {
                    indexes.push((**relation).clone());
                    tables.extend(index.table.clone());
                }
            }
            _ => {}
        }
    }
    let triggers = plan.before.objects.iter().filter(|(object, found)| {
        matches!(object.kind, ObjectKind::Trigger | ObjectKind::Policy)
            && calls(&found.definition, &name.name)
    });
    tables.extend(triggers.map(|(object, _)| object.name.clone()));
    let views = plan.before.views();
    let views = views
        .filter(|(_, view)| view.query.functions.iter().any(|function| function.name == name.name));
    let views: Vec<Name> = views.map(|(name, _)| name.clone()).collect();
    for table in tables {
        plan.touch(Role::Dependent, &table, LockMode::AccessExclusive, Work::Brief);
    }
    for index in indexes {
        plan.touch(Role::Index, &index, LockMode::AccessExclusive, Work::Brief);
    }
    for view in views {
        relation(plan, ObjectKind::View, &view, true);
    }
}
