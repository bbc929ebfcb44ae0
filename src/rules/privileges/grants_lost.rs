//! Privileges that go with an object that is dropped and created again.

use crate::dialect::Engine;
use crate::finding::{Breaks, Level, listed};
use crate::replay::Step;
use crate::rules::drop::{Dropped, dropped};
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::catalog::{Catalog, Grant};
use crate::schema::change::Change;
use crate::schema::name::{ObjectKind, ObjectRef};

const OLD: &str = "CREATE TABLE orders (id bigint PRIMARY KEY, total int); \
    CREATE VIEW open_orders AS SELECT id FROM orders; GRANT SELECT ON open_orders TO reports, app; \
    CREATE FUNCTION wipe(bigint) RETURNS void LANGUAGE sql AS 'DELETE FROM orders WHERE id = $1'; \
    REVOKE ALL ON FUNCTION wipe(bigint) FROM PUBLIC; GRANT EXECUTE ON FUNCTION wipe(bigint) TO app;";

/// The rule.
pub static RULE: Rule = Rule {
    id: "grants-lost",
    category: Category::Privileges,
    level: Level::Error,
    since: "0.1",
    summary: "view or routine dropped and created again without its privileges",
    why: "Privileges go with the object that they are on. What is created again under its name \
          belongs to who runs the migration, and nobody else may use it until it is granted anew: \
          the release that is running fails with permission denied. With a function it is the \
          other way round too: everyone may call a new one, also where that was taken from PUBLIC.",
    instead: "CREATE OR REPLACE keeps the privileges, where the columns or arguments allow it. Else grant \
              them again in the same migration.",
    facts: &[Fact {
        engine: Engine::Postgres,
        says: "After DROP VIEW and CREATE VIEW of one name a role that had been granted SELECT gets \
               permission denied for view; after DROP FUNCTION and CREATE FUNCTION EXECUTE is PUBLIC's \
               again.",
        source: "measured: PostgreSQL 15",
    }],
    same_as: &[],
    breaks: &[Breaks::Readers, Breaks::Writers],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "DROP VIEW open_orders; CREATE VIEW open_orders AS SELECT id, total FROM orders;", "open_orders"),
        bad("postgres", OLD, "drop view if exists Public.\"open_orders\" cascade; create view open_orders as select id from orders; GRANT SELECT ON open_orders TO app;", "Public.\"open_orders\""),
        bad("postgres", OLD, "DROP FUNCTION wipe(bigint); CREATE FUNCTION wipe(bigint) RETURNS int LANGUAGE sql AS 'SELECT 1'; REVOKE ALL ON FUNCTION wipe(bigint) FROM PUBLIC;", "wipe(bigint)"),
        bad("postgres", OLD, "DROP FUNCTION wipe(bigint); CREATE FUNCTION wipe(bigint) RETURNS int LANGUAGE sql AS 'SELECT 1';", "wipe(bigint)").at_level(Level::Warning),
        good("postgres", OLD, "DROP VIEW open_orders; CREATE VIEW open_orders AS SELECT id FROM orders; GRANT SELECT ON open_orders TO app, reports;"),
        good("postgres", OLD, "DROP VIEW open_orders; CREATE VIEW open_orders AS SELECT id FROM orders; GRANT ALL ON ALL TABLES IN SCHEMA public TO app; GRANT SELECT ON open_orders TO PUBLIC;"),
        good("postgres", OLD, "CREATE OR REPLACE VIEW open_orders AS SELECT id, total FROM orders;"),
        good("postgres", OLD, "DROP VIEW open_orders;"),
        good("postgres", OLD, "ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO app, reports; DROP VIEW open_orders; CREATE VIEW open_orders AS SELECT id FROM orders;"),
        good("postgres", OLD, "DROP FUNCTION wipe(bigint); CREATE FUNCTION wipe(bigint) RETURNS int LANGUAGE sql AS 'SELECT 1'; REVOKE ALL ON FUNCTION wipe(bigint) FROM PUBLIC; GRANT EXECUTE ON FUNCTION wipe(bigint) TO app;"),
        good("postgres", "CREATE TABLE t (id int PRIMARY KEY); CREATE VIEW v AS SELECT id FROM t;", "DROP VIEW v; CREATE VIEW v AS SELECT id FROM t; COMMENT ON VIEW v IS 'GRANT SELECT ON v TO app';"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    use ObjectKind as Kind;
    let kinds = &[
        Kind::View,
        Kind::MaterializedView,
        Kind::Aggregate,
        Kind::Function,
        Kind::Procedure,
        Kind::Routine,
    ];
    for object in dropped(step, kinds) {
        let Some(new) = again(step, object.object) else { continue };
        if !object.came_by_rename() {
            report(step, &object, &new, sink);
        }
    }
}

