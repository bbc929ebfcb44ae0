# METADATA
# title: New columns have a comment
# description: >-
#   What a column means, in which unit, and what an empty one says is known to its author alone,
#   unless it is written down where the data is. Write COMMENT ON COLUMN (in MySQL COMMENT behind the
#   type) in the migration that adds the column. Columns that stood before are not judged.
# related_resources:
# - ref: https://www.postgresql.org/docs/current/sql-comment.html
#   description: COMMENT
# custom:
#   level: note
#   changes: [create_table, add_column]
#   dialects: [postgres, mysql, mariadb]
#   params:
#     pattern:
#       type: regex
#       default: "[^ ]"
#       description: what the comment has to match; the default is any word
#     exempt:
#       type: array<string>
#       default: ["*.id", "*.created_at", "*.updated_at"]
#       description: columns that are not judged, as globs over `table.column`, with its schema or without
package policy.conventions.column_comment

import data.config.conventions.column_comment as cfg

deny contains finding if {
	input.migration.direction in {"up", "repeatable"}
	some change in input.changes
	change.kind in {"create_table", "add_column"}
	added := {column.name | some column in written(change)}
	some key in names(change.table)
	table := input.after.tables[key]
	not table.temporary
	some column in table.columns
	column.name in added
	not stood_before(key, column.name)
	lacking := fault(column)
	not exempt({sprintf("%s.%s", [key, column.name]), sprintf("%s.%s", [table.name, column.name])})
	finding := {
		"message": sprintf("column `%s.%s` %s", [key, column.name, lacking]),
		"at": object.get(column, "loc", change.loc),
		"help": advice,
	}
}

fault(column) := "has no comment" if {
	not column.comment
} else := sprintf("has a comment that does not match `%s`", [cfg.pattern]) if {
	not regex.match(cfg.pattern, column.comment)
}

advice := "say what it holds: COMMENT ON COLUMN ... IS '...'" if {
	input.dialect.engine == "postgres"
} else := "say what it holds: COMMENT '...' behind its type"

stood_before(key, column) if {
	some old in input.before.tables[key].columns
	old.name == column
}

# A table that is built anew takes the name of the old one in the end.
names(key) := {key} | {qualified(rename.after) | some rename in renames; rename.table == key}

renames := [change | some change in input.changes; change.kind == "rename_table"]

qualified(table) := sprintf("%s.%s", [table.schema, table.name])

qualified(table) := table.name if not table.schema

exempt(names) if {
	some name in names
	some pattern in cfg.exempt
	glob.match(pattern, ["\n"], name)
}

written(change) := change.columns if {
	change.kind == "create_table"
}

written(change) := [change.column] if {
	change.kind == "add_column"
}
