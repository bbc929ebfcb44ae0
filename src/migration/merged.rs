//! What stood on the base branch, beside what a branch makes of it.

use super::{Direction, Migration, ReadMigration, Version};
use std::collections::{BTreeMap, BTreeSet};

/// The base branch, and the files that differ from it; paths as those of the migrations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Merged {
    /// The base branch, as messages name it.
    pub base: String,
    /// Files that are new.
    pub added: BTreeSet<String>,
    /// Files that say something else now.
    pub edited: BTreeSet<String>,
    /// Files under a new path, and the old one.
    pub renamed: BTreeMap<String, String>,
    /// Files that are gone.
    pub deleted: BTreeSet<String>,
    /// The migrations of the base branch in the files that are edited, renamed or gone.
    pub migrations: Vec<MergedMigration>,
    /// What is found on the base branch in files that are edited or renamed: rule and subject.
    pub known: BTreeSet<(String, String)>,
}

/// A migration of the base branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MergedMigration {
    /// The path of its file there.
    pub path: String,
    /// Which way it goes.
    pub direction: Direction,
    /// Its version.
    pub version: Version,
    /// Its title.
    pub title: String,
    /// What it runs, without comments.
    pub statements: Vec<String>,
}

impl MergedMigration {
    /// A migration as it was.
    pub fn new(path: &str, read: &ReadMigration) -> Self {
        let Migration { direction, version, title, .. } = &read.migration;
        let statements = read.statements.iter().map(|statement| statement.text.clone());
        Self {
            path: path.to_owned(),
            direction: *direction,
            version: version.clone(),
            title: title.clone(),
            statements: statements.collect(),
        }
    }

    /// Whether a database that it ran on has run it.
    pub fn runs_once(&self) -> bool {
        matches!(self.direction, Direction::Up | Direction::Baseline)
    }

    /// Whether it is the same migration: it goes the same way to or from the same version.
    pub fn is(&self, other: &Migration) -> bool {
        self.direction == other.direction && self.version.key == other.version.key
    }
}

impl Merged {
    /// Whether a file is new or differs.
    pub fn touches(&self, path: &str) -> bool {
        self.added.contains(path) || self.edited.contains(path) || self.renamed.contains_key(path)
    }

    /// Whether something was found on the base branch already: in a file that is no new one.
    pub fn knows(&self, path: &str, rule: &str, subject: &str) -> bool {
        !self.added.contains(path) && self.known.contains(&(rule.to_owned(), subject.to_owned()))
    }

    /// The migrations of a file of the base branch.
    pub fn of<'a>(&'a self, path: &'a str) -> impl Iterator<Item = &'a MergedMigration> {
        self.migrations.iter().filter(move |it| it.path == path)
    }
}
