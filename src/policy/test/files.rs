//! What belongs to a policy: its tests and its fixtures, by their names.

use crate::finding::Failure;
use crate::policy::fixture::Fixture;
use crate::source::SourceFile;
use crate::tree::{Tree, parent};
use std::collections::BTreeSet;

/// Policies, and what tests them.
#[derive(Clone, Debug, Default)]
pub struct Files {
    /// `<name>.rego`.
    pub policies: Vec<SourceFile>,
    /// `<name>_test.rego`.
    pub tests: Vec<SourceFile>,
    /// `<name>_test/*.sql`.
    pub fixtures: Vec<Fixture>,
}

/// What a file is to a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Policy,
    Test,
    Fixture,
}

/// What a file is by its name, and its policy: a path without `.rego`.
fn part(path: &str) -> Option<(Kind, &str)> {
    if let Some(path) = path.strip_suffix(".rego") {
        return Some(match path.strip_suffix("_test") {
            Some(policy) => (Kind::Test, policy),
            None => (Kind::Policy, path),
        });
    }
    let (folder, _) = path.strip_suffix(".sql")?.rsplit_once('/')?;
    Some((Kind::Fixture, folder.strip_suffix("_test")?))
}

/// The policy that a file belongs to, as a path without `.rego`.
pub fn policy_of(path: &str) -> Option<&str> {
    part(path).map(|(_, policy)| policy)
}

impl Files {
    /// Adds what a tree lists; with `only`, what belongs to that policy.
    ///
    /// # Errors
    /// What cannot be read, and tests of a policy that is not there.
    pub fn add(&mut self, tree: &dyn Tree, only: Option<&str>) -> Result<(), Vec<Failure>> {
        let listing = tree.list();
        let problems = listing.problems.iter();
        let mut failures: Vec<Failure> =
            problems.map(|it| Failure::new(&it.path, it.error.to_string())).collect();
        let parts: Vec<(&str, Kind, &str)> = listing
            .files
            .iter()
            .filter_map(|path| part(path).map(|(kind, policy)| (path.as_str(), kind, policy)))
            .filter(|(_, _, policy)| only.is_none_or(|only| only == *policy))
            .collect();
        let all = |kind| parts.iter().filter(move |part| part.1 == kind);
        let policies: BTreeSet<&str> = all(Kind::Policy).map(|part| part.2).collect();
        // Other folders may be called so, and hold any SQL.
        let rego = parts.iter().filter(|it| it.1 != Kind::Fixture);
        let folders: BTreeSet<_> = rego.map(|it| parent(it.0)).collect();
        for (path, kind, policy) in &parts {
            if *kind == Kind::Fixture && !folders.contains(&parent(policy)) {
                continue;
            }
            if !policies.contains(policy) {
                let message = format!("it tests `{policy}.rego`, and there is no such file");
                failures.push(Failure::new(*path, message));
                continue;
            }
            match read(tree, path).map_err(Vec::from).and_then(|it| self.take(*kind, it)) {
                Ok(()) => {}
                Err(found) => failures.extend(found),
            }
        }
        if failures.is_empty() { Ok(()) } else { Err(failures) }
    }

    fn take(&mut self, kind: Kind, file: SourceFile) -> Result<(), Vec<Failure>> {
        let known = |files: &[SourceFile]| files.iter().any(|known| known.path == file.path);
        match kind {
            // Two paths of a command line may hold each other.
            Kind::Policy if known(&self.policies) => {}
            Kind::Test if known(&self.tests) => {}
            Kind::Fixture if self.fixtures.iter().any(|it| it.file.path == file.path) => {}
            Kind::Policy => self.policies.push(file),
            Kind::Test => self.tests.push(file),
            Kind::Fixture => self.fixtures.push(Fixture::read(file)?),
        }
        Ok(())
    }
}

fn read(tree: &dyn Tree, path: &str) -> Result<SourceFile, Failure> {
    let bytes = tree.read(path).map_err(|error| Failure::new(path, error.to_string()))?;
    SourceFile::decode(path, &bytes).map_err(|error| Failure::new(path, error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Memory;

    fn found(files: &[&str], only: Option<&str>) -> Result<Vec<String>, Vec<String>> {
        let mut found = Files::default();
        let tree = Memory::new(files.iter().map(|path| (*path, "-- x")));
        match found.add(&tree, only) {
            Ok(()) => {
                let rego = found.policies.iter().chain(&found.tests).map(|it| it.path.clone());
                Ok(rego.chain(found.fixtures.iter().map(|it| it.file.path.clone())).collect())
            }
            Err(failures) => Err(failures.into_iter().map(|it| it.path).collect()),
        }
    }

    #[test]
    fn tests_and_fixtures_stand_beside_their_policy() {
        let files = ["p/a.rego", "p/a_test.rego", "p/a_test/x.sql", "p/b.rego", "db_test/x.sql"];
        assert_eq!(found(&files, None).unwrap(), ["p/a.rego", "p/b.rego", files[1], files[2]]);
        assert_eq!(found(&files, Some("p/a")).unwrap(), &files[..3]);
        assert_eq!(policy_of("p/a_test/x.sql"), Some("p/a"));
        assert_eq!(policy_of("p/x.sql"), None);
    }

    #[test]
    fn tests_of_nothing_are_named() {
        let files = ["p/a.rego", "p/b_test.rego", "p/c_test/x.sql"];
        assert_eq!(found(&files, None).unwrap_err(), &files[1..]);
    }
}
