//! Primary keys whose index is built under a full lock.

use crate::dialect::Engine;
use crate::finding::{Breaks, Level};
use crate::replay::Step;
use crate::rules::lock::held;
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::change::ConstraintKind;

const OLD: &str = "CREATE TABLE t (id bigint NOT NULL, a integer);";

/// The rule.
pub static RULE: Rule = Rule {
    id: "primary-key-blocks",
    category: Category::Locking,
    level: Level::Error,
    since: "0.1",
    summary: "primary key that builds its index under a full lock",
    why: "ADD PRIMARY KEY takes an ACCESS EXCLUSIVE lock, reads the whole table, builds a unique \
          index, and, where its columns may be null, reads the table for nulls too: nobody can read \
          or write the table until that is done. A primary key cannot be NOT VALID.",
    instead: "CREATE UNIQUE INDEX CONCURRENTLY in a migration of its own outside a transaction; make \
              the columns NOT NULL without a scan, which a valid CHECK allows; then ALTER TABLE ... ADD \
              CONSTRAINT ... PRIMARY KEY USING INDEX, which is done at once.",
    facts: &[
        Fact {
            engine: Engine::Postgres,
            says: "To recreate a primary key without blocking updates while the index is rebuilt: \
                   CREATE UNIQUE INDEX CONCURRENTLY, then ADD CONSTRAINT ... PRIMARY KEY USING \
                   INDEX.",
            source: "https://www.postgresql.org/docs/current/sql-altertable.html",
        },
        Fact {
            engine: Engine::Postgres,
            says: "PRIMARY KEY USING INDEX does a full scan where a column is not yet NOT NULL.",
            source: "measured: tests/facts/postgres.csv, category add constraint, 10 to 18",
        },
    ],
    same_as: &[
        ("squawk", "adding-serial-primary-key-field"),
        ("atlas", "PG104"),
        ("pg-migration-lint", "PGM016"),
        ("pgfence", "add-pk-without-using-index"),
    ],
    breaks: &[Breaks::Readers, Breaks::Writers],
    checks_down: false,
    examples: &[
        bad("postgres", "CREATE TABLE errors (id bigint NOT NULL);", "alter table errors add primary key (id);", "add primary key (id)"),
        bad("postgres", OLD, "ALTER TABLE public.T ADD CONSTRAINT \"pk\" PRIMARY KEY (id, a);", "ADD CONSTRAINT \"pk\" PRIMARY KEY (id, a)"),
        bad("postgres", OLD, "ALTER TABLE t ADD COLUMN x bigserial PRIMARY KEY;", "PRIMARY KEY"),
        bad("postgres", OLD, "ALTER TABLE t ADD PRIMARY KEY (id);", "ADD PRIMARY KEY (id)").runner("flyway"),
        bad("postgres", OLD, "DO $$ BEGIN IF true THEN ALTER TABLE t ADD PRIMARY KEY (id); END IF; END $$;", "ADD PRIMARY KEY (id)"),
        bad("postgres", "", "ALTER TABLE old ADD PRIMARY KEY (id);", "ADD PRIMARY KEY (id)").incomplete(),
        bad(
            "postgres",
            "CREATE TABLE p (id int) PARTITION BY RANGE (id); CREATE TABLE p1 PARTITION OF p DEFAULT;",
            "ALTER TABLE p ADD PRIMARY KEY (id);",
            "ADD PRIMARY KEY (id)",
        ),
        good("postgres", "CREATE TABLE t (id bigint NOT NULL); CREATE UNIQUE INDEX i ON t (id);", "ALTER TABLE t ADD CONSTRAINT pk PRIMARY KEY USING INDEX i;"),
        good("postgres", "", "CREATE TABLE n (id int); ALTER TABLE n ADD PRIMARY KEY (id);"),
        good("postgres", OLD, "CREATE TEMP TABLE n (a int); ALTER TABLE n ADD PRIMARY KEY (a);"),
        good("postgres", OLD, "COMMENT ON TABLE t IS 'ADD PRIMARY KEY (id)'; -- ALTER TABLE t ADD PRIMARY KEY (id);"),
        good("postgres", OLD, "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN ALTER TABLE t ADD PRIMARY KEY (id); END $$;"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    for held in held(step).filter(|held| held.any(|touch| touch.rebuilds)) {
        for added in held.constraints() {
            let ConstraintKind::PrimaryKey(key) = &added.constraint.kind else { continue };
            if key.using_index.is_some() {
                continue;
            }
            let nullable = |column: &String| {
                let found = step.before.column(added.table, column).seen();
                found.is_none_or(|found| !found.definition.not_null)
            };
            let first = match key.columns.iter().any(nullable) {
                true => "make the columns NOT NULL without a scan first; ",
                false => "",
            };
            let rows = held.names(|touch| touch.rebuilds);
            let doing = format!("ADD PRIMARY KEY reads all of {rows} and builds an index");
            held.report(sink, added.span, added.subject(), &doing)
                .help(format!("{first}{}", held.advise_key(&added, "PRIMARY KEY", key)))
                .push();
        }
    }
}
