//! Fixtures: migrations with the findings that policies have to give, run as `lint` runs them.

use super::coverage::Coverage;
use super::{Got, Outcome, Test, Why};
use crate::config::closest::did_you_mean;
use crate::config::{self, Config, Promise};
use crate::date::Date;
use crate::dialect::{Dialect, Engine};
use crate::finding::Failure;
use crate::judge::State;
use crate::policy::ask::question;
use crate::policy::engine::Session;
use crate::policy::fixture::{Expected, Fixture};
use crate::policy::input::{self, View};
use crate::policy::place::Places;
use crate::policy::seen::views;
use crate::policy::test::files::policy_of;
use crate::policy::{self, Policies, Policy};
use crate::report::Report;
use crate::rules::gate::{internal_error, unread_statement};
use crate::source::SourceFile;
use crate::statistics::{self, Statistics};
use crate::tree::{Memory, file_name};
use crate::{Input, check};
use serde_json::json;

/// Rules whose findings count in each fixture: where one strikes, a policy saw less than is there.
const ALWAYS: [&str; 2] = [internal_error::RULE.id, unread_statement::RULE.id];

/// The day of a fixture that names none.
const TODAY: &str = "2000-01-01";

/// Runs the fixtures that are wanted, by policy and name.
pub fn run(
    policies: &Policies,
    fixtures: &[Fixture],
    wanted: impl Fn(&str, &str) -> bool,
    coverage: &mut Coverage,
) -> Vec<Test> {
    let mut tests = Vec::new();
    for fixture in fixtures {
        let Some(policy) = tested(policies, fixture) else { continue };
        let name = file_name(&fixture.file.path);
        if !wanted(policy.rule.id, name) {
            continue;
        }
        let mut prints = Vec::new();
        let outcome = match findings(policies, policy, fixture, coverage, &mut prints) {
            Ok(got) => compared(fixture, policy, got),
            Err(failures) => Outcome::Broken(failures),
        };
        tests.push(Test {
            policy: policy.rule.id.to_owned(),
            name: name.to_owned(),
            file: fixture.file.path.clone(),
            line: 1,
            outcome,
            prints,
        });
    }
    tests
}

/// The policy that a fixture is of.
fn tested<'a>(policies: &'a Policies, fixture: &Fixture) -> Option<&'a Policy> {
    let of = policy_of(&fixture.file.path)?;
    policies.policies.iter().find(|policy| policy_of(&policy.file.path) == Some(of))
}

/// Expected rules that do not exist.
pub fn unknown(policies: &Policies, fixtures: &[Fixture]) -> Vec<Failure> {
    let built_in = crate::rules::RULES.iter().map(|rule| rule.id);
    let known: Vec<&str> =
        policies.policies.iter().map(|policy| policy.rule.id).chain(built_in).collect();
    let expected = fixtures.iter().flat_map(|it| it.expected.iter().map(|rule| (&it.file, rule)));
    let unknown = expected.filter(|(_, it)| !known.contains(&it.rule.value.as_str()));
    let failure = |(file, Expected { rule, .. }): (&SourceFile, &Expected)| {
        let near = did_you_mean(&rule.value, known.iter().copied());
        Failure::at(file, rule.span, format!("there is no rule `{}`{near}", rule.value))
    };
    unknown.map(failure).collect()
}

/// What the rules find in a fixture; with the lines that its policy reaches, and what it prints.
fn findings(
    policies: &Policies,
    policy: &Policy,
    fixture: &Fixture,
    coverage: &mut Coverage,
    prints: &mut Vec<String>,
) -> Result<Vec<Got>, Vec<Failure>> {
    let (config, policies) = configured(policies, policy, fixture)?;
    let today = today(fixture)?;
    let path = path(fixture);
    let others = [("CODEOWNERS", "codeowners")].into_iter();
    let others = others.filter_map(|(path, key)| Some((path, fixture.key(key)?.value.as_str())));
    let tree = Memory::new(others.chain([(path.as_str(), fixture.migration.as_str())]));
    let has_given = !fixture.given.trim().is_empty();
    let schema = has_given.then(|| SourceFile::new(&fixture.file.path, &fixture.given));
    let statistics = statistics(fixture, today)?;
    let input = Input {
        tree: &tree,
        config: &config,
        schema: schema.as_ref(),
        statistics: statistics.as_ref(),
        alone: false,
        today,
        policies: Some(&policies),
        merged: None,
        evidence: None,
    };
    let report = check(&input);
    if !report.failures.is_empty() {
        let of_fixture = |failure: Failure| match failure.path == path {
            true => Failure::new(&fixture.file.path, failure.message),
            false => failure,
        };
        return Err(report.failures.into_iter().map(of_fixture).collect());
    }
    let (_, reached) = views(&input, &|_, view: &View<'_>| reached(&policies, policy, view));
    for mut session in reached {
        coverage.add(&session);
        prints.extend(session.take_prints());
    }
    Ok(got(&report, fixture, &path))
}

/// Asks a policy again, of each migration of a set, and counts lines: a run counts none.
fn reached(policies: &Policies, policy: &Policy, view: &View<'_>) -> Session {
    let mut places = Places::default();
    let mut prepared = policies.prepared.clone();
    if let Ok(catalog) = serde_json::to_value(input::catalog(view, &mut places)) {
        // What is wrong with it, the run has said.
        let _ = prepared.add_data(json!({ "catalog": catalog }));
    }
    let mut session = prepared.session();
    session.count_lines();
    for index in 0..view.migrations().len() {
        let Some(question) = question(view, index, places.clone()) else { continue };
        if !policy.looks_at(&question) {
            continue;
        }
        session.set_input(&question.input);
        for entry in &policy.entries {
            let rule = format!("data.{}.{}", policy.package, entry.name);
            let _ = session.value(&rule, (&policy.file, entry.span));
        }
    }
    session
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

/// The config that a fixture is run under, and the policies that count in it with their parameters.
fn configured(
    policies: &Policies,
    tested: &Policy,
    fixture: &Fixture,
) -> Result<(Config, Policies), Vec<Failure>> {
    let id = tested.rule.id;
    let mut ids: Vec<&str> = fixture.expected.iter().map(|it| it.rule.value.as_str()).collect();
    ids.push(id);
    let files = policies.needed(&ids, &[]).into_iter().map(|policy| policy.file.clone());
    let mut policies = policy::load(files.collect(), &Config::default())?;
    let params = fixture.key("params");
    let at_params = |failures: Vec<Failure>| -> Vec<Failure> {
        let at = |it: Failure| match params {
            Some(params) => Failure::at(&fixture.file, params.span, it.message),
            None => it,
        };
        failures.into_iter().map(at).collect()
    };
    let mut config = match params {
        // JSON is YAML.
        Some(params) => {
            let text = format!("rules: {{\"{id}\": {{params: {}}}}}", params.value);
            config::read(SourceFile::new(config::FILE_NAME, &text)).map_err(at_params)?
        }
        None => Config::default(),
    };
    policy::settle(&mut config, &mut policies).map_err(at_params)?;
    config.dialect = Some(fixture.dialect.unwrap_or(Dialect::new(Engine::Postgres)));
    config.framework = fixture.key("framework").cloned();
    // Whatever is promised: a fixture shows all that a policy finds.
    config.promise = Some(Promise::Rollback);
    Ok((config, policies))
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
