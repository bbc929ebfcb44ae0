package policy.audit.powerful_grant_test

import data.policy.audit.powerful_grant

cfg := {"powerful": ["dba"], "allowed": ["ops_*"]}

messages(engine, change) := got if {
	got := {f.message | some f in powerful_grant.deny} with input as {
		"migration": {"direction": "up"},
		"dialect": {"engine": engine},
		"changes": [change],
	}
		with data.config.audit.powerful_grant as cfg
}

member(group, role) := {"kind": "grant", "loc": 1, "membership": true, "privileges": [group], "roles": [role]}

test_predefined_role if {
	messages("postgres", member("pg_execute_server_program", "app")) == {"`app` becomes a member of `pg_execute_server_program`, which runs any program on the server"}
}

test_role_of_the_list if messages("postgres", member("dba", "app")) == {"`app` becomes a member of `dba`, which is on the list of powerful roles"}

test_allowed if messages("postgres", member("dba", "ops_anna")) == set()

test_harmless_role if messages("postgres", member("readers", "app")) == set()

test_monitoring if messages("postgres", member("pg_monitor", "app")) == set()

test_created_in_role if {
	change := {"kind": "create_role", "loc": 1, "object": {"kind": "role", "name": "app"}, "definition": "app login in role readers, rds_superuser"}
	messages("postgres", change) == {"`app` is created as a member of `rds_superuser`, which administers the server"}
}

test_global_privilege if {
	change := {"kind": "grant", "loc": 1, "privileges": ["SELECT", "SUPER"], "roles": ["app@%"], "objects": [{"kind": "schema", "name": "*"}]}
	messages("mysql", change) == {"`app@%` gets SUPER (administers the server) on the whole server"}
}

test_all_on_one_schema if {
	change := {"kind": "grant", "loc": 1, "privileges": ["ALL PRIVILEGES"], "roles": ["app@%"], "objects": [{"kind": "schema", "name": "shop"}]}
	messages("mysql", change) == set()
}

test_grant_option if {
	change := {"kind": "grant", "loc": 1, "privileges": ["SELECT"], "roles": ["app@%"], "objects": [{"kind": "schema", "name": "shop"}], "grant_option": true}
	messages("mariadb", change) == {"`app@%` may grant on what it is granted, and no migration shows to whom"}
}
