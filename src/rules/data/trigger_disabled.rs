//! Triggers and rules that are switched off.

use crate::dialect::Engine;
use crate::finding::{Breaks, Level, Subject};
use crate::replay::Step;
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::change::{Change, TableAction};
use crate::schema::name::Name;

const OLD: &str = "CREATE TABLE t (id bigint PRIMARY KEY, a int); CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$; \
                   CREATE TRIGGER audit AFTER UPDATE ON t FOR EACH ROW EXECUTE FUNCTION g();";

/// The rule.
pub static RULE: Rule = Rule {
    id: "trigger-disabled",
    category: Category::Data,
    level: Level::Warning,
    since: "0.1",
    summary: "triggers or rules of an existing table switched off",
    why: "What the triggers keep is not kept meanwhile: audit rows, sums, updated_at, queues, the \
          capture of changes. With ALL, or session_replication_role = replica, foreign keys are \
          not checked either, and what is written then is never checked again. Switched off and \
          not on again, it stays so for everyone.",
    instead: "Switch off the one trigger that is in the way by its name, and on again in the same \
              transaction. Let a trigger that a migration has to get round look at a setting of \
              the session instead.",
    facts: &[Fact {
        engine: Engine::Postgres,
        says: "With its triggers disabled by ALL a table takes a row that its foreign key forbids, \
               and ENABLE TRIGGER ALL does not find it.",
        source: "measured on PostgreSQL 15",
    }],
    same_as: &[("squawk", "ban-disable-trigger"), ("pg-migration-lint", "PGM020")],
    breaks: &[Breaks::Data],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "ALTER TABLE t DISABLE TRIGGER audit;", "DISABLE TRIGGER audit"),
        bad("postgres", OLD, "alter table only public.\"t\" disable trigger user;", "disable trigger user"),
        bad("postgres", OLD, "ALTER TABLE t DISABLE TRIGGER ALL; UPDATE t SET a = 1 WHERE a IS NULL; ALTER TABLE t ENABLE TRIGGER ALL;", "DISABLE TRIGGER ALL"),
        bad("postgres", OLD, "ALTER TABLE t DISABLE TRIGGER audit; UPDATE t SET a = 1 WHERE a IS NULL; ALTER TABLE t ENABLE TRIGGER audit;", "DISABLE TRIGGER audit").at_level(Level::Note),
        bad("postgres", "CREATE TABLE t (id int PRIMARY KEY); CREATE RULE r AS ON DELETE TO t DO INSTEAD NOTHING;", "ALTER TABLE t DISABLE RULE r;", "DISABLE RULE r"),
        bad("postgres", "", "SET session_replication_role = replica;", "SET session_replication_role = replica"),
        bad("postgres", OLD, "DO $$ BEGIN ALTER TABLE t DISABLE TRIGGER audit; END $$;", "DISABLE TRIGGER audit"),
        bad("postgres", "", "ALTER TABLE old DISABLE TRIGGER USER;", "DISABLE TRIGGER USER").incomplete(),
        good("postgres", OLD, "ALTER TABLE t ENABLE TRIGGER audit; SET session_replication_role = DEFAULT;"),
        good("postgres", OLD, "CREATE TABLE n (id int PRIMARY KEY); ALTER TABLE n DISABLE TRIGGER ALL;"),
        good("postgres", OLD, "COMMENT ON TABLE t IS 'DISABLE TRIGGER ALL'; -- ALTER TABLE t DISABLE TRIGGER ALL;"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    for (index, located) in step.statement.changes.iter().enumerate() {
        let span = located.change.span;
        let (subject, level, what) = match &located.change.value {
            Change::AlterTable { target, action: TableAction::SetTrigger { name, rule, state } } => {
                let table = step.before.resolve(&target.name);
                if state != "DISABLE" || step.is_born(&table) {
                    continue;
                }
                let back = is_enabled_later(step, &table, name, *rule, span.start);
                (Subject::Table(table.clone()), level(name, back), switched(&table, name, *rule, back))
            }
            Change::Session(it) if it.name == "session_replication_role" => {
                let replica = it.value.as_ref().is_some_and(|it| it.iter().any(|it| it == "replica"));
                if !replica {
                    continue;
                }
                let what = "no trigger fires and no foreign key is checked in this session from here on, \
                            and what is written meanwhile is never checked; only a superuser may set it";
                (step.subject(), Level::Warning, what.to_owned())
            }
            _ => continue,
        };
        let maybe = step.maybe(index);
        sink.report(step, span, subject)
            .level(level)
            .message(format!("{maybe}{what}"))
            .help("switch off the one trigger that is in the way by its name, and on again in the same transaction")
            .push();
    }
}

fn level(name: &str, back: bool) -> Level {
    if back && name != "ALL" { Level::Note } else { Level::Warning }
}

fn switched(table: &Name, name: &str, rule: bool, back: bool) -> String {
    let what = match (name, rule) {
        ("ALL", false) => "every trigger, those that check foreign keys too,".to_owned(),
        ("USER", false) => "every trigger".to_owned(),
        (name, false) => format!("the trigger `{name}`"),
        (name, true) => format!("the rule `{name}`"),
    };
    let until = if back { "until it is switched on again" } else { "and nothing here switches it on again" };
    format!("{what} of `{table}` is off from here on, {until}: what is written meanwhile goes past it")
}

/// Whether a later statement of the migration switches it on again.
fn is_enabled_later(step: &Step<'_>, table: &Name, name: &str, rule: bool, from: u32) -> bool {
    let changes = step.migration.statements.iter().flat_map(|statement| &statement.changes);
    let mut later = changes.filter(|located| located.change.span.start > from);
    later.any(|located| match &located.change.value {
        Change::AlterTable { target, action: TableAction::SetTrigger { name: other, rule: of, state } } => {
            let covers = other == name || other == "ALL" || (other == "USER" && name != "ALL");
            state.starts_with("ENABLE")
                && *of == rule
                && covers
                && step.before.resolve(&target.name) == *table
        }
        _ => false,
    })
}
