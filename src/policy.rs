//! Rego policies beside the built-in rules: read once, asked about each migration.
//!
//! A policy is one file and one package, `policy.<pack>.<name>`, and its rule is `<pack>/<name>`.
//! Once it is loaded it is a [`Rule`] like any other: levels, allows, waivers, the baseline and the
//! reports know no difference.

pub mod engine;
pub mod fixture;
pub mod input;
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

use crate::config::Config;
use crate::finding::Failure;
use crate::policy::engine::Prepared;
use crate::policy::metadata::Metadata;
use crate::rules::{Category, Check, Rule};
use crate::source::SourceFile;
use std::collections::BTreeMap;

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
}

/// All policies of a run, ready to be asked.
#[derive(Debug, Default)]
pub struct Policies {
    /// They, by id.
    pub policies: Vec<Policy>,
    prepared: Prepared,
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
                policies.push(Policy { rule, file, package, metadata });
            }
            Err(found) => failures.extend(found),
        }
    }
    policies.sort_by_key(|policy| policy.rule.id);
    failures.extend(sources::twice(&policies));
    let files: Vec<&SourceFile> = policies.iter().map(|policy| &policy.file).collect();
    match engine::prepare(&files) {
        Ok(prepared) if failures.is_empty() => Ok(Policies { policies, prepared }),
        Ok(_) => Err(failures),
        Err(found) => Err(failures.into_iter().chain(found).collect()),
    }
}

/// Tells a config of the policies of its run, and the policies what it says of their parameters:
/// `data.config.<pack>.<name>`.
///
/// # Errors
/// What the config says of policies and parameters that there are not, at its place.
pub fn settle(config: &mut Config, policies: &mut Policies) -> Result<(), Vec<Failure>> {
    config.settle(policies.policies.iter().map(|policy| policy.rule).collect())?;
    let mut values = params::values(&policies.policies, config)?;
    let mut packs: BTreeMap<&str, serde_json::Map<String, serde_json::Value>> = BTreeMap::new();
    for policy in &policies.policies {
        let package = policy.package.trim_start_matches("policy.");
        if let (Some((pack, name)), Some(values)) =
            (package.split_once('.'), values.remove(policy.rule.id))
        {
            packs.entry(pack).or_default().insert(name.to_owned(), values);
        }
    }
    policies.prepared.add_data(serde_json::json!({ "config": packs }))?;
    Ok(())
}

/// The rule that a policy is.
///
/// It lives as long as the process: ids and texts of rules do, and a run loads its policies once.
fn face(package: &str, metadata: &Metadata) -> &'static Rule {
    let id = package.trim_start_matches("policy.").replace('.', "/").replace('_', "-");
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
