//! `DROP NOT NULL`.

use crate::dialect::Engine;
use crate::finding::{Breaks, Level, Subject};
use crate::replay::{DifferenceKind, Step};
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};

const OLD: &str = "CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL, phone text);";

/// The rule.
pub static RULE: Rule = Rule {
    id: "drop-not-null",
    category: Category::Compatibility,
    level: Level::Note,
    since: "0.1",
    summary: "column that may hold NULL from now on, which its readers never saw",
    why: "The statement itself is harmless. But once the next release writes a NULL, the release \
          that still runs beside it reads one where it never met one, and so do reports; and the \
          way back is closed until every NULL is filled.",
    instead: "First ship a release that can read NULL there; drop NOT NULL, and write the first \
              NULL, when it is everywhere.",
    facts: &[Fact {
        engine: Engine::Postgres,
        says: "SET/DROP NOT NULL changes whether a column is marked to allow null values.",
        source: "https://www.postgresql.org/docs/current/sql-altertable.html",
    }],
    same_as: &[
        ("squawk", "ban-drop-not-null"),
        ("pgfence", "drop-not-null"),
        ("migrationpilot", "MP029"),
        ("pg-migration-lint", "PGM507"),
        ("postgres-language-server", "banDropNotNull"),
        ("diesel-guard", "DropNotNullCheck"),
    ],
    breaks: &[Breaks::Readers, Breaks::Rollback],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "ALTER TABLE users ALTER COLUMN email DROP NOT NULL;", "ALTER COLUMN email DROP NOT NULL"),
        bad("postgres", OLD, "alter table only Public.\"users\" alter Email drop not null;", "alter Email drop not null"),
        bad("postgres", OLD, "DO $$ BEGIN IF true THEN ALTER TABLE users ALTER email DROP NOT NULL; END IF; END $$;", "ALTER email DROP NOT NULL"),
        bad("postgres", "", "ALTER TABLE accounts ALTER email DROP NOT NULL;", "ALTER email DROP NOT NULL").incomplete(),
        good("postgres", OLD, "ALTER TABLE users ALTER phone DROP NOT NULL;"),
        good("postgres", OLD, "ALTER TABLE users ALTER email DROP NOT NULL; ALTER TABLE users DROP COLUMN email;"),
        good("postgres", OLD, "ALTER TABLE users ALTER email DROP NOT NULL; ALTER TABLE users ALTER email SET NOT NULL;"),
        good("postgres", OLD, "ALTER TABLE users ADD n int NOT NULL DEFAULT 1; ALTER TABLE users ALTER n DROP NOT NULL;"),
        good("postgres", "", "CREATE TABLE n (id int PRIMARY KEY, a int NOT NULL); ALTER TABLE n ALTER a DROP NOT NULL;"),
        good("postgres", "CREATE TABLE keyed (id bigint PRIMARY KEY, a int NOT NULL);", "ALTER TABLE keyed ALTER id DROP NOT NULL;"),
        good("postgres", OLD, "COMMENT ON TABLE users IS 'ALTER email DROP NOT NULL'; -- ALTER TABLE users ALTER email DROP NOT NULL;"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    if step.dialect.engine != Engine::Postgres {
        return;
    }
    for difference in step.differences {
        let DifferenceKind::ColumnMadeNullable { column } = &difference.kind else { continue };
        let table = &difference.object.name;
        let at_end = step.end().seen_table(table).and_then(|(_, table)| table.column(column));
        let stays = at_end.is_some_and(|column| !column.definition.not_null);
        // In a primary key it stays NOT NULL: the server refuses it, and another rule says so.
        let keyed = step.after.primary_key(table).known();
        let in_key = keyed.is_some_and(|(_, key)| key.columns.contains(column));
        if step.is_column_born(table, column) || !stays || in_key {
            continue;
        }
        let maybe = step.maybe(difference.change);
        sink.report(step, difference.span, Subject::Column(table.clone(), column.clone()))
            .message(format!("{maybe}`{table}.{column}` may hold NULL from now on"))
            .old_release(
                ": once the next release writes one, the release that is running reads a NULL \
                 where it never met one",
            )
            .help("let a release that reads NULL be everywhere before the first NULL is written")
            .push();
    }
}
