//! Tests in Rego: each rule `test_*` of a `*_test.rego`, which has to be `true`.

use super::coverage::Coverage;
use super::{Outcome, Test, Why};
use crate::finding::Failure;
use crate::policy::engine::{self, Limits, Prepared, Session};
use crate::policy::{Policies, Policy};
use crate::source::{SourceFile, Span};
use regorus::unstable::{Module, Rule, RuleHead};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What a name begins with that is a test, and what with where it is to become one.
const TEST: &str = "test_";
const TODO: &str = "todo_test_";

/// Policies and their tests, ready to run.
#[derive(Debug)]
pub struct Suite<'a> {
    prepared: Prepared,
    tests: Vec<Found<'a>>,
}

/// A rule that is a test.
#[derive(Debug)]
struct Found<'a> {
    policy: &'a Policy,
    file: &'a SourceFile,
    name: String,
    /// Where the rule stands.
    span: Span,
}

impl<'a> Suite<'a> {
    /// Parses tests beside their policies.
    ///
    /// # Errors
    /// What does not parse, tests of no policy, and files without a test.
    pub fn new(policies: &'a Policies, tests: &'a [SourceFile]) -> Result<Self, Vec<Failure>> {
        let files = policies.policies.iter().map(|policy| &policy.file).chain(tests);
        let mut prepared = engine::prepare(&files.collect::<Vec<_>>(), Limits::default())?;
        let mut found = Vec::new();
        let mut failures = Vec::new();
        let modules = prepared.modules().iter().skip(policies.policies.len());
        for (file, module) in tests.iter().zip(modules) {
            match find(policies, file, module) {
                Ok(tests) => found.extend(tests),
                Err(failure) => failures.push(failure),
            }
        }
        if !failures.is_empty() {
            return Err(failures);
        }
        prepared.add_data(policies.config(&BTreeMap::new()))?;
        Ok(Self { prepared, tests: found })
    }

    /// Runs the tests that are wanted, by policy and name.
    pub fn run(&self, wanted: impl Fn(&str, &str) -> bool, coverage: &mut Coverage) -> Vec<Test> {
        let tests = self.tests.iter().filter(|test| wanted(test.policy.rule.id, &test.name));
        tests.map(|test| self.run_one(test, coverage)).collect()
    }

    fn run_one(&self, test: &Found<'_>, coverage: &mut Coverage) -> Test {
        let mut session = self.prepared.session();
        session.count_lines();
        let rule = format!("data.{}_test.{}", test.policy.package, test.name);
        let outcome = match test.name.starts_with(TODO) {
            true => Outcome::Skipped,
            false => match session.value(&rule, (test.file, test.span)) {
                Ok(Some(Value::Bool(true))) => Outcome::Passed,
                Ok(value) => Outcome::Failed(why(test, value, &session)),
                Err(failure) => Outcome::Broken(vec![failure]),
            },
        };
        coverage.add(&session);
        Test {
            policy: test.policy.rule.id.to_owned(),
            name: test.name.clone(),
            file: test.file.path.clone(),
            line: test.file.place(test.span.start).line,
            outcome,
            prints: session.take_prints(),
        }
    }
}

/// The tests of a file.
fn find<'a>(
    policies: &'a Policies,
    file: &'a SourceFile,
    module: &Module,
) -> Result<Vec<Found<'a>>, Failure> {
    let package = module.package.refr.span();
    let fail = |message: String| {
        let place = Span { start: package.start, end: package.end };
        Err(Failure::at(file, place, message))
    };
    let tested = package.text().strip_suffix("_test");
    let policy = policies.policies.iter().find(|it| Some(it.package.as_str()) == tested);
    let Some(policy) = policy else {
        return fail(format!(
            "there is no policy that `{}` tests: the tests of `package policy.<pack>.<name>` are \
             `package policy.<pack>.<name>_test`",
            package.text()
        ));
    };
    let mut names = BTreeSet::new();
    let rules = module.policy.iter().filter_map(|rule| named(rule));
    let is_test = |(name, _): &(String, Span)| name.starts_with(TEST) || name.starts_with(TODO);
    let found = rules.filter(is_test).filter(|(name, _)| names.insert(name.clone()));
    let tests: Vec<_> = found.map(|(name, span)| Found { policy, file, name, span }).collect();
    match tests.is_empty() {
        true => fail(format!("it holds no test: a rule `{TEST}...` that has to be true")),
        false => Ok(tests),
    }
}

/// The name of a rule that is no function, and where it stands.
fn named(rule: &Rule) -> Option<(String, Span)> {
    let Rule::Spec { span, head, .. } = rule else { return None };
    let (RuleHead::Compr { refr, .. } | RuleHead::Set { refr, .. }) = head else { return None };
    Some((refr.span().text().to_owned(), Span { start: span.start, end: span.end }))
}

/// Why a test that is not `true` is not.
fn why(test: &Found<'_>, value: Option<Value>, session: &Session) -> Why {
    let file = test.file;
    let text = file.slice(test.span);
    let hint = match value {
        None if text.contains("not ") && text.contains("deny") => {
            Some("`deny` is a set, and an empty set is no `false`: write `count(...deny) == 0`")
        }
        None | Some(Value::Bool(_)) => None,
        Some(_) => Some("a test is `true`, or it fails: write `test_... if { ... }`"),
    };
    let own = file.place(test.span.start).line..=file.place(test.span.end).line;
    let lines = session.lines().unwrap_or_default().into_iter().find(|it| it.path == file.path);
    let reached = lines.into_iter().flat_map(|it| it.run).filter(|line| own.contains(line));
    let last = reached.max().map(|line| (line, file.slice(file.line(line)).trim().to_owned()));
    let got = value.map_or_else(|| "undefined".to_owned(), |value| value.to_string());
    Why::Value { got, last, hint }
}
