//! Views of all columns.

use crate::dialect::Engine;
use crate::finding::{Level, Subject};
use crate::replay::Step;
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::change::Change;

const OLD: &str = "CREATE TABLE t (id bigint PRIMARY KEY, a int);";

/// The rule.
pub static RULE: Rule = Rule {
    id: "select-star",
    category: Category::Shape,
    level: Level::Note,
    since: "0.1",
    summary: "view that selects all columns of its tables",
    why: "The star is replaced once, when the view is created: columns that the table gets later are \
          not in it, no column that it shows can be dropped, and the next CREATE OR REPLACE fails \
          where columns came in between. Columns that nobody meant to show are shown.",
    instead: "Name the columns.",
    facts: &[Fact {
        engine: Engine::Postgres,
        says: "CREATE OR REPLACE VIEW must generate the same columns in the same order, and may add \
               more at the end.",
        source: "https://www.postgresql.org/docs/current/sql-createview.html",
    }],
    same_as: &[("bytebase", "STATEMENT_SELECT_NO_SELECT_ALL"), ("liquibase", "SqlSelectStarWarn")],
    breaks: &[],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "CREATE VIEW v AS SELECT * FROM t;", "CREATE VIEW v"),
        bad("postgres", OLD, "create materialized view v as select distinct x.*, 1 as one from t as x;", "create materialized view v"),
        good("postgres", OLD, "CREATE VIEW v AS SELECT id, count(*) AS n, a * 2 AS b FROM t GROUP BY id, a;"),
        good("postgres", OLD, "CREATE VIEW v AS SELECT id FROM t WHERE EXISTS (SELECT * FROM t AS u WHERE u.id = t.a);"),
        good("postgres", OLD, "CREATE TEMP VIEW v AS SELECT * FROM t; SELECT * FROM t;"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    if step.dialect.engine != Engine::Postgres {
        return;
    }
    for (index, located) in step.statement.changes.iter().enumerate() {
        let Change::CreateView(view) = &located.change.value else { continue };
        if view.temporary || view.query.relations.is_empty() || !has_star(&view.query.text) {
            continue;
        }
        let (name, maybe) = (step.after.resolve(&view.name), step.maybe(index));
        sink.report(step, located.change.span, Subject::Object("view", name.to_string()))
            .message(format!("{maybe}`{name}` has the columns that its tables have today, and no later ones"))
            .help("name the columns")
            .push();
    }
}

/// Whether the list of the outermost SELECT has a `*` or `t.*`.
fn has_star(query: &str) -> bool {
    let Some(list) = query.strip_prefix("select ") else { return false };
    let mut depth = 0_usize;
    let words = list.split(' ').take_while(|word| {
        let open = depth == 0;
        depth = (depth + word.matches('(').count()).saturating_sub(word.matches(')').count());
        !(open && *word == "from")
    });
    let mut before = ",";
    for word in words {
        let begins = before.ends_with(',') || matches!(before, "distinct" | "all");
        let item = word.trim_end_matches(',');
        if begins && (item == "*" || item.ends_with(".*")) {
            return true;
        }
        before = word;
    }
    false
}
