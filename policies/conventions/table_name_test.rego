package policy.conventions.table_name_test

import data.policy.conventions.table_name

created(name) := {
	"dialect": {"engine": "postgres"},
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
	"dialect": {"engine": "postgres"},
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

test_table_that_may_not_be_made_is_judged if {
	create := {"kind": "create_table", "loc": 1, "new": false, "certain": false, "table": "Legacy", "object": {"name": "Legacy"}}
	count(table_name.deny) == 1 with input as object.union(created("x"), {"changes": [create]})
}

test_schema_stands_in_the_message if {
	table := {"schema": "app", "name": "Users"}
	document := object.union(created("app.Users"), {"after": {"tables": {"app.Users": table}}})
	some finding in table_name.deny with input as document
	contains(finding.message, "`app.Users`")
}

mysql(sql) := object.union(created("users"), {
	"dialect": {"engine": "mysql"},
	"changes": [object.union(created("users").changes[0], {"statement": 0})],
	"statements": [{"sql": sql}],
})

test_case_is_taken_from_the_statement_where_names_are_folded if {
	count(table_name.deny) == 1 with input as mysql("CREATE TABLE `Users` (id int)")
	count(table_name.deny) == 0 with input as mysql("CREATE TABLE `users` (Users int)")
	count(table_name.deny) == 0 with input as mysql("CREATE TABLE ${name} (id int)")
}
