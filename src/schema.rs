//! The nouns of a schema: names, types, expressions, changes, and the catalog.

/// A word for each variant of an enum, and the list of them all, so that neither can grow stale.
macro_rules! words {
    ($(#[$meta:meta])* $all:ident, $name:ident($this:ident: $receiver:ty):
     $($pattern:pat $(if $guard:expr)? => $word:literal,)+) => {
        /// Every word that this can be.
        pub const $all: &'static [&'static str] = &[$($word),+];

        $(#[$meta])*
        pub fn $name($this: $receiver) -> &'static str {
            match $this {
                $($pattern $(if $guard)? => $word,)+
            }
        }
    };
}

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
