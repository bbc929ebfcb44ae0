//! `DROP SCHEMA` with what stands in it.

use crate::dialect::Engine;
use crate::finding::{Breaks, Level, Subject, listed};
use crate::replay::{Difference, DifferenceKind, Step};
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::change::Change;
use crate::schema::name::{Name, ObjectKind};

const OLD: &str = "CREATE SCHEMA s; CREATE TABLE s.t (id bigint PRIMARY KEY); CREATE TYPE s.e AS ENUM ('a'); CREATE SCHEMA empty;";

/// The rule.
pub static RULE: Rule = Rule {
    id: "drop-schema",
    category: Category::Data,
    level: Level::Error,
    since: "0.1",
    summary: "schema or database dropped with everything in it",
    why: "DROP SCHEMA ... CASCADE drops every table, view, type and function in the schema, and \
          what depends on them elsewhere, without naming one of them: also what other tools or \
          teams created there. Without CASCADE, PostgreSQL refuses a schema that holds anything, \
          and the deploy stops there.",
    instead: "Drop the objects by name, each when no release uses it any more, and the empty \
              schema last, without CASCADE.",
    facts: &[Fact {
        engine: Engine::Postgres,
        says: "CASCADE automatically drops objects that are contained in the schema, and in turn \
               all objects that depend on those objects; RESTRICT refuses to drop the schema if it \
               contains any objects, and is the default.",
        source: "https://www.postgresql.org/docs/current/sql-dropschema.html",
    }],
    same_as: &[
        ("squawk", "ban-drop-schema"),
        ("atlas", "DS101"),
        ("pg-migration-lint", "PGM205"),
        ("postgres-language-server", "banDropSchema"),
        ("squawk", "ban-drop-database"),
        ("postgres-language-server", "banDropDatabase"),
        ("pgfence", "drop-database"),
        ("diesel-guard", "DropDatabaseCheck"),
        ("migrationpilot", "MP034"),
        ("migrationpilot", "MP035"),
        ("bytebase", "DATABASE_DROP_EMPTY_DATABASE"),
    ],
    breaks: &[Breaks::Data, Breaks::Readers, Breaks::Writers, Breaks::Rollback],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "DROP SCHEMA s CASCADE;", "s"),
        bad("postgres", OLD, "drop schema if exists \"s\" cascade;", "\"s\""),
        bad("postgres", OLD, "DROP SCHEMA s CASCADE; CREATE SCHEMA s;", "s"),
        bad("postgres", OLD, "DROP SCHEMA s;", "s"),
        bad("postgres", OLD, "DO $$ BEGIN IF true THEN DROP SCHEMA s CASCADE; END IF; END $$;", "s"),
        bad("postgres", OLD, "DO $$ BEGIN EXECUTE 'DROP SCHEMA s CASCADE'; END $$;", "s"),
        bad("postgres", "CREATE TABLE t (id int PRIMARY KEY);", "DROP SCHEMA public CASCADE;", "public"),
        bad("postgres", "", "DROP SCHEMA old CASCADE;", "old").incomplete(),
        bad("postgres", "", "DROP SCHEMA IF EXISTS old CASCADE;", "old")
            .incomplete()
            .at_level(Level::Warning),
        bad("postgres", OLD, "DROP SCHEMA s CASCADE;", "s").runner("golang-migrate"),
        bad("postgres", "", "DROP DATABASE app;", "app").incomplete(),
        good("postgres", OLD, "DROP SCHEMA empty;"),
        good("postgres", OLD, "DROP SCHEMA empty CASCADE;"),
        good("postgres", "", "DROP SCHEMA IF EXISTS never_was CASCADE;"),
        good("postgres", "", "CREATE SCHEMA n; CREATE TABLE n.a (id int PRIMARY KEY); DROP SCHEMA n CASCADE;"),
        good("postgres", "", "DROP SCHEMA old;").incomplete(),
        good("postgres", OLD, "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'DROP SCHEMA s CASCADE';"),
        good("postgres", OLD, "COMMENT ON SCHEMA s IS 'DROP SCHEMA s CASCADE'; -- DROP SCHEMA s CASCADE;"),
        bad("mysql", "", "DROP DATABASE IF EXISTS `app`;", "`app`").incomplete().at_level(Level::Warning),
        bad("mysql", OLD, "DROP DATABASE shop;", "shop"),
        bad("mysql", "CREATE DATABASE shop;", "DROP SCHEMA IF EXISTS shop;", "shop"),
        bad("mariadb", "CREATE TABLE t (id int PRIMARY KEY);", "DROP DATABASE IF EXISTS shop;", "shop").at_level(Level::Warning),
        bad("mariadb", "CREATE DATABASE shop;", "CREATE OR REPLACE DATABASE shop;", "CREATE OR REPLACE DATABASE shop"),
        bad("mariadb", "", "CREATE OR REPLACE SCHEMA shop;", "CREATE OR REPLACE SCHEMA shop").incomplete().at_level(Level::Warning),
        good("mysql", "", "CREATE DATABASE tmp; DROP DATABASE tmp;"),
        good("mysql", "", "CREATE DATABASE IF NOT EXISTS app;").incomplete(),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    for difference in step.differences {
        let Some(located) = step.statement.changes.get(difference.change) else { continue };
        let postgres = step.dialect.engine == Engine::Postgres;
        let (object, if_exists, cascade) = match &located.change.value {
            Change::Drop { object, if_exists, cascade, .. } => (object, *if_exists, *cascade),
            // MariaDB's, which drops the old one.
            Change::Create { object, or_replace: true, .. } if !postgres => (object, true, false),
            _ => continue,
        };
        let whole = matches!(object.kind, ObjectKind::Schema | ObjectKind::Database);
        let itself = whole && difference.object.kind == object.kind;
        let replaced = matches!(
            difference.kind,
            DifferenceKind::ObjectCreated | DifferenceKind::ObjectChanged
        ) && !matches!(located.change.value, Change::Drop { .. });
        if !itself || !(replaced || difference.kind == DifferenceKind::ObjectDropped) {
            continue;
        }
        let before = step.before.object(object).seen();
        let birth = before.and_then(|found| found.origin.birth);
        let born = birth.is_some_and(|it| it.unused && it.migration == Some(step.index));
        let inside = inside(step, &object.name.name);
        // Only PostgreSQL knows a schema that is not a database.
        let refuses = object.kind == ObjectKind::Schema
            && postgres
            && !cascade;
        // The tables of MySQL's are seldom written with its name.
        let unseen = match postgres {
            true => object.kind == ObjectKind::Database || !step.before.complete,
            false => !born,
        };
        if inside.is_empty() && (refuses || !unseen) {
            continue;
        }
        let unsure = if_exists && inside.is_empty() && (postgres || before.is_none());
        report(step, difference, &inside, unsure, refuses, sink);
    }
}

