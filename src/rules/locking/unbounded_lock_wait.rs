//! A lock that queues traffic, with no bound on the wait for it.

use crate::dialect::Engine;
use crate::effects::Role;
use crate::finding::{Breaks, Level};
use crate::replay::History;
use crate::rules::bound::{self, Bound, others};
use crate::rules::lock::Held;
use crate::rules::unit::words;
use crate::rules::{Category, Check, Draft, Fact, Rule, Sink, bad, good};
use crate::schema::change::Change;
use crate::schema::name::ObjectKind;

const OLD: &str = "CREATE TABLE t (id bigint PRIMARY KEY, a integer);";

/// The rule.
pub static RULE: Rule = Rule {
    id: "unbounded-lock-wait",
    category: Category::Locking,
    level: Level::Warning,
    since: "0.1",
    summary: "wait for a lock that queues traffic, with no bound; told once for all migrations",
    why: "ADD COLUMN takes its lock for an instant, but it waits behind every open transaction that uses \
          the table, a report or a forgotten session too, and all who come later queue behind the \
          waiting lock. A lock_timeout ends that: the migration fails after a few seconds and is run \
          again, instead of stopping the traffic.",
    instead: "Set lock_timeout once, on the role or in the connection that runs migrations, let the runner \
              try again when it strikes, and say so with `lock-timeout` in lockgate.yaml. A migration \
              can also set it by itself, before its first lock.",
    facts: &[
        Fact {
            engine: Engine::Postgres,
            says: "lock_timeout aborts any statement that waits longer than this for a lock; 0, the \
                   default, disables it.",
            source: "https://www.postgresql.org/docs/current/runtime-config-client.html#GUC-LOCK-TIMEOUT",
        },
        Fact {
            engine: Engine::Postgres,
            says: "SET LOCAL outside a transaction block is a warning and has no effect; a SET in a \
                   transaction that is rolled back is undone, RESET brings the role's value back.",
            source: "measured: psql on PostgreSQL 15",
        },
    ],
    same_as: &[
        ("squawk", "require-lock-timeout"),
        ("squawk", "require-timeout-settings"),
        ("eugene", "E9"),
        ("postgres-language-server", "lockTimeoutWarning"),
        ("pgfence", "missing-lock-timeout"),
        ("pgfence", "lock-timeout-after-dangerous-statement"),
        ("pgfence", "lock-timeout-zero"),
        ("pgfence", "lock-timeout-too-long"),
        ("migrationpilot", "MP004"),
    ],
    breaks: &[Breaks::Readers, Breaks::Writers],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "ALTER TABLE t ADD b text[];", "ADD b text[]"),
        bad("postgres", OLD, "ALTER TABLE \"public\".T ADD b int; ALTER TABLE t ADD c int;", "ADD b int").runner("flyway"),
        bad("postgres", OLD, "SET lock_timeout = 0; ALTER TABLE t ADD b int;", "ADD b int"),
        bad("postgres", OLD, "SET lock_timeout = '5s'; RESET lock_timeout; ALTER TABLE t ADD b int;", "ADD b int"),
        bad("postgres", OLD, "SET lock_timeout = '5s'; SET lock_timeout TO DEFAULT; ALTER TABLE t ADD b int;", "ADD b int"),
        bad("postgres", OLD, "SET lock_timeout = '5s'; RESET ALL; ALTER TABLE t ADD b int;", "ADD b int"),
        bad("postgres", OLD, "ALTER TABLE t ADD b int; SET lock_timeout = '5s'; ALTER TABLE t ADD c int;", "ADD b int"),
        bad("postgres", OLD, "SET lock_timeout = '10min'; ALTER TABLE t ADD b int;", "ADD b int"),
        bad("postgres", OLD, "BEGIN; SET LOCAL lock_timeout = '5s'; COMMIT; ALTER TABLE t ADD b int;", "ADD b int"),
        bad("postgres", OLD, "BEGIN; SET lock_timeout = '5s'; ROLLBACK; ALTER TABLE t ADD b int;", "ADD b int"),
        bad("postgres", OLD, "SET statement_timeout = '5s'; ALTER TABLE t ADD b int;", "ADD b int"),
        bad("postgres", OLD, "DO $$ BEGIN ALTER TABLE t ADD b int; END $$;", "ADD b int"),
        bad("postgres", OLD, "CREATE TRIGGER g AFTER INSERT ON t EXECUTE FUNCTION f();", "CREATE TRIGGER g AFTER INSERT ON t EXECUTE FUNCTION f"),
        bad("postgres", "", "ALTER TABLE old ADD b int;", "ADD b int").incomplete(),
        good("postgres", OLD, "SET lock_timeout = '5s'; ALTER TABLE t ADD b int;"),
        good("postgres", OLD, "SET LOCAL lock_timeout = 2000; ALTER TABLE t ADD b int;").runner("flyway"),
        good("postgres", OLD, "SELECT set_config('lock_timeout', '1s', true); ALTER TABLE t ADD b int;").runner("flyway"),
        good("postgres", OLD, "DO $$ BEGIN PERFORM set_config('lock_timeout', '1s', true); ALTER TABLE t ADD b int; END $$;"),
        good("postgres", OLD, "SET lock_timeout = '5s'; BEGIN; SET lock_timeout = 0; ROLLBACK; ALTER TABLE t ADD b int;"),
        good("postgres", "CREATE TABLE t (id int PRIMARY KEY); ALTER ROLE migrator SET lock_timeout = '5s';", "ALTER TABLE t ADD b int;"),
        good("postgres", "CREATE TABLE t (id int PRIMARY KEY); ALTER DATABASE app SET lock_timeout TO '5s';", "ALTER TABLE t ADD b int;"),
        good("postgres", "", "CREATE TABLE n (id int PRIMARY KEY); ALTER TABLE n ADD b int;"),
        good("postgres", "", "CREATE TABLE IF NOT EXISTS n (id int PRIMARY KEY); ALTER TABLE n ADD b int;").incomplete(),
        good("postgres", OLD, "CREATE TABLE n (id int PRIMARY KEY, t_id bigint REFERENCES t);"),
        good("postgres", "CREATE TABLE t (id int PRIMARY KEY, a int); CREATE INDEX i ON t (a);", "DROP INDEX i;"),
        good("postgres", OLD, "LOCK TABLE t; LOCK TABLE t NOWAIT;").runner("flyway"),
        good("postgres", OLD, "CREATE INDEX CONCURRENTLY i ON t (a); ALTER TABLE t ALTER a SET STATISTICS 500; UPDATE t SET a = 1 WHERE id = 1;"),
        good("postgres", OLD, "COMMENT ON TABLE t IS 'ALTER TABLE t ADD b int'; -- ALTER TABLE t ADD b int;"),
        good("mysql", OLD, "ALTER TABLE t ADD b int;"),
    ],
    check: Check::History(check),
};

