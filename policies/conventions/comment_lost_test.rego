package policy.conventions.comment_lost_test

import data.policy.conventions.comment_lost

given(before, after, column) := {
	"migration": {"direction": "up"},
	"changes": [{
		"kind": "redefine_column", "loc": 1, "table": "t",
		"before": object.union({"name": "a"}, before),
		"after": object.union({"name": "a"}, after),
	}],
	"after": {"tables": {"t": {"columns": [object.union({"name": "a"}, column)]}}},
}

test_lost_comment_is_found_with_its_text if {
	some finding in comment_lost.deny with input as given({"comment": "it's"}, {}, {})
	finding.help == "write it again: COMMENT 'it''s'"
}

test_comment_that_is_kept_or_changed_passes if {
	count(comment_lost.deny) == 0 with input as given({"comment": "x"}, {"comment": "y"}, {"comment": "y"})
	count(comment_lost.deny) == 0 with input as given({}, {}, {})
}

test_comment_that_comes_back_passes if {
	count(comment_lost.deny) == 0 with input as given({"comment": "x"}, {}, {"comment": "x"})
}

test_tags_are_for_the_pack_privacy if {
	count(comment_lost.deny) == 0 with input as given({"comment": "[pii]", "tags": ["pii"]}, {}, {})
}
