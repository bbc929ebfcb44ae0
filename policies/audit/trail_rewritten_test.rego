package policy.audit.trail_rewritten_test

import data.policy.audit.trail_rewritten

messages(change) := got if {
	got := {f.message | some f in trail_rewritten.deny} with input as {"migration": {"direction": "up"}, "changes": [change]}
		with data.config.audit.trail_rewritten as {"tables": ["*audit_log*", "audit.*"]}
}

test_update if messages({"kind": "update", "loc": 1, "new": false, "tables": ["public.audit_log"]}) == {"UPDATE changes entries of the audit trail `public.audit_log` after the fact"}

test_schema if count(messages({"kind": "delete", "loc": 1, "new": false, "tables": ["audit.entries"]})) == 1

test_insert if messages({"kind": "insert", "loc": 1, "new": false, "tables": ["audit.entries"]}) == set()

test_other_table if messages({"kind": "delete", "loc": 1, "new": false, "tables": ["public.orders"]}) == set()

test_new_table if messages({"kind": "update", "loc": 1, "new": true, "tables": ["public.audit_log"]}) == set()

test_grant if {
	change := {"kind": "grant", "loc": 1, "privileges": ["INSERT", "UPDATE (note)", "ALL"], "roles": ["app"], "objects": [{"kind": "table", "schema": "public", "name": "audit_log"}]}
	messages(change) == {"UPDATE (note), ALL on the audit trail `public.audit_log` lets `app` change entries after the fact"}
}

test_harmless_grant if {
	messages({"kind": "grant", "loc": 1, "privileges": ["INSERT", "SELECT"], "roles": ["app"], "objects": [{"kind": "table", "schema": "public", "name": "audit_log"}]}) == set()
}
