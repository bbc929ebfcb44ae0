//! Files that are not on disk.

use super::{Given, Listing, ReadError, Tree, below, join};
use std::collections::BTreeMap;

/// Files in memory: standard input, and tests.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    files: BTreeMap<String, Vec<u8>>,
    given: Vec<Given>,
}

impl Memory {
    /// These files, as if the current folder had been given.
    pub fn new<P: Into<String>, B: Into<Vec<u8>>>(files: impl IntoIterator<Item = (P, B)>) -> Self {
        let files = files.into_iter().map(|(path, bytes)| (path.into(), bytes.into())).collect();
        Self { files, given: vec![Given { path: ".".to_owned(), is_folder: true }] }
    }

    /// One file, given by its name.
    pub fn one_file(path: impl Into<String>, bytes: Vec<u8>) -> Self {
        let path = join(".", &path.into());
        let given = vec![Given { path: path.clone(), is_folder: false }];
        Self { files: BTreeMap::from([(path, bytes)]), given }
    }

    /// The same files, as if these paths had been given.
    pub fn given(mut self, paths: &[&str]) -> Self {
        let given = |path: &&str| Given {
            path: (*path).to_owned(),
            is_folder: !self.files.contains_key(*path),
        };
        self.given = paths.iter().map(given).collect();
        self
    }
}

impl Tree for Memory {
    fn list(&self) -> Listing {
        let is_given = |file: &&String| {
            self.given
                .iter()
                .any(|given| **file == given.path || below(file, &given.path).is_some())
        };
        let files = self.files.keys().filter(is_given).cloned().collect();
        Listing { given: self.given.clone(), files, problems: Vec::new(), partial: false }
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        self.files.get(path).cloned().ok_or(ReadError::NotFound)
    }
}