fn report(
    step: &Step<'_>,
    difference: &Difference,
    inside: &[String],
    unsure: bool,
    refuses: bool,
    sink: &mut Sink,
) {
    let object = &difference.object;
    let (kind, name) = (object.kind.words(), &object.name);
    let maybe = step.maybe(difference.change);
    let subject = Subject::Object(kind_of(object.kind), name.to_string());
    let draft = sink
        .report(step, difference.span, subject)
        .level(if unsure { Level::Warning } else { Level::Error })
        .help("drop the objects in it by name, when no release uses them, and the empty schema last");
    if refuses {
        let holds = listed(inside);
        draft
            .message(format!(
                "{maybe}DROP SCHEMA is refused while `{name}` holds anything, and it holds {holds}"
            ))
            .breaks([])
            .push();
        return;
    }
    let what = match inside {
        [] => "; these migrations do not show what that is".to_owned(),
        inside => format!(": {}", listed(inside)),
    };
    draft
        .message(format!("{maybe}dropping the {kind} `{name}` deletes everything in it{what}"))
        .old_release(", and the release that is running fails with every statement that names any of it")
        .push();
}

/// The kind as a `lockgate:retired` comment calls it.
fn kind_of(kind: ObjectKind) -> &'static str {
    match kind {
        ObjectKind::Schema => "schema",
        _ => "database",
    }
}

/// What stands in a schema and is older than this migration: tables first.
fn inside(step: &Step<'_>, schema: &str) -> Vec<String> {
    let in_it = |name: &Name| name.schema.as_deref() == Some(schema);
    let catalog = step.before;
    let relations = catalog.relations.iter().filter(|(name, _)| in_it(name) && !step.is_born(name));
    let (tables, others): (Vec<_>, Vec<_>) = relations
        .filter(|(_, relation)| relation.kind() != ObjectKind::Index)
        .partition(|(_, relation)| relation.kind() == ObjectKind::Table);
    let types = catalog.types.keys().filter(|name| in_it(name) && !step.is_type_born(name));
    let objects = catalog.objects.keys().filter(|object| in_it(&object.name));
    let objects = objects.filter(|object| object.part.is_none());
    let relations = tables.into_iter().chain(others).map(|(name, _)| name.to_string());
    let rest = types.map(Name::to_string).chain(objects.map(ToString::to_string));
    relations.chain(rest).collect()
}
