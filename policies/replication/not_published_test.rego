package policy.replication.not_published_test

import data.policy.replication.not_published

create := {"kind": "create_table", "loc": 1, "table": "public.t", "object": {"kind": "table"}}

found(changes, table, objects, publication) := got if {
	got := [f.message | some f in not_published.deny] with input as {"migration": {"direction": "up"}, "changes": changes, "after": {"tables": {"public.t": table}}}
		with data.catalog.objects as objects
		with data.config.replication.not_published as {"publication": publication, "exempt": ["public.log_*"]}
}

publication(definition, alterations) := {"kind": "publication", "name": "p", "definition": definition, "alterations": alterations}

test_missing if found([create], {}, [publication("p for table o", [])], "p") == ["`public.t` is in no list of the publication `p`: its rows stay on this server"]

test_unknown_publication if count(found([create], {}, [], "p")) == 1

test_added if found([create], {}, [publication("p for table o", ["add table public.t"])], "p") == []

test_added_here if found([create, {"kind": "alter_publication", "loc": 2, "object": {"name": "p"}, "action": "add table t"}], {}, [], "p") == []

test_created_here if found([create, {"kind": "create_publication", "loc": 2, "object": {"name": "p"}, "definition": "p for table t"}], {}, [], "p") == []

test_all_tables if found([create], {}, [publication("p for all tables", [])], "p") == []

test_schema if found([create], {}, [publication("p for tables in schema public", [])], "p") == []

test_other_schema if count(found([create], {}, [publication("p for tables in schema t", [])], "p")) == 1

test_other_publication if count(found([create], {}, [publication("p for table t", [])], "q")) == 1

test_without_param if found([create], {}, [], "") == []

test_partition if found([create], {"partition_of": {"table": "public.o"}}, [], "p") == []

test_unlogged if found([create], {"unlogged": true}, [], "p") == []

test_temporary if found([object.union(create, {"temporary": true})], {}, [], "p") == []

test_exempt if {
	count(not_published.deny) == 0 with input as {"migration": {"direction": "up"}, "changes": [object.union(create, {"table": "public.log_a"})], "after": {"tables": {"public.log_a": {}}}}
		with data.config.replication.not_published as {"publication": "p", "exempt": ["public.log_*"]}
}
