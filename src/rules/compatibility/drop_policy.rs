//! `DROP POLICY` of a table whose rows policies show.

use crate::dialect::Engine;
use crate::finding::{Breaks, Level};
use crate::replay::{DifferenceKind, Step};
use crate::rules::drop::dropped;
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::catalog::Catalog;
use crate::schema::name::{Name, ObjectKind};

const OLD: &str = "CREATE TABLE notes (id bigint PRIMARY KEY, owner text, team text); \
    ALTER TABLE notes ENABLE ROW LEVEL SECURITY; \
    CREATE POLICY own ON notes USING (owner = current_user); \
    CREATE POLICY in_team ON notes AS RESTRICTIVE USING (team = current_setting('app.team'));";

/// The rule.
pub static RULE: Rule = Rule {
    id: "drop-policy",
    category: Category::Compatibility,
    level: Level::Warning,
    since: "0.1",
    summary: "row-level security policy dropped without another in its place",
    why: "While row-level security is on, a role sees and writes the rows that some policy lets \
          through. Without the policy, queries of the running release give fewer rows and its \
          writes are refused; without a restrictive one it sees rows that it must not see. No \
          query fails for it.",
    instead: "Create the new policy before the old one is dropped, in one transaction, or ALTER \
              POLICY.",
    facts: &[Fact {
        engine: Engine::Postgres,
        says: "If no policy exists for a table that has row security, a default-deny policy is used; \
               restrictive policies must all pass as well.",
        source: "https://www.postgresql.org/docs/current/ddl-rowsecurity.html",
    }],
    same_as: &[("squawk", "ban-drop-policy")],
    breaks: &[Breaks::Readers, Breaks::Writers, Breaks::Rollback],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "DROP POLICY own ON notes;", "own ON notes"),
        bad("postgres", OLD, "drop policy if exists \"in_team\" on Public.Notes;", "\"in_team\" on Public.Notes"),
        bad("postgres", OLD, "DO $$ BEGIN IF true THEN DROP POLICY own ON notes; END IF; END $$;", "own ON notes"),
        good("postgres", OLD, "DROP POLICY own ON notes; CREATE POLICY own ON notes USING (owner = current_setting('app.user'));"),
        good("postgres", OLD, "CREATE POLICY mine ON notes USING (owner = current_setting('app.user')); DROP POLICY own ON notes;"),
        good("postgres", OLD, "ALTER TABLE notes DISABLE ROW LEVEL SECURITY; DROP POLICY own ON notes;"),
        good("postgres", OLD, "DROP POLICY own ON notes; DROP TABLE notes;"),
        good("postgres", "CREATE TABLE t (id int PRIMARY KEY, o text); CREATE POLICY p ON t USING (o = 'a');", "DROP POLICY p ON t;"),
        good("postgres", OLD, "COMMENT ON TABLE notes IS 'DROP POLICY own ON notes'; -- DROP POLICY own ON notes;"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    for policy in dropped(step, &[ObjectKind::Policy]) {
        let table = &policy.object.name;
        let name = policy.object.part.as_deref().unwrap_or_default();
        let protected = is_protected(step.before, table) && is_protected(step.end(), table);
        let replaced = step.of_migration().into_iter().any(|it| {
            it.object.kind == ObjectKind::Policy
                && it.object.name == *table
                && it.kind == DifferenceKind::ObjectCreated
        });
        if !protected || replaced {
            continue;
        }
        let found = step.before.object(policy.object).seen();
        let restrictive = found.is_some_and(|it| it.definition.contains("restrictive"));
        let (what, fails) = match restrictive {
            true => ("lets through rows that it kept back", ""),
            false => (
                "hides the rows that only it let through",
                ": the release that is running gets fewer rows, and its writes of others are refused",
            ),
        };
        let maybe = step.maybe(policy.difference.change);
        sink.report(step, policy.difference.span, policy.subject())
            .level(policy.level(Level::Warning))
            .message(format!("{maybe}dropping the policy `{name}` of `{table}` {what}"))
            .old_release(fails)
            .also(&policy.standing())
            .help("create the policy that takes its place first, in the same transaction")
            .push();
    }
}

fn is_protected(catalog: &Catalog, table: &Name) -> bool {
    let found = catalog.seen_table(table);
    found
        .and_then(|(_, table)| table.options.get("row security"))
        .is_some_and(|setting| setting == "ENABLE")
}
