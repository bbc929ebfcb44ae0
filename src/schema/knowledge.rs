//! How much is known of an object: every look-up in the catalog answers with it.

use crate::source::{FileId, Span};

/// The answer to a look-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Knowledge<T> {
    /// It is as the catalog says.
    Known(T),
    /// Nothing, or not all of it, was seen, and the catalog is not complete: it exists, is old
    /// and large.
    Assumed,
    /// It does not exist.
    Absent,
    /// A statement that was not read, or that may or may not have run, may have touched it.
    Clouded {
        /// That statement.
        by: Cloud,
        /// What was known before it.
        was: Option<T>,
    },
}

impl<T> Knowledge<T> {
    /// The value, if it is certain.
    pub fn known(self) -> Option<T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Assumed | Self::Absent | Self::Clouded { .. } => None,
        }
    }

    /// The value, if it is certain or was so before it was clouded.
    pub fn seen(self) -> Option<T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Clouded { was, .. } => was,
            Self::Assumed | Self::Absent => None,
        }
    }

    /// Whether it is certain that it does not exist.
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// The same answer about a part or a view of the value.
    pub fn map<U>(self, convert: impl FnOnce(T) -> U) -> Knowledge<U> {
        match self {
            Self::Known(value) => Knowledge::Known(convert(value)),
            Self::Assumed => Knowledge::Assumed,
            Self::Absent => Knowledge::Absent,
            Self::Clouded { by, was } => Knowledge::Clouded { by, was: was.map(convert) },
        }
    }
}

/// A statement whose doings are not certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cloud {
    /// The file that it stands in.
    pub file: FileId,
    /// Where.
    pub span: Span,
    /// The tick at which it ran: what was last certain at or before it is clouded.
    pub tick: Tick,
    /// Whether it could not be read at all: that is an error by itself.
    pub unread: bool,
}

/// The number of a statement in the order of the replay; 0 is the base schema.
pub type Tick = u32;
