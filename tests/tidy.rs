//! The rules of the house that no compiler keeps: who imports whom, which crate and which part of
//! the standard library lives in which room, how long files and functions grow, and which words
//! are used. Each check is a function over texts, and the tests show that each can fail.

// Clippy knows tests by `#[test]`, not the functions beside them.
#![allow(clippy::unwrap_used)]

#[path = "tidy/code.rs"]
mod code;

use code::{File, module, tree};
use std::collections::{BTreeMap, BTreeSet};

/// Rooms in reading order, and which rooms each may import: only ones that stand above it, so no
/// two depend on each other. A room holds its module and all below it that have no line here.
/// ARCHITECTURE.md shows this table.
const ROOMS: &[(&str, &[&str])] = &[
    ("source", &[]),
    ("dialect", &[]),
    ("date", &[]),
    ("digest", &[]),
    ("parallel", &[]),
    ("tree", &[]),
    ("schema", &["source", "dialect"]),
    ("effects", &["dialect", "schema"]),
    ("migration", &["source", "dialect", "schema"]),
    ("finding", &["source", "schema"]),
    ("statistics", &["source", "dialect", "date", "tree", "schema", "finding"]),
    ("sql", &["source", "dialect", "schema", "migration"]),
    ("sql::words", &["dialect", "sql"]),
    ("schema::diff", &["dialect", "schema", "effects", "finding", "sql", "sql::words"]),
    ("frameworks", &["source", "dialect", "parallel", "tree", "migration", "finding"]),
    ("replay", &["source", "dialect", "schema", "effects", "migration", "finding", "statistics"]),
    (
        "rules",
        &[
            "source",
            "dialect",
            "date",
            "schema",
            "effects",
            "migration",
            "finding",
            "statistics",
            "sql::words",
            "schema::diff",
            "replay",
        ],
    ),
    ("read", &["source", "dialect", "parallel", "migration", "finding", "sql", "rules"]),
    (
        "rules::run",
        &["source", "dialect", "parallel", "migration", "finding", "replay", "rules", "read"],
    ),
    ("config", &["source", "dialect", "date", "tree", "finding", "rules"]),
    (
        "judge",
        &["source", "date", "digest", "tree", "schema", "migration", "finding", "rules", "config"],
    ),
    (
        "policy",
        &[
            "source",
            "dialect",
            "date",
            "digest",
            "parallel",
            "tree",
            "schema",
            "effects",
            "migration",
            "finding",
            "statistics",
            "replay",
            "rules",
            "config",
        ],
    ),
    ("before", &["source", "dialect", "migration", "finding", "replay", "read", "config"]),
    ("docs", &["source", "statistics", "rules", "policy"]),
    (
        "report",
        &[
            "source",
            "dialect",
            "digest",
            "schema",
            "effects",
            "migration",
            "finding",
            "statistics",
            "frameworks",
            "replay",
            "rules",
            "config",
            "judge",
            "docs",
            "schema::diff",
        ],
    ),
    (
        "lib",
        &[
            "source",
            "dialect",
            "date",
            "parallel",
            "tree",
            "schema",
            "migration",
            "finding",
            "statistics",
            "schema::diff",
            "frameworks",
            "replay",
            "rules",
            "read",
            "rules::run",
            "config",
            "policy",
            "before",
            "judge",
            "report",
        ],
    ),
    ("policy::seen", &["policy", "report", "lib"]),
    (
        "policy::test",
        &[
            "source",
            "dialect",
            "date",
            "tree",
            "finding",
            "statistics",
            "rules",
            "config",
            "policy",
            "judge",
            "report",
            "lib",
            "policy::seen",
        ],
    ),
    (
        "fix",
        &[
            "source",
            "tree",
            "schema",
            "migration",
            "finding",
            "sql::words",
            "schema::diff",
            "frameworks",
            "judge",
            "report",
            "lib",
        ],
    ),
    (
        "cli",
        &[
            "source",
            "dialect",
            "date",
            "tree",
            "migration",
            "finding",
            "statistics",
            "schema::diff",
            "frameworks",
            "rules",
            "config",
            "policy",
            "policy::seen",
            "policy::test",
            "judge",
            "docs",
            "report",
            "lib",
            "fix",
        ],
    ),
    ("main", &["cli"]),
];

