//! Defaults that change, or go where a NULL may take their place.

use crate::dialect::Engine;
use crate::finding::{Breaks, Level, Subject};
use crate::replay::{DifferenceKind, Step};
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::catalog::Column;

const OLD: &str = "CREATE TABLE jobs (id bigint PRIMARY KEY, state text DEFAULT 'new', tries int, \
                   due text NOT NULL DEFAULT 'now');";

/// The rule.
pub static RULE: Rule = Rule {
    id: "changed-default",
    category: Category::Compatibility,
    level: Level::Note,
    since: "0.1",
    summary: "default changed under a running release that leaves the column out",
    why: "A release that leaves the column out of its INSERTs, because it relied on the default, \
          writes other rows than it meant from then on: with the new value, or with NULL where \
          the default is dropped. No statement fails. Where the column is NOT NULL and loses its \
          default, INSERTs fail: that is `required-column-without-default`.",
    instead: "Let the application name the value in its INSERTs, and change the default when that \
              release is everywhere.",
    facts: &[Fact {
        engine: Engine::Postgres,
        says: "Default values only apply in subsequent INSERT or UPDATE commands; they do not cause \
               rows already in the table to change.",
        source: "https://www.postgresql.org/docs/current/sql-altertable.html",
    }],
    same_as: &[
        ("squawk", "ban-set-default"),
        ("squawk", "ban-drop-default"),
        ("strong_migrations", "change_column_default"),
        ("migrationpilot", "MP048"),
    ],
    breaks: &[Breaks::Writers],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "ALTER TABLE jobs ALTER COLUMN state SET DEFAULT 'queued';", "ALTER COLUMN state SET DEFAULT 'queued'"),
        bad("postgres", OLD, "alter table Public.\"jobs\" alter STATE drop default;", "alter STATE drop default"),
        bad("postgres", OLD, "DO $$ BEGIN IF true THEN ALTER TABLE jobs ALTER state SET DEFAULT 'x'; END IF; END $$;", "ALTER state SET DEFAULT 'x'"),
        good("postgres", OLD, "ALTER TABLE jobs ALTER tries SET DEFAULT 0;"),
        good("postgres", OLD, "ALTER TABLE jobs ALTER state SET DEFAULT 'new'::text;"),
        good("postgres", OLD, "ALTER TABLE jobs ALTER state DROP DEFAULT; ALTER TABLE jobs ALTER state SET DEFAULT 'new';"),
        good("postgres", OLD, "ALTER TABLE jobs ALTER due DROP DEFAULT;"),
        good("postgres", OLD, "ALTER TABLE jobs ADD n int DEFAULT 1; ALTER TABLE jobs ALTER n SET DEFAULT 2;"),
        good("postgres", OLD, "ALTER TABLE jobs ALTER state DROP DEFAULT; ALTER TABLE jobs DROP COLUMN state;"),
        good("postgres", "", "CREATE TABLE n (id int PRIMARY KEY, a int DEFAULT 1); ALTER TABLE n ALTER a SET DEFAULT 2;"),
        good("postgres", OLD, "COMMENT ON TABLE jobs IS 'SET DEFAULT 1'; -- ALTER TABLE jobs ALTER state SET DEFAULT 'x';"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    if step.dialect.engine != Engine::Postgres {
        return;
    }
    for difference in step.differences {
        let DifferenceKind::ColumnDefaultChanged { column } = &difference.kind else { continue };
        let table = &difference.object.name;
        // Only the statement that leaves the last word is news.
        let again = step.from_here().filter(|later| {
            later.kind == difference.kind && later.object == difference.object
        });
        let (old, new) = (step.start.column(table, column), step.end().column(table, column));
        let (Some(old), Some(new)) = (old.known(), new.seen()) else { continue };
        let (was, is) = (value(old), value(new));
        let required = new.definition.not_null && is.is_none();
        if again.count() > 1 || was.is_none() || was == is || required
            || step.is_column_born(table, column)
        {
            continue;
        }
        let was = was.unwrap_or_default();
        let now = match is {
            Some(is) => format!("{is} instead of {was}"),
            None => format!("NULL instead of {was}"),
        };
        let maybe = step.maybe(difference.change);
        sink.report(step, difference.span, Subject::Column(table.clone(), column.clone()))
            .message(format!("{maybe}the default of `{table}.{column}` changes"))
            .old_release(format!(
                ": the release that is running writes {now} where it leaves the column out"
            ))
            .help("let the application name the value, and change the default when that is everywhere")
            .push();
    }
}

/// A default without the cast around it; that of an identity or generated column is none.
fn value(column: &Column) -> Option<&str> {
    let text = column.definition.default.as_ref()?.text.as_str();
    let bare = text.split_once("::").map_or(text, |(bare, _)| bare).trim();
    (bare != "null").then_some(bare)
}
