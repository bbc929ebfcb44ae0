package policy.delivery.data_with_schema_test

import data.policy.delivery.data_with_schema

schema := {"kind": "add_column", "area": "schema", "loc": 1, "new": false, "table": "public.a"}

rows(kind, table) := {"kind": kind, "area": "data", "loc": 2, "new": false, "tables": [table]}

found(changes) := got if {
	got := [f.message | some f in data_with_schema.deny] with input as {"migration": {"direction": "up"}, "changes": changes, "before": {"tables": {"public.a": {}}}}
		with data.config.delivery.data_with_schema as {"rows": 2, "strict": false}
}

test_backfill if {
	found([schema, rows("update", "public.a")]) == ["UPDATE writes rows of `public.a` in a migration that changes the schema as well (add column on `public.a`)"]
}

test_function_beside_rows if found([{"kind": "create_view", "area": "schema", "loc": 1, "new": true}, rows("delete", "public.a")]) == []

test_strict if {
	got := [f.message | some f in data_with_schema.deny] with input as {"migration": {"direction": "up"}, "changes": [{"kind": "create_view", "area": "schema", "loc": 1}, rows("delete", "public.a")], "before": {"tables": {}}}
		with data.config.delivery.data_with_schema as {"rows": 2, "strict": true}
	got == ["DELETE writes rows of `public.a` in a migration that changes the schema as well (create view)"]
}

test_rows_alone if found([rows("update", "public.a")]) == []

test_schema_alone if found([schema]) == []

test_comment if found([object.union(schema, {"kind": "comment"}), rows("update", "public.a")]) == []

test_seed_of_a_new_table if {
	create := {"kind": "create_table", "area": "schema", "loc": 1, "new": true, "table": "public.n"}
	found([create, rows("insert", "public.n"), schema]) == []
}

test_few_rows if found([schema, object.union(rows("insert", "public.a"), {"rows": 2, "strict": false})]) == []

test_many_rows if count(found([schema, object.union(rows("insert", "public.a"), {"rows": 3})])) == 1

test_insert_of_a_query if count(found([schema, rows("insert", "public.a")])) == 1
