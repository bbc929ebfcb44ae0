# METADATA
# title: A migration alters one existing table
# description: >-
#   A migration that alters one table is reviewed by who knows that table, is taken back for itself when it goes wrong, and waits
#   for one lock. New tables count nothing, a partition counts as its table, a table that is renamed or built anew
#   under its old name counts once, and the other end of a foreign key is not altered. The built-in rule
#   several-tables-locked warns of the deadlock where one transaction locks several tables; this one counts what has to be reviewed, in
#   any transaction and under any lock.
# related_resources:
# - ref: https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-DEADLOCKS
#   description: PostgreSQL, deadlocks
# custom:
#   level: warning
#   params:
#     max:
#       type: integer
#       default: 1
#       description: How many existing tables one migration may alter.
package policy.delivery.one_table

import data.config.delivery.one_table as cfg

deny contains finding if {
	input.migration.direction == "up"
	tables := {table | some [_, table] in altered}
	count(tables) > cfg.max

	# The first change of each table, in the order of the file.
	firsts := sort([[min({i | some [i, other] in altered; other == table}), table] | some table in tables])
	finding := {
		"message": sprintf("the migration alters %d existing tables: `%s`", [count(tables), concat("`, `", [table | some [_, table] in firsts])]),
		"at": input.changes[firsts[cfg.max][0]],
		"related": [{"at": input.changes[i], "message": sprintf("alters `%s`", [table])} |
			some n, [i, table] in firsts
			n != cfg.max
		],
		"help": "one migration for each table; where they have to change together, allow this with the reason",
	}
}

# Each change of an existing table: its index, and the table by its old name.
altered := [[i, table] |
	some i, change in input.changes
	change.area == "schema"
	not change.kind in {"comment", "validate_constraint"}
	not change.table in born
	name := root(change.table)
	table := object.get(renamed, name, name)
	not is_temporary(table)
	not data.catalog.views[table]
]

# Tables of this migration, also under a name that it gives them later. A new column of an old table is new
# too, and its table is not.
born := {change.table |
	some change in input.changes
	change.kind == "create_table"
	not input.before.tables[change.table]
} | {new |
	some change in input.changes
	change.kind == "rename_table"
	not input.before.tables[change.table]
	new := new_name(change)
}

# A partition is a part of its table.
root(name) := input.before.tables[name].partition_of.table

root(name) := name if not input.before.tables[name].partition_of

# Old names by new ones.
renamed := {new_name(change): change.table |
	some change in input.changes
	change.kind == "rename_table"
	input.before.tables[change.table]
}

new_name(change) := concat(".", array.concat(schema, [change.to])) if {
	parts := split(change.table, ".")
	schema := array.slice(parts, 0, count(parts) - 1)
}

is_temporary(name) if input.before.tables[name].temporary
