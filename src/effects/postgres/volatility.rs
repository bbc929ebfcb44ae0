//! Whether an expression gives another value for each row.
//!
//! `pg_proc.provolatile` of PostgreSQL 15, and the extensions' scripts.

use crate::schema::catalog::Catalog;
use crate::schema::change::{Change, CreateRoutine};
use crate::schema::expr::Expr;
use crate::schema::name::{Name, ObjectKind};

/// How often an expression has to be computed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Volatility {
    /// Once is enough: immutable, stable, or a constant.
    Steady,
    /// Nobody knows: this function is neither built in nor in the catalog.
    Unknown(Name),
    /// For each row.
    Volatile,
}

/// Built-in functions, and those of uuid-ossp and pgcrypto, that are volatile and give a value.
#[rustfmt::skip]
pub const VOLATILE: &[&str] = &[
    "clock_timestamp", "current_query", "currval", "gen_random_bytes", "gen_random_uuid",
    "gen_salt", "lastval", "lo_creat", "lo_create", "lo_from_bytea", "nextval", "pg_advisory_lock",
    "pg_advisory_xact_lock", "pg_database_size", "pg_export_snapshot", "pg_is_in_recovery",
    "pg_notify", "pg_relation_size", "pg_sleep", "pg_table_size", "pg_total_relation_size",
    "pg_try_advisory_lock", "query_to_xml", "random", "random_normal", "set_config", "setseed",
    "setval", "timeofday", "uuid_generate_v1", "uuid_generate_v1mc", "uuid_generate_v4", "uuidv4",
    "uuidv7",
];

/// Built-in functions and common extensions' that are stable or immutable, and words that are
/// followed by a parenthesis.
#[rustfmt::skip]
pub const STEADY: &[&str] = &[
    "abs", "age", "all", "any", "array", "array_append", "array_cat", "array_fill", "array_length",
    "array_position", "array_prepend", "array_remove", "array_replace", "array_to_json",
    "array_to_string", "ascii", "bit_length", "box", "btrim", "cardinality", "cast", "ceil",
    "ceiling", "char_length", "character_length", "chr", "circle", "coalesce", "concat",
    "concat_ws", "convert_from", "convert_to", "crypt", "current_database", "current_date",
    "current_schema", "current_schemas", "current_setting", "current_time", "current_timestamp",
    "current_user", "date", "date_bin", "date_part", "date_trunc", "daterange", "decode", "digest",
    "div", "encode", "exists", "exp", "extract", "floor", "format", "get_bit", "get_byte",
    "get_current_ts_config", "greatest", "hashtext", "hmac", "host", "hostmask", "hstore",
    "inet_client_addr", "inet_server_addr", "initcap", "int4range", "int8range", "interval",
    "isempty", "isfinite", "json_array_length", "json_build_array", "json_build_object",
    "json_extract_path", "json_extract_path_text", "json_object", "json_strip_nulls", "json_typeof",
    "jsonb_array_length", "jsonb_build_array", "jsonb_build_object", "jsonb_extract_path",
    "jsonb_extract_path_text", "jsonb_insert", "jsonb_object", "jsonb_pretty", "jsonb_set",
    "jsonb_strip_nulls", "jsonb_typeof", "justify_days", "justify_hours", "justify_interval",
    "least", "left", "length", "ln", "localtime", "localtimestamp", "log", "lower", "lower_inc",
    "lower_inf", "lpad", "ltrim", "make_date", "make_interval", "make_time", "make_timestamp",
    "make_timestamptz", "masklen", "md5", "mod", "netmask", "network", "now", "nullif",
    "num_nonnulls", "num_nulls", "numrange", "octet_length", "overlay", "parse_ident",
    "pg_backend_pid", "pg_client_encoding", "pg_column_size", "pg_current_xact_id",
    "pg_get_serial_sequence", "pg_postmaster_start_time", "pg_size_pretty", "pg_typeof",
    "phraseto_tsquery", "pi", "plainto_tsquery", "point", "position", "power", "quote_ident",
    "quote_literal", "quote_nullable", "regexp_count", "regexp_like", "regexp_match",
    "regexp_replace", "regexp_split_to_array", "regexp_substr", "repeat", "replace", "reverse",
    "right", "round", "row", "row_to_json", "rpad", "rtrim", "scale", "session_user", "set_masklen",
    "setweight", "sha224", "sha256", "sha384", "sha512", "sign", "similarity", "split_part", "sqrt",
    "starts_with", "statement_timestamp", "string_to_array", "strip", "strpos", "substr",
    "substring", "text", "timezone", "to_ascii", "to_char", "to_date", "to_hex", "to_json",
    "to_jsonb", "to_number", "to_timestamp", "to_tsquery", "to_tsvector", "transaction_timestamp",
    "translate", "trim", "trim_scale", "trunc", "tsrange", "tstzrange", "txid_current", "unaccent",
    "upper", "upper_inc", "upper_inf", "user", "uuid_generate_v3", "uuid_generate_v5", "uuid_nil",
    "uuid_ns_dns", "uuid_ns_oid", "uuid_ns_url", "uuid_ns_x500", "version", "websearch_to_tsquery",
    "width_bucket",
];

