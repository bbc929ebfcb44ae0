//! Unique and exclusion constraints whose index is built under a full lock.

use crate::dialect::Engine;
use crate::finding::{Breaks, Level};
use crate::replay::Step;
use crate::rules::lock::held;
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::change::ConstraintKind;

const OLD: &str = "CREATE TABLE t (id bigint PRIMARY KEY, a integer);";

const NO_OTHER_WAY: &str = "an exclusion constraint has no other way: NOT VALID and USING INDEX do \
                            not exist for it; add it while the table is small, or while nobody \
                            needs the table";

/// The rule.
pub static RULE: Rule = Rule {
    id: "unique-constraint-blocks",
    category: Category::Locking,
    level: Level::Error,
    since: "0.1",
    summary: "unique or exclusion constraint that builds its index under a full lock",
    why: "ADD UNIQUE takes an ACCESS EXCLUSIVE lock, reads the whole table and builds an index: \
          nobody can read or write the table until the index is there. UNIQUE beside a new column \
          does the same. EXCLUDE too, and that has no other way. NOT VALID does not exist for \
          either.",
    instead: "CREATE UNIQUE INDEX CONCURRENTLY in a migration of its own outside a transaction, then \
              ALTER TABLE ... ADD CONSTRAINT ... UNIQUE USING INDEX, which is done at once.",
    facts: &[
        Fact {
            engine: Engine::Postgres,
            says: "ADD table_constraint_using_index adds a PRIMARY KEY or UNIQUE constraint based \
                   on an existing unique index, without blocking table updates for a long time.",
            source: "https://www.postgresql.org/docs/current/sql-altertable.html",
        },
        Fact {
            engine: Engine::Postgres,
            says: "ADD UNIQUE, ADD EXCLUDE and ADD COLUMN ... UNIQUE hold ACCESS EXCLUSIVE while \
                   they read the table and build the index.",
            source: "measured: tests/facts/postgres.csv, category add constraint, 10 to 18",
        },
    ],
    same_as: &[
        ("squawk", "disallowed-unique-constraint"),
        ("atlas", "PG105"),
        ("eugene", "E7"),
        ("eugene", "E8"),
        ("strong_migrations", "add_unique_constraint"),
        ("strong_migrations", "add_exclusion_constraint"),
        ("pgfence", "add-constraint-unique"),
    ],
    breaks: &[Breaks::Readers, Breaks::Writers],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "ALTER TABLE t ADD CONSTRAINT u UNIQUE (a);", "ADD CONSTRAINT u UNIQUE (a)"),
        bad("postgres", OLD, "ALTER TABLE \"public\".T ADD UNIQUE (\"a\");", "ADD UNIQUE (\"a\")"),
        bad("postgres", OLD, "ALTER TABLE t ADD COLUMN e varchar UNIQUE;", "UNIQUE"),
        bad("postgres", OLD, "ALTER TABLE t ADD CONSTRAINT x EXCLUDE USING gist (a WITH =);", "ADD CONSTRAINT x EXCLUDE USING gist (a WITH =)"),
        bad("postgres", OLD, "ALTER TABLE t ADD CONSTRAINT u UNIQUE (a);", "ADD CONSTRAINT u UNIQUE (a)").runner("golang-migrate"),
        bad("postgres", OLD, "DO $$ BEGIN IF true THEN ALTER TABLE t ADD UNIQUE (a); END IF; END $$;", "ADD UNIQUE (a)"),
        bad("postgres", "", "ALTER TABLE old ADD UNIQUE (a);", "ADD UNIQUE (a)").incomplete(),
        bad(
            "postgres",
            "CREATE TABLE p (id int PRIMARY KEY, a int) PARTITION BY RANGE (id); CREATE TABLE p1 PARTITION OF p DEFAULT;",
            "ALTER TABLE p ADD UNIQUE (id, a);",
            "ADD UNIQUE (id, a)",
        ),
        good("postgres", "CREATE TABLE t (id int PRIMARY KEY, a int); CREATE UNIQUE INDEX i ON t (a);", "ALTER TABLE t ADD CONSTRAINT u UNIQUE USING INDEX i;"),
        good("postgres", "", "CREATE TABLE n (id int PRIMARY KEY, a int UNIQUE); ALTER TABLE n ADD UNIQUE (id, a);"),
        good("postgres", OLD, "CREATE TEMP TABLE n (a int); ALTER TABLE n ADD UNIQUE (a);"),
        good("postgres", OLD, "ALTER TABLE t ADD COLUMN e varchar;"),
        good("postgres", OLD, "COMMENT ON TABLE t IS 'ADD UNIQUE (a)'; -- ALTER TABLE t ADD UNIQUE (a);"),
        good("postgres", OLD, "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN ALTER TABLE t ADD UNIQUE (a); END $$;"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    for held in held(step).filter(|held| held.any(|touch| touch.rebuilds)) {
        for added in held.constraints() {
            let (kind, help) = match &added.constraint.kind {
                ConstraintKind::Unique(key) if key.using_index.is_none() => {
                    ("UNIQUE", held.advise_key(&added, "UNIQUE", key))
                }
                ConstraintKind::Exclude { .. } => ("EXCLUDE", NO_OTHER_WAY.to_owned()),
                _ => continue,
            };
            let rows = held.names(|touch| touch.rebuilds);
            let doing = format!("ADD {kind} `{}` reads all of {rows} and builds an index", added.name);
            held.report(sink, added.span, added.subject(), &doing).help(help).push();
        }
    }
}
