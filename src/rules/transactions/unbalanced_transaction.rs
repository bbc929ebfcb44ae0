//! BEGIN, COMMIT and ROLLBACK that do not belong together, or that meet the runner's own.

use crate::dialect::Engine;
use crate::finding::{Label, Level};
use crate::migration::Context;
use crate::replay::{MigrationEnd, Step, Transaction};
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::change::{Change, TransactionMark};
use crate::source::Span;

const OLD: &str = "CREATE TABLE t (id bigint PRIMARY KEY, a integer);";

/// The rule.
pub static RULE: Rule = Rule {
    id: "unbalanced-transaction",
    category: Category::Transactions,
    level: Level::Error,
    since: "0.1",
    summary: "BEGIN, COMMIT or ROLLBACK without its counterpart",
    why: "A BEGIN that nobody ends leaves the work of the migration to chance: it is undone when \
          the session ends, or commits with what the runner does next, and every lock is held \
          until then. A COMMIT without a BEGIN is only a warning of the server where no \
          transaction is open; where the runner has opened one, it ends that: what came before \
          stays although a later statement fails, and what follows is no longer undone with it.",
    instead: "Give each BEGIN one COMMIT. Where the runner opens the transaction, write neither: \
              a migration that must not run in one is told so in the runner's own way.",
    facts: &[
        Fact {
            engine: Engine::Postgres,
            says: "BEGIN in a transaction, and COMMIT, ROLLBACK or PREPARE TRANSACTION outside \
                   one, are warnings; SAVEPOINT, RELEASE, ROLLBACK TO and COMMIT AND CHAIN \
                   outside one are errors, in a message of several statements too.",
            source: "measured: psql -c on PostgreSQL 15",
        },
        Fact {
            engine: Engine::Postgres,
            says: "A message that ends with a BEGIN still open leaves nothing behind when the \
                   session ends, what stood before the BEGIN included.",
            source: "measured: psql -c on PostgreSQL 15",
        },
        Fact {
            engine: Engine::Sqlite,
            says: "BEGIN in a transaction is an error, so are COMMIT and ROLLBACK outside one.",
            source: "measured: sqlite3 3.40.1",
        },
    ],
    same_as: &[
        ("squawk", "transaction-nesting"),
        ("squawk", "ban-uncommitted-transaction"),
        ("pgfence", "unclosed-transaction"),
        ("migrationpilot", "MP053"),
    ],
    breaks: &[],
    checks_down: true,
    examples: &[
        bad("postgres", OLD, "BEGIN; ALTER TABLE t ADD b int;", "BEGIN"),
        bad("postgres", OLD, "start transaction isolation level serializable; ALTER TABLE t ADD b int;", "start transaction isolation level serializable").runner("golang-migrate"),
        bad("postgres", OLD, "BEGIN; ALTER TABLE t ADD b int; COMMIT AND CHAIN; ALTER TABLE t ADD c int;", "COMMIT AND CHAIN"),
        bad("postgres", OLD, "BEGIN; ALTER TABLE t ADD b int; BEGIN; ALTER TABLE t ADD c int; COMMIT; COMMIT;", "BEGIN"),
        bad("postgres", OLD, "ALTER TABLE t ADD b int; COMMIT;", "COMMIT"),
        bad("postgres", OLD, "ALTER TABLE t ADD b int; END; ALTER TABLE t ADD c int;", "END").runner("golang-migrate"),
        bad("postgres", OLD, "ALTER TABLE t ADD b int; COMMIT; ALTER TABLE t ADD c int;", "COMMIT").runner("flyway"),
        bad("postgres", OLD, "BEGIN; ALTER TABLE t ADD b int; COMMIT; ABORT;", "ABORT"),
        bad("postgres", OLD, "ALTER TABLE t ADD b int; ROLLBACK;", "ROLLBACK").runner("liquibase"),
        bad("postgres", OLD, "ALTER TABLE t ADD b int; PREPARE TRANSACTION 'x';", "PREPARE TRANSACTION 'x'"),
        bad("postgres", OLD, "SAVEPOINT s; ALTER TABLE t ADD b int;", "SAVEPOINT s").runner("golang-migrate"),
        bad("postgres", OLD, "BEGIN; SAVEPOINT s; ALTER TABLE t ADD b int; ROLLBACK TO r; COMMIT;", "ROLLBACK TO r"),
        bad("postgres", OLD, "SELECT 1; SAVEPOINT s; ALTER TABLE t ADD b int;", "SAVEPOINT s").at_level(Level::Warning),
        bad("postgres", OLD, "BEGIN; ALTER TABLE t ADD b int; COMMIT;", "BEGIN").runner("flyway").at_level(Level::Warning),
        bad("postgres", OLD, "BEGIN; ALTER TABLE t ADD b int;", "BEGIN").runner("liquibase").at_level(Level::Warning),
        bad("sqlite", "CREATE TABLE t (id INTEGER PRIMARY KEY);", "BEGIN; ALTER TABLE t ADD b int;", "BEGIN"),
        bad("sqlite", "CREATE TABLE t (id INTEGER PRIMARY KEY);", "ALTER TABLE t ADD b int; COMMIT;", "COMMIT"),
        bad("sqlite", "CREATE TABLE t (id INTEGER PRIMARY KEY);", "BEGIN; ALTER TABLE t ADD b int; COMMIT;", "BEGIN").runner("golang-migrate"),
        good("postgres", OLD, "BEGIN; ALTER TABLE t ADD b int; COMMIT;"),
        good("postgres", OLD, "begin work; ALTER TABLE t ADD b int; end transaction;").runner("golang-migrate"),
        good("postgres", OLD, "START TRANSACTION; ALTER TABLE t ADD b int; ABORT;"),
        good("postgres", OLD, "BEGIN; ALTER TABLE t ADD b int; COMMIT AND CHAIN; ALTER TABLE t ADD c int; COMMIT;"),
        good("postgres", OLD, "BEGIN; SAVEPOINT s; ALTER TABLE t ADD b int; ROLLBACK TO SAVEPOINT s; RELEASE s; COMMIT;"),
        good("postgres", OLD, "SAVEPOINT s; ALTER TABLE t ADD b int; RELEASE SAVEPOINT s;").runner("flyway"),
        good("postgres", OLD, "DO $$ BEGIN ALTER TABLE t ADD b int; END $$; -- BEGIN;\nSELECT 'BEGIN';"),
        good("postgres", OLD, "CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; END;"),
        good("postgres", OLD, "CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$;"),
        good("postgres", OLD, "COMMIT PREPARED 'x';"),
        good("sqlite", "CREATE TABLE t (id INTEGER PRIMARY KEY);", "BEGIN; ALTER TABLE t ADD b int; COMMIT;"),
        good("sqlite", "CREATE TABLE t (id INTEGER PRIMARY KEY);", "SAVEPOINT s; ALTER TABLE t ADD b int; RELEASE s;"),
    ],
    check: Check::Migration(check),
};

