package policy.privacy.personal_tag_lost_test

import data.policy.privacy.personal_tag_lost

given(change, column) := {
	"migration": {"direction": "up"},
	"changes": [change],
	"after": {"tables": {"t": {"columns": [object.union({"name": "a"}, column)]}}},
}

comment(after) := {
	"kind": "comment", "loc": 1, "table": "t", "object": {"kind": "column", "name": "a"},
	"before": {"name": "a", "tags": ["pii", "retention:1y"]},
	"after": object.union({"name": "a"}, after),
}

redefined(column) := object.union(comment({}), {"kind": "redefine_column", "column": column})

messages(document) := got if {
	got := {finding.message | some finding in personal_tag_lost.deny} with input as document
}

test_tag_that_a_comment_takes_away if {
	messages(given(comment({}), {})) == {"column `t.a` loses the tag `[pii]`: the new comment takes the place of the old one"}
}

test_tag_that_a_redefinition_takes_away if {
	messages(given(redefined({"name": "a"}), {})) == {"column `t.a` loses the tag `[pii]`: the statement defines the column anew, without its comment"}
	messages(given(redefined({"name": "a", "comment": "x"}), {})) == {"column `t.a` loses the tag `[pii]`: the statement defines the column anew, with another comment"}
}

test_tag_that_is_kept_or_cleared_passes if {
	messages(given(comment({"tags": ["pii"]}), {"tags": ["pii"]})) == set()
	messages(given(comment({"tags": ["no-pii"]}), {"tags": ["no-pii"]})) == set()
}

test_tag_that_comes_back_passes if {
	messages(given(comment({}), {"tags": ["pii"]})) == set()
}

test_other_tags_are_not_judged if {
	change := object.union(comment({}), {"before": {"tags": ["internal"]}})
	messages(given(change, {})) == set()
}

test_tag_of_a_table if {
	change := {
		"kind": "set_options", "loc": 1, "table": "t", "object": {"kind": "table", "name": "t"},
		"before": {"tags": ["pii"]},
		"after": {"name": "t"},
	}
	messages(given(change, {})) == {"table `t` loses the tag `[pii]`: the new comment takes the place of the old one"}
}
