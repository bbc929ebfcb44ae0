//! `REINDEX` without CONCURRENTLY.

use crate::dialect::{Engine, Version};
use crate::finding::{Breaks, Fix, Level, Subject};
use crate::migration::Advice;
use crate::replay::Step;
use crate::rules::lock::{SQL, advise_at, held};
use crate::rules::mend;
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::change::{Change, Maintenance, MaintenanceVerb};
use crate::schema::name::{ObjectKind, ObjectRef};

const OLD: &str = "CREATE TABLE t (id bigint PRIMARY KEY, a integer); CREATE INDEX i ON t (a);";

/// The rule.
pub static RULE: Rule = Rule {
    id: "reindex-not-concurrent",
    category: Category::Locking,
    level: Level::Error,
    since: "0.1",
    summary: "REINDEX that blocks writes, and most reads, until it is done",
    why: "REINDEX takes a SHARE lock on the table, so every write waits, and an ACCESS EXCLUSIVE lock \
          on each index that it builds. A query locks all indexes of its tables when it is \
          planned, so most reads wait too.",
    instead: "REINDEX ... CONCURRENTLY (from PostgreSQL 12), alone in a migration that does not run \
              in a transaction. If it fails it leaves an invalid index with `_ccnew` in its name: \
              drop that before the retry.",
    facts: &[
        Fact {
            engine: Engine::Postgres,
            says: "REINDEX locks out writes but not reads of the index's parent table. It also takes \
                   an ACCESS EXCLUSIVE lock on the specific index that is being processed, which \
                   will block reads that attempt to use that index.",
            source: "https://www.postgresql.org/docs/current/sql-reindex.html",
        },
        Fact {
            engine: Engine::Postgres,
            says: "A plain SELECT on the table waits.",
            source: "measured: tests/facts/postgres.csv, category index, 10 to 18",
        },
    ],
    same_as: &[
        ("squawk", "require-concurrent-reindex"),
        ("pgfence", "reindex-non-concurrent"),
        ("pg-migration-lint", "PGM022"),
    ],
    breaks: &[Breaks::Readers, Breaks::Writers],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "REINDEX TABLE t;", "REINDEX TABLE t"),
        bad("postgres", OLD, "reindex index \"public\".I;", "reindex index \"public\".I"),
        bad("postgres", OLD, "REINDEX (VERBOSE) TABLE t;", "REINDEX (VERBOSE) TABLE t"),
        bad("postgres", OLD, "REINDEX SCHEMA public;", "REINDEX SCHEMA public"),
        bad("postgres@11", OLD, "REINDEX TABLE t;", "REINDEX TABLE t"),
        bad("postgres", OLD, "REINDEX TABLE t;", "REINDEX TABLE t").runner("golang-migrate"),
        bad("postgres", OLD, "DO $$ BEGIN IF true THEN REINDEX TABLE t; END IF; END $$;", "REINDEX TABLE t"),
        bad("postgres", "", "REINDEX TABLE old;", "REINDEX TABLE old").incomplete(),
        good("postgres", OLD, "REINDEX TABLE CONCURRENTLY t;"),
        good("postgres", OLD, "REINDEX (CONCURRENTLY) INDEX i;"),
        good("postgres", "", "CREATE TABLE n (id int PRIMARY KEY); REINDEX TABLE n;"),
        good("postgres", OLD, "CREATE TEMP TABLE n (id int PRIMARY KEY); REINDEX TABLE n;"),
        good("postgres", OLD, "COMMENT ON TABLE t IS 'REINDEX TABLE t'; -- REINDEX TABLE t;"),
        good("postgres", OLD, "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN REINDEX TABLE t; END $$;"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    if step.dialect.engine != Engine::Postgres {
        return;
    }
    let mut held: Vec<_> = held(step).filter(|held| held.any(|touch| touch.rebuilds)).collect();
    for (change, located) in step.statement.changes.iter().enumerate() {
        let Change::Maintenance(Maintenance {
            verb: MaintenanceVerb::Reindex,
            concurrently: false,
            objects,
            ..
        }) = &located.change.value
        else {
            continue;
        };
        let object = objects.first();
        let help = match step.dialect.may_be_before(Version::major(12)) {
            true => "before version 12: CREATE INDEX CONCURRENTLY beside the old one, then DROP INDEX \
                     CONCURRENTLY the old one, and rename"
                .to_owned(),
            false => advise_at(step, located, &Advice::RunAlone(concurrent(object))),
        };
        let span = located.change.span;
        let Some(object) = object.filter(|it| it.kind.is_relation()) else {
            let message = "REINDEX builds every index there anew, one table after another, while it \
                           holds SHARE on the table (every INSERT, UPDATE and DELETE on it waits) and \
                           ACCESS EXCLUSIVE on the index (every query of the table waits)";
            sink.report(step, span, step.subject()).message(message).help(help).push();
            continue;
        };
        let Some(held) = held.iter_mut().find(|held| held.change == change) else { continue };
        let name = step.before.resolve(&object.name);
        let (doing, subject) = match object.kind {
            ObjectKind::Index => (format!("REINDEX builds `{name}` anew"), Subject::Index(name)),
            _ => (format!("REINDEX builds every index of `{name}` anew"), Subject::Table(name)),
        };
        let known = held.any(|touch| touch.object.kind == ObjectKind::Index);
        let also = match known {
            true => "",
            false => "; each index is under ACCESS EXCLUSIVE meanwhile, so every query waits too",
        };
        let fix = match step.dialect.may_be_before(Version::major(12)) {
            true => Fix::ByHand("REINDEX CONCURRENTLY came with version 12".to_owned()),
            false => mend::reindexed_alone(step, located, object, concurrent(Some(object))),
        };
        held.report(sink, span, subject, &doing).help(help).fix(fix).also(also).push();
    }
}

/// The statement that blocks nobody.
fn concurrent(object: Option<&ObjectRef>) -> String {
    match object {
        Some(object) => {
            let kind = object.kind.words().to_ascii_uppercase();
            format!("REINDEX {kind} CONCURRENTLY {}", SQL.name(&object.name))
        }
        None => "REINDEX DATABASE CONCURRENTLY".to_owned(),
    }
}
