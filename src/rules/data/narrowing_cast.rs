//! A type change that cuts values, or fails on them.

use crate::dialect::Engine;
use crate::effects::postgres::narrowing::{Narrowing, narrowing};
use crate::finding::{Breaks, Level, Subject};
use crate::replay::{DifferenceKind, Step};
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::change::{Change, TableAction};
use crate::schema::expr::Expr;

const OLD: &str = "CREATE TYPE e AS ENUM ('new', 'done'); CREATE DOMAIN d AS varchar(20); CREATE TABLE t (id bigint PRIMARY KEY, a varchar(200), n numeric(10,4), f double precision, s timestamptz, x e, y d);";

/// The rule.
pub static RULE: Rule = Rule {
    id: "narrowing-cast",
    category: Category::Data,
    level: Level::Error,
    since: "0.1",
    summary: "type change that cuts values without an error, or fails where they do not fit",
    why: "A cast that somebody writes, as in USING name::varchar(128), cuts longer text to length \
          without an error, and so does left(). Numbers lose decimal places by rounding, \
          timestamps their fractions or time of day, whether a cast is written or not. Nobody is \
          told, and the values are gone. Without a cast, a text that is too long or a number out \
          of range makes the statement fail: then the deploy stops, and what passes in a test \
          database may fail in production.",
    instead: "Leave the cast out: then PostgreSQL refuses text that does not fit. Look for such \
              values first, and decide what becomes of each. A CHECK constraint added as NOT VALID \
              limits new values and leaves the old ones.",
    facts: &[
        Fact {
            engine: Engine::Postgres,
            says: "If one explicitly casts a value to character varying(n) or character(n), then \
                   an over-length value will be truncated to n characters without raising an \
                   error.",
            source: "https://www.postgresql.org/docs/current/datatype-character.html",
        },
        Fact {
            engine: Engine::Postgres,
            says: "Without the cast the statement fails (22001); numeric to a smaller scale, \
                   timestamp to a smaller precision and to date, inet to cidr and text to name \
                   lose data without an error either way; integers out of range fail (22003).",
            source: "measured: PostgreSQL 15",
        },
    ],
    same_as: &[("migrationpilot", "MP044")],
    breaks: &[Breaks::Data, Breaks::Writers, Breaks::Rollback],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "ALTER TABLE t ALTER COLUMN a TYPE varchar(128) USING a::varchar(128);", "ALTER COLUMN a TYPE varchar(128) USING a::varchar(128)"),
        bad("postgres", OLD, "alter table public.T alter \"a\" set data type varchar(128) using cast(\"a\" as varchar(128));", "alter \"a\" set data type varchar(128) using cast(\"a\" as varchar(128))"),
        bad("postgres", OLD, "ALTER TABLE t ALTER a TYPE varchar(128) USING LEFT(a, 128);", "ALTER a TYPE varchar(128) USING LEFT(a, 128)"),
        bad("postgres", OLD, "ALTER TABLE t ALTER a TYPE varchar(128) USING NULLIF(a, '')::varchar(128);", "ALTER a TYPE varchar(128) USING NULLIF(a, '')::varchar(128)"),
        bad("postgres", OLD, "ALTER TABLE t ALTER a TYPE text USING NULL;", "ALTER a TYPE text USING NULL"),
        bad("postgres", OLD, "ALTER TABLE t ALTER n TYPE numeric(10,2);", "ALTER n TYPE numeric(10,2)"),
        bad("postgres", OLD, "ALTER TABLE t ALTER s TYPE date;", "ALTER s TYPE date"),
        bad("postgres", OLD, "ALTER TABLE t ALTER s TYPE timestamptz(0);", "ALTER s TYPE timestamptz(0)"),
        bad("postgres", OLD, "ALTER TABLE t ALTER y TYPE varchar(10) USING y::varchar(10);", "ALTER y TYPE varchar(10) USING y::varchar(10)"),
        bad("postgres", OLD, "ALTER TABLE t ALTER f TYPE numeric(12,2);", "ALTER f TYPE numeric(12,2)")
            .at_level(Level::Warning),
        bad("postgres", OLD, "ALTER TABLE t ALTER a TYPE varchar(128);", "ALTER a TYPE varchar(128)")
            .at_level(Level::Warning),
        bad("postgres", OLD, "ALTER TABLE t ALTER id TYPE integer;", "ALTER id TYPE integer")
            .at_level(Level::Warning),
        bad("postgres", "", "ALTER TABLE old ALTER a TYPE varchar(128) USING a::varchar(128);", "ALTER a TYPE varchar(128) USING a::varchar(128)")
            .incomplete()
            .at_level(Level::Warning),
        bad("postgres", OLD, "DO $$ BEGIN IF true THEN ALTER TABLE t ALTER n TYPE int; END IF; END $$;", "ALTER n TYPE int"),
        bad("postgres", OLD, "DO $$ BEGIN EXECUTE 'ALTER TABLE t ALTER n TYPE int'; END $$;", "ALTER n TYPE int"),
        bad(
            "postgres",
            "CREATE TABLE p (id int PRIMARY KEY, n numeric) PARTITION BY RANGE (id); CREATE TABLE p1 PARTITION OF p DEFAULT;",
            "ALTER TABLE p ALTER n TYPE int;",
            "ALTER n TYPE int",
        ),
        bad("postgres", OLD, "ALTER TABLE t ALTER n TYPE int;", "ALTER n TYPE int").runner("liquibase"),
        good("postgres", OLD, "ALTER TABLE t ALTER a TYPE varchar(500);"),
        good("postgres", "CREATE TABLE t (id int PRIMARY KEY, a varchar(191));", "ALTER TABLE t ALTER a TYPE varchar(255) USING a::varchar(255);"),
        good("postgres", OLD, "ALTER TABLE t ALTER a TYPE text USING a::text, ALTER n TYPE numeric(12,4), ALTER f TYPE numeric;"),
        good("postgres", OLD, "ALTER TABLE t ALTER x TYPE varchar(10) USING x::varchar(10);"),
        good("postgres", OLD, "ALTER TABLE t ALTER a TYPE e USING a::e;"),
        good("postgres", OLD, "ALTER TABLE t ADD b varchar(9); ALTER TABLE t ALTER b TYPE varchar(4) USING b::varchar(4);"),
        good("postgres", "", "CREATE TABLE n (id int PRIMARY KEY, a text); ALTER TABLE n ALTER a TYPE varchar(4) USING a::varchar(4);"),
        good("postgres", OLD, "CREATE TEMP TABLE n (a text); ALTER TABLE n ALTER a TYPE varchar(4) USING a::varchar(4);"),
        good("postgres", "CREATE FOREIGN TABLE f (a text) SERVER s;", "ALTER FOREIGN TABLE f ALTER a TYPE varchar(4);"),
        good("postgres", "", "ALTER TABLE old ALTER a TYPE text, ALTER b TYPE bigint, ALTER c TYPE varchar(255);").incomplete(),
        good("postgres", OLD, "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'ALTER TABLE t ALTER n TYPE int';"),
        good("postgres", OLD, "COMMENT ON TABLE t IS 'ALTER n TYPE int'; -- ALTER TABLE t ALTER n TYPE int;"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    if step.dialect.engine != Engine::Postgres {
        return;
    }
    for (index, located) in step.statement.changes.iter().enumerate() {
        let using = using(&located.change.value);
        for difference in step.differences.iter().filter(|difference| difference.change == index) {
            let DifferenceKind::ColumnTypeChanged { column, from, to } = &difference.kind else {
                continue;
            };
            let table = &difference.object.name;
            if step.is_column_born(table, column) || step.before.is_foreign(table) {
                continue;
            }
            let narrowing = narrowing(column, from.as_ref(), to, using, step.before);
            let (level, what) = match &narrowing {
                Narrowing::Keeps => continue,
                // Most such changes widen, and the statement fails before anything is lost.
                Narrowing::Refuses(_) if from.is_none() => continue,
                Narrowing::Refuses(unfit) => (Level::Warning, format!("fails where {unfit}")),
                Narrowing::Rounds(lost) => {
                    (Level::Warning, format!("loses {lost}, without an error"))
                }
                Narrowing::Cuts(lost) => (Level::Error, format!("loses {lost}, without an error")),
            };
            let level = level.min(step.level_by_standing(table));
            let (level, from) = match from {
                Some(from) => (level, format!("from {from}")),
                None => (Level::Warning, "from a type that these migrations do not show".to_owned()),
            };
            let maybe = step.maybe(index);
            let mut draft = sink
                .report(step, difference.span, Subject::Column(table.clone(), column.clone()))
                .level(level)
                .message(format!("{maybe}changing `{table}.{column}` {from} to {to} {what}"));
            if matches!(narrowing, Narrowing::Refuses(_)) {
                // The deploy fails, whoever is running.
                draft = draft.breaks([]).old_release(
                    ", and from then on refuses such values that the release that is running writes",
                );
            }
            let texts = ["character varying", "character"].iter().any(|name| to.is(name));
            let uncut = match texts {
                true => "; without a cast, text that is too long is refused and not cut",
                false => "",
            };
            draft
                .help(format!(
                    "look for the values that do not fit first, and decide what becomes of each{uncut}"
                ))
                .push();
        }
    }
}

fn using(change: &Change) -> Option<&Expr> {
    match change {
        Change::AlterTable { action: TableAction::AlterType { using, .. }, .. } => using.as_ref(),
        _ => None,
    }
}
