//! IF NOT EXISTS where something else of that name exists.

use crate::dialect::Engine;
use crate::finding::{Level, Subject, listed};
use crate::replay::{Step, base_type};
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::change::{Change, CreateIndex, CreateTable, TableAction};
use crate::schema::name::Name;
use crate::source::Span;

const OLD: &str = "CREATE TABLE t (id bigint PRIMARY KEY, a int); CREATE INDEX i ON t (a);";

/// The rule.
pub static RULE: Rule = Rule {
    id: "kept-as-it-was",
    category: Category::Shape,
    level: Level::Warning,
    since: "0.1",
    summary: "IF NOT EXISTS keeps an object that is not as the statement says",
    why: "IF NOT EXISTS asks for the name alone. Where a table, column or index of that name \
          exists and is another, the statement does nothing and reports success: what the \
          migration says and what the database holds part ways, and it shows when a column is \
          missing. On a new database, where nothing of that name is, both agree again.",
    instead: "Write what changes: ALTER TABLE ... ADD COLUMN, another name for another index.",
    facts: &[Fact {
        engine: Engine::Postgres,
        says: "There is no guarantee that the existing relation is anything like the one that would \
               have been created.",
        source: "https://www.postgresql.org/docs/current/sql-createtable.html",
    }],
    same_as: &[("pg-migration-lint", "PGM403")],
    breaks: &[],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "CREATE TABLE IF NOT EXISTS t (id bigint PRIMARY KEY, a int, b text);", "CREATE TABLE IF NOT EXISTS t"),
        bad("postgres", OLD, "CREATE TABLE IF NOT EXISTS public.\"t\" (id uuid PRIMARY KEY, a int);", "CREATE TABLE IF NOT EXISTS public.\"t\""),
        bad("postgres", OLD, "ALTER TABLE t ADD COLUMN IF NOT EXISTS a text;", "ADD COLUMN IF NOT EXISTS a text"),
        bad("postgres", OLD, "CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON t (a, id);", "CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON t"),
        good("postgres", OLD, "CREATE TABLE IF NOT EXISTS t (id int8 PRIMARY KEY, a integer NOT NULL); CREATE INDEX IF NOT EXISTS i ON t USING btree (a);"),
        good("postgres", OLD, "CREATE TABLE IF NOT EXISTS n (id bigint PRIMARY KEY); ALTER TABLE t ADD COLUMN IF NOT EXISTS b int;"),
        good("postgres", OLD, "ALTER TABLE t ADD COLUMN IF NOT EXISTS b int; CREATE TABLE IF NOT EXISTS t (id bigint PRIMARY KEY, a int);"),
        good("postgres", "", "CREATE TABLE IF NOT EXISTS t (id bigint PRIMARY KEY); ALTER TABLE old ADD COLUMN IF NOT EXISTS a int;").incomplete(),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    if step.dialect.engine != Engine::Postgres || step.is_told() {
        return;
    }
    for located in &step.statement.changes {
        let span = located.change.span;
        match &located.change.value {
            Change::CreateTable(table) if table.if_not_exists => table_kept(step, table, span, sink),
            Change::CreateIndex(index) if index.if_not_exists => index_kept(step, index, span, sink),
            Change::AlterTable {
                target,
                action: TableAction::AddColumn { column, if_not_exists: true, .. },
            } => {
                let table = step.before.resolve(&target.name);
                if let Some(differs) = other_type(step, &table, column) {
                    let subject = Subject::Column(table.clone(), column.name.clone());
                    report(step, span, subject, &format!("`{table}` has {differs}"), sink);
                }
            }
            _ => {}
        }
    }
}

/// A column as it is, where it has another type than a definition says.
fn other_type(
    step: &Step<'_>,
    table: &Name,
    column: &crate::schema::change::Column,
) -> Option<String> {
    let found = step.before.column(table, &column.name).known()?;
    let is = base_type(step.before, found.definition.ty.as_ref()?);
    let ty = column.ty.as_ref()?;
    let written = base_type(step.before, ty);
    let serial = ty.serial_of();
    let same = is == written || serial.is_some_and(|integer| is.is(integer));
    (!same).then(|| format!("`{}` as {is}, not {ty}", column.name))
}

fn table_kept(step: &Step<'_>, create: &CreateTable, span: Span, sink: &mut Sink) {
    let name = step.before.creation_name(&create.name, create.temporary);
    let Some(table) = step.before.shape(&name).known() else { return };
    let missing: Vec<&str> = create
        .columns
        .iter()
        .map(|it| it.value.name.as_str())
        .filter(|it| table.column(it).is_none())
        .collect();
    let differs = match missing.is_empty() {
        false => format!("lacks {}", listed(&missing)),
        true => {
            let other = create.columns.iter().find_map(|it| other_type(step, &name, &it.value));
            let Some(other) = other else { return };
            format!("has {other}")
        }
    };
    report(step, span, Subject::Table(name.clone()), &format!("`{name}` exists and {differs}"), sink);
}

fn index_kept(step: &Step<'_>, create: &CreateIndex, span: Span, sink: &mut Sink) {
    let Some(index) = &create.name else { return };
    let table = step.before.resolve(&create.table);
    let name = step.before.index_name(&table, index);
    let Some(found) = step.before.index(&name).known() else { return };
    let columns = |keys: &[crate::schema::change::IndexKey]| {
        keys.iter().map(|key| key.column.clone()).collect::<Option<Vec<_>>>()
    };
    let (Some(is), Some(written)) = (columns(&found.keys), columns(&create.keys)) else { return };
    let differs = if found.table.as_ref().is_some_and(|it| *it != table) {
        "is of another table"
    } else if is != written {
        "is on other columns"
    } else if create.unique && !found.unique {
        "is not unique"
    } else {
        return;
    };
    let subject = Subject::Index(name.clone());
    report(step, span, subject, &format!("index `{name}` exists and {differs}"), sink);
}

fn report(step: &Step<'_>, span: Span, subject: Subject, what: &str, sink: &mut Sink) {
    sink.report(step, span, subject)
        .message(format!("{what}: IF NOT EXISTS leaves it as it is, and this statement does nothing"))
        .help("say what changes, or use another name")
        .push();
}
