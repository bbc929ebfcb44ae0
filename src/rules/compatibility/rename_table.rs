//! `RENAME TO` and `SET SCHEMA` of a table that is in use.

use crate::dialect::Engine;
use crate::finding::{Breaks, Level, Subject, listed};
use crate::replay::{Difference, DifferenceKind, Rebuilt, Step};
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::catalog::{Relation, Table, View};
use crate::schema::name::{Name, ObjectKind};
use crate::schema::table::Birth;
use crate::sql::words::{outputs, words};

const OLD: &str = "CREATE TABLE t (id bigint PRIMARY KEY, a integer); CREATE SCHEMA s; CREATE VIEW v AS SELECT id FROM t;";

/// The rule.
pub static RULE: Rule = Rule {
    id: "rename-table",
    category: Category::Compatibility,
    level: Level::Error,
    since: "0.1",
    summary: "table renamed or moved while the running release still uses its old name",
    why: "From the moment of the rename until the next release is everywhere, the release that is \
          running fails with each statement that names the table. Nor can the next release come \
          first: it fails until the rename. Foreign keys, views and indexes follow by themselves; \
          names in functions, in other databases and in reports do not.",
    instead: "Keep the name, and change only what the application calls it. Where it must go: \
              rename the table and create a view under the old name in one transaction (a plain \
              view of one table can be written through), and drop the view when no release uses \
              it.",
    facts: &[
        Fact {
            engine: Engine::Postgres,
            says: "SET SCHEMA moves the table into another schema; associated indexes, \
                   constraints and sequences owned by table columns are moved as well.",
            source: "https://www.postgresql.org/docs/current/sql-altertable.html",
        },
        Fact {
            engine: Engine::Postgres,
            says: "A view of a single table without grouping is automatically updatable.",
            source: "https://www.postgresql.org/docs/current/sql-createview.html",
        },
    ],
    same_as: &[
        ("squawk", "renaming-table"),
        ("atlas", "BC101"),
        ("pg-migration-lint", "PGM504"),
        ("pgfence", "rename-table"),
        ("strong_migrations", "rename_table"),
        ("postgres-language-server", "renamingTable"),
        ("diesel-guard", "RenameTableCheck"),
        ("migrationpilot", "MP028"),
        ("strong_migrations", "rename_schema"),
        ("pgfence", "rename-schema"),
        ("diesel-guard", "RenameSchemaCheck"),
    ],
    breaks: &[Breaks::Readers, Breaks::Writers, Breaks::Rollback],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "ALTER TABLE t RENAME TO u;", "RENAME TO u"),
        bad("postgres", OLD, "alter table if exists only public.\"t\" rename to \"U\";", "rename to \"U\""),
        bad("postgres", OLD, "ALTER TABLE T SET SCHEMA s;", "SET SCHEMA s"),
        bad("postgres", OLD, "DO $$ BEGIN IF true THEN ALTER TABLE t RENAME TO u; END IF; END $$;", "RENAME TO u"),
        bad("postgres", OLD, "DO $$ BEGIN EXECUTE 'ALTER TABLE t RENAME TO u'; END $$;", "RENAME TO u"),
        bad("postgres", OLD, "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'ALTER TABLE t RENAME TO u'; SELECT f();", "SELECT f()"),
        bad("postgres", "", "ALTER TABLE old RENAME TO u;", "RENAME TO u").incomplete(),
        bad("postgres", "", "CREATE TABLE IF NOT EXISTS t (id int PRIMARY KEY); ALTER TABLE t RENAME TO u;", "RENAME TO u")
            .incomplete()
            .at_level(Level::Warning),
        bad("postgres", OLD, "ALTER TABLE t RENAME TO u; CREATE TABLE t (id bigint PRIMARY KEY, a integer);", "RENAME TO u")
            .at_level(Level::Warning),
        bad("postgres", OLD, "CREATE TABLE n (LIKE t INCLUDING ALL); ALTER TABLE t RENAME TO o; ALTER TABLE n RENAME TO t;", "RENAME TO o")
            .at_level(Level::Warning),
        bad(
            "postgres",
            "CREATE TABLE p (id int PRIMARY KEY) PARTITION BY RANGE (id); CREATE TABLE p1 PARTITION OF p DEFAULT;",
            "ALTER TABLE p RENAME TO q;",
            "RENAME TO q",
        ),
        bad("postgres", OLD, "ALTER TABLE t RENAME TO u;", "RENAME TO u").runner("flyway"),
        bad("postgres", "CREATE SCHEMA app; CREATE TABLE app.x (id int PRIMARY KEY);", "ALTER SCHEMA app RENAME TO app2;", "ALTER SCHEMA app RENAME TO app2"),
        good("postgres", "", "CREATE SCHEMA app; CREATE TABLE app.x (id int PRIMARY KEY); ALTER SCHEMA app RENAME TO app2;"),
        bad("postgres", OLD, "ALTER TABLE t RENAME TO u; CREATE VIEW t AS SELECT id FROM u;", "RENAME TO u").at_level(Level::Warning),
        bad("postgres", OLD, "ALTER TABLE t RENAME TO u; CREATE VIEW t AS SELECT DISTINCT * FROM u;", "RENAME TO u").at_level(Level::Warning),
        good("postgres", OLD, "ALTER TABLE t RENAME TO u; CREATE VIEW t AS SELECT * FROM u;"),
        good("postgres", OLD, "ALTER TABLE t RENAME TO o; CREATE TABLE t (id bigint PRIMARY KEY, a bigint); INSERT INTO t SELECT * FROM o;"),
        good("postgres", OLD, "CREATE TABLE n (LIKE t INCLUDING ALL); INSERT INTO n SELECT * FROM t; ALTER TABLE t RENAME TO o; ALTER TABLE n RENAME TO t;"),
        good("postgres", OLD, "CREATE TABLE n (id int PRIMARY KEY); ALTER TABLE n RENAME TO m;"),
        good("postgres", OLD, "CREATE TEMP TABLE n (id int); ALTER TABLE n RENAME TO m;"),
        good("postgres", OLD, "ALTER VIEW v RENAME TO w; ALTER INDEX t_pkey RENAME TO t_id;"),
        good("postgres", OLD, "ALTER TABLE t RENAME TO u; ALTER TABLE u RENAME TO t;"),
        good("postgres", OLD, "ALTER TABLE IF EXISTS never_was RENAME TO u;"),
        bad("sqlite", OLD, "ALTER TABLE [t] RENAME TO u;", "RENAME TO u"),
        good("sqlite", OLD, "CREATE TABLE n (id INTEGER PRIMARY KEY, a); INSERT INTO n SELECT * FROM t; DROP TABLE t; ALTER TABLE n RENAME TO t;"),
        good("postgres", OLD, "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'ALTER TABLE t RENAME TO u';"),
        good("postgres", OLD, "COMMENT ON TABLE t IS 'ALTER TABLE t RENAME TO u'; -- ALTER TABLE t RENAME TO u;"),
        good("postgres", OLD, "ALTER TABLE t RENAME CONSTRAINT t_pkey TO t_key;"),
        bad("mysql", OLD, "RENAME TABLE `t` TO u;", "`t` TO u"),
        bad("mysql", OLD, "ALTER TABLE t RENAME AS u;", "RENAME AS u"),
        good("mysql", OLD, "CREATE TABLE n LIKE t; INSERT INTO n SELECT * FROM t; RENAME TABLE t TO o, n TO t;"),
        bad("mysql", OLD, "CREATE TABLE n LIKE t; INSERT INTO n SELECT * FROM t LIMIT 5; RENAME TABLE t TO o, n TO t;", "t TO o").at_level(Level::Warning),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    for difference in step.differences {
        if let DifferenceKind::ObjectRenamed { to } = &difference.kind
            && difference.object.kind == ObjectKind::Schema
        {
            schema(step, difference, to, sink);
        }
        let DifferenceKind::TableRenamed { to } = &difference.kind else { continue };
        let table = &difference.object.name;
        // A table that this migration only moved aside and back is not renamed.
        let moved_here = !step.start.relations.contains_key(table) && step.start.complete;
        // Nor is one whose rows go on under its name in a table that is built anew.
        let rebuilt = step.rebuilt(table);
        let whole = rebuilt.as_ref().is_some_and(Rebuilt::is_whole);
        if step.is_born(table) || moved_here || whole {
            continue;
        }
        let (level, instead) = match step.end().relations.get(table) {
            // A view that shows all of it and can be written, or the same table again.
            Some(Relation::View(view)) => match falls_short(step, table, view) {
                Some(what) => (Level::Warning, what),
                None => continue,
            },
            Some(Relation::Table(now)) if is_same(step, table, now) => continue,
            Some(_) => (
                Level::Warning,
                match rebuilt {
                    Some(it) if it.partial => {
                        format!("the copy into the new `{table}` may leave rows out")
                    }
                    Some(it) if !it.without.is_empty() => {
                        format!("the new `{table}` has no {}", listed(&it.without))
                    }
                    Some(it) => {
                        format!("the copy into the new `{table}` leaves out {}", listed(&it.uncopied))
                    }
                    None => format!(
                        "from then on `{table}` is another table, without the rows of this one"
                    ),
                },
            ),
            None => (
                step.level_by_standing(table),
                format!(
                    "a release that names `{table}` fails from then on, and one that names `{to}` \
                     until then"
                ),
            ),
        };
        let standing = match step.level_by_standing(table) {
            Level::Error => String::new(),
            _ => step.standing(table),
        };
        let maybe = step.maybe(difference.change);
        let unless = match table.schema != to.schema {
            true => ", unless its search_path holds both schemas and it never names one",
            false => "",
        };
        sink.report(step, difference.span, Subject::Table(table.clone()))
            .level(level)
            .gone(&table.name, step.end().relations.contains_key(table))
            .message(format!("{maybe}`{table}` becomes `{to}`: {instead}{unless}{standing}"))
            .help(format!(
                "keep the name, or create a view `{table}` of `{to}` in the same transaction, and \
                 drop it when no release uses it"
            ))
            .push();
    }
}

