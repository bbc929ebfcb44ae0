//! What policies see: the documents of `tests/policy_input/*.sql` against the `.json` beside each,
//! and every document that the fixtures and the examples of the rules give against the schema.
//!
//! A case is one or more migrations, each behind a line `-- file: NAME`; the document is that of the
//! last. A `loc` is shown as the line and the text that it points at. A first line `-- dialect: mysql`
//! says as what they are read.
//!
//! `SNAPSHOTS=overwrite cargo test --test policy_input` writes them anew, and the schema and its page
//! in `docs/` too.

// Clippy knows tests by `#[test]`, not the functions beside them.
#![allow(clippy::unwrap_used)]

#[path = "policy_input/page.rs"]
mod page;
#[path = "policy_input/validate.rs"]
mod validate;

use lockgate::date::Date;
use lockgate::dialect::{Dialect, Engine};
use lockgate::frameworks::{self, Settings};
use lockgate::migration::{Direction, ReadMigration};
use lockgate::policy::input::{self, View};
use lockgate::policy::place::Places;
use lockgate::replay::{Base, replay};
use lockgate::rules::RULES;
use lockgate::source::{FileId, SourceFile};
use lockgate::statistics::{self, Sizes};
use lockgate::tree::{Memory, Tree, WorkTree};
use lockgate::{read, sql};
use serde_json::Value;
use std::path::PathBuf;
use std::sync::Arc;
use validate::assert_fits;

/// A document, its places, and the files that they are in.
struct Seen<'a> {
    document: Value,
    places: &'a Places,
    files: &'a [SourceFile],
}

/// Shows the document of each migration of each set that a tree holds; in the end the catalog.
fn see(
    tree: &dyn Tree,
    dialect: Option<Dialect>,
    stats: &str,
    mut seen: impl FnMut(Option<usize>, &Seen<'_>),
) {
    let engine = dialect.map(|dialect| dialect.engine);
    let found = frameworks::discover(tree, &Settings { engine, ..Settings::default() });
    for set in found.sets {
        let looks = || Dialect::new(set.engine.unwrap_or(Engine::Postgres));
        let dialect = dialect.unwrap_or_else(looks);
        let (migrations, panics) = read::migrations(set.migrations, dialect.engine);
        assert!(panics.is_empty());
        show(migrations, &found.files, dialect, stats, &mut seen);
    }
}

/// As [`see`], for texts that no framework has to find.
fn see_texts(
    texts: &[&str],
    dialect: Dialect,
    stats: &str,
    mut seen: impl FnMut(Option<usize>, &Seen<'_>),
) {
    let files: Vec<SourceFile> = texts.iter().map(|text| SourceFile::new("a.sql", text)).collect();
    let migrations = files.iter().zip(0..).map(|(file, id)| {
        let mut read = read::file(file, FileId(id), dialect.engine).unwrap();
        read.migration.direction = Direction::Up;
        read
    });
    show(migrations.collect(), &files, dialect, stats, &mut seen);
}

fn show(
    mut migrations: Vec<ReadMigration>,
    files: &[SourceFile],
    dialect: Dialect,
    stats: &str,
    seen: &mut dyn FnMut(Option<usize>, &Seen<'_>),
) {
    let statistics = (!stats.is_empty())
        .then(|| Arc::new(statistics::read(SourceFile::new("stats.json", stats)).unwrap()));
    let sizes = Sizes { statistics, large_tables: None };
    sql::calls::resolve_calls(&mut migrations);
    let replay = &replay(&migrations, dialect, Base { sizes, ..Base::empty(dialect, true) });
    let steps = replay.all_steps();
    let owners = |path: &str| match path.starts_with("owned/") {
        true => vec!["@acme/dba".to_owned()],
        false => Vec::new(),
    };
    let now: Date = "2026-11-21".parse().unwrap();
    let view = View::new(replay, &steps, files, now, &owners);
    let mut places = Places::default();
    let document = serde_json::to_value(input::catalog(&view, &mut places)).unwrap();
    let shared = places.share();
    seen(None, &Seen { document, places: &shared, files });
    for index in 0..replay.migrations.len() {
        let mut places = shared.clone();
        let document = input::document(&view, index, &mut places).unwrap();
        let document = serde_json::to_value(document).unwrap();
        seen(Some(index), &Seen { document, places: &places, files });
    }
}

/// Puts the text that it points at in place of each `loc`.
fn placed(value: &mut Value, seen: &Seen<'_>) {
    const SHOWN_MAX: usize = 48;
    match value {
        Value::Array(list) => list.iter_mut().for_each(|it| placed(it, seen)),
        Value::Object(map) => {
            if let Some(loc) = map.get_mut("loc") {
                let place = u32::try_from(loc.as_u64().unwrap()).unwrap();
                let place = seen.places.get(place).unwrap();
                let file = &seen.files[place.file.0 as usize];
                let text: Vec<&str> = file.slice(place.span).split_whitespace().collect();
                let text = text.join(" ");
                let shown: String = text.chars().take(SHOWN_MAX).collect();
                let more = if shown == text { "" } else { "..." };
                let at = file.place(place.span.start);
                let subject = place.subject.as_ref().map(|it| format!(" <{it}>"));
                let subject = subject.unwrap_or_default();
                *loc = format!("{}:{} {shown}{more}{subject}", file.path, at.line).into();
            }
            map.values_mut().for_each(|it| placed(it, seen));
        }
        _ => {}
    }
}

/// The migrations of a case, and the dialect that it names.
fn case(text: &str) -> (Vec<(String, String)>, Option<Dialect>) {
    let dialect = text.strip_prefix("-- dialect: ").and_then(|rest| rest.split('\n').next());
    let parts = text.split("-- file: ").skip(1);
    let files = parts.map(|part| {
        let (name, sql) = part.split_once('\n').unwrap();
        (name.to_owned(), sql.to_owned())
    });
    (files.collect(), dialect.map(|dialect| dialect.parse().unwrap()))
}

const STATISTICS: &str = r#"{"schema_version": 1, "as_of": "2026-11-21T00:00:00Z", "engine": "postgres", "tables": [
    {"schema": "public", "name": "orders", "rows": 8000000, "bytes": 943718400, "index_bytes": 188743680, "writes_per_second": 20.5}]}"#;

#[test]
fn documents_are_as_recorded() {
    let assert = snapbox::Assert::new().action_env("SNAPSHOTS");
    let mut paths: Vec<PathBuf> = std::fs::read_dir("tests/policy_input")
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|it| it == "sql"))
        .collect();
    paths.sort();
    for path in paths {
        let (files, dialect) = case(&std::fs::read_to_string(&path).unwrap());
        let last = files.last().unwrap().0.clone();
        let mut shown = Vec::new();
        see(&Memory::new(files), dialect, STATISTICS, |index, seen| {
            let mut document = seen.document.clone();
            placed(&mut document, seen);
            let path = document.pointer("/migration/path").and_then(Value::as_str);
            if index.is_some() && path == Some(&last) {
                shown.push(format!("{document:#}\n"));
            }
        });
        assert_eq!(shown.len(), 1, "{path:?}: {last} gives one document");
        let data = snapbox::data::DataFormat::Text;
        let expected = snapbox::Data::read_from(&path.with_extension("json"), Some(data)).raw();
        assert.eq(shown.concat(), expected);
    }
}

