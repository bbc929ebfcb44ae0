# METADATA
# title: new or renamed table whose name does not match the pattern
# description: >-
#   A name is chosen once and written in every query from then on: a rename later breaks the code
#   that still uses the old one. Tables that follow one pattern can be guessed, and need no quotes.
#   Choose a name that matches `pattern`, or except the table where a tool owns its name. Tables
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
#     except:
#       type: array<string>
#       default: []
#       description: names that are not judged, as globs, such as `__EFMigrationsHistory`
package policy.conventions.table_name

import data.config.conventions.table_name as cfg

deny contains finding if {
	input.migration.direction in {"up", "repeatable"}
	some change in input.changes
	table := named(change)
	not regex.match(cfg.pattern, table.name)
	not excepted(table.name)
	finding := {
		"message": sprintf("the name of table `%s` does not match `%s`, as the names of tables have to", [qualified(table), cfg.pattern]),
		"at": change,
		"help": "choose another name now: once code uses it, a rename breaks what still runs",
	}
}

# Not the name that a rebuilt table only has until it takes the place of the old one.
named(change) := input.after.tables[change.table] if {
	change.kind == "create_table"
	change.new
	not change.temporary
}

named(change) := change.after if {
	change.kind in {"rename_table", "rename_foreign_table"}
	not change.after.temporary
	not input.before.tables[qualified(change.after)]
}

qualified(table) := sprintf("%s.%s", [table.schema, table.name])

qualified(table) := table.name if not table.schema

excepted(name) if {
	some pattern in cfg.except
	glob.match(pattern, [], name)
}
