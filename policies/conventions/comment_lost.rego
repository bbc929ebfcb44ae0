# METADATA
# title: A column keeps its comment
# description: >-
#   MODIFY and CHANGE state the whole column anew: a comment that is not written again is gone, and no
#   message says so. Write the comment again. What the comment's tags say of personal data is watched
#   by the pack `privacy`.
# related_resources:
# - ref: https://dev.mysql.com/doc/refman/8.4/en/alter-table.html
#   description: "MODIFY and CHANGE: attributes that are not stated are lost"
# custom:
#   level: warning
#   changes: [redefine_column]
#   dialects: [mysql, mariadb]
package policy.conventions.comment_lost

deny contains finding if {
	input.migration.direction in {"up", "repeatable"}
	some change in input.changes
	change.kind == "redefine_column"
	change.before.comment
	not change.before.tags
	not change.after.comment
	not commented(change)
	finding := {
		"message": sprintf("column `%s.%s` loses its comment: the statement defines the column anew, without it", [change.table, change.after.name]),
		"at": change,
		"help": sprintf("write it again: COMMENT '%s'", [replace(change.before.comment, "'", "''")]),
	}
}

# Another statement of the same migration may bring it back.
commented(change) if {
	some column in input.after.tables[change.table].columns
	column.name == change.after.name
	column.comment
}
