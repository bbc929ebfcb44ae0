//! Foreign keys that delete on.

use crate::dialect::Engine;
use crate::finding::{Level, Subject};
use crate::replay::Step;
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};

const PARENT: &str = "CREATE TABLE o (id bigint PRIMARY KEY); CREATE TABLE t (id bigint PRIMARY KEY REFERENCES o);";

/// The rule.
pub static RULE: Rule = Rule {
    id: "cascading-delete",
    category: Category::Shape,
    level: Level::Note,
    since: "0.1",
    summary: "new foreign key that deletes rows together with the row they refer to",
    why: "With ON DELETE CASCADE one DELETE takes away rows of other tables, and theirs in turn, in one \
          transaction and without a word: how many is known when they are gone. Between a part \
          and its whole that is what one wants; between two things that stand for themselves \
          it turns a slip into a loss.",
    instead: "Use NO ACTION or RESTRICT where both rows stand for themselves, and delete the one \
              before the other.",
    facts: &[Fact {
        engine: Engine::Postgres,
        says: "When the referencing table represents something that is a component of what is \
               represented by the referenced table and cannot exist independently, then CASCADE \
               could be appropriate. If the two tables represent independent objects, then RESTRICT \
               or NO ACTION is more appropriate.",
        source: "https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-FK",
    }],
    same_as: &[("migrationpilot", "MP086"), ("bytebase", "STATEMENT_DISALLOW_ON_DEL_CASCADE")],
    breaks: &[],
    checks_down: false,
    examples: &[
        bad("postgres", PARENT, "CREATE TABLE u (id bigint PRIMARY KEY REFERENCES o ON UPDATE RESTRICT ON DELETE CASCADE);", "REFERENCES o ON UPDATE RESTRICT ON DELETE CASCADE"),
        bad("postgres", PARENT, "ALTER TABLE t ADD COLUMN a bigint UNIQUE, ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES o ON DELETE CASCADE;", "ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES o ON DELETE CASCADE"),
        good("postgres", PARENT, "CREATE TABLE u (id bigint PRIMARY KEY REFERENCES o ON UPDATE CASCADE ON DELETE SET NULL, a bigint UNIQUE REFERENCES o);"),
        good("postgres", PARENT, "DROP TABLE t CASCADE;"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    if step.dialect.engine != Engine::Postgres || step.is_told() {
        return;
    }
    for (new, key) in step.new_foreign_keys() {
        if key.on_delete == "CASCADE" {
            let subject = Subject::Object("constraint", format!("{}.{}", new.table, new.name));
            sink.report(step, new.span, subject)
                .message(format!(
                    "a DELETE in `{}` takes the rows of `{}` that refer to it along",
                    key.references, new.table
                ))
                .help("use NO ACTION or RESTRICT where these rows stand for themselves")
                .push();
        }
    }
}
