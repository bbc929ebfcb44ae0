//! `DROP TABLE` of a table that may hold rows.

use crate::dialect::Engine;
use crate::finding::{Breaks, Level, Subject, listed};
use crate::replay::{Difference, DifferenceKind, Rebuilt, Step};
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::catalog::TEMPORARY_SCHEMA;
use crate::schema::change::Change;
use crate::schema::knowledge::Knowledge;
use crate::schema::name::{Name, ObjectKind};

const OLD: &str = "CREATE TABLE t (id bigint PRIMARY KEY, a int); CREATE TABLE c (id int PRIMARY KEY, t_id bigint REFERENCES t); CREATE VIEW v AS SELECT * FROM t;";
const PARTS: &str = "CREATE TABLE p (id int PRIMARY KEY) PARTITION BY RANGE (id); CREATE TABLE p1 PARTITION OF p DEFAULT;";

/// The rule.
pub static RULE: Rule = Rule {
    id: "drop-table",
    category: Category::Data,
    level: Level::Error,
    since: "0.1",
    summary: "table dropped with all its rows while the running release may still use it",
    why: "The rows are gone for good, and until the next release is everywhere, the release that \
          is running fails with each statement that names the table. With CASCADE, views on it and \
          foreign keys to it go too. DROP TABLE IF EXISTS, left in from local tests, deletes a \
          table that nobody meant; to create it again right behind makes an empty one.",
    instead: "First ship a release that no longer uses the table. When it is everywhere, drop it. \
              A comment `-- lockgate:retired table shop.orders` in a migration of that release \
              lets the drop pass by itself, once git proves that it was released; else allow this \
              finding with that reason.",
    facts: &[Fact {
        engine: Engine::Postgres,
        says: "DROP TABLE always removes any indexes, rules, triggers, and constraints that exist \
               for the target table; views and foreign keys of others go with CASCADE.",
        source: "https://www.postgresql.org/docs/current/sql-droptable.html",
    },
Fact {
            engine: Engine::Sqlite,
            says: "Other changes of a table are made by creating a new one, copying the rows, \
                   dropping the old one and renaming the new one; with foreign keys on, the drop \
                   first deletes all rows of the old one.",
            source: "https://www.sqlite.org/lang_altertable.html",
        }],
    same_as: &[
        ("squawk", "ban-drop-table"),
        ("atlas", "DS102"),
        ("pg-migration-lint", "PGM201"),
        ("pgfence", "drop-table"),
        ("postgres-language-server", "banDropTable"),
        ("strong_migrations", "create_table"),
        ("migrationpilot", "MP026"),
        ("diesel-guard", "DropTableCheck"),
        ("pg-migration-lint", "PGM202"),
        ("bytebase", "STATEMENT_DISALLOW_RM_TBL_CASCADE"),
    ],
    breaks: &[Breaks::Data, Breaks::Readers, Breaks::Writers, Breaks::Rollback],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "DROP TABLE c;", "c"),
        bad("postgres", OLD, "drop table if exists PUBLIC.\"c\" restrict;", "PUBLIC.\"c\""),
        bad("postgres", OLD, "DROP TABLE t CASCADE;", "t"),
        bad("postgres", OLD, "DROP TABLE IF EXISTS c; CREATE TABLE c (id int PRIMARY KEY);", "c"),
        bad("postgres", OLD, "ALTER TABLE c RENAME TO c_old; DROP TABLE c_old;", "c_old"),
        bad("postgres", OLD, "CREATE TABLE n (id int PRIMARY KEY); DROP TABLE c; ALTER TABLE n RENAME TO c;", "c"),
        bad("postgres", OLD, "CREATE TABLE n (id int PRIMARY KEY); INSERT INTO n SELECT id FROM c; DROP TABLE c; ALTER TABLE n RENAME TO c;", "c"),
        bad("postgres", OLD, "CREATE TABLE n (id int PRIMARY KEY, t_id bigint); INSERT INTO n SELECT id, t_id FROM c; DROP TABLE c;", "c"),
        bad("postgres", OLD, "DO $$ BEGIN IF true THEN DROP TABLE c; END IF; END $$;", "c"),
        bad("postgres", OLD, "DO $$ BEGIN EXECUTE 'DROP TABLE c'; END $$;", "c"),
        bad("postgres", OLD, "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'DROP TABLE c'; SELECT f();", "SELECT f()"),
        bad("postgres", PARTS, "DROP TABLE p1;", "p1"),
        bad("postgres", PARTS, "DROP TABLE p;", "p"),
        bad("postgres", "", "DROP TABLE old;", "old").incomplete(),
        bad("postgres", "", "DROP TABLE IF EXISTS old; CREATE TABLE old (id int PRIMARY KEY);", "old")
            .incomplete()
            .at_level(Level::Warning),
        bad("postgres", "", "CREATE TABLE IF NOT EXISTS t (id int PRIMARY KEY); DROP TABLE t;", "t")
            .incomplete()
            .at_level(Level::Warning),
        bad("postgres", OLD, "DROP TABLE c;", "c").runner("flyway"),
        good("postgres", "", "CREATE TABLE n (id int PRIMARY KEY); DROP TABLE n;"),
        good("postgres", "", "CREATE TABLE IF NOT EXISTS n (id int PRIMARY KEY); DROP TABLE n;"),
        good("postgres", "", "DROP TABLE IF EXISTS n; CREATE TABLE n (id int PRIMARY KEY);"),
        good("postgres", OLD, "CREATE TEMP TABLE x AS SELECT * FROM t; DROP TABLE x;"),
        good("postgres", OLD, "CREATE TABLE n (id int PRIMARY KEY, t_id bigint); INSERT INTO n SELECT id, t_id FROM c; DROP TABLE c; ALTER TABLE n RENAME TO c;"),
        good("postgres", OLD, "ALTER TABLE c RENAME TO o; CREATE TABLE c (id bigint PRIMARY KEY, t_id bigint); INSERT INTO c SELECT id, t_id FROM o; DROP TABLE o;"),
        good("postgres", OLD, "CREATE TABLE n AS SELECT * FROM c; DROP TABLE c; ALTER TABLE n RENAME TO c; ALTER TABLE c ADD PRIMARY KEY (id);"),
        good("postgres", OLD, "DROP VIEW v; COMMENT ON TABLE t IS 'DROP TABLE t'; -- DROP TABLE t;"),
        good("postgres", "CREATE MATERIALIZED VIEW m AS SELECT 1 AS a;", "DROP MATERIALIZED VIEW m;"),
        good("postgres", "CREATE FOREIGN TABLE f (a int) SERVER s;", "DROP FOREIGN TABLE f;"),
        good("postgres", OLD, "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN DROP TABLE t; END $$;"),
        bad("sqlite", OLD, "DROP TABLE [C];", "[C]"),
        bad("sqlite", OLD, "CREATE TABLE n (id INTEGER PRIMARY KEY); INSERT INTO n SELECT id FROM c; DROP TABLE c; ALTER TABLE n RENAME TO c;", "c"),
        good("sqlite", OLD, "PRAGMA foreign_keys = OFF; CREATE TABLE n (id INTEGER PRIMARY KEY, t_id INTEGER); INSERT INTO n SELECT * FROM c; DROP TABLE c; ALTER TABLE n RENAME TO c;"),
        bad("sqlite", OLD, "CREATE TABLE n (id INTEGER PRIMARY KEY, t_id INTEGER); INSERT INTO n SELECT * FROM c WHERE id > 5; DROP TABLE c; ALTER TABLE n RENAME TO c;", "c"),
        bad("sqlite", OLD, "CREATE TABLE n (id INTEGER PRIMARY KEY, t_id INTEGER); INSERT INTO n (id) SELECT id FROM c; DROP TABLE c; ALTER TABLE n RENAME TO c;", "c"),
        bad("sqlite", OLD, "CREATE TABLE n (t_id INTEGER, id INTEGER PRIMARY KEY); INSERT INTO n SELECT * FROM c; DROP TABLE c; ALTER TABLE n RENAME TO c;", "c"),
        bad("sqlite", OLD, "CREATE TABLE n (id INTEGER PRIMARY KEY, t_id INTEGER); INSERT INTO n SELECT * FROM c; DELETE FROM n WHERE id > 5; DROP TABLE c; ALTER TABLE n RENAME TO c;", "c"),
        bad("sqlite", OLD, "ALTER TABLE t RENAME TO o; CREATE TABLE t (id INTEGER PRIMARY KEY, a int); INSERT INTO t SELECT * FROM o; DROP TABLE o;", "o"),
        good("sqlite", OLD, "PRAGMA legacy_alter_table = ON; ALTER TABLE t RENAME TO o; CREATE TABLE t (id INTEGER PRIMARY KEY, a int); INSERT INTO t SELECT * FROM o; DROP TABLE o;"),
        good("sqlite", OLD, "ALTER TABLE c RENAME TO o; CREATE TABLE c (id INTEGER PRIMARY KEY, t_id INTEGER, b TEXT); INSERT INTO c (t_id, id, b) SELECT coalesce(t_id, 0), id, 'x' FROM o ORDER BY id; DROP TABLE o;"),
        good("sqlite", OLD, "CREATE TEMP TABLE b AS SELECT * FROM c; DROP TABLE b; DROP TABLE IF EXISTS never_was;"),
        good("postgres", OLD, "CREATE SCHEMA s; CREATE TABLE s.c (id int PRIMARY KEY); DROP TABLE s.c;"),
        bad("mysql", OLD, "DROP TABLE IF EXISTS `C` CASCADE;", "`C`"),
        good("mysql", OLD, "DROP TEMPORARY TABLE t; DROP TEMPORARY TABLE IF EXISTS c;").incomplete(),
        good("mysql", OLD, "DROP TEMPORARY TABLE IF EXISTS t;"),
        bad("mariadb", OLD, "CREATE OR REPLACE TABLE c (id bigint PRIMARY KEY);", "CREATE OR REPLACE TABLE c"),
        bad("mariadb", "", "CREATE OR REPLACE TABLE c (id bigint PRIMARY KEY);", "CREATE OR REPLACE TABLE c")
            .incomplete()
            .at_level(Level::Warning),
        good("mariadb", OLD, "CREATE OR REPLACE TABLE n (id bigint PRIMARY KEY); CREATE OR REPLACE TABLE n (id int PRIMARY KEY); CREATE OR REPLACE TEMPORARY TABLE c (id int);"),
        bad("mysql", OLD, "CREATE TABLE n (id int PRIMARY KEY, t_id bigint); INSERT IGNORE INTO n SELECT * FROM c; DROP TABLE c; RENAME TABLE n TO c;", "c"),
        bad("mysql", OLD, "CREATE TABLE n LIKE c; INSERT INTO n SELECT * FROM c; TRUNCATE TABLE n; DROP TABLE c; RENAME TABLE n TO c;", "c"),
        good("mysql", OLD, "CREATE TABLE n (id int PRIMARY KEY, t_id bigint); INSERT INTO n SELECT * FROM c; DROP TABLE c; RENAME TABLE n TO c;"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    for difference in step.differences {
        let Some(located) = step.statement.changes.get(difference.change) else { continue };
        let (object, if_exists) = match &located.change.value {
            Change::Drop { object, if_exists, .. } if object.kind == ObjectKind::Table => {
                (&object.name, *if_exists)
            }
            // MariaDB's CREATE OR REPLACE.
            Change::CreateTable(create) => (&create.name, true),
            _ => continue,
        };
        let table = &difference.object.name;
        // What CASCADE takes is told with the table that is named.
        let named = step.before.resolve(object) == *table;
        let dropped = difference.kind == DifferenceKind::TableDropped && named;
        let temporary = table.schema.as_deref() == Some(TEMPORARY_SCHEMA);
        // What CREATE OR REPLACE puts in its place is another one.
        let born = step.before.relations.contains_key(table) && step.is_born(table);
        if !dropped || temporary || born || step.before.is_foreign(table) {
            continue;
        }
        let rebuilt = step.rebuilt(table);
        let behind = left_behind(step, table);
        if rebuilt.as_ref().is_some_and(Rebuilt::is_whole) {
            if !behind.is_empty() {
                report_left_behind(step, difference, &behind, sink);
            }
            continue;
        }
        let copy = copy_of(step, table);
        let level = match step.before.relation(table) {
            Knowledge::Assumed if if_exists => Level::Warning,
            _ => step.level_by_standing(table),
        };
        let maybe = step.maybe(difference.change);
        let partition = partition_of(step, table);
        let lost = lost(table, rebuilt.as_ref(), copy.as_ref(), partition.as_ref());
        let mut more = taken(step, difference);
        more += comes_back(step, table, copy.is_some() || rebuilt.is_some());
        if level != Level::Error {
            more += &match if_exists {
                true => format!(". These migrations do not show whether `{table}` exists"),
                false => step.standing(table),
            };
        }
        let columns = rebuilt.as_ref().is_some_and(|it| !it.partial);
        let name = if columns { "them" } else { "it" };
        let mut draft = sink
            .report(step, difference.span, Subject::Table(table.clone()))
            .level(level)
            .message(format!("{maybe}{lost}"));
        // Who reads a partition reads the whole.
        if partition.is_none() {
            draft = draft.old_release(format!(
                ", and the release that is running fails with every statement that names {name}"
            ));
        }
        draft.also(&more).help(help(table, columns)).push();
    }
}

