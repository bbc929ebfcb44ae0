package policy.conventions.column_name_test

import data.policy.conventions.column_name

table(change, before) := {
	"dialect": {"engine": "postgres"},
	"migration": {"direction": "up"},
	"changes": [change],
	"before": {"tables": before},
	"after": {"tables": {}},
}

add(name) := {"kind": "add_column", "loc": 1, "table": "public.users", "column": {"name": name, "loc": 2}}

test_capitals_are_found_at_the_column if {
	some finding in column_name.deny with input as table(add("fullName"), {})
	finding.at == 2
	contains(finding.message, "`public.users.fullName`")
}

test_plain_name_passes if {
	count(column_name.deny) == 0 with input as table(add("full_name"), {})
}

test_columns_of_a_new_table if {
	create := {"kind": "create_table", "loc": 1, "table": "public.users", "columns": [{"name": "id"}, {"name": "Id2"}]}
	{finding.at | some finding in column_name.deny} == {1} with input as table(create, {})
}

test_temporary_table_is_not_judged if {
	create := {"kind": "create_table", "loc": 1, "table": "s", "temporary": true, "columns": [{"name": "Id"}]}
	count(column_name.deny) == 0 with input as table(create, {})
}

test_later_column_of_a_temporary_table_is_not_judged if {
	after := {"after": {"tables": {"public.users": {"temporary": true}}}}
	count(column_name.deny) == 0 with input as object.union(table(add("Id"), {}), after)
}

test_rename_is_judged if {
	rename := {"kind": "rename_column", "loc": 1, "table": "public.users", "from": "a", "to": "B"}
	count(column_name.deny) == 1 with input as table(rename, {})
}

test_redefinition_under_the_old_name_passes if {
	change := {"kind": "redefine_column", "loc": 1, "table": "users", "column": {"name": "B"}}
	count(column_name.deny) == 0 with input as table(change, {})
	count(column_name.deny) == 1 with input as table(object.union(change, {"from": "a", "to": "B"}), {})
}

test_column_that_stood_before_passes if {
	count(column_name.deny) == 0 with input as table(add("Id"), {"public.users": {"columns": [{"name": "Id"}]}})
}

test_column_of_a_table_that_is_built_anew_passes if {
	rename := {"kind": "rename_table", "loc": 3, "table": "new_users", "to": "users", "after": {"name": "users"}}
	create := {"kind": "create_table", "loc": 1, "table": "new_users", "columns": [{"name": "Id", "loc": 2}, {"name": "No", "loc": 4}]}
	rebuilt := object.union(table(create, {"users": {"columns": [{"name": "Id"}]}}), {"changes": [create, rename]})
	{finding.at | some finding in column_name.deny} == {4} with input as rebuilt
}

test_case_is_taken_from_the_statement_where_names_are_folded if {
	change := {"kind": "add_column", "loc": 1, "statement": 0, "table": "users", "column": {"name": "fullname"}}
	mysql := object.union(table(change, {}), {
		"dialect": {"engine": "mysql"},
		"statements": [{"sql": "ALTER TABLE users ADD COLUMN `fullName` text"}],
	})
	some finding in column_name.deny with input as mysql
	contains(finding.message, "`users.fullName`")
	count(column_name.deny) == 0 with input as object.union(mysql, {"statements": [{"sql": "ALTER TABLE users ADD fullname text"}]})
	count(column_name.deny) == 0 with input as object.union(mysql, {"statements": [{"sql": "ALTER TABLE users ADD ${x} text"}]})
}

test_exempt_column_passes if {
	count(column_name.deny) == 0 with input as table(add("Id"), {}) with data.config.conventions.column_name.exempt as ["users.*"]
}

test_way_back_is_not_judged if {
	count(column_name.deny) == 0 with input as object.union(table(add("Id"), {}), {"migration": {"direction": "down"}})
}
