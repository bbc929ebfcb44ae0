# METADATA
# title: A published table changes on its subscribers too
# description: >-
#   Logical replication carries rows, not definitions. A column that is added on the publisher stops the subscriber at the first row that has
#   it, a rename too, and the publisher keeps its log until somebody notices, until the disk is full. The
#   rule asks for tables in a publication of these migrations, and for those in `tables`. The change of a key is left to
#   replication/key-changed.
# related_resources:
# - ref: https://www.postgresql.org/docs/current/logical-replication-restrictions.html
#   description: PostgreSQL, restrictions of logical replication
# custom:
#   level: warning
#   category: compatibility
#   changes: [add_column, drop_column, rename_column, alter_type, rename_table, set_schema]
#   dialects: [postgres]
#   params:
#     tables:
#       type: array<string>
#       default: []
#       description: Tables that are published where these migrations do not show it, as globs over schema.table.
package policy.replication.ddl_not_carried

import data.config.replication.ddl_not_carried as cfg

advice := {
	"add_column": ["the subscribers stop at the first row that has the new column", "add the column on the subscribers first, then here"],
	"drop_column": ["the subscribers keep the column, and what is NOT NULL there without a default stops them", "drop it here first, then on the subscribers, or make it nullable there before"],
	"rename_column": ["the subscribers look for the new name and stop", "add a column of the new name on the subscribers first; or stop the subscription, rename on both sides, go on"],
	"alter_type": ["the subscribers get values of the new type, and stop at one that does not fit", "change the type on the subscribers first"],
	"rename_table": ["the subscribers look for a table of the new name and stop", "stop the subscription, rename on both sides, go on"],
	"set_schema": ["the subscribers look for the table in the new schema and stop", "stop the subscription, move it on both sides, go on"],
}

deny contains finding if {
	input.migration.direction in {"up", "repeatable"}
	some change in input.changes
	[then, help] := advice[change.kind]
	not change.table in born
	old := input.before.tables[change.table]
	not is_key_column(change, old)
	by := publisher(change, root(change.table, old))
	finding := {
		"message": sprintf("`%s` is published%s, and a publication carries no change of the schema: %s", [change.table, by, then]),
		"at": change,
		"help": help,
	}
}

born := {change.table |
	some change in input.changes
	change.kind == "create_table"
	not input.before.tables[change.table]
}

root(_, table) := table.partition_of.table

root(name, table) := name if not table.partition_of

is_key_column(change, table) if {
	change.kind in {"alter_type", "rename_column"}
	some key in table.constraints
	key.kind == "primary_key"
	change.object.name in key.columns
}

publisher(change, name) := sprintf(" by `%s`", [names[0]]) if {
	names := sort([publication.name |
		some publication in publications
		publishes(publication, name)
		not column_left_out(change, publication, name)
	])
	count(names) > 0
} else := "" if {
	some pattern in cfg.tables
	glob.match(pattern, ["\n"], name)
}

publications := [publication |
	some publication in data.catalog.objects
	publication.kind == "publication"
]

publishes(publication, _) if contains(publication.definition, " for all tables")

publishes(publication, name) if {
	some text in texts(publication)
	found := regex.find_all_string_submatch_n(`tables in schema (.*)$`, text, 1)
	schema := split(name, ".")[0]
	schema in words(found[0][1])
}

publishes(publication, name) if {
	some text in texts(publication)
	not contains(text, "tables in schema")
	short(name) in words(text)
	not dropped(publication, name)
}

dropped(publication, name) if {
	some text in object.get(publication, "alterations", [])
	startswith(text, "drop table")
	short(name) in words(text)
}

# A list of columns publishes no new one.
column_left_out(change, publication, name) if {
	change.kind == "add_column"
	some text in texts(publication)
	some end in ["(", `"(`, " ("]
	contains(text, concat("", [short(name), end]))
}

texts(publication) := array.concat([publication.definition], object.get(publication, "alterations", []))

short(name) := parts[count(parts) - 1] if parts := split(name, ".")

words(text) := regex.split(`[ ,."()]+`, text)
