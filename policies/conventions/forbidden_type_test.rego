package policy.conventions.forbidden_type_test

import data.policy.conventions.forbidden_type

given(change) := {"migration": {"direction": "up"}, "changes": [change], "after": {"tables": {}}}

add(type) := given({"kind": "add_column", "loc": 1, "table": "t", "column": {"name": "a", "type": type, "loc": 2}})

found(document, types) := got if {
	got := {finding.message | some finding in forbidden_type.deny} with input as document
		with data.config.conventions.forbidden_type.types as types
}

test_nothing_is_found_without_types if {
	count(forbidden_type.deny) == 0 with input as add("money")
}

test_type_is_found_with_what_to_use_instead if {
	some finding in forbidden_type.deny with input as add("money") with data.config.conventions.forbidden_type.types as {"money": "numeric"}
	finding.at == 2
	finding.help == "use numeric"
	some bare in forbidden_type.deny with input as add("money") with data.config.conventions.forbidden_type.types as {"money": ""}
	not bare.help
}

test_spellings if {
	count(found(add("json[]"), {"json": ""})) == 1
	count(found(add("jsonb"), {"json": ""})) == 0
	count(found(add("character varying(20)"), {"varchar": ""})) == 1
	count(found(add("character varying(20)"), {"varchar(20)": ""})) == 1
	count(found(add("character varying(20)"), {"varchar(30)": ""})) == 0
	count(found(add("timestamp(3) without time zone"), {"timestamp": ""})) == 1
	count(found(add("timestamp with time zone"), {"timestamp": ""})) == 0
}

test_new_table_type_and_domain if {
	count(found(given({"kind": "create_table", "loc": 1, "table": "t", "columns": [{"name": "a", "type": "money"}, {"name": "b"}]}), {"money": ""})) == 1
	count(found(given({"kind": "create_domain", "loc": 1, "object": {"name": "d"}, "after": {"type": "money"}}), {"money": ""})) == 1
	count(found(given({"kind": "create_type", "loc": 1, "object": {"name": "c"}, "after": {"attributes": [{"name": "a", "type": "money"}]}}), {"money": ""})) == 1
}

test_type_that_stays_passes if {
	change := {"kind": "redefine_column", "loc": 1, "table": "t", "before": {"type": "float"}, "after": {"name": "a", "type": "float"}}
	found(given(change), {"float": ""}) == set()
	count(found(given(object.union(change, {"before": {"type": "int"}})), {"float": ""})) == 1
	count(found(given(object.union(change, {"kind": "alter_type", "before": {"type": "int"}})), {"float": ""})) == 1
}

test_temporary_table_is_not_judged if {
	change := add("money").changes[0]
	found(given(object.union(change, {"temporary": true})), {"money": ""}) == set()
	found(object.union(add("money"), {"after": {"tables": {"t": {"temporary": true}}}}), {"money": ""}) == set()
}
