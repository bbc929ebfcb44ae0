//! `ALTER COLUMN ... TYPE` that writes the table or its indexes anew.

use crate::dialect::Engine;
use crate::effects::postgres::types::{
    Mentions, TypeChange, mentions, resolved_change, using_is_plain,
};
use crate::finding::{Breaks, Level, Subject};
use crate::replay::{Difference, DifferenceKind, Step};
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::change::{Change, TableAction};
use crate::schema::name::{Name, ObjectKind};
use crate::schema::types::DataType;
use std::collections::BTreeSet;

const OLD: &str = "CREATE TABLE t (id bigint PRIMARY KEY, a integer, b varchar(50), c timestamp);";

/// The rule.
pub static RULE: Rule = Rule {
    id: "column-type-rewrite",
    category: Category::Locking,
    level: Level::Error,
    since: "0.1",
    summary: "type change that writes the table or its indexes anew under a full lock",
    why: "ALTER COLUMN ... TYPE takes an ACCESS EXCLUSIVE lock, and most pairs of types make \
          PostgreSQL write every row and every index of the table anew while it holds it: nobody \
          can read or write the table until that is done. Whether it does depends on the old \
          type. Widening a varchar, or turning it into text, touches the catalog alone.",
    instead: "Add a column of the new type, keep both in step with a trigger or in the \
              application, copy the old rows in batches, switch over, and drop the old column \
              in a later release.",
    facts: &[
        Fact {
            engine: Engine::Postgres,
            says: "Adding a column with a volatile DEFAULT or changing the type of an existing \
                   column will require the entire table and its indexes to be rewritten, unless \
                   the old type is binary coercible to the new one.",
            source: "https://www.postgresql.org/docs/current/sql-altertable.html",
        },
        Fact {
            engine: Engine::Postgres,
            says: "A type change without a rewrite still builds expression and partial indexes \
                   on the column anew, and verifies CHECK constraints that mention it.",
            source: "measured: facts/postgres_impact.csv, category alter column type, 10 to 18",
        },
    ],
    same_as: &[
        ("squawk", "changing-column-type"),
        ("atlas", "PG301"),
        ("eugene", "E5"),
        ("pg-migration-lint", "PGM007"),
        ("strong_migrations", "change_column"),
    ],
    breaks: &[Breaks::Readers, Breaks::Writers],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "ALTER TABLE t ALTER COLUMN a TYPE bigint;", "ALTER COLUMN a TYPE bigint"),
        bad("postgres", OLD, "ALTER TABLE t ALTER b SET DATA TYPE varchar(20);", "ALTER b SET DATA TYPE varchar(20)"),
        bad("postgres", OLD, "ALTER TABLE public.T ALTER \"a\" TYPE text USING a::text;", "ALTER \"a\" TYPE text USING a::text"),
        bad("postgres", OLD, "ALTER TABLE t ALTER b TYPE text USING upper(b);", "ALTER b TYPE text USING upper(b)"),
        bad("postgres", OLD, "ALTER TABLE t ALTER c TYPE timestamptz;", "ALTER c TYPE timestamptz"),
        bad(
            "postgres",
            "CREATE TABLE t (id int PRIMARY KEY, b varchar(50)); CREATE INDEX i ON t (lower(b));",
            "ALTER TABLE t ALTER b TYPE text;",
            "ALTER b TYPE text",
        ),
        bad(
            "postgres",
            "CREATE TABLE t (id int PRIMARY KEY, b varchar(50), d timestamp); CREATE INDEX i ON t (b) WHERE d IS NULL;",
            "ALTER TABLE t ALTER b TYPE varchar(80);",
            "ALTER b TYPE varchar(80)",
        ),
        bad(
            "postgres",
            "CREATE TABLE t (id int PRIMARY KEY, b varchar(50) UNIQUE);",
            "ALTER TABLE t ALTER b TYPE text COLLATE \"C\";",
            "ALTER b TYPE text COLLATE \"C\"",
        ),
        bad(
            "postgres",
            "CREATE TABLE p (id int PRIMARY KEY, b varchar(9)) PARTITION BY RANGE (id); CREATE TABLE p1 PARTITION OF p DEFAULT; CREATE INDEX i ON p1 (lower(b));",
            "ALTER TABLE p ALTER b TYPE text;",
            "ALTER b TYPE text",
        ),
        bad(
            "postgres",
            "CREATE DOMAIN d AS varchar(10); CREATE TABLE t (id int PRIMARY KEY, b d);",
            "ALTER TABLE t ALTER b TYPE varchar(20);",
            "ALTER b TYPE varchar(20)",
        ),
        bad(
            "postgres",
            "CREATE TABLE t (id int PRIMARY KEY, b varchar(50) CHECK (b <> ''));",
            "ALTER TABLE t ALTER b TYPE varchar(80);",
            "ALTER b TYPE varchar(80)",
        ),
        bad("postgres", OLD, "DO $$ BEGIN ALTER TABLE t ALTER a TYPE bigint; END $$;", "ALTER a TYPE bigint"),
        bad(
            "postgres",
            "",
            "DO $$ BEGIN IF true THEN ALTER TABLE old ALTER a TYPE bigint; END IF; END $$;",
            "ALTER a TYPE bigint",
        )
        .at_level(Level::Warning),
        bad("postgres", "", "ALTER TABLE old ALTER a TYPE bigint;", "ALTER a TYPE bigint")
            .incomplete()
            .at_level(Level::Warning),
        good("postgres", OLD, "ALTER TABLE t ALTER b TYPE varchar(80);"),
        good("postgres", OLD, "ALTER TABLE t ALTER b TYPE text USING b::text;"),
        good("postgres", OLD, "ALTER TABLE t ALTER b TYPE text USING CAST(b AS text);"),
        good("postgres", OLD, "ALTER TABLE t ALTER b TYPE text USING t.b;"),
        good("postgres", OLD, "ALTER TABLE t ALTER a TYPE int4;"),
        good(
            "postgres",
            "CREATE FOREIGN TABLE f (a int) SERVER s;",
            "ALTER FOREIGN TABLE f ALTER a TYPE bigint;",
        ),
        good("postgres", OLD, "SET timezone = 'UTC'; ALTER TABLE t ALTER c TYPE timestamptz;"),
        good("postgres", "", "CREATE TABLE n (a int PRIMARY KEY); ALTER TABLE n ALTER a TYPE bigint;"),
        good("postgres", OLD, "CREATE TEMP TABLE t2 (a int); ALTER TABLE t2 ALTER a TYPE bigint;"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    if step.dialect.engine != Engine::Postgres {
        return;
    }
    for difference in step.differences {
        let DifferenceKind::ColumnTypeChanged { column, from, to } = &difference.kind else {
            continue;
        };
        let stores_rows = difference.object.kind != ObjectKind::ForeignTable;
        if step.is_born(&difference.object.name) || !stores_rows {
            continue;
        }
        let Some((level, message)) = judge(step, difference, column, from.as_ref(), to) else {
            continue;
        };
        let subject = Subject::Column(difference.object.name.clone(), column.clone());
        let help = "add a new column, copy the rows in batches, switch over, drop the old column \
                    in a later migration";
        sink.report(step, difference.span, subject)
            .level(level)
            .message(message)
            .help(help)
            .push();
    }
}

