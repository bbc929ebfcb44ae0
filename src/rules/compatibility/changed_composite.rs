//! `ALTER TYPE` of a composite type's attributes.

use crate::dialect::Engine;
use crate::finding::{Breaks, Level, Subject, listed};
use crate::replay::Step;
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::change::Change;
use crate::schema::name::ObjectKind;

const OLD: &str = "CREATE TYPE address AS (street text, city text); CREATE TYPE pair AS (a int, b int); \
                   CREATE TABLE users (id bigint PRIMARY KEY, home address);";

/// The rule.
pub static RULE: Rule = Rule {
    id: "changed-composite",
    category: Category::Compatibility,
    level: Level::Warning,
    since: "0.1",
    summary: "composite type with other attributes than the running release knows",
    why: "A value of the type is written and read as a row with all attributes in their order: \
          ROW(...), casts from text, and drivers that map the type fail once there is one more or \
          one less. Dropping an attribute drops its values in every column of the type: where \
          there is such a column, this is an error.",
    instead: "Create a new type beside the old one, and move columns and functions over. For \
              columns, plain columns or jsonb change more easily.",
    facts: &[Fact {
        engine: Engine::Postgres,
        says: "DROP ATTRIBUTE is done though columns have the type; ALTER ATTRIBUTE TYPE is refused \
               then.",
        source: "measured: PostgreSQL 15",
    }],
    same_as: &[("squawk", "ban-add-composite-attribute")],
    breaks: &[Breaks::Readers, Breaks::Writers, Breaks::Rollback],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "ALTER TYPE pair ADD ATTRIBUTE c int;", "ALTER TYPE pair ADD ATTRIBUTE c int"),
        bad("postgres", OLD, "alter type Public.\"pair\" rename attribute a to x;", "alter type Public.\"pair\" rename attribute a to x"),
        bad("postgres", OLD, "ALTER TYPE address DROP ATTRIBUTE city;", "ALTER TYPE address DROP ATTRIBUTE city").at_level(Level::Error),
        bad("postgres", OLD, "ALTER TYPE pair DROP ATTRIBUTE b CASCADE;", "ALTER TYPE pair DROP ATTRIBUTE b CASCADE"),
        good("postgres", OLD, "CREATE TYPE n AS (a int); ALTER TYPE n ADD ATTRIBUTE b int;"),
        good("postgres", OLD, "ALTER TYPE pair OWNER TO admin; ALTER TYPE pair SET SCHEMA public;"),
        good("postgres", OLD, "COMMENT ON TYPE pair IS 'ADD ATTRIBUTE'; -- ALTER TYPE pair ADD ATTRIBUTE c int;"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    for (index, located) in step.statement.changes.iter().enumerate() {
        let Change::Alter { object, action, .. } = &located.change.value else { continue };
        let verb = ["add", "alter", "drop", "rename"]
            .into_iter()
            .find(|verb| action.to_lowercase().starts_with(&format!("{verb} attribute ")));
        let Some(verb) = verb.filter(|_| object.kind == ObjectKind::Type) else { continue };
        if step.is_type_born(&object.name) {
            continue;
        }
        let name = step.before.resolve_type(&object.name);
        let columns = step.before.columns_of_type(&name);
        let columns: Vec<String> =
            columns.iter().map(|(table, column)| format!("{table}.{column}")).collect();
        let maybe = step.maybe(index);
        let subject = Subject::Object("type", name.to_string());
        let mut draft = sink
            .report(step, located.change.span, subject)
            .message(format!("{maybe}`{name}` gets other attributes"))
            .old_release(
                ": the release that is running fails where it writes or reads a value of it as a row",
            );
        if verb == "drop" && !columns.is_empty() {
            draft = draft
                .level(Level::Error)
                .breaks([Breaks::Data, Breaks::Readers, Breaks::Writers, Breaks::Rollback])
                .message(format!(
                    "{maybe}dropping an attribute of `{name}` deletes its values in {}",
                    listed(&columns)
                ))
                .old_release(", and the release that is running fails where it names it");
        }
        draft.help("create a new type beside it, and move columns and functions over").push();
    }
}
