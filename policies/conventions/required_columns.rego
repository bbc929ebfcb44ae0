# METADATA
# title: New tables have the columns that every table has
# description: >-
#   Jobs, exports and libraries that work on every table count on the columns that all tables have.
#   One table without them is found when such a job fails. Add the column to the new table, or except
#   the table. Tables that stood before are not judged, nor are partitions and temporary tables,
#   which have what their parent has.
# custom:
#   level: warning
#   changes: [create_table]
#   params:
#     columns:
#       type: object<string>
#       default: {}
#       description: "the columns, each with the types that it may have, separated by `|`, or with an empty text where any type will do; `{id: \"bigint|uuid\", created_at: \"timestamptz\"}`"
#     exempt:
#       type: array<string>
#       default: []
#       description: tables that are not judged, as globs over their name, with its schema or without
package policy.conventions.required_columns

import data.config.conventions.required_columns as cfg

deny contains finding if {
	input.migration.direction in {"up", "repeatable"}
	count(cfg.columns) > 0
	some change in input.changes
	some key in judged(change)
	table := input.after.tables[key]
	missing := [sprintf("`%s`", [name]) |
		some name, _ in cfg.columns
		not name in {column.name | some column in table.columns}
	]
	count(missing) > 0
	finding := {
		"message": sprintf("table `%s` has no %s, which every table has", [key, concat(" and no ", missing)]),
		"at": change,
		"help": sprintf("add %s to it", [concat(" and ", missing)]),
	}
}

deny contains finding if {
	input.migration.direction in {"up", "repeatable"}
	count(cfg.columns) > 0
	some change in input.changes
	some key in judged(change)
	some column in input.after.tables[key].columns
	types := cfg.columns[column.name]
	types != ""
	not has_type(column, types)
	finding := {
		"message": sprintf("column `%s.%s` is %s, and in every table it is %s", [key, column.name, column.type, replace(types, "|", " or ")]),
		"at": object.get(column, "loc", change.loc),
		"help": sprintf("make it %s", [replace(types, "|", " or ")]),
	}
}

# A table that is built anew takes the name of the old one in the end, and is no new table then.
judged(change) := {key |
	change.kind == "create_table"
	change.new
	some key in names(change.table)
	not input.before.tables[key]
	table := input.after.tables[key]
	table.kind == "table"
	not table.temporary
	not table.partial
	not table.partition_of
	not exempt({key, table.name})
}

names(key) := {key} | {qualified(rename.after) | some rename in renames; rename.table == key}

renames := [change | some change in input.changes; change.kind == "rename_table"]

qualified(table) := sprintf("%s.%s", [table.schema, table.name])

qualified(table) := table.name if not table.schema

has_type(column, types) if {
	some type in split(types, "|")
	lower(column.type) in spellings(trim_space(type))
}

has_type(column, types) if {
	some type in split(types, "|")
	regex.replace(lower(column.type), `\(.*\)`, "") in spellings(trim_space(type))
}

# What is not known is not said to be wrong.
has_type(column, _) if not column.type

spellings(type) := {lower(type), object.get(aliases, lower(type), lower(type))}

# What PostgreSQL calls the types that have a shorter name.
aliases := {
	"bool": "boolean",
	"char": "character",
	"decimal": "numeric",
	"float4": "real",
	"float8": "double precision",
	"int": "integer",
	"int2": "smallint",
	"int4": "integer",
	"int8": "bigint",
	"time": "time without time zone",
	"timestamp": "timestamp without time zone",
	"timestamptz": "timestamp with time zone",
	"timetz": "time with time zone",
	"varchar": "character varying",
}

exempt(names) if {
	some name in names
	some pattern in cfg.exempt
	glob.match(pattern, ["\n"], name)
}
