//! The schema that migrations make, for programs: `docs/schema.md` says what each key holds. What is
//! not there has no key.

use super::{Error, LeftOut, error, left_out};
use crate::report::schema::{SetSchema, place};
use crate::report::{Report, SCHEMA_VERSION};
use crate::schema::catalog::{Catalog, Relation};
use crate::schema::document::{Comment, Other, Privilege, Sequence, Table, Type, View};
use serde::Serialize;
use serde_json::{Map, Value, json};
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
    let tables = catalog.tables().filter(|(_, it)| it.origin.birth.is_some() && !it.temporary);
    let views = catalog.views().filter(|(_, it)| it.origin.birth.is_some() && !it.temporary);
    let sequences = catalog.relations.iter().filter_map(|(name, relation)| match relation {
        Relation::Sequence(it) if it.origin.birth.is_some() && !it.temporary => {
            Some(Sequence::new(name, it))
        }
        _ => None,
    });
    let types = catalog.types.iter().filter_map(|(name, it)| Type::new(name, it));
    let objects = catalog.objects.iter().map(|(key, it)| Other::new(key, it));
    let privileges = catalog.privileges.iter().map(|(grant, it)| Privilege::new(grant, it));
    let comments = catalog.comments.iter().map(|(key, text)| Comment::new(key, text));
    object(
        json!({
            "framework": set.map(|set| set.framework),
            "root": set.map(|set| &set.root),
            "dialect": set.and_then(|set| set.dialect).map(|dialect| dialect.to_string()),
            "complete": catalog.complete,
            "tables": tables.map(|(name, it)| Table::new(catalog, name, it)).collect::<Vec<_>>(),
            "views": views.map(|(name, it)| View::new(catalog, name, it)).collect::<Vec<_>>(),
            "sequences": sequences.collect::<Vec<_>>(),
            "types": types.collect::<Vec<_>>(),
            "objects": objects.collect::<Vec<_>>(),
            "privileges": privileges.collect::<Vec<_>>(),
            "comments": comments.collect::<Vec<_>>(),
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