/// Outside crates and the modules that may name them. `tests` stands for tests of either kind.
const CRATES: &[(&str, &[&str])] = &[
    ("clap", &["cli"]),
    // Both of the clap project: what they write follows the flags.
    ("clap_complete", &["cli"]),
    ("clap_mangen", &["cli::manual"]),
    // Keys that are borrowed, for the maps of imbl.
    ("equivalent", &["schema"]),
    // gzip in Rust alone (miniz_oxide), kept by the rust-lang organisation.
    ("flate2", &["tree::packed", "tests"]),
    // As regorus has it: what a policy's parameter compiles to there.
    ("globset", &["policy::params"]),
    ("imbl", &["schema", "replay"]),
    ("miette", &["report::terminal"]),
    ("mimalloc", &["main"]),
    // As regorus has it.
    ("regex", &["policy::params", "policy::test"]),
    ("regorus", &["policy"]),
    // Zstandard in Rust alone; the crate `zstd` needs a C compiler.
    ("ruzstd", &["tree::packed", "tests"]),
    ("schemars", &["policy", "schema::document"]),
    ("serde", &["config", "policy", "report", "schema::document", "statistics"]),
    ("serde-saphyr", &["config", "frameworks::liquibase", "policy::metadata"]),
    (
        "serde_json",
        &[
            "cli::against",
            "finding",
            "frameworks::drizzle",
            "frameworks::liquibase",
            "judge::baseline",
            "policy",
            "report",
            "schema::document",
            "statistics",
        ],
    ),
    // SHA-256, of the RustCrypto project.
    ("sha2", &["digest"]),
    ("similar", &["report::diff"]),
    ("sqlparser", &["sql::bridge"]),
    ("toml", &["frameworks::keys"]),
    ("walkdir", &["tree"]),
    ("proptest", &["tests"]),
    ("snapbox", &["tests"]),
    ("trycmd", &["tests"]),
];

/// What touches the world outside (I1), and the modules that may. `std::path` is here because
/// its methods ask the disk.
const WORLD: &[(&str, &[&str])] = &[
    ("std::env", &["main", "cli", "tree"]),
    ("std::fs", &["tree", "config::find"]),
    ("std::io::stdin", &["cli"]),
    ("std::net", &[]),
    ("std::path", &["cli", "config::find", "tree"]),
    // `git` is asked, for the proof of a retirement and for the files of a commit; nothing else is
    // ever started.
    ("std::process", &["main", "tree::git"]),
    // A policy that runs for too long is stopped, and that is a failure, never a verdict.
    ("std::time", &["cli", "policy"]),
];

const FILE_LINES_MAX: usize = 500;
const FUNCTION_LINES_MAX: usize = 70;

/// Files that are longer today, with their length without tests: they may shrink, not grow.
const LONG_FILES: &[(&str, usize)] = &[];

/// Functions that are longer today, as file and name.
const LONG_FUNCTIONS: &[(&str, usize)] = &[];

/// Names that say nothing about what is inside.
const EMPTY_NAMES: &[&str] =
    &["common", "helper", "helpers", "manager", "misc", "mod", "util", "utils"];

/// Words for a finding that is always called a finding.
const OTHER_WORDS: &[&str] = &["violation", "diagnostic"];

fn house() -> Vec<File> {
    tree("src")
}

fn within(module: &str, room: &str) -> bool {
    module.strip_prefix(room).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// The room with the longest name that holds a module.
fn room<'t>(module: &str, rooms: &[(&'t str, &[&str])]) -> Option<&'t str> {
    let holding = rooms.iter().map(|(room, _)| *room).filter(|room| within(module, room));
    holding.max_by_key(|room| room.len())
}

