# METADATA
# title: Each migration has a way back
# description: >-
#   A deploy that goes wrong is taken back by running the down migration; without one, somebody writes it under pressure. The
#   built-in rule missing-down asks only where most of the ten migrations before have a down; this one asks each
#   migration, from the first on, in a project that decided so: switch missing-down off beside it. Frameworks that have no
#   downs, or sell them, are let through, and migrations that change nothing that a down could take back.
# related_resources:
# - ref: https://martinfowler.com/articles/evodb.html
#   description: Evolutionary database design
# custom:
#   level: warning
#   category: history
#   promise: [rollback]
#   params:
#     without:
#       type: array<string>
#       default: [prisma, drizzle, atlas, supabase, refinery, flyway, rambler, plain, own, dump, dry-run]
#       description: Frameworks, by the name in `lockgate list`, that are not asked.
package policy.delivery.down_missing

import data.config.delivery.down_missing as cfg

deny contains finding if {
	input.migration.direction == "up"
	not input.migration.down
	not input.runner.framework in cfg.without
	taken := [change | some change in input.changes; can_be_taken_back(change)]
	count(taken) > 0
	finding := {
		"message": "the migration has no down: the way back has to be written when it is needed",
		"at": taken[0],
		"help": "write the down; where there is no way back, allow this with the reason",
	}
}

can_be_taken_back(change) if change.area in {"schema", "data", "privileges"}
