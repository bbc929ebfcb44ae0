# METADATA
# title: The primary key that identifies replicated rows stays as it is
# description: >-
#   Replicas, subscribers and consumers of change data capture find a row by its primary key. When its columns or their types change, a logical subscriber needs
#   the same change at the same moment, a topic holds events under two kinds of key, and a consumer that
#   compacts by key keeps both. The built-in rules look at locks, rewrites and the running release; this one
#   at who reads the log. Tables that lose their key are left to missing-primary-key.
# related_resources:
# - ref: https://www.postgresql.org/docs/current/logical-replication-restrictions.html
#   description: PostgreSQL, restrictions of logical replication
# - ref: https://debezium.io/documentation/reference/stable/connectors/postgresql.html#postgresql-change-events-key
#   description: Debezium, keys of change events
# custom:
#   level: warning
#   category: compatibility
#   promise: [readers]
#   dialects: [postgres, mysql, mariadb]
#   params:
#     tables:
#       type: array<string>
#       default: ['*']
#       description: Tables that are replicated, as globs over schema.table (MySQL without a schema, table).
package policy.replication.key_changed

import data.config.replication.key_changed as cfg

deny contains finding if {
	input.migration.direction in {"up", "repeatable"}
	some name, old in input.before.tables
	replicated(name)
	new := input.after.tables[name]
	not object.get(old, "temporary", false)
	not old.partition_of
	was := key(old)
	is := key(new)
	was != is
	changes := [change |
		some change in input.changes
		change.table == name
		touches_key(change, {column | some [column, _] in array.concat(was, is)})
	]
	count(changes) > 0
	finding := {
		"message": sprintf("the primary key of `%s` changes from (%s) to (%s): who reads the log finds its rows by it", [name, words(was), words(is)]),
		"at": changes[0],
		"help": "change the subscribers and consumers in the same step, or move to a new table; a wider type goes to the subscribers first",
	}
}

replicated(name) if {
	some pattern in cfg.tables
	glob.match(pattern, ["\n"], name)
}

key(table) := [[column, type_of(table, column)] | some column in constraint.columns] if {
	some constraint in table.constraints
	constraint.kind == "primary_key"
}

# Without a length: a longer varchar holds the same value.
type_of(table, name) := [trim_space(regex.replace(object.get(column, "type", ""), `\([^)]*\)`, "")) | some column in table.columns; column.name == name][0]

touches_key(change, columns) if {
	change.kind in {"alter_type", "rename_column", "redefine_column", "drop_column"}
	some name in {change.object.name, object.get(change, "to", "")}
	name in columns
}

touches_key(change, _) if change.before.kind == "primary_key"

touches_key(change, _) if {
	some constraint in change.constraints
	constraint.kind == "primary_key"
}

touches_key(change, _) if change.constraint.kind == "primary_key"

words(columns) := concat(", ", [trim_space(sprintf("%s %s", [name, type])) | some [name, type] in columns])
