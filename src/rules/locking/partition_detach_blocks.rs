//! `DETACH PARTITION` under a full lock on the partitioned table.

use crate::dialect::{Engine, Version};
use crate::finding::{Breaks, Level, Subject};
use crate::migration::Advice;
use crate::replay::Step;
use crate::rules::lock::{SQL, bounded_wait, held};
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::change::{Change, TableAction};

const OLD: &str = "CREATE TABLE events (id bigint NOT NULL) PARTITION BY RANGE (id); \
                   CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (0) TO (1000);";

/// The rule.
pub static RULE: Rule = Rule {
    id: "partition-detach-blocks",
    category: Category::Locking,
    level: Level::Warning,
    since: "0.1",
    summary: "DETACH PARTITION without CONCURRENTLY, which stops the whole partitioned table",
    why: "DETACH PARTITION takes ACCESS EXCLUSIVE on the partitioned table, not on the partition \
          alone. It is done at once, but it waits behind the oldest query on any partition, and \
          all who come later wait behind it. From PostgreSQL 14 on DETACH PARTITION CONCURRENTLY \
          waits without keeping anybody out.",
    instead: "ALTER TABLE ... DETACH PARTITION ... CONCURRENTLY in a migration of its own outside a \
              transaction. It is refused where there is a default partition: then SET lock_timeout \
              first.",
    facts: &[
        Fact {
            engine: Engine::Postgres,
            says: "With CONCURRENTLY the parent is locked with SHARE UPDATE EXCLUSIVE; it cannot be \
                   run in a transaction block and is not allowed if the partitioned table contains \
                   a default partition.",
            source: "https://www.postgresql.org/docs/current/sql-altertable.html",
        },
        Fact {
            engine: Engine::Postgres,
            says: "DETACH PARTITION holds ACCESS EXCLUSIVE on the parent in every version, on the \
                   partition from 14 on.",
            source: "measured: tests/facts/postgres.csv, category partitions, 10 to 18",
        },
    ],
    same_as: &[
        ("squawk", "require-concurrent-partition-detach"),
        ("postgres-language-server", "requireConcurrentDetachPartition"),
        ("pgfence", "detach-partition"),
        ("pg-migration-lint", "PGM004"),
    ],
    breaks: &[Breaks::Readers, Breaks::Writers],
    checks_down: false,
    examples: &[
        bad("postgres@14", OLD, "ALTER TABLE events DETACH PARTITION events_1;", "DETACH PARTITION events_1"),
        bad("postgres@18", OLD, "alter table \"public\".EVENTS detach partition \"events_1\";", "detach partition \"events_1\""),
        bad("postgres@15", OLD, "ALTER TABLE events DETACH PARTITION events_1;", "DETACH PARTITION events_1").runner("golang-migrate"),
        bad("postgres@15", OLD, "DO $$ BEGIN IF true THEN ALTER TABLE events DETACH PARTITION events_1; END IF; END $$;", "DETACH PARTITION events_1"),
        bad("postgres@15", "", "ALTER TABLE old DETACH PARTITION old_1;", "DETACH PARTITION old_1").incomplete(),
        good("postgres@15", OLD, "ALTER TABLE events DETACH PARTITION events_1 CONCURRENTLY;"),
        // There is no other way before 14, nor beside a default partition.
        good("postgres@13", OLD, "ALTER TABLE events DETACH PARTITION events_1;"),
        good(
            "postgres@15",
            "CREATE TABLE events (id bigint NOT NULL) PARTITION BY RANGE (id); CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (0) TO (1000); CREATE TABLE rest PARTITION OF events DEFAULT;",
            "ALTER TABLE events DETACH PARTITION events_1;",
        ),
        good("postgres@15", "", "CREATE TABLE n (id int) PARTITION BY RANGE (id); CREATE TABLE m PARTITION OF n DEFAULT; ALTER TABLE n DETACH PARTITION m;"),
        good("postgres@15", OLD, "COMMENT ON TABLE events IS 'ALTER TABLE events DETACH PARTITION events_1';"),
        good("postgres@15", OLD, "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN ALTER TABLE events DETACH PARTITION events_1; END $$;"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    if step.dialect.may_be_before(Version::major(14)) {
        return;
    }
    for held in held(step).filter(|held| held.any(|touch| touch.mode.blocks_reads())) {
        let Change::AlterTable {
            target,
            action: TableAction::DetachPartition { partition, concurrently: false, finalize: false },
        } = &held.located.change.value
        else {
            continue;
        };
        let parent = step.before.resolve(&target.name);
        let mut children = step.before.children(&parent);
        let is_default = |bound: &str| bound == "default";
        if children.any(|(_, child)| child.partition_of.as_ref().is_some_and(|it| is_default(&it.1))) {
            continue;
        }
        let statement = format!(
            "ALTER TABLE {} DETACH PARTITION {} CONCURRENTLY",
            SQL.name(&target.name),
            SQL.name(partition)
        );
        let help = format!("{}; or {}", held.advise(&Advice::RunAlone(statement)), bounded_wait(step));
        let span = held.located.change.span;
        let subject = Subject::Table(parent.clone());
        let draft = match held.any(|touch| touch.works()) {
            true => held.report(sink, span, subject, &format!("DETACH PARTITION {}", held.worked())),
            false => held.report_brief(sink, span, subject, "DETACH PARTITION"),
        };
        draft.help(help).push();
    }
}
