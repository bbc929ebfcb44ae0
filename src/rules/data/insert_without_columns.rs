//! INSERT by the order of the columns.

use crate::dialect::Engine;
use crate::finding::{Level, Subject};
use crate::replay::Step;
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::change::Change;

const OLD: &str = "CREATE TABLE t (id bigint PRIMARY KEY, a int);";

/// The rule.
pub static RULE: Rule = Rule {
    id: "insert-without-columns",
    category: Category::Data,
    level: Level::Note,
    since: "0.1",
    summary: "INSERT into an existing table that does not name its columns",
    why: "The values go to the columns by their order, which is the order in which they were added: \
          not the same in every database. A column more, or two in another order, and the INSERT \
          fails or writes values where they do not belong.",
    instead: "Name the columns: INSERT INTO t (a, b) VALUES (...).",
    facts: &[
        Fact {
            engine: Engine::Postgres,
            says: "If no list of column names is given at all, the default is all the columns of \
                   the table in their declared order.",
            source: "https://www.postgresql.org/docs/current/sql-insert.html",
        },
        Fact {
            engine: Engine::Sqlite,
            says: "If the column-name list is omitted, the number of values must be the number of \
                   columns of the table.",
            source: "https://www.sqlite.org/lang_insert.html",
        },
    ],
    same_as: &[("bytebase", "STATEMENT_INSERT_MUST_SPECIFY_COLUMN")],
    breaks: &[],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "INSERT INTO t VALUES (1, 2);", "INSERT INTO t VALUES (1, 2)"),
        bad("postgres", OLD, "insert into public.\"t\" as x select id, a from t where a > 3;", "insert into public.\"t\" as x select id, a from t where a > 3"),
        bad("sqlite", OLD, "INSERT INTO t SELECT 1, 2;", "INSERT INTO t SELECT 1, 2"),
        good("sqlite", OLD, "INSERT INTO t (id, a) SELECT 1, 2;"),
        good("postgres", OLD, "INSERT INTO t (id, a) VALUES (1, 2); INSERT INTO t DEFAULT VALUES;"),
        good("postgres", OLD, "CREATE TABLE n (id int PRIMARY KEY); INSERT INTO n VALUES (1);"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    for (index, located) in step.statement.changes.iter().enumerate() {
        let Change::Data(data) = &located.change.value else { continue };
        let Some(target) = data.writes.first() else { continue };
        if !data.by_position || step.is_born(target) {
            continue;
        }
        let (table, maybe) = (step.before.resolve(target), step.maybe(index));
        sink.report(step, located.change.span, Subject::Table(table.clone()))
            .message(format!("{maybe}the values go to the columns of `{table}` by their order alone"))
            .help("name the columns")
            .push();
    }
}
