package policy.delivery.title_too_short_test

import data.policy.delivery.title_too_short

found(title) := got if {
	got := [f.message | some f in title_too_short.deny] with input as {"migration": {"direction": "up", "title": title}, "changes": []}
		with data.config.delivery.title_too_short as {"min": 8, "max": 20, "allowed": ["init"]}
}

test_short if found("Add_x") == ["the title `Add_x` has fewer than 8 characters"]

test_long if found("add email to customers") == ["the title `add email to customers` has more than 20 characters"]

test_empty_words if found("update_table_2") == ["the title `update_table_2` fits any migration"]

test_good if found("add_email") == []

test_init if found("init") == []

test_no_title if {
	count(title_too_short.deny) == 0 with input as {"migration": {"direction": "up"}, "changes": []}
		with data.config.delivery.title_too_short as {"min": 8, "max": 20, "allowed": []}
}
