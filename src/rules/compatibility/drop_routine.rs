//! `DROP FUNCTION` and `DROP PROCEDURE` of what may be called.

use crate::dialect::Engine;
use crate::finding::{Breaks, Level};
use crate::replay::Step;
use crate::rules::drop::{Dropped, dropped, kind_word};
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::change::{CreateRoutine, Parameter};
use crate::schema::name::ObjectKind;

const OLD: &str = "CREATE TABLE orders (id bigint PRIMARY KEY, total int, changed_at timestamptz); \
    CREATE FUNCTION vat(amount int, rate int) RETURNS int LANGUAGE sql AS 'SELECT amount * rate / 100'; \
    CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.changed_at = now(); RETURN NEW; END'; \
    CREATE TRIGGER touched BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch(); \
    CREATE PROCEDURE archive(days int) LANGUAGE sql AS 'DELETE FROM orders WHERE id < days';";

/// The rule.
pub static RULE: Rule = Rule {
    id: "drop-routine",
    category: Category::Compatibility,
    level: Level::Warning,
    since: "0.1",
    summary: "function or procedure dropped that the running release may call",
    why: "From the drop on, each statement that calls the routine fails: of the release that is \
          running, of reports, and of other routines, whose bodies PostgreSQL does not look into. \
          With CASCADE go all triggers, defaults, constraints, indexes, views, policies and \
          generated columns that call it, also where the routine is created again at once.",
    instead: "CREATE OR REPLACE FUNCTION keeps what depends on it. For another signature, create \
              the new routine beside the old one, and drop the old one when no release calls it; \
              `-- lockgate:retired function shop.vat` says so.",
    facts: &[Fact {
        engine: Engine::Postgres,
        says: "CASCADE drops objects that depend on the function, such as operators or triggers, \
               and in turn all that depends on those.",
        source: "https://www.postgresql.org/docs/current/sql-dropfunction.html",
    }],
    same_as: &[
        ("squawk", "ban-drop-function"),
        ("pg-schema-diff", "HAS_UNTRACKABLE_DEPENDENCIES"),
        ("migrationpilot", "MP022"),
    ],
    breaks: &[Breaks::Readers, Breaks::Writers, Breaks::Rollback],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "DROP FUNCTION vat(int, int);", "vat(int, int)"),
        bad("postgres", OLD, "drop procedure if exists Public.\"archive\";", "Public.\"archive\""),
        bad("postgres", OLD, "DROP FUNCTION vat; CREATE FUNCTION vat(amount int) RETURNS int LANGUAGE sql AS 'SELECT 1';", "vat"),
        bad("postgres", OLD, "DROP FUNCTION touch() CASCADE; CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';", "touch()"),
        bad("postgres", OLD, "DO $$ BEGIN IF true THEN DROP FUNCTION vat(int, int); END IF; END $$;", "vat(int, int)"),
        bad("postgres", "", "DROP FUNCTION old_sum(int);", "old_sum(int)").incomplete(),
        bad("postgres", OLD, "DROP FUNCTION vat;", "vat").runner("golang-migrate"),
        good("postgres", OLD, "DROP FUNCTION vat(int, int); CREATE FUNCTION vat(amount integer, rate integer) RETURNS numeric LANGUAGE sql AS 'SELECT 1.0';"),
        good("postgres", OLD, "DROP FUNCTION vat; CREATE FUNCTION vat(amount int, rate int, cut int DEFAULT 2) RETURNS int LANGUAGE sql AS 'SELECT 1';"),
        good("postgres", OLD, "DROP TRIGGER touched ON orders; DROP FUNCTION touch();"),
        good("postgres", OLD, "DROP FUNCTION touch() CASCADE; CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TRIGGER touched BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch();"),
        good("postgres", OLD, "CREATE FUNCTION n() RETURNS int LANGUAGE sql AS 'SELECT 1'; DROP FUNCTION n();"),
        good("postgres", OLD, "DROP FUNCTION IF EXISTS never_was(int);"),
        good("postgres", OLD, "COMMENT ON FUNCTION vat(int, int) IS 'DROP FUNCTION vat'; -- DROP FUNCTION vat;"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    use ObjectKind as Kind;
    for routine in dropped(step, &[Kind::Aggregate, Kind::Function, Kind::Procedure, Kind::Routine]) {
        let (object, along) = (routine.object, routine.along());
        let again = again(&routine);
        // Nobody calls a trigger's function by its name.
        let of_triggers = is_of_triggers(&routine);
        let unseen = again == Again::Fits || of_triggers || routine.came_by_rename();
        if unseen && along.is_empty() {
            continue;
        }
        let (maybe, with) = (step.maybe(routine.difference.change), routine.with());
        let (kind, name) = (object.kind.words(), &object.name);
        let (what, fails) = match again {
            Again::Fits => (
                format!("the {kind} `{name}` comes back, but not all that depends on it"), ""
            ),
            Again::Differs => (
                format!("the {kind} `{object}` comes back with other arguments"),
                ": the release that is running fails where it calls it with the old ones",
            ),
            Again::Gone if of_triggers => (
                format!("dropping the {kind} `{object}`"),
                ", and what that did for the release that is running is no longer done",
            ),
            Again::Gone => (
                format!("dropping the {kind} `{object}`"),
                ": the release that is running fails where it calls it",
            ),
        };
        sink.report(step, routine.difference.span, routine.subject())
            .level(routine.level(Level::Warning))
            .message(format!("{maybe}{what}{with}"))
            .old_release(fails)
            .also(&routine.standing())
            .help(match again {
                Again::Gone => format!(
                    "ship a release that no longer calls it, with `-- lockgate:retired {} {name}` in a \
                     migration; when it is everywhere, drop it",
                    kind_word(object.kind)
                ),
                Again::Differs => "create the new one beside the old one, and drop the old one when no \
                                   release calls it".to_owned(),
                Again::Fits => "CREATE OR REPLACE keeps what depends on it; else create all of that \
                                again".to_owned(),
            })
            .push();
    }
}