/// Imports that the table does not allow.
fn imports(files: &[File], rooms: &[(&str, &[&str])]) -> Vec<String> {
    let mut wrong = Vec::new();
    for file in files {
        let own = module(&file.path);
        let Some(from) = room(&own, rooms) else {
            wrong.push(format!("{}: the table has no room `{own}`", file.path));
            continue;
        };
        let allowed = rooms.iter().find(|(room, _)| *room == from).map_or(&[][..], |it| it.1);
        for path in file.paths() {
            let Some(target) = file.inside(&path) else { continue };
            // What lies in the crate's root itself is `lib`.
            let to = room(&target, rooms).unwrap_or("lib");
            if to != from && !allowed.contains(&to) {
                wrong.push(format!("{}: `{from}` must not import `{to}`", file.path));
            }
        }
    }
    wrong
}

/// Lines of the table that name a room at or below their own.
fn cycles(rooms: &[(&str, &[&str])]) -> Vec<String> {
    let mut above = BTreeSet::new();
    let mut wrong = Vec::new();
    for (room, allowed) in rooms {
        let unknown = allowed.iter().filter(|name| !above.contains(*name));
        wrong.extend(unknown.map(|name| format!("`{room}` names `{name}`, which is not above it")));
        above.insert(room);
    }
    wrong
}

/// Paths that begin with a name of the table outside the modules that may use it.
fn strangers(files: &[File], table: &[(&str, &[&str])]) -> Vec<String> {
    let mut wrong = Vec::new();
    for file in files {
        let own = module(&file.path);
        for path in file.paths() {
            let path = path.join("::");
            for (name, homes) in table {
                if within(&path, &name.replace('-', "_"))
                    && !homes.iter().any(|it| within(&own, it))
                {
                    wrong.push(format!("{}: `{name}` does not belong here: {path}", file.path));
                }
            }
        }
    }
    wrong
}

/// Dependencies that the table does not list, and the other way round.
fn dependencies(manifest: &str, table: &[(&str, &[&str])]) -> Vec<String> {
    let manifest: toml::Table = manifest.parse().unwrap();
    let mut found = BTreeSet::new();
    let mut sections = vec![&manifest];
    let targets = manifest.get("target").and_then(toml::Value::as_table);
    sections.extend(targets.into_iter().flatten().filter_map(|(_, it)| it.as_table()));
    for section in sections {
        for kind in ["dependencies", "dev-dependencies", "build-dependencies"] {
            let table = section.get(kind).and_then(toml::Value::as_table);
            found.extend(table.into_iter().flatten().map(|(name, _)| name.as_str()));
        }
    }
    let listed: BTreeSet<&str> = table.iter().map(|(name, _)| *name).collect();
    let one_sided = found.symmetric_difference(&listed);
    one_sided
        .map(|name| format!("`{name}` stands in Cargo.toml or in the table, not both"))
        .collect()
}

/// What is longer than it may be, and exceptions that nothing needs any more.
fn lengths(
    found: &BTreeMap<String, usize>,
    max: usize,
    exceptions: &[(&str, usize)],
) -> Vec<String> {
    let mut wrong = Vec::new();
    for (name, lines) in found {
        let exception = exceptions.iter().find(|(known, _)| known == name).map(|it| it.1);
        let allowed = exception.unwrap_or(max);
        if *lines > allowed {
            wrong.push(format!("{name}: {lines} lines, at most {allowed}"));
        }
    }
    let needed = |name: &str| found.get(name).is_some_and(|lines| *lines > max);
    let stale = exceptions.iter().filter(|(name, _)| !needed(name));
    wrong.extend(stale.map(|(name, _)| format!("{name}: is no exception any more")));
    wrong
}

