//! Policies of existing tables.

use crate::dialect::Engine;
use crate::finding::{Breaks, Level, Subject};
use crate::replay::Step;
use crate::rules::row_security::{Policy, is_on, policies, policy};
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::catalog::Catalog;
use crate::schema::change::Change;
use crate::schema::knowledge::Knowledge;
use crate::schema::name::{Name, ObjectKind, ObjectRef};

const OLD: &str = "CREATE TABLE t (id bigint PRIMARY KEY, tenant int); ALTER TABLE t ENABLE ROW LEVEL SECURITY; \
                   CREATE POLICY p ON t USING (tenant = 1); CREATE POLICY q ON t FOR SELECT USING (id > 0); \
                   CREATE POLICY r ON t AS RESTRICTIVE USING (id < 9); \
                   CREATE TABLE one (id bigint PRIMARY KEY); ALTER TABLE one ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON one USING (true);";

/// The rule.
pub static RULE: Rule = Rule {
    id: "policy-changed",
    category: Category::Privileges,
    level: Level::Warning,
    since: "0.1",
    summary: "row-level security policy of an existing table changed",
    why: "A policy decides which rows exist for a role. A permissive one that goes, or a \
          restrictive one that comes, hides rows from the running release, which is told nothing: \
          its queries find less. The other way round, rows are shown that were hidden before.",
    instead: "Create the new policy before the old one goes, in one transaction, and let somebody \
              read it who knows who may see what.",
    facts: &[Fact {
        engine: Engine::Postgres,
        says: "Rows need a permissive policy that lets them through, and all restrictive ones: \
               permissive policies are combined using OR, restrictive ones using AND.",
        source: "https://www.postgresql.org/docs/current/sql-createpolicy.html",
    }],
    same_as: &[
        ("squawk", "ban-create-policy"),
        ("squawk", "ban-alter-policy-condition"),
        ("squawk", "ban-alter-policy-roles"),
    ],
    breaks: &[Breaks::Readers, Breaks::Writers],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "DROP POLICY p ON t;", "p ON t"),
        bad("postgres", OLD, "drop policy if exists \"q\" on public.t;", "\"q\" on public.t"),
        bad("postgres", OLD, "DROP POLICY p ON one;", "p ON one").at_level(Level::Error),
        bad("postgres", OLD, "CREATE POLICY s ON one AS RESTRICTIVE USING (id < 5);", "CREATE POLICY s ON one"),
        bad("postgres", OLD, "CREATE POLICY s ON t AS RESTRICTIVE USING (tenant < 5);", "CREATE POLICY s ON t").at_level(Level::Note),
        bad("postgres", "", "DROP POLICY p ON old;", "p ON old").incomplete(),
        bad("postgres", OLD, "CREATE POLICY s ON t USING (tenant = 2);", "CREATE POLICY s ON t USING").at_level(Level::Note),
        bad("postgres", OLD, "ALTER POLICY p ON t USING (tenant = 2);", "ALTER POLICY p ON t USING (tenant = 2)").at_level(Level::Note),
        bad("postgres", OLD, "DROP POLICY r ON t;", "r ON t").at_level(Level::Note),
        good("postgres", OLD, "ALTER POLICY p ON t RENAME TO own_rows;"),
        good("postgres", OLD, "CREATE TABLE n (id int PRIMARY KEY); ALTER TABLE n ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON n USING (true); DROP POLICY p ON n; CREATE POLICY q ON n USING (id > 0);"),
        good("postgres", "CREATE TABLE t (id int PRIMARY KEY);", "ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON t USING (id > 0);"),
        good("postgres", OLD, "DROP POLICY IF EXISTS never_was ON t;"),
        good("postgres", OLD, "DROP POLICY q ON t; CREATE POLICY own_rows ON t FOR SELECT USING ((id > 0)); ALTER POLICY p ON t USING (tenant = 1);"),
        good("postgres", OLD, "CREATE POLICY s ON t USING (true);"),
        good("postgres", OLD, "ALTER TABLE t DISABLE ROW LEVEL SECURITY; DROP POLICY p ON t;"),
        good("postgres", OLD, "DROP TABLE t; COMMENT ON TABLE one IS 'DROP POLICY p ON one';"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    for (index, located) in step.statement.changes.iter().enumerate() {
        let change = &located.change.value;
        let Some(object) = change.object().filter(|it| it.kind == ObjectKind::Policy) else { continue };
        let table = step.before.resolve(&object.name);
        let may_be_new = step.is_born(&table) || step.level_by_standing(&table) == Level::Warning;
        if may_be_new || !may_hold(step.end(), &table) {
            continue;
        }
        let Some((level, what)) = changed(step, change, &object, &table) else { continue };
        let maybe = step.maybe(index);
        let draft = sink
            .report(step, located.change.span, Subject::Object("policy", object.to_string()))
            .level(level)
            .message(format!("{maybe}{what}"))
            .help("let somebody read it who knows who may see what");
        if level == Level::Note { draft.breaks([]).push() } else { draft.push() }
    }
}

