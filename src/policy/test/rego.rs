//! Tests in Rego: each rule `test_*` of a `*_test.rego`, which has to be `true`.

use super::coverage::Coverage;
use super::{Outcome, Test, Why};
use crate::finding::Failure;
use crate::policy::Policies;
use crate::source::{SourceFile, Span};
use regorus::unstable::{Rule, RuleHead};
use regorus::{Engine, Value};
use std::collections::{BTreeMap, BTreeSet};

/// What a name begins with that is a test, and what with where it is to become one.
const TEST: &str = "test_";
const TODO: &str = "todo_test_";

/// Policies and their tests, ready to run.
pub struct Suite {
    engine: Engine,
    files: Vec<SourceFile>,
    tests: Vec<Found>,
}

/// A rule that is a test.
struct Found {
    /// The id of the policy that it tests.
    policy: String,
    package: String,
    name: String,
    file: SourceFile,
    span: Span,
}

impl Suite {
    /// Parses tests beside their policies.
    ///
    /// # Errors
    /// What does not parse, and files without a test.
    pub fn new(policies: &Policies, tests: &[SourceFile]) -> Result<Self, Vec<Failure>> {
        let mut engine = Engine::new();
        let policy_files = policies.policies.iter().map(|policy| &policy.file);
        let files: Vec<SourceFile> = policy_files.chain(tests).cloned().collect();
        engine.set_gather_prints(true);
        let mut failures = Vec::new();
        for file in &files {
            if let Err(error) = engine.add_policy(file.path.clone(), file.text.to_string()) {
                failures.push(located(&error, &files));
            }
        }
        if !failures.is_empty() {
            return Err(failures);
        }
        let mut suite = Self { engine, files, tests: Vec::new() };
        suite.find(policies)?;
        let data = Value::from(config(policies));
        suite.engine.add_data(data).map_err(|it| located(&it, &suite.files))?;
        Ok(suite)
    }

    /// Finds the tests.
    fn find(&mut self, policies: &Policies) -> Result<(), Vec<Failure>> {
        let mut failures = Vec::new();
        for module in self.engine.get_modules().iter() {
            let span = module.package.refr.span();
            let path = span.source.get_path();
            let Some(file) = self.files.iter().find(|it| it.path == *path) else { continue };
            if !path.ends_with("_test.rego") {
                continue;
            }
            let package = span.text().to_owned();
            let place = Span::new(span.start as usize, span.end as usize);
            let tested = package.strip_suffix("_test");
            let policy = policies.policies.iter().find(|it| Some(it.package.as_str()) == tested);
            let Some(policy) = policy else {
                let message = format!(
                    "the tests of a policy are `package policy.<pack>.<name>_test`, and there is \
                     no policy that `{package}` tests"
                );
                failures.push(Failure::at(file, place, message));
                continue;
            };
            let rules = module.policy.iter().filter_map(|rule| named(rule));
            let mut names = BTreeSet::new();
            for (name, span) in rules {
                let is_test = name.starts_with(TEST) || name.starts_with(TODO);
                if is_test && names.insert(name.clone()) {
                    let (policy, package) = (policy.rule.id.to_owned(), package.clone());
                    let file = file.clone();
                    self.tests.push(Found { policy, package, name, file, span });
                }
            }
            if names.is_empty() {
                let message = format!("it holds no test: a rule `{TEST}...` that has to be true");
                failures.push(Failure::at(file, place, message));
            }
        }
        if failures.is_empty() { Ok(()) } else { Err(failures) }
    }

    /// Runs the tests that are wanted, by policy and name.
    pub fn run(&self, wanted: impl Fn(&str, &str) -> bool, coverage: &mut Coverage) -> Vec<Test> {
        let tests = self.tests.iter().filter(|test| wanted(&test.policy, &test.name));
        tests.map(|test| self.run_one(test, coverage)).collect()
    }

    fn run_one(&self, test: &Found, coverage: &mut Coverage) -> Test {
        let mut engine = self.engine.clone();
        engine.set_enable_coverage(true);
        let path = format!("data.{}.{}", test.package, test.name);
        let outcome = match test.name.starts_with(TODO) {
            true => Outcome::Skipped,
            false => match engine.eval_rule(path) {
                Ok(Value::Bool(true)) => Outcome::Passed,
                Ok(value) => Outcome::Failed(why(test, &value, &engine)),
                Err(error) => Outcome::Broken(vec![located(&error, &self.files)]),
            },
        };
        for (path, (covered, missed)) in lines(&engine) {
            coverage.add(&path, &covered, &missed);
        }
        Test {
            policy: test.policy.clone(),
            name: test.name.clone(),
            file: test.file.path.clone(),
            line: test.file.place(test.span.start).line,
            outcome,
            prints: engine.take_prints().unwrap_or_default(),
        }
    }
}

