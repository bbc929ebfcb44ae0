//! Runs the rules over a replayed set of migrations.

use super::{Check, RULES, Rule, Sink};
use crate::finding::Finding;
use crate::migration::{Direction, Migration};
use crate::read::internal_error;
use crate::replay::{History, MigrationEnd, Step, TableEnd};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What rules look at.
#[derive(Debug)]
pub struct Replayed<'a> {
    /// Each statement.
    pub steps: &'a [Step<'a>],
    /// Each table that was touched.
    pub tables: &'a [TableEnd<'a>],
    /// Each migration.
    pub ends: &'a [MigrationEnd<'a>],
    /// The set.
    pub history: &'a History<'a>,
}

/// Runs every rule.
pub fn run(replayed: &Replayed<'_>) -> Vec<Finding> {
    RULES.iter().flat_map(|rule| run_rule(rule, replayed)).collect()
}

fn run_rule(rule: &'static Rule, replayed: &Replayed<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut guard = |migration: &Migration, check: &dyn Fn(&mut Sink)| {
        if migration.direction == Direction::Down && !rule.checks_down {
            return;
        }
        findings.extend(guarded(rule, migration, check));
    };
    match rule.check {
        Check::Step(check) => {
            for step in replayed.steps {
                guard(&step.migration.migration, &|sink| check(step, sink));
            }
        }
        Check::Table(check) => {
            for table in replayed.tables {
                guard(&table.migration.migration, &|sink| check(table, sink));
            }
        }
        Check::Migration(check) => {
            for end in replayed.ends {
                guard(&end.migration.migration, &|sink| check(end, sink));
            }
        }
        Check::History(check) => {
            if let Some(first) = replayed.history.migrations.first() {
                findings.extend(guarded(rule, &first.migration, &|sink| {
                    check(replayed.history, sink);
                }));
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
