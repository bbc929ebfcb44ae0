package policy.conventions.constraint_name_test

import data.policy.conventions.constraint_name

given(change) := {
	"dialect": {"engine": "postgres"},
	"migration": {"direction": "up"},
	"changes": [change],
	"after": {"tables": {}},
}

add(constraint) := given({"kind": "add_constraint", "loc": 1, "table": "public.orders", "constraint": constraint})

passes(constraint) if count(constraint_name.deny) == 0 with input as add(constraint)

key(name) := {"name": name, "kind": "foreign_key", "columns": ["user_id"], "references": {"table": "public.users"}}

test_templates_of_each_kind_pass if {
	passes({"name": "orders_pkey", "kind": "primary_key", "columns": ["id"]})
	passes({"name": "orders_a_b_key", "kind": "unique", "columns": ["a", "b"]})
	passes(key("orders_user_id_fkey"))
	passes({"name": "orders_total_check", "kind": "check"})
	passes({"name": "orders_room_excl", "kind": "exclude"})
	passes({"name": "whatever", "kind": "not_null", "columns": ["a"]})
	passes({"kind": "check"})
}

test_other_names_are_found if {
	not passes({"name": "pk", "kind": "primary_key", "columns": ["id"]})
	not passes({"name": "orders_b_a_key", "kind": "unique", "columns": ["a", "b"]})
	not passes(key("user"))
	not passes({"name": "positive", "kind": "check"})
	not passes({"name": "no_overlap", "kind": "exclude"})
}

test_message_and_place if {
	some finding in constraint_name.deny with input as add(object.union(key("user"), {"loc": 4}))
	finding.at == 4
	contains(finding.message, "foreign key `user` on table `public.orders`")
	contains(finding.message, "`fk_orders_user_id` or `orders_user_id_fkey`")
}

test_constraints_of_a_table_and_of_a_column if {
	every kind in ["create_table", "add_column", "redefine_column"] {
		change := {"kind": kind, "loc": 1, "table": "orders", "constraints": [key("user"), {"kind": "check"}]}
		count(constraint_name.deny) == 1 with input as given(change)
	}
}

test_rename_is_judged_where_it_stands if {
	rename := {"kind": "rename_constraint", "loc": 7, "table": "orders", "after": object.union(key("user"), {"loc": 1})}
	{finding.at | some finding in constraint_name.deny} == {7} with input as given(rename)
}

test_template_with_what_is_referred_to if {
	constraint_name.deny == set() with input as add(key("fk_orders_users"))
		with data.config.conventions.constraint_name.foreign_key as ["fk_{table}_{references}"]
	count(constraint_name.deny) == 1 with input as add(key("fk_orders_user"))
		with data.config.conventions.constraint_name.foreign_key as ["fk_{table}_{references}"]
}

test_first_column if {
	constraint_name.deny == set() with input as add({"name": "u_a", "kind": "unique", "columns": ["a", "b"]})
		with data.config.conventions.constraint_name.unique as ["u_{column}"]
}

test_primary_key_of_mysql_has_no_name if {
	pk := add({"name": "pk", "kind": "primary_key", "columns": ["id"]})
	count(constraint_name.deny) == 0 with input as object.union(pk, {"dialect": {"engine": "mysql"}})
}

test_table_has_its_name_of_the_end if {
	create := {"kind": "create_table", "loc": 1, "table": "new_orders", "constraints": [key("orders_user_id_fkey")]}
	rename := {"kind": "rename_table", "loc": 2, "table": "new_orders", "to": "orders"}
	count(constraint_name.deny) == 0 with input as object.union(given({}), {"changes": [create, rename]})
}

test_exempt_and_temporary_tables_pass if {
	count(constraint_name.deny) == 0 with input as add(key("user")) with data.config.conventions.constraint_name.exempt as ["public.*"]
	after := {"after": {"tables": {"public.orders": {"temporary": true}}}}
	count(constraint_name.deny) == 0 with input as object.union(add(key("user")), after)
	create := {"kind": "create_table", "loc": 1, "table": "s", "temporary": true, "constraints": [key("user")]}
	count(constraint_name.deny) == 0 with input as given(create)
}
