# METADATA
# title: MySQL tables use an engine that replicates safely
# description: >-
#   A MyISAM, Aria, MEMORY, CSV or ARCHIVE table takes no part in transactions: a statement that fails halfway leaves rows behind on one server and not on the other, a
#   MEMORY table is empty on the one that was restarted, and group replication and Galera refuse to write such
#   tables or leave them out. Temporary tables are let through.
# related_resources:
# - ref: https://dev.mysql.com/doc/refman/8.4/en/replication-features-transactions.html
#   description: MySQL, replication and transactions
# - ref: https://dev.mysql.com/doc/refman/8.4/en/group-replication-requirements.html
#   description: MySQL, requirements of group replication
# - ref: https://mariadb.com/docs/galera-cluster/reference/mariadb-galera-cluster-known-limitations
#   description: MariaDB, limitations of Galera
# custom:
#   level: error
#   category: shape
#   promise: [data]
#   changes: [create_table, set_options]
#   dialects: [mysql, mariadb]
#   params:
#     engines:
#       type: array<string>
#       default: [innodb, ndb, ndbcluster, rocksdb, myrocks]
#       description: Engines that may be used, in lower case.
package policy.replication.mysql_engine

import data.config.replication.mysql_engine as cfg

deny contains finding if {
	input.migration.direction in {"up", "repeatable"}
	some change in input.changes
	change.kind in {"create_table", "set_options"}
	not object.get(change, "temporary", false)
	engine := lower(change.options.engine)
	not engine in cfg.engines

	# A later statement may have changed it, or dropped the table.
	table := input.after.tables[change.table]
	lower(table.options.engine) == engine
	not object.get(table, "temporary", false)
	finding := {
		"message": sprintf("`%s` uses the engine %s, which takes no part in transactions: a replica can hold other rows than the source", [change.table, engine]),
		"at": change,
		"help": "ENGINE=InnoDB",
	}
}
