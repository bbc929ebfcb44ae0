# METADATA
# title: New tables and columns are called by no reserved word
# description: >-
#   A reserved word is a name only in quotes, in every statement that anybody writes by hand; without
#   them the statement fails. Words become reserved with a new version: what runs today fails after
#   the upgrade, which happened with `rank`, `groups` and `system` in MySQL 8.0. Use another word. In
#   PostgreSQL the rule `reserved-word` says this without a pack; here the words of `also` and `words`
#   are added to it.
# related_resources:
# - ref: https://dev.mysql.com/doc/refman/8.4/en/keywords.html
#   description: MySQL's words
# - ref: https://mariadb.com/kb/en/reserved-words/
#   description: MariaDB's words
# - ref: https://www.sqlite.org/lang_keywords.html
#   description: SQLite's words
# custom:
#   level: warning
#   changes: [create_table, add_column, rename_table, rename_column, redefine_column]
#   params:
#     also:
#       type: array<string>
#       default: []
#       description: "engines whose words are avoided too: mysql, mariadb, sqlite"
#     words:
#       type: array<string>
#       default: []
#       description: further words, in lower case
package policy.conventions.reserved_name

import data.config.conventions.reserved_name as cfg

deny contains finding if {
	input.migration.direction in {"up", "repeatable"}
	some change in input.changes
	not temporary(change)
	some named in names(change)
	some why in reasons(lower(named.word))
	not stood_before(named)
	finding := {
		"message": sprintf("%s is called by a word that %s", [named.what, why]),
		"at": named.loc,
		"help": "use another word",
	}
}

names(change) := array.concat(table, columns) if {
	change.kind in {"create_table", "add_column"}
	table := [named |
		change.kind == "create_table"
		change.new
		named := {"what": sprintf("table `%s`", [change.table]), "word": change.object.name, "table": change.table, "loc": change.loc}
	]
	columns := [named |
		some column in written(change)
		named := {"what": sprintf("column `%s.%s`", [change.table, column.name]), "word": column.name, "table": change.table, "column": column.name, "loc": object.get(column, "loc", change.loc)}
	]
}

names(change) := [{"what": sprintf("table `%s`", [change.to]), "word": change.to, "table": change.to, "loc": change.loc}] if {
	change.kind == "rename_table"
}

names(change) := [{"what": sprintf("column `%s.%s`", [change.table, change.to]), "word": change.to, "table": change.table, "column": change.to, "loc": change.loc}] if {
	change.kind == "rename_column"
}

names(change) := [{"what": sprintf("column `%s.%s`", [change.table, change.column.name]), "word": change.column.name, "table": change.table, "column": change.column.name, "loc": change.loc}] if {
	change.kind == "redefine_column"
	change.to
}

reasons(word) := {why |
	some engine in engines
	word in reserved[engine]
	why := sprintf("%s reserves: it has to be quoted in every statement", [spelled[engine]])
} | {"this project does not use" | some avoided in cfg.words; avoided == word}

engines := {input.dialect.engine} | {engine | some engine in cfg.also}

spelled := {"mysql": "MySQL", "mariadb": "MariaDB", "sqlite": "SQLite"}

# A table that is built anew takes the name of the old one in the end.
stood_before(named) if {
	some key in keys(named.table)
	had(input.before.tables[key], named)
}

keys(key) := {key} | {qualified(rename.after) |
	some rename in input.changes
	rename.kind == "rename_table"
	rename.table == key
}

had(_, named) if not named.column

had(table, named) if {
	some column in table.columns
	column.name == named.column
}

qualified(table) := sprintf("%s.%s", [table.schema, table.name])

qualified(table) := table.name if not table.schema

temporary(change) if change.temporary

temporary(change) if input.after.tables[change.table].temporary

