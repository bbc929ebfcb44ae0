//! A table that is altered in the transaction that has written its rows.

use crate::dialect::Engine;
use crate::finding::{Breaks, Label, Level, Subject};
use crate::migration::{Advice, LocatedChange, advise};
use crate::replay::{Step, Transaction, Unit};
use crate::rules::unit::{Action, named, walk, words};
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::change::{Change, DataVerb};
use crate::schema::name::Name;

const OLD: &str = "CREATE TABLE t (id bigint PRIMARY KEY, a integer); CREATE TABLE o (id bigint PRIMARY KEY, a int);";

/// The rule.
pub static RULE: Rule = Rule {
    id: "lock-after-write",
    category: Category::Transactions,
    level: Level::Warning,
    since: "0.1",
    summary: "strong lock on a table whose rows the same transaction has written",
    why: "The rows that an UPDATE has written stay locked until the transaction ends. Who writes one of \
          them waits for the migration, and holds a lock on the table meanwhile; an ALTER TABLE behind \
          the UPDATE waits for that lock. Neither can go on: a deadlock, which the server ends by failing \
          one of them.",
    instead: "Write the rows in a migration of their own, before the one that alters the table.",
    facts: &[
        Fact {
            engine: Engine::Postgres,
            says: "UPDATE of a row, then ALTER TABLE ADD COLUMN in one transaction, while another updates that \
                   row: `deadlock detected` in the other one.",
            source: "measured: two sessions of psql on PostgreSQL 15",
        },
    ],
    same_as: &[],
    breaks: &[Breaks::Writers],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "BEGIN; UPDATE t SET a = 0 WHERE a IS NULL; ALTER TABLE t ALTER a SET NOT NULL; COMMIT;", "ALTER a SET NOT NULL"),
        bad("postgres", OLD, "update public.\"t\" set a = 0; alter table T add b int;", "add b int").runner("golang-migrate"),
        bad("postgres", OLD, "UPDATE t SET a = 0 WHERE a IS NULL; UPDATE t SET a = 1 WHERE a = 2; ALTER TABLE t ALTER a SET DEFAULT 0, ALTER a SET NOT NULL;", "ALTER a SET DEFAULT 0").runner("flyway"),
        bad("postgres", OLD, "DELETE FROM t WHERE a < 0; CREATE UNIQUE INDEX i ON t (a);", "CREATE UNIQUE INDEX i ON t").runner("flyway"),
        bad("postgres", OLD, "DO $$ BEGIN UPDATE t SET a = 0 WHERE a IS NULL; ALTER TABLE t ADD b int; END $$;", "ADD b int"),
        bad("postgres", "", "BEGIN; UPDATE old SET a = 0; ALTER TABLE old ADD b int; COMMIT;", "ADD b int").incomplete(),
        bad("postgres", OLD, "UPDATE t SET a = 0 WHERE a IS NULL; ALTER TABLE t ADD b int;", "ADD b int").at_level(Level::Note),
        // It has the lock before it writes.
        good("postgres", OLD, "ALTER TABLE t ADD b int; UPDATE t SET b = a; ALTER TABLE t ALTER b SET NOT NULL;").runner("flyway"),
        good("postgres", OLD, "BEGIN; UPDATE t SET a = 0 WHERE a IS NULL; COMMIT; ALTER TABLE t ALTER a SET NOT NULL;"),
        good("postgres", OLD, "UPDATE t SET a = 0 WHERE id = 7; ALTER TABLE t ADD b int;").runner("flyway"),
        good("postgres", OLD, "UPDATE o SET a = 0 WHERE a IS NULL; ALTER TABLE t ADD b int;").runner("flyway"),
        good("postgres", OLD, "INSERT INTO t (id) SELECT id FROM o; ALTER TABLE t ADD b int;").runner("flyway"),
        good("postgres", OLD, "UPDATE t SET a = 0 WHERE a IS NULL; ALTER TABLE t VALIDATE CONSTRAINT c;").runner("flyway"),
        good("postgres", "", "CREATE TABLE n (id int PRIMARY KEY, a int); UPDATE n SET a = 0; ALTER TABLE n ADD b int;").runner("flyway"),
    ],
    check: Check::Unit(check),
};

/// Rows that were written while the table was open to others.
struct Written<'a> {
    table: Name,
    step: &'a Step<'a>,
    located: &'a LocatedChange,
}

fn check(unit: &Unit<'_>, sink: &mut Sink) {
    let mut written: Vec<Written<'_>> = Vec::new();
    walk(unit, |action, locks| {
        if action.commits() {
            written.clear();
        }
        for lock in action.locks() {
            let Some(at) = written.iter().position(|it| it.table == *lock.name) else { continue };
            let first = written.swap_remove(at);
            // Once for a table: from here on the transaction has the lock.
            written.retain(|it| it.table != *lock.name);
            report(sink, &first, lock.step, lock.located, lock.name);
        }
        let open = |it: &Written<'_>| !locks.0.iter().any(|lock| *lock.name == it.table);
        written.extend(writes(action).filter(open));
    });
}

/// The old table of which an action updates or deletes rows that it does not name.
fn writes<'a>(action: &Action<'a>) -> Option<Written<'a>> {
    let work = action.work()?;
    let Change::Data(data) = &work.located.change.value else { return None };
    let target = data.writes.first().filter(|target| !action.step.is_born(target))?;
    let updates = matches!(data.verb, DataVerb::Update | DataVerb::Delete | DataVerb::Merge);
    let (step, located) = (action.step, work.located);
    updates.then(|| Written { table: step.before.resolve(target), step, located })
}

fn report(sink: &mut Sink, first: &Written<'_>, step: &Step<'_>, located: &LocatedChange, table: &Name) {
    let same = std::ptr::eq(first.step, step);
    let level = match step.transaction {
        Transaction::Unknown if !same => Level::Note,
        _ => Level::Warning.min(step.level_by_standing(table)),
    };
    let why = match same {
        true => "a DO block is one transaction".to_owned(),
        false => first.step.shares_transaction(step),
    };
    let (write, lock) = (words(&first.located.change.value), words(&located.change.value));
    let label = Label {
        file: first.step.migration.migration.file,
        span: first.located.change.span,
        text: "writes its rows".to_owned(),
    };
    let advice = Advice::Later {
        now: named(&first.located.change.value),
        later: named(&located.change.value),
    };
    sink.report(step, located.change.span, Subject::Table(table.clone()))
        .level(level)
        .message(format!(
            "{why}, and its {write} keeps the rows of `{table}` locked that it wrote: who writes one of them \
             waits for it, holds a lock on the table, and {lock} waits for that: a deadlock, in which one \
             of them fails{}",
            step.standing(table)
        ))
        .help(advise(&step.migration.migration.runner, &advice))
        .related(label)
        .push();
}
