# METADATA
# title: Nobody rewrites the audit trail
# description: >-
#   An audit trail is worth what it is worth because nobody can change it afterwards. A migration that updates or deletes its
#   entries, or that lets a role do so, takes that away, also where the statement is right and has a WHERE. What
#   has to go for good, by a time limit or a request, goes by partitions or by a job that itself leaves an entry. The built-in rules
#   report TRUNCATE and DROP of any table; this one the changes that they let through.
# related_resources:
# - ref: https://eur-lex.europa.eu/eli/dir/2022/2555/oj
#   description: Directive (EU) 2022/2555 (NIS2), article 21
# custom:
#   level: error
#   category: data
#   changes: [update, delete, merge, grant]
#   params:
#     tables:
#       type: array<string>
#       default: ['*audit_log*', '*audit_trail*', '*audit_event*', '*_audit', 'audit.*', '*audit_entries']
#       description: The tables of the trail, as globs over schema.table.
package policy.audit.trail_rewritten

import data.config.audit.trail_rewritten as cfg

deny contains finding if {
	input.migration.direction in {"up", "repeatable"}
	some change in input.changes
	change.kind in {"update", "delete", "merge"}
	not change.new
	some table in change.tables
	is_trail(table)
	finding := {
		"message": sprintf("%s changes entries of the audit trail `%s` after the fact", [upper(change.kind), table]),
		"at": change,
		"level": level(change),
		"subject": sprintf("table:%s", [table]),
		"help": "write a new entry that corrects the old one; let old entries go by partition, as the retention rule says",
	}
}

deny contains finding if {
	input.migration.direction in {"up", "repeatable"}
	some change in input.changes
	change.kind == "grant"
	not object.get(change, "membership", false)
	some on in object.get(change, "objects", [])
	on.kind == "table"
	table := trim_prefix(sprintf("%s.%s", [object.get(on, "schema", ""), on.name]), ".")
	is_trail(table)
	powers := [privilege |
		some privilege in change.privileges
		split(privilege, " ")[0] in {"UPDATE", "DELETE", "TRUNCATE", "ALL"}
	]
	count(powers) > 0
	finding := {
		"message": sprintf("%s on the audit trail `%s` lets `%s` change entries after the fact", [concat(", ", powers), table, concat("`, `", change.roles)]),
		"at": change,
		"subject": sprintf("table:%s", [table]),
		"help": "grant INSERT and SELECT",
	}
}

# An UPDATE may only fill a new column.
level(change) := "warning" if change.kind == "update"

level(change) := "error" if change.kind != "update"

is_trail(name) if {
	some pattern in cfg.tables
	glob.match(pattern, ["\n"], lower(name))
}
