//! A tree without the files that `exclude` names.

use crate::tree::{Listing, ReadError, Tree, glob, join};
use std::ops::ControlFlow;

/// A tree seen through `exclude`. A file that is given by name is left out too, because hooks
/// name every file that changed.
#[derive(Debug)]
pub struct Excluding<'a> {
    /// The tree.
    pub tree: &'a dyn Tree,
    /// The globs, relative to the folder of the config.
    pub globs: &'a [String],
    /// The current folder, seen from the folder of the config.
    pub current: &'a str,
}

impl Excluding<'_> {
    fn keeps(&self, path: &str) -> bool {
        if self.globs.is_empty() {
            return true;
        }
        let path = join(self.current, path);
        !self.globs.iter().any(|glob| glob::matches(glob, &path))
    }
}

impl Tree for Excluding<'_> {
    fn list(&self) -> Listing {
        let mut listing = self.tree.list();
        let all = listing.files.len();
        listing.files.retain(|path| self.keeps(path));
        listing.partial |= listing.files.len() < all;
        listing.given.retain(|given| self.keeps(&given.path));
        listing.problems.retain(|problem| self.keeps(&problem.path));
        listing
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        self.tree.read(path)
    }

    fn read_short(&self, path: &str, bytes_max: u64) -> Result<Option<Vec<u8>>, ReadError> {
        self.tree.read_short(path, bytes_max)
    }

    fn peek(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        self.tree.peek(path)
    }

    fn stream(
        &self,
        path: &str,
        see: &mut dyn FnMut(&[u8]) -> ControlFlow<()>,
    ) -> Result<(), ReadError> {
        self.tree.stream(path, see)
    }

    fn normal(&self, path: &str) -> String {
        self.tree.normal(path)
    }
}
