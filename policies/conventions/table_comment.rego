# METADATA
# title: New tables have a comment
# description: >-
#   A comment is read where the code that made the table is not at hand: in a console, in a data
#   catalog, by the next team. Write COMMENT ON TABLE (in MySQL the option COMMENT) in the migration
#   that creates the table. Partitions and temporary tables need none.
# related_resources:
# - ref: https://www.postgresql.org/docs/current/sql-comment.html
#   description: COMMENT
# - ref: https://dev.mysql.com/doc/refman/8.4/en/create-table.html
#   description: the table option COMMENT
# custom:
#   level: note
#   changes: [create_table]
#   dialects: [postgres, mysql, mariadb]
#   params:
#     pattern:
#       type: regex
#       default: "[^ ]"
#       description: what the comment has to match; the default is any word
#     exempt:
#       type: array<string>
#       default: []
#       description: tables that are not judged, as globs over their name, with its schema or without
package policy.conventions.table_comment

import data.config.conventions.table_comment as cfg

deny contains finding if {
	input.migration.direction in {"up", "repeatable"}
	some change in input.changes
	change.kind == "create_table"
	change.new
	some key in names(change.table)
	not input.before.tables[key]
	table := input.after.tables[key]
	not table.temporary
	not table.partition_of
	lacking := fault(table)
	not exempt({key, table.name})
	finding := {"message": sprintf("table `%s` %s", [key, lacking]), "at": change, "help": advice}
}

fault(table) := "has no comment" if {
	not table.comment
} else := sprintf("has a comment that does not match `%s`", [cfg.pattern]) if {
	not regex.match(cfg.pattern, table.comment)
}

advice := "say what its rows are: COMMENT ON TABLE ... IS '...'" if {
	input.dialect.engine == "postgres"
} else := "say what its rows are: COMMENT '...' behind the columns"

# A table that is built anew takes the name of the old one in the end, and is no new table then.
names(key) := {key} | {qualified(rename.after) | some rename in renames; rename.table == key}

renames := [change | some change in input.changes; change.kind == "rename_table"]

qualified(table) := sprintf("%s.%s", [table.schema, table.name])

qualified(table) := table.name if not table.schema

exempt(names) if {
	some name in names
	some pattern in cfg.exempt
	glob.match(pattern, ["\n"], name)
}