/// Whether row-level security is on when the migration has run, or nobody knows.
fn may_hold(end: &Catalog, table: &Name) -> bool {
    match end.table(table) {
        Knowledge::Known(found) => is_on(found),
        Knowledge::Absent => false,
        Knowledge::Assumed | Knowledge::Clouded { .. } => true,
    }
}

fn changed(
    step: &Step<'_>,
    change: &Change,
    object: &ObjectRef,
    table: &Name,
) -> Option<(Level, String)> {
    let name = object.part.as_deref().unwrap_or_default();
    match change {
        Change::Create { definition, .. } => {
            let it = policy(definition);
            // Policies that come with row-level security itself replace nothing.
            if step.start.table(table).known().is_some_and(|found| !is_on(found)) {
                return None;
            }
            // What lets everyone through is found by itself; what stood under another name, or was
            // dropped before, is no news.
            if it.lets_everyone() || policies(step.start, table).any(|(_, old)| old == it) {
                return None;
            }
            if !it.restrictive {
                return Some((Level::Note, format!("`{name}` lets through more rows of `{table}`")));
            }
            let same = |other: &Policy<'_>| other.command == it.command || other.command == "all";
            let (restrictive, permissive): (Vec<_>, Vec<_>) = policies(step.start, table)
                .map(|(_, other)| other)
                .filter(same)
                .partition(|other| other.restrictive);
            // One takes the place of another, or nothing was let through that it could hide.
            let known = step.start.table(table).known().is_some();
            let hides = restrictive.is_empty() && (!permissive.is_empty() || !known);
            let level = if hides { Level::Warning } else { Level::Note };
            let what = format!("rows of `{table}` that do not pass `{name}` too are hidden from now on");
            Some((level, what))
        }
        Change::Alter { action, .. } => {
            let text = format!("{name} on {table} {action}");
            let old = step.before.object(object).known().filter(|old| old.alterations.is_empty());
            if old.is_some_and(|old| says_the_same(&policy(&text), &policy(&old.definition), action)) {
                return None;
            }
            Some((Level::Note, format!("`{name}` lets other rows of `{table}` through")))
        }
        Change::Drop { .. } => dropped(step, object, table, name),
        _ => None,
    }
}

/// Whether what ALTER POLICY says, in these words, is what the policy said before.
fn says_the_same(new: &Policy<'_>, old: &Policy<'_>, action: &str) -> bool {
    let roles = !action.starts_with("to ") || new.roles == old.roles;
    let using = new.using.is_none() || new.using == old.using;
    roles && using && (new.check.is_none() || new.check == old.check)
}

fn dropped(
    step: &Step<'_>,
    object: &ObjectRef,
    table: &Name,
    name: &str,
) -> Option<(Level, String)> {
    let was = step.before.object(object);
    if was.is_absent() || step.is_object_born(object) {
        return None;
    }
    let key = step.before.resolve_object(object);
    let end = step.end();
    let restrictive = was.seen().is_some_and(|it| policy(&it.definition).restrictive);
    if restrictive {
        let what = format!("rows of `{table}` that `{name}` hid are shown from now on");
        return Some((Level::Note, what));
    }
    let old = was.seen().map(|it| policy(&it.definition));
    let lets_none = |it: &Policy<'_>| it.using.or(it.check) == Some("false");
    if old.as_ref().is_some_and(lets_none) {
        return Some((Level::Note, format!("`{name}` of `{table}` let no row through")));
    }
    let now = |it: &Policy<'_>| old.as_ref().is_some_and(|old| old == it);
    if policies(end, table).any(|(_, it)| now(&it)) {
        return None;
    }
    let command = old.map(|it| it.command);
    let mut others = policies(end, table).filter(|(_, it)| !it.restrictive).peekable();
    let none_left = others.peek().is_none();
    let successor = others.any(|(other, it)| {
        let born = *other == key || !step.start.objects.contains_key(other);
        let all = it.command == "all" || command.is_none_or(|command| command == "all");
        born && (all || Some(it.command) == command)
    });
    if successor {
        let what = format!("a policy of `{table}` takes the place of `{name}`");
        return Some((Level::Note, what));
    }
    let on = end.seen_table(table).is_some_and(|(_, it)| is_on(it));
    if none_left && on && end.table(table).known().is_some() {
        let what = format!(
            "`{name}` is the last policy that lets rows of `{table}` through: without it nobody \
             but the owner sees one"
        );
        return Some((Level::Error, what));
    }
    Some((Level::Warning, format!("rows of `{table}` that only `{name}` lets through are hidden")))
}
