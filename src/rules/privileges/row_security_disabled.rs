//! Row-level security that is switched off.

use crate::dialect::Engine;
use crate::finding::{Level, Subject};
use crate::replay::Step;
use crate::rules::row_security::{is_forced, is_on, switches};
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::catalog::{Catalog, Table};
use crate::schema::name::Name;

const OLD: &str = "CREATE TABLE t (id bigint PRIMARY KEY, tenant int); ALTER TABLE t ENABLE ROW LEVEL SECURITY; ALTER TABLE t FORCE ROW LEVEL SECURITY; \
                   CREATE POLICY p ON t USING (tenant = 1); CREATE TABLE plain (id bigint PRIMARY KEY);";

/// The rule.
pub static RULE: Rule = Rule {
    id: "row-security-disabled",
    category: Category::Privileges,
    level: Level::Warning,
    since: "0.1",
    summary: "row-level security of an existing table switched off",
    why: "From then on every role that may read or write the table reads and writes all of its \
          rows: those of other tenants too. The policies stay, and say nothing any more. With NO \
          FORCE that is so for the table's owner, who is often the role of the application.",
    instead: "Change the policies instead. Where rows must be written past them, do it as a role \
              with BYPASSRLS, or as the owner of a table that is not forced.",
    facts: &[Fact {
        engine: Engine::Postgres,
        says: "If disabled (the default) then policies can still exist for the table, and they are \
               ignored.",
        source: "https://www.postgresql.org/docs/current/sql-altertable.html",
    }],
    same_as: &[("squawk", "ban-alter-row-level-security"), ("splinter", "rls_disabled_in_public")],
    breaks: &[],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "ALTER TABLE t DISABLE ROW LEVEL SECURITY;", "DISABLE ROW LEVEL SECURITY"),
        bad("postgres", OLD, "alter table only public.\"t\" no force row level security;", "no force row level security"),
        bad("postgres", "", "ALTER TABLE old DISABLE ROW LEVEL SECURITY;", "DISABLE ROW LEVEL SECURITY").incomplete(),
        bad("postgres", OLD, "DO $$ BEGIN ALTER TABLE t DISABLE ROW LEVEL SECURITY; END $$;", "DISABLE ROW LEVEL SECURITY"),
        good("postgres", OLD, "ALTER TABLE t DISABLE ROW LEVEL SECURITY; UPDATE t SET tenant = 2 WHERE tenant IS NULL; ALTER TABLE t ENABLE ROW LEVEL SECURITY;"),
        good("postgres", OLD, "ALTER TABLE plain DISABLE ROW LEVEL SECURITY; ALTER TABLE plain NO FORCE ROW LEVEL SECURITY;"),
        good("postgres", OLD, "ALTER TABLE plain ENABLE ROW LEVEL SECURITY; ALTER TABLE plain DISABLE ROW LEVEL SECURITY;"),
        good("postgres", OLD, "CREATE TABLE n (id int PRIMARY KEY); ALTER TABLE n DISABLE ROW LEVEL SECURITY;"),
        good("postgres", OLD, "COMMENT ON TABLE t IS 'ALTER TABLE t DISABLE ROW LEVEL SECURITY';"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    for (index, located, table, setting) in switches(step) {
        let (holds, who): (fn(&Table) -> bool, _) = match setting {
            "DISABLE" => (is_on, "every role that may use it"),
            "NO FORCE" => (is_forced, "its owner"),
            _ => continue,
        };
        let stays = seen(step.end(), &table).is_none_or(holds);
        if step.is_born(&table) || stays || !may_hold(step.start, &table, holds) {
            continue;
        }
        let (maybe, standing) = (step.maybe(index), clouded(step, &table));
        sink.report(step, located.change.span, Subject::Table(table.clone()))
            .message(format!(
                "{maybe}from now on {who} reads and writes all rows of `{table}`, whatever its \
                 policies say{standing}"
            ))
            .help("change the policies instead")
            .push();
    }
}

fn seen<'a>(catalog: &'a Catalog, table: &Name) -> Option<&'a Table> {
    catalog.seen_table(table).map(|(_, table)| table)
}

/// Whether it is so, or nobody saw whether it is.
fn may_hold(catalog: &Catalog, table: &Name, holds: fn(&Table) -> bool) -> bool {
    seen(catalog, table).is_some_and(holds) || catalog.table(table).known().is_none()
}

/// That nobody saw it switched on.
fn clouded(step: &Step<'_>, table: &Name) -> String {
    match step.before.table(table).known() {
        Some(_) => String::new(),
        None => format!(". These migrations do not show whether it is on for `{table}`"),
    }
}
