//! `ALTER COLUMN ... TYPE` that writes the table or its indexes anew.

use crate::dialect::Engine;
use crate::effects::postgres::retype::retype;
use crate::effects::postgres::types::TypeChange;
use crate::finding::{Breaks, Level, Subject};
use crate::replay::{Difference, DifferenceKind, Step};
use crate::rules::lock::held;
use crate::rules::work::{LARGE, TINY};
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::change::Change;
use crate::schema::name::ObjectKind;
use crate::schema::types::DataType;

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
            source: "measured: tests/facts/postgres_impact.csv, alter column type, 10 to 18",
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
        bad("postgres", OLD, "ALTER TABLE t ALTER a TYPE bigint;", "ALTER a TYPE bigint").stats(LARGE),
        good("postgres", OLD, "ALTER TABLE t ALTER a TYPE bigint;").stats(TINY),
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
        let Some((level, message, help)) = judge(step, difference, column, from.as_ref(), to) else {
            continue;
        };
        let Some(held) = held(step).find(|held| held.change == difference.change) else { continue };
        let subject = Subject::Column(difference.object.name.clone(), column.clone());
        held.report_work(sink, difference.span, subject, message)
            .at_most(level)
            .help(help)
            .push();
    }
}

const NEW_COLUMN: &str = "add a new column, copy the rows in batches, switch over, drop the old column in \
                          a later migration";

/// The level, message and help, or `None` where the change is free.
fn judge(
    step: &Step<'_>,
    difference: &Difference,
    column: &str,
    from: Option<&DataType>,
    to: &DataType,
) -> Option<(Level, String, &'static str)> {
    let table = &difference.object.name;
    let blocked = format!("nobody can read or write `{table}` until it ends");
    let Some(from) = from else {
        let message = format!(
            "the old type of `{table}.{column}` is not known; unless {to} holds its values as \
             they are, the whole table is written anew under an ACCESS EXCLUSIVE lock"
        );
        return Some((Level::Warning, message, NEW_COLUMN));
    };
    let located = step.statement.changes.get(difference.change)?;
    let Change::AlterTable { action, .. } = &located.change.value else { return None };
    let done = retype(step.before, step.dialect, table, from, action)?;
    let what = format!("changing `{table}.{column}` from {from} to {to}");
    let lock = "under an ACCESS EXCLUSIVE lock";
    match done.change {
        TypeChange::Rewrites => Some((
            Level::Error,
            format!("{what} writes the whole table anew {lock}: {blocked}"),
            NEW_COLUMN,
        )),
        TypeChange::Unknown => Some((
            Level::Warning,
            format!("{what} may write the whole table anew {lock}: the types are not known"),
            NEW_COLUMN,
        )),
        TypeChange::Free | TypeChange::RebuildsIndexes => {
            let indexes: Vec<&str> = done.rebuilt.iter().map(|it| it.name.as_str()).collect();
            if !indexes.is_empty() {
                let indexes = indexes.join("`, `");
                return Some((
                    Level::Error,
                    format!("{what} builds `{indexes}` anew {lock}: {blocked}"),
                    "DROP INDEX CONCURRENTLY before it and CREATE INDEX CONCURRENTLY after it, if \
                     queries can do without the index meanwhile; else add a new column, copy the \
                     rows in batches, and switch over",
                ));
            }
            let checks = done.verified.join("`, `");
            (!checks.is_empty()).then(|| {
                (
                    Level::Error,
                    format!("{what} verifies `{checks}` on every row {lock}: {blocked}"),
                    "drop the CHECK before it; after it add the CHECK again NOT VALID, and VALIDATE \
                     it in a later transaction",
                )
            })
        }
    }
}

