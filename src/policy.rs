//! Rego policies beside the built-in rules: read once, asked about each migration.
//!
//! A policy is one file and one package, `policy.<pack>.<name>`, and its rule is `<pack>/<name>`.
//! Once it is loaded it is a [`Rule`] like any other: levels, allows, waivers, the baseline and the
//! reports know no difference.

pub mod ask;
mod bounded;
pub mod check;
pub mod engine;
pub mod fixture;
pub mod guard;
pub mod input;
pub mod lock;
pub mod metadata;
pub mod new;
pub mod owners;
pub mod packs;
pub mod params;
pub mod place;
pub mod result;
pub mod seen;
pub mod sources;
pub mod test;
#[cfg(test)]
mod tests;

use crate::config::Config;
use crate::dialect;
use crate::finding::{Failure, Finding, Label, Subject};
use crate::parallel;
use crate::policy::engine::{Limits, Prepared, Session};
use crate::policy::metadata::Metadata;
use crate::policy::place::Places;
use crate::rules::{Category, Check, Rule};
use crate::source::{SourceFile, Span};
use serde_json::{Map, Value, json};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

/// A policy that may be asked.
#[derive(Debug)]
pub struct Policy {
    /// Its face: as that of a built-in rule.
    pub rule: &'static Rule,
    /// Its text.
    pub file: SourceFile,
    /// `policy.<pack>.<name>`.
    pub package: String,
    /// What its METADATA says.
    pub metadata: Metadata,
    /// Its entry points; at least one.
    pub entries: Vec<Entry>,
}

/// An entry point: the rules of one name.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// `deny` or `warn`.
    pub name: &'static str,
    /// The name where it is first written.
    pub span: Span,
}

impl Entry {
    /// What an entry point may be called; findings of `warn` are warnings at most.
    pub const NAMES: [&str; 2] = ["deny", "warn"];
}

/// All policies of a run, ready to be asked.
#[derive(Debug, Default)]
pub struct Policies {
    /// They, by id.
    pub policies: Vec<Policy>,
    prepared: Prepared,
    limits: Limits,
}

/// What policies are asked: what to say of one migration.
#[derive(Clone, Debug)]
pub struct Question {
    /// The input document.
    pub input: Value,
    /// The places that its `loc`s stand for, and those of the catalog's.
    pub places: Places,
    /// The kinds of its changes.
    pub kinds: BTreeSet<Cow<'static, str>>,
    /// The engine that it is for.
    pub engine: dialect::Engine,
    /// The place of a finding that points at nothing in particular.
    pub whole: Label,
    /// What such a finding is about.
    pub subject: Subject,
}

/// What policies say of migrations.
#[derive(Debug, Default)]
pub struct Judgement {
    /// By migration in the order of the questions, and there by place.
    pub findings: Vec<Finding>,
    /// Policies that did something wrong, or took too long: then nothing may pass.
    pub failures: Vec<Failure>,
    /// How long each policy took, by its id.
    pub cost: BTreeMap<&'static str, Duration>,
}

/// Reads, checks and prepares policies; files of tests (`*_test.rego`) are left out.
///
/// # Errors
/// Each mistake in a policy, with its place; a policy that could never fire is one.
pub fn load(files: Vec<SourceFile>, config: &Config) -> Result<Policies, Vec<Failure>> {
    let mut failures = Vec::new();
    let mut policies = Vec::new();
    for file in files.into_iter().filter(|file| !file.path.ends_with("_test.rego")) {
        match metadata::read(&file) {
            Ok((package, metadata)) => {
                let rule = face(&package, &metadata);
                let entries = Vec::new();
                policies.push(Policy { rule, file, package, metadata, entries });
            }
            Err(found) => failures.extend(found),
        }
    }
    policies.sort_by_key(|policy| policy.rule.id);
    failures.extend(sources::twice(&policies));
    let limits = Limits::of(config.policy_limits);
    let files: Vec<&SourceFile> = policies.iter().map(|policy| &policy.file).collect();
    let parsed = engine::parse(&files, limits);
    let mut prepared = match parsed {
        Ok(prepared) => prepared,
        Err(found) => return Err(failures.into_iter().chain(found).collect()),
    };
    failures.extend(check::policies(&policies, prepared.modules(), &input::schema()));
    for (policy, module) in policies.iter_mut().zip(prepared.modules()) {
        policy.entries = check::entries(module);
    }
    match prepared.prepared() {
        Ok(prepared) if failures.is_empty() => Ok(Policies { policies, prepared, limits }),
        Ok(_) => Err(failures),
        Err(found) => Err(failures.into_iter().chain(found).collect()),
    }
}

