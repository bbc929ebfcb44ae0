//! The catalog: the schema as the migrations so far have made it.

/// A schema.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Catalog {}

/// A table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {}
