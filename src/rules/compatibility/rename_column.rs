//! `RENAME COLUMN` of a column that is in use.

use crate::dialect::Engine;
use crate::finding::{Breaks, Level, Subject};
use crate::replay::{DifferenceKind, Step};
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::catalog::Catalog;
use crate::schema::table::Birth;

const OLD: &str = "CREATE TABLE t (id bigint PRIMARY KEY, a integer); CREATE VIEW v AS SELECT a FROM t;";

/// The rule.
pub static RULE: Rule = Rule {
    id: "rename-column",
    category: Category::Compatibility,
    level: Level::Error,
    since: "0.1",
    summary: "column renamed while the running release still uses its old name",
    why: "From the moment of the rename until the next release is everywhere, the release that is \
          running fails with each statement that names the column, and the next release fails \
          until then. Many ORMs name every column that they know in every SELECT and INSERT.",
    instead: "Keep the name in the database and map it in the application. Or add a column of the \
              new name, keep both in step with a trigger, copy the old rows in batches, move the \
              application over, and drop the old column in a later release.",
    facts: &[Fact {
        engine: Engine::Postgres,
        says: "Views keep showing a renamed column under the name that they gave it; functions \
               keep their text, with the old name in it.",
        source: "measured: PostgreSQL 15",
    }],
    same_as: &[
        ("squawk", "renaming-column"),
        ("atlas", "BC102"),
        ("pg-migration-lint", "PGM505"),
        ("pgfence", "rename-column"),
        ("strong_migrations", "rename_column"),
        ("postgres-language-server", "renamingColumn"),
        ("diesel-guard", "RenameColumnCheck"),
        ("migrationpilot", "MP010"),
        ("spirit", "check/rename"),
    ],
    breaks: &[Breaks::Readers, Breaks::Writers, Breaks::Rollback],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "ALTER TABLE t RENAME COLUMN a TO b;", "RENAME COLUMN a TO b"),
        bad("postgres", OLD, "alter table only Public.T rename \"a\" to \"B\";", "rename \"a\" to \"B\""),
        bad("postgres", OLD, "ALTER TABLE t RENAME TO u; ALTER TABLE u RENAME a TO b;", "RENAME a TO b"),
        bad("postgres", OLD, "DO $$ BEGIN IF true THEN ALTER TABLE t RENAME a TO b; END IF; END $$;", "RENAME a TO b"),
        bad("postgres", OLD, "DO $$ BEGIN EXECUTE 'ALTER TABLE t RENAME a TO b'; END $$;", "RENAME a TO b"),
        bad("postgres", OLD, "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'ALTER TABLE t RENAME a TO b'; SELECT f();", "SELECT f()"),
        bad("postgres", "", "ALTER TABLE old RENAME a TO b;", "RENAME a TO b").incomplete(),
        bad("postgres", "", "CREATE TABLE IF NOT EXISTS t (id int PRIMARY KEY); ALTER TABLE t RENAME id TO b;", "RENAME id TO b")
            .incomplete()
            .at_level(Level::Warning),
        bad("postgres", OLD, "ALTER TABLE t RENAME a TO b; ALTER TABLE t ADD a text;", "RENAME a TO b")
            .at_level(Level::Warning),
        bad(
            "postgres",
            "CREATE TABLE p (id int PRIMARY KEY, a int) PARTITION BY RANGE (id); CREATE TABLE p1 PARTITION OF p DEFAULT;",
            "ALTER TABLE p RENAME a TO b;",
            "RENAME a TO b",
        ),
        bad("postgres", OLD, "ALTER TABLE t RENAME a TO b;", "RENAME a TO b").runner("liquibase"),
        good("postgres", OLD, "CREATE TABLE n (id int PRIMARY KEY); ALTER TABLE n RENAME id TO b;"),
        good("postgres", OLD, "CREATE TEMP TABLE n (a int); ALTER TABLE n RENAME a TO b;"),
        good("postgres", OLD, "ALTER TABLE t ADD COLUMN n int; ALTER TABLE t RENAME n TO m;"),
        good("postgres", OLD, "ALTER VIEW v RENAME COLUMN a TO b;"),
        good("postgres", OLD, "ALTER TABLE t RENAME a TO x; ALTER TABLE t RENAME x TO a;"),
        good("postgres", OLD, "ALTER TABLE IF EXISTS never_was RENAME a TO b;"),
        bad("sqlite", OLD, "ALTER TABLE [t] RENAME `A` TO b;", "RENAME `A` TO b"),
        good("sqlite", OLD, "ALTER TABLE t ADD n; ALTER TABLE t RENAME n TO m;"),
        good("postgres", OLD, "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'ALTER TABLE t RENAME a TO b';"),
        good("postgres", OLD, "COMMENT ON TABLE t IS 'RENAME COLUMN a TO b'; -- ALTER TABLE t RENAME a TO b;"),
        bad("mysql", OLD, "ALTER TABLE t CHANGE COLUMN `a` b int;", "CHANGE COLUMN `a` b int"),
        bad("mysql", OLD, "ALTER TABLE t RENAME COLUMN a TO b;", "RENAME COLUMN a TO b"),
        good("mysql", OLD, "ALTER TABLE t CHANGE a a bigint; ALTER TABLE t RENAME INDEX i TO j;"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    for difference in step.differences {
        let DifferenceKind::ColumnRenamed { column, to } = &difference.kind else { continue };
        let table = &difference.object.name;
        let birth = |catalog: &Catalog| {
            let found = catalog.seen_table(table).and_then(|(_, found)| found.column(column));
            found.map(|column| column.birth)
        };
        // A column that this migration only moved aside and back is not renamed.
        let was_there = step.start.column(table, column).seen().is_some();
        let came_here = step.start.shape(table).known().is_some() && !was_there;
        let (was, is) = (birth(step.start), birth(step.end()));
        let same = is.is_some_and(|is| Birth::is_same(was.flatten(), is));
        if step.is_column_born(table, column) || came_here || same {
            continue;
        }
        let (level, then) = match is {
            Some(_) => (
                Level::Warning,
                format!("from then on `{column}` is another column, without the values of this one"),
            ),
            None => (
                step.level_by_standing(table),
                format!(
                    "a release that names `{column}` fails from then on, and one that names `{to}` \
                     until then"
                ),
            ),
        };
        let standing = match step.level_by_standing(table) {
            Level::Error => String::new(),
            _ => step.standing(table),
        };
        let maybe = step.maybe(difference.change);
        sink.report(step, difference.span, Subject::Column(table.clone(), column.clone()))
            .level(level)
            .message(format!("{maybe}`{table}.{column}` becomes `{to}`: {then}{standing}"))
            .help(
                "keep the name and map it in the application, or add the new column, keep both in \
                 step, and drop the old one in a later release",
            )
            .push();
    }
}
