//! The pages of the packs that lockgate brings: all that their METADATA says, and a fixture of each
//! policy.

use crate::policy::Policy;
use crate::policy::fixture::Fixture;
use crate::policy::metadata::Param;
use std::fmt::Write;

/// The page of a pack, for `docs/policies/<pack>.md`: its policies, each with its fixtures.
pub fn page(pack: &str, policies: &[(&Policy, Vec<&Fixture>)]) -> String {
    let mut text = format!("# The pack {pack}\n\n");
    let _ = writeln!(
        text,
        "`policies: [{{pack: {pack}}}]` in `lockgate.yaml` takes it up ([policies](../policies.md)).\n"
    );
    text.push_str("| policy | level | what |\n| --- | --- | --- |\n");
    for (policy, _) in policies {
        let rule = policy.rule;
        let anchor = rule.id.replace('/', "");
        let _ = writeln!(text, "| [{}](#{anchor}) | {} | {} |", rule.id, rule.level, rule.summary);
    }
    for (policy, fixtures) in policies {
        write_policy(&mut text, policy, fixtures);
    }
    text
}

fn write_policy(text: &mut String, policy: &Policy, fixtures: &[&Fixture]) {
    let (rule, metadata) = (policy.rule, &policy.metadata);
    let _ = writeln!(text, "\n## {}\n\n{}.\n", rule.id, rule.summary.trim_end_matches('.'));
    let _ =
        writeln!(text, "Level {}, category {}{}.", rule.level, rule.category.name(), of(policy));
    let _ = writeln!(text, "\n{}", rule.why.trim());
    if !metadata.params.is_empty() {
        text.push_str("\n| parameter | type | default | what |\n| --- | --- | --- | --- |\n");
        for Param { name, ty, default, description } in &metadata.params {
            let (name, ty, default) = (&name.value, ty.word(), cell(&default.to_string()));
            let _ =
                writeln!(text, "| `{name}` | {} | `{default}` | {} |", cell(ty), cell(description));
        }
    }
    for link in &metadata.links {
        let _ = writeln!(text, "\n<{link}>");
    }
    let finds = |fixture: &&&Fixture| {
        fixture.expected.iter().any(|expected| expected.rule.value == rule.id)
    };
    if let Some(fixture) = fixtures.iter().find(finds) {
        let _ = writeln!(text, "\n```sql\n{}\n```", fixture.file.text.trim());
    }
}

/// What a policy is about, for the end of a line: engines, and what its findings break.
fn of(policy: &Policy) -> String {
    let metadata = &policy.metadata;
    let engines: Vec<&str> = metadata.dialects.iter().map(|engine| engine.title()).collect();
    let breaks: Vec<&str> = metadata.promise.iter().map(|breaks| breaks.name()).collect();
    let mut of = String::new();
    if !engines.is_empty() {
        let _ = write!(of, ", for {}", engines.join(", "));
    }
    if !breaks.is_empty() {
        let _ = write!(of, "; breaks {} (`promise` in lockgate.yaml)", breaks.join(", "));
    }
    of
}

/// Text in a cell of a table.
fn cell(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}

/// The index of the pages, for `docs/policies/README.md`: each pack with its policies.
pub fn index(packs: &[(&str, Vec<&Policy>)]) -> String {
    let mut text = String::from("# Packs of policies\n\n| pack | policies |\n| --- | --- |\n");
    for (pack, policies) in packs {
        let names: Vec<&str> =
            policies.iter().filter_map(|it| it.rule.id.rsplit('/').next()).collect();
        let _ = writeln!(text, "| [{pack}]({pack}.md) | {} |", names.join(", "));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::policy;
    use crate::policy::test::files::{Files, policy_of};
    use crate::tree::WorkTree;
    use std::collections::BTreeMap;
    use std::path::Path;

    #[test]
    fn pages_are_what_the_packs_say() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut files = Files::default();
        files.add(&WorkTree::seen_from(root, &["policies".into()]), None).unwrap();
        let policies = policy::load(files.policies, &Config::default()).unwrap();
        let pack_of = |policy: &Policy| policy.rule.id.split('/').next().unwrap_or_default();
        let mut wanted: BTreeMap<String, String> = BTreeMap::new();
        let mut packs: Vec<(&str, Vec<&Policy>)> = Vec::new();
        for own in policies.policies.chunk_by(|a, b| pack_of(a) == pack_of(b)) {
            let (pack, all) = (pack_of(&own[0]), own.iter().collect::<Vec<_>>());
            let with_fixtures = |policy: &'_ &Policy| {
                let is_of =
                    |it: &&Fixture| policy_of(&it.file.path) == policy_of(&policy.file.path);
                files.fixtures.iter().filter(is_of).collect()
            };
            let shown: Vec<_> = all.iter().map(|policy| (*policy, with_fixtures(policy))).collect();
            wanted.insert(format!("{pack}.md"), page(pack, &shown));
            packs.push((pack, all));
        }
        wanted.insert("README.md".to_owned(), index(&packs));
        crate::docs::tests::assert_pages("docs/policies", &wanted);
    }
}
