# METADATA
# title: No password of a MySQL account stands in a migration
# description: >-
#   A migration is kept for good: in the repository, in every clone and build log. Who reads one of them can log
#   in, and every environment gets the same password. Hashes can be guessed at leisure. The built-in rule
#   password-in-migration says the same of PostgreSQL; this one reads CREATE USER, ALTER USER, GRANT and SET PASSWORD of MySQL and MariaDB. Placeholders that a
#   runner fills are let through.
# related_resources:
# - ref: https://dev.mysql.com/doc/refman/8.4/en/password-security-user.html
#   description: MySQL, keeping passwords secure
# - ref: https://mariadb.com/docs/server/reference/sql-statements/account-management-sql-statements/create-user
#   description: MariaDB, CREATE USER
# custom:
#   level: error
#   category: privileges
#   changes: [create_role, alter_role, grant, set_variable, nothing]
#   dialects: [mysql, mariadb]
package policy.audit.mysql_password

identified := `identified[ \t\r\n]+((with|via)[ \t\r\n]+[^ \t\r\n]+[ \t\r\n]+)?(by|as|using)[ \t\r\n]+(password[ \t\r\n]*\(?[ \t\r\n]*)?'([^']*)'`

set_password := `^[ \t\r\n]*set[ \t\r\n]+password[^=]*=[ \t\r\n]*(password[ \t\r\n]*\([ \t\r\n]*)?'([^']*)'`

# What a runner or a template fills.
marks := ["${", "$(", "{{", "<", "%(", "%s", "@@", "#{"]

# Going back writes it into the repository as well.
deny contains finding if {
	input.migration.direction in {"up", "down", "repeatable"}
	indices := {change.statement |
		some change in input.changes
		change.kind in {"create_role", "alter_role", "grant", "set_variable", "nothing"}
	}
	some index in indices
	password := given(input.statements[index])
	not placeholder(password)
	finding := {
		"message": "a password, or its hash, stands in the migration: who can read the repository has it, and every environment gets the same one",
		"at": input.statements[index],
		"help": "create the account with IDENTIFIED BY RANDOM PASSWORD or ACCOUNT LOCK and set the password where secrets are kept, or let the runner fill a placeholder; then change this one",
	}
}

given(statement) := found[0][5] if {
	found := regex.find_all_string_submatch_n(identified, lower(statement.sql), 1)
	count(found) > 0
} else := found[0][2] if {
	found := regex.find_all_string_submatch_n(set_password, lower(statement.sql), 1)
	count(found) > 0
}

placeholder(password) if password == ""

placeholder(password) if {
	some mark in marks
	contains(password, mark)
}

placeholder(password) if startswith(password, ":")

# What a placeholder without a known value is read as.
placeholder(password) if {
	startswith(password, "__")
	endswith(password, "_")
}
