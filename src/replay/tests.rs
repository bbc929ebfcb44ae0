//! Replay, from SQL text.

mod follows;
mod knowledge;
mod mysql;
mod schema;
mod sqlite;
mod transactions;

use super::{Base, DifferenceKind, Replay, replay};
use crate::dialect::{Dialect, Engine};
use crate::migration::{
    Direction, Migration, OptOut, Part, ReadMigration, Runner, Sends, SqlText, Version, Wraps,
};
use crate::schema::catalog::{Catalog, Relation};
use crate::schema::change::{Constraint, ConstraintKind};
use crate::schema::knowledge::Knowledge;
use crate::schema::name::Name;
use crate::source::{FileId, Span};

const POSTGRES: Engine = Engine::Postgres;

fn runner(wraps: Wraps, sends: Sends) -> Runner {
    Runner { framework: "plain", wraps, sends, alone: OptOut::OwnFile, refuses_mixed: false }
}

fn migration(version: &str, direction: Direction, sql: &str) -> ReadMigration {
    migration_of(POSTGRES, version, direction, sql)
}

fn migration_of(engine: Engine, version: &str, direction: Direction, sql: &str) -> ReadMigration {
    let text = SqlText::verbatim(sql, 0);
    let read = crate::sql::read(&text, engine);
    ReadMigration {
        migration: Migration {
            file: FileId(0),
            version: Version::numeric(version, &[version]),
            title: String::new(),
            direction,
            runner: runner(Wraps::EachFile, Sends::Statements),
            body: vec![Part::Sql(text)],
            span: Span::new(0, sql.len()),
        },
        engine,
        statements: read.statements,
        comments: read.comments,
    }
}

fn ups(texts: &[&str]) -> Vec<ReadMigration> {
    let numbered = texts.iter().enumerate();
    numbered.map(|(index, sql)| migration(&(index + 1).to_string(), Direction::Up, sql)).collect()
}

fn run(migrations: &[ReadMigration], complete: bool) -> Replay<'_> {
    let dialect = Dialect::new(migrations.first().map_or(POSTGRES, |read| read.engine));
    replay(migrations, dialect, Base::empty(dialect, complete))
}

/// The catalog at the end of one migration, complete, whether or not it asks for what is absent.
fn end(sql: &str) -> Catalog {
    run(&ups(&[sql]), true).end
}

fn standing<T>(knowledge: &Knowledge<T>) -> &'static str {
    match knowledge {
        Knowledge::Known(_) => "known",
        Knowledge::Assumed => "assumed",
        Knowledge::Absent => "absent",
        Knowledge::Clouded { was: Some(_), .. } => "clouded, seen",
        Knowledge::Clouded { was: None, .. } => "clouded",
    }
}

fn name(text: &str) -> Name {
    match text.split_once('.') {
        Some((schema, name)) => Name::qualified(schema, name),
        None => Name::bare(text),
    }
}

fn constraint_text(constraint: &Constraint) -> String {
    let what = match &constraint.kind {
        ConstraintKind::PrimaryKey(key) => format!("primary key ({})", key.columns.join(", ")),
        ConstraintKind::Unique(key) => format!("unique ({})", key.columns.join(", ")),
        ConstraintKind::Check(expr) => format!("check ({})", expr.text),
        ConstraintKind::NotNull(column) => format!("not null {column}"),
        ConstraintKind::ForeignKey(key) => format!(
            "foreign key ({}) to {} ({})",
            key.columns.join(", "),
            key.references,
            key.referenced_columns.join(", ")
        ),
        ConstraintKind::Exclude { .. } => "exclude".to_owned(),
    };
    let valid = if constraint.validated { "" } else { " not valid" };
    format!("{} {what}{valid}", constraint.name.as_deref().unwrap_or("?"))
}

/// Every relation on a line.
fn describe(catalog: &Catalog) -> Vec<String> {
    catalog
        .relations
        .iter()
        .map(|(name, relation)| match relation {
            Relation::Table(table) => {
                let columns = table.columns.iter().map(|column| {
                    let it = &column.definition;
                    let mut text = it.name.clone();
                    text += &it.ty.as_ref().map_or(" ?".into(), |ty| format!(" {ty}"));
                    text += if it.not_null { " not null" } else { "" };
                    text += &it
                        .default
                        .as_ref()
                        .map_or(String::new(), |default| format!(" default {}", default.text));
                    text
                });
                let constraints = table.constraints.iter().map(constraint_text);
                let parts: Vec<String> = columns.chain(constraints).collect();
                let whole = if table.whole { "" } else { ", ..." };
                format!("{name} ({}{whole})", parts.join(", "))
            }
            Relation::Index(index) => {
                let keys: Vec<&str> = index.keys.iter().map(|key| key.expr.text.as_str()).collect();
                let unique = if index.unique { "unique " } else { "" };
                let valid = if index.valid { "" } else { " invalid" };
                let table = index.table.as_ref().map_or("?".into(), ToString::to_string);
                format!("{unique}index {name} on {table} ({}){valid}", keys.join(", "))
            }
            Relation::View(view) => {
                let reads: Vec<String> = view.reads.iter().map(ToString::to_string).collect();
                format!("view {name} of {}", reads.join(", "))
            }
            Relation::Sequence(sequence) => {
                let owner = sequence.owner().map(|(table, column)| format!(" of {table}.{column}"));
                format!("sequence {name}{}", owner.unwrap_or_default())
            }
        })
        .collect()
}

/// What the statements of a migration change, one line for each difference.
fn differences(replay: &Replay<'_>, index: usize) -> Vec<String> {
    let steps = replay.steps(index);
    let all = steps.iter().flat_map(|step| step.differences);
    all.map(|difference| {
        use DifferenceKind as Kind;
        let what = match &difference.kind {
            Kind::TableCreated => "created".to_owned(),
            Kind::TableDropped | Kind::ObjectDropped => "dropped".to_owned(),
            Kind::TableRenamed { to } | Kind::ObjectRenamed { to } => format!("renamed {to}"),
            Kind::ColumnAdded { column } => format!("+ column {column}"),
            Kind::ColumnDropped { column } => format!("- column {column}"),
            Kind::ColumnRenamed { column, to } => format!("column {column} renamed {to}"),
            Kind::ColumnTypeChanged { column, from, to } => {
                let from = from.as_ref().map_or("?".into(), ToString::to_string);
                format!("column {column} from {from} to {to}")
            }
            Kind::ColumnMadeNotNull { column } => format!("column {column} not null"),
            Kind::ColumnMadeNullable { column } => format!("column {column} null"),
            Kind::ColumnDefaultChanged { column } => format!("column {column} default"),
            Kind::ConstraintAdded { name } => format!("+ constraint {name}"),
            Kind::ConstraintDropped { name } => format!("- constraint {name}"),
            Kind::ConstraintValidated { name } => format!("constraint {name} validated"),
            Kind::IndexCreated { index } => format!("+ index {index}"),
            Kind::IndexDropped { index } => format!("- index {index}"),
            Kind::ObjectCreated => "created".to_owned(),
            Kind::ObjectChanged => "changed".to_owned(),
        };
        format!("{} {}: {what}", difference.object.kind.name(), difference.object)
    })
    .collect()
}
