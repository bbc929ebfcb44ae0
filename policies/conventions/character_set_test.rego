package policy.conventions.character_set_test

import data.policy.conventions.character_set

given(change) := {"migration": {"direction": "up"}, "changes": [change], "before": {"tables": {}}}

table(options) := given({"kind": "create_table", "loc": 1, "table": "t", "options": options})

test_set_of_a_table if {
	some finding in character_set.deny with input as table({"character set": "latin1"})
	finding.message == "table `t` gets the character set latin1, which this project does not use"
	count(character_set.deny) == 0 with input as table({"character set": "utf8mb4"})
	count(character_set.deny) == 0 with input as table({})
}

test_set_of_a_column if {
	column := {"name": "a", "loc": 3, "options": {"character set": "utf8"}}
	add := {"kind": "add_column", "loc": 1, "table": "t", "column": column}
	{finding.at | some finding in character_set.deny} == {3} with input as given(add)
	create := {"kind": "create_table", "loc": 1, "table": "t", "columns": [column, {"name": "b"}]}
	{finding.at | some finding in character_set.deny} == {3} with input as given(create)
}

test_set_that_was_there_passes if {
	column := {"name": "a", "options": {"character set": "utf8"}}
	change := {"kind": "redefine_column", "loc": 1, "table": "t", "column": column, "before": column}
	count(character_set.deny) == 0 with input as given(change)
	options := {"kind": "set_options", "loc": 1, "table": "t", "options": {"character set": "utf8"}}
	count(character_set.deny) == 1 with input as given(options)
	before := {"before": {"tables": {"t": {"options": {"character set": "utf8"}}}}}
	count(character_set.deny) == 0 with input as object.union(given(options), before)
}

test_collations_are_a_parameter if {
	count(character_set.deny) == 0 with input as table({"collate": "utf8mb4_bin"})
	count(character_set.deny) == 1 with input as table({"collate": "utf8mb4_bin"})
		with data.config.conventions.character_set.collations as ["utf8mb4_0900_*"]
	count(character_set.deny) == 0 with input as table({"collate": "utf8mb4_0900_bin"})
		with data.config.conventions.character_set.collations as ["utf8mb4_0900_*"]
}

test_collation_that_was_there_passes if {
	column := {"name": "a", "collation": "latin1_bin"}
	change := {"kind": "redefine_column", "loc": 1, "table": "t", "column": column}
	count(character_set.deny) == 1 with input as given(change) with data.config.conventions.character_set.collations as ["x"]
	count(character_set.deny) == 0 with input as given(object.union(change, {"before": column}))
		with data.config.conventions.character_set.collations as ["x"]
	options := {"kind": "set_options", "loc": 1, "table": "t", "options": {"collate": "latin1_bin"}}
	before := {"before": {"tables": {"t": {"options": {"collate": "latin1_bin"}}}}}
	count(character_set.deny) == 0 with input as object.union(given(options), before)
		with data.config.conventions.character_set.collations as ["x"]
}

test_temporary_table_is_not_judged if {
	change := table({"character set": "latin1"}).changes[0]
	count(character_set.deny) == 0 with input as given(object.union(change, {"temporary": true}))
}
