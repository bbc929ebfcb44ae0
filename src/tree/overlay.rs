//! A tree in which some files are new or changed.

use super::{Listing, ReadError, Tree, below};
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// Files over those of another tree. A new file is listed where a folder above it was given.
#[derive(Clone, Debug)]
pub struct Overlay<'a> {
    below: &'a dyn Tree,
    files: BTreeMap<String, String>,
}

impl<'a> Overlay<'a> {
    /// The tree as it is.
    pub fn new(below: &'a dyn Tree) -> Self {
        Self { below, files: BTreeMap::new() }
    }

    /// Lays a file over it.
    pub fn write(&mut self, path: impl Into<String>, text: impl Into<String>) {
        self.files.insert(path.into(), text.into());
    }

    /// The files that were laid over it.
    pub fn files(&self) -> &BTreeMap<String, String> {
        &self.files
    }
}

impl Tree for Overlay<'_> {
    fn list(&self) -> Listing {
        let mut listing = self.below.list();
        let folders = listing.given.iter().filter(|given| given.is_folder);
        let folders: Vec<&str> = folders.map(|given| given.path.as_str()).collect();
        let is_given = |path: &&String| folders.iter().any(|it| below(path, it).is_some());
        listing.files.extend(self.files.keys().filter(is_given).cloned());
        listing.files.sort();
        listing.files.dedup();
        listing
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        match self.files.get(path) {
            Some(text) => Ok(text.clone().into_bytes()),
            None => self.below.read(path),
        }
    }

    fn read_short(&self, path: &str, bytes_max: u64) -> Result<Option<Vec<u8>>, ReadError> {
        match self.files.get(path) {
            Some(text) if text.len() as u64 > bytes_max => Ok(None),
            Some(text) => Ok(Some(text.clone().into_bytes())),
            None => self.below.read_short(path, bytes_max),
        }
    }

    fn peek(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        match self.files.contains_key(path) {
            true => self.read(path).map(|mut bytes| {
                bytes.truncate(super::PEEK_BYTES);
                bytes
            }),
            false => self.below.peek(path),
        }
    }

    fn stream(
        &self,
        path: &str,
        see: &mut dyn FnMut(&[u8]) -> ControlFlow<()>,
    ) -> Result<(), ReadError> {
        match self.files.get(path) {
            Some(text) => super::packed::stream(text.as_bytes(), see),
            None => self.below.stream(path, see),
        }
    }

    fn normal(&self, path: &str) -> String {
        self.below.normal(path)
    }
}
