//! CONCURRENTLY on a partitioned table, where the server refuses it.

use crate::dialect::{Engine, Version};
use crate::finding::{Level, Subject};
use crate::replay::Step;
use crate::rules::lock::index_on_partitions;
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::change::{Change, Maintenance, MaintenanceVerb};
use crate::schema::name::{Name, ObjectKind};

const OLD: &str = "CREATE TABLE events (id int PRIMARY KEY, payload text) PARTITION BY RANGE (id); \
                   CREATE TABLE e1 PARTITION OF events DEFAULT; CREATE INDEX i ON events (id);";

/// The rule.
pub static RULE: Rule = Rule {
    id: "concurrently-on-partitioned",
    category: Category::Locking,
    level: Level::Error,
    since: "0.1",
    summary: "CONCURRENTLY on a partitioned table, which the server refuses",
    why: "CREATE INDEX CONCURRENTLY and DROP INDEX CONCURRENTLY fail on a partitioned table with \
          SQLSTATE 0A000, ON ONLY or not. On its partitions they work. REINDEX knows partitioned \
          tables only from PostgreSQL 14.",
    instead: "CREATE INDEX ... ON ONLY the partitioned table, which builds nothing; CREATE INDEX \
              CONCURRENTLY on each partition; ALTER INDEX ... ATTACH PARTITION each. The index of \
              the partitioned table becomes valid with the last one.",
    facts: &[
        Fact {
            engine: Engine::Postgres,
            says: "Concurrent builds for indexes on partitioned tables are not supported; build the \
                   index on each partition individually and then create the partitioned index \
                   non-concurrently. An index on a partitioned table cannot be dropped CONCURRENTLY.",
            source: "https://www.postgresql.org/docs/current/sql-createindex.html",
        },
        Fact {
            engine: Engine::Postgres,
            says: "Reindexing partitioned tables or partitioned indexes is not supported in 13.",
            source: "https://www.postgresql.org/docs/13/sql-reindex.html",
        },
    ],
    same_as: &[],
    breaks: &[],
    checks_down: true,
    examples: &[
        bad("postgres", OLD, "CREATE INDEX CONCURRENTLY p ON events (payload);", "CREATE INDEX CONCURRENTLY p ON events"),
        bad("postgres", OLD, "CREATE INDEX CONCURRENTLY IF NOT EXISTS p ON ONLY \"public\".Events (payload);", "CREATE INDEX CONCURRENTLY IF NOT EXISTS p ON ONLY \"public\".Events"),
        bad("postgres", OLD, "DROP INDEX CONCURRENTLY i;", "i"),
        bad("postgres@13", OLD, "REINDEX TABLE CONCURRENTLY events;", "REINDEX TABLE CONCURRENTLY events"),
        bad("postgres", OLD, "REINDEX INDEX CONCURRENTLY i;", "REINDEX INDEX CONCURRENTLY i").at_level(Level::Warning),
        // A new table too: it fails, whoever waits.
        bad("postgres", "", "CREATE TABLE n (id int PRIMARY KEY) PARTITION BY RANGE (id); CREATE INDEX CONCURRENTLY i ON n (id);", "CREATE INDEX CONCURRENTLY i ON n"),
        good("postgres", OLD, "CREATE INDEX CONCURRENTLY p ON e1 (payload);"),
        good("postgres", OLD, "CREATE INDEX p ON ONLY events (payload);"),
        good("postgres@14", OLD, "REINDEX TABLE CONCURRENTLY events;"),
        good("postgres", "CREATE TABLE t (id int PRIMARY KEY);", "CREATE INDEX CONCURRENTLY i ON t (id);"),
        good("postgres", "", "CREATE INDEX CONCURRENTLY i ON old (id);").incomplete(),
        good("postgres", OLD, "COMMENT ON TABLE events IS 'CREATE INDEX CONCURRENTLY p ON events (payload);';"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    for located in &step.statement.changes {
        let (form, table, subject, level, help) = match &located.change.value {
            Change::CreateIndex(index) if index.concurrently => {
                let table = step.before.resolve(&index.table);
                let subject = Subject::Table(table.clone());
                ("CREATE INDEX CONCURRENTLY", Some(table), subject, Level::Error, index_on_partitions(index))
            }
            Change::Drop { object, concurrently: true, .. } if object.kind == ObjectKind::Index => {
                let index = step.before.resolve(&object.name);
                let help = "DROP INDEX without CONCURRENTLY, which drops those of the partitions too; \
                            SET lock_timeout = '2s' before it, and try again when it strikes";
                ("DROP INDEX CONCURRENTLY", table_of(step, &index), Subject::Index(index), Level::Error, help.to_owned())
            }
            Change::Maintenance(Maintenance {
                verb: MaintenanceVerb::Reindex,
                concurrently: true,
                objects,
                ..
            }) if step.dialect.may_be_before(Version::major(14)) => {
                let Some(object) = objects.first() else { continue };
                let name = step.before.resolve(&object.name);
                let table = table_of(step, &name).unwrap_or_else(|| name.clone());
                let certain = !step.dialect.may_be_since(Version::major(14));
                let level = if certain { Level::Error } else { Level::Warning };
                let subject = match object.kind {
                    ObjectKind::Index => Subject::Index(name),
                    _ => Subject::Table(name),
                };
                let help = "REINDEX CONCURRENTLY each partition".to_owned();
                ("REINDEX before version 14", Some(table), subject, level, help)
            }
            _ => continue,
        };
        let Some(table) = table.filter(|table| is_partitioned(step, table)) else { continue };
        sink.report(step, located.change.span, subject)
            .level(level)
            .message(format!("{form} does not work on a partitioned table, and `{table}` is one"))
            .help(help)
            .push();
    }
}

fn table_of(step: &Step<'_>, index: &Name) -> Option<Name> {
    step.before.index(index).seen()?.table.clone()
}

/// Also of a table that this statement's block has just created.
fn is_partitioned(step: &Step<'_>, table: &Name) -> bool {
    step.before.seen_table(table).is_some_and(|(_, it)| it.partition_by.is_some())
}
