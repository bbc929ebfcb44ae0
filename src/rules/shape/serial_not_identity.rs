//! New `serial` columns.

use crate::dialect::Engine;
use crate::finding::Level;
use crate::replay::Step;
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
/// The rule.
pub static RULE: Rule = Rule {
    id: "serial-not-identity",
    category: Category::Shape,
    level: Level::Note,
    since: "0.1",
    summary: "new column of type serial where an identity column would do",
    why: "serial is no type: it makes a sequence, a default and a NOT NULL that are loosely tied to \
          the column. Who may insert into the table also needs a privilege on the sequence, a copy \
          of the table with LIKE draws from the same sequence, and nothing stops an INSERT that \
          gives a number which the sequence will give again.",
    instead: "Use GENERATED ALWAYS AS IDENTITY, or BY DEFAULT where the application gives numbers \
              itself.",
    facts: &[
        Fact {
            engine: Engine::Postgres,
            says: "The data types smallserial, serial and bigserial are not true types, but merely \
                   a notational convenience for creating unique identifier columns.",
            source: "https://www.postgresql.org/docs/current/datatype-numeric.html#DATATYPE-SERIAL",
        },
        Fact {
            engine: Engine::Postgres,
            says: "Identity columns came with version 10.",
            source: "https://www.postgresql.org/docs/10/release-10.html",
        },
    ],
    same_as: &[
        ("squawk", "prefer-identity"),
        ("postgres-language-server", "preferIdentity"),
        ("pg-migration-lint", "PGM105"),
        ("pgfence", "prefer-identity"),
        ("migrationpilot", "MP039"),
    ],
    breaks: &[],
    checks_down: false,
    examples: &[
        bad("postgres", "", "CREATE TABLE t (id bigserial PRIMARY KEY);", "id bigserial PRIMARY KEY"),
        bad("postgres", "CREATE TABLE t (id bigint PRIMARY KEY);", "ALTER TABLE t ADD n SERIAL8;", "ADD n SERIAL8"),
        bad("postgres", "", "CREATE TABLE t (id pg_catalog.int8 PRIMARY KEY, n smallserial);", "n smallserial"),
        good("postgres", "", "CREATE TABLE t (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, serial text);"),
        good("postgres", "", "CREATE SEQUENCE s; CREATE TABLE t (id bigint DEFAULT nextval('s') PRIMARY KEY);"),
        good("postgres", "", "CREATE TEMP TABLE t (id serial);"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    if step.dialect.engine != Engine::Postgres {
        return;
    }
    for written in step.written_types() {
        let Some(integer) = written.ty.serial_of() else { continue };
        sink.report(step, written.span, written.subject())
            .message(format!(
                "{} is {}: the sequence behind it has privileges and a life of its own",
                written.words(), written.ty
            ))
            .help(format!("use {integer} GENERATED ALWAYS AS IDENTITY"))
            .push();
    }
}
