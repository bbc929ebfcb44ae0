package policy.replication.loaded_while_unlogged_test

import data.policy.replication.loaded_while_unlogged

publication := [{"kind": "publication", "name": "p", "definition": "p for all tables"}]

found(changes, before, objects, always) := got if {
	got := [f.at.loc | some f in loaded_while_unlogged.deny] with input as {"migration": {"direction": "up"}, "changes": changes, "before": {"tables": before}}
		with data.catalog.objects as objects
		with data.config.replication.loaded_while_unlogged as {"always": always}
}

create := {"kind": "create_table", "loc": 1, "table": "public.t", "unlogged": true}

load := {"kind": "insert", "loc": 2, "table": "public.t", "tables": ["public.t"]}

logged := {"kind": "set_logged", "loc": 3, "table": "public.t"}

test_loaded if found([create, load, logged], {}, publication, false) == [3]

test_from_a_query if found([object.union(create, {"query": "select 1"}), logged], {}, publication, false) == [3]

test_old_table if found([logged], {"public.t": {"unlogged": true}}, publication, false) == [3]

test_loaded_afterwards if found([create, logged, load], {}, publication, false) == []

test_always_logged if found([object.union(create, {"unlogged": false}), load, logged], {}, publication, false) == []

test_becomes_unlogged if found([{"kind": "set_logged", "loc": 3, "table": "public.t", "unlogged": true}], {"public.t": {}}, publication, false) == []

test_no_publication if found([create, load, logged], {}, [], false) == []

test_always if found([create, load, logged], {}, [], true) == [3]
