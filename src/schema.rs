//! The nouns of a schema: names, types, expressions, changes, and the catalog.

pub mod canonical;
pub mod catalog;
pub mod change;
pub mod diff;
pub mod document;
pub mod expr;
pub mod knowledge;
pub mod name;
pub mod quote;
pub mod table;
pub mod types;