/// What becomes of a routine's name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Again {
    Gone,
    /// A routine takes it that old calls do not fit, as far as its arguments show.
    Differs,
    Fits,
}

fn again(dropped: &Dropped<'_>) -> Again {
    let object = dropped.object;
    let mut new = dropped.step.end().objects_named(ObjectKind::Routine, &object.name).peekable();
    if new.peek().is_none() {
        return Again::Gone;
    }
    let old = dropped.step.before.object(object).seen().and_then(|found| found.routine.as_ref());
    let Some(old) = old else { return Again::Fits };
    let fits = new.any(|(key, found)| {
        key.arguments == object.arguments
            || found.routine.as_ref().is_none_or(|new| takes_calls_of(new, old))
    });
    if fits { Again::Fits } else { Again::Differs }
}

/// Whether a routine can be called with the arguments of another: it takes the same types, and
/// what it takes beyond has a default.
fn takes_calls_of(new: &CreateRoutine, old: &CreateRoutine) -> bool {
    let is_input = |it: &&Parameter| it.mode.as_deref() != Some("OUT");
    let mut old = old.parameters.iter().filter(is_input);
    let fits = new.parameters.iter().filter(is_input).all(|new| match old.next() {
        Some(old) => new.ty.eq_ignore_ascii_case(&old.ty),
        None => new.default.is_some(),
    });
    fits && old.next().is_none()
}

fn is_of_triggers(dropped: &Dropped<'_>) -> bool {
    let found = dropped.step.before.object(dropped.object).seen();
    let returns = found.and_then(|found| found.routine.as_ref()?.returns.as_deref());
    returns.is_some_and(|it| it.to_lowercase().trim_start_matches("event_").starts_with("trigger"))
}