/// Why a test that is not `true` is not.
fn why(test: &Found, value: &Value, engine: &Engine) -> Why {
    let file = &test.file;
    let text = file.slice(test.span);
    let hint = match value {
        Value::Undefined if text.contains("not ") && text.contains("deny") => {
            Some("`deny` is a set, and an empty set is no `false`: write `count(...deny) == 0`")
        }
        Value::Undefined | Value::Bool(_) => None,
        _ => Some("a test is `true` or fails: write `test_... if { ... }`"),
    };
    let range = file.place(test.span.start).line..=file.place(test.span.end).line;
    let reached = lines(engine).remove(&file.path).map(|(covered, _)| covered);
    let last = reached.and_then(|it| it.range(range).next_back().copied());
    let got = match value {
        Value::Undefined => "undefined".to_owned(),
        value => value.to_string(),
    };
    let last = last.map(|line| (line, file.slice(file.line(line)).trim().to_owned()));
    Why::Value { got, last, hint }
}

/// Every line of the policies that holds something to evaluate.
pub fn all_lines(policies: &Policies) -> Coverage {
    let mut coverage = Coverage::default();
    for policy in &policies.policies {
        let mut engine = Engine::new();
        engine.set_enable_coverage(true);
        engine.set_gather_prints(true);
        coverage.files.insert(policy.file.path.clone(), super::coverage::Lines::default());
        if engine.add_policy(policy.file.path.clone(), policy.file.text.to_string()).is_err() {
            continue;
        }
        // Only what was evaluated at least in part is in regorus's report.
        for entry in ["deny", "warn"] {
            let _ = engine.eval_rule(format!("data.{}.{entry}", policy.package));
        }
        for (path, (covered, missed)) in lines(&engine) {
            let all = covered.union(&missed).copied().collect();
            coverage.add(&path, &BTreeSet::new(), &all);
        }
    }
    coverage
}

/// The lines that an engine reached and did not reach, by file.
fn lines(engine: &Engine) -> BTreeMap<String, (BTreeSet<u32>, BTreeSet<u32>)> {
    let report = engine.get_coverage_report().unwrap_or_default();
    report.files.into_iter().map(|file| (file.path, (file.covered, file.not_covered))).collect()
}

/// The name of a rule that is no function, and where it stands.
fn named(rule: &Rule) -> Option<(String, Span)> {
    let Rule::Spec { span, head, .. } = rule else { return None };
    let (RuleHead::Compr { refr, .. } | RuleHead::Set { refr, .. }) = head else { return None };
    Some((refr.span().text().to_owned(), Span::new(span.start as usize, span.end as usize)))
}

/// Which tests are wanted: a text in their names, or a regular expression.
pub struct Pattern {
    text: String,
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn new(text: &str) -> Result<Self, Failure> {
        let pattern = Self { text: text.to_owned() };
        match pattern.ask("") {
            Ok(_) => Ok(pattern),
            Err(why) => Err(Failure::new("--run", why)),
        }
    }

    /// Whether it is found in a name.
    pub fn matches(&self, name: &str) -> bool {
        name.contains(&self.text) || self.ask(name).unwrap_or(false)
    }

    /// Rego's own regular expressions.
    fn ask(&self, name: &str) -> Result<bool, String> {
        let mut engine = Engine::new();
        engine.set_input(Value::from(vec![self.text.as_str().into(), name.into()]));
        let query = "regex.match(input[0], input[1])".to_owned();
        let answer = engine.eval_bool_query(query, false);
        answer.map_err(|_| format!("`{}` is no regular expression", self.text))
    }
}

fn config(policies: &Policies) -> serde_json::Value {
    let mut packs = serde_json::Map::new();
    for policy in &policies.policies {
        let mut parts = policy.package.trim_start_matches("policy.").splitn(2, '.');
        let (pack, name) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let params = policy.metadata.params.iter();
        let params = params.map(|it| (it.name.value.clone(), it.default.clone()));
        let pack =
            packs.entry(pack).or_insert_with(|| serde_json::Value::Object(Default::default()));
        if let Some(pack) = pack.as_object_mut() {
            pack.insert(name.to_owned(), serde_json::Value::Object(params.collect()));
        }
    }
    serde_json::json!({"config": packs})
}

fn located(error: &impl std::fmt::Display, files: &[SourceFile]) -> Failure {
    let text = error.to_string();
    let message = text.rsplit("error: ").next().unwrap_or_default().trim();
    let place = text.split("--> ").nth(1).and_then(|it| it.split('\n').next());
    let mut parts = place.unwrap_or_default().rsplitn(3, ':');
    let column = parts.next().and_then(|it| it.parse::<u32>().ok());
    let line = parts.next().and_then(|it| it.parse::<u32>().ok());
    let file = files.iter().find(|it| Some(it.path.as_str()) == parts.next());
    match (file, line, column) {
        (Some(file), Some(line), Some(column)) => {
            let start = file.line(line).start + column - 1;
            Failure::at(file, Span { start, end: start + 1 }, message)
        }
        _ => Failure::new("policy", message),
    }
}
