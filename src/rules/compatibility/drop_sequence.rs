//! `DROP SEQUENCE`.

use crate::dialect::Engine;
use crate::finding::{Breaks, Level};
use crate::replay::Step;
use crate::rules::drop::dropped;
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::name::ObjectKind;

const OLD: &str = "CREATE SEQUENCE invoice_number; CREATE SEQUENCE order_id; \
    CREATE TABLE orders (id bigint PRIMARY KEY DEFAULT nextval('order_id'), ref bigint);";

/// The rule.
pub static RULE: Rule = Rule {
    id: "drop-sequence",
    category: Category::Compatibility,
    level: Level::Warning,
    since: "0.1",
    summary: "sequence dropped that the running release may take numbers from",
    why: "From the drop on, each nextval of the sequence fails: mappers such as Hibernate call it \
          by name before each INSERT. The number that it stood at is gone too; a new one of its \
          name begins at 1 and gives out old numbers again. Where a column counts with it, the \
          loss of its default is found instead.",
    instead: "Ship a release that no longer uses it first. Where a column counts with it, change \
              its default (or make it an identity column) in the same transaction.",
    facts: &[Fact {
        engine: Engine::Postgres,
        says: "DROP SEQUENCE is refused while a default counts with it; CASCADE drops that default.",
        source: "measured: PostgreSQL 15",
    }],
    same_as: &[("squawk", "ban-drop-sequence"), ("migrationpilot", "MP022")],
    breaks: &[Breaks::Writers, Breaks::Rollback],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "DROP SEQUENCE invoice_number;", "invoice_number"),
        bad("postgres", OLD, "drop sequence if exists Public.\"invoice_number\" cascade;", "Public.\"invoice_number\""),
        good("postgres", OLD, "DROP SEQUENCE order_id CASCADE;"),
        bad("postgres", OLD, "DROP SEQUENCE invoice_number; CREATE SEQUENCE invoice_number;", "invoice_number"),
        bad("postgres", OLD, "DO $$ BEGIN IF true THEN DROP SEQUENCE invoice_number; END IF; END $$;", "invoice_number"),
        bad("postgres", "", "DROP SEQUENCE hibernate_sequence;", "hibernate_sequence").incomplete(),
        good("postgres", OLD, "DROP SEQUENCE invoice_number; CREATE SEQUENCE invoice_number START 5000;"),
        good("postgres", OLD, "CREATE SEQUENCE n; DROP SEQUENCE n; DROP SEQUENCE IF EXISTS never_was;"),
        good("postgres", OLD, "DROP TABLE orders; DROP SEQUENCE order_id;"),
        good("postgres", OLD, "COMMENT ON SEQUENCE order_id IS 'DROP SEQUENCE order_id'; -- DROP SEQUENCE order_id;"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    for sequence in dropped(step, &[ObjectKind::Sequence]) {
        let name = &sequence.object.name;
        let begins = step.end().sequence(name).seen().map(|again| {
            again.options.settings.iter().any(|(setting, _)| setting == "START")
        });
        // What becomes of a column that counts with it is found by itself.
        let counts = !step.start.columns_counting_with(name).is_empty();
        if sequence.came_by_rename() || counts || begins == Some(true) {
            continue;
        }
        let maybe = step.maybe(sequence.difference.change);
        let (what, fails) = match begins {
            Some(false) => (
                format!("`{name}` is dropped and created again: it gives out its first numbers again"),
                "",
            ),
            _ => (
                format!("dropping the sequence `{name}`"),
                ": the release that is running fails where it takes a number from it",
            ),
        };
        sink.report(step, sequence.difference.span, sequence.subject())
            .level(sequence.level(Level::Warning))
            .message(format!("{maybe}{what}"))
            .old_release(fails)
            .also(&sequence.standing())
            .help(
                "drop it when no release takes numbers from it; a column that counts with it needs \
                 another default first",
            )
            .push();
    }
}
