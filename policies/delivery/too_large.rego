# METADATA
# title: Migrations are small enough to be read
# description: >-
#   A migration of many statements is waved through instead of being reviewed, and when one of them fails at two in the morning somebody has to
#   find out which. Dumps, baselines and repeatable migrations are let through, and so is one that only creates what
#   is new, as the first migration of a project does.
# related_resources:
# - ref: https://google.github.io/eng-practices/review/developer/small-cls.html
#   description: Google, small changes
# custom:
#   level: warning
#   params:
#     statements:
#       type: integer
#       default: 50
#       description: How many statements a migration may have; 0 for any number.
#     bytes:
#       type: integer
#       default: 65536
#       description: How many bytes of text it may have; 0 for any length.
package policy.delivery.too_large

import data.config.delivery.too_large as cfg

deny contains finding if {
	cfg.statements > 0
	count(input.statements) > cfg.statements
	finding := reported(sprintf("the migration has %d statements, more than %d", [count(input.statements), cfg.statements]))
}

deny contains finding if {
	cfg.bytes > 0
	input.migration.bytes > cfg.bytes
	finding := reported(sprintf("the migration has %d bytes, more than %d", [input.migration.bytes, cfg.bytes]))
}

reported(message) := {
	"message": message,
	"help": "take it apart into migrations that are reviewed, run and taken back by themselves; rows belong into a file that the application loads",
} if {
	input.migration.direction == "up"
	some change in input.changes
	touches_old(change)
}

touches_old(change) if {
	change.area in {"schema", "data", "privileges", "opaque"}
	not change.new
	not makes_something(change)
}

# A new column or index of an old table.
touches_old(change) if {
	change.area == "schema"
	change.table
	not change.table in born
}

# A type, a function, a schema.
makes_something(change) if {
	startswith(change.kind, "create_")
	not change.table
}

born := {change.table |
	some change in input.changes
	change.kind == "create_table"
	not input.before.tables[change.table]
}
