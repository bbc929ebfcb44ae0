package policy.replication.identity_of_partitions_test

import data.policy.replication.identity_of_partitions

set(table, identity) := {"kind": "set_replica_identity", "loc": 1, "table": table, "replica_identity": identity}

found(changes, tables, catalog) := got if {
	got := [f.message | some f in identity_of_partitions.deny] with input as {"migration": {"direction": "up"}, "changes": changes, "after": {"tables": tables}}
		with data.catalog.tables as catalog
}

parent := {"public.p": {"partition_by": "range (at)"}}

part := {"public.p1": {"partition_of": {"table": "public.p"}}}

test_parent_alone if found([set("public.p", "FULL")], parent, part) == ["REPLICA IDENTITY of `public.p` changes the parent alone: its partitions keep theirs, and new ones begin with DEFAULT"]

test_all if found([set("public.p", "FULL"), set("public.p1", "FULL")], parent, part) == []

test_no_partitions_yet if count(found([set("public.p", "FULL")], parent, {})) == 1

test_default if found([set("public.p", "DEFAULT")], parent, part) == []

test_plain_table if found([set("public.t", "FULL")], {"public.t": {}}, {}) == []
