# METADATA
# title: A copy of personal data is tagged as its source is
# description: >-
#   A table made by LIKE or CREATE TABLE AS, and a materialized view, hold the data of their source a
#   second time. PostgreSQL copies no comment unless LIKE says INCLUDING COMMENTS, so that the copy of a
#   tagged column is one that no export and no deletion knows of. Tag the columns of the copy in the
#   same migration, or leave them out. Temporary tables and partitions are not judged.
# related_resources:
# - ref: https://www.postgresql.org/docs/current/sql-createtable.html
#   description: "CREATE TABLE: LIKE, INCLUDING COMMENTS"
# - ref: https://eur-lex.europa.eu/eli/reg/2016/679/oj
#   description: GDPR, article 17 (right to erasure)
# custom:
#   level: warning
#   changes: [create_table, create_materialized_view]
#   dialects: [postgres]
#   params:
#     tags:
#       type: array<string>
#       default: [pii]
#       description: tags that say that a column holds personal data, as globs
#     cleared:
#       type: array<string>
#       default: [no-pii]
#       description: tags that say that it holds none, as globs
package policy.privacy.personal_data_copied

import data.config.privacy.personal_data_copied as cfg

# A table whose columns are known: those of the same name.
deny contains finding if {
	input.migration.direction in {"up", "repeatable"}
	some change in input.changes
	change.kind == "create_table"
	not change.temporary
	some key in keys(change.table)
	copy := input.after.tables[key]
	not copy.query
	some source in sources(change)
	columns := {column.name |
		some column in copy.columns
		not column.name in {written.name | some written in change.columns}
		column.name in tagged(source)
		not says({column, copy})
	}
	count(columns) > 0
	finding := {
		"message": sprintf("table `%s` copies `%s` from `%s`, where it is tagged as personal data, and the copy is not", [key, concat("`, `", columns), source]),
		"at": change,
		"help": advice(change),
	}
}

# One whose columns are not worked out, and a materialized view: those that the query names.
deny contains finding if {
	input.migration.direction in {"up", "repeatable"}
	some change in input.changes
	not change.temporary
	some key in queried(change)
	some source in sources(change)
	columns := {column |
		some column in tagged(source)
		shows(change.query, column)
	}
	count(columns) > 0
	finding := {
		"message": sprintf("%s `%s` copies `%s` from `%s`, where it is tagged as personal data, and the copy is not", [replace(change.object.kind, "_", " "), key, concat("`, `", columns), source]),
		"at": change,
		"help": advice(change),
	}
}

queried(change) := {key |
	change.kind == "create_table"
	some key in keys(change.table)
	copy := input.after.tables[key]
	copy.query
	not says({copy} | {column | some column in copy.columns})
} | {key |
	change.kind == "create_materialized_view"
	key := qualified(change.after)
	not commented(key)
}

sources(change) := {source | some source in change.like} | {source | some source in change.reads}

# The tagged columns of a table, as it stands when the migration is done or in the end.
tagged(key) := {column.name |
	some table in ({table | table := input.after.tables[key]} | {table | table := data.catalog.tables[key]})
	some column in table.columns
	matches(object.get(column, "tags", []), cfg.tags)
}

says(nodes) if {
	some node in nodes
	matches(object.get(node, "tags", []), array.concat(cfg.tags, cfg.cleared))
}

# A view has its comments, and those of its columns, in the catalog alone.
commented(key) if {
	some comment in data.catalog.comments
	comment.kind in {"materialized_view", "column"}
	startswith(sprintf("%s.", [comment.object]), sprintf("%s.", [key]))
	some found in regex.find_n(`\[[^\]]+\]`, lower(comment.text), -1)
	matches([trim(found, "[]")], array.concat(cfg.tags, cfg.cleared))
}

# The name of the column stands in the query, or a star does.
shows(query, column) if column in regex.find_n(`[^ \t\r\n"'\x60(),;=.*<>\[\]]+`, query, -1)

shows(query, _) if regex.match(`(select|,|\.)[ \t\r\n]*\*`, lower(query))

advice(change) := sprintf("copy the tags with LIKE ... INCLUDING COMMENTS, or write COMMENT ON COLUMN ... IS '... [%s]', or leave the column out", [cfg.tags[0]]) if {
	change.like
} else := sprintf("write COMMENT ON COLUMN ... IS '... [%s]' for the copy, or leave the column out", [cfg.tags[0]])

matches(tags, patterns) if {
	some tag in tags
	some pattern in patterns
	glob.match(pattern, ["\n"], tag)
}

# A table that is built anew takes the name of the old one in the end.
keys(key) := {key} | {qualified(rename.after) | some rename in renames; rename.table == key}

renames := [change | some change in input.changes; change.kind == "rename_table"]

qualified(object) := sprintf("%s.%s", [object.schema, object.name])

qualified(object) := object.name if not object.schema
