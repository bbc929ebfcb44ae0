package policy.audit.role_attribute_test

import data.policy.audit.role_attribute

cfg := {"attributes": ["superuser", "CREATEDB"], "allowed": ["ops"]}

messages(change) := got if {
	got := {f.message | some f in role_attribute.deny} with input as {"migration": {"direction": "up"}, "changes": [change]}
		with data.config.audit.role_attribute as cfg
}

create(name, definition) := {"kind": "create_role", "loc": 1, "object": {"kind": "role", "name": name}, "definition": definition}

test_created if {
	messages(create("app", "app with login superuser createdb")) == {"the role `app` gets SUPERUSER, CREATEDB, and is not among the roles that may have it"}
}

test_altered if {
	change := {"kind": "alter_role", "loc": 1, "object": {"kind": "role", "name": "app"}, "action": "superuser"}
	count(messages(change)) == 1
}

test_taken_away if messages(create("app", "app nosuperuser login")) == set()

test_listed if messages(create("ops", "ops superuser")) == set()

test_in_a_string if messages(create("app", "app password 'a superuser b'")) == set()

test_setting if {
	change := {"kind": "alter_role", "loc": 1, "object": {"kind": "role", "name": "app"}, "action": "set role to superuser"}
	messages(change) == set()
}
