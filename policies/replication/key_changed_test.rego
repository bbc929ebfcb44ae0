package policy.replication.key_changed_test

import data.policy.replication.key_changed

table(columns, key) := {
	"columns": [{"name": name, "type": type} | some name, type in columns],
	"constraints": [{"kind": "check"}, {"kind": "primary_key", "columns": key}],
}

found(changes, old, new) := got if {
	got := [[f.at.loc, f.message] | some f in key_changed.deny] with input as {
		"migration": {"direction": "up"},
		"changes": changes,
		"before": {"tables": {"public.t": old}},
		"after": {"tables": {"public.t": new}},
	}
		with data.config.replication.key_changed as {"tables": ["public.*"]}
}

old := table({"id": "integer", "a": "text"}, ["id"])

change(kind, column) := {"kind": kind, "loc": 1, "table": "public.t", "object": {"kind": "column", "name": column}}

test_wider if {
	found([change("alter_type", "id")], old, table({"id": "bigint", "a": "text"}, ["id"])) == [[1, "the primary key of `public.t` changes from (id integer) to (id bigint): who reads the log finds its rows by it"]]
}

test_renamed if {
	rename := object.union(change("rename_column", "id"), {"to": "t_id"})
	count(found([rename], old, table({"t_id": "integer", "a": "text"}, ["t_id"]))) == 1
}

test_replaced if {
	drop := {"kind": "drop_constraint", "loc": 2, "table": "public.t", "object": {"kind": "constraint", "name": "t_pkey"}, "before": {"kind": "primary_key"}}
	add := {"kind": "add_constraint", "loc": 3, "table": "public.t", "constraint": {"kind": "primary_key"}}
	[at | some [at, _] in found([drop, add], old, table({"id": "integer", "a": "text"}, ["a"]))] == [2]
	[at | some [at, _] in found([add], old, table({"id": "integer", "a": "text"}, ["a"]))] == [3]
}

test_new_column_as_key if {
	drop := {"kind": "drop_column", "loc": 5, "table": "public.t", "object": {"kind": "column", "name": "other"}}
	add := {"kind": "add_column", "loc": 6, "table": "public.t", "object": {"kind": "column", "name": "n"}, "constraints": [{"kind": "primary_key"}]}
	[at | some [at, _] in found([drop, add], old, table({"n": "uuid", "a": "text"}, ["n"]))] == [6]
}

test_longer if found([change("alter_type", "a")], table({"a": "varchar(36)"}, ["a"]), table({"a": "varchar(255)"}, ["a"])) == []

test_other_column if found([change("alter_type", "a")], old, table({"id": "integer", "a": "varchar"}, ["id"])) == []

test_key_lost if found([change("drop_column", "id")], old, {"columns": [], "constraints": []}) == []

test_dropped if {
	count(key_changed.deny) == 0 with input as {"migration": {"direction": "up"}, "changes": [], "before": {"tables": {"public.t": old}}, "after": {"tables": {}}}
		with data.config.replication.key_changed as {"tables": ["*"]}
}

test_not_replicated if {
	count(key_changed.deny) == 0 with input as {
		"migration": {"direction": "up"},
		"changes": [change("alter_type", "id")],
		"before": {"tables": {"public.t": old}},
		"after": {"tables": {"public.t": table({"id": "bigint"}, ["id"])}},
	}
		with data.config.replication.key_changed as {"tables": ["other.*"]}
}
