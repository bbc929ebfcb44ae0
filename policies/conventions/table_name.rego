# METADATA
# title: Names of new tables match the pattern
# description: >-
#   A name is chosen once and written in every query from then on: a rename later breaks the code
#   that still uses the old one. Tables that follow one pattern can be guessed, and need no quotes.
#   Choose a name that matches `pattern`, or list the table in `exempt` where a tool owns its name. Tables
#   that stood before keep their names, and temporary tables are not judged.
# related_resources:
# - ref: https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS
#   description: unquoted names are folded to lower case
# custom:
#   level: warning
#   changes: [create_table, rename_table, rename_foreign_table]
#   params:
#     pattern:
#       type: regex
#       default: ^[a-z][a-z0-9_]*$
#       description: what the name of a table, without its schema, has to match
#     exempt:
#       type: array<string>
#       default: []
#       description: tables that are not judged, as globs over their name, with its schema or without, such as `__EFMigrationsHistory`
package policy.conventions.table_name

import data.config.conventions.table_name as cfg

deny contains finding if {
	input.migration.direction in {"up", "repeatable"}
	some change in input.changes
	table := named(change)
	names := spellings(change, table.name)
	every name in names { not regex.match(cfg.pattern, name) }
	not exempt({qualified(table), table.name})
	finding := {
		"message": sprintf("the name of table `%s` does not match `%s`, as the names of tables have to", [qualified(object.union(table, {"name": min(names)})), cfg.pattern]),
		"at": change,
		"help": "choose another name now: once code uses it, a rename breaks what still runs",
	}
}

# Not the name that a rebuilt table only has until it takes the place of the old one.
named(change) := input.after.tables[change.table] if {
	change.kind == "create_table"
	change.certain
	change.new
	not change.temporary
}

# It may not run, and is not followed then.
named(change) := change.object if {
	change.kind == "create_table"
	not change.certain
	not change.temporary
	not input.before.tables[change.table]
}

named(change) := change.after if {
	change.kind in {"rename_table", "rename_foreign_table"}
	not change.after.temporary
	not input.before.tables[qualified(change.after)]
}

qualified(table) := sprintf("%s.%s", [table.schema, table.name])

qualified(table) := table.name if not table.schema

# As they are written: MySQL, MariaDB and SQLite compare names without case, and names are read in
# lower case there. Where a word is written in several ways, each may be the name.
spellings(change, name) := {name} if {
	input.dialect.engine == "postgres"
} else := found if {
	found := {word | some word in words[change.statement]; lower(word) == name}
	count(found) > 0
} else := {name}

words[statement] := found if {
	input.dialect.engine != "postgres"
	some statement, node in input.statements
	found := {word | some word in regex.find_n(`[^ \t\r\n"'\x60(),;=.*<>\[\]]+`, node.sql, -1)}
}

exempt(names) if {
	some name in names
	some pattern in cfg.exempt
	glob.match(pattern, ["\n"], name)
}
