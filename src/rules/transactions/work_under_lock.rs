//! Work that takes long while the transaction holds a lock from an earlier statement.

use crate::dialect::Engine;
use crate::effects::LockMode;
use crate::finding::{Breaks, Level, Subject};
use crate::migration::Advice;
use crate::replay::{Step, Transaction, Unit};
use crate::rules::lock::{advise_at, is_timeout_set};
use crate::rules::unit::{Action, Lock, Locks, Work, in_words, validates_own, named, walk, words};
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};

const OLD: &str = "CREATE TABLE t (id bigint PRIMARY KEY, a integer); \
                   CREATE TABLE o (id bigint PRIMARY KEY, t_id bigint, state text); \
                   ALTER TABLE o ADD CONSTRAINT f FOREIGN KEY (t_id) REFERENCES t NOT VALID;";

/// More places than these are not shown.
const PLACES_MAX: usize = 3;

/// The rule.
pub static RULE: Rule = Rule {
    id: "work-under-lock",
    category: Category::Transactions,
    level: Level::Error,
    since: "0.1",
    summary: "long work while the transaction holds a lock that stops traffic",
    why: "A lock is held until its transaction ends. The lock of ADD COLUMN is brief by itself; where a \
          backfill, a VALIDATE, a copy of rows or the build of an index follows in the same \
          transaction, the table stands still until that is done too, although the work may not even \
          touch it. A lock_timeout bounds the wait for a lock, never how long it is held.",
    instead: "End the transaction after the statement that takes the lock, and do the work in a later \
              one: a backfill in batches that commit, VALIDATE by itself, an index CONCURRENTLY.",
    facts: &[
        Fact {
            engine: Engine::Postgres,
            says: "Once acquired, a lock is normally held until the end of the transaction.",
            source: "https://www.postgresql.org/docs/current/explicit-locking.html",
        },
        Fact {
            engine: Engine::Postgres,
            says: "The ACCESS EXCLUSIVE lock of ALTER TABLE ... ADD COLUMN is still held while an \
                   UPDATE runs that was sent in the same message, without BEGIN.",
            source: "measured: psql -c on PostgreSQL 15, pg_locks",
        },
    ],
    same_as: &[
        ("eugene", "E4"),
        ("eugene", "E10"),
        ("postgres-language-server", "runningStatementWhileHoldingAccessExclusive"),
        ("pgfence", "statement-after-access-exclusive"),
        ("migrationpilot", "MP008"),
        ("strong_migrations", "backfill"),
    ],
    breaks: &[Breaks::Readers, Breaks::Writers],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "BEGIN; ALTER TABLE t ADD COLUMN b int; UPDATE t SET b = a; COMMIT;", "UPDATE t SET b = a"),
        bad("postgres", OLD, "ALTER TABLE \"t\" ADD b int; update public.T set b = a;", "update public.T set b = a").runner("golang-migrate"),
        bad("postgres", OLD, "SET LOCAL lock_timeout = '3s'; ALTER TABLE t ADD b int; UPDATE t SET b = a;", "UPDATE t SET b = a").runner("flyway"),
        bad("postgres", OLD, "ALTER TABLE t ADD b int; UPDATE o SET state = 'new';", "UPDATE o SET state = 'new'").runner("flyway"),
        bad("postgres", OLD, "ALTER TABLE t ADD b int; ALTER TABLE o VALIDATE CONSTRAINT f;", "VALIDATE CONSTRAINT f").runner("flyway"),
        bad("postgres", OLD, "ALTER TABLE t ADD b int; CREATE TABLE n AS SELECT * FROM o;", "CREATE TABLE n").runner("flyway"),
        bad("postgres", OLD, "CREATE TABLE n (id bigint); ALTER TABLE t ADD b int; INSERT INTO n SELECT id FROM o;", "INSERT INTO n SELECT id FROM o").runner("flyway"),
        bad("postgres", OLD, "ALTER TABLE t ADD b int; DELETE FROM o;", "DELETE FROM o").runner("liquibase"),
        bad("postgres", OLD, "ALTER TABLE t ADD b int; SELECT pg_sleep(60);", "SELECT pg_sleep(60)").runner("flyway"),
        bad(
            "postgres",
            OLD,
            "ALTER TABLE t ALTER a SET DEFAULT 0; DO $$ BEGIN LOOP UPDATE t SET a = 0 WHERE id IN (SELECT id FROM t WHERE a IS NULL LIMIT 100); EXIT WHEN NOT FOUND; END LOOP; END $$;",
            "UPDATE t SET a = 0 WHERE id IN (SELECT id FROM t WHERE a IS NULL LIMIT 100)",
        )
        .runner("flyway"),
        bad("postgres", OLD, "ALTER TABLE t ADD b int; WITH done AS (UPDATE o SET state = 'new' RETURNING id) SELECT count(*) FROM done;", "WITH done AS (UPDATE o SET state = 'new' RETURNING id) SELECT count(*) FROM done").runner("flyway"),
        bad("postgres", OLD, "ALTER TABLE t ADD b int; WITH gone AS (DELETE FROM o WHERE state = '' OR state IS NULL RETURNING id) INSERT INTO t (id) SELECT id FROM gone;", "WITH gone AS (DELETE FROM o WHERE state = '' OR state IS NULL RETURNING id) INSERT INTO t (id) SELECT id FROM gone").runner("flyway").at_level(Level::Warning),
        // One DO block is one transaction, whoever runs it.
        bad("postgres", OLD, "DO $$ BEGIN ALTER TABLE t ADD b int; UPDATE t SET b = a; END $$;", "UPDATE t SET b = a"),
        // The rows that a condition finds may be few.
        bad("postgres", OLD, "ALTER TABLE t ADD b int; UPDATE t SET b = a WHERE a > 0;", "UPDATE t SET b = a WHERE a > 0").runner("flyway").at_level(Level::Warning),
        bad("postgres", OLD, "ALTER TABLE t ADD b int; UPDATE t SET b = a;", "UPDATE t SET b = a").at_level(Level::Warning),
        bad("postgres", "", "BEGIN; ALTER TABLE old ADD b int; UPDATE old SET b = 1; COMMIT;", "UPDATE old SET b = 1").incomplete(),
        bad("postgres", "", "BEGIN; CREATE TABLE IF NOT EXISTS t (id int PRIMARY KEY); ALTER TABLE t ADD b int; UPDATE t SET b = 1; COMMIT;", "UPDATE t SET b = 1").incomplete().at_level(Level::Warning),
        // The build blocks writes to its own table, which is said elsewhere; that nobody can read
        // the other one is new.
        bad("postgres", OLD, "ALTER TABLE t ADD b int; CREATE INDEX i ON o (state); CREATE INDEX j ON o (t_id);", "CREATE INDEX i ON o").runner("flyway").at_level(Level::Warning),
        bad("postgres", OLD, "CREATE TABLE n AS SELECT id FROM o; ALTER TABLE t ADD b int; CREATE INDEX i ON n (id);", "CREATE INDEX i ON n").runner("flyway").at_level(Level::Warning),
        good("postgres", OLD, "UPDATE t SET a = 0; ALTER TABLE t ALTER a SET DEFAULT 0;").runner("flyway"),
        good("postgres", OLD, "BEGIN; ALTER TABLE t ADD b int; COMMIT; UPDATE t SET b = a;"),
        good("postgres", OLD, "ALTER TABLE t ADD b int; UPDATE t SET b = 1 WHERE id = 7; INSERT INTO t (id) VALUES (8);").runner("flyway"),
        good("postgres", OLD, "ALTER TABLE t ADD b int; WITH made AS (INSERT INTO t (id) VALUES (8) RETURNING id), told AS (UPDATE o SET state = 'x' WHERE id = 3 RETURNING id) INSERT INTO o (id) SELECT id FROM made;").runner("flyway"),
        good("postgres", OLD, "ALTER TABLE t ADD b int; DELETE FROM o WHERE t_id = 1 AND id IN (1, 2);").runner("flyway"),
        good("postgres", OLD, "CREATE TABLE n (id bigint PRIMARY KEY, a int); ALTER TABLE n ADD b int; UPDATE o SET state = 'new';").runner("flyway"),
        good("postgres", OLD, "ALTER TABLE t ADD b int; CREATE TABLE n (id int PRIMARY KEY, a int); UPDATE n SET a = 1; CREATE INDEX i ON n (a);").runner("flyway"),
        good("postgres", OLD, "ALTER TABLE t ADD b int; CREATE INDEX CONCURRENTLY i ON o (state);"),
        // Said elsewhere: by the rule on VALIDATE, by the rule on the index.
        good("postgres", OLD, "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID; ALTER TABLE t VALIDATE CONSTRAINT c;").runner("flyway"),
        good("postgres", OLD, "CREATE INDEX i ON t (a); CREATE INDEX j ON o (state);").runner("flyway"),
        // What is gone waits for nobody.
        good("postgres", "CREATE TABLE t (id bigint PRIMARY KEY); CREATE TABLE u (id bigint PRIMARY KEY);", "DROP TABLE u; CREATE TABLE n AS SELECT * FROM t;").runner("flyway"),
        good("postgres", OLD, "DO $$ BEGIN ALTER TABLE t ADD b int; COMMIT; UPDATE t SET b = a; END $$;"),
        good("postgres", OLD, "ALTER TABLE t ADD b int; COMMENT ON TABLE t IS 'UPDATE t SET b = a'; -- UPDATE t SET b = a;").runner("flyway"),
        good("postgres", OLD, "ALTER TABLE t ADD b int; CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'UPDATE t SET a = 1';").runner("flyway"),
        good("mysql", "CREATE TABLE t (id bigint PRIMARY KEY, a int);", "ALTER TABLE t ADD b int; UPDATE t SET b = a WHERE id > 0;").runner("flyway"),
    ],
    check: Check::Unit(check),
};

