# METADATA
# title: Constraints are named after their table and columns
# description: >-
#   The name of a constraint is all that an error message shows of it, and what a later migration has
#   to write to drop it. One made of the table and its columns says at once what was refused, and is
#   the same in every database. Name the constraint by one of the templates. `{table}` is its table,
#   `{columns}` its columns joined by `separator`, `{column}` the first of them, `{references}` the
#   table that a foreign key refers to, `{any}` one or more characters of a name. The columns of a
#   CHECK and of an EXCLUDE are not known: there `{columns}` stands for any words. Nothing is said
#   where the engine makes the name up, nor where every template makes a longer name than the engine
#   takes.
# related_resources:
# - ref: https://www.postgresql.org/docs/current/ddl-constraints.html
#   description: names of constraints
# custom:
#   level: warning
#   changes: [create_table, add_column, redefine_column, add_constraint, rename_constraint]
#   params:
#     primary_key:
#       type: array<string>
#       default: ["{table}_pkey", "pk_{table}"]
#       description: names of primary keys; none takes every name
#     unique:
#       type: array<string>
#       default: ["{table}_{columns}_key", "uk_{table}_{columns}"]
#       description: names of unique constraints; none takes every name
#     foreign_key:
#       type: array<string>
#       default: ["{table}_{columns}_fkey", "fk_{table}_{columns}"]
#       description: names of foreign keys; none takes every name
#     check:
#       type: array<string>
#       default: ["{table}_{any}_check", "{table}_check", "ck_{table}_{any}"]
#       description: names of check constraints; none takes every name
#     exclude:
#       type: array<string>
#       default: ["{table}_{any}_excl", "ex_{table}_{any}"]
#       description: names of exclusion constraints; none takes every name
#     separator:
#       type: string
#       default: _
#       description: what joins the columns of `{columns}`
#     exempt:
#       type: array<string>
#       default: []
#       description: tables whose constraints are not judged, as globs over their name, with its schema or without
package policy.conventions.constraint_name

import data.config.conventions.constraint_name as cfg

deny contains finding if {
	input.migration.direction in {"up", "repeatable"}
	some change in input.changes
	some constraint in named(change)
	not renamed(constraint.name)
	not temporary(change)
	not nameless(constraint)
	tables := names(change.table)
	not exempt(tables | {change.table})
	wanted := {name |
		some template in templates(constraint.kind)
		some table in tables
		name := fill(folded(template), table, constraint)
	}
	min([count(name) | some name in wanted]) <= longest
	not follows(constraint.name, wanted)
	finding := {
		"message": sprintf("%s `%s` on table `%s` is not named by a template: that would be `%s`", [words[constraint.kind], constraint.name, change.table, concat("` or `", wanted)]),
		"at": object.get(constraint, "loc", change.loc),
		"help": "choose the name now: a rename later is one more migration",
	}
}

words := {
	"primary_key": "primary key",
	"unique": "unique constraint",
	"foreign_key": "foreign key",
	"check": "check constraint",
	"exclude": "exclusion constraint",
}

templates("primary_key") := cfg.primary_key

templates("unique") := cfg.unique

templates("foreign_key") := cfg.foreign_key

templates("check") := cfg.check

templates("exclude") := cfg.exclude

named(change) := [constraint | some constraint in change.constraints; constraint.name] if {
	change.kind in {"create_table", "add_column", "redefine_column"}
}

named(change) := [change.constraint] if {
	change.kind == "add_constraint"
	change.constraint.name
}

named(change) := [object.union(change.after, {"loc": change.loc})] if {
	change.kind == "rename_constraint"
}

# MySQL calls every primary key PRIMARY, whatever is written.
nameless(constraint) if {
	constraint.kind == "primary_key"
	input.dialect.engine in {"mysql", "mariadb"}
}

fill(template, table, constraint) := strings.replace_n(
	{
		"{table}": table,
		"{columns}": columns(constraint, cfg.separator),
		"{column}": column(constraint),
		"{references}": references(constraint),
	},
	template,
)

columns(constraint, separator) := concat(separator, constraint.columns) if {
	constraint.columns
} else := "{any}"

column(constraint) := constraint.columns[0] if {
	constraint.columns
} else := "{any}"

references(constraint) := bare(constraint.references.table) if {
	constraint.references
} else := "{any}"

follows(name, wanted) if {
	some template in wanted
	literal := regex.replace(template, `[.$^*+?()\[\]{}|\\]`, `\$0`)
	regex.match(sprintf("^%s$", [replace(literal, `\{any\}`, `.+`)]), name)
}

# It has another name in the end.
renamed(name) if {
	some rename in input.changes
	rename.kind == "rename_constraint"
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
