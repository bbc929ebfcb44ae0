//! The net under the locking rules: no long lock without a finding (I8).

use crate::dialect::Engine;
use crate::finding::{Breaks, Finding, Level, Subject};
use crate::replay::Step;
use crate::rules::lock::held_by_statement;
use crate::schema::change::{Change, TableAction};
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};

const PARTITIONED: &str = "CREATE TABLE p (id int PRIMARY KEY, a int) PARTITION BY RANGE (id); \
                           CREATE TABLE n (id int PRIMARY KEY, a int);";

/// The rule.
pub static RULE: Rule = Rule {
    id: "blocks-traffic",
    category: Category::Locking,
    level: Level::Error,
    since: "0.1",
    summary: "table that is read, written or indexed whole while others wait for it",
    why: "A statement that holds a lock for as long as it takes to read or write a whole table stops \
          the traffic on that table for as long. The usual ones have rules of their own, which say \
          what to do instead. This rule is the net under them: it looks at what the server does, \
          whatever the statement is called.",
    instead: "See which part of the statement reads or writes the table, and whether the manual has a \
              form of it that does this without the lock: a CHECK that was validated before ATTACH \
              PARTITION, NOT VALID and a later VALIDATE, CONCURRENTLY.",
    facts: &[
        Fact {
            engine: Engine::Postgres,
            says: "ATTACH PARTITION scans the table to be attached, unless a valid CHECK constraint \
                   proves that its rows fit.",
            source: "https://www.postgresql.org/docs/current/sql-altertable.html",
        },
        Fact {
            engine: Engine::Postgres,
            says: "A new partition reads all of the default partition under ACCESS EXCLUSIVE; ALTER \
                   DOMAIN ADD CONSTRAINT reads every table with a column of the domain under SHARE; \
                   VALIDATE CONSTRAINT beside another sub-command keeps that one's lock.",
            source: "measured: tests/facts/postgres.csv, partitions, types, combined, 12 to 18",
        },
    ],
    same_as: &[("pgfence", "attach-partition"), ("pg-migration-lint", "PGM005")],
    breaks: &[Breaks::Readers, Breaks::Writers],
    checks_down: false,
    examples: &[
        bad("postgres", PARTITIONED, "ALTER TABLE p ATTACH PARTITION n FOR VALUES FROM (1) TO (9);", "ATTACH PARTITION n FOR VALUES FROM (1) TO (9)"),
        bad(
            "postgres",
            "CREATE TABLE p (id int PRIMARY KEY) PARTITION BY RANGE (id); CREATE TABLE d PARTITION OF p DEFAULT;",
            "CREATE TABLE n PARTITION OF p FOR VALUES FROM (1) TO (9);",
            "CREATE TABLE n PARTITION OF p FOR VALUES FROM",
        ),
        bad(
            "postgres",
            "CREATE DOMAIN d AS int; CREATE TABLE t (id int PRIMARY KEY, a d);",
            "ALTER DOMAIN d ADD CONSTRAINT c CHECK (VALUE > 0);",
            "ALTER DOMAIN d ADD CONSTRAINT c CHECK (VALUE > 0)",
        ),
        bad(
            "postgres",
            "CREATE TABLE t (id int PRIMARY KEY, a int); ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID;",
            "ALTER TABLE t VALIDATE CONSTRAINT c, ALTER a DROP DEFAULT;",
            "VALIDATE CONSTRAINT c",
        ),
        // The type that an earlier change gave is known, though the rest of the column is not.
        // A bound of another type than the key proves nothing.
        bad(
            "postgres",
            "CREATE TABLE p (at timestamptz NOT NULL) PARTITION BY RANGE (at); CREATE TABLE n (at timestamptz NOT NULL, CHECK (at >= DATE '2026-01-01' AND at < DATE '2027-01-01'));",
            "ALTER TABLE p ATTACH PARTITION n FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');",
            "ATTACH PARTITION n FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')",
        ),
        good(
            "postgres",
            "CREATE TABLE p (at timestamptz NOT NULL) PARTITION BY RANGE (at); CREATE TABLE n (at timestamptz NOT NULL, CHECK (at >= '2026-01-01' AND at < timestamptz '2027-01-01'));",
            "ALTER TABLE p ATTACH PARTITION n FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');",
        ),
        good("postgres", "ALTER TABLE old ALTER a TYPE varchar(64);", "ALTER TABLE old ALTER a TYPE varchar(64) COLLATE \"default\";").incomplete(),
        good("postgres", "CREATE TABLE t (id int PRIMARY KEY, a int); ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID;", "ALTER TABLE t VALIDATE CONSTRAINT c;"),
        // Others have said it.
        good("postgres", "CREATE TABLE t (id int PRIMARY KEY, a int);", "ALTER TABLE t ALTER a SET NOT NULL;"),
        good("postgres", "CREATE TABLE t (id int PRIMARY KEY, a int);", "ALTER TABLE t ADD b int; UPDATE t SET b = a;"),
        good("postgres", "CREATE TABLE t (id int PRIMARY KEY, a int);", "CREATE TABLE n AS SELECT * FROM t; ALTER TABLE n ADD PRIMARY KEY (id);"),
        good("postgres", "CREATE TABLE p (id int PRIMARY KEY, a int) PARTITION BY RANGE (id);", "CREATE TABLE n (id int PRIMARY KEY, a int); ALTER TABLE p ATTACH PARTITION n FOR VALUES FROM (1) TO (9);"),
        good("postgres", "CREATE DOMAIN d AS int; CREATE TABLE t (id int PRIMARY KEY, a d);", "ALTER DOMAIN d ADD CONSTRAINT c CHECK (VALUE > 0) NOT VALID;"),
        // What waits is told already.
        good("postgres", "CREATE TABLE t (id int PRIMARY KEY, a int);", "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID, VALIDATE CONSTRAINT c;"),
        // Nobody reads a view that was never filled.
        good("postgres", "CREATE MATERIALIZED VIEW v AS SELECT 1 AS id WITH NO DATA;", "REFRESH MATERIALIZED VIEW v;"),
        // Only REFRESH writes a materialized view.
        good("postgres", "CREATE MATERIALIZED VIEW v AS SELECT 1 AS a; CREATE UNIQUE INDEX i ON v (a);", "REFRESH MATERIALIZED VIEW CONCURRENTLY v; CREATE INDEX j ON v (a);"),
    ],
    check: Check::Net(check),
};