/// A longer wait bounds nothing: so long nobody can use the table.
const MOST: u64 = 60_000;

const BOUND: Bound = Bound { setting: "lock_timeout", most: MOST, needs };

/// LOCK TABLE, DROP INDEX, and foreign keys that lock the other table alone have rules of their own,
/// which speak of the wait.
fn needs(held: &Held<'_>) -> bool {
    let told = match &held.located.change.value {
        Change::Lock { .. } => true,
        Change::Drop { object, .. } => object.kind == ObjectKind::Index,
        _ => held.touches.iter().all(|touch| touch.role == Role::Referenced),
    };
    !told
}

fn check(history: &History<'_>, sink: &mut Sink) {
    bound::check(&BOUND, history, sink, found);
}

fn found<'s>(sink: &'s mut Sink, held: &Held<'_>, why: &str, more: usize) -> Draft<'s> {
    let verb = words(&held.located.change.value);
    let (why, help) = match why {
        "" => (
            "no lock_timeout is in force",
            "set lock_timeout once, on the role or in the connection that runs migrations (`ALTER ROLE \
             ... SET lock_timeout = '5s'`), let the runner try again, and say `lock-timeout: 5s` in \
             lockgate.yaml; or set it first in each migration",
        ),
        why => (why, "set lock_timeout to a few seconds before the first lock, and let it stand"),
    };
    let level = held.level(sink.rule().level);
    held.report_with(
        sink,
        format!(
            "{verb} needs {}, and {why}: it {}{}",
            held.locks(),
            held.queue(),
            others(more)
        ),
    )
    .level(level)
    .help(help)
}
