//! Foreign key columns of another type than what they refer to.

use crate::dialect::Engine;
use crate::finding::{Level, Subject};
use crate::migration::Context;
use crate::replay::{NewConstraint, Step, base_type};
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::change::{Change, ForeignKey};
use crate::schema::name::Name;
use crate::schema::types::DataType;
use crate::source::Span;

const PARENT: &str = "CREATE TABLE o (id bigint PRIMARY KEY, n int UNIQUE, u uuid UNIQUE, at timestamptz UNIQUE, s varchar(50) UNIQUE); CREATE TABLE t (id bigint PRIMARY KEY, a int);";

/// The rule.
pub static RULE: Rule = Rule {
    id: "foreign-key-type-mismatch",
    category: Category::Shape,
    level: Level::Warning,
    since: "0.1",
    summary: "new foreign key whose column has another type than what it refers to",
    why: "PostgreSQL refuses a foreign key between types that it cannot compare, such as text and \
          uuid. Between types that it can, the column may hold less than the key: an integer \
          column cannot refer to the rows of a bigint key beyond 2 147 483 647, and from there \
          on INSERTs fail. A timestamp that refers to a timestamptz is compared in the time zone of \
          whoever writes.",
    instead: "Give the column the type of the column that it refers to.",
    facts: &[
        Fact {
            engine: Engine::Postgres,
            says: "Types without an equality operator between them are refused: key columns are \
                   of incompatible types (42804).",
            source: "measured: PostgreSQL 15, every pair of 21 types",
        },
    ],
    same_as: &[("schemacrawler", "LinterForeignKeyMismatch")],
    breaks: &[],
    checks_down: false,
    examples: &[
        bad("postgres", PARENT, "CREATE TABLE u (id bigint PRIMARY KEY, o_id int REFERENCES o); CREATE INDEX ON u (o_id);", "o_id int REFERENCES o"),
        bad("postgres", PARENT, "CREATE TABLE u (o_id int PRIMARY KEY, FOREIGN KEY (o_id) REFERENCES public.\"o\" (id));", "o_id int PRIMARY KEY"),
        bad("postgres", PARENT, "ALTER TABLE t ADD o_id int UNIQUE REFERENCES o;", "REFERENCES o"),
        bad("postgres", PARENT, "CREATE INDEX CONCURRENTLY i ON t (a); ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES o NOT VALID;", "ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES o NOT VALID"),
        bad("postgres", PARENT, "CREATE TABLE u (o_u text PRIMARY KEY REFERENCES o (u));", "o_u text PRIMARY KEY REFERENCES o (u)")
            .at_level(Level::Error),
        bad("postgres", PARENT, "DO $$ BEGIN IF true THEN CREATE TABLE u (o_u text PRIMARY KEY REFERENCES o (u)); END IF; END $$;", "o_u text PRIMARY KEY REFERENCES o (u)"),
        bad("postgres", PARENT, "CREATE TABLE u (at timestamp PRIMARY KEY REFERENCES o (at));", "at timestamp PRIMARY KEY REFERENCES o (at)"),
        bad("postgres", PARENT, "CREATE TABLE u (n bigint PRIMARY KEY REFERENCES o (n));", "n bigint PRIMARY KEY REFERENCES o (n)")
            .at_level(Level::Note),
        good("postgres", PARENT, "CREATE TABLE u (o_id int8 PRIMARY KEY REFERENCES o, n integer UNIQUE REFERENCES o (n), s text UNIQUE REFERENCES o (s));"),
        good("postgres", PARENT, "CREATE DOMAIN d AS bigint; CREATE TABLE u (o_id d PRIMARY KEY REFERENCES o);"),
        good("postgres", "CREATE TYPE e AS ENUM ('a'); CREATE TABLE o (e e PRIMARY KEY);", "CREATE TABLE u (e e PRIMARY KEY REFERENCES o);"),
        good("postgres", "", "CREATE TABLE u (o_id int PRIMARY KEY REFERENCES elsewhere);").incomplete(),
        good("postgres", PARENT, "CREATE TEMP TABLE u (o_id int PRIMARY KEY REFERENCES o);"),
        good("mysql", PARENT, "ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES o (id);"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    if step.dialect.engine != Engine::Postgres || step.is_told() {
        return;
    }
    for (new, key) in step.new_foreign_keys() {
        for (column, referenced) in key.columns.iter().zip(&key.referenced_columns) {
            let types = (
                type_of(step, new.table, column),
                type_of(step, &key.references, referenced),
            );
            if let (Some(ty), Some(other)) = types
                && let Some(mismatch) = mismatch(ty, other)
            {
                report(step, &new, key, (column, ty), (referenced, other), mismatch, sink);
            }
        }
    }
}

fn type_of<'a>(step: &Step<'a>, table: &Name, column: &str) -> Option<&'a DataType> {
    let ty = step.after.column(table, column).seen()?.definition.ty.as_ref()?;
    Some(base_type(step.after, ty))
}

