//! Unique keys of partitioned tables that leave out a partition column.

use crate::dialect::Engine;
use crate::finding::{Level, Subject};
use crate::migration::Context;
use crate::replay::{DifferenceKind, Step};
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::change::{Change, ConstraintKind};
use crate::schema::name::Name;
use crate::source::Span;

const OLD: &str = "CREATE TABLE p (id bigint, at date, x int) PARTITION BY RANGE (at);";

/// The rule.
pub static RULE: Rule = Rule {
    id: "key-without-partition-key",
    category: Category::Shape,
    level: Level::Error,
    since: "0.1",
    summary: "unique key of a partitioned table that leaves out a partition column",
    why: "Each partition has an index of its own and nothing looks across them, so PostgreSQL \
          accepts a unique key only where equal rows are sure to lie in one partition: it has to \
          hold every column of the partition key. The statement is refused, and so is any key of a \
          table that is partitioned by an expression.",
    instead: "Add the columns of the partition key to the key, or make the key on each partition \
              if uniqueness within one will do.",
    facts: &[Fact {
        engine: Engine::Postgres,
        says: "unique constraint on partitioned table must include all partitioning columns \
               (0A000); PRIMARY KEY constraints cannot be used when partition keys include \
               expressions; CREATE UNIQUE INDEX likewise, ON ONLY too.",
        source: "measured: PostgreSQL 15",
    }],
    same_as: &[("migrationpilot", "MP049")],
    breaks: &[],
    checks_down: false,
    examples: &[
        bad("postgres", "", "CREATE TABLE e (id bigint PRIMARY KEY, at timestamptz NOT NULL) PARTITION BY RANGE (at);", "PRIMARY KEY"),
        bad("postgres", OLD, "ALTER TABLE p ADD CONSTRAINT p_pkey PRIMARY KEY (id);", "ADD CONSTRAINT p_pkey PRIMARY KEY (id)"),
        bad("postgres", OLD, "CREATE UNIQUE INDEX i ON ONLY p (id, x);", "CREATE UNIQUE INDEX i ON ONLY p"),
        bad("postgres", "", "CREATE TABLE e (id bigint, at timestamptz, UNIQUE (id, at)) PARTITION BY LIST (date_trunc('day', at));", "UNIQUE (id, at)"),
        good("postgres", "", "CREATE TABLE e (id bigint, \"At\" timestamptz, x int, PRIMARY KEY (id, \"At\", x)) PARTITION BY RANGE (\"At\", X);"),
        good("postgres", OLD, "ALTER TABLE p ADD PRIMARY KEY (at, id); CREATE INDEX i ON p (x); CREATE TABLE p1 PARTITION OF p (UNIQUE (id)) DEFAULT;"),
        good("postgres", "", "CREATE TABLE e (id text COLLATE \"C\" PRIMARY KEY) PARTITION BY HASH (id COLLATE \"C\" text_ops);"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    if step.dialect.engine != Engine::Postgres || step.is_told() {
        return;
    }
    for new in step.new_constraints() {
        if let ConstraintKind::PrimaryKey(key) | ConstraintKind::Unique(key) = &new.constraint.kind {
            let subject = Subject::Object("constraint", format!("{}.{}", new.table, new.name));
            judge(step, new.table, &key.columns, (new.span, new.change, subject), sink);
        }
    }
    for difference in step.differences {
        let located = step.statement.changes.get(difference.change);
        if let (DifferenceKind::IndexCreated { index }, Some(Change::CreateIndex(create))) =
            (&difference.kind, located.map(|it| &it.change.value))
            && create.unique
        {
            let columns: Vec<String> =
                create.keys.iter().filter_map(|key| key.column.clone()).collect();
            let place = (difference.span, difference.change, Subject::Index(index.clone()));
            judge(step, &difference.object.name, &columns, place, sink);
        }
    }
}

fn judge(
    step: &Step<'_>,
    table: &Name,
    columns: &[String],
    (span, change, subject): (Span, usize, Subject),
    sink: &mut Sink,
) {
    let found = step.after.seen_table(table).and_then(|(_, it)| it.partition_by.as_deref());
    let Some((_, key)) = found.and_then(|it| it.split_once(' ')) else { return };
    let why = match partition_columns(key) {
        None => format!("`{table}` is partitioned by an expression, and can have no unique key"),
        Some(partition) => {
            let mut missing = partition.iter().filter(|it| !columns.contains(it));
            let Some(missing) = missing.next() else { return };
            format!(
                "`{table}` is partitioned by `{missing}`, which this unique key leaves out"
            )
        }
    };
    let located = step.statement.changes.get(change);
    let certain = located.is_none_or(|it| it.context != Context::Do { certain: false });
    sink.report(step, span, subject)
        .level(if certain { Level::Error } else { Level::Warning })
        .message(format!("{why}: PostgreSQL refuses it"))
        .help("add every column of the partition key to the key")
        .push();
}

/// The columns of a partition key; `None` where it holds an expression.
fn partition_columns(key: &str) -> Option<Vec<String>> {
    let elements = key.split(',').map(|element| {
        let element = element.trim();
        if element.contains('(') {
            return None;
        }
        match element.strip_prefix('"') {
            Some(quoted) => quoted.split('"').next().map(str::to_owned),
            None => element.split(' ').next().map(str::to_owned),
        }
    });
    elements.collect()
}
