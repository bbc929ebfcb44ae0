# METADATA
# title: A migration leaves no setting of the session behind
# description: >-
#   Most runners send all pending migrations over one connection: a search_path, role, sql_mode or switched-off foreign key check that one of them
#   sets is in force for the next ones, and for the runner's own books, on the day when both are pending; where they run on two days it is
#   not, and the schemas of two environments differ. Timeouts are let through, and what is set back at the end.
# related_resources:
# - ref: https://www.postgresql.org/docs/current/sql-set.html
#   description: PostgreSQL, SET
# - ref: https://dev.mysql.com/doc/refman/8.4/en/set-variable.html
#   description: MySQL, SET
# custom:
#   level: warning
#   category: transactions
#   changes: [set_variable]
#   params:
#     settings:
#       type: array<string>
#       default:
#       - search_path
#       - role
#       - session authorization
#       - session_authorization
#       - time zone
#       - timezone
#       - datestyle
#       - row_security
#       - standard_conforming_strings
#       - default_transaction_isolation
#       - default_transaction_read_only
#       - default_tablespace
#       - default_table_access_method
#       - sql_mode
#       - time_zone
#       - foreign_key_checks
#       - unique_checks
#       - autocommit
#       - default_storage_engine
#       - sql_require_primary_key
#       - foreign_keys
#       description: Settings that have to be set back, or set by SET LOCAL.
package policy.delivery.session_setting_left

import data.config.delivery.session_setting_left as cfg

# What each of these is when nobody sets it.
usual := {
	"foreign_key_checks": {"1", "on", "true"},
	"unique_checks": {"1", "on", "true"},
	"autocommit": {"1", "on", "true"},
	"standard_conforming_strings": {"on", "true", "1"},
	"row_security": {"on", "true", "1"},
	"default_transaction_read_only": {"off", "false", "0"},
	"role": {"none"},
}

deny contains finding if {
	input.migration.direction in {"up", "repeatable"}
	some name in cfg.settings
	sets := [i |
		some i, change in input.changes
		change.kind == "set_variable"
		change.setting.name in {name, "all"}
		not object.get(change.setting, "local", false)
	]
	count(sets) > 0
	change := input.changes[sets[count(sets) - 1]]
	value := change.setting.value
	not is_usual(name, value)
	not discarded(sets[count(sets) - 1])
	finding := {
		"message": sprintf("`%s` stays `%s` for what runs behind this migration on the same connection", [name, value]),
		"at": change,
		"subject": sprintf("setting:%s", [name]),
		"help": advice(name),
	}
}

is_usual(name, value) if lower(value) in usual[name]

# SET sql_mode = @old_sql_mode
is_usual(_, value) if startswith(value, "@")

discarded(index) if {
	some i, change in input.changes
	i > index
	change.kind == "nothing"
	startswith(change.verb, "DISCARD")
}

advice(name) := sprintf("RESET %s at the end, or SET LOCAL where the migration is one transaction", [name]) if input.dialect.engine == "postgres"

advice(name) := sprintf("keep the old value first (SET @old = @@%s) and set it back at the end", [name]) if input.dialect.engine in {"mysql", "mariadb"}

advice(name) := sprintf("set `%s` back at the end", [name]) if input.dialect.engine == "sqlite"
