package policy.audit.row_security_missing_test

import data.policy.audit.row_security_missing

cfg := {"columns": ["tenant_id"], "always": false, "exempt": ["public.log_*"]}

columns := [{"name": "id"}, {"name": "tenant_id"}]

create(name, more) := object.union({"kind": "create_table", "loc": 1, "table": name, "object": {"kind": "table"}}, more)

secured := {"public.orders": {"columns": columns, "options": {"row security": "ENABLE"}}}

messages(change, table, catalog, params) := got if {
	got := {f.message | some f in row_security_missing.deny} with input as {
		"migration": {"direction": "up"},
		"changes": [change],
		"after": {"tables": {change.table: table}},
	}
		with data.catalog.tables as catalog
		with data.config.audit.row_security_missing as params
}

test_forgotten if {
	messages(create("public.bills", {}), {"columns": columns}, secured, cfg) == {"`public.bills` holds rows of several tenants (`tenant_id`) and has no row-level security, as `public.orders` has"}
}

test_enabled if messages(create("public.bills", {}), {"columns": columns, "options": {"row security": "ENABLE"}}, secured, cfg) == set()

test_no_other_table if messages(create("public.bills", {}), {"columns": columns}, {}, cfg) == set()

test_always if count(messages(create("public.bills", {}), {"columns": columns}, {}, object.union(cfg, {"always": true}))) == 1

test_no_tenant if messages(create("public.colours", {}), {"columns": [{"name": "id"}]}, secured, cfg) == set()

test_partition if messages(create("public.bills_1", {}), {"columns": columns, "partition_of": {"table": "public.bills"}}, secured, cfg) == set()

test_temporary if messages(create("pg_temp.bills", {"temporary": true}), {"columns": columns}, secured, cfg) == set()

test_old if {
	bills := {"public.bills": {"columns": columns}}
	count(row_security_missing.deny) == 0 with input as {"migration": {"direction": "up"}, "changes": [create("public.bills", {})], "before": {"tables": bills}, "after": {"tables": bills}}
		with data.catalog.tables as secured
		with data.config.audit.row_security_missing as cfg
}

test_exempt if messages(create("public.log_bills", {}), {"columns": columns}, secured, cfg) == set()
