//! Text to changes.
