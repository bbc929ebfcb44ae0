//! What is written about statistics holds: the times that their classes rest on, and their page.

// Clippy knows tests by `#[test]`, not the functions beside them.
#![allow(clippy::unwrap_used)]

use lockgate::source::SourceFile;
use lockgate::statistics::{self, Class, TableStatistics};
use std::collections::BTreeMap;

#[test]
fn classes_are_as_long_as_they_were_measured() {
    let facts = std::fs::read_to_string("tests/facts/postgres_times.csv").unwrap();
    let mut longest = BTreeMap::new();
    for line in facts.split('\n').filter(|it| it.starts_with("idle") || it.starts_with("busy")) {
        let columns: Vec<&str> = line.split(',').collect();
        let number = |at: usize| columns[at].parse::<u64>().unwrap();
        let table = TableStatistics {
            rows: Some(number(1)),
            bytes: number(2),
            index_bytes: number(3),
            writes_per_second: None,
            keys: Vec::new(),
        };
        let ms = longest.entry((columns[0].to_owned(), table.class())).or_insert(0);
        *ms = number(5).max(*ms);
    }
    let longest = |machine: &str, class| longest[&(machine.to_owned(), class)];
    assert!(longest("idle", Class::Tiny) <= 100 && longest("busy", Class::Tiny) <= 500);
    assert!(longest("idle", Class::Small) <= 1_000 && longest("busy", Class::Small) <= 2_000);
    assert!(longest("idle", Class::Large) > 2_000);
}

#[test]
fn the_page_names_every_key() {
    let page = std::fs::read_to_string("docs/statistics.md").unwrap();
    let document = |tables: &str| {
        format!(
            r#"{{"schema_version": 1, "as_of": "2026-11-01T03:04:05Z", "engine": "postgres", "tables": [{tables}]}}"#
        )
    };
    let table = r#"{"name": "t", "bytes": 1, "index_bytes": 1, "keys": [{"x": 1}]}"#;
    let mut named = 0;
    for text in [r#"{"x": 1}"#, &document(r#"{"x": 1}"#), &document(table)] {
        let message = statistics::read(SourceFile::new("stats.json", text)).unwrap_err().message;
        let (_, keys) = message.split_once("expected one of ").unwrap();
        let (keys, _) = keys.split_once(';').unwrap();
        for key in keys.split(", ") {
            assert!(page.contains(&format!("| {key} |")), "{key}");
            named += 1;
        }
    }
    assert_eq!(named, 14);
}
