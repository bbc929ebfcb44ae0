//! Privileges that are taken away.

use crate::dialect::Engine;
use crate::finding::{Breaks, Level, Subject, listed};
use crate::migration::LocatedChange;
use crate::replay::Step;
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::catalog::{Catalog, Grant};
use crate::schema::change::{Change, Privileges};
use crate::schema::name::{ObjectKind, ObjectRef};

const OLD: &str = "CREATE TABLE t (id bigint PRIMARY KEY, a int); GRANT SELECT, INSERT ON t TO app; \
                   CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';";

const CALLED: &str = "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; \
                      REVOKE EXECUTE ON FUNCTION f() FROM PUBLIC; GRANT EXECUTE ON FUNCTION f() TO app;";

/// The rule.
pub static RULE: Rule = Rule {
    id: "revoke",
    category: Category::Privileges,
    level: Level::Error,
    since: "0.1",
    summary: "privilege taken from a role that has it",
    why: "The moment the REVOKE commits, statements of the role fail with permission denied, also \
          those of the release that is still running, and those of sessions that are open. Taken \
          from PUBLIC, it is gone for every role that was not granted it by name.",
    instead: "First ship the release that does without it, then take it away. Before taking it from \
              PUBLIC, grant it to the roles that go on using it.",
    facts: &[
        Fact {
            engine: Engine::Postgres,
            says: "REVOKE takes effect at once for sessions that are open; roles that have the \
                   privilege by another grant keep it.",
            source: "https://www.postgresql.org/docs/current/sql-revoke.html",
        },
        Fact {
            engine: Engine::Postgres,
            says: "After REVOKE EXECUTE ... FROM PUBLIC a call by a role without a grant of its own \
                   fails: permission denied for function.",
            source: "measured on PostgreSQL 15",
        },
    ],
    same_as: &[("squawk", "ban-revoke"), ("liquibase", "SqlRevokeWarn")],
    breaks: &[Breaks::Readers, Breaks::Writers],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "REVOKE SELECT ON t FROM app;", "REVOKE SELECT ON t FROM app"),
        bad("postgres", OLD, "revoke all privileges on table public.\"t\" from app cascade;", "revoke all privileges on table public.\"t\" from app cascade"),
        bad("postgres", OLD, "REVOKE INSERT ON ALL TABLES IN SCHEMA public FROM app;", "REVOKE INSERT ON ALL TABLES IN SCHEMA public FROM app"),
        bad("postgres", OLD, "DO $$ BEGIN REVOKE SELECT ON t FROM app; END $$;", "REVOKE SELECT ON t FROM app"),
        bad("postgres", OLD, "REVOKE ALL ON t FROM app; GRANT SELECT ON t TO app;", "REVOKE ALL ON t FROM app"),
        bad("postgres", CALLED, "REVOKE EXECUTE ON FUNCTION f() FROM app;", "REVOKE EXECUTE ON FUNCTION f() FROM app").at_level(Level::Warning),
        bad("postgres", OLD, "REVOKE EXECUTE ON FUNCTION f() FROM PUBLIC;", "REVOKE EXECUTE ON FUNCTION f() FROM PUBLIC").at_level(Level::Warning),
        bad("postgres", OLD, "GRANT EXECUTE ON FUNCTION f() TO app; REVOKE EXECUTE ON FUNCTION f() FROM PUBLIC;", "REVOKE EXECUTE ON FUNCTION f() FROM PUBLIC").at_level(Level::Note),
        bad("postgres", "", "REVOKE SELECT ON old FROM app;", "REVOKE SELECT ON old FROM app").incomplete().at_level(Level::Warning),
        bad("postgres", "GRANT readers TO app;", "REVOKE readers FROM app;", "REVOKE readers FROM app").at_level(Level::Warning),
        good("postgres", OLD, "REVOKE ALL ON t FROM app; GRANT SELECT, INSERT ON t TO app;"),
        good("postgres", CALLED, "DROP FUNCTION f(); CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 2'; REVOKE ALL ON FUNCTION f() FROM PUBLIC; GRANT EXECUTE ON FUNCTION f() TO app;"),
        good("postgres", OLD, "GRANT EXECUTE ON FUNCTION f() TO app; REVOKE EXECUTE ON FUNCTION f() FROM app;"),
        good("postgres", OLD, "REVOKE DELETE ON t FROM app; REVOKE ALL ON t FROM PUBLIC; REVOKE GRANT OPTION FOR SELECT ON t FROM app;"),
        good("postgres", "", "CREATE TABLE n (id int PRIMARY KEY); GRANT ALL ON n TO app; REVOKE DELETE ON n FROM app;"),
        good("postgres", "", "CREATE FUNCTION g() RETURNS int LANGUAGE sql AS 'SELECT 1'; REVOKE ALL ON FUNCTION g() FROM PUBLIC;"),
        good("postgres", "", "REVOKE ALL ON old FROM PUBLIC; REVOKE CREATE ON SCHEMA public FROM PUBLIC;").incomplete(),
        good("postgres", OLD, "ALTER DEFAULT PRIVILEGES REVOKE ALL ON TABLES FROM app; COMMENT ON TABLE t IS 'REVOKE ALL ON t FROM app';"),
    ],
    check: Check::Step(check),
};

