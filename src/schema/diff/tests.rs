//! Comparisons of two schemas.
