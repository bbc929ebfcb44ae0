//! Long work under a lock that stops traffic, with no bound on its time.

use crate::dialect::Engine;
use crate::effects::Touch;
use crate::finding::{Breaks, Level};
use crate::replay::History;
use crate::rules::bound::{self, Bound, others};
use crate::rules::lock::Held;
use crate::rules::unit::words;
use crate::rules::{Category, Check, Draft, Fact, Rule, Sink, bad, good};

const OLD: &str = "CREATE TABLE t (id bigint PRIMARY KEY, a integer);";

/// The rule.
pub static RULE: Rule = Rule {
    id: "unbounded-statement-time",
    category: Category::Locking,
    level: Level::Note,
    since: "0.1",
    summary: "long work under a lock, with no statement_timeout; told once for all migrations",
    why: "Where a statement works while others wait for its lock, nothing ends it but its own end. A \
          statement_timeout bounds for how long the traffic may stop, and the migration fails instead.",
    instead: "Set statement_timeout on the role or in the connection that runs migrations, and say so with \
              `statement-timeout` in lockgate.yaml. A build CONCURRENTLY must not have it.",
    facts: &[Fact {
        engine: Engine::Postgres,
        says: "statement_timeout aborts any statement that takes more than this; 0, the default, disables \
               it.",
        source: "https://www.postgresql.org/docs/current/runtime-config-client.html#GUC-STATEMENT-TIMEOUT",
    }],
    same_as: &[
        ("squawk", "require-statement-timeout"),
        ("postgres-language-server", "requireStatementTimeout"),
        ("pgfence", "missing-statement-timeout"),
        ("migrationpilot", "MP020"),
        ("bytebase", "STATEMENT_MAX_EXECUTION_TIME"),
    ],
    breaks: &[Breaks::Readers, Breaks::Writers],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "CREATE INDEX i ON t (a);", "CREATE INDEX i ON t"),
        bad("postgres", OLD, "SET statement_timeout = 0; ALTER TABLE t ALTER a TYPE bigint;", "ALTER a TYPE bigint"),
        bad("postgres", OLD, "SET LOCAL lock_timeout = '2s'; ALTER TABLE t ALTER a TYPE bigint;", "ALTER a TYPE bigint").runner("flyway"),
        good("postgres", OLD, "SET statement_timeout = '1min'; CREATE INDEX i ON t (a);"),
        good("postgres", OLD, "ALTER TABLE t ADD b int; CREATE INDEX CONCURRENTLY i ON t (a);"),
        good("postgres", "", "CREATE TABLE n (id int PRIMARY KEY, a int); CREATE INDEX i ON n (a);"),
    ],
    check: Check::History(check),
};

const BOUND: Bound = Bound { setting: "statement_timeout", most: u64::MAX, needs };

fn needs(held: &Held<'_>) -> bool {
    held.touches.iter().any(|touch: &&Touch| touch.works())
}

fn check(history: &History<'_>, sink: &mut Sink) {
    bound::check(&BOUND, history, sink, found);
}

fn found<'s>(sink: &'s mut Sink, held: &Held<'_>, why: &str, more: usize) -> Draft<'s> {
    let verb = words(&held.located.change.value);
    let why = if why.is_empty() { "no statement_timeout is in force" } else { why };
    held.report_with(
        sink,
        format!(
            "this {verb} {} while it holds {}, and {why}: nothing ends it before its own end{}",
            held.worked(),
            held.locks(),
            others(more)
        ),
    )
    .level(Level::Note)
    .help(
        "set statement_timeout on the role or in the connection that runs migrations, and say \
         `statement-timeout: 30min` in lockgate.yaml",
    )
}
