# METADATA
# title: New objects stand in the schemas of the list
# description: >-
#   Schemas carry privileges, search paths and ownership: what stands in another one is not found, or
#   not allowed, by those who need it. Create the object in one of `schemas`. Without `schemas`
#   nothing is found.
# related_resources:
# - ref: https://www.postgresql.org/docs/current/ddl-schemas.html
#   description: schemas
# custom:
#   level: warning
#   dialects: [postgres]
#   params:
#     schemas:
#       type: array<string>
#       default: []
#       description: the schemas that objects may be created in, as globs
package policy.conventions.other_schema

import data.config.conventions.other_schema as cfg

deny contains finding if {
	input.migration.direction in {"up", "repeatable"}
	count(cfg.schemas) > 0
	some change in input.changes
	change.kind == sprintf("create_%s", [change.object.kind])
	not change.object.table
	not change.temporary
	not change.before
	not matches(change.object.schema)
	finding := {
		"message": sprintf("%s `%s` stands in schema `%s`, which is none of those that this project uses: %s", [replace(change.object.kind, "_", " "), change.object.name, change.object.schema, concat(", ", cfg.schemas)]),
		"at": change,
		"help": "create it in one of them",
	}
}

matches(schema) if {
	some pattern in cfg.schemas
	glob.match(pattern, ["\n"], schema)
}