/// The level and message, or `None` where the change is free.
fn judge(
    step: &Step<'_>,
    difference: &Difference,
    column: &str,
    from: Option<&DataType>,
    to: &DataType,
) -> Option<(Level, String)> {
    let table = &difference.object.name;
    let blocked = format!("nobody can read or write `{table}` until it ends");
    let Some(from) = from else {
        let message = format!(
            "the old type of `{table}.{column}` is not known; unless {to} holds its values as \
             they are, the whole table is written anew under an ACCESS EXCLUSIVE lock"
        );
        return Some((Level::Warning, message));
    };
    let mentions = found_mentions(step, table, column);
    let plain = using(step, difference).is_none_or(|using| using_is_plain(using, column, to));
    let change = match plain {
        true => resolved_change(from, to, is_utc(step), step.before),
        false => TypeChange::Rewrites,
    };
    let change = match changes_collation(step, difference, column) {
        true => change.max(TypeChange::RebuildsIndexes),
        false => change,
    };
    let what = format!("changing `{table}.{column}` from {from} to {to}");
    let lock = "under an ACCESS EXCLUSIVE lock";
    match change {
        TypeChange::Rewrites => Some((
            Level::Error,
            format!("{what} writes the whole table anew {lock}: {blocked}"),
        )),
        TypeChange::Unknown => Some((
            Level::Warning,
            format!("{what} may write the whole table anew {lock}: the types are not known"),
        )),
        TypeChange::Free | TypeChange::RebuildsIndexes => {
            let mut indexes = mentions.computed_indexes;
            if change == TypeChange::RebuildsIndexes {
                indexes.extend(mentions.indexes);
            }
            if !indexes.is_empty() {
                let indexes = indexes.join("`, `");
                return Some((
                    Level::Error,
                    format!("{what} builds `{indexes}` anew {lock}: {blocked}"),
                ));
            }
            let checks = mentions.checks.join("`, `");
            (!checks.is_empty()).then(|| {
                (Level::Error, format!("{what} verifies `{checks}` on every row {lock}: {blocked}"))
            })
        }
    }
}

