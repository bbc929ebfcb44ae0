# METADATA
# title: Migrations of MySQL use no temporary tables where statements are replicated
# description: >-
#   With binlog_format=STATEMENT or MIXED a temporary table is created on the replicas too, and a replica that is restarted between its creation and its use
#   has lost it: replication stops. With ROW, the default of MySQL, it stays on the source, and nothing is
#   reported; MariaDB's default is MIXED.
# related_resources:
# - ref: https://dev.mysql.com/doc/refman/8.4/en/replication-features-temptables.html
#   description: MySQL, replication and temporary tables
# custom:
#   level: warning
#   category: transactions
#   changes: [create_table]
#   dialects: [mysql, mariadb]
#   params:
#     format:
#       type: string
#       default: default
#       description: "binlog_format of the server: row, mixed or statement; default is that of the engine."
package policy.replication.mysql_temporary_table

import data.config.replication.mysql_temporary_table as cfg

deny contains finding if {
	input.migration.direction in {"up", "repeatable"}
	sends_statements
	some change in input.changes
	change.kind == "create_table"
	object.get(change, "temporary", false)
	finding := {
		"message": sprintf("the temporary table `%s` lives on the replicas too: one that is restarted before its last use has lost it, and replication stops", [change.table]),
		"at": change,
		"help": "use a subquery, or a table that the migration creates and drops; or set binlog_format to ROW on the server",
	}
}

sends_statements if lower(cfg.format) in {"statement", "mixed"}

sends_statements if {
	lower(cfg.format) == "default"
	input.dialect.engine == "mariadb"
}
