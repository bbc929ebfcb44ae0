//! Functions that are known to leave the schema alone.
//!
//! A `SELECT` or `CALL` runs whatever its functions do. It is harmless only when each of them is in
//! this list, or was created by a migration with a body that could be read and only reads or
//! writes rows.

use crate::schema::name::Name;

/// Functions of PostgreSQL and its common extensions (pgcrypto, uuid-ossp, fuzzystrmatch, pg_trgm,
/// unaccent) that neither define nor drop anything (manual, "Functions and Operators").
#[rustfmt::skip]
const HARMLESS: &[&str] = &[
    "abbrev", "abs", "acos", "age", "all", "any", "any_value", "app", "array", "array_agg",
    "array_append", "array_cat", "array_dims", "array_fill", "array_length", "array_lower",
    "array_ndims", "array_position", "array_positions", "array_prepend", "array_remove",
    "array_replace", "array_sample", "array_shuffle", "array_to_json", "array_to_string",
    "array_to_tsvector", "array_upper", "ascii", "asin", "atan", "atan2", "avg", "bit_and",
    "bit_length", "bit_or", "bool_and", "bool_or", "box", "brin_summarize_new_values",
    "broadcast", "btrim", "cardinality", "cast", "cbrt", "ceil", "ceiling", "char_length",
    "character_length", "chr", "circle", "clock_timestamp", "coalesce", "col_description",
    "concat", "concat_ws", "convert", "convert_from", "convert_to", "corr", "cos", "cot", "count",
    "crypt", "cume_dist", "current_database", "current_query", "current_schema",
    "current_schemas", "current_setting", "current_user", "currval", "date", "date_add",
    "date_bin", "date_part", "date_subtract", "date_trunc", "daterange", "decode", "degrees",
    "dense_rank", "digest", "div", "encode", "every", "exists", "exp", "extract", "factorial",
    "family", "first_value", "floor", "format", "format_type", "gcd", "gen_random_bytes",
    "gen_random_uuid", "gen_salt", "generate_series", "generate_subscripts", "get_bit",
    "get_byte", "get_current_ts_config", "gin_clean_pending_list", "greatest", "grouping",
    "has_any_column_privilege", "has_column_privilege", "has_database_privilege",
    "has_function_privilege", "has_schema_privilege", "has_sequence_privilege",
    "has_table_privilege", "hashtext", "hmac", "host", "hostmask", "inet_client_addr",
    "inet_server_addr", "initcap", "int4range", "int8range", "isempty", "isfinite", "json_agg",
    "json_array_elements", "json_array_elements_text", "json_array_length", "json_build_array",
    "json_build_object", "json_each", "json_each_text", "json_extract_path",
    "json_extract_path_text", "json_object", "json_object_agg", "json_object_keys",
    "json_populate_record", "json_populate_recordset", "json_strip_nulls", "json_to_record",
    "json_to_recordset", "json_typeof", "jsonb_agg", "jsonb_array_elements",
    "jsonb_array_elements_text", "jsonb_array_length", "jsonb_build_array", "jsonb_build_object",
    "jsonb_each", "jsonb_each_text", "jsonb_exists", "jsonb_extract_path",
    "jsonb_extract_path_text", "jsonb_insert", "jsonb_object", "jsonb_object_agg",
    "jsonb_object_keys", "jsonb_path_exists", "jsonb_path_query", "jsonb_path_query_array",
    "jsonb_path_query_first", "jsonb_populate_record", "jsonb_populate_recordset", "jsonb_pretty",
    "jsonb_set", "jsonb_strip_nulls", "jsonb_to_record", "jsonb_to_recordset",
    "jsonb_to_tsvector", "jsonb_typeof", "justify_days", "justify_hours", "justify_interval",
    "lag", "last_value", "lastval", "lcm", "lead", "least", "left", "length", "levenshtein", "ln",
    "localtime", "localtimestamp", "log", "lower", "lower_inc", "lower_inf", "lpad", "ltrim",
    "make_date", "make_interval", "make_time", "make_timestamp", "make_timestamptz", "masklen",
    "max", "md5", "min", "mod", "mode", "netmask", "network", "nextval", "now", "nth_value",
    "ntile", "nullif", "nullifzero", "num_nonnulls", "num_nulls", "numrange", "obj_description",
    "octet_length", "overlay", "parse_ident", "percent_rank", "percentile_cont",
    "percentile_disc", "pg_advisory_lock", "pg_advisory_unlock", "pg_advisory_unlock_all",
    "pg_advisory_xact_lock", "pg_backend_pid", "pg_blocking_pids", "pg_cancel_backend",
    "pg_char_to_encoding", "pg_collation_for", "pg_column_size", "pg_current_xact_id",
    "pg_database_size", "pg_encoding_to_char", "pg_export_snapshot", "pg_get_constraintdef",
    "pg_get_expr", "pg_get_function_identity_arguments", "pg_get_functiondef", "pg_get_indexdef",
    "pg_get_serial_sequence", "pg_get_triggerdef", "pg_get_userbyid", "pg_get_viewdef",
    "pg_has_role", "pg_indexes_size", "pg_is_in_recovery", "pg_notify",
    "pg_postmaster_start_time", "pg_relation_size", "pg_size_pretty", "pg_sleep", "pg_sleep_for",
    "pg_sleep_until", "pg_stat_reset", "pg_stat_statements_reset", "pg_table_is_visible",
    "pg_table_size", "pg_terminate_backend", "pg_total_relation_size", "pg_try_advisory_lock",
    "pg_try_advisory_xact_lock", "pg_typeof", "phraseto_tsquery", "plainto_tsquery", "point",
    "position", "power", "quote_ident", "quote_literal", "quote_nullable", "radians", "random",
    "rank", "regexp_count", "regexp_instr", "regexp_like", "regexp_match", "regexp_matches",
    "regexp_replace", "regexp_split_to_array", "regexp_split_to_table", "regexp_substr",
    "regr_slope", "repeat", "replace", "reverse", "right", "round", "row", "row_number",
    "row_to_json", "rpad", "rtrim", "scale", "session_user", "set_bit", "set_byte", "set_masklen",
    "setseed", "setval", "setweight", "sha224", "sha256", "sha384", "sha512", "shobj_description",
    "sign", "similarity", "sin", "some", "split_part", "sqrt", "starts_with",
    "statement_timestamp", "stddev", "stddev_pop", "stddev_samp", "string_agg", "string_to_array",
    "string_to_table", "strip", "strpos", "substr", "substring", "sum", "tan", "text",
    "timeofday", "timezone", "to_ascii", "to_char", "to_date", "to_hex", "to_json", "to_jsonb",
    "to_number", "to_regclass", "to_regnamespace", "to_regproc", "to_regrole", "to_regtype",
    "to_timestamp", "to_tsquery", "to_tsvector", "transaction_timestamp", "translate", "trim",
    "trim_array", "trim_scale", "trunc", "ts_headline", "ts_rank", "tsrange", "tstzrange",
    "txid_current", "txid_current_if_assigned", "unaccent", "unnest", "upper", "upper_inc",
    "upper_inf", "uuid_generate_v1", "uuid_generate_v1mc", "uuid_generate_v4", "uuid_generate_v5",
    "uuid_nil", "uuidv4", "uuidv7", "var_pop", "var_samp", "variance", "version",
    "websearch_to_tsquery", "width_bucket", "word_similarity", "xmlagg", "xmlelement",
];

/// Whether a call of this function cannot change the schema.
pub fn is_harmless(function: &Name) -> bool {
    function.schema.as_deref().is_none_or(|schema| schema == "pg_catalog" || schema == "public")
        && HARMLESS.binary_search(&function.name.as_str()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_and_answers() {
        assert!(HARMLESS.is_sorted());
        assert!(is_harmless(&Name::bare("now")));
        assert!(!is_harmless(&Name::bare("create_hypertable")));
        assert!(!is_harmless(&Name::qualified("app", "now")));
    }
}
