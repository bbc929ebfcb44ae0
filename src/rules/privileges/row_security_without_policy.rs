//! Row-level security without a policy that lets a row through.

use crate::dialect::Engine;
use crate::finding::{Breaks, Level, Subject};
use crate::migration::LocatedChange;
use crate::replay::Step;
use crate::rules::row_security::{Policy, is_forced, is_on, policies, switches};
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::catalog::{Catalog, Table};
use crate::schema::knowledge::Knowledge;
use crate::schema::name::Name;

const OLD: &str = "CREATE TABLE t (id bigint PRIMARY KEY, tenant int); GRANT SELECT ON t TO app; CREATE TABLE own (id bigint PRIMARY KEY);";

/// The rule.
pub static RULE: Rule = Rule {
    id: "row-security-without-policy",
    category: Category::Privileges,
    level: Level::Error,
    since: "0.1",
    summary: "row-level security switched on without a policy: rows are not seen",
    why: "Without a permissive policy row-level security lets no row through: a SELECT by any role \
          but the owner finds nothing and says nothing, an UPDATE changes nothing, and an INSERT \
          fails. With FORCE that is so for the owner too. Restrictive policies only take away. A \
          policy FOR one command says nothing of the others: with one FOR SELECT alone, writers are \
          refused.",
    instead: "Create the policies first, then switch it on, in one transaction.",
    facts: &[
        Fact {
            engine: Engine::Postgres,
            says: "If no policy exists for the table, a default-deny policy is used.",
            source: "https://www.postgresql.org/docs/current/ddl-rowsecurity.html",
        },
        Fact {
            engine: Engine::Postgres,
            says: "Switched on without a policy, count(*) of two rows is 0 for a role with all \
                   privileges and 2 for the owner, 0 with FORCE; INSERT fails with new row violates \
                   row-level security policy. So with a restrictive policy alone.",
            source: "measured on PostgreSQL 15",
        },
    ],
    same_as: &[("splinter", "rls_enabled_no_policy")],
    breaks: &[Breaks::Readers, Breaks::Writers],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "ALTER TABLE t ENABLE ROW LEVEL SECURITY;", "ENABLE ROW LEVEL SECURITY"),
        bad("postgres", OLD, "alter table public.\"t\" enable row level security; CREATE POLICY p ON t AS RESTRICTIVE USING (tenant = 1);", "enable row level security"),
        bad("postgres", "", "ALTER TABLE old ENABLE ROW LEVEL SECURITY;", "ENABLE ROW LEVEL SECURITY").incomplete(),
        bad("postgres", OLD, "DO $$ BEGIN ALTER TABLE t ENABLE ROW LEVEL SECURITY; END $$;", "ENABLE ROW LEVEL SECURITY"),
        bad("postgres", OLD, "ALTER TABLE own ENABLE ROW LEVEL SECURITY;", "ENABLE ROW LEVEL SECURITY").at_level(Level::Warning),
        bad("postgres", OLD, "ALTER TABLE own ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;", "ENABLE ROW LEVEL SECURITY"),
        bad("postgres", "", "CREATE TABLE n (id int PRIMARY KEY); ALTER TABLE n ENABLE ROW LEVEL SECURITY;", "ENABLE ROW LEVEL SECURITY").at_level(Level::Note),
        bad("postgres", "", "CREATE TABLE n (id int PRIMARY KEY); GRANT SELECT ON n TO app; ALTER TABLE n ENABLE ROW LEVEL SECURITY;", "ENABLE ROW LEVEL SECURITY").at_level(Level::Warning),
        good("postgres", "", "CREATE TABLE n (id int PRIMARY KEY); ALTER TABLE n ENABLE ROW LEVEL SECURITY; DO $$ BEGIN PERFORM make_policies('n'); END $$;"),
        good("postgres", OLD, "CREATE POLICY p ON t USING (tenant = 1); ALTER TABLE t ENABLE ROW LEVEL SECURITY;"),
        bad("postgres", OLD, "ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY \"all, using (x)\" ON public.t FOR SELECT TO app USING (true);", "ENABLE ROW LEVEL SECURITY").at_level(Level::Warning),
        good("postgres", OLD, "ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY r ON t FOR SELECT USING (true); CREATE POLICY i ON t FOR INSERT WITH CHECK (tenant > 0); CREATE POLICY u ON t FOR UPDATE USING (tenant > 0); CREATE POLICY d ON t FOR DELETE USING (tenant > 0);"),
        good("postgres", "", "CREATE TABLE n (id int PRIMARY KEY); ALTER TABLE n ENABLE ROW LEVEL SECURITY; CREATE POLICY r ON n FOR SELECT USING (true);"),
        good("postgres", OLD, "ALTER TABLE t ENABLE ROW LEVEL SECURITY; ALTER TABLE t DISABLE ROW LEVEL SECURITY;"),
        good("postgres", "", "CREATE TABLE n (id int PRIMARY KEY); ALTER TABLE n ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON n USING (true); DROP TABLE n;"),
        good("postgres", OLD, "COMMENT ON TABLE t IS 'ALTER TABLE t ENABLE ROW LEVEL SECURITY';"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    for (index, located, table, setting) in switches(step) {
        let on_before = step.before.seen_table(&table).is_some_and(|(_, it)| is_on(it));
        if setting != "ENABLE" || on_before {
            continue;
        }
        let end = step.history_end();
        let Some((_, found)) = end.seen_table(&table).filter(|(_, it)| is_on(it)) else { continue };
        let (restrictive, permissive): (Vec<Policy<'_>>, Vec<Policy<'_>>) =
            policies(end, &table).map(|(_, it)| it).partition(|it| it.restrictive);
        if !permissive.is_empty() {
            report_left(step, index, located, &table, &permissive, sink);
            continue;
        }
        // Code that cannot be followed may have created the policies of a new table.
        let clouded = matches!(end.table(&table), Knowledge::Clouded { .. });
        if clouded && step.is_born(&table) {
            continue;
        }
        let (level, who) = judge(step, end, &table, found);
        let maybe = step.maybe(index);
        let without = match restrictive.as_slice() {
            [] => "no policy follows",
            _ => "only restrictive policies stand by it",
        };
        let draft = sink
            .report(step, located.change.span, Subject::Table(table.clone()))
            .level(level)
            .message(format!(
                "{maybe}row-level security of `{table}` is switched on and {without}: {who}, and \
                 can insert none"
            ))
            .help("create the policies before it, in the same transaction");
        if step.is_born(&table) {
            draft.breaks([]).push();
        } else {
            draft.push();
        }
    }
}