fn help(table: &Name, rebuilt: bool) -> String {
    const ALLOW: &str = "`-- lockgate:allow drop-table reason=\"unused since ...\"`";
    match rebuilt {
        true => format!("copy these columns too, or ship a release that no longer uses them and put {ALLOW} before this"),
        false => format!(
            "ship a release that no longer uses the table, with `-- lockgate:retired table {table}` in \
             a migration; when it is everywhere, drop it (or allow this with {ALLOW})"
        ),
    }
}

/// What goes for good.
fn lost(
    table: &Name,
    rebuilt: Option<&Rebuilt>,
    copy: Option<&Name>,
    partition: Option<&Name>,
) -> String {
    match (rebuilt, copy, partition) {
        (Some(it), ..) if it.partial => {
            format!("`{table}` is built anew, and the copy may leave rows out: they do not come along")
        }
        (Some(it), ..) if it.without.is_empty() => {
            let columns = listed(&it.uncopied);
            format!(
                "`{table}` is built anew, and the copy leaves out {columns}: their values do not \
                 come along"
            )
        }
        (Some(it), ..) => {
            let columns = listed(&it.without);
            format!("`{table}` is built anew without {columns}: their values do not come along")
        }
        (None, Some(copy), _) => format!("dropping `{table}` deletes what `{copy}` did not copy"),
        (None, None, Some(parent)) => {
            format!("dropping `{table}`, a partition of `{parent}`, deletes its rows")
        }
        (None, None, None) => format!("dropping `{table}` deletes all its rows"),
    }
}

