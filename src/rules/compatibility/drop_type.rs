//! `DROP TYPE` and `DROP DOMAIN`.

use crate::dialect::Engine;
use crate::finding::{Breaks, Level, listed};
use crate::replay::{DifferenceKind, Step};
use crate::rules::drop::{Dropped, dropped};
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::name::ObjectKind;

const OLD: &str = "CREATE TYPE state AS ENUM ('open', 'done'); CREATE TYPE unused AS ENUM ('a'); \
    CREATE DOMAIN email AS text CHECK (value LIKE '%@%'); \
    CREATE TABLE orders (id bigint PRIMARY KEY, state state, old_state state);";

/// The rule.
pub static RULE: Rule = Rule {
    id: "drop-type",
    category: Category::Compatibility,
    level: Level::Warning,
    since: "0.1",
    summary: "type or domain dropped that the running release may name",
    why: "A release names a type where it casts (`$1::state`, which many drivers and mappers write \
          for each enum), and drivers look types up by name. From the drop on these statements \
          fail. With CASCADE, every column of the type is dropped with its values, without being \
          named: then this is an error.",
    instead: "Change the columns of the type first, ship a release that no longer names it, and \
              drop it then, without CASCADE: PostgreSQL refuses while something uses it.",
    facts: &[Fact {
        engine: Engine::Postgres,
        says: "CASCADE drops objects that depend on the type, such as table columns, functions \
               and operators.",
        source: "https://www.postgresql.org/docs/current/sql-droptype.html",
    }],
    same_as: &[
        ("squawk", "ban-drop-type"),
        ("squawk", "ban-drop-domain"),
        ("migrationpilot", "MP024"),
        ("migrationpilot", "MP022"),
        ("pg-migration-lint", "PGM202"),
        ("bytebase", "STATEMENT_DISALLOW_RM_TBL_CASCADE"),
    ],
    breaks: &[Breaks::Readers, Breaks::Writers, Breaks::Rollback],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "DROP TYPE unused;", "unused"),
        bad("postgres", OLD, "drop domain if exists Public.\"email\";", "Public.\"email\""),
        bad("postgres", OLD, "DROP TYPE state CASCADE;", "state").at_level(Level::Error),
        bad("postgres", OLD, "ALTER TABLE orders ALTER state TYPE text, ALTER old_state TYPE text; DROP TYPE state;", "state"),
        bad("postgres", OLD, "DO $$ BEGIN IF true THEN DROP TYPE unused; END IF; END $$;", "unused"),
        bad("postgres", "", "DROP TYPE mood;", "mood").incomplete(),
        good("postgres", OLD, "ALTER TABLE orders DROP COLUMN state, DROP COLUMN old_state; DROP TYPE state;"),
        good("postgres", OLD, "DROP TABLE orders; DROP TYPE state;"),
        good("postgres", OLD, "ALTER TYPE state RENAME TO state_old; CREATE TYPE state AS ENUM ('open', 'done', 'paid'); ALTER TABLE orders ALTER state TYPE state USING state::text::state, ALTER old_state TYPE text; DROP TYPE state_old;"),
        good("postgres", OLD, "DROP TYPE unused; CREATE TYPE unused AS ENUM ('a', 'b');"),
        good("postgres", OLD, "CREATE TYPE n AS ENUM ('a'); DROP TYPE n; DROP TYPE IF EXISTS never_was;"),
        good("postgres", OLD, "COMMENT ON TYPE state IS 'DROP TYPE state'; -- DROP TYPE state;"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    for ty in dropped(step, &[ObjectKind::Type, ObjectKind::Domain]) {
        let (name, along) = (&ty.object.name, ty.along());
        let back = step.end().types.contains_key(name);
        if along.is_empty() && (back || ty.came_by_rename() || goes_with_columns(&ty)) {
            continue;
        }
        let maybe = step.maybe(ty.difference.change);
        let kind = ty.object.kind.words();
        let columns = step.differences.iter().any(|other| {
            other.change == ty.difference.change
                && matches!(other.kind, DifferenceKind::ColumnDropped { .. })
        });
        let mut draft = sink
            .report(step, ty.difference.span, ty.subject())
            .level(ty.level(Level::Warning))
            .message(format!("{maybe}dropping the {kind} `{name}`"))
            .old_release(format!(
                ": the release that is running fails where it names it, as in a cast to `{name}`"
            ));
        if columns {
            draft = draft
                .level(ty.level(Level::Error))
                .breaks([Breaks::Data, Breaks::Readers, Breaks::Writers, Breaks::Rollback])
                .message(format!(
                    "{maybe}dropping the {kind} `{name}` with CASCADE drops {} with all values",
                    listed(&along)
                ))
                .old_release(", and the release that is running fails where it names any of it");
        }
        draft
            .also(&ty.standing())
            .help(
                "change the columns that have it first, ship a release that no longer names it, and \
                 drop it then without CASCADE",
            )
            .push();
    }
}

/// Whether columns had the type when the migration began, and all of them are gone at its end:
/// that they go is found by itself.
fn goes_with_columns(ty: &Dropped<'_>) -> bool {
    let columns = ty.step.start.columns_of_type(&ty.object.name);
    let end = ty.step.end();
    !columns.is_empty()
        && columns.iter().all(|(table, column)| {
            end.relation(table).is_absent() || end.column(table, column).is_absent()
        })
}
