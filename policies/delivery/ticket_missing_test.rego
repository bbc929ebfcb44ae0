package policy.delivery.ticket_missing_test

import data.policy.delivery.ticket_missing

document := {
	"migration": {"direction": "up", "path": "db/V2__add_email.sql", "title": "add email", "comments": []},
	"changes": [{"kind": "add_column", "loc": 1}],
}

found(migration) := got if {
	got := count(ticket_missing.deny) with input as object.union(document, {"migration": migration})
		with data.config.delivery.ticket_missing as {"pattern": `[A-Z][A-Z0-9]{1,9}-[0-9]+|#[0-9]+`}
}

test_missing if found({}) == 1

test_in_a_comment if found({"comments": [{"text": "ACME-12", "loc": 0}]}) == 0

test_in_the_title if found({"title": "ACME-12 add email"}) == 0

test_in_the_path if found({"path": "db/V2__ACME-12.sql"}) == 0

test_folder_does_not_count if found({"path": "R2-1/V2__x.sql"}) == 1

test_encoding if found({"comments": [{"text": "UTF-8", "loc": 0}]}) == 1

test_down if found({"direction": "down"}) == 0

test_empty if {
	count(ticket_missing.deny) == 0 with input as object.union(document, {"changes": []})
		with data.config.delivery.ticket_missing as {"pattern": "#[0-9]+"}
}
