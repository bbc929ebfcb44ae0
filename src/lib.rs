//! lockgate decides whether a database schema migration is safe to ship.
//!
//! The modules stand in reading order: text, dialects, migrations, their statements as changes,
//! the catalog they make, findings, rules.

pub mod source;
pub mod dialect;
pub mod schema;
pub mod migration;
pub mod tree;
pub mod frameworks;
pub mod sql;
pub mod replay;
pub mod finding;
pub mod rules;
pub mod config;
pub mod judge;
pub mod docs;
pub mod report;
