//! `SET NOT NULL` that reads the whole table.

use crate::dialect::{Engine, Version};
use crate::effects::postgres::proof::unvalidated_proof;
use crate::finding::{Breaks, Fix, Level, Subject};
use crate::migration::Advice;
use crate::replay::Step;
use crate::rules::lock::{SQL, Held, held};
use crate::rules::mend;
use crate::rules::work::{SMALL, TINY};
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::change::{Change, ConstraintKind, TableAction};
use crate::schema::knowledge::Knowledge;
use crate::schema::name::Name;

const OLD: &str = "CREATE TABLE t (id bigint PRIMARY KEY, a integer, b integer);";
const PARTITIONED: &str = "CREATE TABLE p (id int PRIMARY KEY, a int) PARTITION BY RANGE (id); \
                           CREATE TABLE p1 PARTITION OF p DEFAULT;";

/// The rule.
pub static RULE: Rule = Rule {
    id: "not-null-scan",
    category: Category::Locking,
    level: Level::Error,
    since: "0.1",
    summary: "SET NOT NULL that reads every row under a full lock",
    why: "SET NOT NULL takes an ACCESS EXCLUSIVE lock and then reads the whole table to see that \
          no row holds a null: nobody can read or write the table until it has read all of it. \
          From PostgreSQL 12 it reads nothing where a valid CHECK constraint already proves it.",
    instead: "ADD CONSTRAINT c CHECK (a IS NOT NULL) NOT VALID; in a later transaction VALIDATE \
              CONSTRAINT c, which blocks nobody; then SET NOT NULL, which finds the proof and \
              reads nothing; then drop the CHECK. From PostgreSQL 18: ADD CONSTRAINT c NOT NULL a \
              NOT VALID, and VALIDATE CONSTRAINT c later.",
    facts: &[
        Fact {
            engine: Engine::Postgres,
            says: "SET NOT NULL scans the entire table, unless a valid CHECK constraint exists \
                   which proves that no NULL can exist.",
            source: "https://www.postgresql.org/docs/current/sql-altertable.html",
        },
        Fact {
            engine: Engine::Postgres,
            says: "`a IS NOT NULL`, alone or joined by AND, is such a proof from 12; `a > 0`, an \
                   OR, and a NOT VALID constraint are not. PRIMARY KEY USING INDEX on nullable \
                   columns scans likewise.",
            source: "measured: tests/facts/postgres.csv, category not null, 10 to 18",
        },
    ],
    same_as: &[
        ("squawk", "adding-not-nullable-field"),
        ("atlas", "PG303"),
        ("eugene", "E2"),
        ("strong_migrations", "change_column_null"),
    ],
    breaks: &[Breaks::Readers, Breaks::Writers],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "ALTER TABLE t ALTER COLUMN a SET NOT NULL;", "ALTER COLUMN a SET NOT NULL"),
        bad("postgres", OLD, "alter table public.T alter \"a\" set not null;", "alter \"a\" set not null"),
        bad("postgres", OLD, "ALTER TABLE t ADD COLUMN c int, ALTER a SET NOT NULL;", "ALTER a SET NOT NULL"),
        bad("postgres@18", OLD, "ALTER TABLE t ADD CONSTRAINT n NOT NULL a;", "ADD CONSTRAINT n NOT NULL a"),
        bad(
            "postgres",
            "CREATE TABLE t (a int, CONSTRAINT c CHECK (a > 0));",
            "ALTER TABLE t ALTER a SET NOT NULL;",
            "ALTER a SET NOT NULL",
        ),
        bad(
            "postgres",
            "CREATE TABLE t (a int, CONSTRAINT c CHECK (a IS NOT NULL OR a IS NULL));",
            "ALTER TABLE t ALTER a SET NOT NULL;",
            "ALTER a SET NOT NULL",
        ),
        bad(
            "postgres",
            "CREATE TABLE t (a int); ALTER TABLE t ADD CONSTRAINT c CHECK (a IS NOT NULL) NOT VALID;",
            "ALTER TABLE t ALTER a SET NOT NULL;",
            "ALTER a SET NOT NULL",
        ),
        // A constraint on another column proves nothing of this one.
        bad(
            "postgres",
            "CREATE TABLE t (a int, b int); ALTER TABLE t ADD CONSTRAINT c CHECK (b IS NOT NULL) NOT VALID;",
            "ALTER TABLE t VALIDATE CONSTRAINT c; ALTER TABLE t ALTER a SET NOT NULL;",
            "ALTER a SET NOT NULL",
        ),
        bad(
            "postgres@11",
            "CREATE TABLE t (a int, CONSTRAINT c CHECK (a IS NOT NULL));",
            "ALTER TABLE t ALTER a SET NOT NULL;",
            "ALTER a SET NOT NULL",
        ),
        bad("postgres", PARTITIONED, "ALTER TABLE p ALTER a SET NOT NULL;", "ALTER a SET NOT NULL"),
        bad(
            "postgres",
            "CREATE TABLE t (a int); CREATE UNIQUE INDEX i ON t (a);",
            "ALTER TABLE t ADD PRIMARY KEY USING INDEX i;",
            "ADD PRIMARY KEY USING INDEX i",
        ),
        bad("postgres", OLD, "DO $$ BEGIN IF true THEN ALTER TABLE t ALTER a SET NOT NULL; END IF; END $$;", "ALTER a SET NOT NULL"),
        bad("postgres", OLD, "ALTER TABLE t ALTER a SET NOT NULL;", "ALTER a SET NOT NULL").runner("golang-migrate"),
        // Whether a CHECK proves it is not known.
        bad("postgres", "", "ALTER TABLE old ALTER a SET NOT NULL;", "ALTER a SET NOT NULL")
            .incomplete()
            .at_level(Level::Warning),
        good(
            "postgres",
            "CREATE TABLE foo (bar int); ALTER TABLE foo ADD CONSTRAINT foo_bar_nn CHECK (bar IS NOT NULL) NOT VALID;",
            "ALTER TABLE foo VALIDATE CONSTRAINT foo_bar_nn; ALTER TABLE foo ALTER COLUMN bar SET NOT NULL; ALTER TABLE foo DROP CONSTRAINT foo_bar_nn;",
        ),
        good(
            "postgres",
            "CREATE TABLE t (a int, b int, CONSTRAINT c CHECK (\"a\" is not null AND b > 0));",
            "ALTER TABLE t ALTER a SET NOT NULL;",
        ),
        good("postgres", "CREATE TABLE t (a int NOT NULL);", "ALTER TABLE t ALTER a SET NOT NULL;"),
        good("postgres", "", "CREATE TABLE n (a int); ALTER TABLE n ALTER a SET NOT NULL;"),
        good("postgres", OLD, "CREATE TEMP TABLE n (a int); ALTER TABLE n ALTER a SET NOT NULL;"),
        good("postgres", OLD, "ALTER TABLE t ADD COLUMN c varchar(32) NULL; ALTER TABLE t ALTER a DROP NOT NULL;"),
        good("postgres@18", OLD, "ALTER TABLE t ADD CONSTRAINT n NOT NULL a NOT VALID;"),
        good(
            "postgres",
            "CREATE TABLE t (a int NOT NULL); CREATE UNIQUE INDEX i ON t (a);",
            "ALTER TABLE t ADD PRIMARY KEY USING INDEX i;",
        ),
        good("postgres", OLD, "COMMENT ON COLUMN t.a IS 'ALTER a SET NOT NULL'; -- ALTER TABLE t ALTER a SET NOT NULL;"),
        good("postgres", OLD, "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN ALTER TABLE t ALTER a SET NOT NULL; END $$;"),
        bad("postgres", OLD, "ALTER TABLE t ALTER a SET NOT NULL;", "ALTER a SET NOT NULL").stats(SMALL).at_level(Level::Warning),
        good("postgres", OLD, "ALTER TABLE t ALTER a SET NOT NULL;").stats(TINY),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    for held in held(step) {
        let Change::AlterTable { target, action } = &held.located.change.value else { continue };
        let table = step.before.resolve(&target.name);
        let Some((doing, column)) = scan(&held, action) else { continue };
        let names = held.names(|touch| touch.scans);
        let subject = match &column {
            Some(column) => Subject::Column(table.clone(), column.clone()),
            None => Subject::Table(table.clone()),
        };
        let (level, unless) = match may_be_proved(step, &table, column.as_deref()) {
            true => (Level::Warning, ". It would not, if a valid CHECK proves it"),
            false => (held.level(sink.rule().level), ""),
        };
        held.report(sink, held.located.change.span, subject, &format!("{doing} reads every row of {names}"))
            .level(level)
            .also(unless)
            .help(help(step, &held, &target.name, column.as_deref()))
            .fix(fix(step, &held, action))
            .push();
    }
}

