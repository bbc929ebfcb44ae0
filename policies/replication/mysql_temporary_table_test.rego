package policy.replication.mysql_temporary_table_test

import data.policy.replication.mysql_temporary_table

found(engine, format, temporary) := got if {
	got := count(mysql_temporary_table.deny) with input as {
		"migration": {"direction": "up"},
		"dialect": {"engine": engine},
		"changes": [{"kind": "create_table", "loc": 1, "table": "t", "temporary": temporary}],
	}
		with data.config.replication.mysql_temporary_table as {"format": format}
}

test_mariadb if found("mariadb", "default", true) == 1

test_mysql if found("mysql", "default", true) == 0

test_mixed if found("mysql", "MIXED", true) == 1

test_row if found("mariadb", "row", true) == 0

test_permanent if found("mariadb", "statement", false) == 0
