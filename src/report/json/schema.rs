//! The schema that migrations make, for programs: `docs/schema.md` says what each key holds. What is
//! not there has no key.

use super::{Error, LeftOut, error, left_out};
use crate::report::schema::{SetSchema, place};
use crate::report::{Report, SCHEMA_VERSION};
use crate::schema::catalog::{Catalog, Column, Index, Object, Relation, Table};
use crate::schema::change::{Constraint, ConstraintKind, Key, TypeDefinition};
use crate::schema::name::{Name, ObjectRef};
use crate::schema::table::{Type, TypeKind};
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::io::{self, Write};

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    sets: Vec<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    left_out: Vec<LeftOut<'a>>,
    errors: Vec<Error<'a>>,
}

/// Writes the schemas.
///
/// # Errors
/// What the writer gives.
pub fn write(out: &mut dyn Write, report: &Report, schemas: &[SetSchema]) -> io::Result<()> {
    let document = Document {
        schema_version: SCHEMA_VERSION,
        sets: schemas.iter().map(|schema| set(report, schema)).collect(),
        left_out: report.left_out.iter().map(left_out).collect(),
        errors: report.failures.iter().map(error).collect(),
    };
    super::write(out, &document)
}

/// An object of JSON without keys for what is absent: no null, no empty list or text, no `false`
/// but for those that are named `kept`.
pub(super) fn object(value: Value, kept: &[&str]) -> Value {
    let Value::Object(map) = value else { return value };
    let holds = |(key, value): &(String, Value)| {
        kept.contains(&key.as_str())
            || match value {
                Value::Null | Value::Bool(false) => false,
                Value::Array(list) => !list.is_empty(),
                Value::Object(map) => !map.is_empty(),
                Value::String(text) => !text.is_empty(),
                Value::Bool(true) | Value::Number(_) => true,
            }
    };
    Value::Object(map.into_iter().filter(holds).collect::<Map<_, _>>())
}

fn set(report: &Report, schema: &SetSchema) -> Value {
    let catalog = &schema.catalog;
    let set = report.sets.get(schema.set);
    let objects = catalog.objects.iter().map(|(key, found)| other(key, found));
    let tables = catalog.tables().filter(|(_, it)| it.origin.birth.is_some() && !it.temporary);
    object(
        json!({
            "framework": set.map(|set| set.framework),
            "root": set.map(|set| &set.root),
            "dialect": set.and_then(|set| set.dialect).map(|dialect| dialect.to_string()),
            "complete": catalog.complete,
            "tables": tables.map(|(name, it)| table(catalog, name, it)).collect::<Vec<_>>(),
            "views": views(catalog),
            "sequences": sequences(catalog),
            "types": catalog.types.iter().filter_map(|(name, it)| ty(name, it)).collect::<Vec<_>>(),
            "objects": objects.collect::<Vec<_>>(),
            "privileges": privileges(catalog),
            "comments": catalog.comments.iter().map(|(key, text)| comment(key, text)).collect::<Vec<_>>(),
            "not_certain": doubts(report, catalog),
        }),
        &["framework", "root", "complete", "tables"],
    )
}

/// What a catalog does not claim to know.
pub(super) fn doubts(report: &Report, catalog: &Catalog) -> Vec<Value> {
    let doubts = catalog.doubts().into_iter().map(|doubt| {
        let place = place(report, &doubt);
        object(
            json!({
                "object": doubt.object.map(|it| it.to_string()),
                "part": doubt.part,
                "file": place.as_ref().map(|(file, _)| file),
                "line": place.as_ref().map(|(_, line)| line),
                "why": match doubt.by {
                    None => "not_created",
                    Some(by) if by.unread => "unread",
                    Some(_) => "not_followed",
                },
            }),
            &[],
        )
    });
    doubts.collect()
}

/// The keys that name an object.
fn named(name: &Name, rest: Value, kept: &[&str]) -> Value {
    let mut map = Map::new();
    map.extend(name.schema.clone().map(|schema| ("schema".to_owned(), Value::String(schema))));
    map.insert("name".to_owned(), Value::String(name.name.clone()));
    if let Value::Object(rest) = object(rest, kept) {
        map.extend(rest);
    }
    Value::Object(map)
}

