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

/// The tests of one file, beside the policies that they need.
#[derive(Debug)]
pub struct Suite<'a> {
    prepared: Prepared,
    policy: &'a Policy,
    file: &'a SourceFile,
    /// The tests: their names, and where their rules stand.
    tests: Vec<(String, Span)>,
}

/// Parses tests beside their policies.
///
/// # Errors
/// What does not parse, tests of no policy, and files without a test.
pub fn suites<'a>(
    policies: &'a Policies,
    tests: &'a [SourceFile],
) -> Result<Vec<Suite<'a>>, Vec<Failure>> {
    let mut suites = Vec::new();
    let mut failures = Vec::new();
    for file in tests {
        match Suite::new(policies, file) {
            Ok(suite) => suites.push(suite),
            Err(found) => failures.extend(found),
        }
    }
    if failures.is_empty() { Ok(suites) } else { Err(failures) }
}

impl<'a> Suite<'a> {
    fn new(policies: &'a Policies, file: &'a SourceFile) -> Result<Self, Vec<Failure>> {
        let needed = policies.needed(&[], &[&file.text]);
        let files: Vec<&SourceFile> =
            std::iter::once(file).chain(needed.iter().map(|policy| &policy.file)).collect();
        let mut prepared = engine::prepare(&files, Limits::default())?;
        let Some(module) = prepared.modules().first() else { return Err(Vec::new()) };
        let (policy, tests) = find(policies, file, module)?;
        prepared.add_data(policies.config(&BTreeMap::new()))?;
        Ok(Self { prepared, policy, file, tests })
    }

    /// Runs the tests that are wanted, by policy and name.
    pub fn run(&self, wanted: impl Fn(&str, &str) -> bool, coverage: &mut Coverage) -> Vec<Test> {
        let tests = self.tests.iter().filter(|(name, _)| wanted(self.policy.rule.id, name));
        tests.map(|(name, span)| self.run_one(name, *span, coverage)).collect()
    }

    fn run_one(&self, name: &str, span: Span, coverage: &mut Coverage) -> Test {
        let mut session = self.prepared.session();
        session.count_lines();
        let rule = format!("data.{}_test.{name}", self.policy.package);
        let outcome = match name.starts_with(TODO) {
            true => Outcome::Skipped,
            false => match session.value(&rule, (self.file, span)) {
                Ok(Some(Value::Bool(true))) => Outcome::Passed,
                Ok(value) => Outcome::Failed(why(self.file, span, value, &session)),
                Err(failure) => Outcome::Broken(vec![failure]),
            },
        };
        coverage.add(&session);
        Test {
            policy: self.policy.rule.id.to_owned(),
            name: name.to_owned(),
            file: self.file.path.clone(),
            line: self.file.place(span.start).line,
            outcome,
            prints: session.take_prints(),
        }
    }
}

/// The rules of a file that are tests, by name and place.
type Named = Vec<(String, Span)>;

/// What a file of tests holds: the policy that it tests, and the tests.
fn find<'a>(
    policies: &'a Policies,
    file: &SourceFile,
    module: &Module,
) -> Result<(&'a Policy, Named), Failure> {
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
    let tests: Vec<_> = found.collect();
    match tests.is_empty() {
        true => fail(format!("it holds no test: a rule `{TEST}...` that has to be true")),
        false => Ok((policy, tests)),
    }
}

/// The name of a rule that is no function, and where it stands.
fn named(rule: &Rule) -> Option<(String, Span)> {
    let Rule::Spec { span, head, .. } = rule else { return None };
    let (RuleHead::Compr { refr, .. } | RuleHead::Set { refr, .. }) = head else { return None };
    Some((refr.span().text().to_owned(), Span { start: span.start, end: span.end }))
}

/// Why a test that is not `true` is not.
fn why(file: &SourceFile, span: Span, value: Option<Value>, session: &Session) -> Why {
    let text = file.slice(span);
    let hint = match value {
        None if text.contains("not ") && text.contains("deny") => {
            Some("`deny` is a set, and an empty set is no `false`: write `count(...deny) == 0`")
        }
        None | Some(Value::Bool(_)) => None,
        Some(_) => Some("a test is `true`, or it fails: write `test_... if { ... }`"),
    };
    let own = file.place(span.start).line..=file.place(span.end).line;
    let lines = session.lines().unwrap_or_default().into_iter().find(|it| it.path == file.path);
    let reached = lines.into_iter().flat_map(|it| it.run).filter(|line| own.contains(line));
    let last = reached.max().map(|line| (line, file.slice(file.line(line)).trim().to_owned()));
    let got = value.map_or_else(|| "undefined".to_owned(), |value| value.to_string());
    Why::Value { got, last, hint }
}
