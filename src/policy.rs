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
pub fn load(files: Vec<SourceFile>, _config: &Config) -> Result<Policies, Vec<Failure>> {
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
    let limits = Limits::default();
    let files: Vec<&SourceFile> = policies.iter().map(|policy| &policy.file).collect();
    match engine::prepare(&files, limits) {
        Ok(mut prepared) if failures.is_empty() => {
            for (policy, module) in policies.iter_mut().zip(prepared.modules()) {
                policy.entries = check::entries(module);
            }
            Ok(Policies { policies, prepared, limits })
        }
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
        self.policies.iter().any(|policy| policy.file.text.contains("catalog"))
    }

    /// Asks every policy about every migration of a set. The catalog is `data.catalog`; it is needed
    /// only where [`Policies::use_catalog`].
    pub fn judge(&self, questions: &[Question], catalog: Option<Value>) -> Judgement {
        let mut judgement = Judgement::default();
        if self.policies.is_empty() || questions.is_empty() {
            return judgement;
        }
        let mut prepared = self.prepared.clone();
        if let Some(catalog) = catalog
            && let Err(failure) = prepared.add_data(json!({ "catalog": catalog }))
        {
            judgement.failures.push(failure);
            return judgement;
        }
        let until = Instant::now() + self.limits.total;
        let chunks: Vec<&[Question]> = questions.chunks(CHUNK).collect();
        let judged = parallel::map(&chunks, |chunk| {
            let mut session = prepared.session();
            let mut part = Judgement::default();
            for question in *chunk {
                self.ask(&mut session, question, until, &mut part);
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
    fn ask(&self, session: &mut Session, question: &Question, until: Instant, to: &mut Judgement) {
        let mut findings = Vec::new();
        let mut is_set = false;
        for policy in self.policies.iter().filter(|policy| policy.looks_at(question)) {
            if !is_set {
                session.set_input(&question.input);
                is_set = true;
            }
            let started = Instant::now();
            if started > until {
                let message = format!(
                    "all policies together took longer than {} seconds, so not all migrations were \
                     judged; raise `policy-limits`",
                    self.limits.total.as_secs()
                );
                to.failures.push(Failure::new("policies", message));
                return;
            }
            for entry in &policy.entries {
                let rule = format!("data.{}.{}", policy.package, entry.name);
                let value = session.value(&rule, (&policy.file, entry.span));
                let found = value.and_then(|value| match value {
                    Some(value) => result::findings(policy, entry, &value, question),
                    None => Ok(Vec::new()),
                });
                match found {
                    Ok(found) => findings.extend(found),
                    Err(failure) => to.failures.push(failure),
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