fn check(unit: &Unit<'_>, sink: &mut Sink) {
    let mut blocking = Blocking { first: None, more: 0 };
    // Of a DO block once.
    let mut told: Option<&Step<'_>> = None;
    walk(unit, |action, locks| {
        if locks.0.is_empty() || told.is_some_and(|step| std::ptr::eq(step, action.step)) {
            return;
        }
        let Some(work) = action.work().filter(|_| !validates_own(action, unit)) else { return };
        match work.blocks.is_empty() {
            true => {
                told = Some(action.step);
                report(sink, action.step, &work, &locks.0.iter().collect::<Vec<_>>(), 0);
            }
            false => blocking.see(action, work, locks),
        }
    });
    if let Some((step, work, locks)) = blocking.first {
        report(sink, step, &work, &locks.iter().collect::<Vec<_>>(), blocking.more);
    }
}

/// Work that blocks others by itself, which another rule says: once a unit, what else nobody can
/// read meanwhile.
struct Blocking<'a> {
    first: Option<(&'a Step<'a>, Work<'a>, Vec<Lock<'a>>)>,
    more: usize,
}

impl<'a> Blocking<'a> {
    fn see(&mut self, action: &Action<'a>, work: Work<'a>, locks: &Locks<'a>) {
        let told = |lock: &Lock<'_>| {
            let mut own = work.blocks.iter();
            own.any(|it| it.object.name == *lock.name && it.mode.blocks_reads())
        };
        let standing = locks.0.iter().filter(|lock| lock.mode.blocks_reads() && !told(lock));
        let standing: Vec<Lock<'a>> = standing.copied().collect();
        if standing.is_empty() {
            return;
        }
        match self.first {
            Some(_) => self.more += 1,
            None => {
                // That the same table stands still a little harder is a detail.
                let same = |lock: &Lock<'_>| {
                    work.blocks.iter().any(|it| it.object.name == *lock.name)
                };
                let all_same = standing.iter().all(same);
                let level = if all_same { Level::Note } else { Level::Warning };
                let work = Work { level, ..work };
                self.first = Some((action.step, work, standing));
            }
        }
    }
}