fn check(step: &Step<'_>, findings: &[Finding], sink: &mut Sink) {
    for held in held_by_statement(step) {
        let change = &held.located.change;
        let worked = held.worked();
        let told = findings.iter().any(|it| tells(it) && change.span.contains(it.primary.span));
        let mut works = step.old_touches(held.change).filter(|touch| touch.works());
        let Some(first) = works.next().filter(|_| !told) else { continue };
        let subject = Subject::Table(first.object.name.clone());
        let unknown = step.effects().get(held.change).and_then(|effect| effect.unknown.as_ref());
        let draft = held
            .report(sink, change.span, subject, &format!("this {worked}"))
            .help(help(&change.value));
        match unknown {
            Some(why) => draft.level(Level::Warning).also(&format!(". But {why}")).push(),
            None => draft.push(),
        }
    }
}

/// Whether a finding says what waits.
fn tells(finding: &Finding) -> bool {
    match finding.category() {
        Some(Category::Locking) => true,
        Some(Category::Transactions) => !finding.breaks.is_empty(),
        _ => false,
    }
}

fn help(change: &Change) -> String {
    match change {
        Change::AlterTable { action: TableAction::AttachPartition { partition, .. }, .. } => format!(
            "before it give `{partition}` the indexes of the partitioned table, built CONCURRENTLY, \
             and a CHECK of its bound, added NOT VALID and validated in a later transaction; give the \
             default partition a valid CHECK that excludes those rows; then nothing is read"
        ),
        Change::CreateTable(_) => "before it give the default partition a CHECK that excludes the \
                                   new rows, added NOT VALID and validated in a later transaction: \
                                   then nothing is read"
            .to_owned(),
        _ => "see whether a form of this does that work without the lock (NOT VALID, and VALIDATE in \
              a later transaction); else SET lock_timeout, and run it while nobody needs the table"
            .to_owned(),
    }
}
