//! Fixtures: migrations with the findings that policies have to give, run as `lint` runs them.

use super::coverage::Coverage;
use super::{Got, Outcome, Test, Why};
use crate::config::closest::did_you_mean;
use crate::config::{self, Config, Promise};
use crate::date::Date;
use crate::dialect::{Dialect, Engine};
use crate::finding::Failure;
use crate::judge::State;
use crate::policy::fixture::{Expected, Fixture};
use crate::policy::test::files::policy_of;
use crate::policy::{Policies, Policy};
use crate::report::Report;
use crate::rules::gate::{internal_error, unread_statement};
use crate::source::{SourceFile, Span};
use crate::statistics::{self, Statistics};
use crate::tree::{Memory, file_name};
use crate::{Input, check};

/// Rules whose findings count in each fixture: where one strikes, a policy saw less than is there.
const ALWAYS: [&str; 2] = [internal_error::RULE.id, unread_statement::RULE.id];

/// The day of a fixture that names none.
const TODAY: &str = "2000-01-01";

/// Runs the fixtures that are wanted, by policy and name.
///
/// # Errors
/// Expected rules that are not known.
pub fn run(
    policies: &Policies,
    fixtures: &[Fixture],
    wanted: impl Fn(&str, &str) -> bool,
    coverage: &mut Coverage,
) -> Result<Vec<Test>, Vec<Failure>> {
    let mut tests = Vec::new();
    let mut failures = Vec::new();
    for fixture in fixtures {
        let Some(policy) = tested(policies, fixture) else { continue };
        failures.extend(unknown(policies, fixture));
        let name = file_name(&fixture.file.path);
        if !wanted(policy.rule.id, name) {
            continue;
        }
        let outcome = match findings(policies, policy, fixture) {
            Ok(got) => compared(fixture, policy, got),
            Err(failures) => Outcome::Broken(failures),
        };
        tests.push(Test {
            policy: policy.rule.id.to_owned(),
            name: name.to_owned(),
            file: fixture.file.path.clone(),
            line: 1,
            outcome,
            prints: Vec::new(),
        });
    }
    let _ = coverage;
    if failures.is_empty() { Ok(tests) } else { Err(failures) }
}

/// The policy that a fixture is of.
fn tested<'a>(policies: &'a Policies, fixture: &Fixture) -> Option<&'a Policy> {
    let of = policy_of(&fixture.file.path)?;
    policies.policies.iter().find(|policy| policy_of(&policy.file.path) == Some(of))
}

/// Expected rules that do not exist.
fn unknown(policies: &Policies, fixture: &Fixture) -> Vec<Failure> {
    let built_in = crate::rules::RULES.iter().map(|rule| rule.id);
    let known: Vec<&str> =
        policies.policies.iter().map(|policy| policy.rule.id).chain(built_in).collect();
    let unknown = fixture.expected.iter().filter(|it| !known.contains(&it.rule.value.as_str()));
    let failure = |Expected { rule, .. }: &Expected| {
        let near = did_you_mean(&rule.value, known.iter().copied());
        let message = format!("there is no rule `{}`{near}", rule.value);
        Failure::at(&fixture.file, rule.span, message)
    };
    unknown.map(failure).collect()
}

/// What the rules find in a fixture.
fn findings(
    policies: &Policies,
    policy: &Policy,
    fixture: &Fixture,
) -> Result<Vec<Got>, Vec<Failure>> {
    let config = configured(policies, policy, fixture)?;
    let today = today(fixture)?;
    let path = path(fixture);
    let files = [("CODEOWNERS", "codeowners")].into_iter();
    let files = files.filter_map(|(path, key)| Some((path, fixture.key(key)?.value.as_str())));
    let tree = Memory::new(files.chain([(path.as_str(), fixture.migration.as_str())]));
    let has_given = !fixture.given.trim().is_empty();
    let schema = has_given.then(|| SourceFile::new(&fixture.file.path, &fixture.given));
    let statistics = statistics(fixture, today)?;
    let report = check(&Input {
        tree: &tree,
        config: &config,
        schema: schema.as_ref(),
        statistics: statistics.as_ref(),
        alone: false,
        today,
        evidence: None,
    });
    if !report.failures.is_empty() {
        let of_fixture = |failure: Failure| match failure.path == path {
            true => Failure::new(&fixture.file.path, failure.message),
            false => failure,
        };
        return Err(report.failures.into_iter().map(of_fixture).collect());
    }
    Ok(got(&report, fixture, &path))
}

