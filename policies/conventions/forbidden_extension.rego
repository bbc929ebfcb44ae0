# METADATA
# title: Extensions are those of the list
# description: >-
#   An extension runs code of others in the database, often with all rights, and has to be there
#   wherever the schema is: in each managed service, in each restored backup, after each upgrade. Only
#   some are agreed on. Ask for the extension to be added to `allowed`, or do without. Where `allowed`
#   and `forbidden` are both empty, nothing is found.
# related_resources:
# - ref: https://www.postgresql.org/docs/current/sql-createextension.html
#   description: CREATE EXTENSION
# custom:
#   level: error
#   changes: [create_extension]
#   dialects: [postgres]
#   params:
#     allowed:
#       type: array<string>
#       default: []
#       description: the only extensions that may be created, as globs
#     forbidden:
#       type: array<string>
#       default: []
#       description: extensions that may not be created, as globs
package policy.conventions.forbidden_extension

import data.config.conventions.forbidden_extension as cfg

deny contains finding if {
	input.migration.direction in {"up", "repeatable"}
	some change in input.changes
	change.kind == "create_extension"
	not change.before
	why := refused(change.object.name)
	finding := {
		"message": sprintf("extension `%s` %s", [change.object.name, why]),
		"at": change,
		"help": "do without it, or have it added to the list",
	}
}

refused(name) := "is not used in this project" if {
	matches(name, cfg.forbidden)
} else := sprintf("is none of those that this project uses: %s", [concat(", ", cfg.allowed)]) if {
	count(cfg.allowed) > 0
	not matches(name, cfg.allowed)
}

matches(name, patterns) if {
	some pattern in patterns
	glob.match(pattern, ["\n"], name)
}
