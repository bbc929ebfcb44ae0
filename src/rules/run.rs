//! Runs the rules over a set of migrations.

use super::{Category, Check, RULES, Rule, Sink};
use crate::dialect::Dialect;
use crate::finding::Finding;
use crate::migration::merged::Merged;
use crate::migration::{Direction, Migration, ReadMigration};
use crate::parallel;
use crate::read::internal_error;
use crate::replay::{Base, History, MigrationEnd, Replay, Step, Unit, replay, units};
use crate::source::{FileId, Span};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What rules may know beside the migrations of a set.
#[derive(Clone, Copy, Debug, Default)]
pub struct Around<'a> {
    /// The paths of all files.
    pub paths: &'a [String],
    /// What stood on the base branch; `None` where that was not asked for.
    pub merged: Option<&'a Merged>,
}

/// Replays the migrations of one set on what stood before, and runs every rule where it is said what
/// they may know. `see` is shown the set with the steps of each migration, unless replaying it panics.
/// The rules run side by side where it is the `only` set.
pub fn set(
    migrations: &[ReadMigration],
    dialect: Dialect,
    base: Base,
    seen: Option<Around<'_>>,
    only: bool,
    see: &mut dyn FnMut(&Replay<'_>, &[Vec<Step<'_>>]),
) -> Vec<Finding> {
    let Some(first) = migrations.first() else { return Vec::new() };
    let replayed = catch_unwind(AssertUnwindSafe(|| replay(migrations, dialect, base)));
    let Ok(replayed) = replayed else {
        let place = first.migration.span;
        return vec![internal_error(&first.migration, place, "it replayed these migrations")];
    };
    let steps = replayed.all_steps();
    see(&replayed, &steps);
    let Some(around) = seen else { return Vec::new() };
    // What is found in the set, or in what commits together, does not tell what a statement does.
    let (wide, narrow): (Vec<&'static Rule>, Vec<&'static Rule>) =
        RULES.iter().partition(|rule| matches!(rule.check, Check::History(_) | Check::Unit(_)));
    let each = |rules: &[&'static Rule], run: &(dyn Fn(&'static Rule) -> Vec<Finding> + Sync)| {
        let found = if only { parallel::map(rules, |rule| run(rule)) } else { Vec::new() };
        let found = found.into_iter().chain(std::iter::repeat_with(|| None));
        let found = rules.iter().zip(found);
        found.flat_map(|(rule, found)| found.unwrap_or_else(|| run(rule))).collect::<Vec<_>>()
    };
    let mut findings = each(&narrow, &|rule| run(rule, &replayed, &steps, around));
    let nets = RULES.iter().filter_map(|rule| match rule.check {
        Check::Net(check) => Some((*rule, check)),
        _ => None,
    });
    let caught =
        nets.flat_map(|(rule, check)| net(rule, check, &steps, &findings)).collect::<Vec<_>>();
    findings.extend(caught);
    let units = units(&replayed, &steps);
    findings.extend(each(&wide, &|rule| {
        let mut found = run(rule, &replayed, &steps, around);
        found.extend(in_units(rule, &units));
        found
    }));
    findings
}

/// Runs a rule that looks at what commits together.
fn in_units(rule: &'static Rule, units: &[Unit<'_>]) -> Vec<Finding> {
    let Check::Unit(check) = rule.check else { return Vec::new() };
    let found = units.iter().filter_map(|unit| {
        let first = unit.steps.first()?;
        let migration = &first.migration.migration;
        let check = |sink: &mut Sink| check(unit, sink);
        judges(rule, migration.direction)
            .then(|| guarded(rule, migration, first.statement.span, &check))
    });
    found.flatten().collect()
}

