# METADATA
# title: Names of new columns match the pattern
# description: >-
#   A column's name is written in every query, in the code that maps it and in reports: it is as hard
#   to change as a table's. Columns that follow one pattern can be guessed, and need no quotes.
#   Choose a name that matches `pattern`. Columns that stood before, and those that a table has from
#   another one (a partition, LIKE, CREATE TABLE AS), keep their names.
# related_resources:
# - ref: https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS
#   description: unquoted names are folded to lower case
# custom:
#   level: warning
#   changes: [create_table, add_column, rename_column, redefine_column]
#   params:
#     pattern:
#       type: regex
#       default: ^[a-z][a-z0-9_]*$
#       description: what the name of a column has to match
#     exempt:
#       type: array<string>
#       default: []
#       description: columns that are not judged, as globs over `table.column`, with its schema or without, such as `legacy_*.*`
package policy.conventions.column_name

import data.config.conventions.column_name as cfg

deny contains finding if {
	input.migration.direction in {"up", "repeatable"}
	some change in input.changes
	not temporary(change)
	some column in named(change)
	names := spellings(change, column.name)
	every name in names { not regex.match(cfg.pattern, name) }
	not stood_before(change.table, column.name)
	not exempt({sprintf("%s.%s", [change.table, column.name]), sprintf("%s.%s", [bare(change.table), column.name])})
	finding := {
		"message": sprintf("the name of column `%s.%s` does not match `%s`, as the names of columns have to", [change.table, min(names), cfg.pattern]),
		"at": object.get(column, "loc", change.loc),
		"help": "choose another name now: once code uses it, a rename breaks what still runs",
	}
}

# The columns that a change gives a name.
named(change) := change.columns if {
	change.kind == "create_table"
}

named(change) := [change.column] if {
	change.kind == "add_column"
}

named(change) := [change.column] if {
	change.kind == "redefine_column"
	change.to
}

named(change) := [{"name": change.to}] if {
	change.kind == "rename_column"
}

temporary(change) if change.temporary

temporary(change) if input.after.tables[change.table].temporary

# A table that is built anew takes the name of the old one in the end.
stood_before(key, column) if {
	some stood in keys(key)
	some old in input.before.tables[stood].columns
	old.name == column
}

keys(key) := {key} | {qualified(rename.after) | some rename in renames; rename.table == key}

renames := [change | some change in input.changes; change.kind == "rename_table"]

qualified(table) := sprintf("%s.%s", [table.schema, table.name])

qualified(table) := table.name if not table.schema

bare(key) := regex.replace(key, `^.*\.`, "")

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
