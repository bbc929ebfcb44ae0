//! Runs the rules over a set of migrations.

use super::{Check, RULES, Rule, Sink};
use crate::dialect::Dialect;
use crate::finding::Finding;
use crate::migration::{Direction, Migration, ReadMigration};
use crate::read::internal_error;
use crate::replay::{Base, History, MigrationEnd, Replay, Step, replay};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Replays the migrations of one set on what stood before, and runs every rule. `paths` are the
/// paths of all files.
pub fn set(
    migrations: &[ReadMigration],
    dialect: Dialect,
    base: Base,
    paths: &[String],
) -> Vec<Finding> {
    let Some(first) = migrations.first() else { return Vec::new() };
    let replayed = catch_unwind(AssertUnwindSafe(|| replay(migrations, dialect, base)));
    let Ok(replayed) = replayed else {
        return vec![internal_error(&first.migration, "replaying this set of migrations")];
    };
    let steps: Vec<Vec<Step<'_>>> =
        (0..migrations.len()).map(|index| replayed.steps(index)).collect();
    RULES.iter().flat_map(|rule| run(rule, &replayed, &steps, paths)).collect()
}

fn run(
    rule: &'static Rule,
    replayed: &Replay<'_>,
    steps: &[Vec<Step<'_>>],
    paths: &[String],
) -> Vec<Finding> {
    let (dialect, migrations) = (replayed.dialect, replayed.migrations);
    let mut findings = Vec::new();
    let mut guard = |migration: &Migration, check: &dyn Fn(&mut Sink)| {
        if migration.direction != Direction::Down || rule.checks_down {
            findings.extend(guarded(rule, migration, check));
        }
    };
    match rule.check {
        Check::Step(check) => {
            for step in steps.iter().flatten() {
                guard(&step.migration.migration, &|sink| check(step, sink));
            }
        }
        Check::Table(check) => {
            for table in replayed.tables() {
                guard(&table.migration.migration, &|sink| check(&table, sink));
            }
        }
        Check::Migration(check) => {
            for (migration, steps) in migrations.iter().zip(steps) {
                let end = MigrationEnd { dialect, migration, steps };
                guard(&migration.migration, &|sink| check(&end, sink));
            }
        }
        Check::History(check) => {
            let history = History { migrations, paths };
            if let Some(first) = migrations.first() {
                findings.extend(guarded(rule, &first.migration, &|sink| check(&history, sink)));
            }
        }
        Check::Elsewhere => {}
    }
    findings
}

/// A panic in one rule on one migration becomes a finding there.
fn guarded(rule: &'static Rule, migration: &Migration, check: &dyn Fn(&mut Sink)) -> Vec<Finding> {
    let run = || {
        let mut sink = Sink::new(rule);
        check(&mut sink);
        sink.into_findings()
    };
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|_| {
        vec![internal_error(migration, &format!("the rule `{}` looked at this migration", rule.id))]
    })
}