/// Runs a rule that sees what the others found in the same statement.
fn net(
    rule: &'static Rule,
    check: fn(&Step<'_>, &[Finding], &mut Sink),
    steps: &[Vec<Step<'_>>],
    findings: &[Finding],
) -> Vec<Finding> {
    let mut places: BTreeMap<(FileId, u32), Vec<&Finding>> = BTreeMap::new();
    for finding in findings {
        let place = (finding.primary.file, finding.primary.span.start);
        places.entry(place).or_default().push(finding);
    }
    let mut caught = Vec::new();
    for step in steps.iter().flatten() {
        let migration = &step.migration.migration;
        if !judges(rule, migration.direction) {
            continue;
        }
        let (file, span) = (migration.file, step.statement.span);
        let here = places.range((file, span.start)..=(file, span.end));
        let here: Vec<Finding> =
            here.flat_map(|(_, found)| found.iter().copied().cloned()).collect();
        caught.extend(guarded(rule, migration, span, &|sink| check(step, &here, sink)));
    }
    caught
}

fn run(
    rule: &'static Rule,
    replayed: &Replay<'_>,
    steps: &[Vec<Step<'_>>],
    Around { paths, merged }: Around<'_>,
) -> Vec<Finding> {
    let (dialect, migrations) = (replayed.dialect, replayed.migrations);
    let mut findings = Vec::new();
    let mut guard = |migration: &Migration, span: Span, check: &dyn Fn(&mut Sink)| {
        if judges(rule, migration.direction) {
            findings.extend(guarded(rule, migration, span, check));
        }
    };
    match rule.check {
        Check::Step(check) => return in_steps(rule, check, steps),
        Check::Table(check) => {
            for table in replayed.tables() {
                guard(&table.migration.migration, table.span, &|sink| check(&table, sink));
            }
        }
        Check::Migration(check) => {
            for (index, migration) in migrations.iter().enumerate() {
                let own = steps.get(index).map_or(&[][..], Vec::as_slice);
                let (replay, all) = (replayed, steps);
                let end = MigrationEnd { dialect, migration, steps: own, index, all, replay };
                guard(&migration.migration, migration.migration.span, &|sink| check(&end, sink));
            }
        }
        Check::History(check) => {
            let history = History { steps, migrations, paths, merged };
            if let Some(first) = migrations.first() {
                let check = |sink: &mut Sink| check(&history, sink);
                findings.extend(guarded(rule, &first.migration, first.migration.span, &check));
            }
        }
        // Nets run when these have, what looks at units behind them.
        Check::Net(_) | Check::Unit(_) | Check::Elsewhere => {}
    }
    findings
}

/// Runs a rule that looks at each statement.
fn in_steps(
    rule: &'static Rule,
    check: fn(&Step<'_>, &mut Sink),
    steps: &[Vec<Step<'_>>],
) -> Vec<Finding> {
    let all = || {
        let all = steps.iter().flatten();
        all.filter(|step| judges(rule, step.migration.migration.direction))
    };
    let at_once = || {
        let mut sink = Sink::new(rule);
        all().for_each(|step| check(step, &mut sink));
        sink.into_findings()
    };
    // Only where there was a panic it is asked at which statement.
    catch_unwind(AssertUnwindSafe(at_once)).unwrap_or_else(|_| {
        let one_by_one = all().flat_map(|step| {
            let migration = &step.migration.migration;
            guarded(rule, migration, step.statement.span, &|sink| check(step, sink))
        });
        one_by_one.collect()
    })
}

/// Whether a rule looks at what goes this way. Nothing runs a dump on a database in use: it is
/// judged for its shape, and for what could not be read of it.
fn judges(rule: &Rule, direction: Direction) -> bool {
    match direction {
        Direction::Down => rule.checks_down,
        Direction::Dump => matches!(rule.category, Category::Shape | Category::Gate),
        Direction::Up | Direction::Repeatable | Direction::Baseline => true,
    }
}

/// A panic in one rule on one migration becomes a finding there.
fn guarded(
    rule: &'static Rule,
    migration: &Migration,
    span: Span,
    check: &dyn Fn(&mut Sink),
) -> Vec<Finding> {
    let run = || {
        let mut sink = Sink::new(rule);
        check(&mut sink);
        sink.into_findings()
    };
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|_| {
        vec![internal_error(migration, span, &format!("the rule `{}` looked at it", rule.id))]
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Level;
    use crate::source::{FileId, SourceFile};

    static BROKEN: Rule = Rule {
        id: "broken",
        category: Category::Gate,
        level: Level::Note,
        since: "0.1.0",
        summary: "a rule that panics at one statement",
        why: "",
        instead: "",
        facts: &[],
        same_as: &[],
        breaks: &[],
        checks_down: true,
        examples: &[],
        check: Check::Step(|step, _| assert!(!step.statement.text.contains("boom"))),
    };

    #[test]
    fn i6_a_panic_in_a_rule_is_an_error_at_its_statement() {
        let source = SourceFile::new("a.sql", "SELECT 1;\nSELECT 2 AS boom;\nSELECT 3;");
        let dialect = Dialect::new(crate::dialect::Engine::Postgres);
        let read = crate::read::file(&source, FileId(0), dialect.engine).unwrap();
        let migrations = [read];
        let replayed = replay(&migrations, dialect, Base::empty(dialect, true));
        let steps = [replayed.steps(0)];
        let found = run(&BROKEN, &replayed, &steps, Around::default());
        let found: Vec<_> = found
            .iter()
            .map(|it| (it.rule, it.level, source.slice(it.primary.span), it.message.as_str()))
            .collect();
        let message = "lockgate broke while the rule `broken` looked at it, so this was not judged";
        assert_eq!(found, [("internal-error", Level::Error, "SELECT 2 AS boom", message)]);
    }
}
