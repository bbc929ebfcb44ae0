# METADATA
# title: Logs that an audit needs stay on
# description: >-
#   What the server logs (statements, connections, pgaudit's classes, MySQL's audit plug-in) is evidence after an incident. A
#   migration that turns one of them down does so for every session that comes after, or for itself, and nobody sees it on the
#   server. The built-in rule setting-outlives-migration reports that a setting of a database or server changes; this one that it is a log that
#   goes silent, also in a single session or for one role.
# related_resources:
# - ref: https://www.postgresql.org/docs/current/runtime-config-logging.html
#   description: PostgreSQL, error reporting and logging
# - ref: https://github.com/pgaudit/pgaudit
#   description: pgAudit
# custom:
#   level: error
#   category: privileges
#   changes: [set_variable, alter_system, alter_database, alter_role, drop_extension, nothing]
package policy.audit.logging_switched_off

silent := {
	"log_statement": {"none"},
	"log_connections": {"off", "false", "no", "0", ""},
	"log_disconnections": {"off", "false", "no", "0"},
	"logging_collector": {"off", "false", "no", "0"},
	"log_min_messages": {"fatal", "panic"},
	"log_min_error_statement": {"fatal", "panic"},
	"pgaudit.log": {"none", ""},
	"pgaudit.log_catalog": {"off", "false", "no", "0"},
	"track_commit_timestamp": {"off", "false", "no", "0"},
	"general_log": {"off", "false", "0"},
	"audit_log_policy": {"none"},
	"audit_log_disable": {"on", "true", "1"},
	"server_audit_logging": {"off", "false", "0"},
}

deny contains finding if {
	input.migration.direction in {"up", "repeatable"}
	some change in input.changes
	[name, value] := setting(change)
	value in silent[name]
	finding := {
		"message": sprintf("`%s` is set to `%s`%s: what happens then leaves no trace in the log", [name, value, scope(change)]),
		"at": change,
		"subject": sprintf("setting:%s", [name]),
		"help": "leave the log on; who operates the server turns it down, with a record of it",
	}
}

deny contains finding if {
	input.migration.direction in {"up", "repeatable"}
	some change in input.changes
	change.kind == "drop_extension"
	change.object.name == "pgaudit"
	finding := {
		"message": "the extension `pgaudit` is dropped: from then on the server keeps no audit log of statements",
		"at": change,
		"help": "keep it, or show in the ticket what takes its place",
	}
}

# UNINSTALL PLUGIN audit_log
deny contains finding if {
	input.migration.direction in {"up", "repeatable"}
	some change in input.changes
	change.kind == "nothing"
	change.verb == "UNINSTALL"
	contains(lower(input.statements[change.statement].sql), "audit")
	finding := {
		"message": "the audit plug-in is removed: from then on the server keeps no audit log",
		"at": change,
		"help": "keep it, or show in the ticket what takes its place",
	}
}

setting(change) := [name, value] if {
	change.kind == "set_variable"
	name := trim_prefix(trim_prefix(lower(change.setting.name), "global."), "persist.")
	value := lower(change.setting.value)
}

setting(change) := [found[0][2], trim_space(found[0][4])] if {
	change.kind in {"alter_system", "alter_database", "alter_role"}
	found := regex.find_all_string_submatch_n(`(^| )set ([a-z_.]+) ?(=|to) ?'?([^']*)'?$`, lower(change.action), 1)
}

scope(change) := "" if change.kind == "set_variable"

scope(change) := " for the whole server" if change.kind == "alter_system"

scope(change) := sprintf(" for the database `%s`", [change.object.name]) if change.kind == "alter_database"

scope(change) := sprintf(" for the role `%s`", [change.object.name]) if change.kind == "alter_role"
