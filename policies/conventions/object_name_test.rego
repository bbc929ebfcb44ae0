package policy.conventions.object_name_test

import data.policy.conventions.object_name

given(change) := {"dialect": {"engine": "postgres"}, "migration": {"direction": "up"}, "changes": [change]}

create(more) := given(object.union({"kind": "create_view", "loc": 1, "object": {"kind": "view", "name": "totals"}}, more))

views := {"view": "^v_"}

test_nothing_is_found_without_patterns if {
	count(object_name.deny) == 0 with input as create({})
}

test_pattern_of_the_kind if {
	some finding in object_name.deny with input as create({}) with data.config.conventions.object_name.patterns as views
	contains(finding.message, "view `totals` does not match `^v_`")
	count(object_name.deny) == 0 with input as create({}) with data.config.conventions.object_name.patterns as {"function": "^v_"}
	count(object_name.deny) == 0 with input as create({"object": {"name": "v_totals"}}) with data.config.conventions.object_name.patterns as views
}

test_what_is_replaced_or_temporary_passes if {
	count(object_name.deny) == 0 with input as create({"before": {"name": "totals"}}) with data.config.conventions.object_name.patterns as views
	count(object_name.deny) == 0 with input as create({"temporary": true}) with data.config.conventions.object_name.patterns as views
}

test_new_name_is_judged if {
	rename := given({"kind": "rename_view", "loc": 1, "object": {"kind": "view", "name": "v_totals"}, "to": "totals"})
	count(object_name.deny) == 1 with input as rename with data.config.conventions.object_name.patterns as views
}

test_case_does_not_count_where_names_are_folded if {
	mysql := object.union(create({"object": {"name": "vtotals"}}), {"dialect": {"engine": "mysql"}})
	count(object_name.deny) == 0 with input as mysql with data.config.conventions.object_name.patterns as {"view": "^V"}
}
