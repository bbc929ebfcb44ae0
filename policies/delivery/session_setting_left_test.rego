package policy.delivery.session_setting_left_test

import data.policy.delivery.session_setting_left

cfg := {"settings": ["search_path", "foreign_key_checks", "sql_mode", "role", "foreign_keys"]}

set(name, value) := {"kind": "set_variable", "loc": 1, "setting": {"name": name, "value": value}}

reset(name) := {"kind": "set_variable", "loc": 2, "setting": {"name": name}}

found(engine, changes) := got if {
	got := [f.message | some f in session_setting_left.deny] with input as {"migration": {"direction": "up"}, "dialect": {"engine": engine}, "changes": changes}
		with data.config.delivery.session_setting_left as cfg
}

test_left if found("postgres", [set("search_path", "app")]) == ["`search_path` stays `app` for what runs behind this migration on the same connection"]

test_reset if found("postgres", [set("search_path", "app"), reset("search_path")]) == []

test_reset_all if found("postgres", [set("search_path", "app"), reset("all")]) == []

test_discarded if found("postgres", [set("search_path", "app"), {"kind": "nothing", "loc": 2, "verb": "DISCARD ALL"}]) == []

test_set_again if count(found("postgres", [reset("search_path"), set("search_path", "app")])) == 1

test_local if found("postgres", [{"kind": "set_variable", "loc": 1, "setting": {"name": "search_path", "value": "app", "local": true}}]) == []

test_timeout if found("postgres", [set("lock_timeout", "2s")]) == []

test_checks_on_again if found("mysql", [set("foreign_key_checks", "0"), set("foreign_key_checks", "1")]) == []

test_checks_off if count(found("mysql", [set("foreign_key_checks", "0")])) == 1

test_old_value if found("mysql", [set("sql_mode", "ansi"), set("sql_mode", "@old_sql_mode")]) == []

test_advice if {
	{"postgres", "mariadb", "sqlite"} == {engine |
		some engine in ["postgres", "mariadb", "sqlite"]
		count(found(engine, [set("foreign_keys", "off")])) == 1
	}
}