fn table(catalog: &Catalog, name: &Name, table: &Table) -> Value {
    let indexes = catalog.indexes_of(name).map(|(name, it)| index(name, it));
    let mut constraints: Vec<&Constraint> = table.constraints.iter().collect();
    constraints.sort_by_key(|constraint| &constraint.name);
    let owner = catalog.owners.get(&ObjectRef::new(table.kind, name.clone()));
    named(
        name,
        json!({
            "kind": table.kind.name(),
            "unlogged": table.unlogged,
            "columns": table.columns.iter().map(column).collect::<Vec<_>>(),
            "constraints": constraints.into_iter().map(constraint).collect::<Vec<_>>(),
            "indexes": indexes.collect::<Vec<_>>(),
            "partition_by": table.partition_by,
            "partition_of": table.partition_of.as_ref().map(|(parent, bound)| {
                json!({ "table": parent.to_string(), "bound": bound })
            }),
            "inherits": table.parents.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "of_type": table.of_type.as_ref().map(ToString::to_string),
            "query": table.query.as_ref().map(|query| &query.text),
            "options": table.options,
            "owner": owner,
        }),
        &["columns"],
    )
}

fn column(column: &Column) -> Value {
    let it = &column.definition;
    object(
        json!({
            "name": it.name,
            "type": it.ty.as_ref().map(ToString::to_string),
            "not_null": it.not_null,
            "default": it.default.as_ref().map(|default| &default.text),
            "identity": it.identity.as_ref().map(|identity| match identity.always {
                true => "always",
                false => "by_default",
            }),
            "generated": it.generated.as_ref().map(|it| {
                json!({ "expression": it.expr.text, "stored": it.stored })
            }),
            "collation": it.collation.as_ref().map(ToString::to_string),
            "options": it.options.iter().cloned().collect::<BTreeMap<_, _>>(),
        }),
        &["not_null"],
    )
}

fn constraint(constraint: &Constraint) -> Value {
    let key_parts = |key: &Key| {
        json!({
            "columns": key.columns,
            "include": key.include,
            "nulls_not_distinct": key.nulls_not_distinct,
        })
    };
    let (kind, parts) = match &constraint.kind {
        ConstraintKind::PrimaryKey(key) => ("primary_key", key_parts(key)),
        ConstraintKind::Unique(key) => ("unique", key_parts(key)),
        ConstraintKind::Check(expr) => ("check", json!({ "expression": expr.text })),
        ConstraintKind::NotNull(column) => ("not_null", json!({ "columns": [column] })),
        ConstraintKind::ForeignKey(key) => (
            "foreign_key",
            json!({
                "columns": key.columns,
                "references": {
                    "table": key.references.to_string(),
                    "columns": key.referenced_columns,
                },
                "on_delete": Some(&key.on_delete).filter(|action| *action != "NO ACTION"),
                "on_update": Some(&key.on_update).filter(|action| *action != "NO ACTION"),
                "match": key.matching,
            }),
        ),
        ConstraintKind::Exclude { method, elements, predicate } => (
            "exclude",
            json!({
                "method": method,
                "elements": elements,
                "predicate": predicate.as_ref().map(|it| &it.text),
            }),
        ),
    };
    let mut map = Map::new();
    map.extend(constraint.name.clone().map(|name| ("name".to_owned(), Value::String(name))));
    map.insert("kind".to_owned(), kind.into());
    let marks = json!({
        "validated": constraint.validated,
        "enforced": constraint.enforced,
        "deferrable": constraint.deferrable,
        "initially_deferred": constraint.initially_deferred,
        "no_inherit": constraint.no_inherit,
    });
    for part in [object(parts, &[]), object(marks, &["validated", "enforced"])] {
        if let Value::Object(part) = part {
            map.extend(part);
        }
    }
    Value::Object(map)
}

fn index(name: &Name, index: &Index) -> Value {
    let keys = index.keys.iter().map(|key| {
        object(
            json!({
                "column": key.column,
                "expression": Some(&key.expr.text).filter(|_| key.column.is_none()),
                "options": key.options,
            }),
            &[],
        )
    });
    object(
        json!({
            "name": name.name,
            "unique": index.unique,
            "valid": index.valid,
            "method": index.method,
            "keys": keys.collect::<Vec<_>>(),
            "include": index.include,
            "predicate": index.predicate.as_ref().map(|predicate| &predicate.text),
            "nulls_not_distinct": index.nulls_not_distinct,
            "constraint": index.constraint,
            "part_of": index.parent.as_ref().map(ToString::to_string),
            "options": index.options,
        }),
        &["unique", "valid", "keys"],
    )
}

