//! New `varchar(n)` columns.

use crate::dialect::Engine;
use crate::finding::Level;
use crate::replay::Step;
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};

/// The rule.
pub static RULE: Rule = Rule {
    id: "varchar-with-limit",
    category: Category::Shape,
    level: Level::Note,
    since: "0.1",
    summary: "new column of type varchar with a length",
    why: "varchar(n) takes as much space as text and is no faster. The length is a promise about the data that sits in the type: a wider one is a change of the schema that views and foreign keys may be in the way of, a narrower one reads every row, and a value that is too long is an error that names no column. Where nothing outside demands the length, it is a guess.",
    instead: "Use text; where the length is a rule of the data, a CHECK on it has a name, and can be added with NOT VALID and dropped without a lock that lasts.",
    facts: &[Fact { engine: Engine::Postgres, says: "There is no performance difference among these three types, apart from increased storage space when using the blank-padded type, and a few extra CPU cycles to check the length when storing into a length-constrained column.", source: "https://www.postgresql.org/docs/current/datatype-character.html" }],
    same_as: &[("squawk", "prefer-text-field"), ("postgres-language-server", "preferTextField"), ("pgfence", "prefer-text-field"), ("pg-migration-lint", "PGM108"), ("migrationpilot", "MP037")],
    breaks: &[],
    checks_down: false,
    examples: &[
        bad("postgres", "", "CREATE TABLE t (id bigint PRIMARY KEY, a VARCHAR(255) NOT NULL);", "a VARCHAR(255) NOT NULL"),
        bad("postgres", "CREATE TABLE t (id bigint PRIMARY KEY);", "ALTER TABLE t ADD COLUMN a character varying(20)[];", "ADD COLUMN a character varying(20)[]"),
        good("postgres", "", "CREATE TABLE t (id bigint PRIMARY KEY, a varchar, b text, c numeric(5), d char);"),
        good("postgres", "", "CREATE TEMP TABLE t (a varchar(5)); CREATE FUNCTION f(a varchar(5)) RETURNS varchar LANGUAGE sql AS 'SELECT 1::varchar(5)';"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    if step.dialect.engine != Engine::Postgres {
        return;
    }
    for written in step.written_types() {
        let limit = written.ty.number(0).filter(|_| written.ty.is_or_holds("character varying"));
        let Some(limit) = limit else { continue };
        sink.report(step, written.span, written.subject())
            .message(format!("{} ends at {limit} characters: no space is saved by it, and a longer value is an error", written.words()))
            .help("use text, with a CHECK on the length where the data have one")
            .push();
    }
}