/// The words for a change that reads a table for its nulls, and the column where it is one.
fn scan(held: &Held<'_>, action: &TableAction) -> Option<(String, Option<String>)> {
    let scans = held.any(|touch| touch.scans);
    match action {
        TableAction::SetNullable { column, nullable: false } if scans => {
            Some((format!("SET NOT NULL of `{column}`"), Some(column.clone())))
        }
        TableAction::AddConstraint { constraint } if scans => match &constraint.kind {
            ConstraintKind::NotNull(column) => {
                Some((format!("ADD NOT NULL `{column}`"), Some(column.clone())))
            }
            // Without an index to build, it reads for nulls alone.
            ConstraintKind::PrimaryKey(key)
                if key.using_index.is_some() && !held.any(|touch| touch.rebuilds) =>
            {
                Some(("PRIMARY KEY USING INDEX on columns that may be null".to_owned(), None))
            }
            _ => None,
        },
        _ => None,
    }
}

/// Whether the table may have a constraint that nobody showed and that spares the scan.
fn may_be_proved(step: &Step<'_>, table: &Name, column: Option<&str>) -> bool {
    let known = matches!(step.before.shape(table), Knowledge::Known(_));
    let new = column.is_some_and(|column| step.is_column_born(table, column));
    !known && !new
}

