//! CHECKs whose answer changes while the row does not.

use crate::dialect::Engine;
use crate::finding::{Level, Subject};
use crate::replay::Step;
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::change::ConstraintKind;
use crate::schema::expr::Expr;

const OLD: &str = "CREATE TABLE t (id bigint PRIMARY KEY, until timestamptz);";

/// Functions, and words that are values, that give another answer at another time, in another
/// session, or each time.
#[rustfmt::skip]
const CHANGING: &[&str] = &[
    "clock_timestamp", "current_date", "current_setting", "current_time", "current_timestamp",
    "current_user", "gen_random_uuid", "localtime", "localtimestamp", "nextval", "now", "random",
    "session_user", "statement_timestamp", "timeofday", "transaction_timestamp", "txid_current",
    "uuid_generate_v4",
];

/// The rule.
pub static RULE: Rule = Rule {
    id: "check-not-immutable",
    category: Category::Shape,
    level: Level::Warning,
    since: "0.1",
    summary: "CHECK that asks the clock, the session or chance",
    why: "A CHECK is looked at when a row is written, and taken for true from then on. One that asks \
          what time it is holds today and not tomorrow: the next UPDATE of the row fails, whatever \
          it changes, and so does the restore of a dump.",
    instead: "Check such a rule in a trigger or in the application, or compare two columns of the \
              row.",
    facts: &[Fact {
        engine: Engine::Postgres,
        says: "PostgreSQL assumes that CHECK constraints' conditions are immutable, that is, they \
               will always give the same result for the same input row.",
        source: "https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-CHECK-CONSTRAINTS",
    }],
    same_as: &[("migrationpilot", "MP087")],
    breaks: &[],
    checks_down: false,
    examples: &[
        bad("postgres", "", "CREATE TABLE n (id bigint PRIMARY KEY, until timestamptz CHECK (until > now()));", "CHECK (until > now())"),
        bad("postgres", OLD, "ALTER TABLE t ADD CONSTRAINT c CHECK (until > CURRENT_DATE) NOT VALID; ALTER TABLE t VALIDATE CONSTRAINT c;", "ADD CONSTRAINT c CHECK (until > CURRENT_DATE) NOT VALID"),
        good("postgres", "", "CREATE TABLE n (id bigint PRIMARY KEY, a timestamptz, b timestamptz DEFAULT now(), CHECK (a < b), CHECK (lower(a::text) <> 'now()'));"),
        good("postgres", "", "CREATE TABLE n (id bigint PRIMARY KEY, a timestamptz CHECK (a <= now()));"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    if step.dialect.engine != Engine::Postgres || step.is_told() {
        return;
    }
    for new in step.new_constraints() {
        let ConstraintKind::Check(condition) = &new.constraint.kind else { continue };
        let Some(asked) = changing(condition).filter(|_| !lies_in_the_past(condition)) else {
            continue;
        };
        let (table, name) = (new.table, new.name);
        sink.report(step, new.span, Subject::Object("constraint", format!("{table}.{name}")))
            .message(format!(
                "the CHECK `{name}` of `{table}` asks `{asked}`: a row that passes today may fail \
                 later, in an UPDATE of another column or in the restore of a dump"
            ))
            .help("check it in a trigger, or compare columns of the row")
            .push();
    }
}

/// What the condition asks, outside its strings.
fn changing(condition: &Expr) -> Option<&'static str> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let code = condition.text.split('\'').step_by(2);
    let mut words = code.flat_map(|text| text.split(|c| !is_part(c)));
    words.find_map(|word| CHANGING.iter().find(|it| **it == word).copied())
}

/// Whether it demands no more than that something is not in the future: once true, it stays true.
fn lies_in_the_past(condition: &Expr) -> bool {
    let clocks = ["now()", "current_timestamp", "current_date", "clock_timestamp()"];
    let text = condition.text.replace(' ', "");
    let past = |clock: &&str| {
        let sides = text.split_once(clock);
        sides.is_some_and(|(before, after)| {
            (before.ends_with('<') || before.ends_with("<="))
                && !after.contains(['-', '+'])
                && !before.contains("or")
        })
    };
    clocks.iter().any(past)
}
