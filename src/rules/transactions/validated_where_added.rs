//! `VALIDATE CONSTRAINT` in the transaction that added the constraint.

use crate::dialect::Engine;
use crate::finding::{Breaks, Label, Level, Subject};
use crate::migration::{Advice, advise};
use crate::replay::{Difference, DifferenceKind, Step, Transaction};
use crate::rules::lock::SQL;
use crate::rules::work::{SMALL, TINY, Work};
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::change::{Constraint, ConstraintKind};
use crate::schema::name::{Name, ObjectKind};

const OLD: &str = "CREATE TABLE o (id bigint PRIMARY KEY); CREATE TABLE t (id bigint PRIMARY KEY, a bigint);";
const ADDED: &str = "CREATE TABLE t (id bigint PRIMARY KEY, a bigint); ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID;";

/// The rule.
pub static RULE: Rule = Rule {
    id: "validated-where-added",
    category: Category::Transactions,
    level: Level::Error,
    since: "0.1",
    summary: "constraint validated in the transaction that added it NOT VALID",
    why: "NOT VALID is there so that the strong lock of ADD CONSTRAINT is held for an instant, and \
          the scan of VALIDATE CONSTRAINT runs later under a lock that blocks no reads or writes. \
          A lock is held until its transaction ends. In one transaction the scan runs under the \
          lock of ADD CONSTRAINT: nothing is gained over adding the constraint in one step.",
    instead: "Validate in a later migration that runs in another transaction.",
    facts: &[
        Fact {
            engine: Engine::Postgres,
            says: "Once acquired, a lock is normally held until the end of the transaction.",
            source: "https://www.postgresql.org/docs/current/explicit-locking.html",
        },
        Fact {
            engine: Engine::Postgres,
            says: "VALIDATE CONSTRAINT acquires a SHARE UPDATE EXCLUSIVE lock on the table.",
            source: "https://www.postgresql.org/docs/current/sql-altertable.html",
        },
    ],
    same_as: &[
        ("strong_migrations", "validate_check_constraint"),
        ("strong_migrations", "validate_foreign_key"),
        ("pgfence", "not-valid-validate-same-tx"),
    ],
    breaks: &[Breaks::Readers, Breaks::Writers],
    checks_down: false,
    examples: &[
        bad(
            "postgres",
            OLD,
            "BEGIN; ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID; ALTER TABLE t VALIDATE CONSTRAINT c; COMMIT;",
            "VALIDATE CONSTRAINT c",
        ),
        bad(
            "postgres",
            OLD,
            "ALTER TABLE t ADD CONSTRAINT c FOREIGN KEY (a) REFERENCES o NOT VALID; ALTER TABLE public.\"t\" VALIDATE CONSTRAINT C;",
            "VALIDATE CONSTRAINT C",
        )
        .runner("flyway"),
        bad(
            "postgres",
            OLD,
            "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID; UPDATE t SET a = 1 WHERE a < 1; ALTER TABLE t VALIDATE CONSTRAINT c;",
            "VALIDATE CONSTRAINT c",
        )
        .runner("golang-migrate"),
        bad("postgres", OLD, "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID, VALIDATE CONSTRAINT c;", "VALIDATE CONSTRAINT c"),
        bad(
            "postgres",
            OLD,
            "DO $$ BEGIN ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID; ALTER TABLE t VALIDATE CONSTRAINT c; END $$;",
            "VALIDATE CONSTRAINT c",
        ),
        bad(
            "postgres",
            OLD,
            "ALTER TABLE t ADD CHECK (a > 0) NOT VALID; ALTER TABLE t VALIDATE CONSTRAINT t_a_check;",
            "VALIDATE CONSTRAINT t_a_check",
        )
        .at_level(Level::Warning),
        bad(
            "postgres",
            "",
            "BEGIN; ALTER TABLE old ADD CONSTRAINT c CHECK (a > 0) NOT VALID; ALTER TABLE old VALIDATE CONSTRAINT c; COMMIT;",
            "VALIDATE CONSTRAINT c",
        )
        .incomplete(),
        bad(
            "postgres@18",
            OLD,
            "ALTER TABLE t ADD CONSTRAINT c NOT NULL a NOT VALID; ALTER TABLE t VALIDATE CONSTRAINT c;",
            "VALIDATE CONSTRAINT c",
        )
        .runner("liquibase"),
        good("postgres", ADDED, "ALTER TABLE t VALIDATE CONSTRAINT c;").runner("flyway"),
        good("postgres", ADDED, "BEGIN; ALTER TABLE t ADD CONSTRAINT d CHECK (a > 1) NOT VALID; ALTER TABLE t VALIDATE CONSTRAINT c; COMMIT;"),
        good(
            "postgres",
            OLD,
            "BEGIN; ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID; COMMIT; BEGIN; ALTER TABLE t VALIDATE CONSTRAINT c; COMMIT;",
        ),
        good(
            "postgres",
            OLD,
            "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID; COMMIT; ALTER TABLE t VALIDATE CONSTRAINT c;",
        )
        .runner("golang-migrate"),
        good(
            "postgres",
            "",
            "CREATE TABLE n (id bigint PRIMARY KEY, a int); ALTER TABLE n ADD CONSTRAINT c CHECK (a > 0) NOT VALID; ALTER TABLE n VALIDATE CONSTRAINT c;",
        )
        .runner("flyway"),
        good("postgres", OLD, "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID; -- VALIDATE CONSTRAINT c").runner("flyway"),
        bad("postgres", OLD, "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID, VALIDATE CONSTRAINT c;", "VALIDATE CONSTRAINT c").stats(SMALL).at_level(Level::Warning),
        good("postgres", OLD, "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID, VALIDATE CONSTRAINT c;").stats(TINY),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    if step.dialect.engine != Engine::Postgres {
        return;
    }
    for added in step.differences {
        let DifferenceKind::ConstraintAdded { name } = &added.kind else { continue };
        let table = &added.object.name;
        let constraint = step.after.seen_table(table).and_then(|(_, it)| it.constraint(name));
        let stores_rows = added.object.kind != ObjectKind::ForeignTable;
        let Some(constraint) = constraint.filter(|_| stores_rows && !step.is_born(table)) else {
            continue;
        };
        let referenced = referenced(step, constraint).filter(|other| other != table);
        let work = Work {
            step,
            worked: vec![table.clone()],
            locked: [table.clone()].into_iter().chain(referenced).collect(),
            rewrites: false,
        };
        let Some(level) = work.level() else { continue };
        let level = level.min(step.level_by_standing(table));
        let validates = |other: &&Difference| {
            other.object.name == *table
                && matches!(&other.kind, DifferenceKind::ConstraintValidated { name: it } if it == name)
        };
        // In one statement both are one transaction, whoever runs it.
        if let Some(found) = step.differences.iter().find(validates) {
            let why = "one statement is one transaction";
            let validated = (step, found);
            report(&Found { work: &work, added, validated, constraint }, name, level, why, sink);
            continue;
        }
        if constraint.validated {
            continue;
        }
        let mut later = step.later_in_transaction();
        let found = later.find_map(|later| {
            let found = later.differences.iter().find(validates)?;
            Some((later, found))
        });
        if let Some((later, found)) = found {
            let level = match later.transaction {
                Transaction::Unknown => Level::Warning,
                _ => level,
            };
            let why = step.shares_transaction(&later);
            let found = Found { work: &work, added, validated: (&later, found), constraint };
            report(&found, name, level, &why, sink);
        }
    }
}

/// The table that a foreign key refers to.
fn referenced(step: &Step<'_>, constraint: &Constraint) -> Option<Name> {
    match &constraint.kind {
        ConstraintKind::ForeignKey(key) => Some(step.before.resolve(&key.references)),
        _ => None,
    }
}

/// What was found: the constraint, and where it was added and validated.
struct Found<'a> {
    work: &'a Work<'a>,
    added: &'a Difference,
    validated: (&'a Step<'a>, &'a Difference),
    constraint: &'a Constraint,
}

fn report(found: &Found<'_>, name: &str, level: Level, why: &str, sink: &mut Sink) {
    let (step, added) = (found.work.step, found.added);
    let (later, validated) = found.validated;
    let table = &added.object.name;
    let held = match &found.constraint.kind {
        ConstraintKind::ForeignKey(_) => match found.work.locked.as_slice() {
            [_, other] => format!(
                "SHARE ROW EXCLUSIVE on `{table}` and `{other}`, which blocks writes to both"
            ),
            _ => format!("SHARE ROW EXCLUSIVE on `{table}`, which blocks writes"),
        },
        _ => format!("ACCESS EXCLUSIVE on `{table}`, which blocks reads and writes"),
    };
    let message = format!(
        "{why}: the lock of ADD CONSTRAINT `{name}` ({held}) is held while VALIDATE reads all \
         rows, so NOT VALID gains nothing{}",
        found.work.ending()
    );
    let quoted = SQL.ident(name);
    let advice = Advice::Later {
        now: format!("ADD CONSTRAINT {quoted} ... NOT VALID"),
        later: format!("ALTER TABLE {} VALIDATE CONSTRAINT {quoted}", SQL.name(table)),
    };
    let label = Label {
        file: step.migration.migration.file,
        span: added.span,
        text: "added here".to_owned(),
    };
    let subject = Subject::Object("constraint", format!("{table}.{name}"));
    sink.report(later, validated.span, subject)
        .level(level)
        .message(message)
        .help(advise(&step.migration.migration.runner, &advice))
        .related(label)
        .push();
}
