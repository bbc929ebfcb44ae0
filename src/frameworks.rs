//! The table of framework adapters, and which one a folder belongs to.
