//! New `char(n)` columns.

use crate::dialect::Engine;
use crate::finding::Level;
use crate::replay::Step;
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};

use crate::schema::types::DataType;

/// Codes (a country, a currency, a flag) that fill their width by nature.
const CODE_LENGTH_MAX: u32 = 3;

/// How long a UUID is as text.
const UUID_LENGTH: u32 = 36;

/// The rule.
pub static RULE: Rule = Rule {
    id: "char-padded",
    category: Category::Shape,
    level: Level::Warning,
    since: "0.1",
    summary: "new column of type char(n), which pads values with spaces",
    why: "PostgreSQL fills every value of a char(n) with spaces and gives them back that way, while \
          comparisons, length() and casts to text leave them out again: 'a' equals 'a  ', but LIKE \
          and the application see the spaces. It is no faster than text and takes more room.",
    instead: "Use text, or varchar(n) where the length is a rule; a CHECK says an exact length.",
    facts: &[
        Fact {
            engine: Engine::Postgres,
            says: "Values of type character are physically padded with spaces to the specified \
                   width n, and are stored and displayed that way. However, trailing spaces are \
                   treated as semantically insignificant.",
            source: "https://www.postgresql.org/docs/current/datatype-character.html",
        },
    ],
    same_as: &[
        ("squawk", "ban-char-field"),
        ("postgres-language-server", "banCharField"),
        ("pg-migration-lint", "PGM103"),
        ("pgfence", "ban-char-field"),
        ("migrationpilot", "MP041"),
    ],
    breaks: &[],
    checks_down: false,
    examples: &[
        bad("postgres", "", "CREATE TABLE t (id bigint PRIMARY KEY, a char(10));", "a char(10)"),
        bad("postgres", "CREATE TABLE t (id bigint PRIMARY KEY);", "ALTER TABLE t ADD a CHARACTER(36)[];", "ADD a CHARACTER(36)[]"),
        bad("postgres", "", "CREATE TABLE t (id bigint PRIMARY KEY, a bpchar);", "a bpchar"),
        bad("postgres", "", "CREATE DOMAIN d AS bpchar(8);", "CREATE DOMAIN d"),
        bad("postgres", "", "CREATE TYPE c AS (a int, b char(3));", "CREATE TYPE c").at_level(Level::Note),
        bad("postgres", "", "CREATE TABLE t (id bigint PRIMARY KEY, flag char NOT NULL);", "flag char NOT NULL").at_level(Level::Note),
        good("postgres", "", "CREATE TABLE t (id bigint PRIMARY KEY, a \"char\", b varchar(10), c text, d character varying);"),
        good("postgres", "CREATE TABLE t (id bigint PRIMARY KEY, a char(10));", "CREATE TABLE u (LIKE t INCLUDING ALL);"),
        good("postgres", "", "CREATE TEMP TABLE t (a char(10)); SELECT 'x'::char(10);"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    if step.dialect.engine != Engine::Postgres {
        return;
    }
    for written in step.written_types() {
        let DataType { arguments, .. } = written.ty;
        let unlimited = written.ty.is_or_holds("bpchar") && arguments.is_empty();
        let padded = written.ty.is_or_holds("character") || written.ty.is_or_holds("bpchar");
        if !padded {
            continue;
        }
        let length = written.ty.number(0);
        let is_code = length.is_some_and(|length| length <= CODE_LENGTH_MAX);
        let what = match unlimited {
            true => "spaces at the end of a value do not count".to_owned(),
            false => format!(
                "shorter values are padded with spaces to {} characters",
                length.unwrap_or(1)
            ),
        };
        sink.report(step, written.span, written.subject())
            .level(if is_code { Level::Note } else { Level::Warning })
            .message(format!("{} is {}: {what}", written.words(), written.ty))
            .help(match length {
                Some(UUID_LENGTH) => "use uuid where it holds one; else text, or varchar(n)",
                _ => "use text, or varchar(n) where the length is a rule",
            })
            .push();
    }
}
