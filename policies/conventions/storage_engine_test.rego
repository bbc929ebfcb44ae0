package policy.conventions.storage_engine_test

import data.policy.conventions.storage_engine

given(engine, before) := {
	"migration": {"direction": "up"},
	"changes": [{"kind": "create_table", "loc": 1, "table": "t", "options": {"engine": engine}}],
	"before": {"tables": before},
}

test_other_engine_is_found if {
	some finding in storage_engine.deny with input as given("myisam", {})
	finding.help == "write ENGINE=InnoDB"
}

test_engine_of_the_list_passes if {
	count(storage_engine.deny) == 0 with input as given("INNODB", {})
	count(storage_engine.deny) == 0 with input as given("RocksDB", {})
		with data.config.conventions.storage_engine.allowed as ["innodb", "rocksdb"]
}

test_engine_that_the_table_had_passes if {
	count(storage_engine.deny) == 0 with input as given("MyISAM", {"t": {"options": {"engine": "myisam"}}})
}
