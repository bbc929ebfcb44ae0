package policy.audit.logging_switched_off_test

import data.policy.audit.logging_switched_off

messages(change) := got if {
	got := {f.message | some f in logging_switched_off.deny} with input as {"migration": {"direction": "up"}, "changes": [change]}
}

session(name, value) := {"kind": "set_variable", "loc": 1, "setting": {"name": name, "value": value}}

test_session if messages(session("log_statement", "none")) == {"`log_statement` is set to `none`: what happens then leaves no trace in the log"}

test_mysql if count(messages(session("global.general_log", "OFF"))) == 1

test_on if messages(session("log_statement", "ddl")) == set()

test_other if messages(session("lock_timeout", "2s")) == set()

test_reset if messages({"kind": "set_variable", "loc": 1, "setting": {"name": "log_statement"}}) == set()

test_system if {
	messages({"kind": "alter_system", "loc": 1, "action": "set log_connections = off"}) == {"`log_connections` is set to `off` for the whole server: what happens then leaves no trace in the log"}
}

test_database if {
	change := {"kind": "alter_database", "loc": 1, "object": {"kind": "database", "name": "shop"}, "action": "set pgaudit.log to 'none'"}
	messages(change) == {"`pgaudit.log` is set to `none` for the database `shop`: what happens then leaves no trace in the log"}
}

test_role if {
	change := {"kind": "alter_role", "loc": 1, "object": {"kind": "role", "name": "app"}, "action": "set log_min_error_statement = panic"}
	count(messages(change)) == 1
}

test_role_otherwise if messages({"kind": "alter_role", "loc": 1, "object": {"kind": "role", "name": "app"}, "action": "login"}) == set()

test_extension if count(messages({"kind": "drop_extension", "loc": 1, "object": {"kind": "extension", "name": "pgaudit"}})) == 1

test_other_extension if messages({"kind": "drop_extension", "loc": 1, "object": {"kind": "extension", "name": "citext"}}) == set()

plugin(name) := got if {
	got := count(logging_switched_off.deny) with input as {
		"migration": {"direction": "up"},
		"changes": [{"kind": "nothing", "loc": 1, "statement": 0, "verb": "UNINSTALL"}],
		"statements": [{"sql": sprintf("UNINSTALL PLUGIN %s", [name]), "loc": 0}],
	}
}

test_audit_plugin if plugin("audit_log") == 1

test_other_plugin if plugin("validate_password") == 0
