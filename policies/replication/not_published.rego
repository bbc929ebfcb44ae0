# METADATA
# title: New tables join the publication
# description: >-
#   A publication that lists its tables does not take a new one in by itself: the table exists on the publisher alone, and nobody notices
#   before somebody looks for its rows on the other side. Each new table is added to the publication named in
#   `publication`, in the migration that creates it or later. It is silent until `publication` is set.
# related_resources:
# - ref: https://www.postgresql.org/docs/current/sql-alterpublication.html
#   description: PostgreSQL, ALTER PUBLICATION
# custom:
#   level: warning
#   changes: [create_table]
#   dialects: [postgres]
#   params:
#     publication:
#       type: string
#       default: ''
#       description: The publication that new tables belong to.
#     exempt:
#       type: array<string>
#       default: []
#       description: Tables that are not replicated, as globs over schema.table.
package policy.replication.not_published

import data.config.replication.not_published as cfg

deny contains finding if {
	cfg.publication != ""
	input.migration.direction in {"up", "repeatable"}
	some change in input.changes
	change.kind == "create_table"
	change.object.kind == "table"
	not input.before.tables[change.table]
	not object.get(change, "temporary", false)
	table := input.after.tables[change.table]
	not table.partition_of
	not object.get(table, "unlogged", false)
	not exempt(change.table)
	not published(change.table)
	finding := {
		"message": sprintf("`%s` is in no list of the publication `%s`: its rows stay on this server", [change.table, cfg.publication]),
		"at": change,
		"help": sprintf("first create the table on the subscribers, then: ALTER PUBLICATION %s ADD TABLE %s", [cfg.publication, change.table]),
	}
}

published(_) if {
	some text in texts
	contains(text, "for all tables")
}

published(name) if {
	some text in texts
	not startswith(text, "drop")
	not contains(text, "tables in schema")
	parts := split(name, ".")
	parts[count(parts) - 1] in regex.split(`[ ,."()]+`, text)
}

published(name) if {
	some text in texts
	found := regex.find_all_string_submatch_n(`tables in schema (.*)$`, text, 1)
	split(name, ".")[0] in regex.split(`[ ,."()]+`, found[0][1])
}

# What the history says of it, and what this migration does where the publication was made elsewhere.
texts contains publication.definition if {
	some publication in data.catalog.objects
	publication.kind == "publication"
	publication.name == cfg.publication
}

texts contains text if {
	some publication in data.catalog.objects
	publication.kind == "publication"
	publication.name == cfg.publication
	some text in publication.alterations
}

texts contains text if {
	some change in input.changes
	change.kind in {"create_publication", "alter_publication"}
	change.object.name == cfg.publication
	text := object.get(change, "definition", object.get(change, "action", ""))
}

exempt(name) if {
	some pattern in cfg.exempt
	glob.match(pattern, ["\n"], name)
}
