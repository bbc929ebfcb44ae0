//! A column that every INSERT must name from now on.

use crate::dialect::Engine;
use crate::finding::{Breaks, Level, Subject};
use crate::migration::{Reading, Statement};
use crate::replay::{Difference, DifferenceKind as Kind, Step};
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::catalog::Catalog;
use crate::schema::change::{Change, TableAction};
use crate::schema::name::Name;
use crate::schema::table::TypeKind;
use crate::schema::types::DataType;

const OLD: &str = "CREATE TABLE t (id bigint PRIMARY KEY, a text, b int NOT NULL DEFAULT 0, c int NOT NULL); CREATE DOMAIN d AS int DEFAULT 5;";

/// The rule.
pub static RULE: Rule = Rule {
    id: "required-column-without-default",
    category: Category::Compatibility,
    level: Level::Error,
    since: "0.1",
    summary: "NOT NULL column without a default, which the running release does not fill",
    why: "The release that is running does not name a column that it does not know, nor one that \
          had a default: from the migration until the next release is everywhere, each of its \
          INSERTs fails. To add such a column to a table that holds rows fails at once on \
          PostgreSQL and SQLite: the rows have no value for it. To give it a default and take \
          that away again in the same migration helps the rows, not the release.",
    instead: "Add the column with a default and keep it until no release is running that leaves \
              the column out; drop the default in a later migration, and allow this finding there \
              with that reason. Or add it without NOT NULL, and demand that later.",
    facts: &[
        Fact {
            engine: Engine::Postgres,
            says: "ADD COLUMN ... NOT NULL without a default fails if the table has rows (column \
                   contains null values) and works on an empty one; DEFAULT NULL is none; a \
                   domain's default counts.",
            source: "measured: PostgreSQL 15",
        },
    Fact {
            engine: Engine::Sqlite,
            says: "ADD COLUMN ... NOT NULL without a default is refused where the table has rows.",
            source: "measured: SQLite 3.40.1",
        },],
    same_as: &[
        ("squawk", "adding-required-field"),
        ("atlas", "MF103"),
        ("pg-migration-lint", "PGM008"),
        ("pgfence", "add-column-not-null-no-default"),
        ("postgres-language-server", "addingRequiredField"),
    ],
    breaks: &[Breaks::Writers, Breaks::Rollback],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "ALTER TABLE t ADD COLUMN n int NOT NULL;", "ADD COLUMN n int NOT NULL"),
        bad("postgres", OLD, "alter table only Public.\"t\" add \"N\" int not null default null;", "add \"N\" int not null default null"),
        bad("postgres", OLD, "ALTER TABLE t ADD COLUMN n int NOT NULL DEFAULT 0; ALTER TABLE t ALTER n DROP DEFAULT;", "ALTER n DROP DEFAULT"),
        bad("postgres", OLD, "ALTER TABLE t ALTER a SET DEFAULT ''; UPDATE t SET a = '' WHERE a IS NULL; ALTER TABLE t ALTER a SET NOT NULL; ALTER TABLE t ALTER a DROP DEFAULT;", "ALTER a DROP DEFAULT"),
        bad("postgres", OLD, "ALTER TABLE t ALTER COLUMN b DROP DEFAULT;", "ALTER COLUMN b DROP DEFAULT"),
        bad("postgres", OLD, "ALTER TABLE t ALTER b SET DEFAULT NULL;", "ALTER b SET DEFAULT NULL"),
        bad("postgres", OLD, "ALTER TABLE t ADD n int; UPDATE t SET n = 1 WHERE true; ALTER TABLE t ALTER n SET NOT NULL;", "ALTER n SET NOT NULL"),
        bad("postgres", OLD, "ALTER TABLE t ADD n int NOT NULL; ALTER TABLE t ALTER n SET DEFAULT 1;", "ADD n int NOT NULL"),
        // A default that comes behind the column fills no row that was there.
        bad("postgres", OLD, "ALTER TABLE t ADD n int; ALTER TABLE t ALTER n SET DEFAULT 1; ALTER TABLE t ALTER n SET NOT NULL;", "ALTER n SET NOT NULL"),
        bad("postgres", OLD, "ALTER TABLE t ADD n int, ALTER n SET DEFAULT 1, ALTER n SET NOT NULL;", "ALTER n SET NOT NULL"),
        bad("postgres", "CREATE TABLE k (a int);", "ALTER TABLE k ADD COLUMN id bigint PRIMARY KEY;", "ADD COLUMN id bigint PRIMARY KEY"),
        bad("postgres", "CREATE TABLE k (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY);", "ALTER TABLE k ALTER id DROP IDENTITY;", "ALTER id DROP IDENTITY"),
        bad("postgres", "CREATE TABLE k (id serial PRIMARY KEY);", "ALTER TABLE k ALTER id DROP DEFAULT;", "ALTER id DROP DEFAULT"),
        bad("postgres", OLD, "DO $$ BEGIN IF true THEN ALTER TABLE t ADD n int NOT NULL; END IF; END $$;", "ADD n int NOT NULL"),
        bad("postgres", OLD, "DO $$ BEGIN EXECUTE 'ALTER TABLE t ADD n int NOT NULL'; END $$;", "ADD n int NOT NULL"),
        bad("postgres", "", "ALTER TABLE old ADD COLUMN IF NOT EXISTS n int NOT NULL;", "ADD COLUMN IF NOT EXISTS n int NOT NULL").incomplete(),
        bad("postgres", "", "ALTER TABLE old ALTER a DROP DEFAULT;", "ALTER a DROP DEFAULT")
            .incomplete()
            .at_level(Level::Warning),
        bad("postgres", "", "CREATE TABLE IF NOT EXISTS t (id int PRIMARY KEY); ALTER TABLE t ADD n int NOT NULL;", "ADD n int NOT NULL")
            .incomplete()
            .at_level(Level::Warning),
        bad(
            "postgres",
            "CREATE TABLE p (id int PRIMARY KEY) PARTITION BY RANGE (id); CREATE TABLE p1 PARTITION OF p DEFAULT;",
            "ALTER TABLE p ADD n int NOT NULL;",
            "ADD n int NOT NULL",
        ),
        bad("postgres", OLD, "ALTER TABLE t ADD COLUMN n int NOT NULL;", "ADD COLUMN n int NOT NULL").runner("flyway"),
        good("postgres", OLD, "ALTER TABLE t ADD COLUMN n boolean NOT NULL DEFAULT false;"),
        good("postgres", OLD, "ALTER TABLE t ADD COLUMN n int DEFAULT 0 NOT NULL; ALTER TABLE t ALTER a DROP DEFAULT;"),
        good("postgres", OLD, "ALTER TABLE t ADD COLUMN n varchar(32) NULL; ALTER TABLE t ALTER c DROP NOT NULL;"),
        good("postgres", OLD, "ALTER TABLE t ADD n bigserial, ADD m int GENERATED BY DEFAULT AS IDENTITY, ADD o int NOT NULL GENERATED ALWAYS AS (1) STORED;"),
        good("postgres", OLD, "ALTER TABLE t ADD n d NOT NULL;"),
        good("postgres", OLD, "ALTER TABLE t ADD n int; UPDATE t SET n = 1; ALTER TABLE t ALTER n SET DEFAULT 1, ALTER n SET NOT NULL;"),
        good("postgres", OLD, "ALTER TABLE t ADD n d; ALTER TABLE t ALTER n SET NOT NULL;"),
        good("postgres", OLD, "ALTER TABLE t ALTER b DROP DEFAULT, ALTER b DROP NOT NULL;"),
        good("postgres", OLD, "ALTER TABLE t ALTER c SET DEFAULT 1; ALTER TABLE t ALTER c DROP DEFAULT;"),
        good("postgres", OLD, "ALTER TABLE t ALTER b DROP DEFAULT; ALTER TABLE t ALTER b SET DEFAULT 2;"),
        good("postgres", OLD, "ALTER TABLE t ALTER a SET NOT NULL;"),
        good("postgres", "", "ALTER TABLE old ALTER a DROP DEFAULT, ALTER a SET DEFAULT NULL;").incomplete(),
        good("postgres", OLD, "ALTER TABLE t ADD n int NOT NULL DEFAULT 0; ALTER TABLE t ALTER n DROP DEFAULT; ALTER TABLE t DROP COLUMN n;"),
        good("postgres", "CREATE TABLE k (id int);", "ALTER TABLE k ADD COLUMN key bigserial PRIMARY KEY;"),
        good("postgres", "", "CREATE TABLE n (id int PRIMARY KEY); ALTER TABLE n ADD a int NOT NULL;"),
        good("postgres", OLD, "CREATE TEMP TABLE n (id int); ALTER TABLE n ADD a int NOT NULL;"),
        good("postgres", OLD, "CREATE INDEX CONCURRENTLY i ON t (a) WHERE b IS NOT NULL;"),
        bad("sqlite", OLD, "ALTER TABLE t ADD COLUMN n TEXT NOT NULL;", "ADD COLUMN n TEXT NOT NULL"),
        good("sqlite", OLD, "ALTER TABLE t ADD COLUMN n TEXT NOT NULL DEFAULT ''; ALTER TABLE t ADD COLUMN m TEXT;"),
        good("postgres", OLD, "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'ALTER TABLE t ADD n int NOT NULL';"),
        good("postgres", OLD, "COMMENT ON TABLE t IS 'ADD n int NOT NULL'; -- ALTER TABLE t ADD n int NOT NULL;"),
        bad("mysql", "CREATE TABLE t (id int PRIMARY KEY);", "ALTER TABLE t ADD n int NOT NULL;", "ADD n int NOT NULL"),
        bad("mysql", "CREATE TABLE t (id int PRIMARY KEY);", "ALTER TABLE t ADD n int unsigned DEFAULT 0 NOT NULL; ALTER TABLE t ALTER n DROP DEFAULT;", "ALTER n DROP DEFAULT"),
        good("mysql", "CREATE TABLE t (id int PRIMARY KEY);", "ALTER TABLE t ADD n int unsigned DEFAULT 0 NOT NULL, ADD m int NULL;"),
        bad("mysql", "CREATE TABLE t (id int PRIMARY KEY, a int DEFAULT NULL);", "ALTER TABLE t MODIFY a int NOT NULL;", "MODIFY a int NOT NULL"),
        good("mysql", "CREATE TABLE t (id int PRIMARY KEY);", "ALTER TABLE t ADD COLUMN kind ENUM('web', 'app') NOT NULL;"),
        bad("mysql", "CREATE TABLE t (kind ENUM('web', 'app') NOT NULL DEFAULT 'app');", "ALTER TABLE t ALTER kind DROP DEFAULT;", "ALTER kind DROP DEFAULT"),
        good("mysql", "CREATE TABLE t (a int);", "ALTER TABLE t ADD id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY;"),
    ],
    check: Check::Step(check),
};

