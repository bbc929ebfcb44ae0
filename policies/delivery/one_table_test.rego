package policy.delivery.one_table_test

import data.policy.delivery.one_table

alter(table, loc) := {"kind": "add_column", "area": "schema", "loc": loc, "new": true, "table": table}

found(changes, tables) := got if {
	got := [[f.at.loc, f.message] | some f in one_table.deny] with input as {"migration": {"direction": "up"}, "changes": changes, "before": {"tables": tables}}
		with data.config.delivery.one_table as {"max": 1}
}

test_two if {
	found([alter("public.b", 1), alter("public.a", 2), alter("public.b", 3)], {}) == [[2, "the migration alters 2 existing tables: `public.b`, `public.a`"]]
}

test_related if {
	some f in one_table.deny with input as {"migration": {"direction": "up"}, "changes": [alter("b", 1), alter("a", 2), alter("c", 3)], "before": {"tables": {}}}
		with data.config.delivery.one_table as {"max": 1}
	[r.at.loc | some r in f.related] == [1, 3]
}

test_one if found([alter("public.a", 1), alter("public.a", 2)], {}) == []

create(table) := {"kind": "create_table", "area": "schema", "loc": 9, "new": true, "table": table}

test_new_table if found([alter("public.a", 1), create("public.b"), alter("public.b", 2)], {}) == []

# As SQLite alters a table.
test_built_anew if {
	drop := {"kind": "drop_table", "area": "schema", "loc": 1, "new": false, "table": "a"}
	rename := {"kind": "rename_table", "area": "schema", "loc": 2, "new": true, "table": "new_a", "to": "a"}
	found([create("new_a"), drop, rename, alter("a", 3)], {"a": {}}) == []
}

test_partitions if {
	part := {"partition_of": {"table": "public.events"}}
	found([alter("public.events_1", 1), alter("public.events_2", 2)], {"public.events_1": part, "public.events_2": part}) == []
}

test_renamed if {
	rename := {"kind": "rename_table", "area": "schema", "loc": 1, "new": false, "table": "public.a", "to": "b"}
	found([rename, alter("public.b", 2)], {"public.a": {}}) == []
}

test_renamed_without_schema if {
	rename := {"kind": "rename_table", "area": "schema", "loc": 1, "new": false, "table": "a", "to": "b"}
	found([rename, alter("b", 2)], {"a": {}}) == []
}

test_index_of_a_view if {
	count(one_table.deny) == 0 with input as {"migration": {"direction": "up"}, "changes": [alter("public.a", 1), alter("public.v", 2)], "before": {"tables": {}}}
		with data.catalog.views as {"public.v": {}}
		with data.config.delivery.one_table as {"max": 1}
}

test_temporary if found([alter("public.a", 1), alter("pg_temp.b", 2)], {"pg_temp.b": {"temporary": true}}) == []

test_comments_and_rows if {
	found([alter("public.a", 1), object.union(alter("public.b", 2), {"kind": "comment"}), object.union(alter("public.c", 3), {"kind": "update", "area": "data"})], {}) == []
}

test_three_allowed if {
	count(one_table.deny) == 0 with input as {"migration": {"direction": "up"}, "changes": [alter("a", 1), alter("b", 2), alter("c", 3)], "before": {"tables": {}}}
		with data.config.delivery.one_table as {"max": 3}
}
