# METADATA
# title: A table is altered where its owners review
# description: >-
#   In a shared database the team that owns a table learns of a change to it from the review, or from the alarm. `tables` says whose a table
#   is, and CODEOWNERS says who reviews the migration: where a migration alters a table of a team that is not among its owners, that
#   team is not asked. It is silent until `tables` is set.
# related_resources:
# - ref: https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
#   description: GitHub, code owners
# custom:
#   level: warning
#   params:
#     tables:
#       type: object<string>
#       default: {}
#       description: "Whose tables are whose: a glob over schema.table, and the owner as CODEOWNERS writes it."
package policy.delivery.owner_not_asked

import data.config.delivery.owner_not_asked as cfg

deny contains finding if {
	input.migration.direction in {"up", "repeatable"}
	some pattern, owner in cfg.tables
	touched := [i |
		some i, change in input.changes
		change.area in {"schema", "data", "privileges"}
		some name in names(change)
		glob.match(pattern, ["\n"], name)
	]
	count(touched) > 0
	owners := object.get(input.migration, "owners", [])
	not owner in owners
	change := input.changes[touched[0]]
	table := [name | some name in names(change); glob.match(pattern, ["\n"], name)][0]
	finding := {
		"message": sprintf("`%s` belongs to `%s`, who is not among the owners of this migration%s", [table, owner, who(owners)]),
		"at": change,
		"subject": sprintf("table:%s", [table]),
		"help": sprintf("put the migration where CODEOWNERS asks `%s`, or leave the table to them", [owner]),
	}
}

names(change) := {change.table} if change.table

names(change) := {name | some name in change.tables} if {
	not change.table
	change.tables
}

who(owners) := sprintf(" (`%s`)", [concat("`, `", owners)]) if count(owners) > 0

who(owners) := " (nobody owns it)" if count(owners) == 0
