# METADATA
# title: Nothing is kept out of the binary log of MySQL
# description: >-
#   With sql_log_bin = 0 a migration happens on one server and on none of its replicas, point in time recovery goes past it, and with GTIDs nobody sees
#   that the servers differ, until a fail-over. MariaDB's skip_replication does the same for the replicas. A binlog_format that a migration
#   changes sends statements in place of rows.
# related_resources:
# - ref: https://dev.mysql.com/doc/refman/8.4/en/set-sql-log-bin.html
#   description: MySQL, SET sql_log_bin
# - ref: https://mariadb.com/docs/server/ha-and-performance/standard-replication/selectively-skipping-replication-of-binlog-events
#   description: MariaDB, skip_replication
# custom:
#   level: error
#   category: data
#   promise: [data]
#   changes: [set_variable]
#   dialects: [mysql, mariadb]
package policy.replication.mysql_binlog_skipped

off := {"0", "off", "false"}

deny contains finding if {
	input.migration.direction in {"up", "down", "repeatable"}
	some change in input.changes
	change.kind == "set_variable"
	name := plain(change.setting.name)
	value := lower(change.setting.value)
	message := mistake(name, value)
	finding := {
		"message": message,
		"at": change,
		"subject": sprintf("setting:%s", [name]),
		"help": "let the migration reach every server; what belongs to one server alone is no migration",
	}
}

plain(name) := regex.replace(lower(name), `^@*(session|local|global|persist|persist_only)\.`, "")

mistake("sql_log_bin", value) := "what follows is not written to the binary log: it happens on this server and on none of its replicas" if value in off

mistake("skip_replication", value) := "what follows is marked to be skipped by replicas: it happens on this server alone" if not value in off

mistake("binlog_format", "statement") := "what follows is sent as statements, which a replica runs again: functions and LIMIT choose other rows there"
