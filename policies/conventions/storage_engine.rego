# METADATA
# title: Tables use a storage engine of the list
# description: >-
#   MyISAM, MEMORY and their kin know no transactions and no foreign keys: a migration that fails half
#   way leaves half of its rows, a crash may lose the table, and a backup is consistent for InnoDB
#   alone. Write ENGINE=InnoDB, or nothing.
# related_resources:
# - ref: https://dev.mysql.com/doc/refman/8.4/en/storage-engines.html
#   description: what each engine can do
# custom:
#   level: warning
#   changes: [create_table, set_options]
#   dialects: [mysql, mariadb]
#   params:
#     allowed:
#       type: array<string>
#       default: [InnoDB]
#       description: engines that may be used
package policy.conventions.storage_engine

import data.config.conventions.storage_engine as cfg

deny contains finding if {
	input.migration.direction in {"up", "repeatable"}
	some change in input.changes
	not change.temporary
	engine := change.options.engine
	not lower(engine) in {lower(allowed) | some allowed in cfg.allowed}
	not lower(engine) == lower(object.get(input.before.tables, [change.table, "options", "engine"], ""))
	finding := {
		"message": sprintf("table `%s` gets the storage engine %s, which this project does not use", [change.table, engine]),
		"at": change,
		"help": sprintf("write ENGINE=%s", [concat(" or ENGINE=", cfg.allowed)]),
	}
}
