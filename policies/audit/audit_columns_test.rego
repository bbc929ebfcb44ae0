package policy.audit.audit_columns_test

import data.policy.audit.audit_columns

cfg := {"columns": ["created_at|inserted_at", "created_by"], "exempt": ["*schema_migrations*"]}

table(names) := {"columns": [{"name": name} | some name in names]}

create(more) := object.union({"kind": "create_table", "loc": 1, "table": "public.t", "object": {"kind": "table"}}, more)

messages(change, after) := got if {
	got := {f.message | some f in audit_columns.deny} with input as {
		"migration": {"direction": "up"},
		"changes": [change],
		"after": {"tables": {change.table: after}},
	}
		with data.config.audit.audit_columns as cfg
}

test_both_missing if messages(create({}), table(["id"])) == {"`public.t` has no `created_at`, `created_by`: its rows do not say who wrote them, and when"}

test_who_missing if messages(create({}), table(["id", "inserted_at"])) == {"`public.t` has no `created_by`: its rows do not say who wrote them"}

test_when_missing if messages(create({}), table(["id", "created_by"])) == {"`public.t` has no `created_at`: its rows do not say when they were written"}

test_other_spelling if messages(create({}), table(["Id", "CreatedAt", "createdBy"])) == set()

test_one_column if count(messages(create({}), object.union(table(["id"]), {"constraints": [{"kind": "primary_key", "columns": ["id"]}]}))) == 1

test_prefix if messages(create({}), table(["t_id", "t_created_at", "t_created_by"])) == set()

test_join_table if {
	join := object.union(table(["a_id", "b_id"]), {"constraints": [{"kind": "primary_key", "columns": ["a_id", "b_id"]}]})
	messages(create({}), join) == set()
}

test_partition if messages(create({}), object.union(table(["id"]), {"partition_of": {"table": "public.p"}})) == set()

test_columns_unknown if messages(create({}), object.union(table(["id"]), {"partial": true})) == set()

test_if_not_exists if count(messages(create({"if_not_exists": true, "columns": [{"name": "id"}]}), object.union(table(["id"]), {"partial": true}))) == 1

test_query if messages(create({}), table([])) == set()

test_temporary if messages(create({"temporary": true}), table(["id"])) == set()

test_foreign if messages(create({"object": {"kind": "foreign_table"}}), table(["id"])) == set()

test_books if messages(create({"table": "public.schema_migrations"}), table(["version"])) == set()

test_old if {
	count(audit_columns.deny) == 0 with input as {
		"migration": {"direction": "up"},
		"changes": [create({})],
		"before": {"tables": {"public.t": table(["id"])}},
		"after": {"tables": {"public.t": table(["id"])}},
	}
		with data.config.audit.audit_columns as cfg
}

test_dropped_again if {
	count(audit_columns.deny) == 0 with input as {"migration": {"direction": "up"}, "changes": [create({})], "after": {"tables": {}}}
		with data.config.audit.audit_columns as cfg
}
