# METADATA
# title: Stored programs and views run as no fixed account
# description: >-
#   A view, routine, trigger or event of MySQL runs with the rights of its DEFINER. A definer that stands in the migration, most often
#   root@localhost out of a dump, gives every caller the rights of that account, and where the account does not exist each
#   use fails with error 1449. Without the clause the account that migrates is the definer. MySQL and
#   MariaDB have no built-in rule for this.
# related_resources:
# - ref: https://dev.mysql.com/doc/refman/8.4/en/stored-objects-security.html
#   description: MySQL, stored object access control
# custom:
#   level: warning
#   category: privileges
#   dialects: [mysql, mariadb]
#   params:
#     accounts:
#       type: array<string>
#       default: []
#       description: Accounts that may be named, as globs (`reports@%`).
package policy.audit.mysql_definer

import data.config.audit.mysql_definer as cfg

deny contains finding if {
	input.migration.direction in {"up", "repeatable"}
	some statement in input.statements
	text := lower(substring(statement.sql, 0, 400))
	regex.match(`^[ \t\r\n]*(create|alter)[ \t\r\n]`, text)
	some found in regex.find_all_string_submatch_n("(^|[ \t\r\n])definer[ \t\r\n]*=[ \t\r\n]*([`'\"]?[^`'\" \t\r\n@(]+[`'\"]?([ \t\r\n]*@[ \t\r\n]*[`'\"]?[^`'\" \t\r\n]+[`'\"]?)?)", text, 1)
	account := regex.replace(found[2], "[`'\" \t\r\n]", "")
	not account in {"current_user", "current_role"}

	# It runs with its caller's rights.
	not regex.match(`sql[ \t\r\n]+security[ \t\r\n]+invoker`, text)
	not listed(account)
	finding := {
		"message": sprintf("what is created here runs with the rights of `%s`, whoever calls it, and fails where that account does not exist", [account]),
		"at": statement,
		"help": "leave DEFINER out, or write SQL SECURITY INVOKER where the caller's rights are enough",
	}
}

listed(account) if {
	some pattern in cfg.accounts
	glob.match(pattern, ["\n"], account)
}
