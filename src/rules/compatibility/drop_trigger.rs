//! Triggers that are dropped.

use crate::dialect::Engine;
use crate::finding::{Breaks, Level};
use crate::replay::{DifferenceKind, Step};
use crate::rules::drop::dropped;
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::name::{Name, ObjectKind};

const OLD: &str = "CREATE TABLE orders (id bigint PRIMARY KEY, total int, changed_at timestamptz); \
    CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.changed_at = now(); RETURN NEW; END'; \
    CREATE TRIGGER touched BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch();";

/// The rule.
pub static RULE: Rule = Rule {
    id: "drop-trigger",
    category: Category::Compatibility,
    level: Level::Warning,
    since: "0.1",
    summary: "trigger dropped that the running release may rely on",
    why: "What the trigger filled in, copied, counted, logged or refused is no longer done from \
          then on, and no statement fails: the release that is running writes rows that are not \
          as it and others expect them. What went missing meanwhile has to be found and mended \
          later.",
    instead: "Ship the release that does that work itself (or no longer needs it) first, and drop \
              the trigger when it is everywhere. To change a trigger, drop and create it in one \
              transaction, or CREATE OR REPLACE TRIGGER (14).",
    facts: &[Fact {
        engine: Engine::Postgres,
        says: "A disabled trigger is still known to the system, but is not executed when its \
               triggering event occurs.",
        source: "https://www.postgresql.org/docs/current/sql-altertable.html",
    }],
    same_as: &[("squawk", "ban-drop-trigger")],
    breaks: &[Breaks::Readers, Breaks::Writers, Breaks::Rollback],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "DROP TRIGGER touched ON orders;", "touched ON orders"),
        bad("postgres", OLD, "drop trigger if exists \"touched\" on Public.Orders cascade;", "\"touched\" on Public.Orders"),
        bad("postgres", OLD, "DO $$ BEGIN IF true THEN DROP TRIGGER touched ON orders; END IF; END $$;", "touched ON orders"),
        bad("postgres", "", "DROP TRIGGER audit ON accounts;", "audit ON accounts").incomplete(),
        good("postgres", OLD, "DROP TRIGGER touched ON orders; CREATE TRIGGER touched BEFORE INSERT OR UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch();"),
        good("postgres", OLD, "DROP TRIGGER touched ON orders; CREATE TRIGGER orders_touched BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch();"),
        good("postgres", OLD, "DROP TRIGGER touched ON orders; DROP TABLE orders;"),
        good("postgres", OLD, "ALTER TABLE orders DISABLE TRIGGER ALL; UPDATE orders SET total = 0 WHERE total IS NULL; ALTER TABLE orders ENABLE TRIGGER ALL;"),
        good("postgres", OLD, "DROP TRIGGER IF EXISTS never_was ON orders; CREATE TABLE n (id int PRIMARY KEY); CREATE TRIGGER x BEFORE UPDATE ON n FOR EACH ROW EXECUTE FUNCTION touch(); DROP TRIGGER x ON n;"),
        good("postgres", OLD, "COMMENT ON TABLE orders IS 'DROP TRIGGER touched ON orders'; -- DROP TRIGGER touched ON orders;"),
    ],
    check: Check::Step(check),
};

const NOBODY_FAILS: &str = "; no statement of the release that is running fails, but it may rely on that";

const HELP: &str = "drop it when every release that is running does without it; to change it, create \
                    it again in the same transaction";

fn check(step: &Step<'_>, sink: &mut Sink) {
    for trigger in dropped(step, &[ObjectKind::Trigger]) {
        let table = &trigger.object.name;
        let name = trigger.object.part.as_deref().unwrap_or_default();
        if is_gone(step, table) || has_new_trigger(step, table) {
            continue;
        }
        let maybe = step.maybe(trigger.difference.change);
        sink.report(step, trigger.difference.span, trigger.subject())
            .level(trigger.level(Level::Warning))
            .message(format!(
                "{maybe}dropping the trigger `{name}` of `{table}` ends what it does"
            ))
            .old_release(NOBODY_FAILS)
            .also(&trigger.standing())
            .help(HELP)
            .push();
    }
}

fn is_gone(step: &Step<'_>, table: &Name) -> bool {
    step.end().relation(table).is_absent()
}

/// Whether a trigger comes to the table here: the work goes on in another one.
fn has_new_trigger(step: &Step<'_>, table: &Name) -> bool {
    let created = |kind: &DifferenceKind| {
        matches!(kind, DifferenceKind::ObjectCreated | DifferenceKind::ObjectChanged)
    };
    let here = step.of_migration();
    here.into_iter().any(|it| {
        it.object.kind == ObjectKind::Trigger && it.object.name == *table && created(&it.kind)
    })
}
