//! Which files of a source are policies.

use crate::finding::Failure;
use crate::policy::Policy;
use crate::source::{SourceFile, Span};
use crate::tree::Tree;

const SUFFIX: &str = ".rego";
const TEST_SUFFIX: &str = "_test.rego";

/// Whether a file is a policy by its name, and no test of one.
pub fn is_policy(path: &str) -> bool {
    path.ends_with(SUFFIX) && !path.ends_with(TEST_SUFFIX)
}

/// The policies of a tree; `commit` stands before their paths where it is that of a commit.
///
/// # Errors
/// What cannot be listed or read.
pub fn of_tree(tree: &dyn Tree, commit: &str) -> Result<Vec<SourceFile>, Vec<Failure>> {
    let listing = tree.list();
    let shown = |path: &str| match commit {
        "" => path.to_owned(),
        commit => format!("{commit}:{path}"),
    };
    let problems = listing.problems.iter();
    let mut failures: Vec<Failure> = problems
        .map(|problem| Failure::new(shown(&problem.path), problem.error.to_string()))
        .collect();
    let mut files = Vec::new();
    for path in listing.files.iter().filter(|path| is_policy(path)) {
        let shown = shown(path);
        let text = tree
            .read(path)
            .map_err(|error| error.to_string())
            .and_then(|bytes| SourceFile::decode(&*shown, &bytes).map_err(|why| why.to_string()));
        match text {
            Ok(file) => files.push(file),
            Err(why) => failures.push(Failure::new(shown, why)),
        }
    }
    if failures.is_empty() { Ok(files) } else { Err(failures) }
}

/// Policies of one id: each but the first, at its package.
pub fn twice(policies: &[Policy]) -> Vec<Failure> {
    let mut failures = Vec::new();
    for policy in policies {
        let first = policies.iter().find(|it| it.rule.id == policy.rule.id);
        let Some(first) = first.filter(|first| !std::ptr::eq(*first, policy)) else { continue };
        let line = format!("package {}", policy.package);
        let at = policy.file.text.find(&line).unwrap_or_default();
        let span = Span::new(at, at + line.len());
        let message = format!("{} is `{}` too: keep one of them", first.file.path, policy.rule.id);
        failures.push(Failure::at(&policy.file, span, message));
    }
    failures
}
