//! Privileges that may be handed on.

use crate::dialect::Engine;
use crate::finding::{Level, Subject, listed};
use crate::replay::Step;
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::change::Change;

const OLD: &str = "CREATE TABLE t (id bigint PRIMARY KEY);";

/// The rule.
pub static RULE: Rule = Rule {
    id: "grant-option",
    category: Category::Privileges,
    level: Level::Note,
    since: "0.1",
    summary: "privilege or membership granted so that its holder may grant it on",
    why: "Who has a privilege WITH GRANT OPTION gives it to whom they like, and no migration shows \
          it. WITH ADMIN OPTION does that with the membership in a role, which is all that the \
          role may do. To take it back needs CASCADE, and takes from all who got it on the way.",
    instead: "Grant without the option, and let one role, the owner, grant.",
    facts: &[Fact {
        engine: Engine::Postgres,
        says: "If WITH GRANT OPTION is specified, the recipient of the privilege can in turn grant \
               it to others.",
        source: "https://www.postgresql.org/docs/current/sql-grant.html",
    }],
    same_as: &[
        ("flyway", "RX006"),
        ("flyway", "RX007"),
        ("liquibase", "SqlGrantOptionWarn"),
        ("liquibase", "SqlGrantAdminWarn"),
    ],
    breaks: &[],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "GRANT SELECT ON t TO app WITH GRANT OPTION;", "GRANT SELECT ON t TO app WITH GRANT OPTION"),
        bad("postgres", "", "grant admins to \"App\" with admin option;", "grant admins to \"App\" with admin option").at_level(Level::Warning),
        bad("postgres@16", "", "GRANT admins TO app WITH ADMIN TRUE, INHERIT FALSE;", "GRANT admins TO app WITH ADMIN TRUE, INHERIT FALSE").at_level(Level::Warning),
        bad("postgres", OLD, "DO $$ BEGIN GRANT SELECT ON t TO app WITH GRANT OPTION; END $$;", "GRANT SELECT ON t TO app WITH GRANT OPTION"),
        good("postgres", OLD, "GRANT SELECT ON t TO app; GRANT admins TO app;"),
        good("postgres@16", "", "GRANT admins TO app WITH ADMIN FALSE, INHERIT TRUE;"),
        good("postgres", OLD, "REVOKE GRANT OPTION FOR SELECT ON t FROM app; REVOKE ADMIN OPTION FOR admins FROM app;"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    if step.dialect.engine != Engine::Postgres {
        return;
    }
    for (index, located) in step.statement.changes.iter().enumerate() {
        let Change::Privileges(it) = &located.change.value else { continue };
        let words = ["GRANT OPTION", "ADMIN OPTION", "ADMIN TRUE"];
        if !it.grant || !words.iter().any(|words| it.options.contains(words)) {
            continue;
        }
        let (level, what) = match it.membership {
            true => (Level::Warning, "take others into"),
            false => (Level::Note, "grant others"),
        };
        let (maybe, roles) = (step.maybe(index), listed(&it.roles));
        sink.report(step, located.change.span, Subject::Object("role", it.roles.join(", ")))
            .level(level)
            .message(format!("{maybe}from now on {roles} may {what} {}", listed(&it.privileges)))
            .help("grant it without the option")
            .push();
    }
}
