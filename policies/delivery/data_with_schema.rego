# METADATA
# title: Data and schema change in different migrations
# description: >-
#   Rows are written for minutes, a schema is changed in moments, and in one transaction the schema change holds its lock for all of
#   these minutes. They are also taken back differently: a column is dropped, rows that were overwritten are gone. Rows of a table that the migration creates are part of it
#   and let through, and so are INSERTs of a few written rows, and rows beside new tables, functions or views (unless `strict`). The built-in rules work-under-lock and
#   lock-after-write report the lock where it is certain; this one asks for two migrations in any case.
# related_resources:
# - ref: https://docs.gitlab.com/development/database/batched_background_migrations/
#   description: GitLab, batched background migrations
# custom:
#   level: warning
#   changes: [insert, update, delete, merge, copy]
#   params:
#     rows:
#       type: integer
#       default: 20
#       description: INSERTs of at most this many written rows, all together, are let through.
#     strict:
#       type: boolean
#       default: false
#       description: New tables, functions, views and types count as changes of the schema too.
package policy.delivery.data_with_schema

import data.config.delivery.data_with_schema as cfg

deny contains finding if {
	input.migration.direction == "up"
	schema := [change | some change in input.changes; changes_schema(change)]
	count(schema) > 0
	writes := [change | some change in input.changes; writes_old(change)]
	count(writes) > 0
	not only_few_rows(writes)
	table := [name | some name in writes[0].tables; not name in born][0]
	finding := {
		"message": sprintf("%s writes rows of `%s` in a migration that changes the schema as well (%s)", [upper(writes[0].kind), table, words(schema[0])]),
		"at": writes[0],
		"related": [{"at": schema[0], "message": "the schema changes here"}],
		"help": "put the rows into a migration of their own, behind this one",
	}
}

changes_schema(change) if {
	change.area == "schema"
	change.kind != "comment"
	counts(change)
}

counts(change) if {
	change.table
	not change.table in born
}

counts(_) if cfg.strict

writes_old(change) if {
	change.kind in {"insert", "update", "delete", "merge", "copy"}
	some table in change.tables
	not table in born
}

born := {change.table |
	some change in input.changes
	change.kind == "create_table"
	not input.before.tables[change.table]
}

only_few_rows(writes) if {
	every change in writes {
		change.kind == "insert"
		change.rows
	}
	sum([change.rows | some change in writes]) <= cfg.rows
}

words(change) := sprintf("%s on `%s`", [replace(change.kind, "_", " "), change.table])

words(change) := replace(change.kind, "_", " ") if not change.table
