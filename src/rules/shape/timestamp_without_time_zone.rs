//! New `timestamp` columns.

use crate::dialect::Engine;
use crate::finding::Level;
use crate::replay::Step;
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};

/// The rule.
pub static RULE: Rule = Rule {
    id: "timestamp-without-time-zone",
    category: Category::Shape,
    level: Level::Warning,
    since: "0.1",
    summary: "new column of type timestamp, which does not say which moment it means",
    why: "A timestamp without time zone is a reading of a clock that nobody named: PostgreSQL \
          drops the offset that a value was written with. Two sessions with different time zones \
          store different moments as the same value, an hour is lost or doubled when clocks \
          change, and comparing it with now() depends on who asks.",
    instead: "Use timestamptz: it stores the moment, takes the same 8 bytes, and is shown in the \
              time zone of the session.",
    facts: &[
        Fact {
            engine: Engine::Postgres,
            says: "In a value that has been determined to be timestamp without time zone, \
                   PostgreSQL will silently ignore any time zone indication.",
            source: "https://www.postgresql.org/docs/current/datatype-datetime.html",
        },
    ],
    same_as: &[
        ("squawk", "prefer-timestamp-tz"),
        ("squawk", "prefer-timestamptz"),
        ("postgres-language-server", "preferTimestamptz"),
        ("pg-migration-lint", "PGM101"),
        ("pgfence", "prefer-timestamptz"),
        ("migrationpilot", "MP040"),
    ],
    breaks: &[],
    checks_down: false,
    examples: &[
        bad("postgres", "", "CREATE TABLE t (id bigint PRIMARY KEY, at timestamp NOT NULL);", "at timestamp NOT NULL"),
        bad("postgres", "CREATE TABLE t (id bigint PRIMARY KEY);", "ALTER TABLE t ADD COLUMN IF NOT EXISTS at TIMESTAMP(3) WITHOUT TIME ZONE DEFAULT now();", "ADD COLUMN IF NOT EXISTS at TIMESTAMP(3) WITHOUT TIME ZONE DEFAULT now()"),
        bad("postgres", "", "ALTER TABLE App.\"T\" ADD at timestamp[];", "ADD at timestamp[]").incomplete(),
        bad("postgres", "", "CREATE TYPE c AS (at timestamp);", "CREATE TYPE c"),
        bad("postgres", "", "CREATE DOMAIN d AS timestamp;", "CREATE DOMAIN d"),
        bad("postgres", "", "DO $$ BEGIN CREATE TABLE t (id bigint PRIMARY KEY, at timestamp); END $$;", "at timestamp"),
        good("postgres", "", "CREATE TABLE t (id bigint PRIMARY KEY, at timestamptz, b timestamp(3) with time zone, c date);"),
        good("postgres", "CREATE DOMAIN d AS timestamp;", "CREATE TABLE t (id bigint PRIMARY KEY, at d);"),
        good("postgres", "CREATE TABLE t (id bigint PRIMARY KEY, at timestamp);", "CREATE TABLE IF NOT EXISTS t (id bigint PRIMARY KEY, at timestamp);"),
        good("postgres", "CREATE TABLE t (id bigint PRIMARY KEY, at timestamp);", "CREATE TABLE u (LIKE t INCLUDING ALL);"),
        good("postgres", "", "CREATE TEMP TABLE t (at timestamp); CREATE FOREIGN TABLE f (at timestamp) SERVER s;"),
        good("postgres", "", "SELECT now()::timestamp; COMMENT ON SCHEMA public IS 'at timestamp';"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    if step.dialect.engine != Engine::Postgres {
        return;
    }
    for written in step.written_types() {
        if !written.ty.is_or_holds("timestamp without time zone") {
            continue;
        }
        sink.report(step, written.span, written.subject())
            .message(format!(
                "{} is a timestamp without time zone: it does not say which moment it means",
                written.words()
            ))
            .help("use timestamptz")
            .push();
    }
}
