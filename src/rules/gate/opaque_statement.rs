//! A statement whose verb is known and whose effect is not modelled.

use crate::dialect::Engine;
use crate::finding::Level;
use crate::migration::Reading;
use crate::replay::Step;
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};

/// The rule.
pub static RULE: Rule = Rule {
    id: "opaque-statement",
    category: Category::Gate,
    level: Level::Warning,
    since: "0.1",
    summary: "statement whose effect on the schema is not known",
    why: "lockgate sees what kind of statement it is, not all that it does: it calls a function \
          that may do anything, or it is a rare command. What it may touch is uncertain from here \
          on, and no other rule can speak for it.",
    instead: "Read it with a colleague and allow the finding with the reason. A function that an \
              earlier migration creates, and that only reads and writes rows, is followed by \
              itself.",
    facts: &[Fact {
        engine: Engine::Postgres,
        says: "A function that is VOLATILE can do anything, including modifying the database.",
        source: "https://www.postgresql.org/docs/current/xfunc-volatility.html",
    }],
    same_as: &[],
    breaks: &[],
    checks_down: true,
    examples: &[
        bad("postgres", "", "SELECT create_hypertable('m', 'at');", "SELECT create_hypertable('m', 'at')"),
        bad("postgres", "", "CALL archive();", "CALL archive()"),
        bad("postgres", "CREATE TABLE t (id int PRIMARY KEY);", "INSERT INTO t SELECT archive();", "INSERT INTO t SELECT archive()"),
        bad("postgres", "", "DO $$ BEGIN PERFORM archive(); END $$;", "DO $$ BEGIN PERFORM archive(); END $$"),
        bad(
            "postgres",
            "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE x; END $$;",
            "SELECT f();",
            "SELECT f()",
        ),
        good("postgres", "CREATE TABLE t (id int PRIMARY KEY);", "INSERT INTO t VALUES (1) ON CONFLICT (id) WHERE id > 0 DO NOTHING;"),
        good("postgres", "", "SELECT setval('s', 1), now();"),
        good(
            "postgres",
            "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN UPDATE t SET a = 1; END $$;",
            "SELECT f();",
        ),
        good("postgres", "", "SELECT 'archive()';"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    let Reading::Opaque { why } = &step.statement.reading else { return };
    sink.report(step, step.statement.span, step.subject())
        .message(format!("what this statement does to the schema is not known: {why}"))
        .help(
            "review it by hand and put `-- lockgate:allow opaque-statement reason=\"...\"` before \
             it",
        )
        .push();
}
