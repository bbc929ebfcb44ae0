# METADATA
# title: Indexes are named after their table and columns
# description: >-
#   Plans, errors and size reports name an index and nothing else. A name made of the table and its
#   columns says at once what the index is for, and shows that a second one on the same columns is
#   not needed. Name the index by one of the templates. `{table}` is its table, `{columns}` its
#   columns joined by `separator`, `{column}` the first of them, `{any}` one or more characters of a
#   name. Where an index has an expression or a WHERE, its columns do not say all, and `{columns}`
#   stands for any words. Nothing is said where the engine makes the name up, nor where every
#   template makes a longer name than the engine takes.
# related_resources:
# - ref: https://www.postgresql.org/docs/current/sql-createindex.html
#   description: what PostgreSQL calls an index without a name
# custom:
#   level: warning
#   changes: [create_table, create_index, rename_index]
#   params:
#     templates:
#       type: array<string>
#       default: ["{table}_{columns}_idx", "idx_{table}_{columns}"]
#       description: names of indexes that are not unique; none takes every name
#     unique_templates:
#       type: array<string>
#       default: ["{table}_{columns}_key", "{table}_{columns}_idx", "uk_{table}_{columns}"]
#       description: names of unique indexes; none takes every name
#     separator:
#       type: string
#       default: _
#       description: what joins the columns of `{columns}`
#     exempt:
#       type: array<string>
#       default: []
#       description: tables whose indexes are not judged, as globs over their name, with its schema or without
package policy.conventions.index_name

import data.config.conventions.index_name as cfg

deny contains finding if {
	input.migration.direction in {"up", "repeatable"}
	some change in input.changes
	some index in named(change)
	not renamed(index.name)
	not temporary(change)
	tables := names(change.table)
	not exempt(tables | {change.table})
	wanted := {name |
		some template in templates(index)
		some table in tables
		name := fill(folded(template), table, index)
	}
	min([count(name) | some name in wanted]) <= longest
	not follows(index.name, wanted)
	finding := {
		"message": sprintf("index `%s` on table `%s` is not named by a template: that would be `%s`", [index.name, change.table, concat("` or `", wanted)]),
		"at": object.get(index, "loc", change.loc),
		"help": "choose the name now: a rename later is one more migration",
	}
}

named(change) := [change.index] if {
	change.kind == "create_index"
	change.index.name
}

named(change) := [index | some index in change.indexes; index.name] if {
	change.kind == "create_table"
}

named(change) := [object.union(change.after, {"loc": change.loc})] if {
	change.kind == "rename_index"
}

templates(index) := cfg.unique_templates if {
	index.unique
} else := cfg.templates

fill(template, table, index) := strings.replace_n(
	{
		"{table}": table,
		"{columns}": columns(index, cfg.separator),
		"{column}": object.get(index.keys[0], "column", "{any}"),
	},
	template,
)

columns(index, separator) := "{any}" if {
	index.predicate
} else := "{any}" if {
	some key in index.keys
	not key.column
} else := concat(separator, [key.column | some key in index.keys])

follows(name, wanted) if {
	some template in wanted
	literal := regex.replace(template, `[.$^*+?()\[\]{}|\\]`, `\$0`)
	regex.match(sprintf("^%s$", [replace(literal, `\{any\}`, `.+`)]), name)
}

# It has another name in the end.
renamed(name) if {
	some rename in input.changes
	rename.kind == "rename_index"
	rename.from == name
}

# What the table is called in the end: one that is built anew takes the name of the old one.
names(key) := to if {
	to := {rename.to | some rename in renames; rename.table == key}
	count(to) > 0
} else := {bare(key)}

renames := [change | some change in input.changes; change.kind == "rename_table"]

# Where case does not count, names are read in lower case.
folded(template) := template if {
	input.dialect.engine == "postgres"
} else := lower(template)

bare(key) := regex.replace(key, `^.*\.`, "")

temporary(change) if change.temporary

temporary(change) if input.after.tables[change.table].temporary

longest := 64 if {
	input.dialect.engine in {"mysql", "mariadb"}
} else := 63

exempt(names) if {
	some name in names
	some pattern in cfg.exempt
	glob.match(pattern, ["\n"], name)
}
