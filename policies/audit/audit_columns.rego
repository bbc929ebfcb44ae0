# METADATA
# title: New tables say who wrote a row, and when
# description: >-
#   Who changed what and when is the first question of an audit (ISO 27001, annex A 8.15), and a row that does not say cannot
#   be asked later. Each new table has the columns of `columns`; case, underscores and a prefix do not count, so that `createdAt` and `order_created_at` are
#   created_at, and of the names in one entry, separated by `|`, one is enough. Partitions, temporary and foreign tables
#   and the books of migration tools are let through, and so are tables whose columns are all part of the primary
#   key, which only join others. conventions/required-columns asks for names and types of any columns, this one for the trail.
# related_resources:
# - ref: https://www.iso.org/standard/27001
#   description: ISO/IEC 27001
# custom:
#   level: warning
#   category: policy
#   changes: [create_table]
#   params:
#     columns:
#       type: array<string>
#       default:
#       - created_at|created|created_on|created_date|date_created|creation_date|inserted_at
#       - created_by|creator|created_by_id|creator_id|author_id|inserted_by
#       - updated_at|updated|updated_on|updated_date|date_updated|modified_at|modified_on|last_modified|changed_at
#       - updated_by|updated_by_id|modified_by|last_modified_by|changed_by
#       description: Columns that each new table needs; one of the names in an entry is enough.
#     exempt:
#       type: array<string>
#       default: ['*schema_migrations*', '*schema_history*', '*databasechangelog*', '*_migrations', '*_audit', '*_audit_log', '*_history']
#       description: Tables that need none, as globs over schema.table.
package policy.audit.audit_columns

import data.config.audit.audit_columns as cfg

deny contains finding if {
	input.migration.direction in {"up", "repeatable"}
	some change in input.changes
	change.kind == "create_table"
	change.object.kind == "table"
	not input.before.tables[change.table]
	not object.get(change, "temporary", false)
	table := input.after.tables[change.table]
	has_columns_of_its_own(table)
	is_known(change, table)
	not joins(table)
	not exempt(change.table)
	have := names(table)
	missing := [either[0] |
		some either in wanted
		every name in either {
			not contains(have, sprintf("%s,", [plain(name)]))
		}
	]
	count(missing) > 0
	finding := {
		"message": sprintf("`%s` has no `%s`: its rows do not say %s", [change.table, concat("`, `", missing), what(missing)]),
		"at": change,
		"help": "add the columns; where a trigger or a table of changes keeps the trail, list the table in `exempt`",
	}
}

wanted := [split(entry, "|") | some entry in cfg.columns]

# Each name ends in a comma: a column with a prefix, order_created_at, has the end of one.
names(table) := concat("", [sprintf("%s,", [plain(column.name)]) | some column in table.columns])

plain(name) := replace(lower(name), "_", "")

has_columns_of_its_own(table) if {
	not table.partition_of
	count(table.columns) > 0
}

is_known(_, table) if not object.get(table, "partial", false)

# IF NOT EXISTS, and nobody saw another one: it is as it is written here.
is_known(change, _) if {
	object.get(change, "if_not_exists", false)
	change.columns
	not change.inherits
	not change.like
}

# Every column is part of the key.
joins(table) if {
	some constraint in table.constraints
	constraint.kind == "primary_key"
	count(constraint.columns) > 1
	every column in table.columns {
		column.name in constraint.columns
	}
}

exempt(name) if {
	some pattern in cfg.exempt
	glob.match(pattern, ["\n"], lower(name))
}

what(missing) := "who wrote them" if every name in missing {
	endswith(name, "_by")
}

what(missing) := "when they were written" if every name in missing {
	not endswith(name, "_by")
}

what(missing) := "who wrote them, and when" if {
	some who in missing
	endswith(who, "_by")
	some other in missing
	not endswith(other, "_by")
}
