package policy.conventions.other_schema_test

import data.policy.conventions.other_schema

create(schema, more) := {
	"migration": {"direction": "up"},
	"changes": [object.union({"kind": "create_table", "loc": 1, "object": {"kind": "table", "schema": schema, "name": "t"}}, more)],
}

found(document) := got if {
	got := {finding.message | some finding in other_schema.deny} with input as document
		with data.config.conventions.other_schema.schemas as ["app", "app_*"]
}

test_nothing_is_found_without_schemas if {
	count(other_schema.deny) == 0 with input as create("public", {})
}

test_schema_of_the_list_passes if {
	found(create("app", {})) == set()
	found(create("app_audit", {})) == set()
}

test_other_schema_is_found if {
	found(create("public", {})) == {"table `t` stands in schema `public`, which is none of those that this project uses: app, app_*"}
}

test_what_is_not_judged if {
	found(create("public", {"temporary": true})) == set()
	found(create("public", {"before": {"name": "t"}})) == set()
	found(create("public", {"kind": "create_index", "object": {"kind": "index", "table": "public.u"}})) == set()
}
