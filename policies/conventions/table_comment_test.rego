package policy.conventions.table_comment_test

import data.policy.conventions.table_comment

given(table) := {
	"dialect": {"engine": "postgres"},
	"migration": {"direction": "up"},
	"changes": [{"kind": "create_table", "loc": 1, "new": true, "table": "public.t"}],
	"before": {"tables": {}},
	"after": {"tables": {"public.t": object.union({"schema": "public", "name": "t"}, table)}},
}

test_table_without_a_comment_is_found if {
	some finding in table_comment.deny with input as given({})
	finding.message == "table `public.t` has no comment"
	contains(finding.help, "COMMENT ON TABLE")
}

test_advice_for_mysql if {
	some finding in table_comment.deny with input as object.union(given({}), {"dialect": {"engine": "mysql"}})
	not contains(finding.help, "COMMENT ON TABLE")
}

test_comment_passes if {
	count(table_comment.deny) == 0 with input as given({"comment": "orders"})
}

test_comment_has_to_match if {
	some finding in table_comment.deny with input as given({"comment": "orders"})
		with data.config.conventions.table_comment.pattern as "owner:"
	finding.message == "table `public.t` has a comment that does not match `owner:`"
}

test_tables_that_are_not_judged if {
	every more in [{"temporary": true}, {"partition_of": {"table": "p"}}] {
		count(table_comment.deny) == 0 with input as given(more)
	}
	count(table_comment.deny) == 0 with input as given({}) with data.config.conventions.table_comment.exempt as ["public.*"]
	before := {"before": {"tables": {"public.t": {"name": "t"}}}}
	count(table_comment.deny) == 0 with input as object.union(given({}), before)
}

test_comment_of_a_table_that_is_renamed if {
	renamed := {
		"dialect": {"engine": "postgres"},
		"migration": {"direction": "up"},
		"changes": [
			{"kind": "create_table", "loc": 1, "new": true, "table": "a"},
			{"kind": "rename_table", "loc": 2, "table": "a", "after": {"name": "b"}},
		],
		"before": {"tables": {}},
		"after": {"tables": {"b": {"name": "b"}}},
	}
	{finding.message | some finding in table_comment.deny} == {"table `b` has no comment"} with input as renamed
}