/// Whether new objects are granted something without a word: what that is, is not followed.
fn is_granted_by_default(step: &Step<'_>) -> bool {
    step.past().flat_map(|past| &past.statement.changes).any(|located| match &located.change.value {
        Change::Alter { object, .. } => object.kind == ObjectKind::DefaultPrivileges,
        _ => false,
    })
}

fn report(step: &Step<'_>, object: &Dropped<'_>, new: &ObjectRef, sink: &mut Sink) {
    let (maybe, name) = (step.maybe(object.difference.change), &object.object.name);
    let lost = lost(step, object.object, new);
    let opened = is_opened(step, object.object, new);
    let (level, what, fails) = match (lost.as_slice(), opened) {
        ([], false) => return,
        _ if is_granted_by_default(step) => return,
        ([], true) => (Level::Warning, "everyone may call it again: that it was taken from PUBLIC is lost".to_owned(), ""),
        (lost, _) => (
            Level::Error,
            format!("nobody grants it again to {}", listed(lost)),
            ", and what the release that is running does with it fails with permission denied",
        ),
    };
    let draft = sink
        .report(step, object.difference.span, object.subject())
        .level(object.level(level))
        .message(format!("{maybe}`{name}` is dropped and created again, and {what}"))
        .help(match lost.is_empty() {
            true => "REVOKE it from PUBLIC again in the same migration; CREATE OR REPLACE keeps what is \
                     granted",
            false => "GRANT it again in the same migration; CREATE OR REPLACE keeps what is granted",
        });
    match fails {
        "" => draft.breaks([]).push(),
        fails => draft.old_release(fails).push(),
    }
}

/// What has the name of a dropped object when the migration has run.
fn again(step: &Step<'_>, old: &ObjectRef) -> Option<ObjectRef> {
    let end = step.end();
    if old.kind.is_relation() {
        let (_, found) = end.relations.get_key_value(&old.name)?;
        return Some(ObjectRef { kind: found.kind(), ..old.clone() });
    }
    let mut same = end.objects_named(ObjectKind::Routine, &old.name).map(|(key, _)| key).peekable();
    let first = same.peek().copied().cloned();
    same.find(|key| key.arguments == old.arguments).cloned().or(first)
}

/// The roles that had a privilege, with it, and have it no longer by any grant.
fn lost(step: &Step<'_>, old: &ObjectRef, new: &ObjectRef) -> Vec<String> {
    let end = step.end();
    let public = |privilege: &str| holds(end, new, "public", privilege);
    let granted = step.before.privileges.iter().filter(|(grant, granted)| {
        // The role that a server is set up with may do everything.
        granted.grant && grant.object == *old && grant.role != "postgres"
    });
    let gone = granted.map(|(grant, _)| grant).filter(|grant| {
        !holds(end, new, &grant.role, &grant.privilege) && !public(&grant.privilege)
    });
    let mut roles: Vec<String> = gone.map(|grant| grant.role.clone()).collect();
    roles.dedup();
    roles
}

/// Whether a role has a privilege, by name or as part of ALL; of ALL any one will do.
fn holds(catalog: &Catalog, object: &ObjectRef, role: &str, privilege: &str) -> bool {
    let mut own = catalog.privileges.iter().filter(|(grant, _)| {
        grant.object == *object && grant.role == role
    });
    let open = role == "public" && object.kind.is_routine() && !is_closed(catalog, object);
    open || own.any(|(grant, granted)| {
        let same = grant.privilege == privilege || grant.privilege == "ALL" || privilege == "ALL";
        granted.grant && same
    })
}

/// Whether EXECUTE was taken from PUBLIC.
fn is_closed(catalog: &Catalog, object: &ObjectRef) -> bool {
    ["ALL", "EXECUTE"].iter().any(|privilege| {
        let key = Grant {
            object: object.clone(),
            role: "public".to_owned(),
            privilege: (*privilege).to_owned(),
        };
        catalog.privileges.get(&key).is_some_and(|it| !it.grant)
    })
}

fn is_opened(step: &Step<'_>, old: &ObjectRef, new: &ObjectRef) -> bool {
    let routine = old.kind.is_routine() && new.kind.is_routine();
    routine && is_closed(step.before, old) && !is_closed(step.end(), new)
}
