# METADATA
# title: The key of a new table can be its replica identity
# description: >-
#   Logical replication and change data capture find a row by its replica identity. A deferrable primary key is none, and neither is a
#   unique key that nobody named: as soon as a publication covers the table, FOR ALL TABLES too, the server refuses each UPDATE and
#   DELETE of it, those of the application. The built-in rule missing-primary-key reports tables without any key; here
#   they are asked only with `keyless`.
# related_resources:
# - ref: https://www.postgresql.org/docs/current/logical-replication-publication.html#LOGICAL-REPLICATION-PUBLICATION-REPLICA-IDENTITY
#   description: PostgreSQL, replica identity
# custom:
#   level: error
#   category: shape
#   promise: [writers]
#   changes: [create_table]
#   dialects: [postgres]
#   params:
#     keyless:
#       type: boolean
#       default: false
#       description: Report tables without any key too, where missing-primary-key is switched off.
#     exempt:
#       type: array<string>
#       default: []
#       description: Tables that no publication will cover, as globs over schema.table.
package policy.replication.identity_missing

import data.config.replication.identity_missing as cfg

deny contains finding if {
	input.migration.direction in {"up", "repeatable"}
	some change in input.changes
	change.kind == "create_table"
	change.object.kind == "table"
	not input.before.tables[change.table]
	not object.get(change, "temporary", false)
	table := input.after.tables[change.table]
	may_be_published(table)
	not has_identity(table)
	not exempt(change.table)
	[what, help] := mistake(change.table, table)
	finding := {
		"message": sprintf("%s: where a publication covers it, the server refuses every UPDATE and DELETE of `%s`", [what, change.table]),
		"at": change,
		"help": help,
	}
}

may_be_published(table) if {
	not table.partition_of
	not object.get(table, "unlogged", false)
	not object.get(table, "partial", false)
}

has_identity(table) if {
	some key in table.constraints
	key.kind == "primary_key"
	not object.get(key, "deferrable", false)
}

has_identity(table) if {
	identity := table.options["replica identity"]
	not identity in {"DEFAULT", "NOTHING"}
}

mistake(name, table) := [
	sprintf("the primary key of `%s` is deferrable, which makes it no replica identity", [name]),
	"make the key not deferrable, or name another unique index: REPLICA IDENTITY USING INDEX",
] if {
	deferrable_key(table)
}

mistake(name, table) := [
	sprintf("`%s` has the unique key `%s`, but no primary key, and its replica identity does not name it", [name, keys[0]]),
	sprintf("make it the primary key, or: ALTER TABLE %s REPLICA IDENTITY USING INDEX %s", [name, keys[0]]),
] if {
	not deferrable_key(table)
	keys := usable(table)
	count(keys) > 0
}

mistake(name, table) := [
	sprintf("`%s` has no key", [name]),
	"add a primary key",
] if {
	cfg.keyless
	not deferrable_key(table)
	count(usable(table)) == 0
}

deferrable_key(table) if {
	some key in table.constraints
	key.kind == "primary_key"
	object.get(key, "deferrable", false)
}

# Unique indexes that REPLICA IDENTITY USING INDEX takes.
usable(table) := sort([index.name |
	some index in table.indexes
	index.unique
	not index.predicate
	every key in index.keys {
		key.column in not_null(table)
	}
	not is_deferrable(table, object.get(index, "constraint", ""))
])

not_null(table) := {column.name | some column in table.columns; column.not_null}

is_deferrable(table, name) if {
	some key in table.constraints
	key.name == name
	object.get(key, "deferrable", false)
}

exempt(name) if {
	some pattern in cfg.exempt
	glob.match(pattern, ["\n"], name)
}
