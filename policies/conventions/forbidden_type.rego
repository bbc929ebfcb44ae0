# METADATA
# title: Columns have none of the types that the project gave up
# description: >-
#   A type that was once stored is costly to leave: the table has to be written anew, and code and
#   exports change with it. Use the type that stands beside it in `types`. Without `types` nothing is
#   found; columns that stood before and keep their type are not judged.
# related_resources:
# - ref: https://wiki.postgresql.org/wiki/Don%27t_Do_This
#   description: types that PostgreSQL's own wiki advises against
# custom:
#   level: warning
#   changes: [create_table, add_column, redefine_column, alter_type, create_domain, create_type]
#   params:
#     types:
#       type: object<string>
#       default: {}
#       description: "types that are not used, each with what is used instead, or with an empty text; `{money: numeric, \"char\": text}`; with a length, only that length is meant"
package policy.conventions.forbidden_type

import data.config.conventions.forbidden_type as cfg

deny contains finding if {
	input.migration.direction in {"up", "repeatable"}
	count(cfg.types) > 0
	some change in input.changes
	not temporary(change)
	some part in typed(change)
	some type, instead in cfg.types
	is_type(part.type, type)
	finding := object.union(
		{
			"message": sprintf("%s is %s, a type that this project does not use", [part.what, part.type]),
			"at": part.loc,
		},
		advice(instead),
	)
}

advice("") := {}

advice(instead) := {"help": sprintf("use %s", [instead])} if instead != ""

typed(change) := [part |
	some column in written(change)
	part := {"what": sprintf("column `%s.%s`", [change.table, column.name]), "type": column.type, "loc": object.get(column, "loc", change.loc)}
] if {
	change.kind in {"create_table", "add_column"}
}

typed(change) := [{"what": sprintf("column `%s.%s`", [change.table, change.after.name]), "type": change.after.type, "loc": change.loc}] if {
	change.kind in {"alter_type", "redefine_column"}
	change.after.type != object.get(change.before, "type", "")
}

typed(change) := [{"what": sprintf("domain `%s`", [change.object.name]), "type": change.after.type, "loc": change.loc}] if {
	change.kind == "create_domain"
}

typed(change) := [part |
	some attribute in change.after.attributes
	part := {"what": sprintf("attribute `%s` of type `%s`", [attribute.name, change.object.name]), "type": attribute.type, "loc": change.loc}
] if {
	change.kind == "create_type"
}

is_type(actual, wanted) if element(actual) in spellings(wanted)

is_type(actual, wanted) if regex.replace(element(actual), `\(.*\)`, "") in spellings(wanted)

# An array is judged by what it holds.
element(type) := trim_right(lower(type), "[]")

spellings(type) := {lower(type), concat("", array.concat([object.get(aliases, name, name)], length))} if {
	length := regex.find_n(`\(.*\)`, lower(type), 1)
	name := regex.replace(lower(type), `\(.*\)`, "")
}

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
	"varbit": "bit varying",
	"varchar": "character varying",
}

temporary(change) if change.temporary

temporary(change) if input.after.tables[change.table].temporary

written(change) := change.columns if {
	change.kind == "create_table"
}

written(change) := [change.column] if {
	change.kind == "add_column"
}
