//! Tests of policies: rules in Rego, and migrations with the findings that they have to give.

pub mod coverage;
pub mod files;
pub mod json;
pub mod junit;
pub mod rego;
pub mod sql;
pub mod text;

use crate::finding::{Failure, Level};
use crate::policy::test::coverage::Coverage;
use crate::policy::test::files::Files;
use crate::policy::{Policies, Policy};
use regex::Regex;

/// What became of all tests.
#[derive(Clone, Debug, Default)]
pub struct Run {
    /// They: by policy, those in Rego first.
    pub tests: Vec<Test>,
    /// Which lines of the policies they reached.
    pub coverage: Coverage,
}

/// A test that was run.
#[derive(Clone, Debug)]
pub struct Test {
    /// The id of the policy that it tests.
    pub policy: String,
    /// Its name: that of its rule or file.
    pub name: String,
    /// Its file.
    pub file: String,
    /// Its line there, from 1.
    pub line: u32,
    /// What became of it.
    pub outcome: Outcome,
    /// What `print` said, each with its place before it.
    pub prints: Vec<String>,
}

/// What became of a test.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// It is as wanted.
    Passed,
    /// It is not.
    Failed(Why),
    /// It could not be run.
    Broken(Vec<Failure>),
    /// Its name says that it is still to be written.
    Skipped,
}

/// Why a test failed.
#[derive(Clone, Debug)]
pub enum Why {
    /// Its rule is not `true`.
    Value {
        /// What it is.
        got: String,
        /// The last line that was evaluated, and its number.
        last: Option<(u32, String)>,
        /// What is often meant.
        hint: Option<&'static str>,
    },
    /// Other findings than were expected; a migration's own lines are those of the fixture.
    Findings {
        /// What was expected and not found: line and rule.
        missing: Vec<(u32, String)>,
        /// What was found and not expected.
        surplus: Vec<Got>,
        /// What was found and expected.
        right: Vec<Got>,
    },
}

/// A finding in a fixture.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Got {
    /// Its line, from 1.
    pub line: u32,
    /// Its rule.
    pub rule: String,
    /// Its level.
    pub level: Level,
    /// What it says.
    pub message: String,
}

/// How many tests came to what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// As wanted.
    pub passed: usize,
    /// Not as wanted.
    pub failed: usize,
    /// Not run: an error.
    pub broken: usize,
    /// Left out.
    pub skipped: usize,
}

/// Checks tests without running them.
///
/// # Errors
/// What is wrong with them.
pub fn check(policies: &Policies, files: &Files) -> Result<(), Vec<Failure>> {
    ready(policies, files).map(|_| ())
}

fn ready<'a>(
    policies: &'a Policies,
    files: &'a Files,
) -> Result<Vec<rego::Suite<'a>>, Vec<Failure>> {
    let suites = rego::suites(policies, &files.tests)?;
    let unknown = sql::unknown(policies, &files.fixtures);
    if unknown.is_empty() { Ok(suites) } else { Err(unknown) }
}

/// Runs tests.
///
/// # Errors
/// What cannot be read, and where there is no test at all.
pub fn run(policies: &Policies, files: &Files, only: Option<&str>) -> Result<Run, Vec<Failure>> {
    let suites = ready(policies, files)?;
    let pattern = only.map(Regex::new).transpose();
    let pattern = pattern.map_err(|why| Failure::new("--run", why.to_string()))?;
    let wanted = |policy: &str, name: &str| {
        let name = format!("{policy}/{name}");
        only.is_none_or(|only| name.contains(only))
            || pattern.as_ref().is_some_and(|it| it.is_match(&name))
    };
    let mut coverage = Coverage::new(policies);
    let mut tests = Vec::new();
    for suite in &suites {
        tests.extend(suite.run(wanted, &mut coverage));
    }
    tests.extend(sql::run(policies, &files.fixtures, wanted, &mut coverage));
    if tests.is_empty() {
        let message = match only {
            Some(only) => format!("there is no test that `{only}` matches"),
            None => "there is no test: neither a `*_test.rego` nor a `*_test/*.sql`".to_owned(),
        };
        return Err(Failure::new("policy test", message).into());
    }
    // Stable: what stands first in a file stays first.
    tests.sort_by(|a, b| a.policy.cmp(&b.policy));
    Ok(Run { tests, coverage })
}

