# METADATA
# title: Tables and columns use a character set and a collation of the lists
# description: >-
#   latin1 and utf8 (utf8mb3) cannot hold every character: an emoji in a name is an error, or is cut
#   off where sql_mode is not strict. Two collations in one schema make joins fail or leave the index
#   unused. Write utf8mb4, or nothing where it is the default. Columns that only hold ASCII, such as
#   hashes and codes, may say so.
# related_resources:
# - ref: https://dev.mysql.com/doc/refman/8.4/en/charset-unicode-utf8mb3.html
#   description: utf8mb3 is deprecated
# custom:
#   level: warning
#   changes: [create_table, add_column, redefine_column, set_options]
#   dialects: [mysql, mariadb]
#   params:
#     allowed:
#       type: array<string>
#       default: [utf8mb4, ascii, binary]
#       description: character sets that may be used
#     collations:
#       type: array<string>
#       default: []
#       description: collations that may be used, as globs; none takes every one
package policy.conventions.character_set

import data.config.conventions.character_set as cfg

deny contains finding if {
	input.migration.direction in {"up", "repeatable"}
	some change in input.changes
	not change.temporary
	some node in nodes(change)
	charset := node.options["character set"]
	not lower(charset) in {lower(allowed) | some allowed in cfg.allowed}
	charset != object.get(node.old, ["options", "character set"], "")
	finding := {
		"message": sprintf("%s gets the character set %s, which this project does not use", [node.what, charset]),
		"at": node.loc,
		"help": sprintf("use %s, or leave it to the default of the database", [concat(" or ", cfg.allowed)]),
	}
}

deny contains finding if {
	input.migration.direction in {"up", "repeatable"}
	count(cfg.collations) > 0
	some change in input.changes
	not change.temporary
	some node in nodes(change)
	collation := node.collation
	every pattern in cfg.collations { not glob.match(pattern, ["\n"], lower(collation)) }
	not was_so(node, collation)
	finding := {
		"message": sprintf("%s gets the collation %s, which this project does not use", [node.what, collation]),
		"at": node.loc,
		"help": sprintf("use %s, or leave it to the default of the database", [concat(" or ", cfg.collations)]),
	}
}

# What a change gives a character set: the table, and the columns that it writes.
nodes(change) := array.concat(tables, columns) if {
	tables := [node |
		change.kind in {"create_table", "set_options"}
		node := with_collation(
			{
				"what": sprintf("table `%s`", [change.table]),
				"loc": change.loc,
				"options": object.get(change, "options", {}),
				"old": object.get(input.before.tables, change.table, {}),
			},
			object.get(change, ["options", "collate"], ""),
		)
	]
	columns := [node |
		some column in written(change)
		node := with_collation(
			{
				"what": sprintf("column `%s.%s`", [change.table, column.name]),
				"loc": object.get(column, "loc", change.loc),
				"options": object.get(column, "options", {}),
				"old": object.get(change, "before", {}),
			},
			object.get(column, "collation", ""),
		)
	]
}

with_collation(node, "") := node

with_collation(node, collation) := object.union(node, {"collation": collation}) if collation != ""

was_so(node, collation) if node.old.collation == collation

was_so(node, collation) if node.old.options.collate == collation

written(change) := change.columns if {
	change.kind == "create_table"
}

written(change) := [change.column] if {
	change.kind in {"add_column", "redefine_column"}
}

written(change) := [] if {
	change.kind == "set_options"
}
