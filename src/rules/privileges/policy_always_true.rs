//! Policies that let everyone write every row.

use crate::dialect::Engine;
use crate::finding::{Level, Subject};
use crate::replay::Step;
use crate::rules::row_security::policy;
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::change::Change;
use crate::schema::name::ObjectKind;

const OLD: &str =
    "CREATE TABLE t (id bigint PRIMARY KEY, tenant int); ALTER TABLE t ENABLE ROW LEVEL SECURITY;";

/// The rule.
pub static RULE: Rule = Rule {
    id: "policy-always-true",
    category: Category::Privileges,
    level: Level::Warning,
    since: "0.1",
    summary: "policy that lets every role write every row",
    why: "Permissive policies are joined by OR: one that is true for PUBLIC makes all others of the \
          same command say nothing, and row-level security only looks as if it were on.",
    instead: "Write the condition that tells a role's rows from those of others, or name the role \
              that may write all of them behind TO.",
    facts: &[Fact {
        engine: Engine::Postgres,
        says: "Permissive policies are combined using OR.",
        source: "https://www.postgresql.org/docs/current/sql-createpolicy.html",
    }],
    same_as: &[("splinter", "rls_policy_always_true")],
    breaks: &[],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "CREATE POLICY p ON t USING (true);", "CREATE POLICY p ON t USING"),
        bad("postgres", OLD, "create policy \"Anyone\" on public.t for insert to public with check ((true));", "create policy \"Anyone\" on public.t for insert to public with check"),
        bad("postgres", OLD, "CREATE POLICY p ON t FOR UPDATE USING (true) WITH CHECK (tenant = 1);", "CREATE POLICY p ON t FOR UPDATE USING"),
        good("postgres", OLD, "CREATE POLICY p ON t FOR SELECT USING (true);"),
        good("postgres", OLD, "CREATE POLICY p ON t TO admins USING (true); CREATE POLICY q ON t AS RESTRICTIVE USING (true);"),
        good("postgres", OLD, "CREATE POLICY \"using (true)\" ON t USING (tenant = 1);"),
        good("postgres", OLD, "CREATE POLICY p ON t USING (true); DROP POLICY p ON t; CREATE POLICY q ON t USING (id = 1);"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    for (index, located) in step.statement.changes.iter().enumerate() {
        let Change::Create { object, definition, .. } = &located.change.value else { continue };
        if object.kind != ObjectKind::Policy || step.history_end().object(object).is_absent() {
            continue;
        }
        let it = policy(definition);
        if !it.lets_everyone() {
            continue;
        }
        let table = step.before.resolve(&object.name);
        let (maybe, what) = (step.maybe(index), match it.command {
            "insert" => "insert any row into",
            "update" => "change every row of",
            "delete" => "delete every row of",
            _ => "read and write every row of",
        });
        sink.report(step, located.change.span, Subject::Table(table.clone()))
            .message(format!(
                "{maybe}whatever other policies say, every role with the privilege may {what} `{table}`"
            ))
            .help("name a role behind TO, or write the condition that tells its rows from others")
            .push();
    }
}
