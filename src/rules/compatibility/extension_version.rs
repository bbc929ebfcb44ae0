//! Extensions that are updated, or created in whichever version the server has.

use crate::dialect::Engine;
use crate::finding::{Breaks, Level, Subject};
use crate::replay::{DifferenceKind, Step};
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::change::Change;
use crate::schema::name::ObjectKind;

const OLD: &str = "CREATE EXTENSION pg_trgm VERSION '1.6';";

/// The rule.
pub static RULE: Rule = Rule {
    id: "extension-version",
    category: Category::Compatibility,
    level: Level::Warning,
    since: "0.1",
    summary: "extension updated, or created in a version that differs by server",
    why: "ALTER EXTENSION UPDATE runs the extension's own scripts: they may drop or change \
          functions that the running release calls, build indexes anew, and there is no way back \
          to the older version. Without a VERSION, each server takes the one that its packages \
          hold, so that two databases with the same migrations differ: for CREATE EXTENSION that \
          is a note. It needs the extension's files on the server, and often a superuser.",
    instead: "Read the notes of the extension's release, name the version, and update in a \
              migration of its own.",
    facts: &[Fact {
        engine: Engine::Postgres,
        says: "The default is to update to (or install) whatever version is specified as the \
               default in the extension's control file.",
        source: "https://www.postgresql.org/docs/current/sql-alterextension.html",
    }],
    same_as: &[
        ("squawk", "ban-alter-extension"),
        ("migrationpilot", "MP078"),
        ("diesel-guard", "CreateExtensionCheck"),
        ("pg-schema-diff", "UPGRADING_EXTENSION_VERSION"),
    ],
    breaks: &[Breaks::Readers, Breaks::Writers, Breaks::Rollback],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "ALTER EXTENSION pg_trgm UPDATE;", "ALTER EXTENSION pg_trgm UPDATE"),
        bad("postgres", OLD, "alter extension \"pg_trgm\" update to '1.7';", "alter extension \"pg_trgm\" update to '1.7'"),
        bad("postgres", "", "CREATE EXTENSION IF NOT EXISTS pgcrypto;", "CREATE EXTENSION IF NOT EXISTS pgcrypto").at_level(Level::Note),
        good("postgres", "", "CREATE EXTENSION pgcrypto WITH SCHEMA public VERSION '1.3';"),
        good("postgres", OLD, "ALTER EXTENSION pg_trgm SET SCHEMA public;"),
        good("postgres", OLD, "CREATE EXTENSION IF NOT EXISTS pg_trgm; COMMENT ON EXTENSION pg_trgm IS 'UPDATE';"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    for difference in step.differences.iter().filter(|it| it.object.kind == ObjectKind::Extension) {
        let change = step.statement.changes.get(difference.change);
        let name = &difference.object.name.name;
        let maybe = step.maybe(difference.change);
        let mut draft = sink.report(
            step,
            difference.span,
            Subject::Object("extension", name.clone()),
        );
        draft = match change.map(|located| &located.change.value) {
            Some(Change::Alter { action, .. }) if action.to_lowercase().starts_with("update") => {
                draft.message(format!(
                    "{maybe}updating `{name}` may change or drop functions that are in use, and there \
                     is no way back"
                ))
            }
            Some(Change::Create { definition, .. })
                if difference.kind == DifferenceKind::ObjectCreated
                    && !definition.to_lowercase().contains("version") =>
            {
                draft.level(Level::Note).breaks([]).message(format!(
                    "{maybe}`{name}` is created in whichever version the server has"
                ))
            }
            _ => continue,
        };
        draft.help("name the version that was tested").push();
    }
}