fn file_lengths(files: &[File]) -> BTreeMap<String, usize> {
    files.iter().map(|file| (file.path.clone(), file.line_count())).collect()
}

fn function_lengths(files: &[File]) -> BTreeMap<String, usize> {
    let mut lengths = BTreeMap::new();
    for file in files {
        for (name, lines) in file.functions() {
            // Methods of two types may share a name; the longest counts.
            let longest = lengths.entry(format!("{} {name}", file.path)).or_insert(0);
            *longest = lines.max(*longest);
        }
    }
    lengths
}

fn names(paths: &[String]) -> Vec<String> {
    let empty = |path: &&String| {
        path.trim_end_matches(".rs").split('/').any(|part| EMPTY_NAMES.contains(&part))
    };
    paths.iter().filter(empty).map(|path| format!("{path}: the name says nothing")).collect()
}

/// Words that stand for "finding". miette's trait keeps the name that it has.
fn words(files: &[(String, String)]) -> Vec<String> {
    let mut wrong = Vec::new();
    for (path, text) in files {
        for (index, line) in text.split('\n').enumerate() {
            let mut words = line.split(|c: char| !c.is_alphanumeric() && c != '_');
            let meant = |word: &str| {
                // miette's word, and what conftest calls a rule.
                let foreign = word == "Diagnostic" && path.starts_with("src/report/terminal")
                    || word.starts_with("violation") && path.starts_with("src/policy/");
                let lower = word.to_lowercase();
                !foreign && OTHER_WORDS.iter().any(|other| lower.contains(other))
            };
            if let Some(word) = words.find(|word| meant(word)) {
                wrong.push(format!("{path}:{}: `{word}` is called a finding here", index + 1));
            }
        }
    }
    wrong
}

/// Files under `src/rules/<category>/` and the table of rules, as `category/id`.
fn rule_files(paths: &[String], table: &BTreeSet<String>) -> Vec<String> {
    let in_folder = paths.iter().filter_map(|path| {
        let (category, file) = path.strip_prefix("src/rules/")?.split_once('/')?;
        Some(format!("{category}/{}", file.strip_suffix(".rs")?.replace('_', "-")))
    });
    let in_folder: BTreeSet<String> = in_folder.collect();
    let one_sided = in_folder.symmetric_difference(table);
    one_sided
        .map(|rule| format!("{rule}: has no file of that name, or is not in the table"))
        .collect()
}

/// Rules that name another rule (I4).
fn rules_in_rules(files: &[File]) -> Vec<String> {
    let rule = |module: &str| {
        let mut parts = module.strip_prefix("rules::")?.split("::");
        Some((parts.next()?.to_owned(), parts.next()?.to_owned()))
    };
    let is_rule = |rule: &(String, String)| {
        let path = format!("src/rules/{}/{}.rs", rule.0, rule.1);
        files.iter().any(|file| file.path == path)
    };
    let mut wrong = Vec::new();
    for file in files {
        let Some(own) = rule(&module(&file.path)) else { continue };
        let named = file.paths().into_iter().filter_map(|path| rule(&file.inside(&path)?));
        let others = named.filter(|other| is_rule(other) && *other != own);
        wrong.extend(others.map(|(_, other)| format!("{}: names the rule `{other}`", file.path)));
    }
    wrong
}

/// The table of rooms as ARCHITECTURE.md shows it.
fn rooms_shown(rooms: &[(&str, &[&str])]) -> String {
    let line = |(room, allowed): &(&str, &[&str])| {
        let allowed = if allowed.is_empty() { "nothing of ours".into() } else { allowed.join(" ") };
        format!("{room:<12} {allowed}\n")
    };
    rooms.iter().map(line).collect()
}

