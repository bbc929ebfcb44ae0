//! Expressions, kept as text with the names in them.
//!
//! No syntax tree: a default, a predicate or a CHECK is compared, shown and searched for names,
//! never computed.

use crate::schema::name::Name;
use std::collections::BTreeSet;

/// An expression in a definition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expr {
    /// Its tokens with one space between them where the source had any, unquoted words lowered:
    /// two spellings that differ in case and layout are equal.
    pub text: String,
    /// Identifiers that are not called: columns, and words that may be columns.
    pub columns: BTreeSet<String>,
    /// Functions that are called.
    pub functions: BTreeSet<Name>,
    /// Whether it is a plain literal (a number, a string, `TRUE`, `FALSE`, `NULL`), a cast of
    /// one included.
    pub literal: bool,
}
