//! Settings files as dotted keys with their values: TOML and Java properties.

use super::{LoadError, Project};
use std::collections::BTreeMap;

/// Dotted keys with their values.
#[derive(Debug, Default)]
pub struct Keys(BTreeMap<String, Value>);

#[derive(Debug)]
enum Value {
    Text(String),
    List(Vec<String>),
}

impl Keys {
    /// Takes in a TOML file.
    ///
    /// # Errors
    /// Why it is not TOML.
    pub fn read_toml(&mut self, text: &str) -> Result<(), String> {
        let table: toml::Table = text
            .parse()
            .map_err(|error: toml::de::Error| format!("not TOML: {}", error.message()))?;
        self.take_table("", table);
        Ok(())
    }

    /// The keys of a TOML file; `Ok(None)` where there is none.
    ///
    /// # Errors
    /// When it is there and is not TOML.
    pub fn of_toml(project: &Project<'_>, path: &str) -> Result<Option<Self>, LoadError> {
        let Some(text) = project.settings_file(path)? else { return Ok(None) };
        let mut keys = Self::default();
        let error = |message| LoadError { path: path.to_owned(), message };
        keys.read_toml(&text).map_err(error)?;
        Ok(Some(keys))
    }

    /// Every key.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    fn take_table(&mut self, prefix: &str, table: toml::Table) {
        for (key, value) in table {
            let key = if prefix.is_empty() { key } else { format!("{prefix}.{key}") };
            let scalar = |value: &toml::Value| match value {
                toml::Value::String(text) => text.clone(),
                value => value.to_string(),
            };
            match value {
                toml::Value::Table(table) => self.take_table(&key, table),
                toml::Value::Array(values) => {
                    self.0.insert(key, Value::List(values.iter().map(scalar).collect()));
                }
                value => {
                    self.0.insert(key, Value::Text(scalar(&value)));
                }
            }
        }
    }

    /// Takes in Java properties: `key=value`, `#` and `!` start comments, `\` at the end goes on.
    pub fn read_properties(&mut self, text: &str) {
        let joined = text.replace("\r\n", "\n").replace('\r', "\n").replace("\\\n", "");
        for line in joined.split('\n').map(str::trim) {
            if line.starts_with(['#', '!']) {
                continue;
            }
            let Some((key, value)) = line.split_once(['=', ':']) else { continue };
            self.0.insert(key.trim().to_owned(), Value::Text(value.trim().to_owned()));
        }
    }

    /// The value of a key, unless it is a list.
    pub fn text(&self, key: &str) -> Option<&str> {
        match self.0.get(key)? {
            Value::Text(text) => Some(text),
            Value::List(_) => None,
        }
    }

    /// A flag, or its default.
    pub fn flag(&self, key: &str, default: bool) -> bool {
        self.text(key).map_or(default, |text| text.eq_ignore_ascii_case("true"))
    }

    /// A list, or text with commas; an empty one counts as not said.
    pub fn list(&self, key: &str) -> Option<Vec<String>> {
        let values: Vec<String> = match self.0.get(key)? {
            Value::List(values) => values.clone(),
            Value::Text(text) => text.split(',').map(|part| part.trim().to_owned()).collect(),
        };
        let values: Vec<String> = values.into_iter().filter(|value| !value.is_empty()).collect();
        (!values.is_empty()).then_some(values)
    }

    /// The texts of the keys that start with a prefix, without it.
    pub fn below(&self, prefix: &str) -> BTreeMap<String, String> {
        let entry = |(key, value): (&String, &Value)| match value {
            Value::Text(text) => Some((key.strip_prefix(prefix)?.to_owned(), text.clone())),
            Value::List(_) => None,
        };
        self.0.iter().filter_map(entry).collect()
    }
}
