//! Privileges for everyone.

use crate::dialect::Engine;
use crate::finding::{Level, Subject};
use crate::replay::Step;
use crate::rules::granted::granted_on;
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::catalog::TEMPORARY_SCHEMA;
use crate::schema::change::{Change, Privileges};
use crate::schema::name::{Name, ObjectKind};

const OLD: &str = "CREATE TABLE t (id bigint PRIMARY KEY); CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';";

/// The rule.
pub static RULE: Rule = Rule {
    id: "grant-to-public",
    category: Category::Privileges,
    level: Level::Warning,
    since: "0.1",
    summary: "privilege granted to PUBLIC: every role, those to come too",
    why: "PUBLIC is everyone who can log in to the database, now and later: a role that was made \
          for one report reads or writes the table too, and no REVOKE from a role takes away what \
          PUBLIC has. CREATE on a schema lets anyone put a function there that others call in \
          place of the one they mean.",
    instead: "Grant to the roles that need it, or to a role that they are members of.",
    facts: &[
        Fact {
            engine: Engine::Postgres,
            says: "PUBLIC can be thought of as an implicitly defined group that always includes \
                   all roles, including those that might be created later.",
            source: "https://www.postgresql.org/docs/current/sql-grant.html",
        },
        Fact {
            engine: Engine::Postgres,
            says: "PUBLIC has EXECUTE on functions, USAGE on languages and types, and CONNECT and \
                   TEMPORARY on databases without a word.",
            source: "https://www.postgresql.org/docs/current/ddl-priv.html",
        },
    ],
    same_as: &[("flyway", "RX009"), ("liquibase", "SqlGrantWarn")],
    breaks: &[],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "GRANT SELECT ON t TO PUBLIC;", "GRANT SELECT ON t TO PUBLIC"),
        bad("postgres", OLD, "grant all privileges on table public.\"t\" to app, public;", "grant all privileges on table public.\"t\" to app, public"),
        bad("postgres", "", "CREATE TABLE n (id int PRIMARY KEY); GRANT INSERT (id) ON n TO PUBLIC;", "GRANT INSERT (id) ON n TO PUBLIC"),
        bad("postgres", OLD, "GRANT SELECT ON ALL TABLES IN SCHEMA public TO PUBLIC;", "GRANT SELECT ON ALL TABLES IN SCHEMA public TO PUBLIC"),
        bad("postgres", "", "GRANT CREATE ON SCHEMA public TO PUBLIC;", "GRANT CREATE ON SCHEMA public TO PUBLIC"),
        bad("postgres", "", "ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT ON TABLES TO PUBLIC;", "ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT ON TABLES TO PUBLIC"),
        bad("postgres", OLD, "DO $$ BEGIN GRANT SELECT ON t TO PUBLIC; END $$;", "GRANT SELECT ON t TO PUBLIC"),
        bad("postgres", "CREATE SCHEMA app;", "GRANT USAGE ON SCHEMA app TO PUBLIC;", "GRANT USAGE ON SCHEMA app TO PUBLIC").at_level(Level::Note),
        good("postgres", OLD, "GRANT SELECT ON t TO app;"),
        good("postgres", OLD, "GRANT EXECUTE ON FUNCTION f() TO PUBLIC; GRANT USAGE ON SCHEMA public TO PUBLIC; GRANT CONNECT, TEMP ON DATABASE d TO PUBLIC;"),
        good("postgres", OLD, "ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO PUBLIC; ALTER DEFAULT PRIVILEGES REVOKE ALL ON TABLES FROM PUBLIC;"),
        good("postgres", OLD, "REVOKE ALL ON t FROM PUBLIC; GRANT SELECT ON t TO \"PUBLIC_reader\"; -- GRANT ALL ON t TO PUBLIC"),
        good("postgres", OLD, "CREATE TEMP TABLE n (id int); GRANT SELECT ON n TO PUBLIC;"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    if step.dialect.engine != Engine::Postgres {
        return;
    }
    for (index, located) in step.statement.changes.iter().enumerate() {
        let (level, what, on) = match &located.change.value {
            Change::Privileges(it) => {
                let Some(level) = level(step, it) else { continue };
                (level, it.privileges.join(", "), granted_on(it))
            }
            Change::Alter { object, action, .. }
                if object.kind == ObjectKind::DefaultPrivileges && opens_later(action) =>
            {
                (Level::Warning, "privileges".to_owned(), "what is created from now on".to_owned())
            }
            _ => continue,
        };
        let maybe = step.maybe(index);
        sink.report(step, located.change.span, Subject::Object("role", "public".to_owned()))
            .level(level)
            .message(format!(
                "{maybe}grants {what} on {on} to PUBLIC: to every role that can log in to the \
                 database, now and later"
            ))
            .help("grant it to the roles that need it")
            .push();
    }
}

/// How bad a grant to PUBLIC is; `None` where it is none, or gives nothing that PUBLIC has not got.
fn level(step: &Step<'_>, it: &Privileges) -> Option<Level> {
    if !it.grant || it.membership || !it.roles.iter().any(|role| role == "public") {
        return None;
    }
    let only = |known: &[&str]| it.privileges.iter().all(|one| known.contains(&one.as_str()));
    let temporary =
        |name: &Name| step.before.resolve(name).schema.is_some_and(|it| it == TEMPORARY_SCHEMA);
    match it.all_of.or(it.objects.first().map(|object| object.kind))? {
        ObjectKind::Function
        | ObjectKind::Procedure
        | ObjectKind::Routine
        | ObjectKind::Aggregate
        | ObjectKind::Type
        | ObjectKind::Domain
        | ObjectKind::Language => None,
        ObjectKind::Database if only(&["CONNECT", "TEMP", "TEMPORARY"]) => None,
        ObjectKind::Schema if only(&["USAGE"]) => {
            let open = it.objects.iter().all(|object| object.name.name == "public");
            (!open).then_some(Level::Note)
        }
        ObjectKind::Table
            if it.all_of.is_none() && it.objects.iter().all(|it| temporary(&it.name)) =>
        {
            None
        }
        _ => Some(Level::Warning),
    }
}

/// Whether default privileges give PUBLIC what it has not got without a word.
fn opens_later(action: &str) -> bool {
    let Some((before, roles)) = action.rsplit_once(" to ") else { return false };
    let has = |text: &str, word: &str| text.split([' ', ',']).any(|it| it == word);
    let open = ["functions", "routines", "types"].iter().any(|kind| has(before, kind));
    has(before, "grant") && has(roles, "public") && !open
}