/// What the migration has begun and not ended.
#[derive(Default)]
struct Open<'a> {
    /// Its own transaction: the step and the place that began it.
    own: Option<(&'a Step<'a>, Span)>,
    /// A BEGIN inside the runner's transaction, which did nothing.
    idle: Option<(&'a Step<'a>, Span)>,
    /// BEGINs inside its own transaction: their ends were said with them.
    nested: usize,
    savepoints: Vec<&'a str>,
}

fn check(end: &MigrationEnd<'_>, sink: &mut Sink) {
    if !matches!(end.dialect.engine, Engine::Postgres | Engine::Sqlite) {
        return;
    }
    let mut open = Open::default();
    for step in end.steps {
        for located in &step.statement.changes {
            if let (Change::Transaction(mark), Context::Top) =
                (&located.change.value, located.context)
            {
                cross(&mut open, step, mark, located.change.span, sink);
            }
        }
    }
    if let Some((step, span)) = open.own {
        let message = "no COMMIT follows: the work of this migration is undone when its session \
                       ends, or commits with whatever the runner does next, and its locks are \
                       held until then";
        report(sink, step, span, Level::Error, message, "end the migration with COMMIT");
    }
    if let Some((step, span)) = open.idle {
        idle(sink, step, span, "");
    }
}

fn cross<'a>(
    open: &mut Open<'a>,
    step: &'a Step<'a>,
    mark: &'a TransactionMark,
    span: Span,
    sink: &mut Sink,
) {
    match mark {
        TransactionMark::Begin => begin(open, step, span, sink),
        TransactionMark::Commit { chain } | TransactionMark::Rollback { chain } => {
            end_of(open, step, mark, span, sink);
            open.own = chain.then_some((step, span));
        }
        TransactionMark::Prepare => end_of(open, step, mark, span, sink),
        TransactionMark::Savepoint(name) => {
            savepoint_needs_block(step, span, sink);
            open.savepoints.push(name);
        }
        TransactionMark::Release(name) | TransactionMark::RollbackTo(name) => {
            let known = open.savepoints.iter().rposition(|other| other == name);
            match (known, mark) {
                (Some(at), TransactionMark::Release(_)) => open.savepoints.truncate(at),
                (Some(at), _) => open.savepoints.truncate(at + 1),
                (None, _) if step.dialect.engine == Engine::Sqlite => {}
                (None, _) => {
                    let message = format!("there is no savepoint `{name}` here: the server stops");
                    report(sink, step, span, Level::Error, message, "set the savepoint first");
                }
            }
        }
        TransactionMark::Characteristics => {}
    }
}

