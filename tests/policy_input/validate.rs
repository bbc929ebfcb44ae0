//! The part of JSON Schema that the schema of the input uses.

use serde_json::Value;

/// Fails where a document is not as `input` (or else `data.catalog`) is to be.
pub fn assert_fits(schema: &Value, is_input: bool, document: &Value) {
    let root = match is_input {
        true => schema.pointer("/properties/input"),
        false => schema.pointer("/$defs/Data/properties/catalog"),
    };
    if let Err(wrong) = fits(schema, root.unwrap(), document) {
        panic!("{wrong}\nin {document:#}");
    }
}

/// Whether a value is as a schema asks; the error begins with its path.
fn fits(root: &Value, schema: &Value, value: &Value) -> Result<(), String> {
    for (keyword, asked) in schema.as_object().unwrap() {
        let is_so = match keyword.as_str() {
            "description" | "title" | "format" | "minimum" | "properties" => true,
            "additionalProperties" => true,
            "$ref" => {
                let target = asked.as_str().unwrap().trim_start_matches('#');
                fits(root, root.pointer(target).unwrap(), value)?;
                true
            }
            "type" => is_of_type(asked.as_str().unwrap(), value),
            "enum" => asked.as_array().unwrap().contains(value),
            "const" => asked == value,
            "anyOf" | "oneOf" => {
                let mut any = asked.as_array().unwrap().iter();
                any.any(|it| fits(root, it, value).is_ok())
            }
            "items" => {
                for (at, it) in value.as_array().into_iter().flatten().enumerate() {
                    fits(root, asked, it).map_err(|wrong| format!("[{at}]{wrong}"))?;
                }
                true
            }
            "required" => {
                let mut asked = asked.as_array().unwrap().iter().filter_map(Value::as_str);
                asked.all(|key| value.get(key).is_some())
            }
            other => panic!("the schema says `{other}`, which is not checked"),
        };
        if !is_so {
            return Err(format!(": {value} does not fit `{keyword}: {asked}`"));
        }
    }
    let properties = schema.get("properties").and_then(Value::as_object);
    for (key, it) in value.as_object().into_iter().flatten() {
        let own = properties.and_then(|properties| properties.get(key));
        let fits = match (own, schema.get("additionalProperties")) {
            (Some(own), _) => fits(root, own, it),
            (None, Some(Value::Bool(false))) => Err(" is not in the schema".to_owned()),
            (None, Some(any)) if any.is_object() => fits(root, any, it),
            _ => Ok(()),
        };
        fits.map_err(|wrong| format!(".{key}{wrong}"))?;
    }
    Ok(())
}

fn is_of_type(name: &str, value: &Value) -> bool {
    match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        other => panic!("the schema says `type: {other}`, which is not checked"),
    }
}

/// The check can fail.
#[test]
fn what_does_not_fit_is_found() {
    use serde_json::json;
    let schema = json!({
        "properties": { "input": {
            "type": "object",
            "additionalProperties": false,
            "required": ["a"],
            "properties": {
                "a": { "type": "array", "items": { "enum": ["x"] } },
                "b": { "anyOf": [{ "type": "integer" }, { "type": "boolean" }] },
            },
        } }
    });
    let input = &schema["properties"]["input"];
    assert_eq!(fits(&schema, input, &json!({ "a": ["x"], "b": true })), Ok(()));
    for wrong in [
        json!({}),
        json!({ "a": ["y"] }),
        json!({ "a": [], "b": "x" }),
        json!({ "a": [], "c": 1 }),
        json!({ "a": null }),
    ] {
        assert!(fits(&schema, input, &wrong).is_err(), "{wrong}");
    }
}
