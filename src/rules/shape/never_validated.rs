//! Constraints that stay NOT VALID.

use crate::dialect::Engine;
use crate::finding::{Level, Subject};
use crate::replay::Step;
use crate::rules::lock::SQL;
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};

const OLD: &str = "CREATE TABLE t (id bigint PRIMARY KEY, a int);";

/// The rule.
pub static RULE: Rule = Rule {
    id: "never-validated",
    category: Category::Shape,
    level: Level::Note,
    since: "0.1",
    summary: "constraint that is added NOT VALID and that no migration validates",
    why: "A constraint that is NOT VALID holds for new rows; the old ones were never looked at. The \
          planner does not trust it, SET NOT NULL cannot use it, and a dump that is restored \
          shows what it let pass. The second half of the change is easily forgotten.",
    instead: "Validate it in a later migration: that reads the table and blocks neither readers \
              nor writers.",
    facts: &[Fact {
        engine: Engine::Postgres,
        says: "The database will not assume that the constraint holds for all rows in the table, \
               until it is validated by using the VALIDATE CONSTRAINT option.",
        source: "https://www.postgresql.org/docs/current/sql-altertable.html",
    }],
    same_as: &[("migrationpilot", "MP082")],
    breaks: &[],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID;", "ADD CONSTRAINT c CHECK (a > 0) NOT VALID"),
        bad("postgres", OLD, "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID, ADD CONSTRAINT d CHECK (a < 9) NOT VALID; ALTER TABLE t VALIDATE CONSTRAINT c;", "ADD CONSTRAINT d CHECK (a < 9) NOT VALID"),
        good("postgres", OLD, "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID; ALTER TABLE t VALIDATE CONSTRAINT c;"),
        good("postgres", OLD, "ALTER TABLE t ADD CONSTRAINT c CHECK (a IS NOT NULL) NOT VALID; ALTER TABLE t DROP CONSTRAINT c;"),
        good("postgres", "", "CREATE TABLE n (id bigint PRIMARY KEY, a int CHECK (a > 0)); COMMENT ON TABLE n IS 'NOT VALID';"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    if step.dialect.engine != Engine::Postgres || step.is_told() {
        return;
    }
    for new in step.new_constraints() {
        let last = step.history_end().constraint(new.table, new.name).known();
        let written = !new.constraint.validated && new.constraint.enforced;
        if written && last.is_some_and(|it| !it.validated) {
            let (table, name) = (SQL.name(new.table), SQL.ident(new.name));
            let subject = Subject::Object("constraint", format!("{}.{}", new.table, new.name));
            sink.report(step, new.span, subject)
                .message(format!(
                    "`{}` of `{}` is NOT VALID, and none of these migrations validates it: old rows \
                     may break it",
                    new.name, new.table
                ))
                .help(format!(
                    "`ALTER TABLE {table} VALIDATE CONSTRAINT {name}` in a later migration"
                ))
                .push();
        }
    }
}
