package policy.privacy.unprotected_personal_column_test

import data.policy.privacy.unprotected_personal_column

given(change, before, after) := {
	"migration": {"direction": "up"},
	"changes": [change],
	"before": {"tables": {"t": object.union({"name": "t", "columns": []}, before)}},
	"after": {"tables": {"t": object.union({"name": "t", "columns": []}, after)}},
}

comment := {"kind": "comment", "loc": 1, "table": "t", "object": {"kind": "column", "name": "a"}}

column(tags) := {"columns": [{"name": "a", "tags": tags}]}

found(document) := got if {
	got := count(unprotected_personal_column.deny) with input as document
}

test_personal_column_needs_a_protection if {
	found(given(comment, {}, column(["pii"]))) == 1
	found(given(comment, {}, column(["pii", "retention:30d"]))) == 0
	found(given(comment, {}, column(["pii", "encrypted"]))) == 0
	found(given(comment, {}, column(["pii", "retention"]))) == 1
	found(given(comment, {}, column(["internal"]))) == 0
	found(given(comment, {}, {"columns": [{"name": "a"}]})) == 0
}

test_tag_of_the_table_protects_its_columns if {
	found(given(comment, {}, object.union(column(["pii"]), {"tags": ["retention:1y"]}))) == 0
}

test_what_stood_before_is_not_judged if {
	found(given(comment, column(["pii"]), column(["pii"]))) == 0
	found(given(comment, column(["pii", "encrypted"]), column(["pii"]))) == 1
}

test_columns_with_their_comment if {
	create := {"kind": "create_table", "loc": 1, "table": "t", "columns": [{"name": "a", "comment": "[pii]", "loc": 2}, {"name": "b"}]}
	{finding.at | some finding in unprotected_personal_column.deny} == {2} with input as given(create, {}, column(["pii"]))
	every kind in ["add_column", "redefine_column"] {
		change := {"kind": kind, "loc": 1, "table": "t", "column": {"name": "a", "comment": "[pii]", "loc": 2}}
		found(given(change, {}, column(["pii"]))) == 1
	}
}

test_personal_table_needs_a_protection if {
	on_table := object.union(comment, {"object": {"kind": "table", "name": "t"}})
	some finding in unprotected_personal_column.deny with input as given(on_table, {}, {"tags": ["pii"]})
	startswith(finding.message, "table `t`")
	found(given(on_table, {}, {"tags": ["pii", "retention:1y"]})) == 0
	found(given(on_table, {"tags": ["pii"]}, {"tags": ["pii"]})) == 0
	options := {"kind": "set_options", "loc": 1, "table": "t", "options": {"comment": "[pii]"}}
	found(given(options, {}, {"tags": ["pii"]})) == 1
}

test_temporary_table_is_not_judged if {
	found(given(comment, {}, object.union(column(["pii"]), {"temporary": true}))) == 0
}

test_table_that_is_renamed if {
	early := object.union(comment, {"table": "s.old"})
	renamed := {"kind": "rename_table", "loc": 2, "table": "s.old", "after": {"schema": "s", "name": "t"}}
	document := {"migration": {"direction": "up"}, "changes": [early, renamed], "before": {"tables": {}}, "after": {"tables": {"s.t": object.union({"name": "t"}, column(["pii"]))}}}
	found(document) == 1
	bare := object.union(document, {"changes": [early, object.union(renamed, {"after": {"name": "t"}})]})
	found(bare) == 1
}
