//! Columns whose default is the text NULL.

use crate::dialect::Engine;
use crate::finding::Level;
use crate::replay::Step;
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};

/// The rule.
pub static RULE: Rule = Rule {
    id: "default-null-text",
    category: Category::Shape,
    level: Level::Warning,
    since: "0.1",
    summary: "new column whose default is the text 'NULL', not the value",
    why: "In quotes NULL is a text of four letters. A row that leaves the column out then holds it, passes NOT NULL, and is not found by IS NULL.",
    instead: "Write DEFAULT NULL without quotes, or no default at all.",
    facts: &[Fact { engine: Engine::Postgres, says: "DEFAULT 'NULL' on a text column stores the four letters.", source: "measured: PostgreSQL 15" }],
    same_as: &[("schemacrawler", "LinterNullIntendedColumns")],
    breaks: &[],
    checks_down: false,
    examples: &[
        bad("postgres", "", "CREATE TABLE t (id bigint PRIMARY KEY, a text DEFAULT 'NULL');", "a text DEFAULT 'NULL'"),
        bad("postgres", "CREATE TABLE t (id bigint PRIMARY KEY);", "ALTER TABLE t ADD COLUMN a varchar NOT NULL DEFAULT 'null'::character varying;", "ADD COLUMN a varchar NOT NULL DEFAULT 'null'::character varying"),
        good("postgres", "", "CREATE TABLE t (id bigint PRIMARY KEY, a text DEFAULT NULL, b text DEFAULT '', c text DEFAULT 'nil', d text DEFAULT NULL::text);"),
        good("postgres", "", "CREATE TABLE t (id bigint PRIMARY KEY, a jsonb DEFAULT 'null');"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    if step.dialect.engine != Engine::Postgres {
        return;
    }
    for written in step.written_types() {
        let json = written.ty.is("json") || written.ty.is("jsonb");
        let default = written.column.and_then(|column| column.default.as_ref());
        let text = default.map(|default| default.text.split("::").next().unwrap_or("").trim());
        if json || !text.is_some_and(|text| text.eq_ignore_ascii_case("'null'")) {
            continue;
        }
        sink.report(step, written.span, written.subject())
            .message(format!("the default of {} is a text of four letters, not NULL", written.words()))
            .help("write DEFAULT NULL, or leave the default out")
            .push();
    }
}
