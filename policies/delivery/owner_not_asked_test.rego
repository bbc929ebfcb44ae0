package policy.delivery.owner_not_asked_test

import data.policy.delivery.owner_not_asked

found(owners, change) := got if {
	got := [f.message | some f in owner_not_asked.deny] with input as {"migration": object.union({"direction": "up"}, owners), "changes": [change]}
		with data.config.delivery.owner_not_asked as {"tables": {"public.billing_*": "@acme/billing"}}
}

alter(table) := {"kind": "add_column", "area": "schema", "loc": 1, "table": table}

test_not_asked if {
	found({"owners": ["@acme/web"]}, alter("public.billing_runs")) == ["`public.billing_runs` belongs to `@acme/billing`, who is not among the owners of this migration (`@acme/web`)"]
}

test_nobody_asked if {
	found({}, alter("public.billing_runs")) == ["`public.billing_runs` belongs to `@acme/billing`, who is not among the owners of this migration (nobody owns it)"]
}

test_rows if {
	count(found({}, {"kind": "update", "area": "data", "loc": 1, "tables": ["public.a", "public.billing_runs"]})) == 1
}

test_asked if found({"owners": ["@acme/web", "@acme/billing"]}, alter("public.billing_runs")) == []

test_other_table if found({}, alter("public.users")) == []

test_no_table if found({}, {"kind": "create_type", "area": "schema", "loc": 1}) == []
