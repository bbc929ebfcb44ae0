package policy.audit.definer_open_to_public_test

import data.policy.audit.definer_open_to_public

create(schema, more) := object.union({"kind": "create_function", "loc": 1, "security_definer": true, "object": {"kind": "function", "schema": schema, "name": "f"}, "returns": "integer"}, more)

messages(changes, privileges) := got if {
	got := {f.message | some f in definer_open_to_public.deny} with input as {"migration": {"direction": "up"}, "changes": changes}
		with data.catalog.privileges as privileges
		with data.config.audit.definer_open_to_public as {"closed_by_default": false}
}

test_open if messages([create("public", {})], []) == {"`public.f` runs with its owner's rights, and PUBLIC may call it: every role that can log in has those rights"}

test_closed if messages([create("public", {})], [{"object": "public.f(integer)", "kind": "function", "role": "public", "privilege": "EXECUTE", "granted": false}]) == set()

test_closed_here if {
	revoke := {"kind": "revoke", "loc": 2, "privileges": ["ALL"], "roles": ["public"], "objects": [{"kind": "function", "schema": "public", "name": "f"}]}
	messages([create("public", {}), revoke], []) == set()
}

test_another_one_closed if {
	count(messages([create("public", {})], [{"object": "public.f2(integer)", "kind": "function", "role": "public", "privilege": "EXECUTE", "granted": false}])) == 1
}

test_invoker if messages([create("public", {"security_definer": false})], []) == set()

test_trigger if messages([create("public", {"returns": "trigger"})], []) == set()

test_quoted_trigger if messages([create("public", {"returns": "\"trigger\""})], []) == set()

test_hidden_schema if messages([create("internal", {})], []) == set()

test_schema_in_use if {
	count(messages([create("api", {})], [{"object": "api", "kind": "schema", "role": "web", "privilege": "USAGE", "granted": true}])) == 1
}

test_default_privileges if {
	change := {"kind": "alter_default_privileges", "loc": 2, "action": "in schema public revoke execute on functions from public"}
	messages([change, create("public", {})], []) == set()
}

test_closed_by_default if {
	count(definer_open_to_public.deny) == 0 with input as {"migration": {"direction": "up"}, "changes": [create("public", {})]}
		with data.catalog.privileges as []
		with data.config.audit.definer_open_to_public as {"closed_by_default": true}
}
