package policy.conventions.index_name_test

import data.policy.conventions.index_name

given(change) := {
	"dialect": {"engine": "postgres"},
	"migration": {"direction": "up"},
	"changes": [change],
	"after": {"tables": {}},
}

create(index) := given({"kind": "create_index", "loc": 1, "table": "public.users", "index": index})

email := {"keys": [{"column": "email"}]}

named(name) := object.union(email, {"name": name})

test_template_of_the_project_passes if {
	every name in ["users_email_idx", "idx_users_email"] {
		count(index_name.deny) == 0 with input as create(named(name))
	}
}

test_other_name_is_found if {
	some finding in index_name.deny with input as create(named("by_mail"))
	finding.at == 1
	contains(finding.message, "`idx_users_email` or `users_email_idx`")
}

test_name_that_the_engine_makes_up_passes if {
	count(index_name.deny) == 0 with input as create(email)
}

test_unique_index_has_templates_of_its_own if {
	count(index_name.deny) == 0 with input as create(object.union(named("users_email_key"), {"unique": true}))
	count(index_name.deny) == 1 with input as create(named("users_email_key"))
}

test_expression_stands_for_any_words if {
	count(index_name.deny) == 0 with input as create({"name": "users_lower_email_idx", "keys": [{"expression": "lower(email)"}]})
	count(index_name.deny) == 1 with input as create({"name": "lower_email", "keys": [{"expression": "lower(email)"}]})
}

test_condition_stands_for_any_words if {
	count(index_name.deny) == 0 with input as create(object.union(named("users_active_idx"), {"predicate": "active"}))
}

test_indexes_inside_a_table if {
	table := given({
		"kind": "create_table", "loc": 1, "table": "users",
		"indexes": [object.union(named("k"), {"loc": 5}), email, named("idx_users_email")],
	})
	{finding.at | some finding in index_name.deny} == {5} with input as table
}

test_rename_is_judged_where_it_stands if {
	rename := given({"kind": "rename_index", "loc": 7, "table": "public.users", "after": object.union(named("k"), {"loc": 1})})
	{finding.at | some finding in index_name.deny} == {7} with input as rename
}

test_table_has_its_name_of_the_end if {
	index := {"kind": "create_index", "loc": 1, "table": "new_users", "index": named("users_email_idx")}
	rename := {"kind": "rename_table", "loc": 2, "table": "new_users", "to": "users"}
	count(index_name.deny) == 0 with input as object.union(given({}), {"changes": [index, rename]})
}

test_name_that_would_be_too_long_passes if {
	long := concat("", ["a_very_long_name_of_a_column_" | some _ in numbers.range(1, 3)])
	index := {"name": "k", "keys": [{"column": long}]}
	count(index_name.deny) == 0 with input as create(index)
	count(index_name.deny) == 0 with input as object.union(create(index), {"dialect": {"engine": "mysql"}})
}

test_names_are_folded_where_case_does_not_count if {
	mysql := object.union(create(named("ix_users_email")), {"dialect": {"engine": "mysql"}})
	count(index_name.deny) == 0 with input as mysql with data.config.conventions.index_name.templates as ["IX_{table}_{columns}"]
}

test_first_column if {
	index := {"name": "users_a_idx", "keys": [{"column": "a"}, {"column": "b"}]}
	count(index_name.deny) == 0 with input as create(index) with data.config.conventions.index_name.templates as ["{table}_{column}_idx"]
}

test_no_template_takes_every_name if {
	count(index_name.deny) == 0 with input as create(named("k")) with data.config.conventions.index_name.templates as []
}

test_exempt_table_passes if {
	count(index_name.deny) == 0 with input as create(named("k")) with data.config.conventions.index_name.exempt as ["users"]
}

test_temporary_table_is_not_judged if {
	after := {"after": {"tables": {"public.users": {"temporary": true}}}}
	count(index_name.deny) == 0 with input as object.union(create(named("k")), after)
	table := given({"kind": "create_table", "loc": 1, "table": "users", "temporary": true, "indexes": [named("k")]})
	count(index_name.deny) == 0 with input as table
}