/// The tables whose foreign keys followed a table of SQLite's when this migration renamed it, and
/// are not led back.
fn left_behind(step: &Step<'_>, table: &Name) -> Vec<Name> {
    let renamed = !step.start.relations.contains_key(table) && step.start.complete;
    if step.dialect.engine != Engine::Sqlite || !renamed {
        return Vec::new();
    }
    let mut tables: Vec<Name> =
        step.end().references_to(table).map(|(other, _)| other.clone()).collect();
    tables.dedup();
    tables
}

fn report_left_behind(step: &Step<'_>, dropped: &Difference, behind: &[Name], sink: &mut Sink) {
    let table = &dropped.object.name;
    let names = listed(behind);
    sink.report(step, dropped.span, Subject::Table(table.clone()))
        .message(format!(
            "dropping `{table}` leaves the foreign keys of {names} without a table: they followed it \
             when it was renamed"
        ))
        .help(
            "create the new table under another name, copy, drop the old one and rename the new \
             one last, or set PRAGMA legacy_alter_table = ON before the rename",
        )
        .push();
}

fn partition_of(step: &Step<'_>, table: &Name) -> Option<Name> {
    let (_, found) = step.before.seen_table(table)?;
    found.partition_of.as_ref().map(|(parent, _)| parent.clone())
}

