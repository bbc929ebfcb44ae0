//! CONCURRENTLY where a build that fails leaves an invalid index that stays.

use crate::dialect::Engine;
use crate::finding::{Level, Subject};
use crate::replay::{DifferenceKind, Step};
use crate::rules::lock::{SQL, is_timeout_set};
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::change::{Change, Maintenance, MaintenanceVerb};
use crate::schema::name::{Name, ObjectKind};
use crate::source::Span;

const OLD: &str = "CREATE TABLE t (id bigint PRIMARY KEY, a integer);";

/// The rule.
pub static RULE: Rule = Rule {
    id: "invalid-index-kept",
    category: Category::Locking,
    level: Level::Warning,
    since: "0.1",
    summary: "concurrent build whose failure leaves an invalid index that stays",
    why: "A concurrent build that fails leaves an invalid index: no query uses it, and every write \
          maintains it. It fails at a duplicate key, a deadlock, or a timeout. IF NOT EXISTS then \
          takes the invalid index for the one that is wanted, and the migration passes without \
          an index. A lock_timeout cuts the build off while it waits for others, which it has to; a \
          statement_timeout cuts off the build itself.",
    instead: "Build where no lock_timeout and no statement_timeout is set, and without IF NOT EXISTS: a \
              second run then fails loudly, and DROP INDEX CONCURRENTLY makes way for it.",
    facts: &[Fact {
        engine: Engine::Postgres,
        says: "If a problem arises while scanning the table, the CREATE INDEX command will fail but \
               leave behind an \"invalid\" index.",
        source: "https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY",
    }],
    same_as: &[("migrationpilot", "MP070")],
    breaks: &[],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON t (a);", "CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON t"),
        bad("postgres", OLD, "SET lock_timeout = '5s'; CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON t (a);", "CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON t"),
        bad("postgres", OLD, "SET lock_timeout TO '5s'; CREATE UNIQUE INDEX CONCURRENTLY i ON public.T (\"a\");", "CREATE UNIQUE INDEX CONCURRENTLY i ON public.T"),
        bad("postgres", OLD, "SELECT set_config('statement_timeout', '1min', false); REINDEX TABLE CONCURRENTLY t;", "REINDEX TABLE CONCURRENTLY t"),
        bad("postgres", "", "CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON old (a);", "CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON old").incomplete(),
        good("postgres", OLD, "CREATE INDEX CONCURRENTLY i ON t (a);"),
        good("postgres", OLD, "DROP INDEX CONCURRENTLY IF EXISTS i; CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON t (a);"),
        good("postgres", OLD, "SET lock_timeout = 0; SET statement_timeout = '0'; CREATE INDEX CONCURRENTLY i ON t (a);"),
        good("postgres", OLD, "SET lock_timeout = '5s'; ALTER TABLE t ADD b int; RESET lock_timeout; CREATE INDEX CONCURRENTLY i ON t (a);"),
        good("postgres", OLD, "SET lock_timeout = '5s'; DROP INDEX CONCURRENTLY IF EXISTS i;"),
        good("postgres", "CREATE TABLE t (id int PRIMARY KEY, a int); CREATE INDEX i ON t (a);", "CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON t (a);"),
        good("postgres", "", "CREATE TABLE n (id int PRIMARY KEY, a int); CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON n (a);"),
        good("postgres", OLD, "CREATE INDEX IF NOT EXISTS i ON t (a);"),
        good("postgres", OLD, "COMMENT ON TABLE t IS 'CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON t (a)';"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    for (change, located) in step.statement.changes.iter().enumerate() {
        let span = located.change.span;
        match &located.change.value {
            Change::CreateIndex(index) if index.concurrently && !step.is_born(&index.table) => {
                let created = step.differences.iter().find_map(|it| match &it.kind {
                    DifferenceKind::IndexCreated { index } if it.change == change => Some(index),
                    _ => None,
                });
                // On a partitioned table it fails before it builds.
                let Some(name) = created.filter(|_| !is_partitioned(step, &index.table)) else {
                    continue;
                };
                let timeout = timeout(step);
                let skips = index.if_not_exists && !is_dropped_before(step, name, span);
                let why = match (skips, timeout) {
                    (true, None) => "IF NOT EXISTS then takes it for the one that is wanted".to_owned(),
                    (true, Some(timeout)) => format!(
                        "{timeout} is set and can cut the build off, and IF NOT EXISTS then takes \
                         what is left for the index that is wanted"
                    ),
                    (false, Some(timeout)) => format!("{timeout} is set and can cut the build off"),
                    (false, None) => continue,
                };
                let loud = skips.then(|| {
                    format!(
                        "leave IF NOT EXISTS out: a second run then fails instead of keeping the wreck, \
                         and `DROP INDEX CONCURRENTLY {}` makes way for it",
                        SQL.name(name)
                    )
                });
                let help: Vec<String> =
                    [loud, timeout.map(without_timeouts)].into_iter().flatten().collect();
                report(step, sink, span, Subject::Index(name.clone()), "CREATE INDEX", &why, &help);
            }
            Change::Maintenance(Maintenance {
                verb: MaintenanceVerb::Reindex,
                concurrently: true,
                objects,
                ..
            }) => {
                let Some(timeout) = timeout(step) else { continue };
                let Some(object) = objects.first() else { continue };
                let name = step.before.resolve(&object.name);
                let subject = match object.kind {
                    ObjectKind::Index => Subject::Index(name),
                    _ => Subject::Table(name),
                };
                let why = format!("{timeout} is set and can cut the build off");
                report(step, sink, span, subject, "REINDEX", &why, &[without_timeouts(timeout)]);
            }
            _ => {}
        }
    }
}

fn report(
    step: &Step<'_>,
    sink: &mut Sink,
    span: Span,
    subject: Subject,
    verb: &str,
    why: &str,
    help: &[String],
) {
    sink.report(step, span, subject)
        .message(format!("{verb} CONCURRENTLY that fails leaves an invalid index: {why}"))
        .help(help.join("; "))
        .push();
}

fn without_timeouts(timeout: &str) -> String {
    format!("run it where {timeout} is not set (or 0): while it waits it blocks nobody")
}

/// The timeout that is in force.
fn timeout(step: &Step<'_>) -> Option<&'static str> {
    ["lock_timeout", "statement_timeout"].into_iter().find(|name| is_timeout_set(step, name))
}

fn is_partitioned(step: &Step<'_>, table: &Name) -> bool {
    step.before.seen_table(table).is_some_and(|(_, it)| it.partition_by.is_some())
}

/// Whether this migration drops an index of this name first.
fn is_dropped_before(step: &Step<'_>, index: &Name, before: Span) -> bool {
    let statements = step.migration.statements.iter();
    let mut earlier = statements.flat_map(|it| &it.changes).filter(|it| it.change.span.end <= before.start);
    earlier.any(|located| match &located.change.value {
        Change::Drop { object, .. } if object.kind == ObjectKind::Index => {
            step.before.resolve(&object.name) == *index
        }
        _ => false,
    })
}
