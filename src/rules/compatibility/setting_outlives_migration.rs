//! Settings of a database or the whole server.

use crate::dialect::Engine;
use crate::finding::{Breaks, Level, Subject};
use crate::replay::Step;
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::change::Change;
use crate::schema::name::ObjectKind;

/// The rule.
pub static RULE: Rule = Rule {
    id: "setting-outlives-migration",
    category: Category::Compatibility,
    level: Level::Warning,
    since: "0.1",
    summary: "setting changed for every session of a database or the server",
    why: "What is SET for a database or the system is in force in every later session, \
          of the running release and of everybody else, and differs from what the operators wrote \
          down. Sessions of a connection pool keep the old value until they are opened anew, so \
          that for a while both are in force. A search_path or time zone changes what \
          statements mean.",
    instead: "Set it for the migration alone with SET LOCAL, and for the application where it \
              connects. What belongs to the server belongs into its configuration.",
    facts: &[Fact {
        engine: Engine::Postgres,
        says: "ALTER DATABASE and ALTER ROLE change the session default for subsequent sessions; \
               ALTER SYSTEM changes the configuration of the entire database cluster.",
        source: "https://www.postgresql.org/docs/current/config-setting.html",
    }],
    same_as: &[
        ("squawk", "ban-alter-database-options"),
        ("squawk", "ban-alter-system-options"),
    ],
    breaks: &[Breaks::Readers, Breaks::Writers],
    checks_down: false,
    examples: &[
        bad("postgres", "", "ALTER SYSTEM SET max_connections = 500;", "ALTER SYSTEM SET max_connections = 500"),
        bad("postgres", "", "alter database \"shop\" set timezone to 'UTC';", "alter database \"shop\" set timezone to 'UTC'"),
        good("postgres", "", "CREATE ROLE migrator; ALTER ROLE migrator SET lock_timeout = '2s';"),
        good("postgres", "", "SET LOCAL search_path = shop; SET statement_timeout = '5s';"),
        good("postgres", "", "ALTER DATABASE shop OWNER TO admin; ALTER ROLE app CONNECTION LIMIT 20;"),
        good("postgres", "", "CREATE FUNCTION f() RETURNS int LANGUAGE sql SET search_path = shop AS 'SELECT 1'; -- ALTER SYSTEM SET a = 1;"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    if step.dialect.engine != Engine::Postgres {
        return;
    }
    for (index, located) in step.statement.changes.iter().enumerate() {
        let Change::Alter { object, action, .. } = &located.change.value else { continue };
        let whom = match object.kind {
            ObjectKind::Database => format!("of the database `{}`", object.name),
            ObjectKind::System => "of the whole server".to_owned(),
            _ => continue,
        };
        let action = action.to_lowercase();
        let words: Vec<&str> = action.split_whitespace().collect();
        let [verb @ ("set" | "reset"), setting, ..] = words.as_slice() else { continue };
        // The tablespace of a database is where it is stored.
        if *setting == "tablespace" || step.is_object_born(object) {
            continue;
        }
        let maybe = step.maybe(index);
        let setting = setting.split('=').next().unwrap_or_default();
        let subject = Subject::Object("setting", setting.to_owned());
        sink.report(step, located.change.span, subject)
            .message(format!(
                "{maybe}{} of `{setting}` changes it for every new session {whom}",
                verb.to_uppercase()
            ))
            .old_release(", those of the release that is running too, and not for those that are open")
            .help("SET LOCAL for the migration alone, or set it where the application connects")
            .push();
    }
}
