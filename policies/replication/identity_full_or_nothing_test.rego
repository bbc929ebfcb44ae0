package policy.replication.identity_full_or_nothing_test

import data.policy.replication.identity_full_or_nothing

found(identity, new, table, allow) := got if {
	got := [f.message | some f in identity_full_or_nothing.deny] with input as {
		"migration": {"direction": "up"},
		"changes": [{"kind": "set_replica_identity", "loc": 1, "new": new, "table": "public.t", "replica_identity": identity}],
		"after": {"tables": {"public.t": table}},
	}
		with data.config.replication.identity_full_or_nothing as {"allow_full": allow}
}

full := {"options": {"replica identity": "FULL"}}

nothing := {"options": {"replica identity": "NOTHING"}}

keyed := {"constraints": [{"kind": "primary_key", "columns": ["id"]}]}

test_full if found("FULL", false, full, false) == ["each UPDATE and DELETE of `public.t` writes the whole old row to the log, as it has no primary key"]

test_full_with_key if found("FULL", true, object.union(full, keyed), false) == ["each UPDATE and DELETE of `public.t` writes the whole old row to the log, although it has a primary key"]

test_full_allowed if found("FULL", false, full, true) == []

test_nothing_on_a_new_table if count(found("NOTHING", true, nothing, false)) == 1

test_nothing_on_an_old_table if found("NOTHING", false, nothing, false) == []

test_index if found("USING INDEX i", false, {"options": {"replica identity": "USING INDEX i"}}, false) == []

test_set_back if found("FULL", false, {"options": {"replica identity": "DEFAULT"}}, false) == []
