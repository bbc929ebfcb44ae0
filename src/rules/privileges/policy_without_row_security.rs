//! Policies on tables where row-level security is off.

use crate::dialect::Engine;
use crate::finding::{Level, Subject};
use crate::replay::Step;
use crate::rules::row_security::{is_on, policies};
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::change::Change;
use crate::schema::knowledge::Knowledge;
use crate::schema::name::ObjectKind;

const OLD: &str = "CREATE TABLE t (id bigint PRIMARY KEY, tenant int);";

/// The rule.
pub static RULE: Rule = Rule {
    id: "policy-without-row-security",
    category: Category::Privileges,
    level: Level::Warning,
    since: "0.1",
    summary: "policy on a table whose row-level security is off: it is ignored",
    why: "CREATE POLICY only writes the policy down. As long as row-level security of the table is \
          off, every role that may read the table reads all of its rows, and who reads the \
          migration thinks otherwise.",
    instead: "Switch it on behind the policies: ALTER TABLE ... ENABLE ROW LEVEL SECURITY.",
    facts: &[Fact {
        engine: Engine::Postgres,
        says: "Row-level security must be enabled on the table in order for created policies to be \
               applied.",
        source: "https://www.postgresql.org/docs/current/sql-createpolicy.html",
    }],
    same_as: &[("splinter", "policy_exists_rls_disabled")],
    breaks: &[],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "CREATE POLICY p ON t USING (tenant = 1);", "CREATE POLICY p ON t USING"),
        bad("postgres", "", "CREATE TABLE n (id int PRIMARY KEY); create policy \"P\" on public.n using (true); CREATE POLICY q ON n FOR SELECT USING (id > 0);", "create policy \"P\" on public.n using"),
        good("postgres", OLD, "CREATE POLICY p ON t USING (tenant = 1); ALTER TABLE t ENABLE ROW LEVEL SECURITY;"),
        good("postgres", "CREATE TABLE t (id int PRIMARY KEY); ALTER TABLE t ENABLE ROW LEVEL SECURITY;", "CREATE POLICY p ON t USING (id = 1);"),
        good("postgres", OLD, "CREATE POLICY p ON t USING (tenant = 1); DROP POLICY p ON t;"),
        good("postgres", OLD, "CREATE POLICY p ON t USING (tenant = 1); DO $$ BEGIN EXECUTE x; END $$;"),
        good("postgres", "", "CREATE POLICY p ON old USING (tenant = 1);").incomplete(),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    for (index, located) in step.statement.changes.iter().enumerate() {
        let Change::Create { object, .. } = &located.change.value else { continue };
        if object.kind != ObjectKind::Policy {
            continue;
        }
        let table = step.before.resolve(&object.name);
        let end = step.history_end();
        let off = matches!(end.table(&table), Knowledge::Known(found) if !is_on(found));
        // One finding for all policies of a table.
        let first = policies(step.before, &table).next().is_none();
        if !off || !first || policies(end, &table).next().is_none() {
            continue;
        }
        let maybe = step.maybe(index);
        sink.report(step, located.change.span, Subject::Table(table.clone()))
            .message(format!(
                "{maybe}row-level security of `{table}` is off, so this policy says nothing: every \
                 role that may read the table reads all of its rows"
            ))
            .help(format!("ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"))
            .push();
    }
}
