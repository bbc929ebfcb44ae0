//! What policies see: a migration as `input`, the schema behind the last one as `data.catalog`.

pub mod change;
pub mod document;
pub mod schema;

pub use document::{Catalog, Document};
pub use schema::schema;
