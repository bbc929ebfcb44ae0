# METADATA
# title: Privileges on old objects change in a migration of their own
# description: >-
#   Who reviews access wants to read it at one place, and who takes a schema change back should not give or take rights by it.
#   A migration that changes privileges of objects that existed before, roles or default privileges changes nothing else of the schema. Grants on
#   what the migration creates or replaces belong to it and are let through.
# related_resources:
# - ref: https://www.iso.org/standard/27001
#   description: ISO/IEC 27001, annex A 5.18, access rights
# custom:
#   level: warning
#   category: privileges
#   changes: [grant, revoke, create_role, alter_role, drop_role, alter_default_privileges]
package policy.audit.privileges_with_schema

# They say who may do what as well, or say nothing.
of_access_too := {"comment", "create_policy", "alter_policy", "drop_policy", "rename_policy", "set_row_security"}

deny contains finding if {
	input.migration.direction == "up"
	privileges := [change | some change in input.changes; of_access(change)]
	count(privileges) > 0
	schema := [change |
		some change in input.changes
		change.area == "schema"
		not change.kind in of_access_too
	]
	count(schema) > 0
	finding := {
		"message": sprintf("the migration changes privileges of what existed before, and the schema as well (%s)", [replace(schema[0].kind, "_", " ")]),
		"at": privileges[0],
		"related": [{"at": schema[0], "message": "the schema changes here"}],
		"help": "put the privileges into a migration of their own",
	}
}

of_access(change) if change.kind in {"create_role", "alter_role", "drop_role", "alter_default_privileges"}

of_access(change) if {
	change.kind in {"grant", "revoke"}
	on_old(change)
}

on_old(change) if object.get(change, "membership", false)

on_old(change) if {
	some on in object.get(change, "objects", [])
	not [object.get(on, "schema", ""), on.name] in created
	is_old(on)
}

# ON ALL TABLES IN SCHEMA names the schema, and so does USAGE: without a new schema or object in it, it is an old one.
is_old(on) if {
	on.kind == "schema"
	not on.name in schemas
}

# The sequence of a serial column of a new table belongs to that.
is_old(on) if {
	on.kind == "sequence"
	every name in tables {
		not startswith(on.name, name)
	}
}

is_old(on) if not on.kind in {"schema", "sequence"}

tables := {sprintf("%s_", [change.object.name]) |
	some change in input.changes
	change.kind == "create_table"
}

schemas := {schema | some [schema, _] in created}

# What the migration makes, replaces or alters.
created := {[object.get(change.object, "schema", ""), change.object.name] |
	some change in input.changes
	made(change.kind)
}

made(kind) if {
	startswith(kind, "create_")
	not kind in {"create_role", "create_index", "create_trigger", "create_policy"}
}

made(kind) if kind in {"alter_function", "alter_procedure", "alter_routine"}
