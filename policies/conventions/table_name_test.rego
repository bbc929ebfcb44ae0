package policy.conventions.table_name_test

import data.policy.conventions.table_name

created(name) := {
	"migration": {"direction": "up"},
	"changes": [{
		"kind": "create_table", "loc": 1, "new": true, "certain": true, "table": name,
		"object": {"kind": "table", "name": name},
	}],
	"after": {"tables": {name: {"name": name, "columns": []}}},
}

test_name_with_capitals_is_found if {
	some finding in table_name.deny with input as created("UserAccounts")
	finding.at.loc == 1
	contains(finding.message, "`UserAccounts`")
}

test_plain_name_passes if {
	count(table_name.deny) == 0 with input as created("user_accounts")
}

test_pattern_is_a_parameter if {
	count(table_name.deny) == 0 with input as created("UserAccounts")
		with data.config.conventions.table_name.pattern as "^[A-Z][A-Za-z0-9]*$"
}

test_exempt_name_passes if {
	count(table_name.deny) == 0 with input as created("__EFMigrationsHistory")
		with data.config.conventions.table_name.exempt as ["__EF*"]
}

test_way_back_is_not_judged if {
	down := object.union(created("UserAccounts"), {"migration": {"direction": "down"}})
	count(table_name.deny) == 0 with input as down
}

test_temporary_table_is_not_judged if {
	created_table := created("Scratch").changes[0]
	temporary := object.union(created("Scratch"), {"changes": [object.union(created_table, {"temporary": true})]})
	count(table_name.deny) == 0 with input as temporary
}

renamed(to, before) := {
	"migration": {"direction": "up"},
	"changes": [{"kind": "rename_table", "loc": 3, "table": "accounts", "from": "accounts", "to": to, "after": {"name": to}}],
	"before": {"tables": before},
	"after": {"tables": {to: {"name": to, "columns": []}}},
}

test_new_name_of_an_old_table_is_found if {
	count(table_name.deny) == 1 with input as renamed("Accounts", {"accounts": {"name": "accounts"}})
}

test_name_that_a_rebuilt_table_takes_over_passes if {
	before := {"accounts": {"name": "accounts"}, "Accounts": {"name": "Accounts"}}
	count(table_name.deny) == 0 with input as renamed("Accounts", before)
}
