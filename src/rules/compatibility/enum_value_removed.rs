//! An enum type that takes another's place and lacks some of its values.

use crate::dialect::Engine;
use crate::finding::{Breaks, Level, Subject, listed};
use crate::replay::{DifferenceKind, MigrationEnd, Step};
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::change::{Change, Data, DataVerb, TableAction, TypeDefinition};
use crate::schema::name::Name;
use crate::schema::table::TypeKind;
use crate::schema::types::DataType;
use std::collections::BTreeSet;

const OLD: &str = "CREATE TYPE state AS ENUM ('open', 'done', 'lost'); CREATE TYPE small AS ENUM ('open', 'done'); \
    CREATE TABLE orders (id bigint PRIMARY KEY, state state NOT NULL, before state);";

/// The rule.
pub static RULE: Rule = Rule {
    id: "enum-value-removed",
    category: Category::Compatibility,
    level: Level::Error,
    since: "0.1",
    summary: "enum replaced by one that lacks values which the running release writes",
    why: "PostgreSQL cannot take a value out of an enum type, so the columns get another type \
          instead. The change fails if one row still holds a value that the new type lacks, and \
          from then on each statement of the running release that writes or compares such a value \
          fails.",
    instead: "Leave the value in the type and stop using it: that costs nothing. Where it must \
              go, first ship a release that neither writes nor names it, then change the rows \
              that hold it, then the type.",
    facts: &[
        Fact {
            engine: Engine::Postgres,
            says: "Existing values cannot be removed from an enum type, short of dropping and \
                   re-creating the type.",
            source: "https://www.postgresql.org/docs/current/datatype-enum.html",
        },
        Fact {
            engine: Engine::Postgres,
            says: "A row with a value that the new type lacks ends the change with `invalid input \
                   value for enum`.",
            source: "measured: PostgreSQL 15",
        },
    ],
    same_as: &[("migrationpilot", "MP024")],
    breaks: &[Breaks::Writers, Breaks::Rollback],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "ALTER TABLE orders ALTER state TYPE small USING state::text::small;", "ALTER state TYPE small USING state::text::small"),
        bad(
            "postgres",
            OLD,
            "CREATE TYPE state_new AS ENUM ('open', 'done'); ALTER TABLE orders ALTER COLUMN state TYPE state_new USING (state::text::state_new), ALTER before TYPE state_new USING before::text::state_new; ALTER TYPE state RENAME TO state_old; ALTER TYPE state_new RENAME TO state; DROP TYPE state_old;",
            "ALTER COLUMN state TYPE state_new USING (state::text::state_new)",
        ),
        bad(
            "postgres",
            OLD,
            "ALTER TYPE state RENAME TO state_old; CREATE TYPE state AS ENUM ('open', 'done', 'paid'); UPDATE orders SET state = 'done' WHERE state = 'lost'; ALTER TABLE Public.\"orders\" ALTER state TYPE state USING state::text::state;",
            "ALTER state TYPE state USING state::text::state",
        ),
        good("postgres", OLD, "ALTER TYPE state RENAME TO state_old; CREATE TYPE state AS ENUM ('open', 'done', 'lost', 'paid'); ALTER TABLE orders ALTER state TYPE state USING state::text::state;"),
        good("postgres", OLD, "ALTER TABLE orders ALTER state TYPE text;"),
        good("postgres", OLD, "CREATE TABLE n (id int PRIMARY KEY, s state); ALTER TABLE n ALTER s TYPE small USING s::text::small;"),
        good("postgres", OLD, "COMMENT ON TABLE orders IS 'x'; -- ALTER TABLE orders ALTER state TYPE small USING state::text::small;"),
    ],
    check: Check::Migration(check),
};

fn check(end: &MigrationEnd<'_>, sink: &mut Sink) {
    if end.dialect.engine != Engine::Postgres {
        return;
    }
    let mut reported = BTreeSet::new();
    for step in end.steps {
        for difference in step.differences {
            let DifferenceKind::ColumnTypeChanged { column, from: Some(from), to } =
                &difference.kind
            else {
                continue;
            };
            let (Some(old), Some(new)) = (labels(step, from), labels(step, to)) else { continue };
            let gone: Vec<&String> = old.iter().filter(|it| !new.contains(*it)).collect();
            let table = &difference.object.name;
            if gone.is_empty() || step.is_column_born(table, column) {
                continue;
            }
            // One type, one finding, however many columns have it.
            if !reported.insert((from.name.clone(), to.name.clone())) {
                continue;
            }
            let (maybe, gone) = (step.maybe(difference.change), listed(&gone));
            let mut draft = sink.report(
                step,
                difference.span,
                Subject::Column(table.clone(), column.clone()),
            );
            draft = match is_prepared(step, difference.change, table) {
                true => draft.message(format!("{maybe}`{table}.{column}` no longer takes {gone}")),
                // The deploy fails, whoever is running.
                false => draft.breaks([]).message(format!(
                    "{maybe}`{table}.{column}` no longer takes {gone}: the change fails if a row \
                     holds one of them"
                )),
            };
            draft
                .old_release("; each statement of the release that is running fails that names one")
                .help(
                    "leave the values in the type and stop using them; to take them out, ship a \
                     release that does not name them first",
                )
                .push();
        }
    }
}

/// The labels of a type, where it is an enum that was seen.
fn labels<'s>(step: &'s Step<'_>, ty: &DataType) -> Option<&'s [String]> {
    match &step.before.type_of(&ty.name).seen()?.kind {
        TypeKind::Type(TypeDefinition::Enum(labels)) => Some(labels),
        _ => None,
    }
}

/// Whether somebody thought of the rows that hold such a value: an UPDATE or DELETE before, or a
/// USING that is more than a cast.
fn is_prepared(step: &Step<'_>, change: usize, table: &Name) -> bool {
    let writes = |data: &Data| {
        matches!(data.verb, DataVerb::Update | DataVerb::Delete)
            && data.writes.iter().any(|it| step.before.resolve(it) == *table)
    };
    let updated = step.earlier().any(|it| matches!(it, Change::Data(data) if writes(data)));
    let change = step.statement.changes.get(change).map(|located| &located.change.value);
    let maps = match change {
        Some(Change::AlterTable { action: TableAction::AlterType { using: Some(using), .. }, .. }) => {
            using.text.contains('\'') || !using.functions.is_empty()
        }
        _ => false,
    };
    updated || maps
}
