//! The net under the locking rules: no long lock without a finding (I8).

use crate::dialect::Engine;
use crate::finding::{Breaks, Finding, Level, Subject};
use crate::replay::Step;
use crate::rules::lock::held_by_statement;
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};

const HELP: &str = "see whether a form of this does that work without the lock (NOT VALID, and VALIDATE in \
                    a later transaction); else SET lock_timeout, and run it while nobody needs the table";

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
              form of it that does this without the lock: NOT VALID and a later VALIDATE, \
              CONCURRENTLY.",
    facts: &[
        Fact {
            engine: Engine::Postgres,
            says: "VALIDATE CONSTRAINT beside another sub-command keeps that one's lock; a type that \
                   tables are made of takes them along when it changes.",
            source: "measured: tests/facts/postgres.csv, types and combined, 12 to 18",
        },
    ],
    same_as: &[],
    breaks: &[Breaks::Readers, Breaks::Writers],
    checks_down: false,
    examples: &[
        bad(
            "postgres",
            "CREATE TABLE t (id int PRIMARY KEY, a int); ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID;",
            "ALTER TABLE t VALIDATE CONSTRAINT c, ALTER a DROP DEFAULT;",
            "VALIDATE CONSTRAINT c",
        ),
        bad(
            "postgres",
            "CREATE TYPE pair AS (x int, y int); CREATE TABLE t OF pair;",
            "ALTER TYPE pair ALTER ATTRIBUTE x TYPE bigint CASCADE;",
            "ALTER TYPE pair ALTER ATTRIBUTE x TYPE bigint CASCADE",
        ),
        // The type that an earlier change gave is known, though the rest of the column is not.
        good("postgres", "ALTER TABLE old ALTER a TYPE varchar(64);", "ALTER TABLE old ALTER a TYPE varchar(64) COLLATE \"default\";").incomplete(),
        good("postgres", "CREATE TABLE t (id int PRIMARY KEY, a int); ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID;", "ALTER TABLE t VALIDATE CONSTRAINT c;"),
        // Others have said it.
        good("postgres", "CREATE TABLE t (id int PRIMARY KEY, a int);", "ALTER TABLE t ALTER a SET NOT NULL;"),
        good("postgres", "CREATE TABLE t (id int PRIMARY KEY, a int);", "ALTER TABLE t ADD b int; UPDATE t SET b = a;"),
        good("postgres", "CREATE TABLE t (id int PRIMARY KEY, a int);", "CREATE TABLE n AS SELECT * FROM t; ALTER TABLE n ADD PRIMARY KEY (id);"),
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
            .help(HELP);
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
