package policy.privacy.personal_data_in_text_test

import data.policy.privacy.personal_data_in_text

given(change) := {"migration": {"direction": "up", "comments": []}, "changes": [change], "statements": []}

said(text) := given({"kind": "comment", "loc": 1, "object": {"kind": "table", "schema": "public", "name": "t"}, "text": text})

messages(document) := got if {
	got := {finding.message | some finding in personal_data_in_text.deny} with input as document
}

holds(text) if count(messages(said(text))) == 1

passes(text) if messages(said(text)) == set()

test_addresses if {
	holds("ask Jane.Doe+x@mail.acme.co.uk now")
	holds("<jane@acme.io>")
	every text in [
		"jane@example.com", "x@sub.example.org", "a@b.test", "support@acme.io", "No-Reply@acme.io", "git@github.com:acme/x.git",
		"logo@2x.png", "see https://x.io/@jane@acme.io", "postgres://u:p@db.acme.io/x", "user@host", "@todo", "a @ b.io",
	] {
		passes(text)
	}
}

test_telephone_numbers if {
	holds("call +49 171 1234567")
	holds("(+44) is passed by +442079460958")
	every text in ["+1 (555) 010-9999", "2021-11-20 10:00:00+01", "+100", "1+2000000000", "+1 000 000 rows", "+12345678901234567890"] {
		passes(text)
	}
}

test_cards if {
	holds("4012 8888 8888 1881")
	holds("5105-1051-0510-5100")
	holds("371449635398431")
	every text in ["4012 8888 8888 1882", "4242 4242 4242 4242", "20211125103045", "1637848230123", "9999999999999995"] {
		passes(text)
	}
}

test_accounts if {
	holds("FR14 2004 1010 0505 0001 3M02 606")
	holds("NL91ABNA0417164300")
	every text in ["FR15 2004 1010 0505 0001 3M02 606", "DE89 3704 0044 0532 0130 00", "AB12CD34EF56AB12"] {
		passes(text)
	}
}

test_social_security_numbers if {
	holds("ssn 536-90-4399.")
	every text in ["000-12-3456", "536-00-4399", "536-90-0000", "987-65-4320", "2021-11-2021", "1536-90-4399"] {
		passes(text)
	}
}

test_what_is_found_is_masked if {
	messages(said("jane@acme.io")) == {"the comment on table `public.t` holds an e-mail address (`jan...`)"}
	messages(said("jane@acme.io, zoe@acme.io")) == {"the comment on table `public.t` holds 2 e-mail addresses (`jan...` is one)"}
}

test_objects_of_comments if {
	column := {"kind": "comment", "loc": 1, "object": {"kind": "column", "table": "public.t", "name": "a"}, "text": "jane@acme.io"}
	some finding in personal_data_in_text.deny with input as given(column)
	startswith(finding.message, "the comment on column `public.t.a`")
	role := {"kind": "comment", "loc": 1, "object": {"kind": "role", "name": "jane"}, "text": "jane@acme.io"}
	some found in personal_data_in_text.deny with input as given(role)
	startswith(found.message, "the comment on role `jane`")
}

test_places_in_a_table if {
	table := given({
		"kind": "create_table", "loc": 1, "table": "t", "options": {"comment": "jane@acme.io"},
		"columns": [{"name": "a", "loc": 2, "comment": "jane@acme.io", "default": "'jane@acme.io'"}],
	})
	messages(table) == {
		"the comment on table `t` holds an e-mail address (`jan...`)",
		"the comment on column `t.a` holds an e-mail address (`jan...`)",
		"the default of column `t.a` holds an e-mail address (`jan...`)",
	}
	add := given({"kind": "add_column", "loc": 1, "table": "t", "column": {"name": "a", "default": "'jane@acme.io'"}})
	{finding.at | some finding in personal_data_in_text.deny} == {1} with input as add
}

test_default_that_is_set if {
	change := {"kind": "set_default", "loc": 1, "object": {"kind": "column", "table": "t", "name": "a"}, "default": "'jane@acme.io'"}
	messages(given(change)) == {"the default of column `t.a` holds an e-mail address (`jan...`)"}
}

test_rows_and_remarks if {
	document := {
		"migration": {"direction": "down", "comments": [{"text": "ask jane@acme.io", "loc": 5}]},
		"changes": [{"kind": "insert", "loc": 1, "statement": 0, "tables": ["t"]}],
		"statements": [{"sql": "INSERT INTO t VALUES ('zoe@acme.io')"}],
	}
	{finding.at | some finding in personal_data_in_text.deny} == {1, 5} with input as document
	{finding.at | some finding in personal_data_in_text.deny} == {5} with input as document
		with data.config.privacy.personal_data_in_text.places as ["remark"]
	count(personal_data_in_text.deny) == 0 with input as document with data.config.privacy.personal_data_in_text.kinds as ["iban"]
	count(personal_data_in_text.deny) == 0 with input as object.union(document, {"migration": {"direction": "dump"}})
}
