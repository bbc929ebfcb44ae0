# METADATA
# title: A migration names its ticket
# description: >-
#   Years later the ticket is the only place that says why a column is there. A migration names it in a comment or in its file
#   name. Dumps, baselines and the way back are let through. audit/ticket-for-privileges asks the same
#   of changes of privileges alone.
# related_resources:
# - ref: https://git-scm.com/docs/git-interpret-trailers
#   description: Git, trailers of commit messages
# custom:
#   level: warning
#   params:
#     pattern:
#       type: regex
#       default: '[A-Z][A-Z0-9]{1,9}-[0-9]+|#[0-9]+|/(issues|pull|merge_requests)/[0-9]+'
#       description: What a ticket looks like.
package policy.delivery.ticket_missing

import data.config.delivery.ticket_missing as cfg

# What looks like the key of a ticket and is the name of a standard.
standards := {"UTF", "SHA", "ISO", "RFC", "MD", "AES", "CVE"}

deny contains finding if {
	input.migration.direction in {"up", "repeatable"}
	count(input.changes) > 0
	not has_ticket
	finding := {
		"message": "no comment of the migration names a ticket, nor does its file name",
		"help": "write the ticket into a comment at the top: it says why, when nobody remembers",
	}
}

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
