//! `ADD VALUE` to an enum type that is in use.

use crate::dialect::Engine;
use crate::finding::{Breaks, Level, Subject};
use crate::replay::Step;
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::change::{Change, TypeDefinition};
use crate::schema::table::TypeKind;

const OLD: &str = "CREATE TYPE state AS ENUM ('open', 'done'); \
                   CREATE TABLE orders (id bigint PRIMARY KEY, state state NOT NULL);";

/// The rule.
pub static RULE: Rule = Rule {
    id: "enum-value-added",
    category: Category::Compatibility,
    level: Level::Note,
    since: "0.1",
    summary: "enum value that the running release does not know when it reads it",
    why: "The statement itself is harmless. But once the next release writes the new value, the \
          release that still runs beside it reads it, and what maps the type to an enum of its \
          own language throws on a value that it does not know. A value cannot be taken out of \
          the type again.",
    instead: "First ship a release that can read the value; write it when that is everywhere.",
    facts: &[Fact {
        engine: Engine::Postgres,
        says: "Existing values cannot be removed from an enum type, nor can their order be changed, \
               short of dropping and re-creating the type.",
        source: "https://www.postgresql.org/docs/current/datatype-enum.html",
    }],
    same_as: &[("squawk", "ban-add-enum-value")],
    breaks: &[Breaks::Readers, Breaks::Rollback],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "ALTER TYPE state ADD VALUE 'paid';", "ALTER TYPE state ADD VALUE 'paid'"),
        bad("postgres", OLD, "alter type Public.\"state\" add value if not exists 'paid' after 'open';", "alter type Public.\"state\" add value if not exists 'paid' after 'open'"),
        bad("postgres", "", "ALTER TYPE mood ADD VALUE 'ok';", "ALTER TYPE mood ADD VALUE 'ok'").incomplete(),
        good("postgres", OLD, "ALTER TYPE state ADD VALUE IF NOT EXISTS 'open';"),
        good("postgres", "", "CREATE TYPE n AS ENUM ('a'); ALTER TYPE n ADD VALUE 'b';"),
        good("postgres", OLD, "COMMENT ON TYPE state IS 'ADD VALUE'; -- ALTER TYPE state ADD VALUE 'paid';"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    for (index, located) in step.statement.changes.iter().enumerate() {
        let Change::AddEnumValue { name, value, .. } = &located.change.value else { continue };
        let known = step.before.type_of(name).seen().is_some_and(|found| {
            matches!(&found.kind, TypeKind::Type(TypeDefinition::Enum(all)) if all.contains(value))
        });
        if known || step.is_type_born(name) {
            continue;
        }
        let (maybe, name) = (step.maybe(index), step.before.resolve_type(name));
        sink.report(step, located.change.span, Subject::Object("type", name.to_string()))
            .message(format!("{maybe}`{name}` gets the value `{value}`"))
            .old_release(
                ": once the next release writes it, the release that is running reads a value that \
                 it does not know",
            )
            .help("let a release that knows the value be everywhere before it is written")
            .push();
    }
}
