//! `REFRESH MATERIALIZED VIEW` that blocks readers.

use crate::dialect::Engine;
use crate::finding::{Breaks, Level, Subject};
use crate::replay::Step;
use crate::rules::lock::{SQL, held};
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::change::Change;
use crate::schema::knowledge::Knowledge;
use crate::schema::name::Name;

const OLD: &str = "CREATE TABLE t (id int PRIMARY KEY); \
                   CREATE MATERIALIZED VIEW v AS SELECT id FROM t; CREATE UNIQUE INDEX i ON v (id);";
const BARE: &str =
    "CREATE TABLE t (id int PRIMARY KEY); CREATE MATERIALIZED VIEW v AS SELECT id FROM t;";

/// The rule.
pub static RULE: Rule = Rule {
    id: "refresh-not-concurrent",
    category: Category::Locking,
    level: Level::Error,
    since: "0.1",
    summary: "REFRESH MATERIALIZED VIEW that blocks readers, or cannot run concurrently",
    why: "REFRESH MATERIALIZED VIEW takes an ACCESS EXCLUSIVE lock on the view and runs its whole \
          query under it: nobody can read the view until that is done. With CONCURRENTLY readers \
          go on, but that needs a unique index on plain columns without WHERE, and fails without \
          one.",
    instead: "REFRESH MATERIALIZED VIEW CONCURRENTLY, after CREATE UNIQUE INDEX on the view. It may \
              run in a transaction.",
    facts: &[
        Fact {
            engine: Engine::Postgres,
            says: "CONCURRENTLY refreshes the materialized view without locking out concurrent \
                   selects. It is only allowed if there is at least one UNIQUE index which uses only \
                   column names and includes all rows.",
            source: "https://www.postgresql.org/docs/current/sql-refreshmaterializedview.html",
        },
        Fact {
            engine: Engine::Postgres,
            says: "REFRESH holds ACCESS EXCLUSIVE, CONCURRENTLY EXCLUSIVE; WITH NO DATA is brief.",
            source: "measured: tests/facts/postgres.csv, category views, 10 to 18",
        },
    ],
    same_as: &[("pgfence", "refresh-matview-blocking")],
    breaks: &[Breaks::Readers],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "REFRESH MATERIALIZED VIEW v;", "REFRESH MATERIALIZED VIEW v"),
        bad("postgres", BARE, "refresh materialized view \"public\".V with data;", "refresh materialized view \"public\".V with data"),
        bad("postgres", OLD, "DO $$ BEGIN IF true THEN REFRESH MATERIALIZED VIEW v; END IF; END $$;", "REFRESH MATERIALIZED VIEW v"),
        bad("postgres", "", "REFRESH MATERIALIZED VIEW old;", "REFRESH MATERIALIZED VIEW old").incomplete(),
        // It fails without a unique index.
        bad("postgres", BARE, "REFRESH MATERIALIZED VIEW CONCURRENTLY v;", "REFRESH MATERIALIZED VIEW CONCURRENTLY v"),
        bad(
            "postgres",
            "CREATE TABLE t (id int PRIMARY KEY); CREATE MATERIALIZED VIEW v AS SELECT id FROM t; CREATE UNIQUE INDEX i ON v (id) WHERE id > 0;",
            "REFRESH MATERIALIZED VIEW CONCURRENTLY v;",
            "REFRESH MATERIALIZED VIEW CONCURRENTLY v",
        ),
        good("postgres", OLD, "REFRESH MATERIALIZED VIEW CONCURRENTLY v;"),
        good("postgres", "", "REFRESH MATERIALIZED VIEW CONCURRENTLY old;").incomplete(),
        good("postgres", OLD, "REFRESH MATERIALIZED VIEW v WITH NO DATA;"),
        // Who reads a view that was never filled gets an error anyway.
        good("postgres", "CREATE MATERIALIZED VIEW v AS SELECT 1 AS id WITH NO DATA;", "REFRESH MATERIALIZED VIEW v;"),
        good("postgres", "", "CREATE MATERIALIZED VIEW n AS SELECT 1 AS id; REFRESH MATERIALIZED VIEW n;"),
        good("postgres", OLD, "COMMENT ON TABLE t IS 'REFRESH MATERIALIZED VIEW v'; -- REFRESH MATERIALIZED VIEW v;"),
        good("postgres", OLD, "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ BEGIN REFRESH MATERIALIZED VIEW v; END $$;"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    for located in &step.statement.changes {
        if let Change::RefreshMaterializedView { name, concurrently: true, .. } = &located.change.value
            && has_unique_index(step, name) == Some(false)
        {
            let view = step.before.resolve(name);
            let help = format!(
                "CREATE UNIQUE INDEX ON {} (...) before it, on plain columns and without WHERE",
                SQL.name(&view)
            );
            sink.report(step, located.change.span, Subject::Table(view.clone()))
                .breaks([])
                .message(format!(
                    "REFRESH CONCURRENTLY fails: `{view}` has no unique index on plain columns \
                     without WHERE"
                ))
                .help(help)
                .push();
        }
    }
    for held in held(step).filter(|held| held.any(|touch| touch.rewrites)) {
        let Change::RefreshMaterializedView { name, concurrently: false, with_data: true } =
            &held.located.change.value
        else {
            continue;
        };
        let view = step.before.resolve(name);
        let first = match has_unique_index(step, name) {
            Some(true) => "",
            Some(false) => " after CREATE UNIQUE INDEX on it, which that needs and it has not",
            None => ", which needs a unique index on plain columns without WHERE",
        };
        let help = format!("REFRESH MATERIALIZED VIEW CONCURRENTLY {view}{first}");
        let doing = format!("REFRESH MATERIALIZED VIEW runs the query of `{view}` and writes it anew");
        held.report(sink, held.located.change.span, Subject::Table(view), &doing).help(help).push();
    }
}

/// Whether a materialized view has an index by which CONCURRENTLY can tell its rows apart; `None`
/// where not all of its indexes are known.
fn has_unique_index(step: &Step<'_>, view: &Name) -> Option<bool> {
    let fits = |(_, index): (&Name, &crate::schema::table::Index)| {
        index.unique
            && index.predicate.is_none()
            && index.keys.iter().all(|key| key.column.is_some())
    };
    let found = step.before.indexes_of(view).any(fits);
    let known = matches!(step.before.view(view), Knowledge::Known(_));
    (found || known).then_some(found)
}
