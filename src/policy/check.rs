//! What is wrong with a policy before it is run: all that OPA's compiler would refuse and regorus
//! does not, and what would make a policy silent for ever.

mod calls;
mod paths;
mod tree;
mod types;

use crate::config::closest::{closest, did_you_mean};
use crate::finding::Failure;
use crate::policy::{Entry, Policy};
use crate::source::SourceFile;
use regorus::unstable::{Module, Ref, Rule, RuleHead};
use serde_json::Value;
use tree::{Chain, Parts, name, span, var};
use types::Types;

/// The syntax trees of files.
type Modules<'a> = Vec<(&'a SourceFile, &'a Ref<Module>)>;

/// What must hold of every file before anything in it is run, tests too: functions exist and take
/// so many arguments, and nothing needs itself.
pub(super) fn calls(files: &[SourceFile], modules: &[Ref<Module>]) -> Vec<Failure> {
    calls::check(&files.iter().zip(modules).collect())
}

/// What else must hold of policies, by the JSON Schema of `input` and `data`.
pub(super) fn policies(
    policies: &[Policy],
    modules: &[Ref<Module>],
    schema: &Value,
) -> Vec<Failure> {
    let all: Modules<'_> = policies.iter().map(|it| &it.file).zip(modules).collect();
    let types = Types::new(schema);
    let mut failures = Vec::new();
    for (policy, module) in policies.iter().zip(modules) {
        failures.extend(shape(&policy.file, module));
        failures.extend(kinds(policy, types));
        failures.extend(paths::check(&policy.file, module, policies, &all, types));
    }
    failures
}

/// The entry points of a policy, each with the place of its first rule.
pub(super) fn entries(module: &Module) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for rule in &module.policy {
        let Rule::Spec { head: RuleHead::Set { refr, .. }, .. } = rule.as_ref() else { continue };
        let known = Entry::NAMES.into_iter().find(|known| var(refr) == Some(*known));
        if let Some(known) = known
            && !entries.iter().any(|entry| entry.name == known)
        {
            entries.push(Entry { name: known, span: span(refr.span()) });
        }
    }
    entries
}

/// Whether `deny` and `warn` are what they must be.
fn shape(file: &SourceFile, module: &Module) -> Vec<Failure> {
    let mut failures = Vec::new();
    for rule in &module.policy {
        let own = name(rule);
        let at = span(tree::head(rule).span());
        let is_entry = Entry::NAMES.contains(&own);
        match rule.as_ref() {
            Rule::Spec { head: RuleHead::Set { refr, .. }, .. } if var(refr).is_some() => {}
            _ if is_entry => failures.push(Failure::at(file, at, must_be_set(own))),
            _ => {}
        }
    }
    let names = || module.policy.iter().map(|rule| name(rule));
    if !names().any(|own| Entry::NAMES.contains(&own)) || misspelt(module).is_some() {
        failures.push(match misspelt(module) {
            Some((rule, meant)) => {
                let message = format!(
                    "`{}` is no entry point, and nothing uses it; did you mean `{meant}`?",
                    name(rule)
                );
                Failure::at(file, span(tree::head(rule).span()), message)
            }
            None => {
                let message = "neither `deny contains` nor `warn contains` is here, so this policy \
                               can never find anything";
                Failure::at(file, span(&module.package.span), message)
            }
        });
    }
    failures
}

fn must_be_set(name: &str) -> String {
    format!("`{name}` must be a set of results: `{name} contains finding if {{ ... }}`")
}

/// A rule that was meant as an entry point: by its name, and because nothing uses it.
fn misspelt(module: &Module) -> Option<(&Rule, &'static str)> {
    let used = |word: &str| {
        module.policy.iter().any(|rule| {
            Parts::of(rule).exprs.iter().any(|(expr, _)| Chain::of(expr).var() == Some(word))
        })
    };
    module.policy.iter().map(|it| it.as_ref()).find_map(|rule| {
        let own = name(rule);
        let meant = meant(own)?;
        (!Entry::NAMES.contains(&own) && !used(own)).then_some((rule, meant))
    })
}

/// Which entry point a name is near to, or was in another tool.
fn meant(name: &str) -> Option<&'static str> {
    let begins = |word: &str| name.strip_prefix(word).is_some_and(|rest| rest.starts_with('_'));
    match name {
        "violation" | "violations" | "denied" | "denies" => Some("deny"),
        "warning" | "warnings" => Some("warn"),
        _ if begins("deny") || begins("violation") => Some("deny"),
        _ if begins("warn") => Some("warn"),
        _ => {
            let near = closest(name, Entry::NAMES)?;
            let is_slip = crate::config::closest::distance(name, near) == 1;
            Entry::NAMES.into_iter().find(|it| *it == near && is_slip)
        }
    }
}

/// That every kind of change in METADATA is one: of a kind that does not exist there is never one.
fn kinds(policy: &Policy, types: Types<'_>) -> Vec<Failure> {
    let changes = types.document("input").and_then(|it| types.member(&it, "changes").ok()?);
    let change = changes.and_then(|it| types.item(&it));
    let kind = change.and_then(|it| types.member(&it, "kind").ok()?);
    let Some(words) = kind.and_then(|it| types.words(&it)) else { return Vec::new() };
    let unknown = policy.metadata.changes.iter().filter(|it| !words.contains(&it.value.as_str()));
    let failure = |kind: &crate::source::Located<String>| {
        let hint = did_you_mean(&kind.value, words.iter().copied());
        let message = format!("no change has the kind `{}`{hint}", kind.value);
        Failure::at(&policy.file, kind.span, message)
    };
    unknown.map(failure).collect()
}

/// `policy.<pack>.<name>`.
fn package(module: &Module) -> String {
    Chain::of(&module.package.refr).path().unwrap_or_default()
}
