# METADATA
# title: New constraints have a name
# description: >-
#   The engine makes up a name, and numbers it where it is taken: `t_check1`, `orders_ibfk_2`. The
#   number depends on the order of what ran before, so that a later DROP CONSTRAINT may meet another
#   one in production than in a test. Write CONSTRAINT and a name. The names of primary keys and of
#   unique constraints follow from table and columns in PostgreSQL, and are rarely in doubt.
# related_resources:
# - ref: https://www.postgresql.org/docs/current/ddl-constraints.html
#   description: names of constraints
# - ref: https://dev.mysql.com/doc/refman/8.4/en/create-table-check-constraints.html
#   description: names that MySQL makes up
# custom:
#   level: note
#   changes: [create_table, add_column, redefine_column, add_constraint]
#   dialects: [postgres, mysql, mariadb]
#   params:
#     kinds:
#       type: array<string>
#       default: [check]
#       description: "which constraints need a name: check, foreign_key, unique, primary_key, exclude"
package policy.conventions.unnamed_constraint

import data.config.conventions.unnamed_constraint as cfg

deny contains finding if {
	input.migration.direction in {"up", "repeatable"}
	some change in input.changes
	not temporary(change)
	some constraint in nameless(change)
	constraint.kind in cfg.kinds
	finding := {
		"message": sprintf("a new %s of table `%s` has no name: the engine makes one up, which may be another in each database", [words[constraint.kind], change.table]),
		"at": object.get(constraint, "loc", change.loc),
		"help": "write CONSTRAINT and a name in front of it",
	}
}

words := {
	"primary_key": "primary key",
	"unique": "unique constraint",
	"foreign_key": "foreign key",
	"check": "check constraint",
	"exclude": "exclusion constraint",
}

nameless(change) := [constraint | some constraint in change.constraints; not constraint.name] if {
	change.kind in {"create_table", "add_column", "redefine_column"}
}

nameless(change) := [change.constraint] if {
	change.kind == "add_constraint"
	not change.constraint.name
}

temporary(change) if change.temporary

temporary(change) if input.after.tables[change.table].temporary
