//! Changelogs that order SQL files: YAML and JSON with `include`, `includeAll` and `property`.
//!
//! A changelog that holds changesets of its own, or is XML, cannot be read yet: that is an error
//! with its name, so that nobody takes what it holds for checked.
//!
//! Facts: the node model of Liquibase's changelog parsers [S].

use crate::frameworks::{LoadError, Project, paths};
use crate::tree::{ancestors, below, join, parent};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The key or element at the root of every changelog.
const ROOT: &str = "databaseChangeLog";

/// Whether a file, by its name and start, is a changelog that is no SQL.
pub fn is_changelog(path: &str, start: &str) -> bool {
    let extension = paths::extension(path).unwrap_or("").to_ascii_lowercase();
    let mut lines = start.split(['\n', '\r']);
    match extension.as_str() {
        "xml" => start.contains(&format!("<{ROOT}")) || start.contains(&format!(":{ROOT}")),
        "yaml" | "yml" => lines.any(|line| line.trim_end().starts_with(&format!("{ROOT}:"))),
        "json" => start.trim_start().strip_prefix('{').is_some_and(|rest| {
            rest.trim_start().starts_with(&format!("\"{ROOT}\""))
        }),
        _ => false,
    }
}

/// The order that changelogs give, and what they hold beside it.
#[derive(Debug, Default)]
pub struct Order {
    /// SQL files, in order.
    pub files: Vec<String>,
    /// Changelogs that were read, their own names too.
    pub changelogs: BTreeSet<String>,
    /// `property` entries.
    pub properties: BTreeMap<String, String>,
    /// What could not be read.
    pub errors: Vec<LoadError>,
}

impl Order {
    /// Follows a changelog and those that it includes.
    pub fn follow(&mut self, project: &Project<'_>, path: &str) {
        if !self.changelogs.insert(path.to_owned()) {
            return;
        }
        let entries = match entries(project, path) {
            Ok(entries) => entries,
            Err(message) => {
                self.errors.push(LoadError { path: path.to_owned(), message });
                return;
            }
        };
        let mut unread = BTreeSet::new();
        for (key, value) in entries {
            match key.as_str() {
                "include" => self.include(project, path, &value),
                "includeAll" => self.include_all(project, path, &value),
                "property" => self.property(&value),
                "preConditions" | "objectQuotingStrategy" | "logicalFilePath" => {}
                _ => {
                    unread.insert(key);
                }
            }
        }
        if !unread.is_empty() {
            let keys: Vec<String> = unread.iter().map(|key| format!("`{key}`")).collect();
            let message = format!(
                "a Liquibase changelog with {} cannot be read yet, only one that includes SQL files",
                keys.join(", ")
            );
            self.errors.push(LoadError { path: path.to_owned(), message });
        }
    }

    fn include(&mut self, project: &Project<'_>, changelog: &str, value: &Value) {
        let Some(file) = text(value, "file") else {
            return self.refuse(changelog, "an `include` without `file`".to_owned());
        };
        let Some(found) = places(project, changelog, file, value).find(|place| project.exists(place)) else {
            return self.refuse(changelog, format!("it includes `{file}`, which is not there"));
        };
        self.take(project, found);
    }

    /// Files of a folder and those below it, in the order of their paths as plain text: Liquibase
    /// puts `10-x` before `2-x`.
    fn include_all(&mut self, project: &Project<'_>, changelog: &str, value: &Value) {
        let Some(path) = text(value, "path") else {
            return self.refuse(changelog, "an `includeAll` without `path`".to_owned());
        };
        let files = |folder: &String| -> Vec<String> {
            let inside = |file: &&String| below(file, folder).is_some();
            project.listing.files.iter().filter(inside).cloned().collect()
        };
        let mut found = places(project, changelog, path, value).map(|folder| files(&folder));
        let Some(files) = found.find(|files| !files.is_empty()) else {
            return self.refuse(changelog, format!("it includes all of `{path}`, which is not there"));
        };
        for file in files {
            let is_changelog =
                project.starts().get(&file).is_some_and(|start| is_changelog(&file, start));
            if is_changelog || paths::is_sql(&file) {
                self.take(project, file);
            }
        }
    }

    fn take(&mut self, project: &Project<'_>, file: String) {
        if !paths::is_sql(&file) {
            self.follow(project, &file);
        } else if !self.files.contains(&file) {
            self.files.push(file);
        }
    }

    fn property(&mut self, value: &Value) {
        if let (Some(name), Some(value)) = (text(value, "name"), text(value, "value")) {
            self.properties.entry(name.to_owned()).or_insert_with(|| value.to_owned());
        }
    }

    fn refuse(&mut self, changelog: &str, message: String) {
        self.errors.push(LoadError { path: changelog.to_owned(), message });
    }
}

fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key)?.as_str()
}

/// Where an included path may be: beside its changelog if it says so; else below the search
/// path, which is not known and taken to be a folder above the changelog.
fn places(
    project: &Project<'_>,
    changelog: &str,
    path: &str,
    entry: &Value,
) -> impl Iterator<Item = String> {
    let path = path.strip_prefix("classpath:").unwrap_or(path).trim_start_matches('/');
    let path = path.trim_end_matches('/').to_owned();
    let relative = entry.get("relativeToChangelogFile").is_some_and(|value| {
        value.as_bool() == Some(true) || value.as_str() == Some("true")
    });
    let folders = if relative { 1 } else { usize::MAX };
    let folder = parent(changelog).unwrap_or_default();
    let folders: Vec<String> = ancestors(&folder).take(folders).collect();
    folders.into_iter().map(move |folder| project.normal(&join(&folder, &path)))
}

fn entries(project: &Project<'_>, path: &str) -> Result<Vec<(String, Value)>, String> {
    let kind = match paths::extension(path).unwrap_or("").to_ascii_lowercase().as_str() {
        "yaml" | "yml" => "YAML",
        "json" => "JSON",
        _ => return Err("a Liquibase changelog in XML cannot be read yet".to_owned()),
    };
    let text = project.settings_file(path).map_err(|error| error.message)?;
    let text = text.ok_or_else(|| "not found".to_owned())?;
    let unreadable = |error: String| format!("a Liquibase changelog that is not {kind}: {error}");
    let root: Value = if kind == "JSON" {
        serde_json::from_str(&text).map_err(|error| unreadable(error.to_string()))?
    } else {
        serde_saphyr::from_str(&text).map_err(|error| unreadable(error.to_string()))?
    };
    match root.get(ROOT) {
        Some(Value::Array(items)) => {
            let objects = items.iter().filter_map(Value::as_object).flatten();
            Ok(objects.map(|(key, value)| (key.clone(), value.clone())).collect())
        }
        Some(Value::Null) => Ok(Vec::new()),
        _ => Err(format!("`{ROOT}` is not a list")),
    }
}