impl Policies {
    /// The policies of some ids, and those that they or these texts name by their packages.
    fn needed(&self, ids: &[&str], texts: &[&str]) -> Vec<&Policy> {
        let mut needed: Vec<&Policy> =
            self.policies.iter().filter(|it| ids.contains(&it.rule.id)).collect();
        let mut rest: Vec<&Policy> =
            self.policies.iter().filter(|it| !ids.contains(&it.rule.id)).collect();
        loop {
            let named = |policy: &&Policy| {
                let package = format!("data.{}", policy.package);
                let own = needed.iter().map(|it| &*it.file.text);
                own.chain(texts.iter().copied()).any(|text| text.contains(&package))
            };
            let (more, others): (Vec<_>, Vec<_>) = rest.iter().copied().partition(named);
            if more.is_empty() {
                return needed;
            }
            needed.extend(more);
            rest = others;
        }
    }
}

impl Run {
    /// How many tests came to what.
    pub fn counts(&self) -> Counts {
        Counts::of(&self.tests)
    }

    /// The tests of each policy.
    pub fn by_policy(&self) -> impl Iterator<Item = (&str, &[Test])> {
        let groups = self.tests.chunk_by(|a, b| a.policy == b.policy);
        groups.filter_map(|tests| Some((tests.first()?.policy.as_str(), tests)))
    }

    /// 0 where all is as wanted, 1 where a test failed or less than `min_coverage` percent of the
    /// lines were reached, 2 where a test could not be run.
    pub fn exit_code(&self, min_coverage: Option<f64>) -> u8 {
        let counts = self.counts();
        match counts {
            Counts { broken: 1.., .. } => 2,
            Counts { failed: 1.., .. } => 1,
            _ if self.lacks(min_coverage) => 1,
            // What is only planned has tested nothing.
            Counts { passed: 0, .. } => 2,
            _ => 0,
        }
    }

    /// Whether too few lines were reached.
    pub fn lacks(&self, min_coverage: Option<f64>) -> bool {
        min_coverage.is_some_and(|min| self.coverage.percent() < min)
    }
}

impl Counts {
    /// What these tests came to.
    pub fn of(tests: &[Test]) -> Self {
        let mut counts = Self::default();
        for test in tests {
            match test.outcome {
                Outcome::Passed => counts.passed += 1,
                Outcome::Failed(_) => counts.failed += 1,
                Outcome::Broken(_) => counts.broken += 1,
                Outcome::Skipped => counts.skipped += 1,
            }
        }
        counts
    }
}

impl Outcome {
    /// The word in reports.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Passed => "pass",
            Self::Failed(_) => "fail",
            Self::Broken(_) => "error",
            Self::Skipped => "skip",
        }
    }
}

impl Why {
    /// What is to be said of it, line by line.
    pub fn lines(&self) -> Vec<String> {
        match self {
            Self::Value { got, last, hint } => {
                let mut lines = vec![format!("it is {got}, not true")];
                if let Some((line, text)) = last {
                    lines.push(format!("the last line that was evaluated is {line}: {text}"));
                }
                lines.extend(hint.map(|hint| format!("help: {hint}")));
                lines
            }
            Self::Findings { missing, surplus, right } => {
                let wanted = missing.iter().map(|(line, rule)| {
                    (*line, format!("line {line}: wanted {rule}, which found nothing here"))
                });
                let got = |what: &'static str| {
                    move |got: &Got| {
                        let Got { line, rule, level, message } = got;
                        (*line, format!("line {line}: {what} {level}[{rule}]: {message}"))
                    }
                };
                let mut lines: Vec<(u32, String)> = wanted
                    .chain(surplus.iter().map(got("got, and did not want,")))
                    .chain(right.iter().map(got("got, as wanted,")))
                    .collect();
                lines.sort_by_key(|(line, _)| *line);
                lines.into_iter().map(|(_, text)| text).collect()
            }
        }
    }
}
