//! Text to changes.

pub mod cursor;
pub mod split;
pub mod token;