/// Tells a config of the policies of its run, and the policies what it says of their parameters.
///
/// # Errors
/// What the config says of policies and parameters that there are not, at its place.
pub fn settle(config: &mut Config, policies: &mut Policies) -> Result<(), Vec<Failure>> {
    config.settle(policies.policies.iter().map(|policy| policy.rule).collect())?;
    let values = params::values(&policies.policies, config)?;
    policies.prepared.add_data(policies.config(&values))?;
    Ok(())
}

impl Policies {
    /// The parameters with these values, by the ids of the policies: `data.config.<pack>.<name>`.
    /// What a policy's map does not name has its default.
    fn config(&self, values: &BTreeMap<&'static str, Value>) -> Value {
        let mut packs: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
        for policy in &self.policies {
            let default = |it: &metadata::Param| (it.name.value.clone(), it.default.clone());
            let mut params: Map<String, Value> =
                policy.metadata.params.iter().map(default).collect();
            if let Some(Value::Object(own)) = values.get(policy.rule.id) {
                params.extend(own.clone());
            }
            let mut parts = policy.package.split('.').skip(1).map(str::to_owned);
            if let (Some(pack), Some(name)) = (parts.next(), parts.next()) {
                packs.entry(pack).or_default().insert(name, Value::Object(params));
            }
        }
        json!({ "config": packs })
    }

    /// Whether some policy looks at the whole catalog: it is not made for nobody.
    pub fn use_catalog(&self) -> bool {
        let named = ["data.catalog", "data["];
        let texts = self.policies.iter().map(|policy| &policy.file.text);
        texts.into_iter().any(|text| named.iter().any(|it| text.contains(it)))
    }

    /// The policies with the catalog of a set of migrations, `data.catalog`; it is needed only where
    /// [`Policies::use_catalog`].
    ///
    /// # Errors
    /// What keeps the catalog from being used.
    pub fn ready(&self, catalog: Option<Value>) -> Result<Ready<'_>, Failure> {
        let mut prepared = self.prepared.clone();
        if let Some(catalog) = catalog {
            prepared.add_data(json!({ "catalog": catalog }))?;
        }
        Ok(Ready { policies: self, prepared, until: Instant::now() + self.limits.total })
    }
}

/// Policies that may be asked about the migrations of one set.
#[derive(Debug)]
pub struct Ready<'a> {
    policies: &'a Policies,
    prepared: Prepared,
    /// When the time of all of them is over.
    until: Instant,
}

