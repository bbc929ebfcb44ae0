package policy.conventions.unnamed_constraint_test

import data.policy.conventions.unnamed_constraint

given(change) := {"migration": {"direction": "up"}, "changes": [change], "after": {"tables": {}}}

create(constraints) := given({"kind": "create_table", "loc": 1, "table": "t", "constraints": constraints})

test_unnamed_check_is_found_where_it_stands if {
	some finding in unnamed_constraint.deny with input as create([{"kind": "check", "loc": 3}])
	finding.at == 3
	contains(finding.message, "check constraint of table `t`")
}

test_named_check_and_other_kinds_pass if {
	count(unnamed_constraint.deny) == 0 with input as create([{"kind": "check", "name": "c"}, {"kind": "unique"}])
}

test_kinds_are_a_parameter if {
	count(unnamed_constraint.deny) == 1 with input as create([{"kind": "check"}, {"kind": "unique"}])
		with data.config.conventions.unnamed_constraint.kinds as ["unique"]
}

test_added_constraint if {
	add := {"kind": "add_constraint", "loc": 1, "table": "t", "constraint": {"kind": "check"}}
	count(unnamed_constraint.deny) == 1 with input as given(add)
	count(unnamed_constraint.deny) == 0 with input as given(object.union(add, {"constraint": {"name": "c"}}))
}

test_temporary_table_is_not_judged if {
	change := create([{"kind": "check"}]).changes[0]
	count(unnamed_constraint.deny) == 0 with input as given(object.union(change, {"temporary": true}))
	after := {"after": {"tables": {"t": {"temporary": true}}}}
	count(unnamed_constraint.deny) == 0 with input as object.union(create([{"kind": "check"}]), after)
}
