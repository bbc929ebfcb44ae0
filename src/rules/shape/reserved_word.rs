//! New names that every statement has to quote, because PostgreSQL reserves the word.

use crate::dialect::Engine;
use crate::finding::{Level, Subject};
use crate::migration::Context;
use crate::replay::{DifferenceKind, Step};
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::quote::is_reserved_by_postgres;

/// The rule.
pub static RULE: Rule = Rule {
    id: "reserved-word",
    category: Category::Shape,
    level: Level::Note,
    since: "0.1",
    summary: "new table or column whose name is a reserved word",
    why: "A reserved word is a name only in quotes, in every statement that anybody writes by \
          hand. Without them some fail, and some mean something else: SELECT user FROM t gives \
          the name of the role, not the column.",
    instead: "Use a word that is not reserved, such as the plural of it.",
    facts: &[Fact {
        engine: Engine::Postgres,
        says: "Reserved key words are never allowed as identifiers, unless they are quoted.",
        source: "https://www.postgresql.org/docs/current/sql-keywords-appendix.html",
    }],
    same_as: &[("pg-migration-lint", "PGM509")],
    breaks: &[],
    checks_down: false,
    examples: &[
        bad("postgres", "", "CREATE TABLE \"order\" (id bigint PRIMARY KEY);", "CREATE TABLE \"order\""),
        bad("postgres", "CREATE TABLE t (id bigint PRIMARY KEY);", "ALTER TABLE t ADD COLUMN \"user\" text;", "ADD COLUMN \"user\" text"),
        bad("postgres", "CREATE TABLE t (id bigint PRIMARY KEY, a int);", "ALTER TABLE t RENAME COLUMN a TO \"limit\";", "RENAME COLUMN a TO \"limit\""),
        bad("postgres", "", "CREATE TABLE order (id bigint PRIMARY KEY);", "CREATE TABLE order").at_level(Level::Error),
        bad("postgres", "CREATE TABLE t (id bigint PRIMARY KEY);", "ALTER TABLE t ADD COLUMN User text;", "ADD COLUMN User text").at_level(Level::Error),
        good("postgres", "", "CREATE TABLE orders (id bigint PRIMARY KEY, name text, key text, value text, type text, \"Order\" int);"),
        good("postgres", "", "CREATE TEMP TABLE \"user\" (id int); SELECT 1 AS \"order\";"),
        good("mysql", "", "CREATE TABLE `user` (id bigint PRIMARY KEY);"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    if step.dialect.engine != Engine::Postgres {
        return;
    }
    for written in step.written_types() {
        if written.column.is_some() && is_reserved_by_postgres(written.name) {
            let what = format!("column {}", written.words());
            report(step, written.span, written.subject(), &what, written.name, sink);
        }
    }
    for difference in step.differences.iter().filter(|_| !step.is_told()) {
        let table = &difference.object.name;
        let (subject, what, word) = match &difference.kind {
            DifferenceKind::TableCreated if step.after.seen_table(table).is_none_or(|(_, it)| !it.temporary) => {
                (Subject::Table(table.clone()), format!("table `{table}`"), &table.name)
            }
            DifferenceKind::TableRenamed { to } => {
                (Subject::Table(to.clone()), format!("table `{to}`"), &to.name)
            }
            DifferenceKind::ColumnRenamed { to, .. } => (
                Subject::Column(table.clone(), to.clone()),
                format!("column `{table}.{to}`"),
                to,
            ),
            _ => continue,
        };
        if is_reserved_by_postgres(word) {
            report(step, difference.span, subject, &what, word, sink);
        }
    }
}

fn report(
    step: &Step<'_>,
    span: crate::source::Span,
    subject: Subject,
    what: &str,
    word: &str,
    sink: &mut Sink,
) {
    let draft = sink.report(step, span, subject).help("use another word");
    match is_quoted(step, word) {
        true => draft
            .message(format!(
                "{what} is called by a word that PostgreSQL reserves: every statement has to write it \
                 as \"{word}\""
            ))
            .push(),
        false => draft
            .level(Level::Error)
            .message(format!(
                "{what} is called by a word that PostgreSQL reserves and takes for a name only in quotes: \
                 it refuses the statement (\"syntax error at or near {word}\")"
            ))
            .push(),
    }
}

/// Whether a statement has a name in quotes somewhere; of one that makes others, nobody knows.
fn is_quoted(step: &Step<'_>, word: &str) -> bool {
    let top = step.statement.changes.iter().all(|located| located.context == Context::Top);
    let text = step.statement.text.to_lowercase();
    !top || text.contains(&format!("\"{word}\"")) || text.contains("u&\"")
}