impl Ready<'_> {
    /// Asks every policy about every one of these migrations.
    pub fn judge(&self, questions: &[Question]) -> Judgement {
        let mut judgement = Judgement::default();
        let chunks: Vec<&[Question]> = questions.chunks(CHUNK).collect();
        let judged = parallel::map(&chunks, |chunk| {
            let mut session = self.prepared.session();
            let mut part = Judgement::default();
            let mut failed = BTreeSet::new();
            for question in *chunk {
                self.ask(&mut session, question, (&mut part, &mut failed));
            }
            part
        });
        for part in judged {
            match part {
                Some(part) => judgement.take(part),
                None => judgement.failures.push(Failure::new(
                    "policies",
                    "lockgate broke while policies judged these migrations",
                )),
            }
        }
        judgement.once();
        judgement
    }

    /// What all policies say of one migration.
    fn ask(
        &self,
        session: &mut Session,
        question: &Question,
        (to, failed): (&mut Judgement, &mut BTreeSet<&'static str>),
    ) {
        let mut findings = Vec::new();
        let mut is_set = false;
        for policy in self.policies.policies.iter().filter(|it| it.looks_at(question)) {
            // One that failed is not asked again: its failure ends the run.
            if failed.contains(policy.rule.id) {
                continue;
            }
            if !is_set {
                session.set_input(&question.input);
                is_set = true;
            }
            let started = Instant::now();
            if started > self.until {
                let message = format!(
                    "all policies together took longer than {} s, so not all migrations were \
                     judged; raise `total` of `policy-limits`",
                    self.policies.limits.total.as_secs_f32()
                );
                to.failures.push(Failure::new("policies", message));
                return;
            }
            match policy.findings(session, question) {
                Ok(found) => findings.extend(found),
                Err(mut failure) => {
                    if failure.message.starts_with(engine::TOO_LONG) {
                        failure.message = format!("`{}`: {}", policy.rule.id, failure.message);
                    }
                    failed.insert(policy.rule.id);
                    to.failures.push(failure);
                }
            }
            *to.cost.entry(policy.rule.id).or_default() += started.elapsed();
        }
        findings.sort_by(|a, b| {
            let key = |it: &'_ Finding| (it.primary.file, it.primary.span, it.rule);
            key(a).cmp(&key(b)).then_with(|| a.message.cmp(&b.message))
        });
        to.findings.extend(findings);
    }
}

/// So many migrations share an engine: a clone of it costs about as much as one policy on one.
const CHUNK: usize = 32;

impl Policy {
    /// What it says of a migration that is the session's input.
    fn findings(
        &self,
        session: &mut Session,
        question: &Question,
    ) -> Result<Vec<Finding>, Failure> {
        let mut findings = Vec::new();
        for entry in &self.entries {
            let rule = format!("data.{}.{}", self.package, entry.name);
            if let Some(value) = session.value(&rule, (&self.file, entry.span))? {
                findings.extend(result::findings(self, entry, &value, question)?);
            }
        }
        Ok(findings)
    }

    /// Whether it has anything to say of a migration, by its `changes` and `dialects`.
    fn looks_at(&self, question: &Question) -> bool {
        let Metadata { changes, dialects, .. } = &self.metadata;
        (dialects.is_empty() || dialects.contains(&question.engine))
            && (changes.is_empty()
                || changes.iter().any(|kind| question.kinds.contains(&*kind.value)))
    }
}

impl Judgement {
    fn take(&mut self, other: Self) {
        self.findings.extend(other.findings);
        self.failures.extend(other.failures);
        for (rule, cost) in other.cost {
            *self.cost.entry(rule).or_default() += cost;
        }
    }

    /// One mistake of a policy shows in every migration: it is said once.
    fn once(&mut self) {
        let mut seen = BTreeSet::new();
        self.failures.retain(|failure| {
            let span = failure.at.as_ref().map(|at| at.1);
            seen.insert((failure.path.clone(), span, failure.message.clone()))
        });
    }
}

/// The rule that a policy is.
///
/// It lives as long as the process: ids and texts of rules do, and a run loads its policies once.
fn face(package: &str, metadata: &Metadata) -> &'static Rule {
    let id = package.strip_prefix("policy.").unwrap_or(package).replace('.', "/").replace('_', "-");
    Box::leak(Box::new(Rule {
        id: id.leak(),
        category: metadata.category.unwrap_or(Category::Policy),
        level: metadata.level,
        since: "",
        summary: metadata.title.clone().leak(),
        why: metadata.description.clone().leak(),
        instead: "",
        facts: &[],
        same_as: &[],
        breaks: metadata.promise.clone().leak(),
        // It says itself which direction it looks at.
        checks_down: true,
        examples: &[],
        check: Check::Elsewhere,
    }))
}
