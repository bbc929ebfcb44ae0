package policy.replication.mysql_engine_test

import data.policy.replication.mysql_engine

found(kind, more, engine, now) := got if {
	got := [f.message | some f in mysql_engine.deny] with input as {
		"migration": {"direction": "up"},
		"changes": [object.union({"kind": kind, "loc": 1, "table": "t", "options": {"engine": engine}}, more)],
		"after": {"tables": {"t": now}},
	}
		with data.config.replication.mysql_engine as {"engines": ["innodb"]}
}

test_created if found("create_table", {}, "myisam", {"options": {"engine": "myisam"}}) == ["`t` uses the engine myisam, which takes no part in transactions: a replica can hold other rows than the source"]

test_altered if count(found("set_options", {}, "MEMORY", {"options": {"engine": "memory"}})) == 1

test_innodb if found("create_table", {}, "InnoDB", {"options": {"engine": "innodb"}}) == []

test_changed_back if found("create_table", {}, "myisam", {"options": {"engine": "innodb"}}) == []

test_temporary if found("create_table", {"temporary": true}, "memory", {"options": {"engine": "memory"}}) == []
