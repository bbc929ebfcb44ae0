# METADATA
# title: No secret stands in a statement
# description: >-
#   Seeds and functions carry secrets into the repository: the hash of an administrator's password, the key of a
#   cloud account, a signed token in a function that calls a service. They are in every clone and every backup, and every
#   environment that runs the migration has the same. The built-in rule password-in-migration reads passwords
#   of roles and connections; this one finds secrets by their shape in any statement. A message never repeats the secret.
# related_resources:
# - ref: https://owasp.org/www-community/vulnerabilities/Use_of_hard-coded_password
#   description: OWASP, hard-coded passwords
# custom:
#   level: error
#   category: privileges
#   params:
#     patterns:
#       type: object<string>
#       default: {}
#       description: "Secrets of your own: what it is, and a regular expression for it."
package policy.audit.secret_in_statement

import data.config.audit.secret_in_statement as cfg

# What it is, a text that each of them holds, and a pattern.
secrets := {
	["an access key of AWS", "AKIA", `(^|[^A-Z0-9])AKIA[0-9A-Z]{16}($|[^A-Z0-9])`],
	["a token of GitHub", "ghp_", `ghp_[A-Za-z0-9]{36}`],
	["a token of GitHub", "github_pat_", `github_pat_[A-Za-z0-9_]{40}`],
	["a token of GitLab", "glpat-", `glpat-[A-Za-z0-9_-]{20}`],
	["a token of Slack", "xox", `xox[abprs]-[0-9A-Za-z-]{10,}`],
	["a secret key of Stripe", "k_live_", `[rs]k_live_[0-9A-Za-z]{16,}`],
	["an API key of Google", "AIza", `AIza[0-9A-Za-z_-]{35}`],
	["a private key", "PRIVATE KEY-----", `-----BEGIN [A-Z ]*PRIVATE KEY-----`],
	["a signed token (JWT)", "eyJ", `eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}`],
}

# These have to be guessed first.
hashes := {
	["a bcrypt hash", "$2", `\$2[abxy]\$[0-9]{2}\$[./A-Za-z0-9]{53}`],
	["an argon2 hash", "$argon2", `\$argon2(i|d|id)\$v=`],
	["a crypt hash", "$1$", `\$1\$[./A-Za-z0-9]{1,8}\$[./A-Za-z0-9]{22}`],
	["a crypt hash", "$5$", `\$5\$(rounds=[0-9]+\$)?[./A-Za-z0-9]{1,16}\$[./A-Za-z0-9]{43}`],
	["a crypt hash", "$6$", `\$6\$(rounds=[0-9]+\$)?[./A-Za-z0-9]{1,16}\$[./A-Za-z0-9]{86}`],
	["a PBKDF2 hash", "pbkdf2", `pbkdf2[_:](sha1|sha256|sha512)[:$][0-9]+[:$]`],
	["a scrypt hash", "scrypt:", `scrypt:[0-9]+:[0-9]+:[0-9]+\$`],
}

deny contains finding if {
	input.migration.direction in {"up", "down", "repeatable"}
	some [what, sign, pattern] in secrets
	contains(whole, sign)
	some statement in input.statements
	regex.match(pattern, statement.sql)
	finding := secret(what, statement)
}

deny contains finding if {
	input.migration.direction in {"up", "down", "repeatable"}
	some what, pattern in cfg.patterns
	some statement in input.statements
	regex.match(pattern, statement.sql)
	finding := secret(what, statement)
}

deny contains finding if {
	input.migration.direction in {"up", "down", "repeatable"}
	some [what, sign, pattern] in hashes
	contains(whole, sign)
	some statement in input.statements
	regex.match(pattern, statement.sql)
	finding := {
		"message": sprintf("%s stands in the statement, most likely of a password: it can be guessed at leisure, and opens the same account in every environment", [what]),
		"at": statement,
		"level": "warning",
		"help": "make the account without a password, or let the operator set one when the environment is set up",
	}
}

# To look into all statements at once is much cheaper than into each.
whole := concat("\n", [statement.sql | some statement in input.statements])

secret(what, statement) := {
	"message": sprintf("%s stands in the statement: who can read the repository has it, and every environment gets the same one", [what]),
	"at": statement,
	"help": "take it out, let the application or the operator set it, and withdraw this one: it is in the history of the repository",
}
