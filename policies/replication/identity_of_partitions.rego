# METADATA
# title: The replica identity of a partitioned table is set on its partitions
# description: >-
#   REPLICA IDENTITY on a partitioned table changes only the parent, which holds no rows. Its partitions keep theirs, and partitions that are created
#   later begin with DEFAULT (measured on PostgreSQL 15): what is decoded is what the partitions say.
# related_resources:
# - ref: https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-REPLICA-IDENTITY
#   description: PostgreSQL, ALTER TABLE ... REPLICA IDENTITY
# custom:
#   level: warning
#   category: compatibility
#   changes: [set_replica_identity]
#   dialects: [postgres]
package policy.replication.identity_of_partitions

deny contains finding if {
	input.migration.direction in {"up", "repeatable"}
	some change in input.changes
	change.kind == "set_replica_identity"
	change.replica_identity != "DEFAULT"
	input.after.tables[change.table].partition_by
	not each_partition(change)
	finding := {
		"message": sprintf("REPLICA IDENTITY of `%s` changes the parent alone: its partitions keep theirs, and new ones begin with DEFAULT", [change.table]),
		"at": change,
		"help": "set it on each partition as well, and where partitions are created",
	}
}

# The migration sets one on all partitions that there are.
each_partition(change) if {
	partitions := {name |
		some name, table in data.catalog.tables
		table.partition_of.table == change.table
	}
	count(partitions) > 0
	every name in partitions {
		sets_identity(name)
	}
}

sets_identity(name) if {
	some change in input.changes
	change.kind == "set_replica_identity"
	change.table == name
}