/// How a column became one that every INSERT must name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    Added,
    MadeNotNull,
    /// Likewise, and no row of an old table has a value for it.
    Unfilled,
    LostDefault,
    /// MySQL's MODIFY and CHANGE.
    Redefined,
}

fn check(step: &Step<'_>, sink: &mut Sink) {
    for difference in step.differences {
        let table = &difference.object.name;
        let Some((how, column)) = how(step, difference) else { continue };
        let implicit = has_implicit_default(step, difference, column);
        if step.is_born(table) || implicit || !is_news(step, difference, how, column) {
            continue;
        }
        // None: whether it is NOT NULL is not known.
        let required = match how {
            // It fails, whatever a later statement makes of it.
            How::Added if fails_with_rows(step) => is_required(step.after, table, column),
            // A default that came behind it fills no row that was there.
            How::Unfilled => Some(true),
            How::Added | How::MadeNotNull => {
                let here = is_required(step.after, table, column) == Some(true);
                is_required(step.end(), table, column).map(|at_end| here && at_end)
            }
            How::LostDefault | How::Redefined => is_required(step.end(), table, column),
        };
        let gone = step.end().column(table, column).is_absent();
        if required == Some(false) || (required.is_none() && how != How::LostDefault) || gone {
            continue;
        }
        let level = match required {
            Some(_) => step.level_by_standing(table),
            None => Level::Warning,
        };
        let standing = match step.level_by_standing(table) {
            Level::Error => String::new(),
            _ => step.standing(table),
        };
        let maybe = step.maybe(difference.change);
        let (message, old_release) = message(step, how, table, column, required.is_some());
        let mut draft = sink
            .report(step, difference.span, Subject::Column(table.clone(), column.to_owned()))
            .level(level)
            .message(format!("{maybe}{message}"))
            .old_release(old_release)
            .also(&standing);
        if matches!(how, How::Added | How::Unfilled) && fails_with_rows(step) {
            // The deploy fails, whoever is running.
            draft = draft.breaks([]);
        }
        draft
            .help(match how {
                How::LostDefault => {
                    "keep the default until no release is running that leaves the column out, and \
                     drop it in a later migration"
                }
                _ => {
                    "give it a default, and drop that in a later migration, when no release is \
                     running that leaves the column out"
                }
            })
            .push();
    }
}

