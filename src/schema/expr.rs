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
    /// Whether it compares with NULL by `=` or `<>`, which is never true.
    pub compares_null: bool,
}

/// A text without parentheses around all of it; what stands in quotes does not count.
pub fn unwrapped(text: &str) -> &str {
    let mut text = text.trim();
    while let Some(inner) = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'))
        && is_balanced(inner)
    {
        text = inner.trim();
    }
    text
}

/// Whether each parenthesis outside quotes is closed behind the place where it was opened.
fn is_balanced(text: &str) -> bool {
    let (mut depth, mut quote) = (0_usize, None);
    for c in text.chars() {
        match (quote, c) {
            (Some(open), c) => quote = Some(open).filter(|open| *open != c),
            (None, '\'' | '"') => quote = Some(c),
            (None, '(') => depth += 1,
            (None, ')') if depth == 0 => return false,
            (None, ')') => depth -= 1,
            (None, _) => {}
        }
    }
    depth == 0
}
