# METADATA
# title: Names of new columns show their type
# description: >-
#   Where every timestamp ends in `_at` and every boolean begins with `is_`, a name tells what can be
#   done with it, and a column that was a flag is not taken for a date. Choose a name that matches the
#   pattern of its type in `patterns`. Without patterns nothing is found.
# custom:
#   level: warning
#   changes: [create_table, add_column, rename_column]
#   params:
#     patterns:
#       type: object<string>
#       default: {}
#       description: "a regular expression for each type; `{boolean: \"^(is|has|can)_\", timestamptz: \"_at$\"}`"
package policy.conventions.column_name_for_type

import data.config.conventions.column_name_for_type as cfg

deny contains finding if {
	input.migration.direction in {"up", "repeatable"}
	count(cfg.patterns) > 0
	some change in input.changes
	not temporary(change)
	some column in named(change)
	some type, pattern in cfg.patterns
	is_type(lower(column.type), lower(type))
	not regex.match(concat("", [case_mark, pattern]), column.name)
	not stood_before(change.table, column.name)
	finding := {
		"message": sprintf("column `%s.%s` is %s, and the name of such a column has to match `%s`", [change.table, column.name, column.type, pattern]),
		"at": object.get(column, "loc", change.loc),
		"help": "choose another name now: once code uses it, a rename breaks what still runs",
	}
}

named(change) := change.columns if {
	change.kind == "create_table"
}

named(change) := [change.column] if {
	change.kind == "add_column"
}

named(change) := [object.union(change.after, {"loc": change.loc})] if {
	change.kind == "rename_column"
}

is_type(actual, wanted) if {
	some spelling in {wanted, object.get(aliases, wanted, wanted)}
	spelling in {actual, regex.replace(actual, `\(.*\)`, "")}
}

# What PostgreSQL and MySQL call the types that have another name too.
aliases := {
	"bool": "boolean",
	"decimal": "numeric",
	"int": "integer",
	"int2": "smallint",
	"int4": "integer",
	"int8": "bigint",
	"timestamp": "timestamp without time zone",
	"timestamptz": "timestamp with time zone",
	"varchar": "character varying",
}

temporary(change) if change.temporary

temporary(change) if input.after.tables[change.table].temporary

# A table that is built anew takes the name of the old one in the end.
stood_before(key, column) if {
	some name in names(key)
	some old in input.before.tables[name].columns
	old.name == column
}

names(key) := {key} | {qualified(rename.after) | some rename in renames; rename.table == key}

renames := [change | some change in input.changes; change.kind == "rename_table"]

qualified(table) := sprintf("%s.%s", [table.schema, table.name])

qualified(table) := table.name if not table.schema

# Where case does not count, names are read in lower case.
case_mark := "" if {
	input.dialect.engine == "postgres"
} else := "(?i)"