fn help(step: &Step<'_>, held: &Held<'_>, table: &Name, column: Option<&str>) -> String {
    let Some(column) = column else {
        return format!(
            "make the columns of the index NOT NULL first: ADD CONSTRAINT c CHECK (... IS NOT \
             NULL) NOT VALID, VALIDATE CONSTRAINT c in a later transaction, SET NOT NULL; then \
             `ALTER TABLE {} ADD PRIMARY KEY USING INDEX` reads nothing",
            SQL.name(table)
        );
    };
    if let Some(proof) = waiting_proof(step, table, column) {
        let proof = SQL.ident(proof);
        return format!(
            "`ALTER TABLE {} VALIDATE CONSTRAINT {proof}` before it, in a transaction that holds no \
             strong lock on the table: that constraint then proves it, and SET NOT NULL reads nothing",
            SQL.name(table)
        );
    }
    let (name, quoted) = (|suffix: &str| SQL.ident(&format!("{column}_{suffix}")), SQL.ident(column));
    if !step.dialect.may_be_before(Version::major(18)) {
        let name = name("not_null");
        return held.advise(&Advice::Later {
            now: format!("ADD CONSTRAINT {name} NOT NULL {quoted} NOT VALID"),
            later: format!("VALIDATE CONSTRAINT {name}"),
        });
    }
    let name = name("set");
    let check = Advice::Later {
        now: format!("ADD CONSTRAINT {name} CHECK ({quoted} IS NOT NULL) NOT VALID"),
        later: format!("VALIDATE CONSTRAINT {name}"),
    };
    let check = held.advise(&check);
    match step.dialect.may_be_before(Version::major(12)) {
        true => format!("{check}; before version 12 keep that CHECK instead of SET NOT NULL, which always reads the table"),
        false => format!("{check}; after it SET NOT NULL reads nothing, and the CHECK can go"),
    }
}

/// The NOT VALID constraint of an earlier migration that would spare the scan, were it validated.
fn waiting_proof<'s>(step: &'s Step<'_>, table: &Name, column: &str) -> Option<&'s str> {
    if step.dialect.may_be_before(Version::major(12)) {
        return None;
    }
    let (_, table) = step.start.seen_table(&step.before.resolve(table))?;
    unvalidated_proof(table, column)
}

fn fix(step: &Step<'_>, held: &Held<'_>, action: &TableAction) -> Fix {
    let (Change::AlterTable { target, .. }, TableAction::SetNullable { column, .. }) =
        (&held.located.change.value, action)
    else {
        return Fix::ByHand("the columns of its key may be null: which proof they get is yours to say".to_owned());
    };
    if step.dialect.may_be_before(Version::major(12)) {
        return Fix::ByHand("before version 12 SET NOT NULL always reads the table".to_owned());
    }
    let proof = waiting_proof(step, &target.name, column);
    mend::proved_not_null(step, held.located, column, proof, &format!("{column}_set"))
}
