# METADATA
# title: Objects belong only to the roles of a list
# description: >-
#   The owner of a table may read, change and drop it whatever was granted, and row-level security does not bind
#   it. With a list of the roles that may own objects, most often one that nobody logs in as, a table that is
#   given to the role of the application or to a person is found. The built-in rule owner-changed looks at what the old
#   owner loses; this one at who the new one is, on new objects too. It is silent until `roles` is set.
# related_resources:
# - ref: https://www.postgresql.org/docs/current/ddl-priv.html
#   description: PostgreSQL, ownership and privileges
# custom:
#   level: error
#   category: privileges
#   changes: [set_owner]
#   dialects: [postgres]
#   params:
#     roles:
#       type: array<string>
#       default: []
#       description: Roles that may own objects, as globs.
package policy.audit.owner_not_listed

import data.config.audit.owner_not_listed as cfg

deny contains finding if {
	count(cfg.roles) > 0
	input.migration.direction in {"up", "repeatable"}
	some change in input.changes
	change.kind == "set_owner"
	owner := change.owner
	not owner in {"current_user", "session_user", "current_role"}
	not listed(owner)
	name := trim_prefix(sprintf("%s.%s", [object.get(change.object, "schema", ""), change.object.name]), ".")
	finding := {
		"message": sprintf("the %s `%s` is given to `%s`, which is not among the roles that may own objects", [replace(change.object.kind, "_", " "), name, owner]),
		"at": change,
		"help": "leave it with the role that migrates, or add this one to `roles` of audit/owner-not-listed where that is reviewed",
	}
}

listed(owner) if {
	some pattern in cfg.roles
	glob.match(pattern, ["\n"], owner)
}
