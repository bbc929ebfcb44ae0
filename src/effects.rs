//! What an engine does when a change runs: what it rewrites, scans and rebuilds.

/// PostgreSQL.
pub mod postgres {
    pub mod types;
}
