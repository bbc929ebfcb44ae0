//! `UPDATE` of every row.

use crate::dialect::Engine;
use crate::finding::{Breaks, Level, Subject};
use crate::replay::Step;
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::change::{Change, DataVerb};

const OLD: &str = "CREATE TABLE t (id bigint PRIMARY KEY, a int);";

/// The rule.
pub static RULE: Rule = Rule {
    id: "update-without-where",
    category: Category::Data,
    level: Level::Warning,
    since: "0.1",
    summary: "UPDATE without a condition writes every row of a table that may hold many",
    why: "Without a WHERE every row is written, those that nobody had in mind too, and the old \
          values are gone. All of it is one transaction: each row stays locked against writers \
          until it ends, and on PostgreSQL the table grows by the size of its rows.",
    instead: "Update the rows that need it in batches with a transaction each, outside of the \
              migration or in one of its own.",
    facts: &[Fact {
        engine: Engine::Postgres,
        says: "An UPDATE of a row does not immediately remove the old version of the row.",
        source: "https://www.postgresql.org/docs/current/routine-vacuuming.html",
    }],
    same_as: &[
        ("pgfence", "update-in-migration"),
        ("postgres-language-server", "banUpdateWithoutWhere"),
        ("bytebase", "STATEMENT_WHERE_REQUIRE_UPDATE_DELETE"),
        ("diesel-guard", "MutationWithoutWhereCheck"),
    ],
    breaks: &[Breaks::Data, Breaks::Writers],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "UPDATE t SET a = 1;", "UPDATE t SET a = 1"),
        bad("postgres", OLD, "update only \"public\".T as x set a = 1 returning id;", "update only \"public\".T as x set a = 1 returning id"),
        bad("postgres", OLD, "UPDATE t SET a = u.id FROM t AS u;", "UPDATE t SET a = u.id FROM t AS u"),
        bad("postgres", OLD, "UPDATE t SET a = 1 WHERE 1=1;", "UPDATE t SET a = 1 WHERE 1=1"),
        bad("postgres", OLD, "ALTER TABLE t ADD COLUMN b int; UPDATE t SET b = a;", "UPDATE t SET b = a"),
        bad("postgres", OLD, "DO $$ BEGIN IF true THEN UPDATE t SET a = 1; END IF; END $$;", "UPDATE t SET a = 1"),
        bad("postgres", "", "UPDATE old SET a = 1;", "UPDATE old SET a = 1").incomplete(),
        bad("postgres", "", "CREATE TABLE IF NOT EXISTS t (id int PRIMARY KEY); UPDATE t SET id = 1;", "UPDATE t SET id = 1")
            .incomplete(),
        bad("postgres", OLD, "UPDATE t SET a = 1;", "UPDATE t SET a = 1").runner("golang-migrate"),
        bad("postgres", OLD, "WITH u AS (UPDATE t SET a = 1 RETURNING id) SELECT count(*) FROM u;", "WITH u AS (UPDATE t SET a = 1 RETURNING id) SELECT count(*) FROM u"),
        bad("postgres", OLD, "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'UPDATE t SET a = 1'; SELECT f();", "SELECT f()"),
        good("postgres", OLD, "WITH u AS (UPDATE t SET a = 1 WHERE a IS NULL RETURNING id) SELECT count(*) FROM u;"),
        good("postgres", OLD, "UPDATE t SET a = 1 WHERE a IS NULL;"),
        good("postgres", OLD, "CREATE TABLE n (id int PRIMARY KEY, a int); UPDATE n SET a = 1;"),
        good("postgres", OLD, "CREATE TEMP TABLE n AS SELECT * FROM t; UPDATE n SET a = 1;"),
        bad("sqlite", OLD, "UPDATE OR IGNORE `t` SET a = 1;", "UPDATE OR IGNORE `t` SET a = 1"),
        good("sqlite", OLD, "UPDATE t SET a = 1 WHERE a IS NULL;"),
        good("postgres", OLD, "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'UPDATE t SET a = 1';"),
        good("postgres", OLD, "INSERT INTO t (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET a = 1;"),
        good("postgres", OLD, "SELECT * FROM t FOR UPDATE; COMMENT ON TABLE t IS 'UPDATE t SET a = 1';"),
        bad("mysql", OLD, "UPDATE IGNORE `t` SET a = 1;", "UPDATE IGNORE `t` SET a = 1"),
        good("mysql", OLD, "UPDATE t SET a = 1 WHERE a IS NULL; UPDATE t JOIN c ON c.t_id = t.id SET t.a = 1;"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    for (index, located) in step.statement.changes.iter().enumerate() {
        let Change::Data(data) = &located.change.value else { continue };
        let updated = data.every_row.iter().filter(|(verb, _)| *verb == DataVerb::Update);
        for (_, target) in updated.filter(|(_, target)| !step.is_born(target)) {
        let table = step.before.resolve(target);
        let maybe = step.maybe(index);
        let standing = step.standing(&table);
        sink.report(step, located.change.span, Subject::Table(table.clone()))
            .message(format!(
                "{maybe}UPDATE without a condition writes every row of `{table}` in one \
                 transaction: what it overwrites is gone, and who writes a row of it waits until it \
                 ends{standing}"
            ))
            .help("name the rows that need it in a WHERE, and update them in batches")
            .push();
        }
    }
}
