package policy.audit.mysql_password_test

import data.policy.audit.mysql_password

fires(kind, sql) if {
	count(mysql_password.deny) == 1 with input as {
		"migration": {"direction": "up"},
		"statements": [{"sql": sql, "loc": 1}],
		"changes": [{"kind": kind, "statement": 0, "loc": 2}],
	}
}

test_create_user if fires("create_role", "CREATE USER 'app'@'%' IDENTIFIED BY 'hunter2'")

test_plugin if fires("alter_role", "alter user app identified with mysql_native_password by 'hunter2'")

test_hash if fires("create_role", "CREATE USER app IDENTIFIED WITH caching_sha2_password AS '$A$005$abc'")

test_mariadb if fires("create_role", "CREATE USER app IDENTIFIED VIA mysql_native_password USING PASSWORD('hunter2')")

test_old_grant if fires("grant", "GRANT SELECT ON shop.* TO app IDENTIFIED BY 'hunter2'")

test_set_password if fires("nothing", "SET PASSWORD FOR 'app'@'%' = 'hunter2'")

test_random if not fires("create_role", "CREATE USER app IDENTIFIED BY RANDOM PASSWORD")

test_placeholder if not fires("create_role", "CREATE USER app IDENTIFIED BY '${app_password}'")

test_variable if not fires("create_role", "CREATE USER app IDENTIFIED BY ':password'")

test_masked_placeholder if not fires("create_role", "CREATE USER app IDENTIFIED BY '__app_password__'")

test_empty if not fires("create_role", "CREATE USER app IDENTIFIED BY ''")

test_no_password if not fires("create_role", "CREATE USER app ACCOUNT LOCK")

test_other_setting if not fires("set_variable", "SET sql_mode = 'ANSI'")

test_down if {
	count(mysql_password.deny) == 1 with input as {
		"migration": {"direction": "down"},
		"statements": [{"sql": "CREATE USER a IDENTIFIED BY 'x'", "loc": 1}],
		"changes": [{"kind": "create_role", "statement": 0, "loc": 2}],
	}
}
