# METADATA
# title: SECURITY DEFINER routines are not open to PUBLIC
# description: >-
#   PostgreSQL gives EXECUTE on every new function to PUBLIC, and a SECURITY DEFINER function runs with its
#   owner's rights: whoever can log in does through it what only the owner may. The built-in rule
#   security-definer-search-path looks at the names that such a function uses; this one at who may call it. Functions that
#   return a trigger cannot be called and are let through, and so are those in a schema that nobody was granted USAGE on.
# related_resources:
# - ref: https://www.postgresql.org/docs/current/sql-createfunction.html#SQL-CREATEFUNCTION-SECURITY
#   description: PostgreSQL, writing SECURITY DEFINER functions safely
# - ref: https://www.postgresql.org/docs/current/sql-alterdefaultprivileges.html
#   description: PostgreSQL, ALTER DEFAULT PRIVILEGES
# custom:
#   level: warning
#   category: privileges
#   changes: [create_function, create_procedure]
#   dialects: [postgres]
#   params:
#     closed_by_default:
#       type: boolean
#       default: false
#       description: ALTER DEFAULT PRIVILEGES has taken EXECUTE on functions from PUBLIC where migrations do not show it.
package policy.audit.definer_open_to_public

import data.config.audit.definer_open_to_public as cfg

deny contains finding if {
	not cfg.closed_by_default
	input.migration.direction in {"up", "repeatable"}
	some change in input.changes
	change.kind in {"create_function", "create_procedure"}
	object.get(change, "security_definer", false)
	not returns_trigger(change)
	schema := object.get(change.object, "schema", "")
	reachable(schema)
	name := trim_prefix(sprintf("%s.%s", [schema, change.object.name]), ".")
	not [schema, change.object.name] in closed_here
	not closed_for_new_ones
	not name in closed
	finding := {
		"message": sprintf("`%s` runs with its owner's rights, and PUBLIC may call it: every role that can log in has those rights", [name]),
		"at": change,
		"help": sprintf("in the same migration: REVOKE EXECUTE ON %s %s FROM PUBLIC, and GRANT EXECUTE to the roles that call it", [upper(trim_prefix(change.kind, "create_")), name]),
	}
}

returns_trigger(change) if trim(lower(change.returns), `"`) in {"trigger", "event_trigger"}

reachable(schema) if schema in {"public", ""}

reachable(schema) if schema in used_schemas

used_schemas := {privilege.object |
	some privilege in data.catalog.privileges
	privilege.kind == "schema"
	privilege.granted
	privilege.privilege in {"USAGE", "ALL", "ALL PRIVILEGES"}
}

closed_here := {[object.get(on, "schema", ""), on.name] |
	some change in input.changes
	change.kind == "revoke"
	"public" in change.roles
	some on in change.objects
}

# The catalog is that at the end of the history: a later migration may have closed it.
closed := {split(privilege.object, "(")[0] |
	some privilege in data.catalog.privileges
	not privilege.granted
	privilege.role == "public"
}

closed_for_new_ones if {
	some change in input.changes
	change.kind == "alter_default_privileges"
	regex.match(`revoke .* on (functions|routines) from .*public`, lower(object.get(change, "action", "")))
}
