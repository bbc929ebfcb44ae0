//! The part of JSON Schema that the schema of the input uses.

use serde_json::Value;

/// Fails where a document is not as `input` (or else `data.catalog`) is to be.
pub fn assert_fits(schema: &Value, is_input: bool, document: &Value) {
    let root = match is_input {
        true => schema.pointer("/properties/input"),
        false => schema.pointer("/$defs/Data/properties/catalog"),
    };
    let wrong = faults(schema, root.unwrap(), document, "");
    assert!(wrong.is_empty(), "{}\nin {document:#}", wrong.join("\n"));
}

/// What is wrong with a value, by its path.
fn faults(root: &Value, schema: &Value, value: &Value, path: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    for (keyword, asked) in schema.as_object().unwrap() {
        match keyword.as_str() {
            "description" | "title" | "format" | "minimum" | "maximum" | "$schema" | "$defs" => {}
            "$ref" => {
                let target = asked.as_str().unwrap().trim_start_matches('#');
                wrong.extend(faults(root, root.pointer(target).unwrap(), value, path));
            }
            "type" => {
                let fits = match asked.as_str().unwrap() {
                    "object" => value.is_object(),
                    "array" => value.is_array(),
                    "string" => value.is_string(),
                    "boolean" => value.is_boolean(),
                    "integer" => value.is_u64() || value.is_i64(),
                    "number" => value.is_number(),
                    other => panic!("{other}"),
                };
                if !fits {
                    wrong.push(format!("{path}: {value} is no {asked}"));
                }
            }
            "enum" => {
                if !asked.as_array().unwrap().contains(value) {
                    wrong.push(format!("{path}: {value} is not listed"));
                }
            }
            "const" if asked != value => wrong.push(format!("{path}: {value} is not {asked}")),
            "const" => {}
            "anyOf" | "oneOf" => {
                let all = asked.as_array().unwrap().iter();
                let all: Vec<_> = all.map(|it| faults(root, it, value, path)).collect();
                if !all.iter().any(Vec::is_empty) {
                    wrong.extend(all.concat());
                }
            }
            "items" => {
                let items = value.as_array().into_iter().flatten().enumerate();
                wrong.extend(
                    items.flat_map(|(at, it)| faults(root, asked, it, &format!("{path}[{at}]"))),
                );
            }
            "required" => {
                let asked = asked.as_array().unwrap().iter().filter_map(Value::as_str);
                let absent = asked.filter(|key| value.get(key).is_none());
                wrong.extend(absent.map(|key| format!("{path}.{key} is absent")));
            }
            "properties" | "additionalProperties" => {}
            other => panic!("the schema says `{other}`, which is not checked"),
        }
    }
    let properties = schema.get("properties").and_then(Value::as_object);
    for (key, it) in value.as_object().into_iter().flatten() {
        let path = format!("{path}.{key}");
        let own = properties.and_then(|properties| properties.get(key));
        match (own, schema.get("additionalProperties")) {
            (Some(own), _) => wrong.extend(faults(root, own, it, &path)),
            (None, Some(Value::Bool(false))) => wrong.push(format!("{path} is not in the schema")),
            (None, Some(any)) if any.is_object() => wrong.extend(faults(root, any, it, &path)),
            _ => {}
        }
    }
    wrong
}
