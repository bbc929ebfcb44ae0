package policy.delivery.down_missing_test

import data.policy.delivery.down_missing

document := {
	"migration": {"direction": "up"},
	"runner": {"framework": "goose"},
	"changes": [{"kind": "set_variable", "area": "session", "loc": 1}, {"kind": "add_column", "area": "schema", "loc": 2}],
}

found(more) := got if {
	got := [f.at.loc | some f in down_missing.deny] with input as object.union(document, more)
		with data.config.delivery.down_missing as {"without": ["prisma"]}
}

test_missing if found({}) == [2]

test_there if found({"migration": {"down": "1.down.sql"}}) == []

test_framework_without_downs if found({"runner": {"framework": "prisma"}}) == []

test_nothing_to_take_back if found({"changes": [{"kind": "analyze", "area": "maintenance", "loc": 1}]}) == []

test_down_itself if found({"migration": {"direction": "down"}}) == []
