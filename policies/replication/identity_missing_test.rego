package policy.replication.identity_missing_test

import data.policy.replication.identity_missing

create(more) := object.union({"kind": "create_table", "loc": 1, "table": "public.t", "object": {"kind": "table"}}, more)

columns := [{"name": "id", "not_null": true}, {"name": "a", "not_null": false}]

key(deferrable) := {"name": "t_pkey", "kind": "primary_key", "columns": ["id"], "deferrable": deferrable}

unique(column) := {"name": sprintf("t_%s_key", [column]), "unique": true, "keys": [{"column": column}], "constraint": "u"}

found(change, table, keyless) := got if {
	got := [f.message | some f in identity_missing.deny] with input as {"migration": {"direction": "up"}, "changes": [change], "after": {"tables": {change.table: object.union({"columns": columns}, table)}}}
		with data.config.replication.identity_missing as {"keyless": keyless, "exempt": ["public.log_*"]}
}

test_primary_key if found(create({}), {"constraints": [key(false)]}, true) == []

test_deferrable_key if {
	found(create({}), {"constraints": [key(true)]}, false) == ["the primary key of `public.t` is deferrable, which makes it no replica identity: where a publication covers it, the server refuses every UPDATE and DELETE of `public.t`"]
}

test_unique_key if {
	found(create({}), {"indexes": [unique("id")]}, false) == ["`public.t` has the unique key `t_id_key`, but no primary key, and its replica identity does not name it: where a publication covers it, the server refuses every UPDATE and DELETE of `public.t`"]
}

test_unique_key_named if found(create({}), {"indexes": [unique("id")], "options": {"replica identity": "USING INDEX t_id_key"}}, true) == []

test_nothing if count(found(create({}), {"indexes": [unique("id")], "options": {"replica identity": "NOTHING"}}, false)) == 1

test_unique_with_nulls if found(create({}), {"indexes": [unique("a")]}, false) == []

test_unique_of_some_rows if found(create({}), {"indexes": [object.union(unique("id"), {"predicate": "a > 0"})]}, false) == []

test_unique_of_an_expression if found(create({}), {"indexes": [object.union(unique("id"), {"keys": [{"expression": "lower(a)"}]})]}, false) == []

test_deferrable_unique if found(create({}), {"indexes": [unique("id")], "constraints": [{"name": "u", "kind": "unique", "columns": ["id"], "deferrable": true}]}, false) == []

test_keyless_elsewhere if found(create({}), {}, false) == []

test_keyless if found(create({}), {}, true) == ["`public.t` has no key: where a publication covers it, the server refuses every UPDATE and DELETE of `public.t`"]

test_unlogged if found(create({}), {"unlogged": true}, true) == []

test_partition if found(create({}), {"partition_of": {"table": "public.p"}}, true) == []

test_partly_known if found(create({}), {"partial": true}, true) == []

test_temporary if found(create({"temporary": true}), {}, true) == []

test_exempt if found(create({"table": "public.log_x"}), {}, true) == []