/// What a difference did to which column.
fn how<'s>(step: &Step<'s>, difference: &'s Difference) -> Option<(How, &'s str)> {
    match &difference.kind {
        Kind::ColumnAdded { column } => Some((How::Added, column)),
        Kind::ColumnMadeNotNull { column } => {
            let unfilled = fails_with_rows(step) && is_unfilled(step, &difference.object.name, column);
            Some((if unfilled { How::Unfilled } else { How::MadeNotNull }, column))
        }
        Kind::ColumnDefaultChanged { column } => {
            let now = step.after.seen_table(&difference.object.name)?.1.column(column)?;
            let redefined = step.differences.iter().any(|other| {
                other.change == difference.change
                    && matches!(&other.kind, Kind::ColumnMadeNotNull { column: made } if made == column)
            });
            let how = if redefined { How::Redefined } else { How::LostDefault };
            (!now.has_default()).then_some((how, column))
        }
        // Numbers that the engine gave out are a default too.
        Kind::ObjectChanged => match &step.statement.changes.get(difference.change)?.change.value {
            Change::AlterTable {
                action:
                    TableAction::DropIdentity { column, .. } | TableAction::DropExpression { column, .. },
                ..
            } => Some((How::LostDefault, column)),
            _ => None,
        },
        _ => None,
    }
}