/// Whether the column gets another collation: what an index orders by changes with it.
fn changes_collation(step: &Step<'_>, difference: &Difference, column: &str) -> bool {
    let old = step.before.column(&difference.object.name, column).seen();
    let old = old.and_then(|found| found.definition.collation.as_ref());
    let new = step.statement.changes.get(difference.change).and_then(|located| {
        match &located.change.value {
            Change::AlterTable { action: TableAction::AlterType { collation, .. }, .. } => {
                collation.as_ref()
            }
            _ => None,
        }
    });
    let name = |collation: Option<&Name>| {
        collation.map(|name| name.name.clone()).filter(|name| name != "default")
    };
    name(old) != name(new)
}

/// What mentions the column in the table and in those below it, which change with it.
fn found_mentions(step: &Step<'_>, table: &Name, column: &str) -> Mentions {
    let mut found = Mentions::default();
    let mut names = vec![table.clone()];
    // Statements that the server would refuse can make a circle of parents.
    let mut visited = BTreeSet::new();
    while let Some(name) = names.pop() {
        if !visited.insert(name.clone()) {
            continue;
        }
        if let Some(seen) = step.before.shape(&name).seen() {
            let here = mentions(step.before, &name, seen, column);
            found.indexes.extend(here.indexes);
            found.computed_indexes.extend(here.computed_indexes);
            found.checks.extend(here.checks);
        }
        names.extend(step.before.children(&name).map(|(child, _)| child.clone()));
    }
    found.checks.dedup();
    found
}

fn using<'a>(step: &Step<'a>, difference: &Difference) -> Option<&'a crate::schema::expr::Expr> {
    let located = step.statement.changes.get(difference.change)?;
    match &located.change.value {
        Change::AlterTable { action: TableAction::AlterType { using, .. }, .. } => using.as_ref(),
        _ => None,
    }
}

/// Between timestamp and timestamptz the rows stay as they are only when the session is known to be
/// in UTC, from PostgreSQL 12 on.
fn is_utc(step: &Step<'_>) -> bool {
    let zone = step.before.setting("timezone").and_then(<[String]>::first);
    zone.is_some_and(|zone| {
        ["utc", "etc/utc", "gmt"].contains(&zone.to_ascii_lowercase().as_str())
    })
}
