//! Migrations that fail on the second run because the first one was left half done.

use crate::dialect::Engine;
use crate::finding::Level;
use crate::replay::{MigrationEnd, Step, Transaction, runs_alone};
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::change::{Change, TableAction};
use crate::schema::name::ObjectRef;

const OLD: &str = "CREATE TABLE t (id bigint PRIMARY KEY, a int); CREATE INDEX old ON t (a);";

/// The rule.
pub static RULE: Rule = Rule {
    id: "not-repeatable",
    category: Category::Transactions,
    level: Level::Note,
    since: "0.1",
    summary: "several statements outside a transaction that cannot run a second time",
    why: "Where no transaction holds a migration together, a statement that fails leaves what stands \
          before it done. The next run begins from the top and stops at the first thing that is \
          there already. In a transaction all of it is gone again, and no guard is needed.",
    instead: "Keep in the migration only what must run outside a transaction, or write what stands \
              before its last statement so that it can run twice.",
    facts: &[Fact {
        engine: Engine::Postgres,
        says: "A statement outside a transaction block is a transaction of its own.",
        source: "https://www.postgresql.org/docs/current/tutorial-transactions.html",
    }],
    same_as: &[
        ("squawk", "prefer-robust-stmts"),
        ("postgres-language-server", "preferRobustStmts"),
        ("pgfence", "prefer-robust-create-index"),
        ("pgfence", "prefer-robust-create-table"),
        ("pgfence", "prefer-robust-drop-index"),
        ("pgfence", "prefer-robust-drop-table"),
        ("pg-migration-lint", "PGM401"),
        ("pg-migration-lint", "PGM402"),
        ("migrationpilot", "MP023"),
    ],
    breaks: &[],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "DROP INDEX CONCURRENTLY old; CREATE INDEX CONCURRENTLY i ON t (a);", "old").runner("flyway"),
        good("postgres", OLD, "DROP INDEX CONCURRENTLY IF EXISTS old; CREATE INDEX CONCURRENTLY i ON t (a);").runner("flyway"),
        good("postgres", OLD, "ALTER TABLE t ADD COLUMN b int; ALTER TABLE t ADD COLUMN c int;"),
        good("postgres", OLD, "ALTER TABLE t ADD COLUMN b int; ALTER TABLE t ADD COLUMN c int;").runner("flyway"),
        good("postgres", OLD, "DROP INDEX CONCURRENTLY old;").runner("flyway"),
    ],
    check: Check::Migration(check),
};

fn check(end: &MigrationEnd<'_>, sink: &mut Sink) {
    if end.dialect.engine != Engine::Postgres || end.steps.first().is_none_or(Step::is_told) {
        return;
    }
    let works = |step: &&Step<'_>| {
        step.statement.changes.iter().any(|it| !matches!(
            it.change.value,
            Change::Transaction(_) | Change::Session(_) | Change::Nothing { .. }
        ))
    };
    let without = |step: &&Step<'_>| match step.transaction {
        Transaction::None => true,
        Transaction::Runner => runs_alone(end.migration, end.dialect),
        _ => false,
    };
    let alone: Vec<&Step<'_>> = end.steps.iter().filter(works).filter(without).collect();
    let Some((_, before)) = alone.split_last() else { return };
    let mut unguarded = before.iter().flat_map(|step| {
        let changes = step.statement.changes.iter().map(|it| &it.change);
        changes.filter(|it| fails_again(step, &it.value)).map(move |it| (*step, it))
    });
    let Some((step, change)) = unguarded.next() else { return };
    let more = match unguarded.count() {
        0 => String::new(),
        more => format!(", and so do {more} more"),
    };
    sink.report(step, change.span, step.subject())
        .message(format!(
            "these statements share no transaction: if a later one fails, this one stays done, and fails \
             when the migration runs again{more}"
        ))
        .help("guard it with IF EXISTS or IF NOT EXISTS, or move it into a migration of its own")
        .push();
}

/// Whether a change fails where it was done before, and nothing before it takes it back.
fn fails_again(step: &Step<'_>, change: &Change) -> bool {
    let fails = match change {
        Change::CreateTable(table) => !table.if_not_exists && !table.temporary,
        // IF NOT EXISTS would keep the wreck of a build that failed.
        Change::CreateIndex(index) => !index.if_not_exists && !index.concurrently,
        Change::AlterTable { target, action } => match action {
            TableAction::AddColumn { if_not_exists: guarded, .. }
            | TableAction::DropColumn { if_exists: guarded, .. }
            | TableAction::DropConstraint { if_exists: guarded, .. } => !guarded,
            TableAction::RenameColumn { .. } | TableAction::RenameConstraint { .. } => true,
            TableAction::RenameTable { .. } => !target.if_exists,
            TableAction::AddConstraint { constraint } => constraint.name.is_some(),
            _ => false,
        },
        Change::CreateView(view) => !view.or_replace && !view.if_not_exists,
        Change::CreateType { .. } | Change::CreateDomain { .. } => true,
        Change::Sequence { create: true, guarded, .. } => !guarded,
        Change::CreateRoutine(routine) => !routine.or_replace,
        Change::Drop { if_exists, .. } | Change::Rename { if_exists, .. } => !if_exists,
        _ => false,
    };
    let same = |one: &ObjectRef, other: &ObjectRef| one.kind == other.kind && one.name == other.name;
    let dropped = || {
        let object = change.object();
        step.earlier().any(|earlier| match earlier {
            Change::Drop { object: gone, if_exists: true, .. } => {
                object.as_ref().is_some_and(|it| same(it, gone))
            }
            Change::AlterTable { action: TableAction::DropConstraint { name, if_exists: true, .. }, .. } => {
                matches!(change, Change::AlterTable { action: TableAction::AddConstraint { constraint }, .. }
                    if constraint.name.as_deref() == Some(name))
            }
            _ => false,
        })
    };
    fails && !dropped()
}
