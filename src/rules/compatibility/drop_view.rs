//! `DROP VIEW` of a view that is in use.

use crate::dialect::Engine;
use crate::finding::{Breaks, Level, listed};
use crate::replay::Step;
use crate::rules::drop::{Dropped, dropped};
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::catalog::{Relation, View};
use crate::schema::name::ObjectKind;
use crate::sql::words::outputs;

const OLD: &str = "CREATE TABLE orders (id bigint PRIMARY KEY, total int, state text); \
    CREATE VIEW open_orders AS SELECT id, total FROM orders WHERE state = 'open'; \
    CREATE VIEW dear_orders AS SELECT id FROM open_orders WHERE total > 1000; \
    CREATE MATERIALIZED VIEW sums AS SELECT sum(total) AS total FROM orders;";

/// The rule.
pub static RULE: Rule = Rule {
    id: "drop-view",
    category: Category::Compatibility,
    level: Level::Error,
    since: "0.1",
    summary: "view dropped while the running release may still read it",
    why: "From the drop until the next release is everywhere, each statement of the running \
          release that names the view fails, and reports and other services that read it fail \
          too. A view that is dropped and created again in one migration goes unnoticed, but not \
          one that comes back without some of its columns.",
    instead: "First ship a release that no longer reads the view, with a comment \
              `-- lockgate:retired view shop.open_orders` in a migration; when it is everywhere, \
              drop it. To change a view, CREATE OR REPLACE VIEW keeps its columns, what \
              depends on it, and its privileges.",
    facts: &[
        Fact {
            engine: Engine::Postgres,
            says: "CREATE OR REPLACE VIEW must generate the same columns in the same order, and may \
                   add more at the end.",
            source: "https://www.postgresql.org/docs/current/sql-createview.html",
        },
        Fact {
            engine: Engine::Postgres,
            says: "CASCADE drops what depends on the view, such as other views, and all that \
                   depends on those.",
            source: "https://www.postgresql.org/docs/current/sql-dropview.html",
        },
    ],
    same_as: &[("squawk", "ban-drop-view"), ("pg-schema-diff", "HAS_UNTRACKABLE_DEPENDENCIES")],
    breaks: &[Breaks::Readers, Breaks::Writers, Breaks::Rollback],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "DROP VIEW dear_orders;", "dear_orders"),
        bad("postgres", OLD, "drop view if exists Public.\"open_orders\" cascade;", "Public.\"open_orders\""),
        bad("postgres", OLD, "DROP MATERIALIZED VIEW sums;", "sums"),
        bad("postgres", OLD, "DROP VIEW open_orders CASCADE; CREATE VIEW open_orders AS SELECT id, total FROM orders;", "open_orders"),
        bad("postgres", OLD, "DROP VIEW open_orders CASCADE; CREATE VIEW open_orders AS SELECT id, state FROM orders; CREATE VIEW dear_orders AS SELECT id FROM open_orders;", "open_orders"),
        bad("postgres", OLD, "DO $$ BEGIN IF true THEN DROP VIEW dear_orders; END IF; END $$;", "dear_orders"),
        bad("postgres", OLD, "DROP VIEW dear_orders; CREATE TABLE dear_orders (id bigint PRIMARY KEY);", "dear_orders").at_level(Level::Warning),
        bad("postgres", OLD, "DROP VIEW dear_orders; CREATE TABLE dear_orders (no bigint PRIMARY KEY);", "dear_orders"),
        bad("postgres", "", "DROP VIEW old_report;", "old_report").incomplete(),
        bad("postgres", "", "DROP VIEW IF EXISTS old_report;", "old_report").incomplete().at_level(Level::Warning),
        bad("postgres", OLD, "DROP VIEW dear_orders;", "dear_orders").runner("flyway"),
        good("postgres", OLD, "DROP VIEW dear_orders; CREATE VIEW dear_orders AS SELECT id, total FROM open_orders WHERE total > 500;"),
        good("postgres", OLD, "DROP VIEW dear_orders, open_orders; ALTER TABLE orders ALTER total TYPE bigint; CREATE VIEW open_orders AS SELECT o.total, o.id FROM orders o; CREATE VIEW dear_orders AS SELECT * FROM open_orders;"),
        good("postgres", OLD, "DROP MATERIALIZED VIEW sums; CREATE VIEW sums AS SELECT sum(total) AS total FROM orders;"),
        good("postgres", OLD, "DROP VIEW IF EXISTS never_was;"),
        good("postgres", OLD, "CREATE VIEW v AS SELECT id FROM orders; DROP VIEW v;"),
        good("postgres", OLD, "CREATE TEMP VIEW v AS SELECT id FROM orders; DROP VIEW v;"),
        good("postgres", OLD, "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'DROP VIEW dear_orders';"),
        good("postgres", OLD, "COMMENT ON VIEW sums IS 'DROP VIEW sums'; -- DROP VIEW sums;").incomplete(),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    for view in dropped(step, &[ObjectKind::View, ObjectKind::MaterializedView]) {
        let name = &view.object.name;
        let again = step.end().relations.get(name);
        let missing = again.map(|again| missing(&view, again)).unwrap_or_default();
        let along = view.along();
        // Tables hold what was put into them.
        let table = matches!(again, Some(Relation::Table(_)));
        let whole = again.is_some() && missing.is_empty() && along.is_empty();
        if view.came_by_rename() || (whole && !table) {
            continue;
        }
        let maybe = step.maybe(view.difference.change);
        let (what, fails) = match (again, missing.as_slice()) {
            (None, _) => (
                format!("dropping the {} `{name}`", view.object.kind.words()),
                ": the release that is running fails with every statement that names it",
            ),
            (Some(Relation::Table(_)), []) => (
                format!(
                    "`{name}` comes back as a table: it shows the rows that are put into it, and no longer \
                     what the view read"
                ),
                "",
            ),
            (Some(_), []) => (
                format!("`{name}` is dropped and created again"),
                ", and the release that is running fails with what is not",
            ),
            (Some(_), missing) => (
                format!("`{name}` comes back without {}", listed(missing)),
                ": the release that is running fails with every statement that reads that",
            ),
        };
        let with = view.with();
        sink.report(step, view.difference.span, view.subject())
            .level(view.level(if whole { Level::Warning } else { Level::Error }))
            .gone(&view.object.name.name, again.is_some())
            .message(format!("{maybe}{what}{with}"))
            .old_release(fails)
            .also(&view.standing())
            .help(match again {
                None => format!(
                    "ship a release that no longer reads it, with `-- lockgate:retired {} {name}` in a \
                     migration; when it is everywhere, drop it",
                    crate::rules::drop::kind_word(view.object.kind)
                ),
                Some(_) if table => "fill it before the release that is running reads it, and let whoever \
                                     writes what the view read write it too".to_owned(),
                Some(_) => "create again all that goes, with the columns that it had".to_owned(),
            })
            .push();
    }
}

/// The columns that a view showed and that what has its name at the end does not, as far as both
/// are known.
fn missing(dropped: &Dropped<'_>, again: &Relation) -> Vec<String> {
    let shown = |view: &View| match view.columns.as_slice() {
        [] => outputs(&view.query.text, dropped.step.dialect.engine),
        columns => Some(columns.to_vec()),
    };
    let new = match again {
        Relation::View(new) => shown(new),
        Relation::Table(new) if new.whole => {
            Some(new.columns.iter().map(|column| column.definition.name.clone()).collect())
        }
        _ => None,
    };
    let old = dropped.step.before.view(&dropped.object.name).known().and_then(shown);
    let (Some(old), Some(new)) = (old, new) else { return Vec::new() };
    old.into_iter().filter(|column| !new.contains(column)).collect()
}
