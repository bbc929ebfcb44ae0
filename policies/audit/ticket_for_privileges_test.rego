package policy.audit.ticket_for_privileges_test

import data.policy.audit.ticket_for_privileges

cfg := {"pattern": `[A-Z][A-Z0-9]{1,9}-[0-9]+|#[0-9]+|/(issues|pull|merge_requests)/[0-9]+`}

migration(changes, comments) := {
	"migration": {"direction": "up", "path": "db/V2__grant_reader.sql", "title": "grant reader", "comments": [{"text": text, "loc": 0} | some text in comments]},
	"changes": changes,
}

grant := {"kind": "grant", "loc": 1, "new": false}

found(document) := got if {
	got := [f.at.loc | some f in ticket_for_privileges.deny] with input as document with data.config.audit.ticket_for_privileges as cfg
}

test_without_a_ticket if found(migration([grant], ["reader needs it"])) == [1]

test_encodings_are_no_tickets if found(migration([grant], ["stored as UTF-8"])) == [1]

test_counts if {
	document := migration([grant, {"kind": "create_role", "loc": 2, "new": true}], [])
	some f in ticket_for_privileges.deny with input as document with data.config.audit.ticket_for_privileges as cfg
	f.message == "the migration changes who may do what (2 changes), and names no ticket that approved it"
}

test_key if found(migration([grant], ["SEC-12: reader"])) == []

test_number if found(migration([grant], ["see #481"])) == []

test_address if found(migration([grant], ["https://git.example/o/r/issues/7"])) == []

test_in_the_path if {
	document := object.union(migration([grant], []), {"migration": {"path": "db/V2__SEC-12_grant.sql"}})
	found(document) == []
}

test_owner_of_an_old_table if found(migration([{"kind": "set_owner", "loc": 3, "new": false}], [])) == [3]

test_owner_of_a_new_table if found(migration([{"kind": "set_owner", "loc": 3, "new": true}], [])) == []

test_owner_of_a_replaced_function if {
	create := {"kind": "create_function", "loc": 2, "new": false, "object": {"kind": "function", "name": "f"}}
	found(migration([create, {"kind": "set_owner", "loc": 3, "new": false, "object": {"kind": "function", "name": "f"}}], [])) == []
}

test_schema_alone if found(migration([{"kind": "add_column", "loc": 1, "new": false}], [])) == []

test_policy_on_an_old_table if found(migration([{"kind": "create_policy", "loc": 4, "new": true, "table": "public.t"}], [])) == [4]

test_policy_on_a_new_table if {
	create := {"kind": "create_table", "loc": 3, "new": true, "table": "public.t"}
	found(migration([create, {"kind": "create_policy", "loc": 4, "new": true, "table": "public.t"}], [])) == []
}
