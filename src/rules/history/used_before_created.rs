//! Tables that a migration uses before a later one creates them.

use crate::dialect::Engine;
use crate::finding::{Level, Subject};
use crate::migration::Direction;
use crate::replay::{DifferenceKind, Step};
use crate::rules::{Category, Check, Fact, Rule, Sink, bad, good};
use crate::schema::catalog::Relation;
use crate::schema::change::Change;

/// The rule.
pub static RULE: Rule = Rule {
    id: "used-before-created",
    category: Category::History,
    level: Level::Error,
    since: "0.1",
    summary: "table that an earlier statement needs and that is created only here",
    why: "Migrations run in the order of their versions. Where one needs a table that a later one \
          creates, it fails on a new database; where somebody made the table by hand, the later \
          one fails. It comes of two branches that were merged in the other order, or of a file \
          that was numbered too low.",
    instead: "Give the migration that creates the table the lower version, if none of the two has \
              run anywhere yet.",
    facts: &[Fact {
        engine: Engine::Postgres,
        says: "ALTER TABLE of a relation that does not exist fails (42P01), and CREATE TABLE of one \
               that does (42P07).",
        source: "https://www.postgresql.org/docs/current/errcodes-appendix.html",
    }],
    same_as: &[("migrationpilot", "SQ004")],
    breaks: &[],
    checks_down: false,
    examples: &[
        bad("postgres", "ALTER TABLE t ADD COLUMN b int;", "CREATE TABLE t (id bigint PRIMARY KEY, a int);", "CREATE TABLE t").runner("flyway"),
        bad("postgres", "CREATE TABLE o (id bigint PRIMARY KEY); CREATE INDEX i ON public.t (a);", "CREATE TABLE T (id bigint PRIMARY KEY, a int);", "CREATE TABLE T").runner("flyway"),
        good("postgres", "CREATE TABLE t (id bigint PRIMARY KEY);", "ALTER TABLE t ADD COLUMN b int;").runner("flyway"),
        good("postgres", "ALTER TABLE t ADD COLUMN b int;", "DROP TABLE t; CREATE TABLE t (id bigint PRIMARY KEY, a int);").runner("flyway"),
        good("postgres", "ALTER TABLE t ADD COLUMN b int;", "CREATE TABLE IF NOT EXISTS t (id bigint PRIMARY KEY, a int); CREATE TEMP TABLE t (a int);").runner("flyway"),
        good("postgres", "ALTER TABLE IF EXISTS t ADD COLUMN b int; DROP TABLE IF EXISTS t;", "CREATE TABLE t (id bigint PRIMARY KEY);").runner("flyway"),
        good("postgres", "ALTER TABLE t ADD COLUMN b int; ALTER TABLE t RENAME TO u;", "CREATE TABLE t (id bigint PRIMARY KEY);").runner("flyway"),
        good("postgres", "ALTER TABLE t ADD COLUMN b int;", "CREATE TABLE t (id bigint PRIMARY KEY, a int);"),
    ],
    check: Check::Step(check),
};

fn check(step: &Step<'_>, sink: &mut Sink) {
    // Files that no framework orders are no history.
    let migration = &step.migration.migration;
    let up = migration.direction == Direction::Up && migration.runner.framework != "plain";
    if step.dialect.engine != Engine::Postgres || !up {
        return;
    }
    for difference in step.differences {
        let located = step.statement.changes.get(difference.change);
        let Some(Change::CreateTable(create)) = located.map(|it| &it.change.value) else { continue };
        let name = &difference.object.name;
        let created = difference.kind == DifferenceKind::TableCreated
            && !create.if_not_exists
            && step.maybe(difference.change).is_empty();
        let used = step.start.relations.get(name).is_some_and(|relation| {
            let still = step.before.relations.contains_key(name);
            let seen = step.before.relation(name);
            let clouded = matches!(seen, crate::schema::knowledge::Knowledge::Clouded { .. });
            matches!(relation, Relation::Table(_))
                && relation.origin().birth.is_none()
                && still
                && !clouded
        });
        if created && used {
            sink.report(step, difference.span, Subject::Table(name.clone()))
                .message(format!(
                    "an earlier migration uses `{name}`, which is created only here: on a new \
                     database that one fails, and where the table is there, this one does"
                ))
                .help("put the migration that creates the table first")
                .push();
        }
    }
}
