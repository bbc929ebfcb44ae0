//! An up migration without its down, where the others have one.

use crate::finding::{Breaks, Level};
use crate::migration::{Direction, ReadMigration};
use crate::replay::{MigrationEnd, Replay};
use crate::rules::{Category, Check, Rule, Sink, bad, good, way_back};

const OLD: &str = "-- +goose Up\nCREATE TABLE t (id bigint PRIMARY KEY, a integer);\n\
                   -- +goose Down\nDROP TABLE t;\n";

/// How many migrations before one tell whether downs are kept.
const BEFORE_MAX: usize = 10;

/// The rule.
pub static RULE: Rule = Rule {
    id: "missing-down",
    category: Category::History,
    level: Level::Warning,
    since: "0.1",
    summary: "migration without a way back, where the ones before it have one",
    why: "Who keeps down migrations goes back by them: one that is missing or empty, where the up \
          changes the schema, stops the way back there or leaves the change behind. Whether downs \
          are kept is told by the ten migrations before: most of them have one.",
    instead: "Write the down, or say `rollback: off` in lockgate.yaml when you only roll forward. \
              Where there is no way back, allow this with that reason.",
    facts: &[],
    same_as: &[],
    breaks: &[Breaks::Rollback],
    checks_down: false,
    examples: &[
        bad("postgres", OLD, "-- +goose Up\nALTER TABLE t ADD b int;", "ALTER TABLE t ADD b int"),
        bad("postgres", OLD, "-- +goose Up\nALTER TABLE t ADD b int;\n-- +goose Down\n-- nothing", "ALTER TABLE t ADD b int"),
        good("postgres", OLD, "-- +goose Up\nALTER TABLE t ADD b int;\n-- +goose Down\nALTER TABLE t DROP b;"),
        good("postgres", OLD, "-- +goose Up\nINSERT INTO t VALUES (1, 2);\n-- +goose Down\n-- the row may stay"),
        good("postgres", "-- +goose Up\nCREATE TABLE t (id bigint PRIMARY KEY);", "-- +goose Up\nALTER TABLE t ADD b int;"),
        good("postgres", "CREATE TABLE t (id bigint PRIMARY KEY);", "ALTER TABLE t ADD b int;").runner("flyway"),
    ],
    check: Check::Migration(check),
};

fn check(end: &MigrationEnd<'_>, sink: &mut Sink) {
    let up = end.migration;
    let Replay { migrations, .. } = end.replay;
    if up.migration.direction != Direction::Up || !end.replay.goes(Direction::Down) {
        return;
    }
    let down_of = |up: &ReadMigration| {
        let index = end.replay.of_version(Direction::Down, &up.migration.version.key).first()?;
        migrations.get(*index)
    };
    let has_down = |up: &ReadMigration| down_of(up).is_some_and(|it| !it.statements.is_empty());
    let is_up = |it: &&ReadMigration| it.migration.direction == Direction::Up;
    let before = migrations.iter().take(end.index).rev().filter(is_up).take(BEFORE_MAX);
    let before: Vec<&ReadMigration> = before.collect();
    let kept = before.iter().filter(|it| has_down(it)).count();
    let Some((first, last)) = end.steps.first().zip(end.steps.last()) else { return };
    if has_down(up)
        || kept * 2 <= before.len()
        || way_back::differences(first.start, last.after).is_empty()
    {
        return;
    }
    let of = before.len();
    let what = match down_of(up) {
        Some(_) => "the down of this migration is empty",
        None => "this migration has no down",
    };
    let changes = end.steps.iter().find(|step| !step.differences.is_empty()).unwrap_or(first);
    sink.report(changes, changes.statement.span, changes.subject())
        // Who keeps downs promises the way back, whatever else is promised.
        .breaks([])
        .message(format!("{what}, and {kept} of the {of} before it have one: the way back ends here"))
        .help("write the down; `rollback: off` in lockgate.yaml is for teams that only roll forward")
        .push();
}
