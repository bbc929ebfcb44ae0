//! New times that are rounded to the second.

use crate::dialect::Engine;
use crate::finding::Level;
use crate::replay::Step;
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};

/// The rule.
pub static RULE: Rule = Rule {
    id: "timestamp-rounded",
    category: Category::Shape,
    level: Level::Note,
    since: "0.1",
    summary: "new time or timestamp that is rounded to the whole second",
    why: "A precision of 0 rounds and does not cut: 23:59:59.7 becomes the next day, and a moment that has just been stored can lie in the future. The type takes no less space for it.",
    instead: "Leave the precision out, and cut with date_trunc where whole seconds are shown.",
    facts: &[Fact { engine: Engine::Postgres, says: "The allowed range of p is from 0 to 6; values are rounded to it.", source: "measured: PostgreSQL 15" }, Fact { engine: Engine::Postgres, says: "'2024-01-01 23:59:59.7'::timestamp(0) is 2024-01-02 00:00:00.", source: "measured: PostgreSQL 15" }],
    same_as: &[("pg-migration-lint", "PGM102")],
    breaks: &[],
    checks_down: false,
    examples: &[
        bad("postgres", "", "CREATE TABLE t (id bigint PRIMARY KEY, at TIMESTAMPTZ(0));", "at TIMESTAMPTZ(0)"),
        bad("postgres", "CREATE TABLE t (id bigint PRIMARY KEY);", "ALTER TABLE t ADD at time(0);", "ADD at time(0)"),
        good("postgres", "", "CREATE TABLE t (id bigint PRIMARY KEY, at timestamptz, b timestamptz(3), c numeric(5, 0), d date);"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    if step.dialect.engine != Engine::Postgres {
        return;
    }
    for written in step.written_types() {
        let name = written.ty.name.name.as_str();
        let timely = name.starts_with("timestamp with") || name.starts_with("time with");
        if !timely || written.ty.number(0) != Some(0) {
            continue;
        }
        sink.report(step, written.span, written.subject())
            .message(format!("{} is {}, which rounds to the nearest second: a moment can end up in the future", written.words(), written.ty))
            .help("leave the precision out")
            .push();
    }
}
