//! CONCURRENTLY on a partitioned table, where the server refuses it.

use crate::dialect::Engine;
use crate::finding::{Level, Subject};
use crate::replay::Step;
use crate::rules::concurrent::on_partitioned;
use crate::rules::lock::index_on_partitions;
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::change::Change;
use crate::schema::name::ObjectKind;

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
        let change = &located.change.value;
        let Some((table, certain)) = on_partitioned(step, change) else { continue };
        let (form, subject, help) = match change {
            Change::CreateIndex(index) => {
                let subject = Subject::Table(table.clone());
                ("CREATE INDEX CONCURRENTLY", subject, index_on_partitions(index))
            }
            Change::Drop { object, .. } => {
                let help = "DROP INDEX without CONCURRENTLY, which drops those of the partitions too; \
                            SET lock_timeout = '2s' before it, and try again when it strikes";
                let subject = Subject::Index(step.before.resolve(&object.name));
                ("DROP INDEX CONCURRENTLY", subject, help.to_owned())
            }
            other => {
                let Some(object) = other.object() else { continue };
                let subject = match object.kind {
                    ObjectKind::Index => Subject::Index(step.before.resolve(&object.name)),
                    _ => Subject::Table(table.clone()),
                };
                ("REINDEX before version 14", subject, "REINDEX CONCURRENTLY each partition".to_owned())
            }
        };
        let level = if certain { Level::Error } else { Level::Warning };
        sink.report(step, located.change.span, subject)
            .level(level)
            .message(format!("{form} does not work on a partitioned table, and `{table}` is one"))
            .help(help)
            .push();
    }
}
