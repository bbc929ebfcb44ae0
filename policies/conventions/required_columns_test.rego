package policy.conventions.required_columns_test

import data.policy.conventions.required_columns

given(table) := {
	"migration": {"direction": "up"},
	"changes": [{"kind": "create_table", "loc": 1, "new": true, "table": "public.t"}],
	"before": {"tables": {}},
	"after": {"tables": {"public.t": object.union({"schema": "public", "name": "t", "kind": "table"}, table)}},
}

wanted := {"id": "bigint|uuid", "created_at": "timestamptz", "note": ""}

whole := {"columns": [
	{"name": "id", "type": "uuid"},
	{"name": "created_at", "type": "timestamp(3) with time zone"},
	{"name": "note"},
]}

messages(document) := got if {
	got := {finding.message | some finding in required_columns.deny} with input as document
		with data.config.conventions.required_columns.columns as wanted
}

test_nothing_is_found_without_columns if {
	count(required_columns.deny) == 0 with input as given({"columns": []})
}

test_whole_table_passes if messages(given(whole)) == set()

test_missing_columns_are_one_finding if {
	messages(given({"columns": [{"name": "note"}]})) == {"table `public.t` has no `created_at` and no `id`, which every table has"}
}

test_other_type_is_found_at_the_column if {
	table := {"columns": array.concat([{"name": "id", "type": "integer", "loc": 9}], array.slice(whole.columns, 1, 3))}
	some finding in required_columns.deny with input as given(table) with data.config.conventions.required_columns.columns as wanted
	finding.at == 9
	finding.message == "column `public.t.id` is integer, and in every table it is bigint or uuid"
}

test_unknown_type_is_not_wrong if {
	table := {"columns": array.concat([{"name": "id"}], array.slice(whole.columns, 1, 3))}
	messages(given(table)) == set()
}

test_tables_that_are_not_judged if {
	every more in [{"partial": true}, {"temporary": true}, {"partition_of": {"table": "p"}}, {"kind": "foreign_table"}] {
		messages(given(object.union({"columns": []}, more))) == set()
	}
}

test_table_that_stood_before_is_not_judged if {
	before := {"before": {"tables": {"public.t": {"name": "t"}}}}
	messages(object.union(given({"columns": []}), before)) == set()
}

test_table_that_is_built_anew_is_not_judged if {
	rename := {"kind": "rename_table", "loc": 2, "table": "new_t", "after": {"name": "t"}}
	rebuilt := {
		"migration": {"direction": "up"},
		"changes": [{"kind": "create_table", "loc": 1, "new": true, "table": "new_t"}, rename],
		"before": {"tables": {"t": {"name": "t"}}},
		"after": {"tables": {"t": {"name": "t", "kind": "table", "columns": []}}},
	}
	messages(rebuilt) == set()
	count(messages(object.union(rebuilt, {"before": {"tables": {"t": false}}}))) == 1
}

test_exempt_table_passes if {
	count(required_columns.deny) == 0 with input as given({"columns": []})
		with data.config.conventions.required_columns as {"columns": wanted, "exempt": ["t"]}
}
