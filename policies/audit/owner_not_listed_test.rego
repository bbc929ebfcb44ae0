package policy.audit.owner_not_listed_test

import data.policy.audit.owner_not_listed

messages(owner, roles) := got if {
	got := {f.message | some f in owner_not_listed.deny} with input as {
		"migration": {"direction": "up"},
		"changes": [{"kind": "set_owner", "loc": 1, "owner": owner, "object": {"kind": "materialized_view", "schema": "public", "name": "v"}}],
	}
		with data.config.audit.owner_not_listed as {"roles": roles}
}

test_other_owner if messages("alice", ["owner_*"]) == {"the materialized view `public.v` is given to `alice`, which is not among the roles that may own objects"}

test_listed if messages("owner_app", ["owner_*"]) == set()

test_who_migrates if messages("current_user", ["owner_*"]) == set()

test_without_a_list if messages("alice", []) == set()
