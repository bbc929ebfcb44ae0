//! Statements that cannot run in a transaction block, in one.

use crate::dialect::Engine;
use crate::finding::{Label, Level};
use crate::migration::{Advice, advise, Context, LocatedChange, OptOut, Sends};
use crate::replay::{Automatic, Step, Transaction, automatic, flyway_recognises, runs_alone};
use crate::rules::concurrent::on_partitioned;
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::change::{Change, TransactionMark};

const OLD: &str = "CREATE TABLE t (id bigint PRIMARY KEY, a integer);";

/// The rule.
pub static RULE: Rule = Rule {
    id: "refused-in-transaction",
    category: Category::Transactions,
    level: Level::Error,
    since: "0.1",
    summary: "statement that the server refuses in a transaction block",
    why: "PostgreSQL refuses some statements inside a transaction block: the deploy stops with \
          \"cannot run inside a transaction block\". The block is not always written in the file. \
          Many runners open one around each migration, and a runner that sends a file as one \
          message makes one of it as soon as it holds two statements, even a SET or a COMMIT.",
    instead: "Put the statement alone into a migration of its own, and tell the runner not to open \
              a transaction for it.",
    facts: &[
        Fact {
            engine: Engine::Postgres,
            says: "When a simple Query message contains more than one SQL statement, those \
                   statements are executed as a single transaction.",
            source: "https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-MULTI-STATEMENT",
        },
        Fact {
            engine: Engine::Postgres,
            says: "Refused: the CONCURRENTLY forms but REFRESH, VACUUM, CLUSTER of all tables, \
                   REINDEX of a schema or database, and from 14 of a partitioned table.",
            source: "measured: tests/facts/postgres.csv, column txn_block_ok, 10 to 18",
        },
        Fact {
            engine: Engine::Postgres,
            says: "COMMIT in a DO block is the error `invalid transaction termination` inside BEGIN, and in \
                   a message of several statements.",
            source: "measured: psql -c on PostgreSQL 15",
        },
        Fact {
            engine: Engine::Postgres,
            says: "ALTER TYPE ... ADD VALUE cannot run in a transaction block before version 12.",
            source: "https://www.postgresql.org/docs/11/sql-altertype.html",
        },
    ],
    same_as: &[
        ("squawk", "ban-concurrent-index-creation-in-transaction"),
        ("atlas", "PG103"),
        ("pg-migration-lint", "PGM003"),
        ("pgfence", "concurrent-in-transaction"),
    ],
    breaks: &[],
    checks_down: true,
    examples: &[
        bad("postgres", OLD, "BEGIN; CREATE INDEX CONCURRENTLY i ON t (a); COMMIT;", "CREATE INDEX CONCURRENTLY i ON t"),
        bad("postgres", OLD, "START TRANSACTION; DROP INDEX CONCURRENTLY IF EXISTS i; COMMIT;", "i"),
        bad("postgres", OLD, "SET lock_timeout = '1s'; CREATE INDEX CONCURRENTLY i ON t (a);", "CREATE INDEX CONCURRENTLY i ON t").runner("golang-migrate"),
        bad("postgres", OLD, "COMMIT; VACUUM t;", "VACUUM t").runner("golang-migrate"),
        bad("postgres", OLD, "SET lock_timeout = '1s'; CREATE INDEX CONCURRENTLY i ON t (a);", "CREATE INDEX CONCURRENTLY i ON t").runner("flyway"),
        bad("postgres", OLD, "ALTER TABLE t ADD b int; COMMIT; CREATE INDEX CONCURRENTLY i ON t (b);", "CREATE INDEX CONCURRENTLY i ON t").runner("flyway"),
        bad("postgres", OLD, "REINDEX TABLE CONCURRENTLY t;", "REINDEX TABLE CONCURRENTLY t").runner("flyway"),
        bad("postgres", OLD, "VACUUM FULL t;", "VACUUM FULL t").runner("liquibase"),
        bad("postgres", OLD, "DO $$ BEGIN VACUUM t; END $$;", "VACUUM t"),
        bad("postgres", OLD, "DO $$ BEGIN UPDATE t SET a = 1 WHERE a > 1; COMMIT; END $$;", "COMMIT").runner("flyway"),
        bad("postgres", OLD, "SELECT 1; DO $$ BEGIN COMMIT; END $$;", "COMMIT").runner("golang-migrate"),
        good("postgres", OLD, "DO $$ BEGIN UPDATE t SET a = 1 WHERE a > 1; COMMIT; END $$;").runner("golang-migrate"),
        bad("postgres", OLD, "SET lock_timeout = '1s'; CREATE INDEX CONCURRENTLY i ON t (a);", "CREATE INDEX CONCURRENTLY i ON t").at_level(Level::Warning),
        bad("postgres", OLD, "CREATE INDEX CONCURRENTLY i ON t (a);", "CREATE INDEX CONCURRENTLY i ON t").at_level(Level::Note),
        bad("postgres@11", "CREATE TYPE e AS ENUM ('a');", "ALTER TYPE e ADD VALUE 'b';", "ALTER TYPE e ADD VALUE 'b'").runner("liquibase"),
        bad(
            "postgres@14",
            "CREATE TABLE p (id int PRIMARY KEY) PARTITION BY RANGE (id);",
            "BEGIN; REINDEX TABLE p; COMMIT;",
            "REINDEX TABLE p",
        ),
        good("postgres", OLD, "CREATE INDEX CONCURRENTLY i ON t (a);").runner("golang-migrate"),
        good("postgres", OLD, "-- alone\nCREATE INDEX CONCURRENTLY i ON t (a);").runner("flyway"),
        good("postgres", "CREATE TABLE p (id int PRIMARY KEY, a int) PARTITION BY RANGE (id);", "BEGIN; CREATE INDEX CONCURRENTLY i ON p (a); COMMIT;"),
        good("postgres@12", "CREATE TYPE e AS ENUM ('a');", "ALTER TYPE e ADD VALUE 'b'; SELECT 1;").runner("golang-migrate"),
        good("postgres", "CREATE MATERIALIZED VIEW v AS SELECT 1 AS a;", "BEGIN; REFRESH MATERIALIZED VIEW CONCURRENTLY v; COMMIT;"),
        good("postgres", OLD, "BEGIN; CREATE INDEX i ON t (a); REINDEX TABLE t; COMMIT;"),
        good("postgres", OLD, "BEGIN; SELECT 'VACUUM'; COMMIT;"),
        good("postgres", OLD, "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN VACUUM t; END $$; SELECT 1;").runner("golang-migrate"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    commits_inside(step, sink);
    for (located, effect) in step.statement.changes.iter().zip(step.effects()) {
        let Some(form) = &effect.refused_in_block else { continue };
        // On a partitioned table it is refused in any case: another rule says so.
        if on_partitioned(step, &located.change.value).is_some_and(|(_, certain)| certain) {
            continue;
        }
        // The values of an enum that this transaction created can be added in it.
        if matches!(&located.change.value, Change::AddEnumValue { name, .. } if step.is_type_born(name)) {
            continue;
        }
        let Some((level, where_, begin)) = block(step, located) else { continue };
        let advice = Advice::RunAlone(form.clone());
        let mut draft = sink
            .report(step, located.change.span, step.subject())
            .level(level)
            .message(format!("PostgreSQL refuses {form} in a transaction block, and {where_}"))
            .help(advise(&step.migration.migration.runner, &advice));
        if let Some(span) = begin {
            let file = step.migration.migration.file;
            let text = "the transaction begins here".to_owned();
            draft = draft.related(Label { file, span, text });
        }
        draft.push();
    }
}

/// COMMIT in a `DO` block, which ends no transaction that is open around it.
fn commits_inside(step: &Step<'_>, sink: &mut Sink) {
    let mark = |located: &&LocatedChange| {
        let inside = located.context != Context::Top;
        inside && matches!(
            located.change.value,
            Change::Transaction(TransactionMark::Commit { .. } | TransactionMark::Rollback { .. })
        )
    };
    let Some(located) = step.statement.changes.iter().find(mark) else { return };
    let Some((level, around, _)) = around(step) else { return };
    let advice = Advice::RunAlone("DO".to_owned());
    sink.report(step, located.change.span, step.subject())
        .level(level)
        .message(format!(
            "PostgreSQL refuses COMMIT and ROLLBACK in a DO block that runs in a transaction block, and \
             {around}"
        ))
        .help(advise(&step.migration.migration.runner, &advice))
        .push();
}

/// The level, the words that say which block it is, and where the author began it.
type Block = (Level, String, Option<crate::source::Span>);

/// The block that a change runs in.
fn block(step: &Step<'_>, located: &LocatedChange) -> Option<Block> {
    if matches!(located.context, Context::Do { .. }) {
        return Some((Level::Error, "code in a DO block or a function always runs in one".to_owned(), None));
    }
    around(step)
}

/// The block that a statement runs in.
fn around(step: &Step<'_>) -> Option<Block> {
    let runner = &step.migration.migration.runner;
    let framework = runner.framework;
    // Flyway looks at the whole file before it runs any of it.
    if runner.alone == OptOut::Automatic
        && let Some(words) = mixed(step)
    {
        return Some((Level::Error, words, None));
    }
    let found = match step.transaction {
        Transaction::Author(span) => {
            (Level::Error, "this migration has begun one".to_owned(), Some(span))
        }
        Transaction::Runner if runner.alone == OptOut::Automatic => {
            if runs_alone(step.migration, step.dialect) {
                return None;
            }
            let words = format!(
                "{framework} runs this file in one: it does not see that this statement cannot"
            );
            (Level::Error, words, None)
        }
        Transaction::Runner => {
            (Level::Error, format!("{framework} runs this migration in one"), None)
        }
        Transaction::Message if runner.sends == Sends::Batch => {
            let first = step.migration.statements.first();
            if first.is_some_and(|first| std::ptr::eq(first, step.statement)) {
                return None;
            }
            let words = format!(
                "{framework} sends the statements of this file as one batch, which after the first \
                 is one transaction"
            );
            (Level::Error, words, None)
        }
        Transaction::Message => (
            Level::Error,
            format!(
                "{framework} sends the {} statements of this file as one message, which is one \
                 transaction",
                step.migration.statements.len()
            ),
            None,
        ),
        Transaction::Unknown if step.migration.statements.len() > 1 => {
            let words = "the runner is not known: it may wrap this file in one, or send it as one \
                         message, which is one";
            (Level::Warning, words.to_owned(), None)
        }
        Transaction::Unknown => {
            let words = "the runner is not known: it may wrap this file in one";
            (Level::Note, words.to_owned(), None)
        }
        Transaction::None => return None,
    };
    Some(found)
}

/// Flyway opens no transaction for a file when it recognises each of its statements, and refuses one
/// that mixes them with others.
fn mixed(step: &Step<'_>) -> Option<String> {
    let runner = &step.migration.migration.runner;
    let mixes = runner.refuses_mixed
        && automatic(step.migration, step.dialect) == Automatic::Mixed
        && flyway_recognises(step.statement, step.dialect);
    mixes.then(|| {
        let framework = runner.framework;
        format!("{framework} refuses a file that mixes it with statements that run in one")
    })
}
