//! Tests that follow from the table of rules.

use super::{Category, Check, Example, RULES, Rule};
use crate::config::Config;
use crate::date::Date;
use crate::judge::State;
use crate::report::Report;
use crate::source::SourceFile;
use crate::tree::Memory;
use crate::{Input, check, statistics};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// The files of an example: what ran before, then the migration, as the framework names them.
fn files(example: &Example) -> Vec<(&'static str, String)> {
    let (given, sql) = (example.given.to_owned(), example.sql.to_owned());
    let (given, sql) = match example.framework {
        "flyway" => (("V1__given.sql", given), ("V2__change.sql", sql)),
        "golang-migrate" => (("1_given.up.sql", given), ("2_change.up.sql", sql)),
        "liquibase" => {
            let changeset = |id: &str, sql: &str| {
                format!("--liquibase formatted sql\n--changeset test:{id}\n{sql}\n")
            };
            (
                ("1.sql", changeset("1", &format!("{given} SELECT 1;"))),
                ("2.sql", changeset("2", &sql)),
            )
        }
        _ => (("1_given.sql", given), ("2_change.sql", sql)),
    };
    [given, sql].into_iter().filter(|(_, text)| !text.is_empty()).collect()
}

fn run(example: &Example) -> Report {
    let config = Config { dialect: example.dialect.parse().ok(), ..Config::default() };
    assert!(config.dialect.is_some(), "{example:?} names its dialect");
    let tree = Memory::new(files(example));
    let today = Date::from_unix_seconds(0);
    let alone = !example.complete;
    let statistics = (!example.stats.is_empty()).then(|| {
        statistics::read(SourceFile::new("stats.json", example.stats)).expect(example.stats)
    });
    let statistics = statistics.as_ref();
    check(&Input {
        tree: &tree,
        config: &config,
        schema: None,
        statistics,
        alone,
        today,
        evidence: None,
        policies: None,
        merged: None,
    })
}

/// The findings in the migration itself that count by default: rule, level, text that is pointed
/// at. One that breaks only the way back, say, is none.
fn found(example: &Example) -> Vec<(&'static str, crate::finding::Level, String)> {
    let report = run(example);
    assert!(report.failures.is_empty(), "{example:?}: {:?}", report.failures);
    let migration = files(example).last().map(|(path, _)| (*path).to_owned());
    let in_migration = report.in_state(State::Reported).filter_map(|judged| {
        let finding = &judged.finding;
        let file = &report.files[finding.primary.file.0 as usize];
        let text = file.slice(finding.primary.span).to_owned();
        (Some(&file.path) == migration.as_ref()).then_some((finding.rule, finding.level, text))
    });
    in_migration.collect()
}