# MySQL 9.7, MariaDB 11.8 and SQLite 3.40, as the servers take them without quotes.
reserved := {
	"mysql": shared | {
		"cube", "cume_dist", "database", "dense_rank", "empty", "external", "first_value",
		"function", "generated", "get", "grouping", "groups", "io_after_gtids", "io_before_gtids",
		"json_table", "lag", "last_value", "lateral", "lead", "library", "nth_value", "ntile",
		"of", "optimizer_costs", "option", "percent_rank", "qualify", "rank", "row", "schema",
		"stored", "system", "tablesample", "virtual", "window",
	},
	"mariadb": shared | {
		"current_role", "delete_domain_id", "do_domain_ids", "ignore_domain_ids",
		"master_demote_to_replica", "master_demote_to_slave", "offset", "page_checksum",
		"parse_vcol_expr", "portion", "ref_system_id", "returning", "sql_after_gtids",
		"sql_before_gtids", "stats_auto_recalc", "stats_persistent", "stats_sample_pages",
		"vector",
	},
	"sqlite": {
		"add", "all", "alter", "and", "as", "autoincrement", "between", "case", "cast", "check",
		"collate", "commit", "constraint", "create", "default", "deferrable", "delete",
		"distinct", "drop", "else", "escape", "except", "exists", "foreign", "from", "group",
		"having", "if", "in", "index", "insert", "intersect", "into", "is", "isnull", "join",
		"limit", "not", "nothing", "notnull", "null", "on", "or", "order", "primary", "raise",
		"references", "returning", "select", "set", "table", "then", "to", "transaction", "union",
		"unique", "update", "using", "values", "when", "where",
	},
}

shared := {
	"accessible", "add", "all", "alter", "analyze", "and", "as", "asc", "asensitive",
	"before", "between", "bigint", "binary", "blob", "both", "by", "call", "cascade", "case",
	"change", "char", "character", "check", "collate", "column", "condition", "constraint",
	"continue", "convert", "create", "cross", "current_date", "current_time",
	"current_timestamp", "current_user", "cursor", "databases", "day_hour", "day_microsecond",
	"day_minute", "day_second", "dec", "decimal", "declare", "default", "delayed", "delete",
	"desc", "describe", "deterministic", "distinct", "distinctrow", "div", "double", "drop",
	"dual", "each", "else", "elseif", "enclosed", "escaped", "except", "exists", "exit",
	"explain", "false", "fetch", "float", "float4", "float8", "for", "force", "foreign",
	"from", "fulltext", "grant", "group", "having", "high_priority", "hour_microsecond",
	"hour_minute", "hour_second", "if", "ignore", "in", "index", "infile", "inner", "inout",
	"insensitive", "insert", "int", "int1", "int2", "int3", "int4", "int8", "integer",
	"intersect", "interval", "into", "is", "iterate", "join", "key", "keys", "kill",
	"leading", "leave", "left", "like", "limit", "linear", "lines", "load", "localtime",
	"localtimestamp", "lock", "long", "longblob", "longtext", "loop", "low_priority", "match",
	"maxvalue", "mediumblob", "mediumint", "mediumtext", "middleint", "minute_microsecond",
	"minute_second", "mod", "modifies", "natural", "no_write_to_binlog", "not", "null",
	"numeric", "on", "optimize", "optionally", "or", "order", "out", "outer", "outfile",
	"over", "partition", "precision", "primary", "procedure", "purge", "range", "read",
	"read_write", "reads", "real", "recursive", "references", "regexp", "release", "rename",
	"repeat", "replace", "require", "resignal", "restrict", "return", "revoke", "right",
	"rlike", "row_number", "rows", "schemas", "second_microsecond", "select", "sensitive",
	"separator", "set", "show", "signal", "smallint", "spatial", "specific", "sql",
	"sql_big_result", "sql_calc_found_rows", "sql_small_result", "sqlexception", "sqlstate",
	"sqlwarning", "ssl", "starting", "straight_join", "table", "terminated", "then",
	"tinyblob", "tinyint", "tinytext", "to", "trailing", "trigger", "true", "undo", "union",
	"unique", "unlock", "unsigned", "update", "usage", "use", "using", "utc_date", "utc_time",
	"utc_timestamp", "values", "varbinary", "varchar", "varcharacter", "varying", "when",
	"where", "while", "with", "write", "xor", "year_month", "zerofill",
}

written(change) := change.columns if {
	change.kind == "create_table"
}

written(change) := [change.column] if {
	change.kind == "add_column"
}