/// Whether it is this migration that makes writers name the column, and this difference that says
/// so.
fn is_news(step: &Step<'_>, difference: &Difference, how: How, column: &str) -> bool {
    let table = &difference.object.name;
    let old = step.start.column(table, column).seen();
    let was_required = old.is_some_and(|old| old.whole) && is_required(step.start, table, column) == Some(true);
    let beside_add = step.differences.iter().any(|other| {
        other.change == difference.change
            && matches!(&other.kind, Kind::ColumnAdded { column: added } if added == column)
    });
    match how {
        How::Added => true,
        // That an old column takes no NULL any more is another matter.
        How::MadeNotNull | How::Unfilled => step.is_column_born(table, column) && !beside_add,
        How::LostDefault | How::Redefined => {
            let made_later = step.is_column_born(table, column)
                && is_required(step.after, table, column) != Some(true);
            !was_required && !made_later
        }
    }
}

/// Whether this migration added a column without a value, and nothing that it did since gave it one
/// or took the rows.
fn is_unfilled(step: &Step<'_>, table: &Name, column: &str) -> bool {
    let understood = |statement: &Statement| statement.reading == Reading::Understood;
    if !step.migration.statements.iter().all(understood) {
        return false;
    }
    let of_table = |name: &Name| step.before.resolve(name) == *table;
    let own = step.statement.changes.iter().map(|located| &located.change.value);
    let mut added = false;
    for change in step.earlier().chain(own) {
        match change {
            Change::AlterTable { target, action: TableAction::AddColumn { column: new, .. } }
                if new.name == column && of_table(&target.name) =>
            {
                let serial = new.ty.as_ref().is_some_and(|ty| ty.serial_of().is_some());
                added = new.default.is_none()
                    && new.identity.is_none()
                    && new.generated.is_none()
                    && !serial
                    && !new.ty.as_ref().is_some_and(|ty| has_default(step.before, ty));
            }
            Change::Data(data) if data.writes.iter().any(of_table) || !data.functions.is_empty() => {
                return false;
            }
            Change::Truncate { tables, .. } if tables.iter().any(of_table) => return false,
            _ => {}
        }
    }
    added
}

