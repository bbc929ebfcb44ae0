//! Passwords in migrations.

use crate::dialect::Engine;
use crate::finding::{Level, Subject};
use crate::replay::Step;
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::change::Change;
use crate::schema::name::ObjectKind;

/// The rule.
pub static RULE: Rule = Rule {
    id: "password-in-migration",
    category: Category::Privileges,
    level: Level::Error,
    since: "0.1",
    summary: "password written into a migration",
    why: "A migration is kept for good: in the repository, in every clone and build log, and often \
          in the server's log, which writes the statement out. Whoever reads one of them can log \
          in, and every environment that runs the migration has the same password.",
    instead: "Create the role without a password, or with NOLOGIN, and set the password where \
              secrets are kept: `\\password` in psql, the tool that provisions the server, or a \
              placeholder that the runner fills from its environment. A password that was \
              committed has to be changed.",
    facts: &[Fact {
        engine: Engine::Postgres,
        says: "CREATE ROLE and ALTER ROLE send the password in clear text, and it might be logged \
               in the client's command history or the server log.",
        source: "https://www.postgresql.org/docs/current/sql-createrole.html",
    }],
    same_as: &[("flyway", "RX002")],
    breaks: &[],
    checks_down: true,
    examples: &[
        bad("postgres", "", "CREATE ROLE app LOGIN PASSWORD 'hunter2';", "CREATE ROLE app LOGIN PASSWORD 'hunter2'"),
        bad("postgres", "", "create user \"App\" with encrypted password 'changeme' createdb;", "create user \"App\" with encrypted password 'changeme' createdb"),
        bad("postgres", "CREATE ROLE app;", "ALTER ROLE app WITH PASSWORD 'hunter2';", "ALTER ROLE app WITH PASSWORD 'hunter2'"),
        bad("postgres", "", "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'app') THEN CREATE ROLE app LOGIN PASSWORD 'app'; END IF; END $$;", "CREATE ROLE app LOGIN PASSWORD 'app'"),
        bad("postgres", "", "CREATE ROLE app PASSWORD 'SCRAM-SHA-256$4096:c2FsdA==$a2V5:a2V5';", "CREATE ROLE app PASSWORD 'SCRAM-SHA-256$4096:c2FsdA==$a2V5:a2V5'")
            .at_level(Level::Warning),
        bad("postgres", "", "CREATE USER MAPPING FOR app SERVER billing OPTIONS (user 'reader', password 'hunter2');", "CREATE USER MAPPING FOR app SERVER billing OPTIONS"),
        bad("postgres", "", "ALTER USER MAPPING FOR app SERVER billing OPTIONS (SET password 'hunter2');", "ALTER USER MAPPING FOR app SERVER billing OPTIONS (SET password 'hunter2')"),
        bad("postgres", "", "CREATE SUBSCRIPTION s CONNECTION 'host=10.0.0.7 user=repl password=hunter2' PUBLICATION p;", "CREATE SUBSCRIPTION s CONNECTION 'host=10.0.0.7 user=repl password=hunter2' PUBLICATION p"),
        bad("postgres", "", "ALTER SUBSCRIPTION s CONNECTION 'postgresql://repl:hunter2@10.0.0.7/app';", "ALTER SUBSCRIPTION s CONNECTION 'postgresql://repl:hunter2@10.0.0.7/app'"),
        bad("postgres", "", "SELECT dblink_connect('c', 'host=10.0.0.7 user=reader password=hunter2');", "SELECT dblink_connect('c', 'host=10.0.0.7 user=reader password=hunter2')"),
        good("postgres", "", "CREATE ROLE app LOGIN PASSWORD NULL; CREATE ROLE reader NOLOGIN;"),
        good("postgres", "", "CREATE ROLE app LOGIN PASSWORD '${app_password}';"),
        good("postgres", "", "CREATE ROLE app LOGIN PASSWORD '{{ .AppPassword }}'; ALTER ROLE app PASSWORD '%(password)s';"),
        good("postgres", "", "CREATE SUBSCRIPTION s CONNECTION 'host=10.0.0.7 user=repl' PUBLICATION p;"),
        good("postgres", "", "CREATE SUBSCRIPTION s CONNECTION 'postgresql://repl@10.0.0.7/app' PUBLICATION p;"),
        good("postgres", "", "COMMENT ON ROLE app IS 'its PASSWORD ''hunter2'' is old'; -- CREATE ROLE app PASSWORD 'x';"),
        good("postgres", "CREATE TABLE users (id bigint PRIMARY KEY, password text);", "UPDATE users SET password = 'x' WHERE id = 1; ALTER TABLE users ALTER password SET DEFAULT 'x';"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    if step.dialect.engine != Engine::Postgres {
        return;
    }
    for (index, located) in step.statement.changes.iter().enumerate() {
        let Some((subject, password)) = given(step, &located.change.value) else { continue };
        let maybe = step.maybe(index);
        let is_verifier = password.starts_with("SCRAM-SHA-256$");
        let (level, kind) = match is_verifier {
            true => (Level::Warning, "the hash of a password, which can be guessed at leisure,"),
            false => (Level::Error, "a password"),
        };
        sink.report(step, located.change.span, subject)
            .level(level)
            .message(format!(
                "{maybe}{kind} stands in the migration: who can read the repository or the \
                 server's log has it, and every environment gets the same one"
            ))
            .help(
                "set it outside of the migration, or by a placeholder that the runner fills, and \
                 change this one",
            )
            .push();
    }
}

/// To whom or what a password is given, and which.
fn given(step: &Step<'_>, change: &Change) -> Option<(Subject, String)> {
    let (object, text) = match change {
        Change::Create { object, definition, .. } => (object, definition.as_str()),
        Change::Alter { object, action, .. } => (object, action.as_str()),
        Change::Data(data) => {
            let calls = data.functions.iter().any(|name| name.name.starts_with("dblink"));
            let password = calls.then(|| in_connection(&step.statement.text)).flatten()?;
            return Some((Subject::Object("connection", "dblink".to_owned()), password));
        }
        _ => return None,
    };
    let (kind, password) = match object.kind {
        ObjectKind::Role => ("role", literal(text)?),
        ObjectKind::UserMapping => ("user-mapping", literal(text)?),
        ObjectKind::Server => ("server", literal(text)?),
        ObjectKind::Subscription => ("subscription", in_connection(text)?),
        _ => return None,
    };
    Some((Subject::Object(kind, object.to_string()), password))
}

/// The string behind the word `password`.
fn literal(text: &str) -> Option<String> {
    let (_, behind) = text.split_once("password '")?;
    let (password, _) = behind.split_once('\'')?;
    (!is_placeholder(password)).then(|| password.to_owned())
}

/// The password in a connection string: `password=x`, `scheme://user:x@host`.
fn in_connection(text: &str) -> Option<String> {
    let ends = |c: char| c.is_whitespace() || matches!(c, '\'' | '&' | ';');
    let by_key = text.split_once("password=").map(|(_, behind)| behind);
    let by_url = || {
        let (_, behind) = text.split_once("://")?;
        let (user, _) = behind.split(ends).next()?.split_once('@')?;
        user.split_once(':').map(|(_, password)| password)
    };
    let password = match by_key {
        Some(behind) => behind.split(ends).next(),
        None => by_url(),
    };
    password.filter(|password| !is_placeholder(password)).map(str::to_owned)
}

/// Nothing, or something that a runner or a template fills.
fn is_placeholder(password: &str) -> bool {
    const MARKS: &[&str] = &["${", "$(", "{{", "<", "%(", "%s", "@@", "#{"];
    // What a placeholder without a known value is read as.
    let masked = password.starts_with("__") && password.ends_with('_');
    let filled = masked || MARKS.iter().any(|mark| password.contains(mark));
    filled || password.is_empty() || password.starts_with([':', '{'])
}
