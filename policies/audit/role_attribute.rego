# METADATA
# title: Attributes of roles are given only to the roles of a list
# description: >-
#   SUPERUSER, CREATEROLE, CREATEDB, REPLICATION and BYPASSRLS go past the privileges that an audit looks at. The built-in rule
#   role-changed warns of each; this policy makes an error of the attributes in `attributes` for all roles but
#   those in `allowed`, so that the exceptions stand in one reviewed place. It is silent until `attributes` is set.
# related_resources:
# - ref: https://www.postgresql.org/docs/current/role-attributes.html
#   description: PostgreSQL, role attributes
# custom:
#   level: error
#   category: privileges
#   changes: [create_role, alter_role]
#   dialects: [postgres]
#   params:
#     attributes:
#       type: array<string>
#       default: []
#       description: "Attributes that are watched, in any case: superuser, createrole, createdb, replication, bypassrls, login."
#     allowed:
#       type: array<string>
#       default: []
#       description: Roles that may have them, as globs.
package policy.audit.role_attribute

import data.config.audit.role_attribute as cfg

deny contains finding if {
	input.migration.direction in {"up", "repeatable"}
	some change in input.changes
	change.kind in {"create_role", "alter_role"}
	role := change.object.name
	not allowed(role)

	# Without what is quoted: a password, a setting's value.
	text := regex.replace(lower(object.get(change, "definition", object.get(change, "action", ""))), `'[^']*'|"[^"]*"`, "")
	words := split(text, " ")
	not "set" in words
	given := [upper(attribute) | some attribute in cfg.attributes; lower(attribute) in words]
	count(given) > 0
	finding := {
		"message": sprintf("the role `%s` gets %s, and is not among the roles that may have it", [role, concat(", ", given)]),
		"at": change,
		"subject": sprintf("role:%s", [role]),
		"help": "leave the attribute out, or add the role to `allowed` of audit/role-attribute where that is reviewed",
	}
}

allowed(role) if {
	some pattern in cfg.allowed
	glob.match(pattern, ["\n"], role)
}
