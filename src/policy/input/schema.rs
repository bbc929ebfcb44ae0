//! The JSON Schema of what policies see.

use super::document::{Catalog, Document};
use crate::dialect::Engine;
use crate::effects::LockMode;
use crate::schema::change::Change;
use crate::schema::name::ObjectKind;
use schemars::generate::SchemaSettings;
use schemars::transform::transform_subschemas;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// What a policy can refer to.
#[derive(JsonSchema)]
#[schemars(title = "What lockgate's policies see", deny_unknown_fields)]
#[allow(dead_code)] // only its schema is used
struct World {
    /// `input`: the migration.
    input: Document,
    /// `data`.
    data: Data,
}

/// What is the same for every migration of a set.
#[derive(JsonSchema)]
#[schemars(deny_unknown_fields)]
#[allow(dead_code)] // only its schema is used
struct Data {
    /// `data.catalog`: the schema behind the last migration.
    catalog: Catalog,
    /// `data.config.<pack>.<name>`: the parameters of a policy.
    config: BTreeMap<String, BTreeMap<String, Map<String, Value>>>,
}

/// The JSON Schema (draft 2020-12) of `input` and `data`: each object is closed, but for maps.
pub fn schema() -> Value {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let mut generator = settings.with_transform(without_null as fn(&mut Schema)).into_generator();
    generator.root_schema_for::<World>().to_value()
}

/// There are no nulls: what is absent has no key.
fn without_null(schema: &mut Schema) {
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        types.retain(|it| it != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            schema.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(any)) = schema.get_mut("anyOf") {
        any.retain(|it| it.get("type") != Some(&json!("null")));
        if let [Value::Object(only)] = any.as_slice() {
            let only = only.clone();
            schema.remove("anyOf");
            only.into_iter().for_each(|(key, value)| {
                schema.insert(key, value);
            });
        }
    }
    transform_subschemas(&mut without_null, schema);
}

fn words<'a>(words: impl IntoIterator<Item = &'a str>) -> Schema {
    json_schema!({ "type": "string", "enum": words.into_iter().collect::<Vec<_>>() })
}

pub(super) fn kinds(_: &mut SchemaGenerator) -> Schema {
    words(Change::kinds().iter().map(|kind| &**kind))
}

pub(super) fn object_kinds(_: &mut SchemaGenerator) -> Schema {
    words(ObjectKind::NAMES.iter().copied())
}

pub(super) fn engines(_: &mut SchemaGenerator) -> Schema {
    words(Engine::ALL.map(Engine::name))
}

pub(super) fn modes(_: &mut SchemaGenerator) -> Schema {
    words(LockMode::ALL.map(LockMode::name))
}
