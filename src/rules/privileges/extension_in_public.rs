//! Extensions whose objects stand in the schema public.

use crate::dialect::Engine;
use crate::finding::{Level, Subject};
use crate::replay::Step;
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::change::Change;
use crate::schema::name::ObjectKind;

/// Extensions that choose their schema themselves.
const FIXED: &[&str] = &["pg_cron", "pg_partman", "pgaudit", "pglogical", "plpgsql", "timescaledb"];

/// The rule.
pub static RULE: Rule = Rule {
    id: "extension-in-public",
    category: Category::Privileges,
    level: Level::Note,
    since: "0.1",
    summary: "extension whose objects go into the schema public",
    why: "The functions, types and operators of an extension then stand among the application's \
          own: their names collide, a dump of the schema mixes them, and who may create objects in \
          public can put a function in the way of one of theirs.",
    instead: "CREATE EXTENSION ... SCHEMA extensions, with that schema on the search_path.",
    facts: &[Fact {
        engine: Engine::Postgres,
        says: "Without SCHEMA, and where the extension's control file names none, the objects go \
               into the current default object creation schema.",
        source: "https://www.postgresql.org/docs/current/sql-createextension.html",
    }],
    same_as: &[("splinter", "extension_in_public")],
    breaks: &[],
    checks_down: false,
    examples: &[
        bad("postgres", "", "CREATE EXTENSION citext;", "CREATE EXTENSION citext"),
        bad("postgres", "", "create extension if not exists \"uuid-ossp\" with schema public version '1.1';", "create extension if not exists \"uuid-ossp\" with schema public version '1.1'"),
        good("postgres", "", "CREATE SCHEMA extensions; CREATE EXTENSION citext SCHEMA extensions;"),
        good("postgres", "", "CREATE SCHEMA app; SET search_path = app; CREATE EXTENSION citext;"),
        good("postgres", "", "CREATE EXTENSION IF NOT EXISTS plpgsql; CREATE EXTENSION timescaledb CASCADE;"),
        good("postgres", "CREATE EXTENSION citext;", "CREATE EXTENSION IF NOT EXISTS citext;"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    for (index, located) in step.statement.changes.iter().enumerate() {
        let Change::Create { object, definition, .. } = &located.change.value else { continue };
        let name = object.name.name.as_str();
        let chosen = object.kind != ObjectKind::Extension || FIXED.contains(&name);
        if chosen || step.before.object(object).seen().is_some() {
            continue;
        }
        let mut words = definition.split_whitespace().skip_while(|word| *word != "schema");
        let schema = words.nth(1).or_else(|| step.before.search_path().next());
        if schema == Some("public") {
            let maybe = step.maybe(index);
            sink.report(step, located.change.span, Subject::Object("extension", name.to_owned()))
                .message(format!("{maybe}the objects of `{name}` go into the schema `public`"))
                .help("CREATE EXTENSION ... SCHEMA extensions, and that schema on the search_path")
                .push();
        }
    }
}
