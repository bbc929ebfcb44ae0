//! `LOCK TABLE`.

use crate::dialect::Engine;
use crate::finding::{Breaks, Level};
use crate::replay::{Step, Transaction};
use crate::rules::lock::{bounded_wait, held, is_timeout_set};
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::change::Change;

const OLD: &str = "CREATE TABLE t (id bigint PRIMARY KEY); CREATE TABLE o (id bigint PRIMARY KEY);";

/// The rule.
pub static RULE: Rule = Rule {
    id: "explicit-lock",
    category: Category::Locking,
    level: Level::Warning,
    since: "0.1",
    summary: "LOCK TABLE that stops traffic, with no bound on the wait for it",
    why: "LOCK TABLE waits for all who use the table, all who come later wait behind it, and it is held \
          until the transaction ends. It is right at the beginning of a transaction that alters several \
          tables, with a lock_timeout: then it fails before anything was changed. Outside a transaction \
          the server refuses it.",
    instead: "Leave it out where the statements that follow take their own locks; else SET LOCAL \
              lock_timeout before it, or NOWAIT.",
    facts: &[Fact {
        engine: Engine::Postgres,
        says: "There is no UNLOCK TABLE command; locks are always released at transaction end. LOCK TABLE is \
               useless outside a transaction block, so PostgreSQL reports an error.",
        source: "https://www.postgresql.org/docs/current/sql-lock.html",
    }],
    same_as: &[("migrationpilot", "MP065")],
    breaks: &[Breaks::Readers, Breaks::Writers],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "BEGIN; LOCK TABLE t; COMMIT;", "LOCK TABLE t"),
        bad("postgres", OLD, "lock \"t\", public.o in share mode;", "lock \"t\", public.o in share mode").runner("flyway"),
        bad("postgres", OLD, "DO $$ BEGIN LOCK TABLE t IN SHARE ROW EXCLUSIVE MODE; END $$;", "LOCK TABLE t IN SHARE ROW EXCLUSIVE MODE"),
        bad("postgres", OLD, "LOCK TABLE t;", "LOCK TABLE t").runner("golang-migrate").at_level(Level::Error),
        bad("postgres", "", "BEGIN; LOCK TABLE old; COMMIT;", "LOCK TABLE old").incomplete(),
        good("postgres", OLD, "SET LOCAL lock_timeout = '2s'; LOCK TABLE t, o; ALTER TABLE t ADD a int; ALTER TABLE o ADD a int;").runner("flyway"),
        good("postgres", OLD, "LOCK TABLE t NOWAIT;").runner("flyway"),
        good("postgres", OLD, "LOCK TABLE t IN ROW EXCLUSIVE MODE; LOCK TABLE t IN SHARE UPDATE EXCLUSIVE MODE;").runner("flyway"),
        good("postgres", OLD, "CREATE TABLE n (id int PRIMARY KEY); LOCK TABLE n;").runner("flyway"),
        good("postgres", OLD, "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN LOCK TABLE t; END $$;"),
        good("mysql", OLD, "LOCK TABLES t WRITE; INSERT INTO t VALUES (1); UNLOCK TABLES;"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    if step.dialect.engine != Engine::Postgres {
        return;
    }
    let top = |located: &crate::migration::LocatedChange| located.context == crate::migration::Context::Top;
    for located in &step.statement.changes {
        if matches!(located.change.value, Change::Lock { .. })
            && step.transaction == Transaction::None
            && top(located)
        {
            sink.report(step, located.change.span, step.subject())
                .level(Level::Error)
                .breaks([])
                .message("PostgreSQL refuses LOCK TABLE outside a transaction, and none is open here")
                .help("write BEGIN before it and COMMIT where the lock may go, or leave it out")
                .push();
            return;
        }
    }
    for held in held(step) {
        let Change::Lock { nowait: false, .. } = &held.located.change.value else { continue };
        if is_timeout_set(step, "lock_timeout") {
            continue;
        }
        let message = format!(
            "LOCK TABLE takes {} and holds it until the transaction ends; it {}",
            held.locks(),
            held.queue()
        );
        let level = held.level(sink.rule().level);
        held.report_with(sink, message)
            .level(level)
            .help(format!("{}; or leave it out", bounded_wait(step)))
            .push();
    }
}
