//! Loops that write in batches, none of which commits.

use crate::dialect::Engine;
use crate::finding::{Breaks, Level, Subject};
use crate::migration::{Context, LocatedChange};
use crate::replay::{Step, Unit};
use crate::rules::unit::walk;
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::change::{Change, Data, TransactionMark};

const OLD: &str = "CREATE TABLE t (id bigint PRIMARY KEY, a integer);";

/// The rule.
pub static RULE: Rule = Rule {
    id: "batches-in-one-transaction",
    category: Category::Transactions,
    level: Level::Error,
    since: "0.1",
    summary: "loop that writes in batches which all commit together",
    why: "A DO block is one transaction, whatever loops in it. The rows of the first batch stay locked \
          until the last one is done, a pg_sleep between them makes it longer, and no dead row can be \
          cleaned up meanwhile: it is one large UPDATE, only slower.",
    instead: "COMMIT in the loop, where no transaction is open around the DO block; or run the batches from \
              outside of the migration, a transaction each.",
    facts: &[
        Fact {
            engine: Engine::Postgres,
            says: "In procedures invoked by CALL as well as in DO blocks it is possible to end \
                   transactions using COMMIT and ROLLBACK, if no transaction block is open around it.",
            source: "https://www.postgresql.org/docs/current/plpgsql-transactions.html",
        },
        Fact {
            engine: Engine::Postgres,
            says: "COMMIT in a DO block inside BEGIN, or in a message of several statements, is the error \
                   `invalid transaction termination`; in a message of its own it commits.",
            source: "measured: psql -c on PostgreSQL 15",
        },
    ],
    same_as: &[],
    breaks: &[Breaks::Writers],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "DO $$ BEGIN LOOP UPDATE t SET a = 0 WHERE id IN (SELECT id FROM t WHERE a IS NULL LIMIT 1000); EXIT WHEN NOT FOUND; PERFORM pg_sleep(0.1); END LOOP; END $$;", "UPDATE t SET a = 0 WHERE id IN (SELECT id FROM t WHERE a IS NULL LIMIT 1000)"),
        bad("postgres", OLD, "do $$ begin while exists (select 1 from t where a is null) loop update public.\"t\" set a = 0 where a is null; end loop; end $$;", "update public.\"t\" set a = 0 where a is null").runner("flyway"),
        bad("postgres", OLD, "DO $$ BEGIN FOR i IN 1..100 LOOP DELETE FROM t WHERE id IN (SELECT id FROM t LIMIT 1000); END LOOP; END $$;", "DELETE FROM t WHERE id IN (SELECT id FROM t LIMIT 1000)").runner("golang-migrate"),
        bad("postgres", OLD, "DO $$ BEGIN LOOP EXECUTE format('UPDATE %I SET a = 0 WHERE a IS NULL', 't'); EXIT WHEN NOT FOUND; END LOOP; END $$;", "EXECUTE format('UPDATE %I SET a = 0 WHERE a IS NULL', 't')"),
        bad("postgres", "", "DO $$ BEGIN LOOP UPDATE old SET a = 0 WHERE a IS NULL; EXIT; END LOOP; END $$;", "UPDATE old SET a = 0 WHERE a IS NULL").incomplete(),
        good("postgres", OLD, "DO $$ BEGIN LOOP UPDATE t SET a = 0 WHERE id IN (SELECT id FROM t WHERE a IS NULL LIMIT 1000); EXIT WHEN NOT FOUND; COMMIT; END LOOP; END $$;").runner("golang-migrate"),
        good("postgres", OLD, "DO $$ DECLARE r record; BEGIN FOR r IN SELECT id FROM t LOOP UPDATE t SET a = 0 WHERE id = r.id; END LOOP; END $$;"),
        good("postgres", "", "CREATE TABLE n (id bigint PRIMARY KEY, a int); DO $$ BEGIN LOOP UPDATE n SET a = 0 WHERE a IS NULL; EXIT; END LOOP; END $$;"),
        good("postgres", OLD, "CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN LOOP UPDATE t SET a = 0; END LOOP; END $$;"),
        // It holds a lock besides: said elsewhere.
        good("postgres", OLD, "ALTER TABLE t ALTER a SET DEFAULT 0; DO $$ BEGIN LOOP UPDATE t SET a = 0 WHERE a IS NULL; EXIT WHEN NOT FOUND; END LOOP; END $$;").runner("flyway"),
    ],
    check: Check::Unit(check),
};

fn check(unit: &Unit<'_>, sink: &mut Sink) {
    let mut told = None;
    walk(unit, |action, locks| {
        let first = action.changes().find_map(|(_, located)| batch(action.step, located));
        let Some(data) = first.filter(|_| locks.0.is_empty()) else { return };
        // One block, one finding.
        let Some((_, located)) = action.changes().next() else { return };
        let block = action.step.statement.span;
        if commits(action.step) || told.replace(block) == Some(block) {
            return;
        }
        let target = data.writes.first().map(|name| action.step.before.resolve(name));
        let (rows, subject) = match &target {
            Some(name) => (format!("rows of `{name}`"), Subject::Table(name.clone())),
            None => ("rows".to_owned(), action.step.subject()),
        };
        sink.report(action.step, located.change.span, subject)
            .message(format!(
                "this loop writes {rows} in batches, and a DO block is one transaction: what the first \
                 batch locks stays locked until the last one is done"
            ))
            .help(help(action.step))
            .push();
    });
}

/// A statement that writes rows of an old table, one batch at a time.
fn batch<'a>(step: &Step<'_>, located: &'a LocatedChange) -> Option<&'a Data> {
    match &located.change.value {
        Change::Data(data) if data.batched && matches!(located.context, Context::Do { .. }) => {
            let born = data.writes.first().is_some_and(|name| step.is_born(name));
            let writes = !matches!(data.verb.name(), "select" | "call");
            (writes && !born).then_some(data)
        }
        _ => None,
    }
}

/// Whether the block ends transactions by itself.
fn commits(step: &Step<'_>) -> bool {
    step.statement.changes.iter().any(|located| {
        matches!(located.change.value, Change::Transaction(TransactionMark::Commit { .. }))
    })
}

fn help(step: &Step<'_>) -> String {
    let framework = step.migration.migration.runner.framework;
    match step.transaction.is_block() {
        true => format!(
            "run the batches from outside of the migration, a transaction each; COMMIT in the loop works \
             only where {framework} opens no transaction around the file"
        ),
        false => "COMMIT in the loop, and keep the DO block out of any transaction; or run the batches \
                  from outside of the migration"
            .to_owned(),
    }
}
