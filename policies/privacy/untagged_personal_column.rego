# METADATA
# title: New columns that look personal are tagged
# description: >-
#   Who has to answer where a person's data are (GDPR, articles 15, 17 and 30), mask a copy of the
#   database or cut an export finds them by their tags, and cannot find a column without one. The
#   author of the column knows; a year later nobody does. Write the tag into the comment of the column
#   or of its table, in square brackets, in the same migration: `[pii]`. Where the column holds no
#   personal data for all its name, say that: `[no-pii]`. Columns that stood before, temporary tables
#   and flags (boolean) are not judged.
# related_resources:
# - ref: https://eur-lex.europa.eu/eli/reg/2016/679/oj
#   description: GDPR, article 4 (what personal data are) and article 30 (records of processing)
# - ref: https://www.postgresql.org/docs/current/sql-comment.html
#   description: COMMENT
# custom:
#   level: warning
#   changes: [create_table, add_column, rename_column, redefine_column]
#   dialects: [postgres, mysql, mariadb]
#   params:
#     names:
#       type: array<string>
#       default:
#       - email
#       - e_mail
#       - phone
#       - telephone
#       - mobile
#       - msisdn
#       - fax
#       - first_name
#       - firstname
#       - last_name
#       - lastname
#       - full_name
#       - fullname
#       - given_name
#       - family_name
#       - surname
#       - maiden_name
#       - birth
#       - birthday
#       - birthdate
#       - dob
#       - gender
#       - religion
#       - ethnicity
#       - nationality
#       - ssn
#       - social_security
#       - national_id
#       - passport
#       - tax_id
#       - driver_license
#       - driving_licence
#       - iban
#       - bank_account
#       - credit_card
#       - card_number
#       - cvv
#       - address
#       - street
#       - postal_code
#       - postcode
#       - zip
#       - zip_code
#       - ip
#       - latitude
#       - longitude
#       description: what personal columns are called, in snake case; `email` is also found in `userEmail` and `work_emails`
#     unless:
#       type: array<string>
#       default: [id, ids, uuid, at, count, total, limit, max, min, is, has, can, verified, confirmed, enabled, required, sent, opened, bounced, type, kind, status, state, template, subject, body, format, pattern, label, token, key, domain, provider, preference, frequency, bind, listen, server, contract, memory]
#       description: words that, beside such a name, say that the column holds something else
#     tags:
#       type: array<string>
#       default: [pii]
#       description: tags that say that it holds personal data, as globs
#     cleared:
#       type: array<string>
#       default: [no-pii]
#       description: tags that say that it holds none, as globs
#     exempt:
#       type: array<string>
#       default: []
#       description: columns that are not judged, as globs over `table.column`, with its schema or without
package policy.privacy.untagged_personal_column

import data.config.privacy.untagged_personal_column as cfg

deny contains finding if {
	input.migration.direction in {"up", "repeatable"}
	some change in input.changes
	some named in names(change)
	phrase := personal(named.name)
	some key in keys(change.table)
	table := input.after.tables[key]
	not table.temporary
	not table.partition_of
	some column in table.columns
	column.name == named.name
	not stood_before(key, column.name)
	not is_flag(column)
	not said(column, table)
	not exempt({sprintf("%s.%s", [key, column.name]), sprintf("%s.%s", [table.name, column.name])})
	finding := {
		"message": sprintf("column `%s.%s` looks like personal data (`%s`), and no tag says whether it is", [key, column.name, phrase]),
		"at": object.get(named, "loc", change.loc),
		"help": sprintf("%s, or '[%s]' where it holds none", [advice(table, column.name), cfg.cleared[0]]),
	}
}

# The columns that a change gives a name.
names(change) := change.columns if {
	change.kind == "create_table"
}

names(change) := [change.column] if {
	change.kind == "add_column"
}

names(change) := [change.column] if {
	change.kind == "redefine_column"
	change.to
}

names(change) := [{"name": change.to}] if {
	change.kind == "rename_column"
}

# The personal word in a name, unless the words beside it say that the column holds something else.
personal(name) := trim(found, "_") if {
	words := snake(name)
	found := regex.find_n(personal_words, words, 1)[0]
	every word in split(replace(words, found, "_"), "_") {
		not word in cfg.unless
	}
}

personal_words := sprintf("_(%s)(e?s)?_", [concat("|", cfg.names)])

# `_user_email_` for `userEmail2`.
snake(name) := sprintf("_%s_", [regex.replace(lower(regex.replace(name, `([a-z0-9])([A-Z])`, "${1}_${2}")), `[^a-z]+`, "_")])

is_flag(column) if regex.match(`^(bool|boolean|tinyint|bit)(\(1\))?( unsigned)?$`, lower(column.type))

said(column, table) if {
	some tag in array.concat(object.get(column, "tags", []), object.get(table, "tags", []))
	some pattern in array.concat(cfg.tags, cfg.cleared)
	glob.match(pattern, ["\n"], tag)
}

advice(table, column) := sprintf("write COMMENT ON COLUMN %s.%s IS '... [%s]'", [quoted(table.name), quoted(column), cfg.tags[0]]) if {
	input.dialect.engine == "postgres"
} else := sprintf("write COMMENT '... [%s]' behind its type", [cfg.tags[0]])

quoted(name) := name if {
	regex.match(`^[a-z_][a-z0-9_]*$`, name)
} else := sprintf("\"%s\"", [name])

stood_before(key, column) if {
	some old in input.before.tables[key].columns
	old.name == column
}

# A table that is built anew takes the name of the old one in the end.
keys(key) := {key} | {qualified(rename.after) | some rename in renames; rename.table == key}

renames := [change | some change in input.changes; change.kind == "rename_table"]

qualified(table) := sprintf("%s.%s", [table.schema, table.name])

qualified(table) := table.name if not table.schema

exempt(names) if {
	some name in names
	some pattern in cfg.exempt
	glob.match(pattern, ["\n"], name)
}
