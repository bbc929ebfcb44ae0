//! The set of migrations as a whole.

use super::Step;
use crate::migration::merged::Merged;
use crate::migration::{Migration, ReadMigration};

/// The set of migrations.
#[derive(Debug)]
pub struct History<'a> {
    /// The steps of each.
    pub steps: &'a [Vec<Step<'a>>],
    /// All of them, in the order in which they run; down migrations too.
    pub migrations: &'a [ReadMigration],
    /// The path of a migration's file.
    pub paths: &'a [String],
    /// What stood on the base branch; `None` where that was not asked for.
    pub merged: Option<&'a Merged>,
}

impl<'a> History<'a> {
    /// The path of a migration's file.
    pub fn path(&self, migration: &Migration) -> &'a str {
        let index = usize::try_from(migration.file.0).unwrap_or(usize::MAX);
        self.paths.get(index).map_or("", String::as_str)
    }
}
