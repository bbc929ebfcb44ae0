//! Tables that leave the table which showed their rows.

use crate::dialect::Engine;
use crate::finding::{Breaks, Level, Subject};
use crate::replay::Step;
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::change::{Change, TableAction};

const OLD: &str = "CREATE TABLE events (id int, day date) PARTITION BY RANGE (day); \
    CREATE TABLE events_old PARTITION OF events FOR VALUES FROM ('2020-01-01') TO ('2021-01-01'); \
    CREATE TABLE places (name text); CREATE TABLE cities (mayor text) INHERITS (places);";

/// The rule.
pub static RULE: Rule = Rule {
    id: "detached-from-parent",
    category: Category::Compatibility,
    level: Level::Warning,
    since: "0.1",
    summary: "partition or child taken from its parent, whose readers lose its rows",
    why: "The rows stay, but queries of the parent no longer give them, and no query fails: the \
          running release shows, sums and checks fewer rows from then on. Rows for a partition \
          that was detached are refused, unless there is a default one.",
    instead: "Make sure that no release asks the parent for these rows any more: for old data that \
              is to go, that is the point of it, and an allow says so.",
    facts: &[Fact {
        engine: Engine::Postgres,
        says: "The detached partition continues to exist as a standalone table; with NO INHERIT, \
               queries against the parent will no longer include records drawn from the child.",
        source: "https://www.postgresql.org/docs/current/sql-altertable.html",
    }],
    same_as: &[("squawk", "ban-detach-inheritance")],
    breaks: &[Breaks::Readers, Breaks::Rollback],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "ALTER TABLE events DETACH PARTITION events_old;", "DETACH PARTITION events_old"),
        bad("postgres", OLD, "alter table Public.\"events\" detach partition EVENTS_OLD concurrently;", "detach partition EVENTS_OLD concurrently"),
        bad("postgres", OLD, "ALTER TABLE cities NO INHERIT places;", "NO INHERIT places"),
        bad("postgres", "", "ALTER TABLE logs DETACH PARTITION logs_2020;", "DETACH PARTITION logs_2020").incomplete(),
        good("postgres", OLD, "ALTER TABLE events DETACH PARTITION events_old; ALTER TABLE events ATTACH PARTITION events_old FOR VALUES FROM ('2019-01-01') TO ('2021-01-01');"),
        good("postgres", OLD, "ALTER TABLE events DETACH PARTITION events_old; DROP TABLE events_old;"),
        good("postgres", OLD, "CREATE TABLE n PARTITION OF events DEFAULT; ALTER TABLE events DETACH PARTITION n;"),
        good("postgres", OLD, "ALTER TABLE cities NO INHERIT places; ALTER TABLE cities INHERIT places;"),
        good("postgres", OLD, "COMMENT ON TABLE events IS 'DETACH PARTITION'; -- ALTER TABLE events DETACH PARTITION events_old;"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    if step.dialect.engine != Engine::Postgres {
        return;
    }
    for (index, located) in step.statement.changes.iter().enumerate() {
        let Change::AlterTable { target, action } = &located.change.value else { continue };
        let (child, parent) = match action {
            TableAction::DetachPartition { partition, finalize: false, .. } => {
                (partition, &target.name)
            }
            TableAction::SetInherit { parent, inherit: false } => (&target.name, parent),
            _ => continue,
        };
        let (child, parent) = (step.before.resolve(child), step.before.resolve(parent));
        let end = step.end();
        let again = end.seen_table(&child).is_none_or(|(_, it)| it.ancestors().next().is_some());
        let gone = end.relation(&parent).is_absent();
        if again || gone || step.is_born(&child) {
            continue;
        }
        let maybe = step.maybe(index);
        sink.report(step, located.change.span, Subject::Table(child.clone()))
            .message(format!("{maybe}queries of `{parent}` no longer give the rows of `{child}`"))
            .old_release("; no query of the release that is running fails, but it may rely on them")
            .help("make sure that no release asks the parent for these rows, and allow this")
            .push();
    }
}
