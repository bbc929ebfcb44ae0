package policy.audit.privileges_with_schema_test

import data.policy.audit.privileges_with_schema

found(changes) := got if {
	got := [f.at.loc | some f in privileges_with_schema.deny] with input as {"migration": {"direction": "up"}, "changes": changes}
}

grant(on) := {"kind": "grant", "area": "privileges", "loc": 1, "privileges": ["SELECT"], "roles": ["app"], "objects": [on]}

table(name) := {"kind": "table", "schema": "public", "name": name}

schema(name) := {"kind": "schema", "name": name}

create(name) := {"kind": "create_table", "area": "schema", "loc": 2, "object": table(name)}

test_old_table if found([grant(table("old")), create("fresh")]) == [1]

test_new_table if found([create("fresh"), grant(table("fresh"))]) == []

test_sequence_of_a_new_table if found([create("fresh"), grant({"kind": "sequence", "schema": "public", "name": "fresh_id_seq"})]) == []

test_altered_function if {
	f := {"kind": "function", "schema": "public", "name": "f"}
	found([{"kind": "alter_function", "area": "schema", "loc": 2, "object": f}, grant(f)]) == []
}

test_alone if found([grant(table("old"))]) == []

test_comment if found([grant(table("old")), {"kind": "comment", "area": "schema", "loc": 3}]) == []

test_whole_schema if found([grant(schema("app")), create("fresh")]) == [1]

test_schema_with_new_tables if found([grant(schema("public")), create("fresh")]) == []

test_new_schema if found([{"kind": "create_schema", "area": "schema", "loc": 2, "object": schema("app")}, grant(schema("app"))]) == []

test_role if found([{"kind": "create_role", "area": "privileges", "loc": 4, "object": {"kind": "role", "name": "r"}}, create("fresh")]) == [4]

test_membership if found([{"kind": "grant", "area": "privileges", "loc": 5, "membership": true, "roles": ["a"]}, create("fresh")]) == [5]