/// Names in backticks in the lines of a document's table of invariants that are no test.
fn invariants(document: &str, tests: &BTreeSet<String>) -> Vec<String> {
    let rows = document.split('\n').filter(|line| line.starts_with("| I"));
    let held_by = rows.filter_map(|row| row.trim_end_matches([' ', '|']).rsplit('|').next());
    let named = held_by.flat_map(|cell| cell.split('`').skip(1).step_by(2));
    let unknown = named.filter(|name| !tests.contains(*name));
    unknown.map(|name| format!("ARCHITECTURE.md: there is no test `{name}`")).collect()
}

fn read(path: &str) -> String {
    std::fs::read_to_string(path).unwrap()
}

fn assert_none(wrong: &[String]) {
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

fn sample(path: &str, text: &str) -> Vec<File> {
    vec![File::new(path, text)]
}

#[test]
fn rooms_import_only_what_the_table_allows() {
    assert_none(&cycles(ROOMS));
    assert_none(&imports(&house(), ROOMS));
    let table: &[(&str, &[&str])] = &[("a", &[]), ("b", &["a"]), ("b::run", &[]), ("lib", &[])];
    for (path, text) in [
        ("src/a.rs", "use crate::b::C;"),
        ("src/a.rs", "fn f() { crate::b::c(); }"),
        ("src/a.rs", "use crate::{a::x, b};"),
        ("src/a.rs", "use super::b;"),
        ("src/a/x.rs", "use super::super::b;"),
        ("src/a.rs", "use crate::check;"),
        ("src/b.rs", "use crate::b::run::C;"),
        ("src/b/run.rs", "use super::a;"),
        ("src/c.rs", ""),
    ] {
        assert_eq!(imports(&sample(path, text), table).len(), 1, "{path}: {text}");
    }
    for (path, text) in [
        ("src/b.rs", "use crate::a::C; // crate::b::run"),
        ("src/a.rs", "use super::a::x; const S: &str = \"crate::b\"; const T: char = '\"';"),
        ("src/a/x.rs", "use super::y;"),
        ("src/a.rs", "#[cfg(test)]\nmod tests { use crate::b; }\nfn f() {}"),
    ] {
        assert_eq!(imports(&sample(path, text), table), [""; 0], "{path}: {text}");
    }
    assert_eq!(cycles(&[("a", &["b"]), ("b", &["a"])]).len(), 1);
}

#[test]
fn outside_crates_stay_in_their_rooms() {
    assert_none(&dependencies(&read("Cargo.toml"), CRATES));
    assert_none(&strangers(&house(), CRATES));
    for text in ["use serde::Serialize;", "fn f() { ::serde::x() }", "use {std::io, serde as s};"] {
        assert_eq!(strangers(&sample("src/rules.rs", text), CRATES).len(), 1, "{text}");
        assert_none(&strangers(&sample("src/config/yaml.rs", text), CRATES));
    }
    let manifest =
        "[dependencies]\nserde = \"1\"\nrand = \"1\"\n[target.x.dependencies]\nwin = \"1\"";
    assert_eq!(dependencies(manifest, &[("serde", &[]), ("clap", &[])]).len(), 3);
}

/// I1.
#[test]
fn only_the_outer_rooms_touch_the_world() {
    assert_none(&strangers(&house(), WORLD));
    for text in [
        "fn f() { std::fs::read(p); }",
        "use std::{fs, io};",
        "use std::io; fn f() { io::stdin(); }",
        "use std::io::{self as i}; fn f() { i::stdin(); }",
        "use std::time::Instant;",
        "fn f(p: &std::path::Path) -> bool { p.exists() }",
    ] {
        assert_eq!(strangers(&sample("src/rules.rs", text), WORLD).len(), 1, "{text}");
    }
    assert_none(&strangers(&sample("src/rules.rs", "use std::io::{self, Write};"), WORLD));
}

#[test]
fn files_and_functions_do_not_grow() {
    assert_none(&lengths(&file_lengths(&house()), FILE_LINES_MAX, LONG_FILES));
    assert_none(&lengths(&function_lengths(&house()), FUNCTION_LINES_MAX, LONG_FUNCTIONS));
    let text = "fn a(x: [u8; 2]) {\n\n}\nimpl T {\n    fn b() { '{'; }\n}\n\
                #[cfg(test)]\nmod tests {\n    fn c() {}\n}\n";
    let files = sample("src/a.rs", text);
    let functions = [("src/a.rs a".to_owned(), 3), ("src/a.rs b".to_owned(), 1)];
    assert_eq!(function_lengths(&files), BTreeMap::from(functions));
    assert_eq!(file_lengths(&files), BTreeMap::from([("src/a.rs".to_owned(), 6)]));
    let found = BTreeMap::from([("long".to_owned(), 9), ("grown".to_owned(), 9)]);
    let exceptions = [("grown", 8), ("shrunk", 8)];
    assert_eq!(lengths(&found, 5, &exceptions).len(), 3);
    assert_none(&lengths(&found, 5, &[("long", 9), ("grown", 10)]));
}

#[test]
fn names_and_words_say_what_is_meant() {
    let paths: Vec<String> = house().into_iter().map(|file| file.path).collect();
    assert_none(&names(&paths));
    let bad = ["src/util.rs", "src/rules/mod.rs", "src/helpers/x.rs", "src/manager.rs"];
    assert_eq!(names(&bad.map(str::to_owned)).len(), bad.len());

    let mut texts: Vec<_> = house().into_iter().map(|file| (file.path, file.text)).collect();
    for document in ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"] {
        texts.push((document.to_owned(), read(document)));
    }
    assert_none(&words(&texts));
    let text = |path: &str, text: &str| vec![(path.to_owned(), text.to_owned())];
    assert_eq!(words(&text("src/a.rs", "\n/// A Violation.\nfn diagnostics() {}")).len(), 2);
    assert_eq!(words(&text("src/a.rs", "impl Diagnostic for T")).len(), 1);
    assert_none(&words(&text("src/report/terminal.rs", "impl Diagnostic for T")));
}

