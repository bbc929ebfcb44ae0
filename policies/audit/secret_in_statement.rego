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

secrets := {
	"an access key of AWS": `(^|[^A-Z0-9])(AKIA|ASIA)[0-9A-Z]{16}($|[^A-Z0-9])`,
	"a token of GitHub": `gh[pousr]_[A-Za-z0-9]{36}`,
	"a token of GitLab": `glpat-[A-Za-z0-9_-]{20}`,
	"a token of Slack": `xox[abprs]-[0-9A-Za-z-]{10,}`,
	"a secret key of Stripe": `[rs]k_live_[0-9A-Za-z]{16,}`,
	"an API key of Google": `AIza[0-9A-Za-z_-]{35}`,
	"a private key": `-----BEGIN [A-Z ]*PRIVATE KEY-----`,
	"a signed token (JWT)": `eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}`,
}

# These have to be guessed first.
hashes := {
	"a bcrypt hash": `\$2[abxy]\$[0-9]{2}\$[./A-Za-z0-9]{53}`,
	"an argon2 hash": `\$argon2(i|d|id)\$v=`,
	"a crypt hash": `\$[156]\$(rounds=[0-9]+\$)?[./A-Za-z0-9]{1,16}\$[./A-Za-z0-9]{22,86}`,
	"a PBKDF2 hash": `pbkdf2[_:](sha1|sha256|sha512)[:$][0-9]+[:$]`,
	"a scrypt hash": `scrypt:[0-9]+:[0-9]+:[0-9]+\$`,
}

deny contains finding if {
	input.migration.direction in {"up", "down", "repeatable"}
	some statement in input.statements
	some what, pattern in object.union(secrets, cfg.patterns)
	regex.match(pattern, statement.sql)
	finding := {
		"message": sprintf("%s stands in the statement: who can read the repository has it, and every environment gets the same one", [what]),
		"at": statement,
		"subject": sprintf("statement:%s", [what]),
		"help": "take it out, let the application or the operator set it, and withdraw this one: it is in the history of the repository",
	}
}

deny contains finding if {
	input.migration.direction in {"up", "down", "repeatable"}
	some statement in input.statements
	some what, pattern in hashes
	regex.match(pattern, statement.sql)
	finding := {
		"message": sprintf("%s stands in the statement, most likely of a password: it can be guessed at leisure, and opens the same account in every environment", [what]),
		"at": statement,
		"subject": sprintf("statement:%s", [what]),
		"level": "warning",
		"help": "make the account without a password, or let the operator set one when the environment is set up",
	}
}
