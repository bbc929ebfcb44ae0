//! A closed check of JSON: what a shape does not name is wrong.

use serde_json::Value;

/// Checks a value against a shape: `"text"` (not empty), `"any text"`, `"number"` (from 1), `"count"`,
/// `"bool"`, `"=a|b"` (one of these), `"any"`; a list of one shape for lists; an object, where a key may
/// be missing if its name ends in `?`.
pub fn check(value: &Value, shape: &Value, at: &str) {
    match (shape, value) {
        (Value::String(kind), value) => assert!(is(value, kind), "{at} is no {kind}: {value}"),
        (Value::Array(shapes), Value::Array(values)) => {
            for (index, value) in values.iter().enumerate() {
                check(value, &shapes[0], &format!("{at}[{index}]"));
            }
        }
        (Value::Object(shapes), Value::Object(values)) => {
            for key in values.keys() {
                let known = shapes.keys().any(|shape| shape.trim_end_matches('?') == key);
                assert!(known, "{at} has a key {key}");
            }
            for (key, shape) in shapes {
                match values.get(key.trim_end_matches('?')) {
                    Some(value) => check(value, shape, &format!("{at}.{key}")),
                    None => assert!(key.ends_with('?'), "{at} has no {key}"),
                }
            }
        }
        (shape, value) => panic!("{at} is no {shape}: {value}"),
    }
}

fn is(value: &Value, kind: &str) -> bool {
    match kind {
        "text" => value.as_str().is_some_and(|text| !text.is_empty()),
        "any text" => value.is_string(),
        "number" => value.as_u64().is_some_and(|number| number > 0),
        "count" => value.is_u64(),
        "bool" => value.is_boolean(),
        "any" => true,
        words => {
            let words = words.strip_prefix('=').unwrap();
            value.as_str().is_some_and(|text| words.split('|').any(|word| word == text))
        }
    }
}