/// The findings in the migration that count, each at its line of the fixture.
fn got(report: &Report, fixture: &Fixture, path: &str) -> Vec<Got> {
    let reported = report.in_state(State::Reported).map(|judged| &judged.finding);
    let got = reported.filter_map(|finding| {
        let file = report.files.get(finding.primary.file.0 as usize)?;
        let line = file.place(finding.primary.span.start).line;
        (file.path == path).then(|| Got {
            line: fixture.line(line),
            rule: finding.rule.to_owned(),
            level: finding.level,
            message: finding.message.clone(),
        })
    });
    got.collect()
}

/// What was found beside what was expected. Findings of other rules count only where they are
/// expected somewhere in the fixture.
fn compared(fixture: &Fixture, policy: &Policy, got: Vec<Got>) -> Outcome {
    let mut missing: Vec<(u32, String)> =
        fixture.expected.iter().map(|it| (it.line, it.rule.value.clone())).collect();
    let expected: Vec<String> = missing.iter().map(|(_, rule)| rule.clone()).collect();
    let (mut right, mut surplus) = (Vec::new(), Vec::new());
    for got in got {
        let is_it = |(line, rule): &(u32, String)| (*line, rule) == (got.line, &got.rule);
        let rule = got.rule.as_str();
        if let Some(at) = missing.iter().position(is_it) {
            missing.remove(at);
            right.push(got);
        } else if rule == policy.rule.id
            || ALWAYS.contains(&rule)
            || expected.iter().any(|it| it == rule)
        {
            surplus.push(got);
        }
    }
    match missing.is_empty() && surplus.is_empty() {
        true => Outcome::Passed,
        false => Outcome::Failed(Why::Findings { missing, surplus, right }),
    }
}

/// The config that a fixture is run under.
fn configured(
    policies: &Policies,
    policy: &Policy,
    fixture: &Fixture,
) -> Result<Config, Vec<Failure>> {
    let params = fixture.key("params").map(|it| {
        let id = policy.rule.id;
        SourceFile::new("lockgate.yaml", &format!("rules: {{\"{id}\": {{params: {}}}}}", it.value))
    });
    let mut config = match params {
        // JSON is YAML.
        Some(text) => config::read(text).map_err(|it| at_params(fixture, it))?,
        None => Config::default(),
    };
    config
        .settle(policies.policies.iter().map(|policy| policy.rule).collect())
        .map_err(|it| at_params(fixture, it))?;
    config.dialect = Some(fixture.dialect.unwrap_or(Dialect::new(Engine::Postgres)));
    config.framework = fixture.key("framework").cloned();
    // Whatever is promised: a fixture shows all that a policy finds.
    config.promise = Some(Promise::Rollback);
    Ok(config)
}

/// The path of the migration: as it is told, else one that its framework takes.
fn path(fixture: &Fixture) -> String {
    if let Some(path) = fixture.key("path") {
        return path.value.clone();
    }
    let name = file_name(&fixture.file.path).trim_end_matches(".sql");
    match fixture.key("framework").map(|it| it.value.as_str()) {
        Some("flyway") => format!("V1__{name}.sql"),
        Some("golang-migrate") => format!("1_{name}.up.sql"),
        _ => format!("1_{name}.sql"),
    }
}

fn today(fixture: &Fixture) -> Result<Date, Failure> {
    let told = fixture.key("today");
    told.map_or(TODAY, |it| &it.value).parse().map_err(|message: String| match told {
        Some(told) => Failure::at(&fixture.file, told.span, message),
        None => Failure::new(&fixture.file.path, message),
    })
}

/// What `statistics` says of the tables, as `docs/statistics.md` writes them.
fn statistics(fixture: &Fixture, today: Date) -> Result<Option<Statistics>, Failure> {
    let Some(tables) = fixture.key("statistics") else { return Ok(None) };
    let engine = fixture.dialect.map_or(Engine::Postgres, |dialect| dialect.engine).name();
    let text = format!(
        "{{\"schema_version\": 1, \"as_of\": \"{today}T00:00:00Z\", \"engine\": \"{engine}\", \
         \"tables\": {}}}",
        tables.value
    );
    let read = statistics::read(SourceFile::new(&fixture.file.path, &text));
    read.map(Some).map_err(|it| Failure::at(&fixture.file, tables.span, it.message))
}

/// What is wrong with parameters, at the line that gives them.
fn at_params(fixture: &Fixture, failures: Vec<Failure>) -> Vec<Failure> {
    let span = fixture.key("params").map_or_else(Span::default, |it| it.span);
    failures.into_iter().map(|it| Failure::at(&fixture.file, span, it.message)).collect()
}
