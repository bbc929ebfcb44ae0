# METADATA
# title: Personal data say how long they are kept, or how they are protected
# description: >-
#   Personal data may be kept no longer than their purpose needs (GDPR, article 5), and have to be
#   protected where they are kept (article 32). A tag that names the period or the protection lets a
#   job delete the rows and an audit find what has neither. Add `[retention:30d]`, with the period, or
#   `[encrypted]` to the comment of the column or of its table. Only what is tagged in this migration
#   is judged, or what loses its last such tag.
# related_resources:
# - ref: https://eur-lex.europa.eu/eli/reg/2016/679/oj
#   description: GDPR, article 5 (1) (e) (storage limitation) and article 32 (security of processing)
# custom:
#   level: warning
#   changes: [create_table, add_column, redefine_column, comment, set_options]
#   dialects: [postgres, mysql, mariadb]
#   params:
#     tags:
#       type: array<string>
#       default: [pii]
#       description: tags that say that a column or table holds personal data, as globs
#     protections:
#       type: array<string>
#       default: ["retention:?*", encrypted, "encrypted:?*", hashed, pseudonymized]
#       description: tags of which personal data need one, as globs
package policy.privacy.unprotected_personal_column

import data.config.privacy.unprotected_personal_column as cfg

deny contains finding if {
	input.migration.direction in {"up", "repeatable"}
	some change in input.changes
	some touched in columns(change)
	some key in keys(change.table)
	table := input.after.tables[key]
	not table.temporary
	some column in table.columns
	column.name == touched.name
	is_bare(column, table)
	not was_bare(key, column.name)
	finding := {
		"message": sprintf("column `%s.%s` holds personal data, and no tag says how long they are kept or how they are protected", [key, column.name]),
		"at": object.get(touched, "loc", change.loc),
		"help": advice,
	}
}

deny contains finding if {
	input.migration.direction in {"up", "repeatable"}
	some change in input.changes
	comments_on_table(change)
	some key in keys(change.table)
	table := input.after.tables[key]
	not table.temporary
	is_bare(table, {})
	not table_was_bare(key)
	finding := {
		"message": sprintf("table `%s` holds personal data, and no tag says how long they are kept or how they are protected", [key]),
		"at": change,
		"help": advice,
	}
}

advice := "add `[retention:30d]`, with the period, or `[encrypted]` to its comment"

# The columns whose comment a change writes.
columns(change) := [column | some column in change.columns; column.comment] if {
	change.kind == "create_table"
}

columns(change) := [change.column] if {
	change.kind in {"add_column", "redefine_column"}
	change.column.comment
}

columns(change) := [{"name": change.object.name}] if {
	change.kind == "comment"
	change.object.kind == "column"
}

comments_on_table(change) if {
	change.kind in {"create_table", "set_options"}
	change.options.comment
}

comments_on_table(change) if {
	change.kind == "comment"
	change.object.kind in {"table", "foreign_table"}
}

is_bare(node, table) if {
	matches(object.get(node, "tags", []), cfg.tags)
	not matches(object.get(node, "tags", []), cfg.protections)
	not matches(object.get(table, "tags", []), cfg.protections)
}

was_bare(key, name) if {
	table := input.before.tables[key]
	some column in table.columns
	column.name == name
	is_bare(column, table)
}

table_was_bare(key) if is_bare(input.before.tables[key], {})

matches(tags, patterns) if {
	some tag in tags
	some pattern in patterns
	glob.match(pattern, ["\n"], tag)
}

# A table that is built anew takes the name of the old one in the end.
keys(key) := {key} | {qualified(rename.after) | some rename in renames; rename.table == key}

renames := [change | some change in input.changes; change.kind == "rename_table"]

qualified(table) := sprintf("%s.%s", [table.schema, table.name])

qualified(table) := table.name if not table.schema
