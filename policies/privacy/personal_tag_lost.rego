# METADATA
# title: A column keeps the tag which says that it holds personal data
# description: >-
#   COMMENT ON puts the new text in the place of the old one, and MySQL's MODIFY and CHANGE define the
#   column anew, without its comment where none is written. The tag is gone with it, and no message
#   says so: the next export has the column. Write the tag again. Where the data are no longer
#   personal, say that: `[no-pii]`.
# related_resources:
# - ref: https://www.postgresql.org/docs/current/sql-comment.html
#   description: "COMMENT: only one comment string is stored for each object"
# - ref: https://dev.mysql.com/doc/refman/8.4/en/alter-table.html
#   description: "MODIFY and CHANGE: attributes that are not stated are lost"
# custom:
#   level: error
#   changes: [comment, redefine_column, set_options]
#   dialects: [postgres, mysql, mariadb]
#   params:
#     tags:
#       type: array<string>
#       default: [pii]
#       description: tags that say that a column or table holds personal data, as globs
#     cleared:
#       type: array<string>
#       default: [no-pii]
#       description: tags that say that it holds none, as globs
package policy.privacy.personal_tag_lost

import data.config.privacy.personal_tag_lost as cfg

deny contains finding if {
	input.migration.direction in {"up", "repeatable"}
	some change in input.changes
	some tag in change.before.tags
	matches([tag], cfg.tags)
	not matches(object.get(change.after, "tags", []), array.concat(cfg.tags, cfg.cleared))
	not matches(object.get(now(change), "tags", []), array.concat(cfg.tags, cfg.cleared))
	finding := {
		"message": sprintf("%s loses the tag `[%s]`: %s", [subject(change), tag, cause(change)]),
		"at": change,
		"help": sprintf("write the comment with `[%s]`, or with `[%s]` where it holds no personal data any more", [tag, cfg.cleared[0]]),
	}
}

# The column or table when the migration is done, unless a later statement has renamed or dropped it:
# one may have brought the tag back.
now(change) := column if {
	change.object.kind == "column"
	some column in input.after.tables[change.table].columns
	column.name == change.after.name
}

now(change) := input.after.tables[change.table] if {
	change.object.kind in {"table", "foreign_table"}
}

subject(change) := sprintf("column `%s.%s`", [change.table, change.after.name]) if {
	change.object.kind == "column"
}

subject(change) := sprintf("table `%s`", [change.table]) if {
	change.object.kind in {"table", "foreign_table"}
}

cause(change) := "the new comment takes the place of the old one" if {
	change.kind in {"comment", "set_options"}
}

cause(change) := "the statement defines the column anew, without its comment" if {
	change.kind == "redefine_column"
	not change.column.comment
}

cause(change) := "the statement defines the column anew, with another comment" if {
	change.kind == "redefine_column"
	change.column.comment
}

matches(tags, patterns) if {
	some tag in tags
	some pattern in patterns
	glob.match(pattern, ["\n"], tag)
}
