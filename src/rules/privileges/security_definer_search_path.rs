//! SECURITY DEFINER routines whose search_path is the caller's.

use crate::dialect::Engine;
use crate::finding::{Level, Subject};
use crate::replay::Step;
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::catalog::Object;
use crate::schema::change::Change;
use crate::schema::name::ObjectKind;

/// The rule.
pub static RULE: Rule = Rule {
    id: "security-definer-search-path",
    category: Category::Privileges,
    level: Level::Warning,
    since: "0.1",
    summary: "SECURITY DEFINER routine without a search_path of its own",
    why: "Such a routine runs with the rights of its owner and looks names up where its caller \
          says. A caller who may create objects in any schema, temporary ones too, puts a table, \
          a function or an operator of the same name first on the path, and the routine uses it \
          with the owner's rights.",
    instead: "Add SET search_path = '' and write every name with its schema, or name the schemas \
              that nobody else may create objects in, pg_temp last.",
    facts: &[Fact {
        engine: Engine::Postgres,
        says: "For security, search_path should be set to exclude any schemas writable by \
               untrusted users.",
        source: "https://www.postgresql.org/docs/current/sql-createfunction.html",
    }],
    same_as: &[("pgspot", "PS003"), ("pgspot", "PS004")],
    breaks: &[],
    checks_down: false,
    examples: &[
        bad("postgres", "", "CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';", "CREATE FUNCTION f"),
        bad("postgres", "", "create or replace function app.\"F\"(a int) returns trigger as $$ BEGIN RETURN NEW; END $$ language plpgsql external security definer set work_mem = '8MB';", "create or replace function app.\"F\""),
        bad("postgres", "", "CREATE PROCEDURE p() SECURITY DEFINER LANGUAGE plpgsql AS $$ BEGIN NULL; END $$;", "CREATE PROCEDURE p"),
        bad("postgres", "CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT 1';", "ALTER FUNCTION f(int) SECURITY DEFINER;", "ALTER FUNCTION f(int) SECURITY DEFINER"),
        bad("postgres", "CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = '' AS 'SELECT 1';", "ALTER FUNCTION f() RESET search_path;", "ALTER FUNCTION f() RESET search_path"),
        good("postgres", "", "CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = '' AS 'SELECT 1';"),
        good("postgres", "", "CREATE FUNCTION f() RETURNS int SET search_path FROM CURRENT SECURITY DEFINER LANGUAGE sql AS 'SELECT 1';"),
        good("postgres", "", "CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'; ALTER FUNCTION f(int) SET search_path = pg_catalog, pg_temp;"),
        good("postgres", "", "CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY INVOKER AS 'SELECT 1'; COMMENT ON FUNCTION f() IS 'SECURITY DEFINER';"),
        good("postgres", "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';", "ALTER FUNCTION f() SECURITY DEFINER SET search_path = '';"),
        good("postgres@14", "CREATE TABLE t (id int PRIMARY KEY);", "CREATE FUNCTION f() RETURNS bigint LANGUAGE sql SECURITY DEFINER BEGIN ATOMIC SELECT count(*) FROM t; END;"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    for difference in step.differences {
        let Some(located) = step.statement.changes.get(difference.change) else { continue };
        let looks = match &located.change.value {
            Change::CreateRoutine(routine) => routine.security_definer,
            Change::Alter { object, action, .. } => {
                let routine = [ObjectKind::Function, ObjectKind::Procedure, ObjectKind::Routine];
                let words = ["security definer", "reset search_path", "reset all"];
                routine.contains(&object.kind) && words.iter().any(|words| action.contains(words))
            }
            _ => false,
        };
        if !looks {
            continue;
        }
        // A later statement may have set it, or replaced the routine.
        let end = step.history_end().object(&difference.object).seen();
        let now = step.after.object(&difference.object).seen();
        if !now.or(end).is_some_and(is_open) || !end.is_none_or(is_open) {
            continue;
        }
        let (maybe, name) = (step.maybe(difference.change), &difference.object);
        let kind = if name.kind == ObjectKind::Procedure { "procedure" } else { "function" };
        sink.report(step, difference.span, Subject::Object(kind, name.to_string()))
            .message(format!(
                "{maybe}`{}` runs with its owner's rights and looks names up on its caller's \
                 search_path: who can create an object first on it has those rights",
                name.name
            ))
            .help("add SET search_path = '' and write every name with its schema")
            .push();
    }
}

/// Whether a routine is SECURITY DEFINER and looks names up on the path of its caller.
fn is_open(object: &Object) -> bool {
    let Some(routine) = &object.routine else { return false };
    let (mut definer, mut set) = (routine.security_definer, routine.sets_search_path);
    for action in &object.alterations {
        definer |= action.contains("security definer");
        definer &= !action.contains("security invoker");
        set |= action.contains("set search_path");
        set &= !action.contains("reset search_path") && !action.contains("reset all");
    }
    // The names of a body without quotes are looked up once, when it is created.
    definer && !set && !routine.atomic
}
