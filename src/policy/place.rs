//! Places that a policy can point at without being able to make one up.

use crate::finding::Subject;
use crate::source::{FileId, Span};

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
    places: Vec<Place>,
}

impl Places {
    /// The `loc` of a place.
    pub fn add(&mut self, place: Place) -> u32 {
        self.places.push(place);
        u32::try_from(self.places.len() - 1).unwrap_or(u32::MAX)
    }

    /// The place of a `loc`; `None` for a number that nobody gave out.
    pub fn get(&self, loc: u32) -> Option<&Place> {
        self.places.get(usize::try_from(loc).ok()?)
    }
}
