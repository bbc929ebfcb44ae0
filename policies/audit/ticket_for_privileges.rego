# METADATA
# title: A change of privileges names the ticket that approved it
# description: >-
#   NIS2 and ISO 27001 (annex A 5.15 and 5.18) ask for access rights that somebody approved, and for the record
#   of it. A migration that grants, revokes, makes or changes roles, gives an existing object to another owner
#   or changes row-level security names its ticket in a comment or in its file name. The built-in rules look at
#   what such a change does; this one asks who wanted it. delivery/ticket-missing asks all migrations.
# related_resources:
# - ref: https://eur-lex.europa.eu/eli/dir/2022/2555/oj
#   description: Directive (EU) 2022/2555 (NIS2), article 21
# - ref: https://www.iso.org/standard/27001
#   description: ISO/IEC 27001
# custom:
#   level: warning
#   category: privileges
#   params:
#     pattern:
#       type: regex
#       default: '[A-Z][A-Z0-9]{1,9}-[0-9]+|#[0-9]+|/(issues|pull|merge_requests)/[0-9]+'
#       description: What a ticket looks like.
package policy.audit.ticket_for_privileges

import data.config.audit.ticket_for_privileges as cfg

always := {
	"grant", "revoke", "alter_default_privileges",
	"create_role", "alter_role", "drop_role", "rename_role",
	"create_user_mapping", "alter_user_mapping", "drop_user_mapping",
}

# Part of how a new object is made; a decision on an old one.
on_old := {"set_owner", "set_row_security", "create_policy", "alter_policy", "drop_policy", "rename_policy"}

# What looks like the key of a ticket and is the name of a standard.
standards := {"UTF", "SHA", "ISO", "RFC", "MD", "AES", "CVE"}

deny contains finding if {
	input.migration.direction in {"up", "repeatable"}
	found := [change | some change in input.changes; of_privileges(change)]
	count(found) > 0
	not has_ticket
	finding := {
		"message": sprintf("the migration changes who may do what%s, and names no ticket that approved it", [and_more(count(found))]),
		"at": found[0],
		"help": "write the ticket into a comment at the top of the migration",
	}
}

of_privileges(change) if change.kind in always

of_privileges(change) if {
	change.kind in on_old
	not is_new(change)
}

# A new policy on an old table counts as new itself.
is_new(change) if change.table in born

is_new(change) if {
	change.kind == "set_owner"
	change.new
}

# Written again behind each replacement, as dumps do it.
is_new(change) if {
	change.kind == "set_owner"
	[change.object.kind, change.object.name] in created
}

created := {[change.object.kind, change.object.name] |
	some change in input.changes
	startswith(change.kind, "create_")
}

born := {change.table |
	some change in input.changes
	change.kind == "create_table"
	not input.before.tables[change.table]
}

and_more(n) := "" if n == 1

and_more(n) := sprintf(" (%d changes)", [n]) if n > 1

has_ticket if {
	some text in texts
	some found in regex.find_n(cfg.pattern, text, -1)
	not split(found, "-")[0] in standards
}

texts contains comment.text if some comment in input.migration.comments

texts contains input.migration.title

texts contains name if {
	parts := split(input.migration.path, "/")
	name := parts[count(parts) - 1]
}
