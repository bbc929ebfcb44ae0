package policy.privacy.personal_data_copied_test

import data.policy.privacy.personal_data_copied

users := {"name": "users", "columns": [{"name": "id"}, {"name": "email", "tags": ["pii"]}]}

given(change, copy) := {
	"migration": {"direction": "up"},
	"changes": [object.union({"kind": "create_table", "loc": 1, "table": "copy", "object": {"kind": "table", "name": "copy"}}, change)],
	"after": {"tables": {"users": users, "copy": object.union({"name": "copy"}, copy)}},
}

copied := {"columns": [{"name": "id"}, {"name": "email"}]}

messages(document) := got if {
	got := {finding.message | some finding in personal_data_copied.deny} with input as document
}

test_columns_that_are_known if {
	expected := {"table `copy` copies `email` from `users`, where it is tagged as personal data, and the copy is not"}
	messages(given({"like": ["users"]}, copied)) == expected
	messages(given({"reads": ["users"]}, copied)) == expected
}

test_advice if {
	some like in personal_data_copied.deny with input as given({"like": ["users"]}, copied)
	contains(like.help, "INCLUDING COMMENTS")
	some query in personal_data_copied.deny with input as given({"reads": ["users"]}, copied)
	not contains(query.help, "INCLUDING COMMENTS")
}

test_copy_that_is_tagged_passes if {
	messages(given({"like": ["users"]}, users)) == set()
	messages(given({"like": ["users"]}, object.union(copied, {"tags": ["pii"]}))) == set()
	messages(given({"like": ["users"]}, object.union(copied, {"tags": ["no-pii"]}))) == set()
}

test_column_that_is_written_is_no_copy if {
	messages(given({"like": ["users"], "columns": [{"name": "email"}]}, copied)) == set()
}

test_source_of_the_catalog if {
	document := given({"reads": ["old"]}, copied)
	count(personal_data_copied.deny) == 1 with input as document with data.catalog.tables as {"old": users}
	count(personal_data_copied.deny) == 0 with input as document with data.catalog.tables as {}
}

test_columns_that_are_not_known if {
	every text in ["select u.email from users u", "select * from users u join x", "select u.* from users u", "select 1, * from users"] {
		count(messages(given({"reads": ["users"], "query": text}, {"columns": [], "query": text}))) == 1
	}
	every text in ["select count(*) from users", "select id, emailed from users"] {
		messages(given({"reads": ["users"], "query": text}, {"columns": [], "query": text})) == set()
	}
	text := "select u.email from users u"
	messages(given({"reads": ["users"], "query": text}, {"columns": [], "query": text, "tags": ["pii"]})) == set()
}

view := {
	"kind": "create_materialized_view", "object": {"kind": "materialized_view", "name": "mails"},
	"after": {"schema": "public", "name": "mails"}, "reads": ["users"], "query": "select email from users",
}

test_materialized_view if {
	count(personal_data_copied.deny) == 1 with input as given(view, {}) with data.catalog.comments as []
	bare := object.union(object.remove(view, {"after"}), {"after": {"name": "mails"}})
	count(personal_data_copied.deny) == 1 with input as given(bare, {}) with data.catalog.comments as []
}

test_materialized_view_that_is_tagged_passes if {
	on_view := {"kind": "materialized_view", "object": "public.mails", "text": "for news [PII]"}
	count(personal_data_copied.deny) == 0 with input as given(view, {}) with data.catalog.comments as [on_view]
	on_column := {"kind": "column", "object": "public.mails.email", "text": "[pii]"}
	count(personal_data_copied.deny) == 0 with input as given(view, {}) with data.catalog.comments as [on_column]
	elsewhere := {"kind": "column", "object": "public.mails2.email", "text": "[pii]"}
	count(personal_data_copied.deny) == 1 with input as given(view, {}) with data.catalog.comments as [elsewhere]
}

test_temporary_table_is_not_judged if {
	messages(given({"like": ["users"], "temporary": true}, copied)) == set()
	text := "select * from users u join x"
	messages(given({"reads": ["users"], "temporary": true, "query": text}, {"columns": [], "query": text})) == set()
}

test_table_that_is_renamed if {
	document := given({"table": "tmp", "like": ["users"]}, copied)
	rename := {"kind": "rename_table", "loc": 2, "table": "tmp", "after": {"name": "copy"}}
	count(messages(object.union(document, {"changes": [document.changes[0], rename]}))) == 1
}