fn views(catalog: &Catalog) -> Vec<Value> {
    let shown = catalog.views().filter(|(_, view)| view.origin.birth.is_some() && !view.temporary);
    let views = shown.map(|(name, view)| {
        let indexes = catalog.indexes_of(name).map(|(name, it)| index(name, it));
        named(
            name,
            json!({
                "materialized": view.materialized,
                "columns": view.columns,
                "query": view.query.text,
                "reads": view.reads.iter().map(ToString::to_string).collect::<Vec<_>>(),
                "indexes": indexes.collect::<Vec<_>>(),
                "options": view.options,
            }),
            &["materialized"],
        )
    });
    views.collect()
}

fn sequences(catalog: &Catalog) -> Vec<Value> {
    let sequences = catalog.relations.iter().filter_map(|(name, relation)| {
        let Relation::Sequence(sequence) = relation else { return None };
        let options = sequence.options.settings.iter().map(|(name, value)| {
            (name.to_lowercase(), value.clone().unwrap_or_else(|| "yes".to_owned()))
        });
        let value = named(
            name,
            json!({
                "type": sequence.options.ty.as_ref().map(ToString::to_string),
                "owned_by": sequence.owner().map(|(table, column)| {
                    json!({ "table": table.to_string(), "column": column })
                }),
                "options": options.collect::<BTreeMap<_, _>>(),
            }),
            &[],
        );
        (sequence.origin.birth.is_some() && !sequence.temporary).then_some(value)
    });
    sequences.collect()
}

fn ty(name: &Name, ty: &Type) -> Option<Value> {
    let rest = match &ty.kind {
        TypeKind::Unknown => return None,
        TypeKind::Type(TypeDefinition::Enum(labels)) => json!({ "kind": "enum", "labels": labels }),
        TypeKind::Type(TypeDefinition::Composite(fields)) => {
            let fields = fields.iter();
            let fields = fields.map(|(name, ty)| json!({ "name": name, "type": ty.to_string() }));
            json!({ "kind": "composite", "attributes": fields.collect::<Vec<_>>() })
        }
        TypeKind::Type(TypeDefinition::Range(text)) => {
            json!({ "kind": "range", "definition": text })
        }
        TypeKind::Type(TypeDefinition::Base(text)) => json!({ "kind": "base", "definition": text }),
        TypeKind::Type(TypeDefinition::Shell) => json!({ "kind": "shell" }),
        TypeKind::Domain { ty, default, constraints } => json!({
            "kind": "domain",
            "type": ty.to_string(),
            "default": default.as_ref().map(|default| &default.text),
            "constraints": constraints.iter().map(constraint).collect::<Vec<_>>(),
        }),
    };
    let mut value = named(name, rest, &["labels"]);
    if let Value::Object(map) = &mut value
        && !ty.alterations.is_empty()
    {
        map.insert("alterations".to_owned(), json!(ty.alterations));
    }
    Some(value)
}

fn other(key: &ObjectRef, found: &Object) -> Value {
    let routine = found.routine.as_ref();
    let mut map = Map::new();
    map.insert("kind".to_owned(), key.kind.name().into());
    let table = key.part.as_ref().map(|_| key.name.to_string());
    let name = match &key.part {
        Some(part) => Name::bare(part.clone()),
        None => key.name.clone(),
    };
    let rest = named(
        &name,
        json!({
            "on": table.or_else(|| found.on.as_ref().map(ToString::to_string)),
            "arguments": key.arguments,
            "returns": routine.and_then(|it| it.returns.as_ref()),
            "language": routine.and_then(|it| it.language.as_ref()),
            "security_definer": routine.is_some_and(|it| it.security_definer),
            "definition": found.definition,
            "alterations": found.alterations,
        }),
        &[],
    );
    if let Value::Object(rest) = rest {
        map.extend(rest);
    }
    Value::Object(map)
}

fn privileges(catalog: &Catalog) -> Vec<Value> {
    let privileges = catalog.privileges.iter().map(|(grant, granted)| {
        object(
            json!({
                "object": grant.object.to_string(),
                "kind": grant.object.kind.name(),
                "role": grant.role,
                "privilege": grant.privilege,
                "granted": granted.grant,
                "grant_option": granted.options.contains("GRANT OPTION"),
            }),
            &["granted"],
        )
    });
    privileges.collect()
}

fn comment(key: &ObjectRef, text: &str) -> Value {
    json!({ "kind": key.kind.name(), "object": key.to_string(), "text": text })
}
