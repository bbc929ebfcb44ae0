//! Roles that are created, altered, dropped.

use crate::dialect::Engine;
use crate::finding::{Breaks, Level, Subject};
use crate::replay::Step;
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::change::Change;
use crate::schema::name::{ObjectKind, ObjectRef};

/// The rule.
pub static RULE: Rule = Rule {
    id: "role-changed",
    category: Category::Privileges,
    level: Level::Warning,
    since: "0.1",
    summary: "role created, altered or dropped by a migration",
    why: "Roles belong to the whole server, not to the database: the migration of one database \
          changes them for all others, and where several databases run it, the second one fails. \
          The role that migrates needs CREATEROLE, for SUPERUSER, BYPASSRLS and REPLICATION more, \
          and managed servers refuse these. A role that is dropped, renamed or loses LOGIN shuts \
          out whoever connects by it.",
    instead: "Make roles where servers are made, and let migrations grant privileges to roles that \
              exist. Give SUPERUSER and BYPASSRLS to no role that a program uses.",
    facts: &[
        Fact {
            engine: Engine::Postgres,
            says: "Roles are global across a database cluster.",
            source: "https://www.postgresql.org/docs/current/database-roles.html",
        },
        Fact {
            engine: Engine::Postgres,
            says: "A role cannot be dropped while it owns an object or holds a privilege in any \
                   database of the cluster.",
            source: "https://www.postgresql.org/docs/current/sql-droprole.html",
        },
    ],
    same_as: &[("flyway", "RX008"), ("flyway", "RX010"), ("flyway", "RX011")],
    breaks: &[],
    checks_down: false,
    examples: &[
        bad("postgres", "", "CREATE ROLE admin SUPERUSER;", "CREATE ROLE admin SUPERUSER"),
        bad("postgres", "", "CREATE USER sync WITH REPLICATION LOGIN;", "CREATE USER sync WITH REPLICATION LOGIN"),
        bad("postgres", "CREATE ROLE app;", "ALTER ROLE app BYPASSRLS;", "ALTER ROLE app BYPASSRLS"),
        bad("postgres", "CREATE ROLE app LOGIN;", "ALTER ROLE app NOLOGIN;", "ALTER ROLE app NOLOGIN"),
        bad("postgres", "CREATE ROLE app LOGIN;", "ALTER ROLE app RENAME TO web;", "ALTER ROLE app RENAME TO web"),
        bad("postgres", "CREATE ROLE app LOGIN;", "DROP ROLE app;", "app"),
        bad("postgres", "", "DROP USER IF EXISTS old_app;", "old_app").incomplete(),
        bad("postgres", "", "ALTER ROLE current_user SET idle_in_transaction_session_timeout = '5min';", "ALTER ROLE current_user SET idle_in_transaction_session_timeout = '5min'"),
        bad("postgres", "", "CREATE ROLE reporting;", "CREATE ROLE reporting").at_level(Level::Note),
        bad("postgres", "", "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'app') THEN CREATE ROLE app; END IF; END $$;", "CREATE ROLE app")
            .at_level(Level::Note),
        bad("postgres", "CREATE ROLE app;", "ALTER ROLE app SET statement_timeout = '30s';", "ALTER ROLE app SET statement_timeout = '30s'")
            .at_level(Level::Note),
        good("postgres", "CREATE ROLE app;", "ALTER ROLE app PASSWORD 'hunter2';"),
        good("postgres", "CREATE ROLE app;", "GRANT app TO web; SET ROLE app; COMMENT ON ROLE app IS 'CREATE ROLE x SUPERUSER';"),
        good("postgres", "", "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN CREATE ROLE app SUPERUSER; END $$;"),
    ],
    check: Check::Step(check),
};

/// What a role may be given that takes it past all checks, or past those of other roles.
const POWERS: &[&str] = &["superuser", "bypassrls", "createrole", "replication"];

/// A change of a role: how bad, what it does, and whether it shuts out who connects by it.
struct Found {
    level: Level,
    what: String,
    shuts_out: bool,
}

fn check(step: &Step<'_>, sink: &mut Sink) {
    if step.dialect.engine != Engine::Postgres {
        return;
    }
    for (index, located) in step.statement.changes.iter().enumerate() {
        let change = &located.change.value;
        let Some(object) = change.object().filter(|it| it.kind == ObjectKind::Role) else { continue };
        let Some(found) = changed(step, change, &object) else { continue };
        let maybe = step.maybe(index);
        let breaks = match found.shuts_out {
            true => vec![Breaks::Readers, Breaks::Writers],
            false => Vec::new(),
        };
        sink.report(step, located.change.span, Subject::Object("role", object.to_string()))
            .level(found.level)
            .breaks(breaks)
            .message(format!("{maybe}{}; roles belong to all databases of the server", found.what))
            .help("make and change roles where the server is set up, not in a migration of one database")
            .push();
    }
}

fn changed(step: &Step<'_>, change: &Change, object: &ObjectRef) -> Option<Found> {
    let warning = |what: String, shuts_out| Some(Found { level: Level::Warning, what, shuts_out });
    match change {
        Change::Create { definition, .. } => {
            let (level, with) = match powers(definition) {
                powers if powers.is_empty() => (Level::Note, String::new()),
                powers => (Level::Warning, format!(" with {powers}")),
            };
            let what = format!("creates the role `{object}`{with}, which needs CREATEROLE");
            Some(Found { level, what, shuts_out: false })
        }
        Change::Drop { .. } if step.is_object_born(object) => None,
        Change::Drop { .. } => warning(
            format!(
                "drops the role `{object}`: who connects by it is shut out, and while it owns \
                 anything, the server refuses"
            ),
            true,
        ),
        Change::Rename { to, .. } => warning(
            format!("renames the role `{object}` to `{to}`: who connects by the old name is shut out"),
            true,
        ),
        Change::Alter { action, .. } => altered(object, action),
        _ => None,
    }
}

fn altered(object: &ObjectRef, action: &str) -> Option<Found> {
    let has = |word: &str| action.split_whitespace().any(|it| it == word);
    let powers = powers(action);
    let (level, what) = if !powers.is_empty() {
        (Level::Warning, format!("gives the role `{object}` {powers}"))
    } else if has("nologin") {
        let what = format!("takes LOGIN from the role `{object}`: who connects by it is shut out");
        return Some(Found { level: Level::Warning, what, shuts_out: true });
    } else if has("set") || has("reset") {
        let unnamed = ["current_user", "session_user", "current_role", "all"];
        let (level, whose) = match unnamed.contains(&object.name.name.as_str()) {
            true => (Level::Warning, "which is another one wherever another role migrates"),
            false => (Level::Note, "from its next session on"),
        };
        (level, format!("changes a setting of the role `{object}`, {whose}"))
    } else if has("password") {
        // The rule on passwords has said it.
        return None;
    } else {
        (Level::Note, format!("alters the role `{object}`"))
    };
    Some(Found { level, what, shuts_out: false })
}

/// The powers that the options of a role name, for people.
fn powers(text: &str) -> String {
    let named = POWERS.iter().filter(|power| text.split_whitespace().any(|it| it == **power));
    named.map(|power| power.to_ascii_uppercase()).collect::<Vec<_>>().join(", ")
}
