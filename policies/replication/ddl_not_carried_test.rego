package policy.replication.ddl_not_carried_test

import data.policy.replication.ddl_not_carried

change(kind, column) := {"kind": kind, "loc": 1, "new": true, "table": "public.t", "object": {"kind": "column", "name": column}}

keyed := {"constraints": [{"kind": "primary_key", "columns": ["id"]}]}

publication(definition, alterations) := {"kind": "publication", "name": "p", "definition": definition, "alterations": alterations}

found(change, table, objects, tables) := got if {
	got := [f.message | some f in ddl_not_carried.deny] with input as {"migration": {"direction": "up"}, "changes": [change], "before": {"tables": {"public.t": table}}}
		with data.catalog.objects as objects
		with data.config.replication.ddl_not_carried as {"tables": tables}
}

added := "`public.t` is published by `p`, and a publication carries no change of the schema: the subscribers stop at the first row that has the new column"

test_listed if found(change("add_column", "a"), keyed, [publication("p for table o, only public.t", [])], []) == [added]

test_all_tables if found(change("add_column", "a"), keyed, [publication("p for all tables", [])], []) == [added]

test_schema if found(change("add_column", "a"), keyed, [publication("p for tables in schema app, public", [])], []) == [added]

test_other_schema if found(change("add_column", "a"), keyed, [publication("p for tables in schema app", [])], []) == []

test_added_later if found(change("add_column", "a"), keyed, [publication("p", ["add table t"])], []) == [added]

test_taken_out if found(change("add_column", "a"), keyed, [publication("p for table t", ["drop table t"])], []) == []

test_other_table if found(change("add_column", "a"), keyed, [publication("p for table tt", [])], []) == []

test_list_of_columns if found(change("add_column", "a"), keyed, [publication("p for table t(id, b)", [])], []) == []

test_list_of_columns_and_rename if count(found(change("rename_column", "b"), keyed, [publication("p for table t(id, b)", [])], [])) == 1

test_partition if {
	part := {"partition_of": {"table": "public.whole"}}
	count(found(change("drop_column", "a"), part, [publication("p for table whole", [])], [])) == 1
}

test_param if {
	found(change("alter_type", "a"), keyed, [], ["public.*"]) == ["`public.t` is published, and a publication carries no change of the schema: the subscribers get values of the new type, and stop at one that does not fit"]
}

test_key_is_for_another_rule if found(change("alter_type", "id"), keyed, [], ["public.*"]) == []

test_unpublished if found(change("add_column", "a"), keyed, [], []) == []

test_new_table if {
	create := {"kind": "create_table", "loc": 0, "new": true, "table": "public.t"}
	count(ddl_not_carried.deny) == 0 with input as {"migration": {"direction": "up"}, "changes": [create, change("add_column", "a")], "before": {"tables": {}}}
		with data.catalog.objects as [publication("p for all tables", [])]
		with data.config.replication.ddl_not_carried as {"tables": []}
}
