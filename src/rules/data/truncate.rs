//! `TRUNCATE` of a table that may hold rows.

use crate::dialect::Engine;
use crate::finding::{Breaks, Level, Subject, listed};
use crate::replay::Step;
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::change::Change;
use crate::schema::name::Name;

const OLD: &str = "CREATE TABLE t (id bigint PRIMARY KEY); CREATE TABLE c (id int PRIMARY KEY, t_id bigint REFERENCES t);";

/// The rule.
pub static RULE: Rule = Rule {
    id: "truncate",
    category: Category::Data,
    level: Level::Error,
    since: "0.1",
    summary: "TRUNCATE deletes every row of a table that may hold some",
    why: "TRUNCATE empties the whole table at once, and with CASCADE every table that refers to \
          it, directly or through others. It fires no DELETE triggers, and what a test database \
          never held is gone in production. With RESTART IDENTITY, keys that were given out \
          before are given out again.",
    instead: "Delete the rows that are to go by a condition, in batches. Where the table is to be \
              filled anew, write that as INSERT ... ON CONFLICT DO UPDATE.",
    facts: &[Fact {
        engine: Engine::Postgres,
        says: "CASCADE truncates all tables that have foreign-key references to any of the named \
               tables, or to any tables added to the group due to CASCADE.",
        source: "https://www.postgresql.org/docs/current/sql-truncate.html",
    }],
    same_as: &[
        ("squawk", "ban-truncate-cascade"),
        ("bytebase", "STATEMENT_DISALLOW_TRUNCATE"),
        ("pg-migration-lint", "PGM203"),
        ("pgfence", "truncate"),
        ("postgres-language-server", "banTruncate"),
        ("postgres-language-server", "banTruncateCascade"),
        ("pgfence", "truncate-cascade"),
        ("pg-migration-lint", "PGM204"),
        ("migrationpilot", "MP036"),
        ("diesel-guard", "TruncateTableCheck"),
    ],
    breaks: &[Breaks::Data, Breaks::Rollback],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "TRUNCATE c;", "TRUNCATE c"),
        bad("postgres", OLD, "truncate table only public.\"c\" restart identity;", "truncate table only public.\"c\" restart identity"),
        bad("postgres", OLD, "TRUNCATE t CASCADE;", "TRUNCATE t CASCADE"),
        bad("postgres", OLD, "DO $$ BEGIN IF true THEN TRUNCATE c; END IF; END $$;", "TRUNCATE c"),
        bad("postgres", OLD, "BEGIN; TRUNCATE c; INSERT INTO c (id) VALUES (1); COMMIT;", "TRUNCATE c"),
        bad("postgres", "", "TRUNCATE old;", "TRUNCATE old").incomplete(),
        bad("postgres", "", "CREATE TABLE IF NOT EXISTS t (id int PRIMARY KEY); TRUNCATE t;", "TRUNCATE t")
            .incomplete()
            .at_level(Level::Warning),
        bad(
            "postgres",
            "CREATE TABLE p (id int PRIMARY KEY) PARTITION BY RANGE (id); CREATE TABLE p1 PARTITION OF p DEFAULT;",
            "TRUNCATE p1;",
            "TRUNCATE p1",
        ),
        bad("postgres", OLD, "TRUNCATE c;", "TRUNCATE c").runner("liquibase"),
        bad("postgres", OLD, "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'TRUNCATE c'; SELECT f();", "SELECT f()"),
        good("postgres", OLD, "CREATE TABLE n (id int PRIMARY KEY); INSERT INTO n VALUES (1); TRUNCATE n;"),
        good("postgres", OLD, "CREATE TEMP TABLE n (id int); TRUNCATE n;"),
        good("postgres", OLD, "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'TRUNCATE c';"),
        good("postgres", OLD, "COMMENT ON TABLE t IS 'TRUNCATE t'; -- TRUNCATE t;"),
        good("postgres", OLD, "REVOKE TRUNCATE ON t FROM app;"),
        bad("mysql", OLD, "TRUNCATE `c`;", "TRUNCATE `c`"),
        good("mysql", OLD, "CREATE TEMPORARY TABLE n (id int); TRUNCATE TABLE n;"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    for (index, located) in step.statement.changes.iter().enumerate() {
        let Change::Truncate { tables, cascade, restart_identity: restart } = &located.change.value else { continue };
        for table in tables.iter().filter(|table| !step.is_born(table)) {
            let table = step.before.resolve(table);
            let also = also(step, &table, *cascade, *restart);
            let level = step.level_by_standing(&table);
            let standing = if level == Level::Error { String::new() } else { step.standing(&table) };
            let maybe = step.maybe(index);
            sink.report(step, located.change.span, Subject::Table(table.clone()))
                .level(level)
                .message(format!("{maybe}TRUNCATE deletes every row of `{table}`{also}{standing}"))
                .help("if all rows may go, say so in an allow; else DELETE those that may, in batches")
                .push();
        }
    }
}

/// What goes along.
fn also(step: &Step<'_>, table: &Name, cascade: bool, restart: bool) -> String {
    let taken = match cascade {
        true => step.before.referring(table, |_| true),
        false => Vec::new(),
    };
    let others = match (taken.as_slice(), cascade) {
        (_, false) => String::new(),
        ([], true) if step.before.complete => String::new(),
        ([], true) => ", and of all tables that refer to it".to_owned(),
        (taken, true) => format!(", and those of {}, which refer to it", listed(taken)),
    };
    let keys = if restart { "; RESTART IDENTITY gives out old keys again" } else { "" };
    format!("{others}{keys}")
}
