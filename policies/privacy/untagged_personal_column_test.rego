package policy.privacy.untagged_personal_column_test

import data.policy.privacy.untagged_personal_column

given(change, column, table) := {
	"dialect": {"engine": "postgres"},
	"migration": {"direction": "up"},
	"changes": [change],
	"before": {"tables": {}},
	"after": {"tables": {"public.t": object.union({"schema": "public", "name": "t", "columns": [column]}, table)}},
}

add(name) := {"kind": "add_column", "loc": 1, "table": "public.t", "column": {"name": name, "loc": 2}}

is_personal(name) if count(untagged_personal_column.deny) == 1 with input as given(add(name), {"name": name, "type": "text"}, {})

is_other(name) if count(untagged_personal_column.deny) == 0 with input as given(add(name), {"name": name, "type": "text"}, {})

test_names_that_look_personal if {
	every name in ["email", "user_email", "userEmail", "emails", "E_MAIL", "email2", "home_address", "addresses", "date_of_birth", "passport_no", "national_id", "ip_address", "zipCode", "iban"] {
		is_personal(name)
	}
}

test_names_that_do_not if {
	every name in ["id", "emailed", "email_id", "email_verified_at", "is_email", "shipping", "listen_address", "address_count", "zipper", "mobility", "female_count", "street_id"] {
		is_other(name)
	}
}

test_flags_are_not_judged if {
	every type in ["boolean", "tinyint(1)", "bit(1)"] {
		count(untagged_personal_column.deny) == 0 with input as given(add("email"), {"name": "email", "type": type}, {})
	}
}

test_message_and_place if {
	some finding in untagged_personal_column.deny with input as given(add("email"), {"name": "email"}, {})
	finding.at == 2
	finding.message == "column `public.t.email` looks like personal data (`email`), and no tag says whether it is"
	finding.help == "write COMMENT ON COLUMN t.email IS '... [pii]', or '[no-pii]' where it holds none"
}

test_names_are_quoted_in_the_advice_where_they_need_it if {
	some finding in untagged_personal_column.deny with input as given(add("workEmail"), {"name": "workEmail"}, {})
	contains(finding.help, "COLUMN t.\"workEmail\" IS")
}

test_advice_for_mysql if {
	mysql := object.union(given(add("email"), {"name": "email"}, {}), {"dialect": {"engine": "mysql"}})
	some finding in untagged_personal_column.deny with input as mysql
	contains(finding.help, "COMMENT '... [pii]' behind its type")
}

test_tag_at_the_end_of_the_migration_counts if {
	count(untagged_personal_column.deny) == 0 with input as given(add("email"), {"name": "email", "tags": ["pii"]}, {})
	count(untagged_personal_column.deny) == 0 with input as given(add("email"), {"name": "email", "tags": ["no-pii"]}, {})
	count(untagged_personal_column.deny) == 0 with input as given(add("email"), {"name": "email"}, {"tags": ["pii"]})
	count(untagged_personal_column.deny) == 1 with input as given(add("email"), {"name": "email", "tags": ["internal"]}, {})
}

test_tables_that_are_not_judged if {
	every more in [{"temporary": true}, {"partition_of": {"table": "p"}}] {
		count(untagged_personal_column.deny) == 0 with input as given(add("email"), {"name": "email"}, more)
	}
	count(untagged_personal_column.deny) == 0 with input as given(add("email"), {"name": "email"}, {})
		with data.config.privacy.untagged_personal_column.exempt as ["t.*"]
}

test_old_column_is_not_judged if {
	before := {"before": {"tables": {"public.t": {"columns": [{"name": "email"}]}}}}
	count(untagged_personal_column.deny) == 0 with input as object.union(given(add("email"), {"name": "email"}, {}), before)
}

test_new_tables_and_new_names if {
	create := {"kind": "create_table", "loc": 1, "table": "public.t", "columns": [{"name": "email", "loc": 5}]}
	{finding.at | some finding in untagged_personal_column.deny} == {5} with input as given(create, {"name": "email"}, {})
	rename := {"kind": "rename_column", "loc": 1, "table": "public.t", "from": "a", "to": "email"}
	{finding.at | some finding in untagged_personal_column.deny} == {1} with input as given(rename, {"name": "email"}, {})
	change := {"kind": "redefine_column", "loc": 1, "table": "public.t", "column": {"name": "email"}}
	count(untagged_personal_column.deny) == 0 with input as given(change, {"name": "email"}, {})
	count(untagged_personal_column.deny) == 1 with input as given(object.union(change, {"to": "email"}), {"name": "email"}, {})
}

test_table_that_is_built_anew if {
	create := {"kind": "create_table", "loc": 1, "table": "new_t", "columns": [{"name": "email", "loc": 5}]}
	rename := {"kind": "rename_table", "loc": 2, "table": "new_t", "after": {"schema": "public", "name": "t"}}
	rebuilt := object.union(given({}, {"name": "email"}, {}), {"changes": [create, rename]})
	count(untagged_personal_column.deny) == 1 with input as rebuilt
	before := {"before": {"tables": {"public.t": {"columns": [{"name": "email"}]}}}}
	count(untagged_personal_column.deny) == 0 with input as object.union(rebuilt, before)
	elsewhere := {"changes": [create, {"kind": "rename_table", "loc": 2, "table": "new_t", "after": {"name": "u"}}]}
	count(untagged_personal_column.deny) == 0 with input as object.union(rebuilt, elsewhere)
}
