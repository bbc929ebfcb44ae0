//! `DROP INDEX` without CONCURRENTLY.

use crate::dialect::Engine;
use crate::finding::{Breaks, Level, Subject};
use crate::migration::Advice;
use crate::replay::Step;
use crate::rules::lock::{SQL, held};
use crate::rules::mend;
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::change::Change;
use crate::schema::name::ObjectKind;

const OLD: &str = "CREATE TABLE t (id bigint PRIMARY KEY, a integer); CREATE INDEX i ON t (a);";

/// The rule.
pub static RULE: Rule = Rule {
    id: "drop-index-not-concurrent",
    category: Category::Locking,
    level: Level::Warning,
    since: "0.1",
    summary: "DROP INDEX that locks its table against everybody",
    why: "DROP INDEX takes an ACCESS EXCLUSIVE lock on the table of the index. Dropping is quick, but \
          the lock waits for every transaction that uses the table, and while it waits all who \
          come later wait behind it, readers too.",
    instead: "DROP INDEX CONCURRENTLY, alone in a migration that does not run in a transaction.",
    facts: &[Fact {
        engine: Engine::Postgres,
        says: "A normal DROP INDEX acquires an ACCESS EXCLUSIVE lock on the table, blocking other \
               accesses until the index drop can be completed.",
        source: "https://www.postgresql.org/docs/current/sql-dropindex.html",
    }],
    same_as: &[
        ("squawk", "require-concurrent-index-deletion"),
        ("atlas", "PG102"),
        ("pg-migration-lint", "PGM002"),
        ("pgfence", "drop-index-not-concurrent"),
        ("strong_migrations", "remove_index"),
    ],
    breaks: &[Breaks::Readers, Breaks::Writers],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "DROP INDEX i;", "i"),
        bad("postgres", OLD, "DROP INDEX IF EXISTS \"public\".I;", "\"public\".I"),
        bad("postgres", OLD, "DROP INDEX i;", "i").runner("golang-migrate"),
        bad("postgres", OLD, "DO $$ BEGIN IF true THEN DROP INDEX i; END IF; END $$;", "i"),
        bad("postgres", "", "DROP INDEX old_i;", "old_i").incomplete(),
        good("postgres", OLD, "DROP INDEX CONCURRENTLY i;"),
        good("postgres", OLD, "DROP INDEX IF EXISTS other;"),
        good("postgres", "CREATE TABLE keyed (id bigint PRIMARY KEY, a int CONSTRAINT once UNIQUE);", "DROP INDEX once;"),
        good("postgres", "", "CREATE TABLE n (id int PRIMARY KEY, a int); CREATE INDEX i ON n (a); DROP INDEX i;"),
        good("postgres", "", "CREATE TEMP TABLE n (a int); CREATE INDEX i ON n (a); DROP INDEX i;"),
        // CONCURRENTLY is refused there.
        good("postgres", "CREATE TABLE p (id int PRIMARY KEY, a int) PARTITION BY RANGE (id); CREATE INDEX i ON p (a);", "DROP INDEX i;"),
        good("postgres", OLD, "-- DROP INDEX i;\nCOMMENT ON TABLE t IS 'DROP INDEX i';"),
        good("postgres", OLD, "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN DROP INDEX i; END $$;"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    for held in held(step) {
        let Change::Drop { object, concurrently: false, cascade, .. } = &held.located.change.value
        else {
            continue;
        };
        let index = step.before.resolve(&object.name);
        let found = step.before.index(&index);
        let table = found.seen().and_then(|index| index.table.as_ref());
        // The server refuses to take an index from its constraint: another rule says so.
        let owned = found.known().is_some_and(|index| index.constraint.is_some());
        if object.kind != ObjectKind::Index || table.is_some_and(|it| held.is_partitioned(it)) || owned {
            continue;
        }
        let statement = Advice::RunAlone(format!("DROP INDEX CONCURRENTLY {}", SQL.name(&object.name)));
        let doing = format!("DROP INDEX `{index}`");
        held.report_brief(sink, held.located.change.span, Subject::Index(index), &doing)
            .help(held.advise(&statement))
            .fix(mend::index_dropped_alone(step, held.located, &object.name, *cascade))
            .push();
    }
}