#[test]
fn the_table_of_rules_and_the_folders_agree() {
    let rules = lockgate::rules::RULES.iter();
    let table = rules.map(|rule| format!("{}/{}", rule.category.name(), rule.id)).collect();
    let paths: Vec<String> = house().into_iter().map(|file| file.path).collect();
    assert_none(&rule_files(&paths, &table));
    let table = BTreeSet::from(["data/drop-table".to_owned(), "data/lost".to_owned()]);
    let paths = ["src/rules/data/drop_table.rs", "src/rules/data/stray.rs", "src/rules/run.rs"];
    assert_eq!(rule_files(&paths.map(str::to_owned), &table).len(), 2);
}

/// I4.
#[test]
fn no_rule_names_another() {
    assert_none(&rules_in_rules(&house()));
    for text in ["use crate::rules::data::b;", "fn f() { super::b::RULE; }"] {
        let files = [sample("src/rules/data/a.rs", text), sample("src/rules/data/b.rs", "")];
        assert_eq!(rules_in_rules(&files.concat()).len(), 1, "{text}");
    }
}

#[test]
fn the_document_shows_these_tables_and_names_real_tests() {
    let document = read("ARCHITECTURE.md");
    for (what, table) in [("rooms", rooms_shown(ROOMS)), ("crates", rooms_shown(CRATES))] {
        assert!(document.contains(&table), "ARCHITECTURE.md: the table of {what} is\n{table}");
    }
    let all = [tree("src"), tree("tests")].concat();
    let tests: BTreeSet<String> = all.iter().flat_map(|file| file.tests()).collect();
    assert!(document.split('\n').any(|line| line.starts_with("| I8")));
    assert_none(&invariants(&document, &tests));
    let row = "| I1 | what `x` is | held by `known` and `lost` |";
    assert_eq!(invariants(row, &BTreeSet::from(["known".to_owned()])).len(), 1);
}