/// The table of this migration that took the rows over before.
fn copy_of(step: &Step<'_>, table: &Name) -> Option<Name> {
    let reads = |names: &[Name]| names.iter().any(|name| step.before.resolve(name) == *table);
    let copies = step.earlier().filter_map(|change| match change {
        Change::Data(data) if reads(&data.reads) => data.writes.first(),
        Change::CreateTable(create) => {
            create.query.as_ref().filter(|query| reads(&query.relations)).map(|_| &create.name)
        }
        _ => None,
    });
    copies.map(|copy| step.before.resolve(copy)).find(|copy| {
        let lasts = step.before.seen_table(copy).is_some_and(|(_, found)| !found.temporary);
        copy != table && lasts
    })
}

/// What goes along: partitions, children, views and foreign keys of others.
fn taken(step: &Step<'_>, dropped: &Difference) -> String {
    // Elsewhere what refers to the table stays, or the drop is refused.
    if step.dialect.engine != Engine::Postgres {
        return String::new();
    }
    let others = step.differences.iter().filter(|other| {
        other.change == dropped.change
            && other.object.name != dropped.object.name
            && !is_dropped_here(step, &other.object.name)
    });
    let others: Vec<String> = others
        .map(|other| match &other.kind {
            DifferenceKind::ConstraintDropped { name } => format!("{}.{name}", other.object.name),
            _ => other.object.name.to_string(),
        })
        .collect();
    let located = step.statement.changes.get(dropped.change);
    let cascade = matches!(
        located.map(|it| &it.change.value),
        Some(Change::Drop { cascade: true, .. })
    );
    match (others.as_slice(), cascade) {
        ([], _) => String::new(),
        ([one], true) => format!("; `{one}` goes with it"),
        (others, true) => format!("; {} go with it", listed(others)),
        (others, false) => {
            format!("; without CASCADE PostgreSQL refuses that while it has {}", listed(others))
        }
    }
}

/// Whether the statement names a table among those that it drops.
fn is_dropped_here(step: &Step<'_>, table: &Name) -> bool {
    step.statement.changes.iter().any(|located| match &located.change.value {
        Change::Drop { object, .. } => step.before.resolve(&object.name) == *table,
        _ => false,
    })
}

/// That another table takes the name, where nothing was copied into it.
fn comes_back(step: &Step<'_>, table: &Name, copied: bool) -> &'static str {
    let again = step.from_here().any(|later| match &later.kind {
        DifferenceKind::TableCreated => later.object.name == *table,
        DifferenceKind::TableRenamed { to } => to == table,
        _ => false,
    });
    match again && !copied {
        true => "; the table that gets its name in this migration has none of them",
        false => "",
    }
}
