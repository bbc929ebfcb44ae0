package policy.conventions.reserved_name_test

import data.policy.conventions.reserved_name

given(engine, change) := {
	"dialect": {"engine": engine},
	"migration": {"direction": "up"},
	"changes": [change],
	"before": {"tables": {}},
	"after": {"tables": {}},
}

add(word) := {"kind": "add_column", "loc": 1, "table": "t", "column": {"name": word, "loc": 2}}

found(engine, change) := got if {
	got := {finding.message | some finding in reserved_name.deny} with input as given(engine, change)
}

test_words_of_each_engine if {
	found("mysql", add("rank")) == {"column `t.rank` is called by a word that MySQL reserves: it has to be quoted in every statement"}
	found("mariadb", add("rank")) == set()
	count(found("mariadb", add("offset"))) == 1
	count(found("sqlite", add("order"))) == 1
	found("sqlite", add("key")) == set()
	found("mysql", add("name")) == set()
}

test_built_in_rule_speaks_for_postgres if {
	found("postgres", add("order")) == set()
}

test_words_of_other_engines_and_of_the_project if {
	count(reserved_name.deny) == 1 with input as given("postgres", add("rank")) with data.config.conventions.reserved_name.also as ["mysql"]
	some finding in reserved_name.deny with input as given("postgres", add("data")) with data.config.conventions.reserved_name.words as ["data"]
	contains(finding.message, "this project does not use")
}

test_tables if {
	create := {"kind": "create_table", "loc": 1, "new": true, "table": "groups", "object": {"name": "groups"}, "columns": [{"name": "key"}]}
	count(found("mysql", create)) == 2
	count(found("mysql", {"kind": "rename_table", "loc": 1, "table": "a", "to": "groups"})) == 1
}

test_new_names_of_columns if {
	count(found("mysql", {"kind": "rename_column", "loc": 1, "table": "t", "to": "lead"})) == 1
	change := {"kind": "redefine_column", "loc": 1, "table": "t", "column": {"name": "lead"}}
	found("mysql", change) == set()
	count(found("mysql", object.union(change, {"to": "lead"}))) == 1
}

test_names_that_stood_before_pass if {
	columns := {"before": {"tables": {"t": {"columns": [{"name": "rank"}]}}}}
	count(reserved_name.deny) == 0 with input as object.union(given("mysql", add("rank")), columns)
	rename := {"kind": "rename_table", "loc": 1, "table": "new", "to": "groups", "after": {"name": "groups"}}
	old := {"before": {"tables": {"groups": {"columns": []}}}}
	count(reserved_name.deny) == 0 with input as object.union(given("mysql", rename), old)
	create := {"kind": "create_table", "loc": 1, "table": "new", "object": {"name": "new"}, "columns": [{"name": "rank"}]}
	rebuilt := object.union(columns, {"changes": [create, {"kind": "rename_table", "loc": 2, "table": "new", "to": "t", "after": {"schema": "s", "name": "t"}}], "before": {"tables": {"s.t": {"columns": [{"name": "rank"}]}}}})
	count(reserved_name.deny) == 0 with input as object.union(given("mysql", {}), rebuilt)
}

test_temporary_table_is_not_judged if {
	create := {"kind": "create_table", "loc": 1, "new": true, "temporary": true, "table": "rows", "object": {"name": "rows"}, "columns": []}
	found("mysql", create) == set()
	after := {"after": {"tables": {"t": {"temporary": true}}}}
	count(reserved_name.deny) == 0 with input as object.union(given("mysql", add("rank")), after)
}
