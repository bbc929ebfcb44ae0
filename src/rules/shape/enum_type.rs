//! New enum types.

use crate::dialect::Engine;
use crate::finding::{Level, Subject};
use crate::replay::{DifferenceKind, Step};
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::change::{Change, TypeDefinition};

/// The rule.
pub static RULE: Rule = Rule {
    id: "enum-type",
    category: Category::Shape,
    level: Level::Note,
    since: "0.1",
    summary: "new enum type",
    why: "A value of an enum can be added and renamed, never dropped: to be rid of one means a new \
          type and writing every table that uses it anew. A value that is added cannot be used in \
          the same transaction.",
    instead: "Use text with a CHECK, which is replaced with NOT VALID and VALIDATE, or a table of \
              the values with a foreign key. An enum is right where the values will not change.",
    facts: &[Fact {
        engine: Engine::Postgres,
        says: "Existing values cannot be removed from an enum type, nor can the sort ordering of \
               such values be changed, short of dropping and re-creating the enum type.",
        source: "https://www.postgresql.org/docs/current/datatype-enum.html",
    }],
    same_as: &[("eugene", "W13"), ("postgres-language-server", "creatingEnum")],
    breaks: &[],
    checks_down: false,
    examples: &[
        bad("postgres", "", "CREATE TYPE app.Mood AS ENUM ('sad', 'glad');", "CREATE TYPE app.Mood"),
        bad("postgres", "", "DO $$ BEGIN CREATE TYPE mood AS ENUM ('sad'); EXCEPTION WHEN duplicate_object THEN NULL; END $$;", "CREATE TYPE mood"),
        good("postgres", "", "CREATE TYPE pair AS (a text, b text); CREATE DOMAIN mood AS text CHECK (VALUE IN ('sad', 'glad'));"),
        good("postgres", "CREATE TYPE mood AS ENUM ('sad');", "ALTER TYPE mood ADD VALUE 'glad';"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    if step.dialect.engine != Engine::Postgres || step.is_told() {
        return;
    }
    for difference in step.differences {
        let located = step.statement.changes.get(difference.change);
        let Some(Change::CreateType { definition: TypeDefinition::Enum(_), .. }) =
            located.map(|it| &it.change.value)
        else {
            continue;
        };
        if difference.kind == DifferenceKind::ObjectCreated {
            let name = &difference.object.name;
            sink.report(step, difference.span, Subject::Object("type", name.to_string()))
                .message(format!(
                    "`{name}` is an enum: a value can be added to it, and never be taken away"
                ))
                .help("use text with a CHECK, or a table of the values, if they may change")
                .push();
        }
    }
}
