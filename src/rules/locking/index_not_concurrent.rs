//! `CREATE INDEX` without CONCURRENTLY.

use crate::dialect::Engine;
use crate::finding::{Breaks, Fix, Level, Subject};
use crate::migration::Advice;
use crate::replay::{DifferenceKind, Step};
use crate::rules::lock::{SQL, held, index_on_partitions};
use crate::rules::mend;
use crate::rules::work::{LARGE, SMALL, TINY, TINY_BUT_BUSY};
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::change::Change;

const OLD: &str = "CREATE TABLE t (id bigint PRIMARY KEY, a integer);";

/// The rule.
pub static RULE: Rule = Rule {
    id: "index-not-concurrent",
    category: Category::Locking,
    level: Level::Error,
    since: "0.1",
    summary: "CREATE INDEX that blocks writes until the index is built",
    why: "CREATE INDEX takes a SHARE lock on its table and reads all of it. Reads go on, but every \
          INSERT, UPDATE and DELETE waits until the index is built, which takes minutes on a \
          large table. CREATE INDEX CONCURRENTLY takes longer and blocks nobody.",
    instead: "CREATE INDEX CONCURRENTLY, in a migration of its own that does not run in a \
              transaction. If it fails it leaves an invalid index: drop that before the retry.",
    facts: &[
        Fact {
            engine: Engine::Postgres,
            says: "CREATE INDEX locks out writes (but not reads) on the table until it's done.",
            source: "https://www.postgresql.org/docs/current/sql-createindex.html",
        },
        Fact {
            engine: Engine::Postgres,
            says: "CONCURRENTLY is refused on a partitioned table; ON ONLY builds nothing there.",
            source: "measured: tests/facts/postgres.csv, category partitions, 11 to 18",
        },
    ],
    same_as: &[
        ("squawk", "require-concurrent-index-creation"),
        ("atlas", "PG101"),
        ("eugene", "E6"),
        ("pg-migration-lint", "PGM001"),
        ("pgfence", "create-index-not-concurrent"),
        ("strong_migrations", "add_index"),
    ],
    breaks: &[Breaks::Writers],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "CREATE INDEX i ON t (a);", "CREATE INDEX i ON t"),
        bad("postgres", OLD, "CREATE UNIQUE INDEX ON \"public\".T USING btree (a);", "CREATE UNIQUE INDEX ON \"public\".T USING btree"),
        bad("postgres", "", "CREATE INDEX i ON old (a);", "CREATE INDEX i ON old").incomplete(),
        bad("postgres", OLD, "CREATE INDEX IF NOT EXISTS i ON t (a);", "CREATE INDEX IF NOT EXISTS i ON t"),
        bad("postgres", OLD, "DO $$ BEGIN IF true THEN CREATE INDEX i ON t (a); END IF; END $$;", "CREATE INDEX i ON t"),
        bad(
            "postgres",
            "CREATE TABLE p (id int PRIMARY KEY) PARTITION BY RANGE (id);",
            "CREATE INDEX i ON p (id);",
            "CREATE INDEX i ON p",
        ),
        bad("postgres", OLD, "ALTER TABLE t RENAME TO u; CREATE TABLE t (id int PRIMARY KEY); CREATE INDEX i ON u (a);", "CREATE INDEX i ON u"),
        bad("postgres", OLD, "CREATE INDEX i ON t (a);", "CREATE INDEX i ON t").runner("golang-migrate"),
        bad(
            "postgres",
            "",
            "CREATE TABLE IF NOT EXISTS t (id int PRIMARY KEY); CREATE INDEX i ON t (id);",
            "CREATE INDEX i ON t",
        )
        .incomplete()
        .at_level(Level::Warning),
        bad("postgres", OLD, "CREATE INDEX i ON t (a);", "CREATE INDEX i ON t").stats(LARGE),
        bad("postgres", OLD, "CREATE INDEX i ON t (a);", "CREATE INDEX i ON t").stats(SMALL).at_level(Level::Warning),
        bad("postgres", OLD, "CREATE INDEX i ON t (a);", "CREATE INDEX i ON t").stats(TINY_BUT_BUSY).at_level(Level::Warning),
        good("postgres", OLD, "CREATE INDEX i ON t (a);").stats(TINY),
        // Each partition has such an index, so that nothing is built.
        good("postgres", "CREATE TABLE p (id int, a int) PARTITION BY RANGE (id); CREATE TABLE p1 PARTITION OF p DEFAULT; CREATE INDEX p1_a ON p1 (a);", "CREATE INDEX i ON p (a);"),
        good("postgres", OLD, "CREATE INDEX CONCURRENTLY i ON t (a);"),
        good("postgres", "", "CREATE TABLE n (id int PRIMARY KEY); CREATE INDEX i ON n (id);"),
        good("postgres", "", "create table if not exists n (id int primary key); create unique index if not exists i on n (id);"),
        good("postgres", OLD, "CREATE TEMP TABLE n (id int); CREATE INDEX i ON n (id);"),
        good("postgres", OLD, "CREATE TABLE n AS SELECT * FROM t; CREATE INDEX i ON n (id); ALTER TABLE n ADD PRIMARY KEY (id);"),
        good("postgres", "CREATE TABLE p (id int PRIMARY KEY) PARTITION BY RANGE (id);", "CREATE INDEX i ON ONLY p (id);"),
        good("postgres", "CREATE TABLE t (id bigint PRIMARY KEY, a int); CREATE INDEX i ON t (a);", "CREATE INDEX IF NOT EXISTS i ON t (a);"),
        good("postgres", "CREATE MATERIALIZED VIEW v AS SELECT 1 AS a;", "CREATE INDEX i ON v (a);"),
        good("postgres", OLD, "-- CREATE INDEX i ON t (a);\nCOMMENT ON TABLE t IS 'CREATE INDEX i ON t (a);';"),
        good("postgres", OLD, "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN CREATE INDEX i ON t (a); END $$;"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    for held in held(step) {
        let located = held.located;
        let Change::CreateIndex(index) = &located.change.value else { continue };
        // Partitions are often made by a job, and not by a migration.
        let on_partitions = held.is_partitioned(&index.table) && !index.only;
        let unseen = on_partitions && step.before.children(&step.before.resolve(&index.table)).next().is_none();
        if !unseen && !held.any(|touch| touch.rebuilds) {
            continue;
        }
        let created = step.differences.iter().find_map(|it| match &it.kind {
            DifferenceKind::IndexCreated { index } if it.change == held.change => Some(index),
            _ => None,
        });
        let Some(name) = created.filter(|_| !index.concurrently) else { continue };
        let unique = if index.unique { "UNIQUE " } else { "" };
        let (help, fix) = match on_partitions {
            true => {
                let why = "it stands on a partitioned table, where CONCURRENTLY is refused";
                (index_on_partitions(index), Fix::ByHand(why.to_owned()))
            }
            false => (held.advise(&Advice::RunAlone(format!(
                "CREATE {unique}INDEX CONCURRENTLY {} ...",
                SQL.ident(index.name.as_deref().unwrap_or("name_it"))
            ))), mend::index_built_alone(step, located, index, name)),
        };
        let rows = held.names(|touch| touch.rebuilds || unseen);
        let doing = format!("CREATE INDEX reads all of {rows} and builds the index");
        held.report(sink, located.change.span, Subject::Index(name.clone()), &doing)
            .help(help)
            .fix(fix)
            .push();
    }
}
