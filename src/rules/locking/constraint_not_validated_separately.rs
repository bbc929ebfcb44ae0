//! CHECK and FOREIGN KEY constraints that are verified under the lock that adds them.

use crate::dialect::{Engine, Version};
use crate::finding::{Breaks, Fix, Level, Subject};
use crate::migration::Advice;
use crate::replay::Step;
use crate::rules::lock::{bounded_wait, SQL, Added, Held, held, is_timeout_set};
use crate::rules::mend;
use crate::rules::work::TINY;
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::change::{Change, ConstraintKind, CreateTable};
use crate::source::Span;
use std::collections::BTreeSet;

const OLD: &str = "CREATE TABLE t (id bigint PRIMARY KEY, a integer, r integer); \
                   CREATE TABLE ref (id int PRIMARY KEY);";
const PARTITIONED: &str = "CREATE TABLE ref (id int PRIMARY KEY); \
                           CREATE TABLE p (id int PRIMARY KEY, a int) PARTITION BY RANGE (id); \
                           CREATE TABLE p1 PARTITION OF p DEFAULT;";

/// The rule.
pub static RULE: Rule = Rule {
    id: "constraint-not-validated-separately",
    category: Category::Locking,
    level: Level::Error,
    since: "0.1",
    summary: "CHECK or foreign key that reads every row under the lock that adds it",
    why: "Adding a CHECK takes an ACCESS EXCLUSIVE lock and reads the whole table under it: nobody \
          can read or write it meanwhile. Adding a foreign key takes SHARE ROW EXCLUSIVE on both \
          tables, the referenced one too, and reads both: every INSERT, UPDATE and DELETE on \
          either waits. Beside a column that is being added it is the same. A foreign key of a \
          new table reads nothing, but it still waits for every transaction that has written the \
          referenced table, and all later writers wait behind it, unless a lock_timeout ends that.",
    instead: "ADD CONSTRAINT ... NOT VALID, which reads nothing and checks new rows only; then \
              VALIDATE CONSTRAINT in a later transaction, which lets others read and write.",
    facts: &[
        Fact {
            engine: Engine::Postgres,
            says: "The VALIDATE command acquires a SHARE UPDATE EXCLUSIVE lock; on a foreign \
                   key, a ROW SHARE lock is also required on the referenced table.",
            source: "https://www.postgresql.org/docs/current/sql-altertable.html",
        },
        Fact {
            engine: Engine::Postgres,
            says: "ADD FOREIGN KEY holds SHARE ROW EXCLUSIVE on both tables and reads both; ADD \
                   COLUMN ... CHECK reads every row though the column is new; ADD COLUMN ... \
                   REFERENCES without a default reads nothing.",
            source: "measured: tests/facts/postgres.csv, add constraint, add column",
        },
        Fact {
            engine: Engine::Postgres,
            says: "Before 18 a foreign key on a partitioned table cannot be NOT VALID.",
            source: "measured: tests/facts/postgres.csv, add-fk-partitioned-not-valid",
        },
    ],
    same_as: &[
        ("squawk", "constraint-missing-not-valid"),
        ("squawk", "adding-foreign-key-constraint"),
        ("atlas", "PG305"),
        ("atlas", "PG306"),
        ("eugene", "E1"),
        ("strong_migrations", "add_foreign_key"),
        ("strong_migrations", "add_check_constraint"),
    ],
    breaks: &[Breaks::Readers, Breaks::Writers],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0);", "ADD CONSTRAINT c CHECK (a > 0)"),
        bad("postgres", OLD, "ALTER TABLE public.T ADD CHECK (\"a\" > 0);", "ADD CHECK (\"a\" > 0)"),
        bad("postgres", OLD, "ALTER TABLE t ADD COLUMN b bigint CONSTRAINT c CHECK (b > 0);", "CONSTRAINT c CHECK (b > 0)"),
        bad("postgres", OLD, "ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (r) REFERENCES ref (id);", "ADD CONSTRAINT f FOREIGN KEY (r) REFERENCES ref (id)"),
        bad("postgres", OLD, "ALTER TABLE t ADD COLUMN x int DEFAULT 1 REFERENCES ref (id);", "REFERENCES ref (id)"),
        bad("postgres", OLD, "ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES t (id);", "ADD FOREIGN KEY (a) REFERENCES t (id)"),
        bad("postgres", OLD, "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0);", "ADD CONSTRAINT c CHECK (a > 0)").runner("liquibase"),
        bad("postgres", PARTITIONED, "ALTER TABLE p ADD CONSTRAINT c CHECK (a > 0);", "ADD CONSTRAINT c CHECK (a > 0)"),
        bad("postgres", PARTITIONED, "ALTER TABLE p ADD FOREIGN KEY (a) REFERENCES ref (id);", "ADD FOREIGN KEY (a) REFERENCES ref (id)"),
        bad("postgres", OLD, "DO $$ BEGIN IF true THEN ALTER TABLE t ADD CHECK (a > 0); END IF; END $$;", "ADD CHECK (a > 0)"),
        bad("postgres", "", "ALTER TABLE old ADD CHECK (a > 0);", "ADD CHECK (a > 0)").incomplete(),
        bad("postgres", "", "ALTER TABLE small ADD CONSTRAINT f FOREIGN KEY (x) REFERENCES busy (id);", "ADD CONSTRAINT f FOREIGN KEY (x) REFERENCES busy (id)").incomplete(),
        // A new table locks nobody out; what it refers to may be old.
        bad("postgres", OLD, "CREATE TABLE n (id int PRIMARY KEY, r int REFERENCES ref);", "REFERENCES ref").at_level(Level::Warning),
        bad("postgres", OLD, "CREATE TABLE n (id int PRIMARY KEY, r int, CONSTRAINT f FOREIGN KEY (r) REFERENCES ref (id));", "CONSTRAINT f FOREIGN KEY (r) REFERENCES ref (id)").at_level(Level::Warning),
        bad("postgres", OLD, "CREATE TABLE n (id int PRIMARY KEY, r int); ALTER TABLE n ADD FOREIGN KEY (r) REFERENCES ref (id);", "ADD FOREIGN KEY (r) REFERENCES ref (id)").at_level(Level::Warning),
        good("postgres", OLD, "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID;"),
        good("postgres", OLD, "ALTER TABLE t ADD COLUMN b bigint; ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (b) REFERENCES ref (id) NOT VALID;"),
        good("postgres", OLD, "ALTER TABLE t ADD COLUMN b int REFERENCES ref (id);"),
        good("postgres@18", OLD, "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT ENFORCED;"),
        good("postgres@18", OLD, "ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (r) REFERENCES ref (id) NOT ENFORCED;"),
        good("postgres", "CREATE TABLE t (a int); ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID;", "ALTER TABLE t VALIDATE CONSTRAINT c;"),
        good("postgres", "", "CREATE TABLE n (id int PRIMARY KEY, a int CHECK (a > 0)); ALTER TABLE n ADD CHECK (id > 0);"),
        good("postgres", "", "CREATE TABLE ref (id int PRIMARY KEY); CREATE TABLE n (id int PRIMARY KEY, r int REFERENCES ref);"),
        good("postgres", OLD, "SET lock_timeout = '2s'; CREATE TABLE n (id int PRIMARY KEY, r int REFERENCES ref);"),
        good("postgres", OLD, "CREATE TEMP TABLE n (a int); ALTER TABLE n ADD CHECK (a > 0);"),
        good("postgres", OLD, "COMMENT ON TABLE t IS 'ADD CHECK (a > 0)'; -- ALTER TABLE t ADD CHECK (a > 0);"),
        good("postgres", OLD, "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN ALTER TABLE t ADD CHECK (a > 0); END $$;"),
        // The other table waits too, and how large and busy it is, nobody said.
        bad("postgres", OLD, "ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES o;", "ADD FOREIGN KEY (a) REFERENCES o").stats(TINY).at_level(Level::Warning),
        good("postgres", OLD, "ALTER TABLE t ADD CHECK (a > 0);").stats(TINY),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    for held in held(step) {
        match &held.located.change.value {
            Change::CreateTable(table) => created(step, held, table, sink),
            Change::AlterTable { .. } => {
                let checked = |it: &Added<'_>| it.constraint.validated && it.constraint.enforced;
                held.constraints().filter(checked).for_each(|it| added(step, &held, &it, sink));
            }
            _ => {}
        }
    }
}

