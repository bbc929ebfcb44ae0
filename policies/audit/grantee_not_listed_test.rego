package policy.audit.grantee_not_listed_test

import data.policy.audit.grantee_not_listed

cfg := {"roles": ["app", "reader_*", "app@10.*"]}

up(changes) := {"migration": {"direction": "up", "path": "V1__a.sql"}, "dialect": {"engine": "postgres"}, "changes": changes}

grant(roles) := {"kind": "grant", "loc": 1, "privileges": ["SELECT"], "roles": roles}

found(changes) := got if {
	got := {f.subject | some f in grantee_not_listed.deny} with input as up(changes) with data.config.audit.grantee_not_listed as cfg
}

test_role_off_the_list if found([grant(["app", "alice"])]) == {"role:alice"}

test_roles_of_the_list if found([grant(["app", "reader_eu", "app@10.%", "current_user"])]) == set()

test_membership if {
	change := object.union(grant(["alice"]), {"membership": true, "privileges": ["admins"]})
	some f in grantee_not_listed.deny with input as up([change]) with data.config.audit.grantee_not_listed as cfg
	f.message == "membership in `admins` is granted to `alice`, which is not among the roles that migrations may grant to"
}

test_default_privileges if {
	change := {"kind": "alter_default_privileges", "loc": 2, "action": "in schema s grant select on tables to app, \"Bob\" with grant option"}
	found([change]) == {"role:Bob"}
}

test_default_privileges_revoked if {
	found([{"kind": "alter_default_privileges", "loc": 2, "action": "revoke all on tables from bob"}]) == set()
}

test_silent_without_a_list if {
	count(grantee_not_listed.deny) == 0 with input as up([grant(["alice"])]) with data.config.audit.grantee_not_listed as {"roles": []}
}

test_silent_on_the_way_back if {
	down := object.union(up([grant(["alice"])]), {"migration": {"direction": "down"}})
	count(grantee_not_listed.deny) == 0 with input as down with data.config.audit.grantee_not_listed as cfg
}
