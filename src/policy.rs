//! Rego policies beside the built-in rules.
