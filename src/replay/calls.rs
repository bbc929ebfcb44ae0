//! What a `SELECT` or `CALL` may do through the functions that it calls.

use super::apply::Apply;
use crate::schema::change::Change;
use crate::schema::name::{Name, ObjectKind};

/// Functions of PostgreSQL that migrations call, none of which changes the schema: taken for
/// granted even where an extension or an older migration could have made others.
const HARMLESS: &[&str] = &[
    "abs",
    "age",
    "any_value",
    "array_agg",
    "array_append",
    "array_cat",
    "array_length",
    "array_position",
    "array_remove",
    "array_replace",
    "array_to_string",
    "avg",
    "bool_and",
    "bool_or",
    "btrim",
    "ceil",
    "char_length",
    "clock_timestamp",
    "coalesce",
    "concat",
    "concat_ws",
    "convert_from",
    "convert_to",
    "count",
    "current_database",
    "current_schema",
    "current_setting",
    "current_user",
    "currval",
    "date_part",
    "date_trunc",
    "decode",
    "dense_rank",
    "encode",
    "exists",
    "extract",
    "first_value",
    "floor",
    "format",
    "format_type",
    "gen_random_uuid",
    "generate_series",
    "greatest",
    "has_table_privilege",
    "initcap",
    "json_agg",
    "json_array_elements",
    "json_array_elements_text",
    "json_build_object",
    "json_each",
    "json_object_agg",
    "jsonb_agg",
    "jsonb_array_elements",
    "jsonb_array_elements_text",
    "jsonb_array_length",
    "jsonb_build_array",
    "jsonb_build_object",
    "jsonb_each",
    "jsonb_each_text",
    "jsonb_object_agg",
    "jsonb_set",
    "jsonb_strip_nulls",
    "jsonb_typeof",
    "lag",
    "last_value",
    "lastval",
    "lead",
    "least",
    "left",
    "length",
    "localtimestamp",
    "lower",
    "lpad",
    "ltrim",
    "make_interval",
    "max",
    "md5",
    "min",
    "mod",
    "nextval",
    "now",
    "nullif",
    "obj_description",
    "overlay",
    "position",
    "power",
    "quote_ident",
    "quote_literal",
    "quote_nullable",
    "random",
    "rank",
    "regexp_match",
    "regexp_matches",
    "regexp_replace",
    "regexp_split_to_array",
    "regexp_split_to_table",
    "repeat",
    "replace",
    "reverse",
    "right",
    "round",
    "row_number",
    "row_to_json",
    "rpad",
    "rtrim",
    "set_config",
    "setval",
    "sha256",
    "split_part",
    "starts_with",
    "statement_timestamp",
    "string_agg",
    "string_to_array",
    "strpos",
    "substr",
    "substring",
    "sum",
    "to_char",
    "to_date",
    "to_json",
    "to_jsonb",
    "to_number",
    "to_regclass",
    "to_timestamp",
    "to_tsvector",
    "translate",
    "trim",
    "trunc",
    "txid_current",
    "unnest",
    "upper",
    "uuid_generate_v4",
    "version",
    "width_bucket",
];

/// Names of engine functions that begin like this only read, wait or end sessions.
const HARMLESS_PREFIX: &str = "pg_";

impl Apply {
    /// Clouds what the called functions may touch: what their bodies name, or everything.
    pub(super) fn call(&mut self, functions: &[Name]) {
        for function in functions {
            self.call_one(function);
        }
    }

    fn call_one(&mut self, function: &Name) {
        let resolved = self.catalog.resolve_by_routine(function);
        let routines: Vec<_> = self
            .catalog
            .objects_named(ObjectKind::Routine, &resolved)
            .filter_map(|(_, object)| object.routine.clone())
            .collect();
        if routines.is_empty() {
            if !self.is_engines_own(function) {
                self.cloud_everything(self.span);
            }
            return;
        }
        for routine in routines {
            let changes = routine.body_changes.iter().filter(|change| is_ddl(change));
            let names: Option<Vec<Name>> =
                changes.map(|change| change.object().map(|object| object.name)).collect();
            match names {
                Some(names) if routine.body_read => {
                    for name in names {
                        self.cloud_name(&name);
                    }
                }
                _ => self.cloud_everything(self.span),
            }
        }
    }

    /// Whether a function that no migration made can only be one of the engine's own. Those change
    /// no schema.
    fn is_engines_own(&self, function: &Name) -> bool {
        let system = function.schema.as_deref() == Some("pg_catalog");
        let bare = function.schema.is_none();
        let known = HARMLESS.binary_search(&function.name.as_str()).is_ok()
            || function.name.starts_with(HARMLESS_PREFIX);
        let extensions =
            self.catalog.objects.keys().any(|object| object.kind == ObjectKind::Extension);
        system || (bare && known) || (bare && self.catalog.complete && !extensions)
    }
}

fn is_ddl(change: &Change) -> bool {
    !matches!(
        change,
        Change::Data(_)
            | Change::Nothing { .. }
            | Change::Session(_)
            | Change::Transaction(_)
            | Change::Lock { .. }
    )
}

#[cfg(test)]
mod tests {
    use super::HARMLESS;

    #[test]
    fn the_list_is_sorted() {
        assert!(HARMLESS.is_sorted());
    }
}
