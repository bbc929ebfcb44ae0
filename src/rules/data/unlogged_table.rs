//! Tables whose rows do not outlive a crash.

use crate::dialect::Engine;
use crate::finding::{Breaks, Level, Subject};
use crate::replay::Step;
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::change::{Change, TableAction};

const OLD: &str = "CREATE TABLE orders (id bigint PRIMARY KEY, total int);";

/// The rule.
pub static RULE: Rule = Rule {
    id: "unlogged-table",
    category: Category::Data,
    level: Level::Warning,
    since: "0.1",
    summary: "unlogged table, which is empty after a crash and on every replica",
    why: "What is written to an unlogged table is not written to the log: after a crash or an \
          immediate shutdown the table is emptied, a fail-over loses it, replicas and backups from \
          the log do not have its rows, and a query of it on a replica fails. SET UNLOGGED \
          makes that of rows that were safe, and writes the whole table anew.",
    instead: "Leave it logged, unless it is a cache or a stage that can be filled again: then say \
              so in an allow. For one large load, SET LOGGED at the end of the migration.",
    facts: &[Fact {
        engine: Engine::Postgres,
        says: "An unlogged table is automatically truncated after a crash or unclean shutdown; its \
               contents are not replicated to standby servers.",
        source: "https://www.postgresql.org/docs/current/sql-createtable.html",
    }],
    same_as: &[("pg-migration-lint", "PGM506")],
    breaks: &[Breaks::Data],
    checks_down: false,
    examples: &[
        bad("postgres", "", "CREATE UNLOGGED TABLE carts (id bigint PRIMARY KEY);", "CREATE UNLOGGED TABLE carts"),
        bad("postgres", OLD, "alter table Public.\"orders\" set unlogged;", "set unlogged"),
        bad("postgres", OLD, "CREATE UNLOGGED TABLE IF NOT EXISTS stage AS SELECT * FROM orders;", "CREATE UNLOGGED TABLE IF NOT EXISTS stage"),
        bad("postgres", "", "ALTER TABLE old SET UNLOGGED;", "SET UNLOGGED").incomplete(),
        good("postgres", "", "CREATE UNLOGGED TABLE carts (id bigint PRIMARY KEY); INSERT INTO carts VALUES (1); ALTER TABLE carts SET LOGGED;"),
        good("postgres", "", "CREATE UNLOGGED TABLE stage (id bigint PRIMARY KEY); DROP TABLE stage;"),
        good("postgres", OLD, "CREATE TEMP TABLE n (id int); COMMENT ON TABLE orders IS 'UNLOGGED'; -- CREATE UNLOGGED TABLE n (id int);"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    if step.dialect.engine != Engine::Postgres {
        return;
    }
    for (index, located) in step.statement.changes.iter().enumerate() {
        let (name, what) = match &located.change.value {
            Change::CreateTable(create) if create.unlogged => {
                (step.after.resolve(&create.name), "is")
            }
            Change::AlterTable { target, action: TableAction::SetLogged { logged: false } } => {
                (step.before.resolve(&target.name), "becomes")
            }
            _ => continue,
        };
        // At the end it may be logged, or gone.
        let stays = step.end().seen_table(&name).is_some_and(|(_, table)| table.unlogged);
        if !stays {
            continue;
        }
        let maybe = step.maybe(index);
        sink.report(step, located.change.span, Subject::Table(name.clone()))
            .message(format!(
                "{maybe}`{name}` {what} unlogged: a crash or a fail-over empties it, and replicas \
                 never have its rows"
            ))
            .help("leave it logged, unless it can be filled again: then allow this")
            .push();
    }
}
