//! New partitions for which a table is read under a lock.

use crate::dialect::Engine;
use crate::effects::Role;
use crate::effects::postgres::bounds::condition;
use crate::finding::{Breaks, Level, Subject};
use crate::migration::Advice;
use crate::replay::Step;
use crate::rules::lock::{Held, SQL, held};
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::change::{Change, TableAction};
use crate::schema::name::Name;

const OLD: &str = "CREATE TABLE events (id bigint NOT NULL, body text) PARTITION BY RANGE (id); \
                   CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (0) TO (1000); \
                   CREATE TABLE events_2 (id bigint NOT NULL, body text);";
const WITH_DEFAULT: &str =
    "CREATE TABLE events (id bigint NOT NULL, body text) PARTITION BY RANGE (id); \
     CREATE TABLE events_rest PARTITION OF events DEFAULT;";

/// The rule.
pub static RULE: Rule = Rule {
    id: "partition-scanned",
    category: Category::Locking,
    level: Level::Error,
    since: "0.1",
    summary: "new partition for which a table or the default partition is read under a lock",
    why: "ATTACH PARTITION holds ACCESS EXCLUSIVE on the table that becomes a partition while it \
          reads every row of it, to see whether the rows fit, and while it builds the indexes that \
          the partitioned table has and the new partition lacks. Where there is a default \
          partition, ATTACH PARTITION and CREATE TABLE ... PARTITION OF read all of that one under \
          ACCESS EXCLUSIVE: queries that need it wait, and every INSERT of a row that no other \
          partition takes.",
    instead: "A CHECK that says what the bound says, added NOT VALID and validated in a later \
              transaction, on the table to be attached; one that excludes the bound, on the default \
              partition; the missing indexes built CONCURRENTLY. Then nothing is read. The CHECKs \
              can be dropped after it.",
    facts: &[
        Fact {
            engine: Engine::Postgres,
            says: "A full table scan is performed on the table being attached; it is avoided by a \
                   valid CHECK constraint that allows only rows satisfying the partition constraint. \
                   The default partition is scanned too, unless a CHECK excludes the new bound.",
            source: "https://www.postgresql.org/docs/current/sql-altertable.html",
        },
        Fact {
            engine: Engine::Postgres,
            says: "With a proof, ATTACH PARTITION still builds the missing indexes; CREATE TABLE ... \
                   PARTITION OF reads all of the default partition.",
            source: "measured: tests/facts/postgres.csv, category partitions, 12 to 18",
        },
    ],
    same_as: &[
        ("pgfence", "attach-partition"),
        ("postgres-language-server", "avoidAttachingPartition"),
        ("pg-migration-lint", "PGM005"),
    ],
    breaks: &[Breaks::Readers, Breaks::Writers],
    checks_down: false,
    examples: &[
        bad(
            "postgres",
            OLD,
            "ALTER TABLE events ATTACH PARTITION events_2 FOR VALUES FROM (1000) TO (2000);",
            "ATTACH PARTITION events_2 FOR VALUES FROM (1000) TO (2000)",
        ),
        bad(
            "postgres",
            "CREATE TABLE orders (region text NOT NULL) PARTITION BY LIST (region); CREATE TABLE orders_eu (region text NOT NULL);",
            "ALTER TABLE \"orders\" ATTACH PARTITION \"public\".\"orders_eu\" FOR VALUES IN ('de', 'fr');",
            "ATTACH PARTITION \"public\".\"orders_eu\" FOR VALUES IN ('de', 'fr')",
        ),
        // The default partition is read, though the new one is empty.
        bad(
            "postgres",
            WITH_DEFAULT,
            "CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (0) TO (1000);",
            "CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM",
        ),
        bad(
            "postgres",
            WITH_DEFAULT,
            "CREATE TABLE n (id bigint NOT NULL, body text); ALTER TABLE events ATTACH PARTITION n FOR VALUES FROM (0) TO (1000);",
            "ATTACH PARTITION n FOR VALUES FROM (0) TO (1000)",
        ),
        // The proof is there, an index is not.
        bad(
            "postgres",
            "CREATE TABLE p (id int NOT NULL, a int) PARTITION BY RANGE (id); CREATE INDEX i ON p (a); CREATE TABLE n (id int NOT NULL, a int, CHECK (id >= 1 AND id < 9));",
            "ALTER TABLE p ATTACH PARTITION n FOR VALUES FROM (1) TO (9);",
            "ATTACH PARTITION n FOR VALUES FROM (1) TO (9)",
        ),
        // A bound of another type than the key proves nothing.
        bad(
            "postgres",
            "CREATE TABLE p (at timestamptz NOT NULL) PARTITION BY RANGE (at); CREATE TABLE n (at timestamptz NOT NULL, CHECK (at >= DATE '2026-01-01' AND at < DATE '2027-01-01'));",
            "ALTER TABLE p ATTACH PARTITION n FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');",
            "ATTACH PARTITION n FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')",
        ),
        good(
            "postgres",
            "CREATE TABLE p (at timestamptz NOT NULL) PARTITION BY RANGE (at); CREATE TABLE n (at timestamptz NOT NULL, CHECK (at >= '2026-01-01' AND at < timestamptz '2027-01-01'));",
            "ALTER TABLE p ATTACH PARTITION n FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');",
        ),
        // A narrower bound is a proof too.
        good(
            "postgres",
            "CREATE TABLE p (day date NOT NULL) PARTITION BY RANGE (day); CREATE TABLE n (day date NOT NULL, CHECK (day >= '2026-02-01' AND day < '2026-03-01'));",
            "ALTER TABLE p ATTACH PARTITION n FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');",
        ),
        good(
            "postgres",
            "CREATE TABLE p (id int NOT NULL) PARTITION BY RANGE (id); CREATE TABLE d PARTITION OF p DEFAULT; ALTER TABLE d ADD CHECK (id < 1 OR id >= 9);",
            "CREATE TABLE n PARTITION OF p FOR VALUES FROM (1) TO (9);",
        ),
        good(
            "postgres",
            "CREATE TABLE p (region text NOT NULL) PARTITION BY LIST (region); CREATE TABLE d PARTITION OF p DEFAULT; ALTER TABLE d ADD CHECK (region IS NOT NULL AND region NOT IN ('de', 'fr'));",
            "CREATE TABLE n PARTITION OF p FOR VALUES IN ('de', 'fr');",
        ),
        good("postgres", OLD, "CREATE TABLE n (LIKE events); ALTER TABLE events ATTACH PARTITION n FOR VALUES FROM (1000) TO (2000);"),
        good("postgres", OLD, "CREATE TABLE n PARTITION OF events FOR VALUES FROM (1000) TO (2000);"),
        good("postgres", OLD, "COMMENT ON TABLE events IS 'ATTACH PARTITION events_2 DEFAULT'; -- ALTER TABLE events ATTACH PARTITION events_2 DEFAULT;"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    for held in held(step).filter(|held| held.any(|touch| touch.works())) {
        let (doing, parent, bound, partition) = match &held.located.change.value {
            Change::AlterTable { target, action: TableAction::AttachPartition { partition, bound } } => {
                ("ATTACH PARTITION", &target.name, bound, Some(partition))
            }
            Change::CreateTable(table) => {
                let Some((parent, bound)) = &table.partition_of else { continue };
                ("a new partition", parent, bound, None)
            }
            _ => continue,
        };
        let works = held.names(|touch| touch.works());
        let verb = if held.any(|touch| touch.rebuilds) && !held.any(|touch| touch.scans && !touch.rebuilds) {
            "builds the indexes that are missing on"
        } else {
            "reads every row of"
        };
        let help = help(step, &held, parent, bound, partition);
        let subject = Subject::Table(step.before.resolve(parent));
        held.report(sink, held.located.change.span, subject, &format!("{doing} {verb} {works}"))
            .help(help)
            .push();
    }
}

/// What comes first, so that nothing is read.
fn help(step: &Step<'_>, held: &Held<'_>, parent: &Name, bound: &str, partition: Option<&Name>) -> String {
    let by = step.before.seen_table(parent).and_then(|(_, table)| table.partition_by.clone());
    let words = |inside: bool| by.as_deref().and_then(|by| condition(by, bound, inside));
    let check = |table: &Name, condition: Option<String>, otherwise: &str| {
        let (table, name) = (SQL.name(table), SQL.ident(&format!("{}_bound", table.name)));
        let condition = condition.unwrap_or_else(|| otherwise.to_owned());
        held.advise(&Advice::Later {
            now: format!("ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({condition}) NOT VALID"),
            later: format!("ALTER TABLE {table} VALIDATE CONSTRAINT {name}"),
        })
    };
    let mut parts = Vec::new();
    let scanned = |role| held.touches.iter().find(move |it| it.role == role && it.scans);
    if let Some(partition) = partition.filter(|_| scanned(Role::Partition).is_some()) {
        parts.push(check(partition, words(true), "what its bound says"));
        if held.any(|touch| touch.role == Role::Partition && touch.rebuilds) {
            parts.push(format!("build the indexes of `{parent}` on `{partition}` CONCURRENTLY"));
        }
    }
    if let Some(default) = scanned(Role::DefaultPartition) {
        let default = &default.object.name;
        parts.push(check(default, words(false), "what excludes the new bound"));
    }
    match parts.is_empty() {
        true => "see which of the tables that it reads can be spared by a valid CHECK".to_owned(),
        false => format!("{}; after that this reads nothing", parts.join("; ")),
    }
}
