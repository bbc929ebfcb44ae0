//! ALTER TABLE statements of one table that could be one.

use crate::dialect::Engine;
use crate::effects::{Role, Touch};
use crate::finding::{Label, Level, Subject};
use crate::migration::Context;
use crate::replay::{MigrationEnd, Step};
use crate::rules::lock::worked;
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::change::{Change, ConstraintKind, TableAction};
use crate::schema::name::Name;

const OLD: &str = "CREATE TABLE t (id bigint PRIMARY KEY, a integer, b integer); CREATE TABLE o (id bigint PRIMARY KEY, a int);";

/// The rule.
pub static RULE: Rule = Rule {
    id: "alters-not-combined",
    category: Category::Locking,
    level: Level::Note,
    since: "0.1",
    summary: "ALTER TABLE statements that each go through the table, and could be one",
    why: "The sub-commands of one ALTER TABLE share one pass over the table and one lock. Two statements \
          that each rewrite or read it do that work twice, under a lock that is held for both.",
    instead: "Write both as sub-commands of one ALTER TABLE.",
    facts: &[Fact {
        engine: Engine::Postgres,
        says: "The main reason for providing the option to specify multiple changes in a single ALTER TABLE \
               is that multiple table scans or rewrites can thereby be combined into a single pass over the \
               table.",
        source: "https://www.postgresql.org/docs/current/sql-altertable.html",
    }],
    same_as: &[
        ("eugene", "W12"),
        ("postgres-language-server", "multipleAlterTable"),
        ("migrationpilot", "MP058"),
        ("pg-migration-lint", "PGM023"),
        ("bytebase", "STATEMENT_MERGE_ALTER_TABLE"),
    ],
    breaks: &[],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "ALTER TABLE t ALTER a TYPE bigint; ALTER TABLE t ALTER b TYPE bigint;", "ALTER b TYPE bigint"),
        bad("postgres", OLD, "ALTER TABLE t ALTER a SET NOT NULL; alter table public.\"t\" alter b set not null;", "alter b set not null").runner("flyway"),
        bad("postgres", "", "ALTER TABLE old ADD CHECK (a > 0); ALTER TABLE old ADD CHECK (b > 0);", "ADD CHECK (b > 0)").incomplete(),
        good("postgres", OLD, "ALTER TABLE t ALTER a TYPE bigint, ALTER b TYPE bigint;"),
        // One lock, and nothing is done twice.
        good("postgres", OLD, "ALTER TABLE t ADD c int; ALTER TABLE t ADD d int;").runner("flyway"),
        good("postgres", OLD, "ALTER TABLE t ALTER a TYPE bigint; UPDATE t SET b = 0 WHERE id = 1; ALTER TABLE t ALTER b TYPE bigint;"),
        good("postgres", OLD, "ALTER TABLE t ALTER a TYPE bigint; ALTER TABLE o ALTER a TYPE bigint;"),
        // Each foreign key is looked up by itself, each index built by itself.
        good("postgres", OLD, "ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES o; ALTER TABLE t ADD FOREIGN KEY (b) REFERENCES o;"),
        good("postgres", OLD, "ALTER TABLE t ADD UNIQUE (a); ALTER TABLE t ADD UNIQUE (b);"),
        good("postgres", OLD, "ALTER TABLE t RENAME TO u; ALTER TABLE u RENAME a TO c;"),
        good("postgres", "", "CREATE TABLE n (id int PRIMARY KEY, a int); ALTER TABLE n ALTER a TYPE bigint; ALTER TABLE n ALTER id TYPE bigint;"),
    ],
    check: Check::Migration(check),
};

fn check(end: &MigrationEnd<'_>, sink: &mut Sink) {
    if end.dialect.engine != Engine::Postgres {
        return;
    }
    // Behind it nothing has touched the table.
    let mut last: Option<(&Step<'_>, &Name)> = None;
    let mut told: Option<&Name> = None;
    for step in end.steps {
        let Some(table) = altered(step) else {
            last = None;
            continue;
        };
        let twice = last.filter(|(_, before)| *before == table).and_then(|(before, _)| {
            pass(before, table)?;
            Some((before, worked(step, pass(step, table)?)))
        });
        if let Some((before, work)) = twice
            && told != Some(table)
            && let (Some(first), Some(second)) = (before.statement.changes.first(), step.statement.changes.first())
        {
            told = Some(table);
            let label = Label {
                file: before.migration.migration.file,
                span: first.change.span,
                text: "the first".to_owned(),
            };
            sink.report(step, second.change.span, Subject::Table(table.clone()))
                .message(format!("two ALTER TABLE of `{table}`, one behind the other: each {work}"))
                .help("write both as sub-commands of one ALTER TABLE")
                .related(label)
                .push();
        }
        last = Some((step, table));
    }
}

/// The old table that a statement alters, by nothing but sub-commands that share one pass.
fn altered<'a>(step: &'a Step<'a>) -> Option<&'a Name> {
    let alters = step.statement.changes.iter().all(|located| {
        let shares_pass = match &located.change.value {
            Change::AlterTable { action, .. } => match action {
                TableAction::AddColumn { .. }
                | TableAction::AlterType { .. }
                | TableAction::SetNullable { .. } => true,
                TableAction::AddConstraint { constraint } => {
                    matches!(constraint.kind, ConstraintKind::Check(_) | ConstraintKind::NotNull(_))
                }
                _ => false,
            },
            _ => false,
        };
        shares_pass && located.context == Context::Top
    });
    let target = step.old_touches(0).find(|touch| touch.role == Role::Target)?;
    alters.then_some(&target.object.name)
}

/// The first change of a statement that reads or writes all of the table.
fn pass(step: &Step<'_>, table: &Name) -> Option<usize> {
    let whole = |touch: &Touch| {
        touch.object.name == *table && (touch.rewrites || (touch.scans && !touch.rebuilds))
    };
    (0..step.statement.changes.len()).find(|change| step.old_touches(*change).any(whole))
}
