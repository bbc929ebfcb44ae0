//! New `json` columns.

use crate::dialect::Engine;
use crate::finding::Level;
use crate::replay::Step;
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};

/// The rule.
pub static RULE: Rule = Rule {
    id: "json-not-jsonb",
    category: Category::Shape,
    level: Level::Warning,
    since: "0.1",
    summary: "new column of type json, which has no equality and no index",
    why: "json keeps the text as it was written and parses it anew for each use. It has no \
          equality operator: SELECT DISTINCT, UNION, GROUP BY and a unique constraint fail on it, \
          also in queries that were written before the column came, and no index looks inside.",
    instead: "Use jsonb; json only where the exact text must survive, with its blanks, order of \
              keys and duplicate keys.",
    facts: &[
        Fact {
            engine: Engine::Postgres,
            says: "In general, most applications should prefer to store JSON data as jsonb, \
                   unless there are quite specialized needs, such as legacy assumptions about \
                   ordering of object keys.",
            source: "https://www.postgresql.org/docs/current/datatype-json.html",
        },
    ],
    same_as: &[
        ("eugene", "E3"),
        ("postgres-language-server", "preferJsonb"),
        ("strong_migrations", "add_column_json"),
        ("pg-migration-lint", "PGM106"),
        ("pgfence", "add-column-json"),
    ],
    breaks: &[],
    checks_down: false,
    examples: &[
        bad("postgres", "", "CREATE TABLE t (id bigint PRIMARY KEY, a json);", "a json"),
        bad("postgres", "CREATE TABLE t (id bigint PRIMARY KEY);", "ALTER TABLE ONLY t ADD \"A\" JSON[] NOT NULL DEFAULT '{}';", "ADD \"A\" JSON[] NOT NULL DEFAULT '{}'"),
        bad("postgres", "", "CREATE TYPE c AS (a json);", "CREATE TYPE c"),
        good("postgres", "", "CREATE TABLE t (id bigint PRIMARY KEY, a jsonb, json text);"),
        good("postgres", "", "CREATE TABLE t (id bigint PRIMARY KEY, a app.json);").incomplete(),
        good("postgres", "CREATE TABLE t (id bigint PRIMARY KEY, a json);", "ALTER TABLE t ADD COLUMN IF NOT EXISTS a json;"),
        good("postgres", "CREATE TABLE t (id bigint PRIMARY KEY, a json);", "CREATE TABLE u AS SELECT a FROM t; ALTER TABLE u ADD id bigint PRIMARY KEY;"),
        good("postgres", "", "CREATE TEMP TABLE t (a json); SELECT '{}'::json;"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    if step.dialect.engine != Engine::Postgres {
        return;
    }
    for written in step.written_types() {
        if !written.ty.is_or_holds("json") {
            continue;
        }
        sink.report(step, written.span, written.subject())
            .message(format!(
                "{} is json, which has no equality: SELECT DISTINCT, UNION and GROUP BY fail on \
                 it, and no index looks inside",
                written.words()
            ))
            .help("use jsonb")
            .push();
    }
}
