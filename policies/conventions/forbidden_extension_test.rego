package policy.conventions.forbidden_extension_test

import data.policy.conventions.forbidden_extension

create(name, more) := {
	"migration": {"direction": "up"},
	"changes": [object.union({"kind": "create_extension", "loc": 1, "object": {"kind": "extension", "name": name}}, more)],
}

test_nothing_is_found_without_lists if {
	count(forbidden_extension.deny) == 0 with input as create("dblink", {})
}

test_only_what_is_allowed if {
	count(forbidden_extension.deny) == 1 with input as create("dblink", {})
		with data.config.conventions.forbidden_extension.allowed as ["pg_*"]
	count(forbidden_extension.deny) == 0 with input as create("pg_trgm", {})
		with data.config.conventions.forbidden_extension.allowed as ["pg_*"]
}

test_all_but_what_is_forbidden if {
	count(forbidden_extension.deny) == 1 with input as create("dblink", {})
		with data.config.conventions.forbidden_extension.forbidden as ["dblink"]
	count(forbidden_extension.deny) == 0 with input as create("pg_trgm", {})
		with data.config.conventions.forbidden_extension.forbidden as ["dblink"]
}

test_extension_that_is_there_passes if {
	count(forbidden_extension.deny) == 0 with input as create("dblink", {"before": {"name": "dblink"}})
		with data.config.conventions.forbidden_extension.forbidden as ["dblink"]
}
