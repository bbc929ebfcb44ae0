# METADATA
# title: Published tables are not filled while they are unlogged
# description: >-
#   SET LOGGED writes the whole table to the log as pages, which standbys replay and logical decoding does not see (measured on PostgreSQL 15): rows that
#   were written while the table was unlogged never reach a subscriber or a consumer of changes. The built-in rule
#   unlogged-table reports a table that stays unlogged; this one the trick of loading it so. It asks where the
#   migrations have a publication, or always with `always`.
# related_resources:
# - ref: https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-SET-LOGGED-UNLOGGED
#   description: PostgreSQL, SET LOGGED
# custom:
#   level: error
#   category: data
#   promise: [data]
#   changes: [set_logged]
#   dialects: [postgres]
#   params:
#     always:
#       type: boolean
#       default: false
#       description: Ask also where these migrations create no publication.
package policy.replication.loaded_while_unlogged

import data.config.replication.loaded_while_unlogged as cfg

deny contains finding if {
	input.migration.direction in {"up", "repeatable"}
	is_published
	some i, change in input.changes
	change.kind == "set_logged"
	not object.get(change, "unlogged", false)
	filled(i, change)
	finding := {
		"message": sprintf("rows that `%s` got while it was unlogged never reach logical subscribers: SET LOGGED is not decoded", [change.table]),
		"at": change,
		"help": "load it while it is logged, or copy the table to the subscribers anew (ALTER SUBSCRIPTION ... REFRESH PUBLICATION)",
	}
}

is_published if cfg.always

is_published if {
	some publication in data.catalog.objects
	publication.kind == "publication"
}

# Created and filled here.
filled(i, change) if {
	some j, other in input.changes
	j < i
	other.kind in {"insert", "copy", "merge"}
	change.table in other.tables
	was_unlogged(change.table)
}

filled(_, change) if {
	some other in input.changes
	other.kind == "create_table"
	other.table == change.table
	object.get(other, "unlogged", false)
	other.query
}

# It has been there for a while.
filled(_, change) if object.get(input.before.tables[change.table], "unlogged", false)

was_unlogged(name) if {
	some change in input.changes
	change.kind in {"create_table", "set_logged"}
	change.table == name
	object.get(change, "unlogged", false)
}
