package policy.delivery.too_large_test

import data.policy.delivery.too_large

old := {"kind": "add_column", "area": "schema", "loc": 1, "new": true, "table": "t"}

found(statements, bytes, change, direction) := got if {
	got := {f.message | some f in too_large.deny} with input as {
		"migration": {"direction": direction, "bytes": bytes},
		"statements": [{"loc": n} | some n in numbers.range(1, statements)],
		"changes": [change],
	}
		with data.config.delivery.too_large as {"statements": 3, "bytes": 100}
}

test_small if found(3, 100, old, "up") == set()

test_statements if found(4, 100, old, "up") == {"the migration has 4 statements, more than 3"}

test_bytes if found(1, 101, old, "up") == {"the migration has 101 bytes, more than 100"}

test_dump if found(9, 900, old, "dump") == set()

test_first_migration if found(9, 900, {"kind": "create_table", "area": "schema", "loc": 1, "new": true, "table": "t"}, "up") == set()

test_new_type if found(9, 900, {"kind": "create_type", "area": "schema", "loc": 1, "new": false}, "up") == set()

test_switched_off if {
	count(too_large.deny) == 0 with input as {"migration": {"direction": "up", "bytes": 900}, "statements": [{}, {}], "changes": [old]}
		with data.config.delivery.too_large as {"statements": 0, "bytes": 0}
}

test_rows if found(4, 1, {"kind": "update", "area": "data", "loc": 1, "new": false, "tables": ["t"]}, "up") == {"the migration has 4 statements, more than 3"}
