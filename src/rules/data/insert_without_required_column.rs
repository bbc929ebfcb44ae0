//! INSERTs that the table is sure to refuse.

use crate::dialect::Engine;
use crate::finding::{Level, Subject, listed};
use crate::migration::Context;
use crate::replay::Step;
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::catalog::{Catalog, Column, Table};
use crate::schema::change::{Change, Data, Given};
use crate::schema::name::{Name, ObjectKind};

const OLD: &str = "CREATE TABLE t (id bigserial PRIMARY KEY, name text NOT NULL, at timestamptz NOT NULL DEFAULT now(), note text); CREATE TABLE o (id bigint PRIMARY KEY, name text);";

/// The rule.
pub static RULE: Rule = Rule {
    id: "insert-without-required-column",
    category: Category::Data,
    level: Level::Error,
    since: "0.1",
    summary: "INSERT that gives a NOT NULL column no value",
    why: "A column that is NOT NULL and has no default needs a value in every row. An INSERT that \
          leaves it out fails with its first row. INSERT ... SELECT does so only where the query \
          finds one: it passes on the empty database of a test, and fails in production.",
    instead: "Name the column and give it a value, or give it a default first.",
    facts: &[Fact {
        engine: Engine::Postgres,
        says: "null value in column violates not-null constraint (23502); INSERT ... SELECT of no \
               rows passes.",
        source: "measured: PostgreSQL 15",
    }],
    same_as: &[],
    breaks: &[],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "INSERT INTO t (note) VALUES ('a');", "INSERT INTO t (note) VALUES ('a')"),
        bad("postgres", OLD, "INSERT INTO public.T (id, note) SELECT id, name FROM o ON CONFLICT DO NOTHING;", "INSERT INTO public.T (id, note) SELECT id, name FROM o ON CONFLICT DO NOTHING"),
        bad("postgres", OLD, "INSERT INTO t VALUES (1);", "INSERT INTO t VALUES (1)"),
        bad("postgres", OLD, "INSERT INTO t (name, note) VALUES (NULL, 'a'), ('b', 'c');", "INSERT INTO t (name, note) VALUES (NULL, 'a'), ('b', 'c')"),
        bad("postgres", OLD, "INSERT INTO t DEFAULT VALUES;", "INSERT INTO t DEFAULT VALUES"),
        bad("postgres", OLD, "ALTER TABLE t ALTER at DROP DEFAULT; WITH x AS (SELECT 1 AS a) INSERT INTO t (name) SELECT a::text FROM x;", "WITH x AS (SELECT 1 AS a) INSERT INTO t (name) SELECT a::text FROM x"),
        bad("postgres", OLD, "DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM t) THEN INSERT INTO t (note) VALUES ('a'); END IF; END $$;", "INSERT INTO t (note) VALUES ('a')")
            .at_level(Level::Warning),
        bad("postgres", OLD, "INSERT INTO o (name) VALUES ('a');", "INSERT INTO o (name) VALUES ('a')").at_level(Level::Warning),
        good("postgres", OLD, "INSERT INTO t (name) VALUES ('a'); INSERT INTO t VALUES (1, 'b'); INSERT INTO t (id, name) SELECT id, name FROM o;"),
        good("postgres", OLD, "INSERT INTO t SELECT id, name, now() FROM o; INSERT INTO t (name, at) VALUES ('a', DEFAULT);"),
        good("postgres", OLD, "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.name := 1; RETURN NEW; END'; CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f(); INSERT INTO t (note) VALUES ('a');"),
        good("postgres", "", "INSERT INTO old (a) VALUES (1); CREATE TABLE IF NOT EXISTS t (a int NOT NULL); INSERT INTO t DEFAULT VALUES;").incomplete(),
        good("postgres", OLD, "ALTER TABLE t ALTER name DROP NOT NULL; INSERT INTO t (note) VALUES ('a');"),
        good("postgres", OLD, "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'INSERT INTO t (note) VALUES (1)';"),
        good("postgres", OLD, "CREATE VIEW v AS SELECT * FROM t; INSERT INTO v (note) VALUES ('a');"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    if step.dialect.engine != Engine::Postgres || step.is_told() {
        return;
    }
    for located in &step.statement.changes {
        let Change::Data(Data { gives: Some(given), writes, .. }) = &located.change.value else {
            continue;
        };
        let Some(written) = writes.first() else { continue };
        let name = step.before.resolve(written);
        let Some(table) = step.before.shape(&name).known() else { continue };
        let missing = missing(step.before, table, given);
        let Some(first) = missing.first() else { continue };
        if is_filled_by_others(step.before, &name, table) {
            continue;
        }
        let columns: Vec<String> = missing.iter().map(|it| format!("{name}.{it}")).collect();
        let certain = located.context != Context::Do { certain: false };
        let portable = missing.len() == 1 && is_numbered_by_sqlite(table, first);
        let fails = match (&given.values, certain) {
            (_, false) => "it fails if it runs",
            (Some(_), true) => "it fails",
            (None, true) => "it fails with the first row that the query finds",
        };
        sink.report(step, located.change.span, Subject::Column(name.clone(), first.clone()))
            .level(if certain && !portable { Level::Error } else { Level::Warning })
            .message(format!(
                "this INSERT gives {} no value, which must not be NULL and has no default: {fails}",
                listed(&columns)
            ))
            .help("give it a value here, or a default before")
            .push();
    }
}

/// Whether SQLite would number the column: an INTEGER PRIMARY KEY. Programs that run one file on
/// both make it a serial before they send it.
fn is_numbered_by_sqlite(table: &Table, column: &str) -> bool {
    let is_integer = table
        .column(column)
        .and_then(|it| it.definition.ty.as_ref())
        .is_some_and(|ty| ty.is("integer") || ty.is("bigint"));
    is_integer && table.primary_key().is_some_and(|(_, key)| key.columns == [column.to_owned()])
}

/// Whether a trigger or a rule may give the row what the statement does not.
fn is_filled_by_others(catalog: &Catalog, name: &Name, table: &Table) -> bool {
    let kinds = [ObjectKind::Trigger, ObjectKind::Rule];
    let mut named = std::iter::once(name).chain(table.ancestors());
    named.any(|table| {
        catalog.objects.keys().any(|it| kinds.contains(&it.kind) && it.name == *table)
    })
}

/// The columns that have to have a value and get none.
fn missing(catalog: &Catalog, table: &Table, given: &Given) -> Vec<String> {
    let required = |column: &Column| column.definition.not_null && !catalog.is_filled(column);
    let mut missing = Vec::new();
    for (place, column) in table.columns.iter().enumerate() {
        let name = &column.definition.name;
        let named = given.columns.iter().position(|it| it == name);
        let all = given.columns.is_empty();
        // Of a query nobody counts the columns here.
        if all && given.values.is_none() {
            break;
        }
        let at = if all { Some(place) } else { named };
        let value = match (at, &given.values) {
            (None, _) => None,
            (Some(_), None) => Some("?"),
            (Some(at), Some(values)) => values.get(at).map(String::as_str),
        };
        if required(column) && matches!(value, None | Some("null" | "default")) {
            missing.push(name.clone());
        }
    }
    missing
}
