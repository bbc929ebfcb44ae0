package policy.replication.mysql_unsafe_statement_test

import data.policy.replication.mysql_unsafe_statement

found(change, sql, format) := got if {
	got := [f.message | some f in mysql_unsafe_statement.deny] with input as {"migration": {"direction": "up"}, "dialect": {"engine": "mysql"}, "changes": [change], "statements": [{"sql": sql, "loc": 0}]}
		with data.config.replication.mysql_unsafe_statement as {"format": format, "functions": ["uuid", "user"]}
}

add(given) := {"kind": "add_column", "loc": 1, "statement": 0, "table": "t", "object": {"name": "c"}, "column": {"name": "c", "default": given}}

write(kind, more) := object.union({"kind": kind, "loc": 1, "statement": 0, "tables": ["t"]}, more)

test_default if found(add("(uuid())"), "", "row") == ["the rows that `t` has get `c` from UUID(), which is another value on each server: where the binary log is on, the server refuses this with error 1674"]

test_default_as_statement if found(add("(uuid())"), "", "statement") == ["the rows that `t` has get `c` from UUID(), which is another value on each server"]

test_harmless_default if found(add("(my_uuid(1))"), "", "row") == []

test_text_as_default if found(add("'uuid()'"), "", "row") == []

test_no_default if found({"kind": "add_column", "loc": 1, "statement": 0, "table": "t", "object": {"name": "c"}, "column": {"name": "c"}}, "", "row") == []

test_function if {
	found(write("insert", {}), "INSERT INTO t VALUES (lower(UUID()))", "STATEMENT") == ["INSERT on `t` is sent as a statement, and UUID() is another value on each server: the replicas get other rows"]
}

test_limit if count(found(write("delete", {"where": true}), "DELETE FROM t WHERE a = 1 LIMIT 10", "statement")) == 1

test_limit_in_a_string if found(write("update", {}), "UPDATE t SET a = ' limit 1' WHERE id = 1", "statement") == []

test_rows_are_sent if found(write("insert", {}), "INSERT INTO t VALUES (UUID())", "row") == []

test_safe if found(write("insert", {}), "INSERT INTO t VALUES (NOW())", "statement") == []
