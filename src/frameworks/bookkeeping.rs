//! The tables in which frameworks keep what they ran: they are part of the database, and not of the
//! schema that somebody designed.

/// A table and the frameworks that make it (their own documentation and sources); no framework: its
/// name is so plain that it is nobody else's.
const TABLES: &[(&str, &[&str])] = &[
    ("__diesel_schema_migrations", &[]),
    ("__drizzle_migrations", &[]),
    ("__efmigrationshistory", &[]),
    ("_prisma_migrations", &[]),
    ("_sqlx_migrations", &[]),
    ("alembic_version", &[]),
    ("ar_internal_metadata", &[]),
    ("atlas_schema_revisions", &[]),
    ("databasechangelog", &[]),
    ("databasechangeloglock", &[]),
    ("django_migrations", &[]),
    ("flyway_schema_history", &[]),
    ("goose_db_version", &[]),
    ("gorp_migrations", &[]),
    ("knex_migrations", &[]),
    ("knex_migrations_lock", &[]),
    ("migrations", &["rambler"]),
    ("pgmigrations", &[]),
    ("play_evolutions", &[]),
    ("play_evolutions_lock", &[]),
    ("refinery_schema_history", &[]),
    ("schema_migrations", &[]),
    ("schema_version", &["flyway", "tern"]),
    ("sequelizemeta", &[]),
];

/// Whether a framework keeps its books in a table of this name.
pub fn is_bookkeeping(framework: &str, table: &str) -> bool {
    let table = table.to_lowercase();
    let known = TABLES.binary_search_by_key(&table.as_str(), |(name, _)| name);
    let known = known.ok().and_then(|at| TABLES.get(at));
    known.is_some_and(|(_, only)| only.is_empty() || only.contains(&framework))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn books_are_known_by_name_and_plain_names_by_their_framework() {
        assert!(TABLES.is_sorted());
        assert!(is_bookkeeping("liquibase", "DATABASECHANGELOG"));
        assert!(is_bookkeeping("plain", "schema_migrations"));
        assert!(is_bookkeeping("flyway", "schema_version"));
        assert!(!is_bookkeeping("plain", "schema_version"));
        assert!(!is_bookkeeping("flyway", "orders"));
    }
}