/// A constraint that a table gets.
fn added(step: &Step<'_>, held: &Held<'_>, added: &Added<'_>, sink: &mut Sink) {
    let Added { span, table, name, constraint } = added;
    let (rows, subject) = (held.names(|touch| touch.scans), added.subject());
    let kind = match &constraint.kind {
        ConstraintKind::Check(_) if held.any(|touch| touch.scans) => "CHECK",
        ConstraintKind::ForeignKey(_) if step.is_born(table) => {
            return brief(step, held, sink, *span, subject);
        }
        // Not for an index alone that is built along with the key.
        ConstraintKind::ForeignKey(_) if held.any(|touch| touch.scans && !touch.rebuilds) => {
            "FOREIGN KEY"
        }
        _ => return,
    };
    let before_18 = step.dialect.may_be_before(Version::major(18));
    let (help, fix) = if kind == "FOREIGN KEY" && before_18 && held.is_partitioned(table) {
        let why = "before version 18 a partitioned table takes no foreign key that is NOT VALID";
        let help = format!(
            "before version 18 a partitioned table takes no NOT VALID: add the key to each \
             partition with NOT VALID, VALIDATE it there in a later transaction, then add `{name}` \
             to `{table}`, which takes over those of the partitions"
        );
        (help, Fix::ByHand(why.to_owned()))
    } else {
        let fix = mend::validated_later(step, held.located, added);
        let name = SQL.ident(name);
        let advice = held.advise(&Advice::Later {
            now: format!("ADD CONSTRAINT {name} {kind} ... NOT VALID"),
            later: format!("VALIDATE CONSTRAINT {name}"),
        });
        (format!("{}{advice}", held.without_column()), fix)
    };
    let doing = format!("ADD {kind} `{name}` reads every row of {rows}");
    held.report(sink, *span, subject, &doing).help(help).fix(fix).push();
}

/// The foreign keys of a new table: each old table that they refer to, once.
fn created(step: &Step<'_>, mut held: Held<'_>, table: &CreateTable, sink: &mut Sink) {
    let mut seen = BTreeSet::new();
    let touches = std::mem::take(&mut held.touches);
    for constraint in &table.constraints {
        let ConstraintKind::ForeignKey(key) = &constraint.value.kind else { continue };
        let referenced = step.before.resolve(&key.references);
        if !constraint.value.enforced || !seen.insert(referenced.clone()) {
            continue;
        }
        held.touches = touches.iter().copied().filter(|it| it.object.name == referenced).collect();
        if held.touches.is_empty() {
            continue;
        }
        brief(step, &held, sink, constraint.span, Subject::Table(referenced));
    }
}

/// A foreign key of a new table reads nothing, and locks the table that it refers to for a moment.
fn brief(step: &Step<'_>, held: &Held<'_>, sink: &mut Sink, span: Span, subject: Subject) {
    if is_timeout_set(step, "lock_timeout") {
        return;
    }
    held.report_brief(sink, span, subject, "a foreign key to an old table")
        .level(Level::Warning)
        .help(bounded_wait(step))
        .push();
}