/// What a view under the old name does not do that the table did; nothing where that is not sure.
fn falls_short(step: &Step<'_>, name: &Name, view: &View) -> Option<String> {
    const NOT_WRITTEN: &[&str] = &[
        "distinct", "except", "group", "having", "intersect", "join", "limit", "offset", "union", "with",
    ];
    if step.dialect.engine != Engine::Postgres {
        return None;
    }
    let shown = match view.columns.as_slice() {
        [] => outputs(&view.query.text, Engine::Postgres),
        columns => Some(columns.to_vec()),
    };
    if let (Some(shown), Some(table)) = (shown, step.before.shape(name).known()) {
        let columns = table.columns.iter().map(|column| &column.definition.name);
        let missing: Vec<&String> = columns.filter(|column| !shown.contains(column)).collect();
        if !missing.is_empty() {
            return Some(format!("the view in its place has no {}", listed(&missing)));
        }
    }
    let end = step.end();
    let rewritten = |kind: ObjectKind| {
        end.objects.keys().any(|key| key.kind == kind && key.name == *name)
    };
    let names = words(&view.query.text, Engine::Postgres, false).names;
    let complex = NOT_WRITTEN.iter().any(|word| names.contains(*word));
    let written = !complex || rewritten(ObjectKind::Trigger) || rewritten(ObjectKind::Rule);
    (view.materialized || !written).then(|| {
        "the view in its place cannot be written: each INSERT, UPDATE and DELETE of it fails".to_owned()
    })
}

