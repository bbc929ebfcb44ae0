//! A column that is dropped and another that is added in its place.

use crate::dialect::Engine;
use crate::finding::{Breaks, Label, Level, Subject};
use crate::replay::{Difference, DifferenceKind, MigrationEnd, Step};
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::catalog::{Catalog, Column};
use crate::schema::change::{Change, DataVerb};
use crate::schema::name::Name;
use std::collections::BTreeSet;

const OLD: &str = "CREATE TABLE t (id bigint PRIMARY KEY, a varchar(50), n text NOT NULL); CREATE TABLE u (id int PRIMARY KEY, a int);";

/// The rule.
pub static RULE: Rule = Rule {
    id: "drop-and-add",
    category: Category::Data,
    level: Level::Error,
    since: "0.1",
    summary: "column dropped and added again, which loses its values",
    why: "A column that is dropped and added again under its name is an empty column: every value \
          is lost, and no statement fails. Tools that compare schemas write this where a type \
          was to change, and they write a drop and an add where a column was to be renamed: \
          the second is a warning, for a new column of the same type beside a dropped one.",
    instead: "To change a type, ALTER COLUMN ... TYPE, or for a large table a new column that is \
              filled in batches. To rename, RENAME COLUMN, or better keep the name. Where the \
              values are to go, drop the column in one migration and add it in a later one.",
    facts: &[Fact {
        engine: Engine::Postgres,
        says: "One ALTER TABLE drops before it adds, in whichever order it names them: the column \
               is empty afterwards.",
        source: "measured: PostgreSQL 15, ADD COLUMN c text, DROP COLUMN c",
    }],
    same_as: &[("spirit", "check/dropadd")],
    breaks: &[Breaks::Data, Breaks::Rollback],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "ALTER TABLE t DROP COLUMN a; ALTER TABLE t ADD COLUMN a varchar(51);", "DROP COLUMN a"),
        bad("postgres", OLD, "ALTER TABLE t DROP COLUMN a, ADD COLUMN a varchar(51);", "DROP COLUMN a"),
        bad("postgres", OLD, "ALTER TABLE t ADD COLUMN a varchar(51), DROP COLUMN a;", "DROP COLUMN a"),
        bad("postgres", OLD, "alter table public.\"t\" drop A; update u set a = 1 where id = 1; alter table T add \"a\" text not null default '';", "drop A"),
        bad("postgres", OLD, "DO $$ BEGIN IF true THEN ALTER TABLE t DROP a; ALTER TABLE t ADD a text; END IF; END $$;", "DROP a"),
        bad("postgres", "", "ALTER TABLE old DROP COLUMN IF EXISTS a; ALTER TABLE old ADD COLUMN a text;", "DROP COLUMN IF EXISTS a").incomplete(),
        bad("postgres", OLD, "ALTER TABLE t DROP COLUMN a; ALTER TABLE t ADD COLUMN a text;", "DROP COLUMN a").runner("flyway"),
        bad("postgres", OLD, "ALTER TABLE t ADD x varchar(50); UPDATE t SET x = a WHERE a > ''; ALTER TABLE t DROP a; ALTER TABLE t ADD a text; UPDATE t SET a = x WHERE x > '';", "DROP a")
            .at_level(Level::Warning),
        bad("postgres", OLD, "ALTER TABLE t DROP COLUMN a, ADD COLUMN b varchar(50);", "ADD COLUMN b varchar(50)")
            .at_level(Level::Warning),
        bad("postgres", OLD, "ALTER TABLE t ADD COLUMN m text NOT NULL; ALTER TABLE t DROP COLUMN n;", "ADD COLUMN m text NOT NULL")
            .at_level(Level::Warning),
        bad(
            "postgres",
            "CREATE TABLE p (id int PRIMARY KEY, a int) PARTITION BY RANGE (id); CREATE TABLE p1 PARTITION OF p DEFAULT;",
            "ALTER TABLE p DROP a, ADD a bigint;",
            "DROP a",
        ),
        good("postgres", OLD, "ALTER TABLE t DROP COLUMN a, ADD COLUMN b int;"),
        good("postgres", OLD, "ALTER TABLE t DROP COLUMN a; ALTER TABLE t ADD COLUMN b varchar(50) NOT NULL DEFAULT '';"),
        good("postgres", OLD, "ALTER TABLE t DROP COLUMN a; ALTER TABLE u ADD COLUMN b varchar(50);"),
        good("postgres", OLD, "ALTER TABLE t ADD b varchar(50); UPDATE t SET b = a WHERE a > ''; ALTER TABLE t DROP a;"),
        good("postgres", OLD, "ALTER TABLE t ALTER COLUMN a TYPE varchar(51);"),
        good("postgres", OLD, "ALTER TABLE t ADD COLUMN b int; ALTER TABLE t DROP COLUMN b; ALTER TABLE t ADD COLUMN b text;"),
        good("postgres", "", "CREATE TABLE n (id int PRIMARY KEY, a int); ALTER TABLE n DROP a; ALTER TABLE n ADD a text;"),
        good("postgres", OLD, "CREATE TEMP TABLE x (a int); ALTER TABLE x DROP a, ADD a text;"),
        good(
            "postgres",
            "CREATE TABLE g (id int PRIMARY KEY, d int GENERATED ALWAYS AS (id * 2) STORED);",
            "ALTER TABLE g DROP COLUMN d, ADD COLUMN d int GENERATED ALWAYS AS (id * 3) STORED;",
        ),
        bad("sqlite", OLD, "ALTER TABLE t DROP COLUMN a; ALTER TABLE t ADD COLUMN a INTEGER;", "DROP COLUMN a"),
        good("sqlite", OLD, "ALTER TABLE t DROP COLUMN a; ALTER TABLE t ADD COLUMN b INTEGER;"),
        good("postgres", OLD, "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'ALTER TABLE t DROP a, ADD a text';"),
        good("postgres", OLD, "COMMENT ON TABLE t IS 'DROP a, ADD a'; -- ALTER TABLE t DROP a, ADD a text;"),
        bad("mysql", OLD, "ALTER TABLE `t` DROP a, ADD `A` varchar(51);", "DROP a"),
        good("mysql", OLD, "ALTER TABLE t MODIFY a varchar(51), DROP n, ADD m int;"),
    ],
    check: Check::Migration(check),
};