fn begin<'a>(open: &mut Open<'a>, step: &'a Step<'a>, span: Span, sink: &mut Sink) {
    let stops = step.dialect.engine == Engine::Sqlite;
    if let Some((first, begun)) = open.own {
        let message = match stops {
            true => "a transaction is open already: SQLite refuses a BEGIN inside it",
            false => {
                "a transaction is open already: this BEGIN does nothing, and the next COMMIT \
                 ends both"
            }
        };
        let file = first.migration.migration.file;
        let text = "the transaction begins here".to_owned();
        sink.report(step, span, step.subject())
            .message(message)
            .help("leave it out, with its COMMIT; for a part that can be undone write SAVEPOINT")
            .related(Label { file, span: begun, text })
            .push();
        open.nested += 1;
    } else if step.transaction != Transaction::Runner {
        open.own = Some((step, span));
    } else if stops {
        let framework = step.migration.migration.runner.framework;
        let message =
            format!("{framework} has begun a transaction: SQLite refuses a BEGIN inside it");
        report(sink, step, span, Level::Error, message, "leave BEGIN and COMMIT out");
        open.nested += 1;
    } else if open.idle.is_none() {
        open.idle = Some((step, span));
    }
}

/// Ends the transaction, and says so where there is none to end, or where it is the runner's.
fn end_of<'a>(
    open: &mut Open<'a>,
    step: &'a Step<'a>,
    mark: &TransactionMark,
    span: Span,
    sink: &mut Sink,
) {
    open.savepoints.clear();
    let framework = step.migration.migration.runner.framework;
    if open.own.take().is_some() {
        return;
    }
    if let Some((first, begun)) = open.idle.take() {
        idle(sink, first, begun, &format!(", and the end that belongs to it ends {framework}'s"));
        return;
    }
    if open.nested > 0 {
        open.nested -= 1;
        return;
    }
    let undoes = matches!(mark, TransactionMark::Rollback { .. });
    let what = if undoes { "undoes all that came before" } else { "commits all that came before" };
    let chains = matches!(
        mark,
        TransactionMark::Commit { chain: true } | TransactionMark::Rollback { chain: true }
    );
    let message = match step.transaction {
        Transaction::Runner => format!(
            "no BEGIN stands before it: it ends {framework}'s transaction and {what}, and what \
             follows runs outside"
        ),
        _ if chains || step.dialect.engine == Engine::Sqlite => {
            "no BEGIN stands before it: the server stops".to_owned()
        }
        Transaction::Message => format!(
            "no BEGIN stands before it: it {what} in the message that {framework} sends, which \
             was one transaction"
        ),
        Transaction::Unknown => format!(
            "no BEGIN stands before it: where the runner has begun a transaction it {what}, \
             elsewhere it does nothing"
        ),
        Transaction::Author(_) | Transaction::None => {
            "no BEGIN stands before it: there is no transaction to end".to_owned()
        }
    };
    let help = match step.transaction {
        Transaction::Runner => "leave it out",
        _ => "leave it out, or write BEGIN before it",
    };
    report(sink, step, span, Level::Error, message, help);
}

fn idle(sink: &mut Sink, step: &Step<'_>, span: Span, then: &str) {
    let framework = step.migration.migration.runner.framework;
    let message =
        format!("{framework} has begun a transaction already: this BEGIN does nothing{then}");
    report(sink, step, span, Level::Warning, message, "leave BEGIN and COMMIT out");
}

fn savepoint_needs_block(step: &Step<'_>, span: Span, sink: &mut Sink) {
    // In SQLite a savepoint outside a transaction begins one.
    if step.dialect.engine == Engine::Sqlite || matches!(step.transaction, Transaction::Author(_) | Transaction::Runner) {
        return;
    }
    let (level, message) = match step.transaction {
        Transaction::Unknown => (
            Level::Warning,
            "no BEGIN stands before it, and the runner is not known: where it begins no \
             transaction, the server refuses SAVEPOINT",
        ),
        _ => (
            Level::Error,
            "no BEGIN stands before it: the server refuses SAVEPOINT outside a transaction block",
        ),
    };
    report(sink, step, span, level, message, "write BEGIN before it and COMMIT at the end");
}

fn report(
    sink: &mut Sink,
    step: &Step<'_>,
    span: Span,
    level: Level,
    message: impl Into<String>,
    help: &str,
) {
    sink.report(step, span, step.subject()).level(level).message(message).help(help).push();
}
