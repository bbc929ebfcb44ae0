//! Views that show rows past the policies of their tables.

use crate::dialect::Engine;
use crate::finding::{Level, Subject, listed};
use crate::replay::Step;
use crate::rules::row_security::{is_forced, is_on};
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::catalog::{Relation, View};
use crate::schema::change::Change;

const OLD: &str = "CREATE TABLE t (id bigint PRIMARY KEY, tenant int); ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON t USING (tenant = 1); \
                   CREATE TABLE plain (id bigint PRIMARY KEY);";

/// The rule.
pub static RULE: Rule = Rule {
    id: "view-without-row-security",
    category: Category::Privileges,
    level: Level::Note,
    since: "0.1",
    summary: "view that shows rows which the policies of its table hide",
    why: "A view reads its tables with the rights of its owner, who is most often the owner of the \
          tables, and row-level security does not bind an owner: whoever may read the view sees \
          all rows. A materialized view holds the rows that its owner saw.",
    instead: "Create it WITH (security_invoker = true), from PostgreSQL 15 on, and it reads with \
              the rights and the policies of who queries it. Before, keep such views from roles \
              that the policies are for.",
    facts: &[Fact {
        engine: Engine::Postgres,
        says: "By default access to the relations in a view is determined by the permissions of \
               the view owner; with security_invoker by those of the user, policies included.",
        source: "https://www.postgresql.org/docs/current/sql-createview.html",
    }],
    same_as: &[("splinter", "security_definer_view")],
    breaks: &[],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "CREATE VIEW v AS SELECT id FROM t;", "CREATE VIEW v"),
        bad("postgres", OLD, "create or replace view public.\"V\" with (security_barrier) as select t.id from public.t join plain using (id);", "create or replace view public.\"V\" with"),
        bad("postgres", OLD, "CREATE MATERIALIZED VIEW v AS SELECT tenant, count(*) FROM t GROUP BY tenant;", "CREATE MATERIALIZED VIEW v"),
        good("postgres@15-18", OLD, "CREATE VIEW v WITH (security_invoker = true) AS SELECT id FROM t; CREATE VIEW w WITH (security_invoker) AS SELECT id FROM t;"),
        good("postgres@15-18", OLD, "CREATE VIEW v AS SELECT id FROM t; ALTER VIEW v SET (security_invoker = on);"),
        good("postgres", OLD, "CREATE VIEW v AS SELECT id FROM plain;"),
        good("postgres", OLD, "ALTER TABLE t FORCE ROW LEVEL SECURITY; CREATE VIEW v AS SELECT id FROM t;"),
        good("postgres", OLD, "CREATE VIEW v AS SELECT id FROM t; DROP VIEW v;"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    for (index, located) in step.statement.changes.iter().enumerate() {
        let Change::CreateView(create) = &located.change.value else { continue };
        let name = step.after.resolve(&create.name);
        // A later statement may have set the option, or replaced the view.
        let end = match step.history_end().relations.get(&name) {
            Some(Relation::View(view)) => view,
            _ => continue,
        };
        let hidden: Vec<_> = end
            .reads
            .iter()
            .filter(|table| create.query.relations.iter().any(|it| step.after.resolve(it) == **table))
            .filter(|table| {
                step.after.seen_table(table).is_some_and(|(_, it)| is_on(it) && !is_forced(it))
            })
            .collect();
        if hidden.is_empty() || create.temporary || invokes(end) {
            continue;
        }
        let maybe = step.maybe(index);
        let advice = match create.materialized {
            true => "grant it to no role that the policies are for",
            false => "WITH (security_invoker = true), from PostgreSQL 15 on",
        };
        sink.report(step, located.change.span, Subject::Object("view", name.to_string()))
            .message(format!(
                "{maybe}`{name}` reads {} as its owner, whom row-level security does not bind where \
                 the table is the owner's too: who may read the view sees all rows",
                listed(&hidden)
            ))
            .help(advice)
            .push();
    }
}

/// Whether a view reads with the rights of who queries it.
fn invokes(view: &View) -> bool {
    let off = ["false", "off", "no", "0"];
    view.options.get("security_invoker").is_some_and(|it| !off.contains(&it.as_str()))
}