/// A schema takes the names of its tables along.
fn schema(step: &Step<'_>, difference: &Difference, to: &Name, sink: &mut Sink) {
    let schema = &difference.object.name.name;
    let within = |(name, _): &(&Name, &Table)| name.schema.as_ref() == Some(schema);
    let tables: Vec<&Name> =
        step.before.tables().filter(within).map(|(name, _)| name).collect();
    if !tables.iter().any(|table| !step.is_born(table)) && step.start.complete {
        return;
    }
    let (maybe, to) = (step.maybe(difference.change), &to.name);
    let with = if tables.is_empty() { String::new() } else { format!(", with {}", listed(&tables)) };
    sink.report(step, difference.span, Subject::Object("schema", schema.clone()))
        .gone(schema, false)
        .message(format!(
            "{maybe}schema `{schema}` becomes `{to}`{with}: a release that names `{schema}` fails from \
             then on, and one that names `{to}` until then"
        ))
        .help(format!(
            "create schema `{to}` with a view of each table, and drop `{schema}` when no release \
             uses it"
        ))
        .push();
}

/// Whether what carries the name at the end is the table that carried it at the start.
fn is_same(step: &Step<'_>, name: &Name, now: &Table) -> bool {
    let was = step.start.seen_table(name).and_then(|(_, was)| was.origin.birth);
    Birth::is_same(was, now.origin.birth)
}