/// The commands for which the policies of an old table let no row through. Of a new one that may be
/// meant so: nobody uses it yet.
fn report_left(
    step: &Step<'_>,
    index: usize,
    located: &LocatedChange,
    table: &Name,
    permissive: &[Policy<'_>],
    sink: &mut Sink,
) {
    let covers = |command: &str| permissive.iter().any(|it| [command, "all"].contains(&it.command));
    let left: Vec<&str> =
        ["select", "insert", "update", "delete"].into_iter().filter(|it| !covers(it)).collect();
    let may_be_new = step.is_born(table) || step.level_by_standing(table) == Level::Warning;
    if left.is_empty() || may_be_new {
        return;
    }
    let happens = |command: &&str| match *command {
        "select" => "SELECT finds no row",
        "insert" => "INSERT is refused",
        "update" => "UPDATE changes nothing",
        _ => "DELETE deletes nothing",
    };
    let breaks = match left.as_slice() {
        ["select"] => vec![Breaks::Readers],
        ["select", ..] => vec![Breaks::Readers, Breaks::Writers],
        _ => vec![Breaks::Writers],
    };
    let maybe = step.maybe(index);
    sink.report(step, located.change.span, Subject::Table(table.clone()))
        .level(Level::Warning)
        .breaks(breaks)
        .message(format!(
            "{maybe}row-level security of `{table}` is switched on, and for every role but its owner {}: no \
             policy is for {}",
            left.iter().map(happens).collect::<Vec<_>>().join(", "),
            left.join(", ").to_uppercase(),
        ))
        .help("create a policy for each command that the application uses, in the same transaction")
        .push();
}

/// How bad it is, and who sees nothing.
fn judge(step: &Step<'_>, end: &Catalog, table: &Name, found: &Table) -> (Level, String) {
    let others = end.privileges.iter().any(|(grant, granted)| {
        // The role that a server is set up with is a superuser, whom policies do not bind.
        let bound = granted.grant && grant.role != "postgres";
        bound && grant.object.name == *table && grant.object.kind.is_relation()
    });
    let clouded = matches!(end.table(table), Knowledge::Clouded { .. });
    let everyone = is_forced(found);
    let who = match everyone {
        true => format!("even its owner sees no row of `{table}`"),
        false => format!("no role but its owner sees a row of `{table}`"),
    };
    let may_be_new = step.is_born(table) || step.level_by_standing(table) == Level::Warning;
    match (may_be_new, others || everyone) {
        (true, true) => return (Level::Warning, who),
        // A table for its owner alone.
        (true, false) => return (Level::Note, who),
        (false, _) => {}
    }
    match step.before.table(table) {
        // Who owns it may be the role of the application.
        Knowledge::Known(_) if !others && !everyone => {
            (Level::Warning, format!("{who}; these migrations grant no other role anything on it"))
        }
        _ if clouded => (Level::Warning, who),
        _ => (Level::Error, who),
    }
}
