# METADATA
# title: MySQL statements give the same result on every replica
# description: >-
#   With binlog_format=STATEMENT a replica runs the statement again: UUID(), RAND(), USER() or a LIMIT choose other
#   values or rows there, and from then on the two differ. With ROW, the default of MySQL, and MIXED, that of MariaDB, rows are sent, but a
#   definition is a statement in every format: a column that is added with such a function as its default is refused by MySQL (error
#   1674, with ROW and MIXED; measured on 9.7), and by MariaDB it is taken (11.8) and differs.
# related_resources:
# - ref: https://dev.mysql.com/doc/refman/8.4/en/replication-rbr-safe-unsafe.html
#   description: MySQL, safe and unsafe statements
# - ref: https://mariadb.com/docs/server/ha-and-performance/standard-replication/unsafe-statements-for-statement-based-replication
#   description: MariaDB, unsafe statements
# custom:
#   level: error
#   category: data
#   promise: [data]
#   changes: [add_column, insert, update, delete]
#   dialects: [mysql, mariadb]
#   params:
#     format:
#       type: string
#       default: row
#       description: "binlog_format of the server: row, mixed or statement."
#     functions:
#       type: array<string>
#       default: [current_role, current_user, found_rows, get_lock, icu_version, is_free_lock, is_used_lock, load_file, rand, release_lock, row_count, session_user, sleep, sysdate, system_user, user, uuid, uuid_short]
#       description: Functions that give another value on another server, in lower case.
package policy.replication.mysql_unsafe_statement

import data.config.replication.mysql_unsafe_statement as cfg

deny contains finding if {
	input.migration.direction in {"up", "repeatable"}
	some change in input.changes
	change.kind == "add_column"
	given := change.column["default"]
	some name in cfg.functions
	regex.match(sprintf(`(^|[^a-z0-9_])%s *\(`, [name]), regex.replace(lower(given), `'[^']*'`, "''"))
	finding := {
		"message": sprintf("the rows that `%s` has get `%s` from %s(), which is another value on each server%s", [change.table, change.object.name, upper(name), refused]),
		"at": change,
		"help": "add the column without the default, then ALTER COLUMN ... SET DEFAULT, and fill the rows by an UPDATE that is sent as rows",
	}
}

refused := ": where the binary log is on, the server refuses this with error 1674" if {
	input.dialect.engine == "mysql"
	lower(cfg.format) != "statement"
} else := ""

deny contains finding if {
	lower(cfg.format) == "statement"
	input.migration.direction in {"up", "repeatable"}
	some change in input.changes
	change.kind in {"insert", "update", "delete"}
	why := [reason | some reason in reasons(change)]
	count(why) > 0
	finding := {
		"message": sprintf("%s on `%s` is sent as a statement, and %s: the replicas get other rows", [upper(change.kind), change.tables[0], concat(", and ", why)]),
		"at": change,
		"help": "name the rows and values in the statement, or send rows: SET SESSION binlog_format = 'ROW' for the migration",
	}
}

reasons(change) := {reason |
	some name in cfg.functions
	regex.match(sprintf(`(^|[^a-z0-9_.])%s *\(`, [name]), without_strings(change))
	reason := sprintf("%s() is another value on each server", [upper(name)])
} | {reason |
	regex.match(`[ \t\r\n]limit[ \t\r\n]+[0-9@?:]`, without_strings(change))
	reason := "LIMIT may choose other rows on each server"
}

without_strings(change) := regex.replace(lower(input.statements[change.statement].sql), `'[^']*'`, "''")
