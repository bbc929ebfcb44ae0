//! Places that a policy can point at without being able to make one up.

use crate::finding::Subject;
use crate::source::{FileId, Span};
use std::sync::Arc;

/// Where a node of an input document stands, and what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub file: FileId,
    /// Where in it.
    pub span: Span,
    /// What a finding there is about, where the node is an object.
    pub subject: Option<Subject>,
}

/// The places of a document: `loc` is an index.
#[derive(Clone, Debug, Default)]
pub struct Places {
    /// Those of `data.catalog`, which come first in every document.
    shared: Arc<Vec<Place>>,
    own: Vec<Place>,
}

impl Places {
    /// The `loc` of a place.
    pub fn add(&mut self, place: Place) -> u32 {
        self.own.push(place);
        u32::try_from(self.shared.len() + self.own.len() - 1).unwrap_or(u32::MAX)
    }

    /// The place of a `loc`; `None` for a number that nobody gave out.
    pub fn get(&self, loc: u32) -> Option<&Place> {
        let index = usize::try_from(loc).ok()?;
        match index.checked_sub(self.shared.len()) {
            None => self.shared.get(index),
            Some(index) => self.own.get(index),
        }
    }

    /// The same places as ones that clones share: a document goes on from a clone.
    pub fn share(self) -> Self {
        let shared = self.shared.iter().cloned().chain(self.own).collect();
        Self { shared: Arc::new(shared), own: Vec::new() }
    }
}
