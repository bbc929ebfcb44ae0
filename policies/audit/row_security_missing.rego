# METADATA
# title: New tables of tenants have row-level security
# description: >-
#   Where the rows of several tenants are kept apart by row-level security, a new table without it shows each tenant the rows of
#   all others. A table counts as one of tenants when it has one of `columns`. The rule asks where another table of
#   the schema has row-level security, or always with `always`. The built-in rules look at row-level security that is
#   switched off or has no policy; this one at the table where it was forgotten.
# related_resources:
# - ref: https://www.postgresql.org/docs/current/ddl-rowsecurity.html
#   description: PostgreSQL, row security policies
# custom:
#   level: error
#   category: privileges
#   changes: [create_table]
#   dialects: [postgres]
#   params:
#     columns:
#       type: array<string>
#       default: [tenant_id, org_id, organization_id, account_id, workspace_id]
#       description: Columns that say whose a row is.
#     always:
#       type: boolean
#       default: false
#       description: Ask also where no other table has row-level security yet.
#     exempt:
#       type: array<string>
#       default: []
#       description: Tables that need none, as globs over schema.table.
package policy.audit.row_security_missing

import data.config.audit.row_security_missing as cfg

deny contains finding if {
	input.migration.direction in {"up", "repeatable"}
	some change in input.changes
	change.kind == "create_table"
	change.object.kind == "table"
	not input.before.tables[change.table]
	not object.get(change, "temporary", false)
	table := input.after.tables[change.table]

	# Queries go through the parent, and its policies hold.
	not table.partition_of
	not is_on(table)
	columns := [column.name | some column in table.columns; column.name in cfg.columns]
	count(columns) > 0
	not exempt(change.table)
	because := reason(columns)
	finding := {
		"message": sprintf("`%s` holds rows of several tenants (`%s`) and has no row-level security%s", [change.table, columns[0], because]),
		"at": change,
		"help": sprintf("ALTER TABLE %s ENABLE ROW LEVEL SECURITY and a policy, in the same migration", [change.table]),
	}
}

is_on(table) if table.options["row security"] == "ENABLE"

reason(columns) := sprintf(", as `%s` has", [other]) if {
	others := sort({name |
		some name, table in data.catalog.tables
		is_on(table)
		some column in table.columns
		column.name in columns
	})
	count(others) > 0
	other := others[0]
} else := "" if cfg.always

exempt(name) if {
	some pattern in cfg.exempt
	glob.match(pattern, ["\n"], name)
}
