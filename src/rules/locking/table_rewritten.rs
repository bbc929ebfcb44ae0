//! Statements that write a whole table anew under a full lock.

use crate::dialect::Engine;
use crate::finding::{Breaks, Level, Subject};
use crate::replay::Step;
use crate::rules::lock::held;
use crate::rules::work::{LARGE, TINY};
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::change::{Change, Maintenance, MaintenanceVerb, TableAction};

const OLD: &str = "CREATE TABLE t (id bigint PRIMARY KEY, a integer);";

/// The rule.
pub static RULE: Rule = Rule {
    id: "table-rewritten",
    category: Category::Locking,
    level: Level::Error,
    since: "0.1",
    summary: "VACUUM FULL, CLUSTER, SET UNLOGGED and the like: all rows are written anew",
    why: "VACUUM FULL, CLUSTER, SET LOGGED, SET UNLOGGED, SET TABLESPACE, SET ACCESS METHOD and SET \
          EXPRESSION of a stored column write the whole table anew under an ACCESS EXCLUSIVE \
          lock: nobody can read or write it until that is done, and for as long the disk holds the \
          table twice.",
    instead: "Plain VACUUM, which lets others work. To give space back or to sort a table: pg_repack \
              or pg_squeeze. The rest in a window in which nobody needs the table.",
    facts: &[
        Fact {
            engine: Engine::Postgres,
            says: "VACUUM FULL rewrites the entire contents of the table into a new disk file and \
                   requires an ACCESS EXCLUSIVE lock on each table while it is being processed.",
            source: "https://www.postgresql.org/docs/current/sql-vacuum.html",
        },
        Fact {
            engine: Engine::Postgres,
            says: "CLUSTER, SET LOGGED, SET UNLOGGED, SET TABLESPACE, SET ACCESS METHOD rewrite under \
                   ACCESS EXCLUSIVE; where nothing changes by it, they rewrite nothing.",
            source: "measured: tests/facts/postgres.csv, maintenance and storage, 10 to 18",
        },
    ],
    same_as: &[
        ("squawk", "prefer-repack"),
        ("pgfence", "vacuum-full"),
        ("pgfence", "set-logged-unlogged"),
        ("pg-migration-lint", "PGM018"),
    ],
    breaks: &[Breaks::Readers, Breaks::Writers],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "VACUUM FULL t;", "VACUUM FULL t"),
        bad("postgres", OLD, "vacuum (full, analyze) \"public\".T;", "vacuum (full, analyze) \"public\".T"),
        bad("postgres", OLD, "VACUUM FULL;", "VACUUM FULL"),
        bad("postgres", OLD, "CLUSTER t USING t_pkey;", "CLUSTER t USING t_pkey"),
        bad("postgres", OLD, "ALTER TABLE t SET UNLOGGED;", "SET UNLOGGED"),
        bad("postgres", "CREATE UNLOGGED TABLE t (id int PRIMARY KEY);", "ALTER TABLE t SET LOGGED;", "SET LOGGED"),
        bad("postgres", OLD, "ALTER TABLE t SET TABLESPACE fast;", "SET TABLESPACE fast"),
        bad("postgres@15", OLD, "ALTER TABLE t SET ACCESS METHOD columnar;", "SET ACCESS METHOD columnar"),
        bad(
            "postgres@17",
            "CREATE TABLE t (id int PRIMARY KEY, a int, g int GENERATED ALWAYS AS (a * 2) STORED);",
            "ALTER TABLE t ALTER g SET EXPRESSION AS (a * 3);",
            "ALTER g SET EXPRESSION AS (a * 3)",
        ),
        bad("postgres", OLD, "DO $$ BEGIN IF true THEN ALTER TABLE t SET UNLOGGED; END IF; END $$;", "SET UNLOGGED"),
        bad("postgres", "", "VACUUM FULL old;", "VACUUM FULL old").incomplete(),
        good("postgres", OLD, "VACUUM t;"),
        good("postgres", OLD, "VACUUM (ANALYZE) t; ANALYZE t;"),
        good("postgres", OLD, "ALTER TABLE t SET LOGGED;"),
        good("postgres", OLD, "ALTER TABLE t CLUSTER ON t_pkey;"),
        good("postgres", OLD, "ALTER TABLE t SET (fillfactor = 70);"),
        good("postgres", "", "CREATE TABLE n (id int PRIMARY KEY); ALTER TABLE n SET UNLOGGED; CLUSTER n USING n_pkey;"),
        good("postgres", OLD, "COMMENT ON TABLE t IS 'VACUUM FULL t'; -- CLUSTER t;"),
        good("postgres", OLD, "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN ALTER TABLE t SET UNLOGGED; END $$;"),
        bad("postgres", OLD, "VACUUM FULL t;", "VACUUM FULL t").stats(LARGE),
        good("postgres", OLD, "VACUUM FULL t;").stats(TINY),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    every_table(step, sink);
    for held in held(step).filter(|held| held.any(|touch| touch.rewrites || touch.rebuilds)) {
        let change = &held.located.change;
        let Some((what, help)) = rewrite(&change.value) else { continue };
        let Some(object) = change.value.object() else { continue };
        let rows = held.names(|touch| touch.rewrites || touch.rebuilds);
        let table = step.before.resolve(&object.name);
        held.report(sink, change.span, Subject::Table(table), &format!("{what} writes all of {rows} anew"))
            .help(help)
            .push();
    }
}

