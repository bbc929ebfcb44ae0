//! The forms of statements that were measured, each with the schema that it runs on.

// A file of facts that is broken ends the test there.
#![allow(clippy::unwrap_used)]

use serde_json::Value;

/// A statement on a schema.
#[derive(Clone, Debug)]
pub struct Form {
    /// The parts that it is made of, joined by `+`.
    pub id: String,
    /// The SQL that makes its schema.
    pub setup: String,
    /// What its session ran before.
    pub session: String,
    pub sql: String,
}

/// Every form of the tables of `tests/facts/` that begin with `name`, in the order of its file.
pub fn forms(name: &str) -> Vec<Form> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/facts");
    let text = std::fs::read_to_string(format!("{folder}/{name}_forms.json")).unwrap();
    let file: Value = serde_json::from_str(&text).unwrap();
    let form = |form: &Value| {
        let text = |key: &str| form[key].as_str().unwrap().to_owned();
        let fixture = file["fixtures"][text("fixture")].as_str().unwrap();
        let setup = format!("{fixture}; {}", text("setup"));
        Form { id: text("id"), setup, session: text("session"), sql: text("sql") }
    };
    file["forms"].as_array().unwrap().iter().map(form).collect()
}
