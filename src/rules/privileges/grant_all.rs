//! All privileges at once, or on all tables at once.

use crate::dialect::Engine;
use crate::finding::{Level, Subject, listed};
use crate::replay::Step;
use crate::rules::granted::granted_on;
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::change::{Change, Privileges};
use crate::schema::name::{ObjectKind, ObjectRef};

const OLD: &str = "CREATE TABLE t (id bigint PRIMARY KEY); CREATE SCHEMA s;";

/// The rule.
pub static RULE: Rule = Rule {
    id: "grant-all",
    category: Category::Privileges,
    level: Level::Note,
    since: "0.1",
    summary: "all privileges granted, or privileges on every table of a schema",
    why: "ALL on a table is more than reading and writing rows: TRUNCATE, TRIGGER and REFERENCES \
          too. ON ALL TABLES IN SCHEMA also means the tables that nobody had in mind, and none \
          that is created later.",
    instead: "Name the privileges and the tables that the role needs.",
    facts: &[Fact {
        engine: Engine::Postgres,
        says: "ALL PRIVILEGES grants all of the privileges available for the object's type.",
        source: "https://www.postgresql.org/docs/current/sql-grant.html",
    }],
    same_as: &[("flyway", "RX005"), ("liquibase", "SqlGrantWarn")],
    breaks: &[],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "GRANT ALL ON t TO app;", "GRANT ALL ON t TO app"),
        bad("postgres", OLD, "grant all privileges on schema s to \"App\";", "grant all privileges on schema s to \"App\""),
        bad("postgres", OLD, "GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader;", "GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader"),
        bad("postgres", OLD, "DO $$ BEGIN GRANT ALL ON t TO app; END $$;", "GRANT ALL ON t TO app"),
        good("postgres", OLD, "GRANT SELECT, INSERT, UPDATE, DELETE ON t TO app;"),
        good("postgres", OLD, "ALTER TABLE t OWNER TO app; GRANT ALL ON t TO app; GRANT ALL ON t TO current_user;"),
        good("postgres", "CREATE SEQUENCE q; CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';", "GRANT ALL ON FUNCTION f() TO app; GRANT ALL ON SEQUENCE q TO app; GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO app;"),
        good("postgres", OLD, "GRANT ALL ON t TO PUBLIC; REVOKE ALL ON t FROM app; GRANT admins TO app;"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    if step.dialect.engine != Engine::Postgres {
        return;
    }
    for (index, located) in step.statement.changes.iter().enumerate() {
        let Change::Privileges(it) = &located.change.value else { continue };
        let roles: Vec<&String> = it.roles.iter().filter(|role| is_other(step, it, role)).collect();
        if !it.grant || it.membership || roles.is_empty() || !is_wide(it) {
            continue;
        }
        let maybe = step.maybe(index);
        let subject = it.objects.first().map(ToString::to_string).unwrap_or_default();
        let (what, on, roles) = (it.privileges.join(", "), granted_on(it), listed(&roles));
        sink.report(step, located.change.span, Subject::Object("privileges", subject))
            .message(format!("{maybe}grants {what} on {on} to {roles}"))
            .help("name the privileges and the objects that the role needs")
            .push();
    }
}

/// Whether a role is neither PUBLIC, which another rule is about, nor the owner, who has all of it.
fn is_other(step: &Step<'_>, it: &Privileges, role: &str) -> bool {
    let owns = |object: &ObjectRef| {
        let found = step.before.relation(&object.name).seen();
        let kind = found.filter(|_| object.kind.is_relation()).map_or(object.kind, |it| it.kind());
        let key = step.before.resolve_object(&ObjectRef { kind, ..object.clone() });
        step.before.owners.get(&key).is_some_and(|owner| owner == role)
    };
    let named = matches!(role, "public" | "current_user" | "session_user");
    !named && (it.all_of.is_some() || !it.objects.iter().all(owns))
}

fn is_wide(it: &Privileges) -> bool {
    const KINDS: [ObjectKind; 3] = [ObjectKind::Table, ObjectKind::Schema, ObjectKind::Database];
    let all = it.privileges.iter().any(|one| one == "ALL" || one == "ALL PRIVILEGES");
    match it.all_of {
        Some(kind) => kind == ObjectKind::Table,
        None => all && it.objects.first().is_some_and(|object| KINDS.contains(&object.kind)),
    }
}