#[test]
fn every_example_gives_its_finding_and_no_other_of_its_rule() {
    let mut wrong = String::new();
    for rule in RULES {
        for example in rule.examples {
            let own: Vec<_> =
                found(example).into_iter().filter(|(id, _, _)| *id == rule.id).collect();
            let level = example.level.unwrap_or(rule.level);
            let expected: Vec<_> =
                example.at.iter().map(|at| (rule.id, level, (*at).to_owned())).collect();
            if own != expected {
                writeln!(
                    wrong,
                    "{}: {:?}\n  wanted {expected:?}\n  found  {own:?}",
                    rule.id, example.sql
                )
                .unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn every_engine_that_a_rule_claims_has_both_kinds_of_example() {
    for rule in RULES {
        if matches!(rule.check, Check::Elsewhere | Check::History(_)) {
            continue;
        }
        for fact in rule.facts {
            let of_engine = |example: &&Example| example.dialect.starts_with(fact.engine.name());
            let examples: Vec<_> = rule.examples.iter().filter(of_engine).collect();
            let (bad, good): (Vec<&Example>, Vec<&Example>) =
                examples.into_iter().partition(|example| example.at.is_some());
            assert!(!bad.is_empty() && !good.is_empty(), "{} on {}", rule.id, fact.engine);
        }
    }
}

#[test]
fn ids_and_texts_keep_their_form() {
    let mut seen = BTreeSet::new();
    for Rule { id, summary, facts, why, instead, .. } in RULES {
        assert!(seen.insert(id), "{id} twice");
        assert!(id.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{id}");
        for prefix in ["no-", "ban-", "prefer-", "require-"] {
            assert!(!id.starts_with(prefix), "{id}");
        }
        assert!(summary.chars().count() <= 80 && !summary.ends_with('.'), "{id}: {summary}");
        assert!(why.ends_with('.') && instead.ends_with('.'), "{id}");
        for fact in *facts {
            let sourced =
                fact.source.starts_with("https://") || fact.source.starts_with("measured");
            assert!(sourced, "{id}: {}", fact.source);
        }
    }
    assert!(RULES.iter().any(|rule| rule.category == Category::Gate));
}

/// Every rule over every example of every rule: overlap and false alarms show up in review.
/// `SNAPSHOTS=overwrite cargo test --lib matrix` writes it anew.
#[test]
fn matrix() {
    let mut matrix = String::new();
    for rule in RULES {
        for example in rule.examples {
            let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
            for (id, _, _) in found(example) {
                *counts.entry(id).or_default() += 1;
            }
            let own = counts.remove(rule.id).unwrap_or(0);
            let others: Vec<String> = counts.iter().map(|(id, n)| format!("{id} x{n}")).collect();
            let kind = if example.at.is_some() { "bad " } else { "good" };
            let sql = example.sql.replace('\n', " ");
            writeln!(matrix, "{kind} {own} {} [{}] {sql}", rule.id, others.join(", ")).unwrap();
        }
    }
    snapbox::Assert::new()
        .action_env("SNAPSHOTS")
        .eq(matrix, snapbox::file!["matrix.txt": Text].raw());
}

/// Whether the side of a line of `overlaps.txt` means a rule: `*`, a category, or the rule's id.
fn means(side: &str, rule: &str) -> bool {
    let category = super::find(rule).map(|rule| rule.category.name());
    side == "*" || side == rule || side.strip_suffix("/*").is_some_and(|it| Some(it) == category)
}

/// Two rules that report in one example, each pair once, whoever the example belongs to.
fn overlaps() -> BTreeMap<(&'static str, &'static str), &'static str> {
    let mut pairs = BTreeMap::new();
    for example in RULES.iter().flat_map(|rule| rule.examples) {
        let rules: BTreeSet<&str> = found(example).into_iter().map(|(id, _, _)| id).collect();
        for one in &rules {
            for other in rules.iter().filter(|other| *other > one) {
                pairs.entry((*one, *other)).or_insert(example.sql);
            }
        }
    }
    pairs
}

/// One cause is one finding: where two rules report in one example, `overlaps.txt` says why both
/// are right. The first line that means a pair is its reason, and each line is the reason of one.
#[test]
fn every_overlap_has_its_reason() {
    let mut lines = Vec::new();
    for line in include_str!("overlaps.txt").split('\n') {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (pair, reason) = line.split_once(": ").expect(line);
        let (one, other) = pair.split_once(" + ").expect(line);
        assert!(!reason.trim().is_empty(), "{line}");
        lines.push((one, other, line, false));
    }
    let mut wrong = String::new();
    for ((one, other), sql) in overlaps() {
        let explains = |(left, right, _, _): &&mut (&str, &str, &str, bool)| {
            means(left, one) && means(right, other) || means(left, other) && means(right, one)
        };
        match lines.iter_mut().find(explains) {
            Some((_, _, _, needed)) => *needed = true,
            None => writeln!(wrong, "no reason: {one} + {other}: {sql}").unwrap(),
        }
    }
    for (_, _, line, _) in lines.iter().filter(|(_, _, _, needed)| !needed) {
        writeln!(wrong, "no pair needs: {line}").unwrap();
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// A column's own constraint and the same as a table constraint get one verdict.
#[test]
fn both_spellings_of_a_constraint_agree() {
    let pairs = [
        ("CREATE TABLE t (id int PRIMARY KEY);", "CREATE TABLE t (id int, PRIMARY KEY (id));"),
        (
            "CREATE TABLE t (id int, a int UNIQUE CHECK (a > 0));",
            "CREATE TABLE t (id int, a int, UNIQUE (a), CHECK (a > 0));",
        ),
        (
            "CREATE TABLE o (id int PRIMARY KEY); CREATE TABLE t (a int REFERENCES o);",
            "CREATE TABLE o (id int PRIMARY KEY); CREATE TABLE t (a int, FOREIGN KEY (a) REFERENCES o);",
        ),
    ];
    for (inline, table) in pairs {
        let verdict = |sql| {
            let example = super::good("postgres", "", sql);
            found(&example).into_iter().map(|(id, level, _)| (id, level)).collect::<Vec<_>>()
        };
        assert_eq!(verdict(inline), verdict(table), "{inline}");
    }
}
