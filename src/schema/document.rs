//! The objects of a catalog as documents: what `lockgate schema --format json` prints and what
//! policies see. `docs/schema.md` says what each key holds. What is not there has no key.

mod object;
mod table;

pub use object::{
    Attribute, Comment, Other, OwnedBy, Privilege, Sequence, Type, View, sequence_options,
};
pub use table::{
    Column, Constraint, ConstraintKind, Generated, Identity, Index, IndexKey, PartitionOf,
    References, Table,
};

/// A text, unless it is empty.
pub fn text(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// Whether a flag has no key.
#[allow(clippy::trivially_copy_pass_by_ref)] // serde passes what it asks about by reference
pub fn is_false(flag: &bool) -> bool {
    !flag
}
