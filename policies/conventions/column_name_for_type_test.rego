package policy.conventions.column_name_for_type_test

import data.policy.conventions.column_name_for_type

given(change) := {
	"dialect": {"engine": "postgres"},
	"migration": {"direction": "up"},
	"changes": [change],
	"before": {"tables": {}},
	"after": {"tables": {}},
}

add(name, type) := given({"kind": "add_column", "loc": 1, "table": "t", "column": {"name": name, "type": type, "loc": 2}})

found(document) := got if {
	got := {finding.at | some finding in column_name_for_type.deny} with input as document
		with data.config.conventions.column_name_for_type.patterns as {"bool": "^is_", "timestamptz": "_at$"}
}

test_nothing_is_found_without_patterns if {
	count(column_name_for_type.deny) == 0 with input as add("active", "boolean")
}

test_name_has_to_show_its_type if {
	found(add("active", "boolean")) == {2}
	found(add("is_active", "boolean")) == set()
	found(add("active", "text")) == set()
	found(add("paid", "timestamp(3) with time zone")) == {2}
}

test_new_table_and_new_name if {
	found(given({"kind": "create_table", "loc": 1, "table": "t", "columns": [{"name": "a", "type": "boolean", "loc": 4}]})) == {4}
	found(given({"kind": "rename_column", "loc": 1, "table": "t", "after": {"name": "a", "type": "boolean", "loc": 9}})) == {1}
}

test_old_and_temporary_columns_pass if {
	before := {"before": {"tables": {"t": {"columns": [{"name": "active"}]}}}}
	found(object.union(add("active", "boolean"), before)) == set()
	after := {"after": {"tables": {"t": {"temporary": true}}}}
	found(object.union(add("active", "boolean"), after)) == set()
	found(given({"kind": "create_table", "loc": 1, "table": "t", "temporary": true, "columns": [{"name": "a", "type": "boolean"}]})) == set()
}

test_column_of_a_table_that_is_built_anew_passes if {
	create := {"kind": "create_table", "loc": 1, "table": "new", "columns": [{"name": "a", "type": "boolean"}]}
	rename := {"kind": "rename_table", "loc": 2, "table": "new", "after": {"name": "t"}}
	rebuilt := {"changes": [create, rename], "before": {"tables": {"t": {"columns": [{"name": "a"}]}}}}
	found(object.union(given({}), rebuilt)) == set()
	elsewhere := {"kind": "rename_table", "loc": 2, "table": "new", "after": {"schema": "s", "name": "t"}}
	found(object.union(given({}), {"changes": [create, elsewhere]})) == {1}
}

test_case_does_not_count_where_names_are_folded if {
	found(object.union(add("IS_active", "boolean"), {"dialect": {"engine": "mysql"}})) == set()
}