#[test]
fn the_schema_and_its_page_are_up_to_date() {
    let assert = snapbox::Assert::new().action_env("SNAPSHOTS");
    let schema = input::schema();
    let text = |path: &str| {
        snapbox::Data::read_from(path.as_ref(), Some(snapbox::data::DataFormat::Text)).raw()
    };
    assert.eq(format!("{schema:#}\n"), text("docs/policy-input.schema.json"));
    assert.eq(page::page(&schema), text("docs/policy-input.md"));
}

/// Every object is closed, but for maps, and nothing may be null.
#[test]
fn the_schema_is_closed() {
    fn check(schema: &Value, path: &str) {
        match schema {
            Value::Object(map) => {
                let is_object = map.get("type").is_some_and(|it| it == "object");
                assert!(!is_object || map.contains_key("additionalProperties"), "{path} is open");
                assert!(!map.get("type").is_some_and(Value::is_array), "{path} may be null");
                map.iter().for_each(|(key, value)| check(value, &format!("{path}/{key}")));
            }
            Value::Array(list) => list.iter().for_each(|it| check(it, path)),
            other => assert!(other != "null", "{path} may be null"),
        }
    }
    check(&input::schema(), "");
}

#[test]
fn every_document_of_the_fixtures_fits_the_schema() {
    let schema = input::schema();
    let mut count = 0;
    for entry in std::fs::read_dir("fixtures").unwrap() {
        let tree = WorkTree::new(&[entry.unwrap().path()]).unwrap();
        see(&tree, None, "", |index, seen| {
            assert_fits(&schema, index.is_some(), &seen.document);
            count += 1;
        });
    }
    assert!(count > 50, "{count}");
}

#[test]
fn every_document_of_the_rules_examples_and_of_the_forms_fits_the_schema() {
    let schema = input::schema();
    let fits = |index: Option<usize>, seen: &Seen<'_>| {
        assert_fits(&schema, index.is_some(), &seen.document);
        assert_placed(&seen.document, seen.places);
    };
    for example in RULES.iter().flat_map(|rule| rule.examples) {
        let dialect = example.dialect.parse().unwrap();
        see_texts(&[example.given, example.sql], dialect, example.stats, fits);
    }
    // All that is read as something, whatever it means.
    for entry in std::fs::read_dir("tests/reading").unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|it| it == "sql") {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            let engine = Engine::ALL.into_iter().find(|engine| name.starts_with(engine.name()));
            let text = std::fs::read_to_string(&path).unwrap();
            see_texts(&[&text], Dialect::new(engine.unwrap_or(Engine::Postgres)), "", fits);
        }
    }
}

/// Each `loc` is a place, and each node that stands somewhere has one.
fn assert_placed(value: &Value, places: &Places) {
    match value {
        Value::Array(list) => list.iter().for_each(|it| assert_placed(it, places)),
        Value::Object(map) => {
            if let Some(loc) = map.get("loc") {
                let loc = u32::try_from(loc.as_u64().unwrap()).unwrap();
                assert!(places.get(loc).is_some(), "{value}");
            }
            for key in ["statements", "changes", "column", "constraint", "index"] {
                let nodes = map.get(key).into_iter();
                let nodes =
                    nodes.flat_map(|it| it.as_array().map_or(vec![it], |it| it.iter().collect()));
                for node in nodes.filter(|it| it.is_object()) {
                    assert!(node.get("loc").is_some(), "{key} without a place: {node}");
                }
            }
            map.values().for_each(|it| assert_placed(it, places));
        }
        _ => {}
    }
}
