//! From findings to a verdict: allows, levels, modes.
