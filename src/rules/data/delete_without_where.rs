//! `DELETE` of every row.

use crate::dialect::Engine;
use crate::finding::{Breaks, Level, Subject, listed};
use crate::replay::Step;
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::change::{Change, DataVerb};

const OLD: &str = "CREATE TABLE t (id bigint PRIMARY KEY, a int); CREATE TABLE c (id int PRIMARY KEY, t_id bigint REFERENCES t ON DELETE CASCADE);";

/// The rule.
pub static RULE: Rule = Rule {
    id: "delete-without-where",
    category: Category::Data,
    level: Level::Error,
    since: "0.1",
    summary: "DELETE without a condition empties a table that may hold rows",
    why: "Without a WHERE every row goes, those that a development database never held too, and \
          with ON DELETE CASCADE the rows of other tables. All of it is one transaction: each row \
          stays locked until it ends.",
    instead: "Name the rows that are to go, and delete them in batches.",
    facts: &[Fact {
        engine: Engine::Postgres,
        says: "If the WHERE clause is absent, the effect is to delete all rows in the table.",
        source: "https://www.postgresql.org/docs/current/sql-delete.html",
    }],
    same_as: &[
        ("pgfence", "delete-without-where"),
        ("postgres-language-server", "banDeleteWithoutWhere"),
        ("bytebase", "STATEMENT_WHERE_REQUIRE_UPDATE_DELETE"),
    ],
    breaks: &[Breaks::Data, Breaks::Rollback],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "DELETE FROM c;", "DELETE FROM c"),
        bad("postgres", OLD, "delete from only public.\"t\" as x returning *;", "delete from only public.\"t\" as x returning *"),
        bad("postgres", OLD, "DELETE FROM c USING t;", "DELETE FROM c USING t"),
        bad("postgres", OLD, "DELETE FROM c WHERE true;", "DELETE FROM c WHERE true"),
        bad("postgres", OLD, "DELETE FROM c WHERE (1 = 1) RETURNING id;", "DELETE FROM c WHERE (1 = 1) RETURNING id"),
        bad("postgres", OLD, "DO $$ BEGIN IF true THEN DELETE FROM c; END IF; END $$;", "DELETE FROM c"),
        bad("postgres", OLD, "DO $$ BEGIN EXECUTE 'DELETE FROM c'; END $$;", "DELETE FROM c"),
        bad("postgres", "", "DELETE FROM old;", "DELETE FROM old").incomplete(),
        bad("postgres", "", "CREATE TABLE IF NOT EXISTS t (id int PRIMARY KEY); DELETE FROM t;", "DELETE FROM t")
            .incomplete()
            .at_level(Level::Warning),
        bad("postgres", OLD, "DELETE FROM c;", "DELETE FROM c").runner("flyway"),
        bad("postgres", OLD, "WITH d AS (DELETE FROM c RETURNING id) SELECT count(*) FROM d;", "WITH d AS (DELETE FROM c RETURNING id) SELECT count(*) FROM d"),
        bad("postgres", "CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE kept (id int PRIMARY KEY);", "WITH d AS (DELETE FROM t RETURNING id) INSERT INTO kept (id) SELECT id FROM d;", "WITH d AS (DELETE FROM t RETURNING id) INSERT INTO kept (id) SELECT id FROM d")
            .at_level(Level::Warning),
        bad("postgres", OLD, "CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN DELETE FROM c; END $$; CALL p();", "CALL p()"),
        good("postgres", OLD, "WITH d AS (DELETE FROM c WHERE id < 9 RETURNING id) DELETE FROM t WHERE id IN (SELECT id FROM d);"),
        good("postgres", OLD, "DELETE FROM c WHERE t_id IS NULL;"),
        good("postgres", OLD, "DELETE FROM c USING t WHERE t.id = t_id AND 1 = 1;"),
        good("postgres", OLD, "CREATE TABLE n (id int PRIMARY KEY); DELETE FROM n;"),
        good("postgres", OLD, "CREATE TEMP TABLE n AS SELECT * FROM t; DELETE FROM n;"),
        bad("sqlite", OLD, "DELETE FROM [c];", "DELETE FROM [c]"),
        bad("sqlite", OLD, "DELETE FROM main.t WHERE 1;", "DELETE FROM main.t WHERE 1"),
        good("sqlite", OLD, "DELETE FROM c ORDER BY id LIMIT 10;"),
        good("sqlite", OLD, "DELETE FROM c WHERE t_id IS NULL; CREATE TEMP TABLE n (id int); DELETE FROM n;"),
        good("postgres", OLD, "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'DELETE FROM t';"),
        good("postgres", OLD, "ALTER TABLE c DROP CONSTRAINT c_t_id_fkey, ADD CONSTRAINT f FOREIGN KEY (t_id) REFERENCES t ON DELETE SET NULL NOT VALID;"),
        good("postgres", OLD, "COMMENT ON TABLE t IS 'DELETE FROM t'; -- DELETE FROM t;"),
        bad("mysql", OLD, "DELETE FROM `c`;", "DELETE FROM `c`"),
        bad("mysql", OLD, "DELETE LOW_PRIORITY FROM c WHERE 1;", "DELETE LOW_PRIORITY FROM c WHERE 1"),
        good("mysql", OLD, "DELETE FROM c WHERE t_id IS NULL; DELETE FROM c ORDER BY id LIMIT 100;"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    for (index, located) in step.statement.changes.iter().enumerate() {
        let Change::Data(data) = &located.change.value else { continue };
        let deleted = data.every_row.iter().filter(|(verb, _)| *verb == DataVerb::Delete);
        for (_, target) in deleted.filter(|(_, target)| !step.is_born(target)) {
        let table = step.before.resolve(target);
        let taken = step.before.referring(&table, |key| key.on_delete == "CASCADE");
        let also = match taken.as_slice() {
            [] => String::new(),
            taken => format!(", and by ON DELETE CASCADE those of {} that refer to them", listed(taken)),
        };
        // What a DELETE in a WITH list returns, an INSERT can keep.
        let moved = data.verb == DataVerb::Insert;
        let level = if moved { Level::Warning } else { step.level_by_standing(&table) };
        let standing = if level == Level::Error { String::new() } else { step.standing(&table) };
        let maybe = step.maybe(index);
        sink.report(step, located.change.span, Subject::Table(table.clone()))
            .level(level)
            .message(format!(
                "{maybe}DELETE without a condition deletes every row of `{table}`{also}{standing}"
            ))
            .help("name the rows that are to go in a WHERE, and delete them in batches")
            .push();
        }
    }
}
