//! The help of findings names the safe sequence for the runner at hand: what an index that is built
//! under a lock, and a constraint that is validated under one, get told in each framework.
//! `tests/advice.txt` holds the words.

// Clippy knows tests by `#[test]`, not the functions beside them.
#![allow(clippy::unwrap_used)]

use lockgate::config::{Config, read};
use lockgate::date::Date;
use lockgate::frameworks::ADAPTERS;
use lockgate::report::Report;
use lockgate::source::SourceFile;
use lockgate::tree::Memory;
use lockgate::{Input, check};
use std::path::Path;

const TABLES: &str = "CREATE TABLE t (id bigint PRIMARY KEY, a int);\n";
const CHANGE: &str = "CREATE INDEX i ON t (a);\nALTER TABLE t ADD CONSTRAINT c CHECK (a > 0);\n";

/// A project: its framework and what is special, its config, and its files with `{t}` and `{c}` for
/// [`TABLES`] and [`CHANGE`].
struct Case(&'static str, &'static str, &'static [(&'static str, &'static str)]);

const JOURNAL: &str = r#"{"version":"7","dialect":"postgresql","entries":[{"idx":0,"when":1,"tag":"0000_a"},{"idx":1,"when":2,"tag":"0001_b"}]}"#;
const PLAN: &str =
    "%project=shop\na 2026-01-01T00:00:00Z x <x@x> # a\nb 2026-01-02T00:00:00Z x <x@x> # b\n";

const CASES: &[Case] = &[
    Case("flyway", "", &[("V1__a.sql", "{t}"), ("V2__b.sql", "{c}")]),
    Case(
        "flyway, with a .conf",
        "",
        &[
            ("V1__a.sql", "{t}"),
            ("V2__b.sql", "{c}"),
            ("V2__b.sql.conf", "executeInTransaction=true\n"),
        ],
    ),
    Case(
        "flyway, all in one group",
        "",
        &[("flyway.conf", "flyway.group=true\n"), ("V1__a.sql", "{t}"), ("V2__b.sql", "{c}")],
    ),
    Case(
        "liquibase",
        "",
        &[("a.sql", "--liquibase formatted sql\n--changeset a:1\n{t}--changeset a:2\n{c}")],
    ),
    Case("golang-migrate", "", &[("1_a.up.sql", "{t}"), ("2_b.up.sql", "{c}")]),
    Case("diesel", "", &[("diesel.toml", ""), ("m/1_a/up.sql", "{t}"), ("m/2_b/up.sql", "{c}")]),
    Case(
        "sqlx",
        "",
        &[
            ("Cargo.toml", "[dependencies]\nsqlx = \"0.8\"\n"),
            ("m/1_a.sql", "{t}"),
            ("m/2_b.sql", "{c}"),
        ],
    ),
    Case(
        "prisma",
        "",
        &[
            ("m/migration_lock.toml", ""),
            ("m/1_a/migration.sql", "{t}"),
            ("m/2_b/migration.sql", "{c}"),
        ],
    ),
    Case("goose", "", &[("1_a.sql", "-- +goose Up\n{t}"), ("2_b.sql", "-- +goose Up\n{c}")]),
    Case(
        "dbmate",
        "",
        &[
            ("1_a.sql", "-- migrate:up\n{t}-- migrate:down\n"),
            ("2_b.sql", "-- migrate:up\n{c}-- migrate:down\n"),
        ],
    ),
    Case(
        "sql-migrate",
        "",
        &[("1_a.sql", "-- +migrate Up\n{t}"), ("2_b.sql", "-- +migrate Up\n{c}")],
    ),
    Case(
        "drizzle",
        "",
        &[("meta/_journal.json", JOURNAL), ("0000_a.sql", "{t}"), ("0001_b.sql", "{c}")],
    ),
    Case("refinery", "", &[("refinery.toml", ""), ("V1__a.sql", "{t}"), ("V2__b.sql", "{c}")]),
    Case("tern", "", &[("tern.conf", ""), ("001_a.sql", "{t}"), ("002_b.sql", "{c}")]),
    Case("atlas", "", &[("atlas.sum", ""), ("1_a.sql", "{t}"), ("2_b.sql", "{c}")]),
    Case(
        "supabase",
        "",
        &[("supabase/migrations/1_a.sql", "{t}"), ("supabase/migrations/2_b.sql", "{c}")],
    ),
    Case(
        "node-pg-migrate",
        "",
        &[("1_a.sql", "-- Up Migration\n{t}"), ("2_b.sql", "-- Up Migration\n{c}")],
    ),
    Case(
        "play-evolutions",
        "",
        &[
            ("conf/evolutions/default/1.sql", "# --- !Ups\n{t}"),
            ("conf/evolutions/default/2.sql", "# --- !Ups\n{c}"),
        ],
    ),
    Case("rambler", "", &[("1_a.sql", "-- rambler up\n{t}"), ("2_b.sql", "-- rambler up\n{c}")]),
    Case("sqitch", "", &[("sqitch.plan", PLAN), ("deploy/a.sql", "{t}"), ("deploy/b.sql", "{c}")]),
    Case(
        "own, each file a transaction",
        "framework: { pattern: '*.sql', transaction: file }",
        &[("1.sql", "{t}"), ("2.sql", "{c}")],
    ),
    Case(
        "own, each file a message",
        "framework: { pattern: '*.sql', transaction: message }",
        &[("1.sql", "{t}"), ("2.sql", "{c}")],
    ),
    Case(
        "own, no transaction",
        "framework: { pattern: '*.sql', transaction: none }",
        &[("1.sql", "{t}"), ("2.sql", "{c}")],
    ),
    Case(
        "own, all in one",
        "framework: { pattern: '*.sql', transaction: all }",
        &[("1.sql", "{t}"), ("2.sql", "{c}")],
    ),
    Case("plain", "", &[("a1.sql", "{t}"), ("a2.sql", "{c}")]),
];

fn helps(case: &Case) -> String {
    let Case(name, config, files) = case;
    let filled = files
        .iter()
        .map(|(path, text)| (*path, text.replace("{t}", TABLES).replace("{c}", CHANGE)));
    let tree = Memory::new(filled);
    let config = match config.is_empty() {
        true => Config::default(),
        false => read(SourceFile::new("lockgate.yaml", config)).unwrap(),
    };
    let report = checked(&tree, &config);
    let framework = report.sets.first().map_or("none", |set| set.framework);
    assert_eq!(name.split(',').next(), Some(framework), "{:?}", report.failures);
    let help = |rule: &str| {
        let mut found = report.findings.iter().filter(|it| it.finding.rule == rule);
        let help = found.next().and_then(|it| it.finding.help.clone());
        help.unwrap_or_else(|| panic!("{name}: no {rule}"))
    };
    format!(
        "{name}\n  index: {}\n  constraint: {}\n\n",
        help("index-not-concurrent"),
        help("constraint-not-validated-separately")
    )
}

fn checked(tree: &Memory, config: &Config) -> Report {
    check(&Input {
        tree,
        config,
        schema: None,
        statistics: None,
        alone: false,
        today: Date::from_unix_seconds(0),
        evidence: None,
        policies: None,
        merged: None,
    })
}

#[test]
fn each_runner_is_told_its_own_way() {
    let text: String = CASES.iter().map(helps).collect();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/advice.txt");
    snapbox::assert_data_eq!(text, snapbox::Data::read_from(&path, None).raw());
}

#[test]
fn no_framework_is_left_out() {
    let named = CASES.iter().filter_map(|Case(name, ..)| name.split(',').next());
    let mut named: Vec<&str> = named.chain(["dry-run", "dump"]).collect();
    let mut all: Vec<&str> = ADAPTERS.iter().map(|adapter| adapter.name).collect();
    named.sort_unstable();
    named.dedup();
    all.sort_unstable();
    assert_eq!(named, all);
}

/// The help of the one finding of a rule, run by Flyway.
fn help(rule: &str, files: &[&str]) -> String {
    let named = files.iter().zip(1..).map(|(text, number)| (format!("V{number}__x.sql"), *text));
    let tree = Memory::new(named);
    let report = checked(&tree, &Config::default());
    let mut found = report.findings.iter().filter(|it| it.finding.rule == rule);
    found.next().and_then(|it| it.finding.help.clone()).unwrap()
}

#[test]
fn what_is_there_already_is_used() {
    let set = "ALTER TABLE t ALTER a SET NOT NULL;";
    let waiting = "ALTER TABLE t ADD CONSTRAINT has_a CHECK (a IS NOT NULL AND a > 0) NOT VALID;";
    assert_eq!(
        help("not-null-scan", &[TABLES, waiting, set]),
        "`ALTER TABLE t VALIDATE CONSTRAINT has_a` before it, in a transaction that holds no strong \
         lock on the table: that constraint then proves it, and SET NOT NULL reads nothing"
    );
    assert!(
        help("not-null-scan", &[TABLES, set])
            .starts_with("`ADD CONSTRAINT a_set CHECK (a IS NOT NULL)")
    );
}

#[test]
fn what_flyway_does_not_see_by_itself_gets_a_conf() {
    assert_eq!(
        help("reindex-not-concurrent", &[TABLES, "REINDEX TABLE t;"]),
        "put `REINDEX TABLE CONCURRENTLY t` into a migration of its own, and beside it a file of the \
         same name plus `.conf` that says `executeInTransaction=false`: flyway does not see by \
         itself that it refuses a transaction"
    );
}