/// How often the expression has to be computed. `inlines` says that the planner puts the body of an
/// SQL function in place of its call before it asks (from PostgreSQL 12 on).
pub(super) fn volatility(expr: &Expr, catalog: &Catalog, inlines: bool) -> Volatility {
    let each = expr.functions.iter().map(|function| of_function(function, catalog, inlines));
    each.max().unwrap_or(Volatility::Steady)
}

fn of_function(function: &Name, catalog: &Catalog, inlines: bool) -> Volatility {
    let resolved = catalog.resolve_by_routine(function);
    let made: Vec<_> = catalog.objects_named(ObjectKind::Routine, &resolved).collect();
    if !made.is_empty() {
        // Which of several namesakes is called is not worked out.
        let each = made.iter().map(|(_, object)| match &object.routine {
            Some(routine) => of_routine(routine, object.alterations.as_slice(), inlines),
            None => Volatility::Unknown(function.clone()),
        });
        return each.max().unwrap_or(Volatility::Steady);
    }
    // uuid-ossp and pgcrypto may stand in any schema.
    let name = function.name.as_str();
    if VOLATILE.binary_search(&name).is_ok() {
        return Volatility::Volatile;
    }
    let builtin = function.schema.as_deref().is_none_or(|it| it == "pg_catalog" || it == "public");
    match builtin && is_steady(name) {
        true => Volatility::Steady,
        false => Volatility::Unknown(function.clone()),
    }
}

fn of_routine(routine: &CreateRoutine, alterations: &[String], inlines: bool) -> Volatility {
    let altered =
        alterations.iter().rev().flat_map(|action| action.split_whitespace()).find(|it| {
            ["immutable", "stable", "volatile"].iter().any(|word| it.eq_ignore_ascii_case(word))
        });
    let declared = altered.or(routine.volatility.as_deref()).unwrap_or("VOLATILE");
    match body(routine).filter(|_| inlines) {
        _ if !declared.eq_ignore_ascii_case("volatile") => Volatility::Steady,
        // A body that calls something unknown, itself perhaps, counts as what it is declared.
        Some(body) if calls(body).iter().all(|it| is_steady(it)) => Volatility::Steady,
        _ => Volatility::Volatile,
    }
}

/// The expression of an SQL function that the planner puts in place of a call: one `SELECT` that
/// reads nothing (`inline_function` in PostgreSQL's sources).
fn body(routine: &CreateRoutine) -> Option<&str> {
    #[rustfmt::skip]
    const CLAUSES: &[&str] = &[
        "distinct", "except", "fetch", "for", "from", "group", "having", "intersect", "into",
        "limit", "offset", "order", "over", "union", "values", "where", "window", "with",
    ];
    let plain = routine.language.as_deref() == Some("sql")
        && !routine.security_definer
        && !routine.never_inlined
        && routine.body_read
        && matches!(
            routine.body_changes.as_slice(),
            [Change::Data(data)] if data.reads.is_empty() && data.writes.is_empty()
        );
    let body = routine.body.as_deref().filter(|_| plain)?.trim().trim_end_matches(';');
    let (verb, expression) = body.split_at_checked("select".len())?;
    let mut words = expression.split(|it: char| !(it.is_alphanumeric() || it == '_'));
    let clause = words.any(|word| CLAUSES.iter().any(|it| word.eq_ignore_ascii_case(it)));
    (verb.eq_ignore_ascii_case("select") && !clause && !expression.contains(';'))
        .then_some(expression)
}

/// The words that stand before a parenthesis.
fn calls(expression: &str) -> Vec<String> {
    let before = expression.match_indices('(').filter_map(|(at, _)| expression.get(..at));
    let words = before.map(|text| {
        let rest = text.trim_end();
        let start = rest.rfind(|it: char| !(it.is_alphanumeric() || it == '_'));
        rest.get(start.map_or(0, |start| start + 1)..).unwrap_or_default().to_ascii_lowercase()
    });
    words.filter(|word| !word.is_empty()).collect()
}

fn is_steady(name: &str) -> bool {
    STEADY.binary_search(&name).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_sorted_and_apart() {
        assert!(VOLATILE.is_sorted());
        assert!(STEADY.is_sorted());
        assert!(VOLATILE.iter().all(|name| STEADY.binary_search(name).is_err()));
    }
}
