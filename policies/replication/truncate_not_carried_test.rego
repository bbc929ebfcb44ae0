package policy.replication.truncate_not_carried_test

import data.policy.replication.truncate_not_carried

found(definition, alterations) := got if {
	got := [f.message | some f in truncate_not_carried.deny] with input as {
		"migration": {"direction": "up"},
		"changes": [{"kind": "truncate", "loc": 1, "new": false, "tables": ["public.t"]}],
	}
		with data.catalog.objects as [{"kind": "publication", "name": "p", "definition": definition, "alterations": alterations}]
}

message := "the publication `p` does not publish TRUNCATE: `public.t` is emptied here and stays full on the subscribers"

test_left_out if found("p for table t with(publish = 'insert, update')", []) == [message]

test_all_tables if found("p for all tables with(publish = 'insert')", []) == [message]

test_schema if found("p for tables in schema public", ["set(publish = 'insert')"]) == [message]

test_published if found("p for table t with(publish = 'insert, truncate')", []) == []

test_default if found("p for table t", []) == []

test_changed_later if found("p for table t with(publish = 'insert')", ["set(publish = 'insert, truncate')"]) == []

test_other_table if found("p for table o with(publish = 'insert')", []) == []
