package policy.conventions.column_comment_test

import data.policy.conventions.column_comment

given(change, column) := {
	"dialect": {"engine": "postgres"},
	"migration": {"direction": "up"},
	"changes": [change],
	"before": {"tables": {}},
	"after": {"tables": {"public.t": {"schema": "public", "name": "t", "columns": [object.union({"name": "a"}, column)]}}},
}

add := {"kind": "add_column", "loc": 1, "table": "public.t", "column": {"name": "a", "loc": 2}}

create := {"kind": "create_table", "loc": 1, "table": "public.t", "columns": [{"name": "a", "loc": 3}]}

test_column_without_a_comment_is_found_where_it_stands if {
	{finding.at | some finding in column_comment.deny} == {2} with input as given(add, {"loc": 2})
	{finding.at | some finding in column_comment.deny} == {1} with input as given(create, {})
}

test_comment_passes if {
	count(column_comment.deny) == 0 with input as given(add, {"comment": "x"})
}

test_comment_has_to_match if {
	some finding in column_comment.deny with input as given(add, {"comment": "x"})
		with data.config.conventions.column_comment.pattern as "^y"
	contains(finding.message, "does not match `^y`")
}

test_advice_for_mysql if {
	some finding in column_comment.deny with input as object.union(given(add, {}), {"dialect": {"engine": "mysql"}})
	not contains(finding.help, "COMMENT ON COLUMN")
}

test_old_column_is_not_judged if {
	before := {"before": {"tables": {"public.t": {"columns": [{"name": "a"}]}}}}
	count(column_comment.deny) == 0 with input as object.union(given(add, {}), before)
}

test_temporary_table_is_not_judged if {
	temporary := {"after": {"tables": {"public.t": {"temporary": true}}}}
	count(column_comment.deny) == 0 with input as object.union(given(add, {}), temporary)
}

test_exempt_column_passes if {
	count(column_comment.deny) == 0 with input as given(add, {}) with data.config.conventions.column_comment.exempt as ["t.a"]
}

test_comment_of_a_table_that_is_renamed if {
	rename := {"kind": "rename_table", "loc": 2, "table": "t_new", "after": {"schema": "public", "name": "t"}}
	made := object.union(create, {"table": "t_new"})
	renamed := object.union(given(made, {}), {"changes": [made, rename]})
	{finding.message | some finding in column_comment.deny} == {"column `public.t.a` has no comment"} with input as renamed
	bare := object.union(renamed, {"changes": [made, {"kind": "rename_table", "loc": 2, "table": "t_new", "after": {"name": "u"}}]})
	count(column_comment.deny) == 0 with input as bare
}
