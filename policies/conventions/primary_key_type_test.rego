package policy.conventions.primary_key_type_test

import data.policy.conventions.primary_key_type

given(type, table) := {
	"migration": {"direction": "up"},
	"changes": [{"kind": "create_table", "loc": 1, "new": true, "table": "t"}],
	"before": {"tables": {}},
	"after": {"tables": {"t": object.union(
		{
			"name": "t",
			"columns": [{"name": "id", "type": type, "loc": 2}],
			"constraints": [{"kind": "primary_key", "columns": ["id"]}],
		},
		table,
	)}},
}

found(document) := got if {
	got := {finding.message | some finding in primary_key_type.deny} with input as document
		with data.config.conventions.primary_key_type.types as ["int8", "uuid", "varchar"]
}

test_nothing_is_found_without_types if {
	count(primary_key_type.deny) == 0 with input as given("integer", {})
}

test_types_of_the_list_pass if {
	found(given("bigint", {})) == set()
	found(given("uuid", {})) == set()
	found(given("character varying(20)", {})) == set()
}

test_other_type_is_found if {
	found(given("integer", {})) == {"the primary key `t.id` is integer, and in this project it is int8 or uuid or varchar"}
}

test_keys_and_tables_that_are_not_judged if {
	found(given("integer", {"constraints": [{"kind": "primary_key", "columns": ["id", "n"]}]})) == set()
	found(given("integer", {"constraints": []})) == set()
	found(given("integer", {"temporary": true})) == set()
	found(given("integer", {"partition_of": {"table": "p"}})) == set()
	found(object.union(given("integer", {}), {"before": {"tables": {"t": {"name": "t"}}}})) == set()
	count(primary_key_type.deny) == 0 with input as given("integer", {})
		with data.config.conventions.primary_key_type as {"types": ["uuid"], "exempt": ["t"]}
}

test_table_that_is_built_anew_is_not_judged if {
	rename := {"kind": "rename_table", "loc": 2, "table": "new_t", "after": {"name": "t"}}
	create := {"kind": "create_table", "loc": 1, "new": true, "table": "new_t"}
	rebuilt := object.union(given("integer", {}), {"changes": [create, rename], "before": {"tables": {"t": {"name": "t"}}}})
	found(rebuilt) == set()
	schema := {"kind": "rename_table", "loc": 2, "table": "new_t", "after": {"schema": "s", "name": "t"}}
	found(object.union(rebuilt, {"changes": [create, schema]})) == set()
}
