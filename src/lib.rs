//! lockgate decides whether a database schema migration is safe to ship.
//!
//! The modules stand in reading order: text, dialects, migrations, their statements as changes,
//! the catalog they make, findings, rules.

pub mod config;
pub mod dialect;
pub mod docs;
pub mod effects;
pub mod finding;
pub mod frameworks;
pub mod judge;
pub mod migration;
pub mod replay;
pub mod report;
pub mod rules;
pub mod schema;
pub mod source;
pub mod sql;
pub mod tree;
