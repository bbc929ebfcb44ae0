# METADATA
# title: Names of views, routines and the like match the pattern of their kind
# description: >-
#   Views, functions, triggers, types and sequences share their name space with tables, or are only
#   seen in errors: a pattern for each kind tells them apart. Choose a name that matches the pattern
#   of its kind in `patterns`. Without patterns nothing is found. What is only replaced keeps its
#   name.
# related_resources:
# - ref: https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS
#   description: unquoted names are folded to lower case
# custom:
#   level: warning
#   params:
#     patterns:
#       type: object<string>
#       default: {}
#       description: "a regular expression for each kind of object: view, materialized_view, sequence, type, domain, function, procedure, trigger, policy, schema, role ..."
package policy.conventions.object_name

import data.config.conventions.object_name as cfg

deny contains finding if {
	input.migration.direction in {"up", "repeatable"}
	count(cfg.patterns) > 0
	some change in input.changes
	name := chosen(change)
	some kind, pattern in cfg.patterns
	kind == change.object.kind
	not regex.match(concat("", [case_mark, pattern]), name)
	finding := {
		"message": sprintf("the name of %s `%s` does not match `%s`", [replace(kind, "_", " "), name, pattern]),
		"at": change,
		"help": "choose another name now: once code uses it, a rename breaks what still runs",
	}
}

chosen(change) := change.object.name if {
	change.kind == concat("_", ["create", change.object.kind])
	not change.before
	not change.temporary
}

chosen(change) := change.to if {
	change.kind == concat("_", ["rename", change.object.kind])
}

# Where case does not count, names are read in lower case.
case_mark := "" if {
	input.dialect.engine == "postgres"
} else := "(?i)"