/// What a program that reads and writes rows uses; the rest is for those who change schemas.
const USED: &[&str] =
    &["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "USAGE", "EXECUTE", "CONNECT", "ALL"];

/// What a role loses: privileges and objects, and whether it is known that it had them.
struct Lost {
    privileges: Vec<String>,
    objects: Vec<String>,
    known: bool,
    /// It is about functions and procedures alone.
    routines: bool,
    /// Taken from PUBLIC, and roles that go on using it were granted it by name.
    named: bool,
}

fn check(step: &Step<'_>, sink: &mut Sink) {
    if step.dialect.engine != Engine::Postgres {
        return;
    }
    for (index, located) in step.statement.changes.iter().enumerate() {
        let Change::Privileges(it) = &located.change.value else { continue };
        if it.grant || it.options.contains("OPTION FOR") {
            continue;
        }
        for role in &it.roles {
            let lost = match it.membership {
                true => Some(Lost {
                    privileges: it.privileges.clone(),
                    objects: Vec::new(),
                    known: false,
                    routines: false,
                    named: false,
                }),
                false => lost(step, it, role),
            };
            if let Some(lost) = lost {
                report(step, index, located, role, &lost, sink);
            }
        }
    }
}

fn report(
    step: &Step<'_>,
    index: usize,
    located: &LocatedChange,
    role: &str,
    lost: &Lost,
    sink: &mut Sink,
) {
    let maybe = step.maybe(index);
    let who = if role == "public" { "PUBLIC" } else { role };
    let what = match lost.objects.as_slice() {
        [] => format!("what a member of {} may do", listed(&lost.privileges)),
        objects => format!("{} on {}", lost.privileges.join(", "), listed(objects)),
    };
    let (level, had) = match (lost.known, who) {
        (true, "PUBLIC") => {
            let level = if lost.named { Level::Note } else { Level::Warning };
            (level, ", and with it every role that was not granted it by name")
        }
        // Most functions are called by few, and what closes a hole looks the same.
        (true, _) if lost.routines => (Level::Warning, ""),
        (true, _) => (Level::Error, ""),
        (false, _) => (Level::Warning, ", if it has it"),
    };
    let uses = |words: &[&str]| {
        let of = |one: &String| words.iter().any(|word| one.starts_with(word));
        lost.objects.is_empty() || lost.privileges.iter().any(of)
    };
    let mut breaks = Vec::new();
    if uses(&["SELECT", "USAGE", "EXECUTE", "CONNECT", "ALL"]) {
        breaks.push(Breaks::Readers);
    }
    if uses(&["INSERT", "UPDATE", "DELETE", "TRUNCATE", "USAGE", "EXECUTE", "CONNECT", "ALL"]) {
        breaks.push(Breaks::Writers);
    }
    sink.report(step, located.change.span, Subject::Object("role", role.to_owned()))
        .level(level)
        .breaks(breaks)
        .message(format!("{maybe}`{who}` loses {what}{had}"))
        .old_release(", and what the running release does with it fails with permission denied")
        .help("ship the release that does without it first, then take it away")
        .push();
}

/// What a role had before the statement, or may have had, and has no longer when the migration has
/// run.
fn lost(step: &Step<'_>, it: &Privileges, role: &str) -> Option<Lost> {
    let objects = objects(step, it);
    let end = step.end();
    let routines = objects.iter().all(|object| object.kind.is_routine());
    let (privileges, objects_lost) = (Vec::new(), Vec::new());
    let mut lost = Lost { privileges, objects: objects_lost, known: false, routines, named: false };
    let mut unknown = Vec::new();
    for object in &objects {
        // What was taken from an object that is dropped and created again is taken again.
        let was_there = match object.kind {
            kind if kind.is_relation() => step.start.relations.contains_key(&object.name),
            _ => step.start.objects.contains_key(object),
        };
        let had = |privilege: &str| {
            holds(step.before, object, role, privilege)
                && (!was_there || holds(step.start, object, role, privilege))
        };
        let keeps = |privilege: &str| {
            holds(end, object, role, privilege) || holds(end, object, "public", privilege)
        };
        let gone: Vec<String> =
            named(it).filter(|one| had(one) && !keeps(one)).map(str::to_owned).collect();
        if !gone.is_empty() {
            lost.known = true;
            lost.objects.push(object.to_string());
            lost.named |= role == "public" && is_granted_by_name(end, object);
            match gone.iter().find(|one| *one == "ALL") {
                Some(all) => lost.privileges.push(all.clone()),
                None => lost.privileges.extend(gone),
            }
        } else if role != "public" && is_unseen(step, object) && named(it).any(|one| !keeps(one)) {
            unknown.push(object.to_string());
        }
    }
    if !lost.known && !unknown.is_empty() {
        lost.objects = unknown;
        lost.privileges = it.privileges.iter().filter(|one| is_used(one)).cloned().collect();
    }
    lost.privileges.sort();
    lost.privileges.dedup();
    (!lost.objects.is_empty() && !lost.privileges.is_empty()).then_some(lost)
}

/// Whether a role other than PUBLIC has a privilege on an object by a grant of its own.
fn is_granted_by_name(catalog: &Catalog, object: &ObjectRef) -> bool {
    catalog.privileges.iter().any(|(grant, granted)| {
        granted.grant && grant.role != "public" && grant.object == *object
    })
}

/// Whether somebody may have granted privileges on the object that these migrations do not show.
fn is_unseen(step: &Step<'_>, object: &ObjectRef) -> bool {
    match object.kind {
        kind if kind.is_relation() => step.before.relation(&object.name).known().is_none(),
        _ => step.before.object(object).known().is_none(),
    }
}

fn is_used(privilege: &str) -> bool {
    USED.iter().any(|word| privilege.starts_with(word))
}

/// The privileges that a REVOKE names; of ALL those that are granted one by one.
fn named(it: &Privileges) -> impl Iterator<Item = &str> {
    let all = it.privileges.iter().any(|one| one.starts_with("ALL"));
    let each = USED.iter().copied().filter(move |_| all);
    let written = it.privileges.iter().map(String::as_str);
    each.chain(written.filter(|one| is_used(one) && !one.starts_with("ALL")))
}

/// The objects that a REVOKE is on and that are older than the migration.
fn objects(step: &Step<'_>, it: &Privileges) -> Vec<ObjectRef> {
    let old = |object: &ObjectRef| {
        let may_be_new = object.kind.is_relation()
            && step.level_by_standing(&object.name) == Level::Warning;
        !may_be_new && !step.is_object_born(object)
    };
    let Some(kind) = it.all_of else {
        let keys = it.objects.iter().map(|object| key(step.before, object));
        return keys.filter(old).collect();
    };
    let schemas: Vec<&str> = it.objects.iter().map(|object| object.name.name.as_str()).collect();
    let granted = step.before.privileges.iter().filter(|(_, granted)| granted.grant);
    let inside = granted.map(|(grant, _)| &grant.object).filter(|object| {
        let is_table = object.kind.is_relation() && object.kind != ObjectKind::Sequence;
        let of_kind = if kind == ObjectKind::Table { is_table } else { object.kind == kind };
        of_kind && object.name.schema.as_deref().is_some_and(|it| schemas.contains(&it))
    });
    let mut inside: Vec<ObjectRef> = inside.filter(|object| old(object)).cloned().collect();
    inside.dedup();
    inside
}

/// The object under which the catalog keeps privileges: GRANT calls every relation a table.
fn key(catalog: &Catalog, object: &ObjectRef) -> ObjectRef {
    let found = catalog.resolve_object(object);
    if object.kind.is_relation() {
        let kind = catalog.relations.get(&found.name).map_or(found.kind, |it| it.kind());
        return ObjectRef { kind, ..found };
    }
    // A routine may be named without its arguments.
    let named = match found.arguments {
        None => catalog.objects_named(found.kind, &found.name).map(|(key, _)| key).next().cloned(),
        Some(_) => None,
    };
    named.unwrap_or(found)
}

/// Whether the migrations show that a role has a privilege, by name or as part of ALL.
fn holds(catalog: &Catalog, object: &ObjectRef, role: &str, privilege: &str) -> bool {
    let of = |privilege: &str| {
        let key = Grant {
            object: object.clone(),
            role: role.to_owned(),
            privilege: privilege.to_owned(),
        };
        catalog.privileges.get(&key).map(|granted| granted.grant)
    };
    // EXECUTE, and nothing else of what is looked for, is everyone's without a word.
    let open = role == "public"
        && privilege == "EXECUTE"
        && object.kind.is_routine();
    of(privilege).or_else(|| of("ALL")).unwrap_or(open)
}
