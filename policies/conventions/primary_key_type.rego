# METADATA
# title: Primary keys of new tables have a type of the list
# description: >-
#   Foreign keys, URLs and the code's types copy the type of a primary key: two kinds of key in one
#   schema mean two kinds of everything. Use one of `types`. Without `types` nothing is found. Keys of
#   several columns are not judged, nor are partitions and temporary tables.
# custom:
#   level: warning
#   changes: [create_table]
#   params:
#     types:
#       type: array<string>
#       default: []
#       description: "types that the column of a primary key may have: bigint, uuid; without a length, any length will do"
#     exempt:
#       type: array<string>
#       default: []
#       description: tables that are not judged, as globs over their name, with its schema or without
package policy.conventions.primary_key_type

import data.config.conventions.primary_key_type as cfg

deny contains finding if {
	input.migration.direction in {"up", "repeatable"}
	count(cfg.types) > 0
	some change in input.changes
	change.kind == "create_table"
	change.new
	some key in names(change.table)
	not input.before.tables[key]
	table := input.after.tables[key]
	not table.temporary
	not table.partition_of
	not exempt({key, table.name})
	some constraint in table.constraints
	constraint.kind == "primary_key"
	count(constraint.columns) == 1
	some column in table.columns
	column.name == constraint.columns[0]
	column.type
	not fits(lower(column.type))
	finding := {
		"message": sprintf("the primary key `%s.%s` is %s, and in this project it is %s", [key, column.name, column.type, concat(" or ", cfg.types)]),
		"at": object.get(column, "loc", change.loc),
		"help": sprintf("make it %s", [concat(" or ", cfg.types)]),
	}
}

fits(type) if {
	some wanted in cfg.types
	some spelling in {lower(wanted), object.get(aliases, lower(wanted), lower(wanted))}
	spelling in {type, regex.replace(type, `\(.*\)`, "")}
}

# What PostgreSQL calls the types that have a shorter name.
aliases := {
	"char": "character",
	"decimal": "numeric",
	"int": "integer",
	"int2": "smallint",
	"int4": "integer",
	"int8": "bigint",
	"varchar": "character varying",
}

# A table that is built anew takes the name of the old one in the end, and is no new table then.
names(key) := {key} | {qualified(rename.after) | some rename in renames; rename.table == key}

renames := [change | some change in input.changes; change.kind == "rename_table"]

qualified(table) := sprintf("%s.%s", [table.schema, table.name])

qualified(table) := table.name if not table.schema

exempt(names) if {
	some name in names
	some pattern in cfg.exempt
	glob.match(pattern, ["\n"], name)
}
