//! The names that `dbms` may hold.
//!
//! Facts: `getShortName` of each `Database` in Liquibase and its extensions [S]. The newest versions
//! refuse a name that is none of theirs; older ones pass the changeset over without a word.

use crate::dialect::Engine;
use crate::frameworks::paths::{self, Database};

/// Liquibase's short names.
const NAMES: &[&str] = &[
    "asany", "bigquery", "cache", "cassandra", "clickhouse", "cloudspanner", "cockroachdb", "cosmosdb",
    "couchbase", "databricks", "db2", "db2i", "db2z", "derby", "duckdb", "dynamodb", "edb", "exasol",
    "firebird", "h2", "hana", "hanadb", "hive", "hsqldb", "impala", "informix", "ingres", "iris",
    "mariadb", "maxdb", "mock", "mongodb", "mssql", "mysql", "neo4j", "netezza", "oracle",
    "postgresql", "redshift", "snowflake", "sqlite", "sybase", "teradata", "tidb", "trino",
    "unsupported", "vertica", "yugabytedb",
];

/// The short name of an engine.
pub fn name(engine: Engine) -> &'static str {
    match engine {
        Engine::Postgres => "postgresql",
        engine => engine.name(),
    }
}

/// The entries of a list.
pub fn listed(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').map(str::trim).filter(|entry| !entry.is_empty())
}

/// The entry of a list that is no name, if it names any: first one that was meant for PostgreSQL.
pub fn unknown(list: &str) -> Option<&str> {
    let is_known = |entry: &str| {
        let entry = entry.to_ascii_lowercase();
        entry.starts_with('!') || ["all", "none"].contains(&&*entry) || NAMES.contains(&&*entry)
    };
    let unknown: Vec<&str> = listed(list).filter(|entry| !is_known(entry)).collect();
    let postgres = unknown.iter().find(|entry| meant(entry) == Some(name(Engine::Postgres)));
    postgres.or(unknown.first()).copied()
}

/// The short name that an entry was meant to be.
pub fn meant(entry: &str) -> Option<&'static str> {
    let entry = entry.trim_matches(['"', '\'']);
    match paths::database_word(entry) {
        Some(Database::Read(engine)) => Some(name(engine)),
        Some(Database::Other("sqlserver")) => Some("mssql"),
        Some(Database::Other("spanner")) => Some("cloudspanner"),
        Some(Database::Other(name)) => Some(name),
        None => {
            let entry = entry.to_ascii_lowercase();
            let is_postgres = entry.starts_with("post") || entry.starts_with("pg");
            is_postgres.then(|| name(Engine::Postgres))
        }
    }
}
