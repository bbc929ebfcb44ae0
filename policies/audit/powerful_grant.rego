# METADATA
# title: Nobody is made a superuser by membership or a global privilege
# description: >-
#   A member of pg_execute_server_program runs programs on the server, one of pg_write_server_files writes its
#   files, one of rds_superuser or cloudsqlsuperuser is the administrator of a managed server; on MySQL and
#   MariaDB so is an account with SUPER, FILE or CREATE USER on *.*, and one that may grant on. None of it is needed to
#   read and write rows, and whoever breaks into the application has it too. The built-in rule role-changed
#   warns of the attributes SUPERUSER, CREATEROLE, REPLICATION and BYPASSRLS; these memberships and MySQL's privileges have
#   no built-in rule.
# related_resources:
# - ref: https://www.postgresql.org/docs/current/predefined-roles.html
#   description: PostgreSQL, predefined roles
# - ref: https://dev.mysql.com/doc/refman/8.4/en/privileges-provided.html
#   description: MySQL, privileges
# custom:
#   level: error
#   category: privileges
#   changes: [grant, create_role, alter_role]
#   dialects: [postgres, mysql, mariadb]
#   params:
#     powerful:
#       type: array<string>
#       default: []
#       description: More roles of your own whose members have such power.
#     allowed:
#       type: array<string>
#       default: []
#       description: Roles or accounts that may be given it, as globs.
package policy.audit.powerful_grant

import data.config.audit.powerful_grant as cfg

predefined := {
	"pg_read_server_files": "reads any file of the server",
	"pg_write_server_files": "writes any file of the server",
	"pg_execute_server_program": "runs any program on the server",
	"pg_read_all_data": "reads all tables",
	"pg_write_all_data": "writes all tables",
	"pg_create_subscription": "connects the server to others",
	"pg_database_owner": "owns the database",
	"postgres": "is a superuser",
	"rds_superuser": "administers the server",
	"rdsadmin": "administers the server",
	"rds_replication": "reads the log of all databases",
	"cloudsqlsuperuser": "administers the server",
	"alloydbsuperuser": "administers the server",
	"azure_pg_admin": "administers the server",
	"azuresu": "is a superuser",
}

global := {
	"SUPER": "administers the server",
	"FILE": "reads and writes files of the server",
	"PROCESS": "sees the statements of all accounts",
	"SHUTDOWN": "stops the server",
	"RELOAD": "flushes logs and caches",
	"CREATE USER": "makes and changes accounts",
	"ALL": "does anything on the server",
	"ALL PRIVILEGES": "does anything on the server",
	"SYSTEM_USER": "changes the accounts of administrators",
	"SYSTEM_VARIABLES_ADMIN": "changes settings of the server",
	"SET_USER_ID": "acts as any account",
	"SET_ANY_DEFINER": "acts as any account",
	"SET USER": "acts as any account",
	"ROLE_ADMIN": "gives any role to any account",
	"CONNECTION ADMIN": "ends the connections of others",
	"CONNECTION_ADMIN": "ends the connections of others",
	"BINLOG_ADMIN": "switches the binary log off",
	"BINLOG ADMIN": "switches the binary log off",
	"REPLICATION SLAVE": "reads the log of all databases",
}

# GRANT pg_execute_server_program TO app
deny contains finding if {
	input.migration.direction in {"up", "repeatable"}
	input.dialect.engine == "postgres"
	some change in input.changes
	change.kind == "grant"
	object.get(change, "membership", false)
	some role in change.roles
	not allowed(role)
	some group in change.privileges
	does := power(group)
	finding := reported(change, role, sprintf("`%s` becomes a member of `%s`, which %s", [role, group, does]))
}

# CREATE ROLE app IN ROLE rds_superuser
deny contains finding if {
	input.migration.direction in {"up", "repeatable"}
	input.dialect.engine == "postgres"
	some change in input.changes
	change.kind == "create_role"
	role := change.object.name
	not allowed(role)
	some found in regex.find_all_string_submatch_n(` in (role|group) ([a-z0-9_", ]+)`, object.get(change, "definition", ""), 1)
	some listed in split(found[2], ",")
	group := trim(split(trim_space(listed), " ")[0], `"`)
	does := power(group)
	finding := reported(change, role, sprintf("`%s` is created as a member of `%s`, which %s", [role, group, does]))
}

# GRANT SUPER ON *.* TO app
deny contains finding if {
	input.migration.direction in {"up", "repeatable"}
	input.dialect.engine in {"mysql", "mariadb"}
	some change in input.changes
	change.kind == "grant"
	some role in change.roles
	not allowed(role)
	everywhere(change)
	powers := [sprintf("%s (%s)", [privilege, global[upper(privilege)]]) | some privilege in change.privileges]
	count(powers) > 0
	finding := reported(change, role, sprintf("`%s` gets %s on the whole server", [role, concat(", ", powers)]))
}

# GRANT ... WITH GRANT OPTION
deny contains finding if {
	input.migration.direction in {"up", "repeatable"}
	input.dialect.engine in {"mysql", "mariadb"}
	some change in input.changes
	change.kind == "grant"
	object.get(change, "grant_option", false)
	some role in change.roles
	not allowed(role)
	finding := reported(change, role, sprintf("`%s` may grant on what it is granted, and no migration shows to whom", [role]))
}

power(group) := predefined[group]

power(group) := "is on the list of powerful roles" if {
	group in cfg.powerful
	not predefined[group]
}

everywhere(change) if {
	some on in object.get(change, "objects", [])
	on.name == "*"
}

allowed(role) if {
	some pattern in cfg.allowed
	glob.match(pattern, ["\n"], role)
}

reported(change, role, message) := {
	"message": message,
	"at": change,
	"subject": sprintf("role:%s", [role]),
	"help": "grant what the program needs on the objects that it uses; administrators get their rights where servers are set up",
}
