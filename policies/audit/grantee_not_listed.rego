# METADATA
# title: Privileges go only to the roles of a list
# description: >-
#   Who may read and write which data is a decision that an auditor asks for. With a list of the roles that
#   migrations may grant to, a GRANT to any other role, a misspelt one or somebody's own account, needs a
#   reviewed change of that list first. The built-in rules grant-to-public, grant-all and grant-option look at
#   what is granted; this one looks at who gets it, on every engine. It is silent until `roles` is set.
# related_resources:
# - ref: https://www.postgresql.org/docs/current/ddl-priv.html
#   description: PostgreSQL, privileges
# - ref: https://dev.mysql.com/doc/refman/8.4/en/grant.html
#   description: MySQL, GRANT
# custom:
#   level: error
#   category: privileges
#   changes: [grant, alter_default_privileges]
#   params:
#     roles:
#       type: array<string>
#       default: []
#       description: Roles or accounts that may be granted something, as globs (`app`, `reader_*`, `app@10.*`).
package policy.audit.grantee_not_listed

import data.config.audit.grantee_not_listed as cfg

deny contains finding if {
	count(cfg.roles) > 0
	input.migration.direction in {"up", "repeatable"}
	some change in input.changes
	some role in grantees(change)
	not listed(role)
	finding := {
		"message": sprintf("%s is granted to `%s`, which is not among the roles that migrations may grant to", [granted(change), role]),
		"at": change,
		"subject": sprintf("role:%s", [role]),
		"help": "grant to a role of the list, or add this one to `roles` of audit/grantee-not-listed where that is reviewed",
	}
}

grantees(change) := {role | some role in change.roles; not role in {"current_user", "session_user", "current_role"}} if {
	change.kind == "grant"
}

# ALTER DEFAULT PRIVILEGES is kept as text: "in schema s grant select on tables to a, b with grant option".
grantees(change) := roles if {
	change.kind == "alter_default_privileges"
	found := regex.find_all_string_submatch_n(`(^| )grant .* to (.*)$`, change.action, 1)
	roles := {role |
		some word in split(split(found[0][2], " with grant option")[0], ",")
		role := trim(trim_prefix(trim_space(word), "group "), `"`)
	}
}

listed(role) if {
	some pattern in cfg.roles
	glob.match(pattern, ["\n"], role)
}

granted(change) := "what is created later (ALTER DEFAULT PRIVILEGES)" if change.kind == "alter_default_privileges"

granted(change) := sprintf("membership in `%s`", [concat("`, `", change.privileges)]) if {
	change.kind == "grant"
	object.get(change, "membership", false)
}

granted(change) := concat(", ", change.privileges) if {
	change.kind == "grant"
	not object.get(change, "membership", false)
}
