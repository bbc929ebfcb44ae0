# METADATA
# title: The replica identity is a key, not the whole row, and not nothing
# description: >-
#   With REPLICA IDENTITY FULL each UPDATE and DELETE writes the whole old row to the log, and a subscriber without a fitting index reads its whole
#   table for each of them. With NOTHING the server refuses UPDATE and DELETE once the table is published. The built-in rule
#   replica-identity-changed warns of NOTHING on tables that exist and only notes FULL; this one reports FULL
#   anywhere, and NOTHING on new tables.
# related_resources:
# - ref: https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-REPLICA-IDENTITY
#   description: PostgreSQL, ALTER TABLE ... REPLICA IDENTITY
# custom:
#   level: warning
#   category: compatibility
#   changes: [set_replica_identity]
#   dialects: [postgres]
#   params:
#     allow_full:
#       type: boolean
#       default: false
#       description: Consumers want the whole old row; do not report FULL.
package policy.replication.identity_full_or_nothing

import data.config.replication.identity_full_or_nothing as cfg

deny contains finding if {
	input.migration.direction in {"up", "repeatable"}
	some change in input.changes
	change.kind == "set_replica_identity"

	# What it is at the end: a later statement may set another one, or drop the table.
	input.after.tables[change.table].options["replica identity"] == change.replica_identity
	[message, help] := mistake(change)
	finding := {"message": message, "at": change, "help": help}
}

mistake(change) := [
	sprintf("each UPDATE and DELETE of `%s` writes the whole old row to the log%s", [change.table, although(change.table)]),
	"leave it at DEFAULT, with a primary key; where consumers need the old row, set allow_full",
] if {
	change.replica_identity == "FULL"
	not cfg.allow_full
}

mistake(change) := [
	sprintf("`%s` is born without a replica identity: where a publication covers it, the server refuses every UPDATE and DELETE of it", [change.table]),
	"leave it at DEFAULT, with a primary key",
] if {
	change.replica_identity == "NOTHING"
	change.new
}

although(name) := ", although it has a primary key" if has_key(name)

although(name) := ", as it has no primary key" if not has_key(name)

has_key(name) if {
	some key in input.after.tables[name].constraints
	key.kind == "primary_key"
}
