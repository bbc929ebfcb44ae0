//! Indexes on many columns.

use crate::dialect::Engine;
use crate::finding::{Level, Subject};
use crate::replay::Step;
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::change::Change;

/// More key columns are rarely all of use to one query.
const KEYS_MAX: usize = 4;

/// The rule.
pub static RULE: Rule = Rule {
    id: "wide-index",
    category: Category::Shape,
    level: Level::Note,
    since: "0.1",
    summary: "index on more than four columns, which is not unique",
    why: "Each column behind the first ones narrows a search less, and makes the index larger and \
          every write dearer; a change of any of them is no longer a heap-only update. Often the \
          first two or three find the rows, and the rest is wanted only to be read.",
    instead: "Index the columns that the search compares, the most selective first; put what is \
              only read into INCLUDE.",
    facts: &[Fact {
        engine: Engine::Postgres,
        says: "Indexes with more than three columns are unlikely to be helpful unless the usage of \
               the table is extremely stylized.",
        source: "https://www.postgresql.org/docs/current/indexes-multicolumn.html",
    }],
    same_as: &[("strong_migrations", "add_index_columns")],
    breaks: &[],
    checks_down: false,
    examples: &[
        bad("postgres", "CREATE TABLE t (a int PRIMARY KEY, b int, c int, d int, e int);", "CREATE INDEX CONCURRENTLY i ON t (a, b, c, (d + 1), e DESC);", "CREATE INDEX CONCURRENTLY i ON t"),
        good("postgres", "CREATE TABLE t (a int PRIMARY KEY, b int, c int, d int, e int);", "CREATE INDEX CONCURRENTLY i ON t (b, c, d, e) INCLUDE (a); CREATE UNIQUE INDEX CONCURRENTLY j ON t (a, b, c, d, e); CREATE INDEX CONCURRENTLY k ON t USING brin (a, b, c, d, e);"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    if step.dialect.engine != Engine::Postgres || step.is_told() {
        return;
    }
    for located in &step.statement.changes {
        let Change::CreateIndex(index) = &located.change.value else { continue };
        // Each column of the others is searched by itself.
        let ordered = index.method.as_deref().is_none_or(|method| method == "btree");
        let (wide, count) = (index.keys.len() > KEYS_MAX, index.keys.len());
        if wide && ordered && !index.unique {
            let name = index.name.as_deref().unwrap_or_default();
            let subject = Subject::Index(crate::schema::name::Name {
                schema: index.table.schema.clone(),
                name: name.to_owned(),
            });
            sink.report(step, located.change.span, subject)
                .message(format!(
                    "an index of `{}` on {count} columns: every write keeps all of them in order",
                    index.table
                ))
                .help("keep the columns that a search compares; put what is only read into INCLUDE")
                .push();
        }
    }
}