/// What comes of two types that differ.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mismatch {
    /// The server refuses the foreign key.
    Refused,
    /// The column holds less than the key.
    Narrower,
    /// The session's time zone decides what is equal.
    Zone,
    /// It works, and each comparison converts.
    Converts,
}

/// Built-in types that compare with one another, and what they hold: the wider, the more.
fn class(ty: &DataType) -> Option<(&'static str, u8)> {
    if ty.array_dimensions > 0 || ty.name.schema.as_deref().is_some_and(|it| it != "pg_catalog") {
        return None;
    }
    Some(match ty.name.name.as_str() {
        "smallint" => ("number", 2),
        "integer" => ("number", 4),
        "bigint" => ("number", 8),
        "numeric" => ("number", 16),
        "real" => ("number", 32),
        "double precision" => ("number", 64),
        "text" | "character varying" | "character" | "bpchar" | "name" | "citext" => ("text", 0),
        "date" => ("time", 0),
        "timestamp without time zone" => ("time", 1),
        "timestamp with time zone" => ("time", 2),
        "uuid" => ("uuid", 0),
        "boolean" => ("boolean", 0),
        "bytea" => ("bytea", 0),
        "json" => ("json", 0),
        "jsonb" => ("jsonb", 0),
        _ => return None,
    })
}

fn mismatch(ty: &DataType, other: &DataType) -> Option<Mismatch> {
    let ((one, has), (two, needs)) = (class(ty)?, class(other)?);
    if one != two {
        return Some(Mismatch::Refused);
    }
    let is_integer = |width: u8| width <= 8;
    match one {
        _ if has == needs => None,
        // Only what converts to the key's type without a cast that is written.
        "number" if has > needs && needs == 16 => Some(Mismatch::Refused),
        "number" if !is_integer(has) && is_integer(needs) => Some(Mismatch::Refused),
        "number" if has < needs && is_integer(needs) => Some(Mismatch::Narrower),
        "time" if has.max(needs) == 2 => Some(Mismatch::Zone),
        _ => Some(Mismatch::Converts),
    }
}

fn report(
    step: &Step<'_>,
    new: &NewConstraint<'_>,
    key: &ForeignKey,
    (column, ty): (&str, &DataType),
    (referenced, other): (&str, &DataType),
    mismatch: Mismatch,
    sink: &mut Sink,
) {
    let located = step.statement.changes.get(new.change);
    let certain = located.is_none_or(|it| it.context != Context::Do { certain: false });
    let (level, then) = match mismatch {
        Mismatch::Refused if certain => (Level::Error, "the server refuses the foreign key"),
        Mismatch::Refused => (Level::Warning, "the server refuses the foreign key"),
        Mismatch::Narrower => {
            (Level::Warning, "from the first number that does not fit on, no row can refer to it")
        }
        Mismatch::Zone => {
            (Level::Warning, "the time zone of the session decides which row is meant")
        }
        Mismatch::Converts => (Level::Note, "each comparison converts one of them"),
    };
    let table = new.table;
    sink.report(step, place(step, new, column), Subject::Column(table.clone(), column.to_owned()))
        .level(level)
        .message(format!(
            "`{table}.{column}` is {ty} and refers to `{}.{referenced}`, which is {other}: {then}",
            key.references
        ))
        .help(format!("use {other}"))
        .push();
}

/// Where the column stands, if this statement writes it, else the constraint.
fn place(step: &Step<'_>, new: &NewConstraint<'_>, column: &str) -> Span {
    let located = step.statement.changes.get(new.change).map(|it| &it.change.value);
    let Some(Change::CreateTable(created)) = located else { return new.span };
    let written = created.columns.iter().find(|it| it.value.name == column);
    written.map_or(new.span, |it| it.span)
}