fn report(sink: &mut Sink, step: &Step<'_>, work: &Work<'_>, locks: &[&Lock<'_>], more: usize) {
    let Some(first) = locks.first() else { return };
    let own = |lock: &&&Lock<'_>| lock.step.index == step.index;
    let standing = locks.iter().map(|lock| lock.step.level_by_standing(lock.name)).max();
    let sure = match step.transaction {
        // Within a DO block it is sure.
        Transaction::Unknown if !std::ptr::eq(first.step, step) => Level::Warning,
        _ if !locks.iter().any(|lock| own(&lock)) => Level::Warning,
        _ => Level::Error,
    };
    let level = work.level.min(sure).min(standing.unwrap_or(Level::Error));
    let why = match std::ptr::eq(first.step, step) {
        true => "a DO block is one transaction".to_owned(),
        false => first.step.shares_transaction(step),
    };
    let bounded = match locks.iter().any(|lock| is_timeout_set(lock.step, "lock_timeout")) {
        true => ". lock_timeout bounds the wait for a lock, not how long it is held",
        false => "",
    };
    let more = match more {
        0 => String::new(),
        1 => ". So does one statement after it".to_owned(),
        more => format!(". So do {more} statements after it"),
    };
    let change = &work.located.change;
    let (verb, held) = (words(&change.value), in_words(locks));
    let message = format!(
        "{why}: this {verb} {} while {held} is still held, taken by {}{more}{bounded}{}",
        work.doing,
        first.words(),
        first.step.standing(first.name),
    );
    let now = named(&first.located.change.value);
    let advice = Advice::Later { now, later: named(&change.value) };
    let reads = locks.iter().any(|lock| lock.mode == LockMode::AccessExclusive);
    let breaks = match reads {
        true => vec![Breaks::Readers, Breaks::Writers],
        false => vec![Breaks::Writers],
    };
    let mut draft = sink
        .report(step, change.span, Subject::Table(first.name.clone()))
        .level(level)
        .breaks(breaks)
        .message(message)
        .help(advise_at(step, work.located, &advice));
    for lock in locks.iter().take(PLACES_MAX) {
        draft = draft.related(lock.label());
    }
    draft.push();
}