fn check(end: &MigrationEnd<'_>, sink: &mut Sink) {
    let mut paired = BTreeSet::new();
    for (position, step) in end.steps.iter().enumerate() {
        for difference in step.differences {
            let DifferenceKind::ColumnDropped { column } = &difference.kind else { continue };
            let table = &difference.object.name;
            let old = step.before.column(table, column).seen();
            // The values of a generated column come back by themselves.
            let computed = old.is_some_and(|old| old.definition.generated.is_some());
            if computed || step.is_column_born(table, column) {
                continue;
            }
            match step.added_again(table, column) {
                Some(added) => again(end, position, difference, column, added, sink),
                None => renamed(end, position, difference, column, &mut paired, sink),
            }
        }
    }
}

/// One name, two columns.
fn again(
    end: &MigrationEnd<'_>,
    position: usize,
    dropped: &Difference,
    column: &str,
    added: &Difference,
    sink: &mut Sink,
) {
    let Some(step) = end.steps.get(position) else { return };
    let table = &dropped.object.name;
    let ty = definition(step.end(), table, column).and_then(|it| it.definition.ty.as_ref());
    let ty = ty.map(|ty| format!(" as {ty}")).unwrap_or_default();
    // Somebody may have put the values aside, and back again.
    let (before, after) = end.steps.split_at(position);
    let aside = before.iter().any(|it| updates(it, table)) && after.iter().any(|it| updates(it, table));
    let (level, unless) = match aside {
        true => (Level::Warning, ", unless the UPDATEs of this migration put them aside and back"),
        false => (Level::Error, ""),
    };
    let maybe = step.maybe(dropped.change);
    let instead = match step.dialect.engine {
        Engine::Postgres => "ALTER COLUMN ... TYPE changes the type and keeps the values",
        Engine::Mysql | Engine::Mariadb => "MODIFY COLUMN changes the type and keeps the values",
        Engine::Sqlite => "build the table anew with the new type and copy its rows",
    };
    let file = step.migration.migration.file;
    let text = "the empty column that takes its name".to_owned();
    sink.report(step, dropped.span, Subject::Column(table.clone(), column.to_owned()))
        .level(level)
        .message(format!(
            "{maybe}dropping `{table}.{column}` and adding it again{ty} loses every value of \
             it{unless}"
        ))
        .related(Label { file, span: added.span, text })
        .help(format!("{instead}; to lose them on purpose, drop now and add in a later migration"))
        .push();
}

/// Two names, and columns that are alike.
fn renamed<'s>(
    end: &MigrationEnd<'s>,
    position: usize,
    dropped: &Difference,
    column: &str,
    paired: &mut BTreeSet<(&'s Name, &'s str)>,
    sink: &mut Sink,
) {
    let Some(step) = end.steps.get(position) else { return };
    let table = &dropped.object.name;
    let Some(old) = step.before.column(table, column).known() else { return };
    let alike = |new: &Column| {
        let (old, new) = (&old.definition, &new.definition);
        old.ty.is_some() && old.ty == new.ty && old.not_null == new.not_null
            && new.generated.is_none() && new.identity.is_none()
    };
    for (at, other) in end.steps.iter().enumerate() {
        // What was copied over before the drop is a rename that keeps the values.
        let copied = end.steps.get(at..position).is_some_and(|between| {
            between.iter().any(|between| updates(between, table))
        });
        for difference in other.differences {
            let DifferenceKind::ColumnAdded { column: added } = &difference.kind else { continue };
            let new = definition(other.after, table, added);
            let same_table = difference.object.name == *table;
            if copied || !same_table || !new.is_some_and(alike) || step.is_born(table) {
                continue;
            }
            if !paired.insert((&difference.object.name, added)) {
                continue;
            }
            let file = step.migration.migration.file;
            let text = format!("`{column}` goes here, with its values");
            let maybe = other.maybe(difference.change);
            sink.report(other, difference.span, Subject::Column(table.clone(), column.to_owned()))
                .level(Level::Warning)
                .message(format!(
                    "{maybe}`{table}.{column}` is dropped and `{added}` of the same type is added: \
                     this looks like a rename, and the values of `{column}` are lost"
                ))
                .related(Label { file, span: dropped.span, text })
                .help(format!(
                    "if it is one, RENAME COLUMN {column} TO {added} keeps the values; where both \
                     releases run at once, add `{added}`, copy in batches, and drop `{column}` in \
                     a later release"
                ))
                .push();
            return;
        }
    }
}

fn definition<'c>(catalog: &'c Catalog, table: &Name, column: &str) -> Option<&'c Column> {
    catalog.seen_table(table)?.1.column(column)
}

/// Whether a statement updates rows of a table.
fn updates(step: &Step<'_>, table: &Name) -> bool {
    step.statement.changes.iter().any(|located| match &located.change.value {
        Change::Data(data) => {
            data.verb == DataVerb::Update
                && data.writes.first().is_some_and(|name| step.before.resolve(name) == *table)
        }
        _ => false,
    })
}