/// VACUUM FULL and CLUSTER without a table: which ones they are is not known.
fn every_table(step: &Step<'_>, sink: &mut Sink) {
    if step.dialect.engine != Engine::Postgres {
        return;
    }
    for located in &step.statement.changes {
        let Change::Maintenance(Maintenance { objects, .. }) = &located.change.value else { continue };
        let Some((what, help)) = rewrite(&located.change.value).filter(|_| objects.is_empty()) else {
            continue;
        };
        let of_all = "of the database anew, one after another, while it holds ACCESS EXCLUSIVE on \
                      each (nobody can read or write it)";
        let tables = if what == "CLUSTER" { "every clustered table" } else { "every table" };
        sink.report(step, located.change.span, step.subject())
            .message(format!("{what} writes {tables} {of_all}"))
            .help(help)
            .push();
    }
}

/// The statement in words, and what to do instead.
fn rewrite(change: &Change) -> Option<(&'static str, &'static str)> {
    let wait = "there is no way around it: do it in a window in which nobody needs the table";
    let repack = "plain VACUUM lets others work and makes space for new rows; pg_repack or pg_squeeze \
                  give it back to the disk without a long lock";
    let found = match change {
        Change::Maintenance(Maintenance { verb: MaintenanceVerb::Vacuum, full: true, .. }) => {
            ("VACUUM FULL", repack)
        }
        Change::Maintenance(Maintenance { verb: MaintenanceVerb::Cluster, .. }) => {
            ("CLUSTER", "pg_repack sorts a table by an index without a long lock")
        }
        Change::AlterTable { action, .. } => match action {
            TableAction::SetLogged { logged: true } => ("SET LOGGED", wait),
            TableAction::SetLogged { logged: false } => ("SET UNLOGGED", wait),
            TableAction::SetTablespace { .. } => (
                "SET TABLESPACE",
                "pg_repack moves a table without a long lock; REINDEX (TABLESPACE ...) CONCURRENTLY \
                 moves an index, from version 14",
            ),
            TableAction::SetAccessMethod { .. } => ("SET ACCESS METHOD", wait),
            TableAction::SetExpression { .. } => (
                "SET EXPRESSION",
                "add a new column, fill it in batches, and drop the old one in a later release",
            ),
            _ => return None,
        },
        _ => return None,
    };
    Some(found)
}