/// Whether a type is a domain that gives a value.
fn has_default(catalog: &Catalog, ty: &DataType) -> bool {
    let found = catalog.type_of(&ty.name).seen();
    found.is_some_and(|it| matches!(it.kind, TypeKind::Domain { default: Some(_), .. }))
}

/// Whether MySQL takes the first value where an INSERT leaves the column out: an ENUM that is NOT
/// NULL and has no DEFAULT, unless its default was dropped.
fn has_implicit_default(step: &Step<'_>, difference: &Difference, column: &str) -> bool {
    let change = step.statement.changes.get(difference.change).map(|it| &it.change.value);
    let drops = matches!(
        change,
        Some(Change::AlterTable { action: TableAction::SetDefault { .. }, .. })
    );
    let found = step.after.seen_table(&difference.object.name);
    let definition = found.and_then(|(_, table)| table.column(column)).map(|it| &it.definition);
    let is_enum = definition.and_then(|it| it.ty.as_ref()).is_some_and(|ty| ty.is("enum"));
    is_enum && !drops && !fails_with_rows(step)
}

/// Whether an INSERT must name a column; `None` where it is not known whether it is NOT NULL.
fn is_required(catalog: &Catalog, table: &Name, column: &str) -> Option<bool> {
    let found = catalog.seen_table(table).and_then(|(_, table)| table.column(column))?;
    let definition = &found.definition;
    let filled = catalog.is_filled(found);
    match definition.not_null {
        true => Some(!filled),
        // Who writes DEFAULT NULL means that it may be NULL.
        false if found.whole || filled || definition.default.is_some() => Some(false),
        false => None,
    }
}

/// Whether the engine refuses a new NOT NULL column without a default where the table has rows.
fn fails_with_rows(step: &Step<'_>) -> bool {
    !matches!(step.dialect.engine, Engine::Mysql | Engine::Mariadb)
}

/// What happens, and what that does to the release that ran before.
fn message(
    step: &Step<'_>,
    how: How,
    table: &Name,
    column: &str,
    known: bool,
) -> (String, &'static str) {
    match how {
        How::Added if fails_with_rows(step) => (
            format!(
                "adding `{table}.{column}` as NOT NULL without a default fails at once if \
                 `{table}` has rows"
            ),
            "; if it has none, each INSERT of the release that is running fails from then on, since \
             it does not name the column",
        ),
        How::Added => (
            format!("`{table}.{column}` is added as NOT NULL without a default"),
            ": each INSERT of the release that is running fails from then on in strict mode, since \
             it does not name the column",
        ),
        How::Unfilled => (
            format!(
                "`{table}.{column}` is new, no row has a value for it, and it becomes NOT NULL: that \
                 fails if `{table}` has rows, and the deploy stops"
            ),
            "; if it has none, each INSERT of the release that is running fails from then on, where \
             nothing fills the column that it does not name",
        ),
        How::MadeNotNull => (
            format!("`{table}.{column}` is new and becomes NOT NULL without a default"),
            ": each INSERT of the release that is running fails from then on, since it does not \
             name the column",
        ),
        How::Redefined => {
            let old = step.before.column(table, column).seen().filter(|old| old.whole);
            let becomes = match old.is_some_and(|old| old.has_default()) {
                true => "becomes NOT NULL and loses its default",
                false if old.is_some() => "becomes NOT NULL without a default",
                false => "is NOT NULL without a default from here on",
            };
            (
                format!("`{table}.{column}` {becomes}: the deploy fails if a row holds NULL"),
                "; each INSERT of the release that is running fails from then on where it leaves \
                 the column out",
            )
        }
        How::LostDefault if known => (
            format!("`{table}.{column}` is NOT NULL and loses its default"),
            ": each INSERT of the release that is running fails from then on where it leaves the \
             column out",
        ),
        How::LostDefault => (
            format!(
                "`{table}.{column}` loses its default, and these migrations do not show whether it \
                 is NOT NULL"
            ),
            "; if it is, each INSERT of the release that is running fails where it leaves the \
             column out",
        ),
    }
}
