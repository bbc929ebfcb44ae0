# METADATA
# title: No personal data stand in comments, defaults and rows of a migration
# description: >-
#   A migration is kept for ever, in every clone of the repository and in every log of a deploy: what it
#   says of a person cannot be deleted when that person asks. Comments and defaults are copied into
#   every dump besides. Found are e-mail addresses, telephone numbers, payment cards and IBANs whose
#   check digits are right, and US social security numbers. Use made-up data: the domains example.com,
#   example.org and .test belong to nobody. What is found is not shown in full, as reports are kept too.
#   Ways back are judged as well, dumps are not.
# related_resources:
# - ref: https://www.rfc-editor.org/rfc/rfc2606
#   description: domains that belong to nobody
# - ref: https://eur-lex.europa.eu/eli/reg/2016/679/oj
#   description: GDPR, article 17 (right to erasure)
# custom:
#   level: warning
#   params:
#     domains:
#       type: array<string>
#       default: [example.com, example.org, example.net, "*.example.com", "*.example.org", "*.example.net", "*.example", "*.test", "*.invalid", "*.localhost", "*.local", test.com, noreply.github.com, users.noreply.github.com]
#       description: domains whose addresses belong to nobody, as globs
#     mailboxes:
#       type: array<string>
#       default: [admin, administrator, root, postgres, mysql, git, info, contact, hello, support, help, helpdesk, sales, team, security, privacy, legal, billing, office, dev, ops, devops, test, tests, tester, user, users, system, service, bot, noreply, no-reply, donotreply, do-not-reply, notifications, alerts, webmaster, postmaster, hostmaster, abuse]
#       description: mailboxes that belong to no person, as globs
#     numbers:
#       type: array<string>
#       default: ["4111111111111111", "4242424242424242", "5555555555554444", "378282246310005", DE89370400440532013000, GB82WEST12345698765432]
#       description: numbers of cards, accounts and telephones that belong to nobody, without blanks, as globs
#     kinds:
#       type: array<string>
#       default: [email, phone, card, iban, ssn]
#       description: what is looked for
#     places:
#       type: array<string>
#       default: [comment, default, rows, remark]
#       description: "where: comment (COMMENT), default (DEFAULT), rows (INSERT, UPDATE), remark (comments in the SQL)"
package policy.privacy.personal_data_in_text

import data.config.privacy.personal_data_in_text as cfg

deny contains finding if {
	input.migration.direction in {"up", "repeatable", "down"}
	some node in texts
	node.place in cfg.places
	regex.match(worth_a_look, node.text)
	text := plain(node.text)
	some kind in cfg.kinds
	found := find(kind, text)
	count(found) > 0
	finding := {
		"message": sprintf("%s holds %s", [node.what, amount(kind, found)]),
		"at": node.loc,
		"help": "use made-up data, such as an address at example.com",
	}
}

# What everything that is found holds: most texts are let go by one look.
worth_a_look := `@|[0-9][0-9 ().\/-]{6}|[A-Z]{2}[0-9]{2} ?[A-Z0-9]{4}`

amount(kind, found) := sprintf("%s (`%s`)", [one[kind], masked(found)]) if {
	count(found) == 1
} else := sprintf("%d %s (`%s` is one)", [count(found), many[kind], masked(found)])

one := {
	"email": "an e-mail address",
	"phone": "a telephone number",
	"card": "the number of a payment card",
	"iban": "an IBAN",
	"ssn": "a social security number",
}

many := {
	"email": "e-mail addresses",
	"phone": "telephone numbers",
	"card": "numbers of payment cards",
	"iban": "IBANs",
	"ssn": "social security numbers",
}

# Enough to find it in the text, not enough to be it.
masked(found) := sprintf("%s...", [substring(min(found), 0, 3)])

texts contains node if {
	some change in input.changes
	change.kind == "comment"
	node := {
		"place": "comment",
		"what": sprintf("the comment on %s `%s`", [replace(change.object.kind, "_", " "), subject(change.object)]),
		"text": change.text,
		"loc": change.loc,
	}
}

texts contains node if {
	some change in input.changes
	change.kind in {"create_table", "set_options"}
	node := {
		"place": "comment",
		"what": sprintf("the comment on table `%s`", [change.table]),
		"text": change.options.comment,
		"loc": change.loc,
	}
}

texts contains node if {
	some change in input.changes
	some column in written(change)
	node := {
		"place": "comment",
		"what": sprintf("the comment on column `%s.%s`", [change.table, column.name]),
		"text": column.comment,
		"loc": object.get(column, "loc", change.loc),
	}
}

texts contains node if {
	some change in input.changes
	some column in written(change)
	node := {
		"place": "default",
		"what": sprintf("the default of column `%s.%s`", [change.table, column.name]),
		"text": column["default"],
		"loc": object.get(column, "loc", change.loc),
	}
}

texts contains node if {
	some change in input.changes
	change.kind in {"set_default", "create_domain"}
	node := {
		"place": "default",
		"what": sprintf("the default of %s `%s`", [change.object.kind, subject(change.object)]),
		"text": change["default"],
		"loc": change.loc,
	}
}

texts contains node if {
	some change in input.changes
	change.kind in {"insert", "update", "merge"}
	some table in change.tables
	node := {
		"place": "rows",
		"what": sprintf("what is written to table `%s`", [table]),
		"text": input.statements[change.statement].sql,
		"loc": change.loc,
	}
}

texts contains node if {
	some remark in input.migration.comments
	node := {
		"place": "remark",
		"what": "a comment of the migration",
		"text": remark.text,
		"loc": remark.loc,
	}
}

written(change) := change.columns if {
	change.kind == "create_table"
}

written(change) := [change.column] if {
	change.kind in {"add_column", "redefine_column"}
}

subject(object) := sprintf("%s.%s", [object.table, object.name])

subject(object) := sprintf("%s.%s", [object.schema, object.name]) if {
	not object.table
	object.schema
}

subject(object) := object.name if {
	not object.table
	not object.schema
}

# Without addresses of pages and servers, which may hold an `@` and long numbers.
plain(text) := regex.replace(text, `[A-Za-z][A-Za-z0-9+.-]*://[^ \t\r\n'"]+`, " ")

find("email", text) := {found |
	some found in regex.find_n(`[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,20}`, text, -1)
	address := split(lower(found), "@")
	not matches(address[0], cfg.mailboxes)
	not matches(address[1], cfg.domains)
	not regex.match(`\.(png|jpe?g|gif|svg|webp|css|js|ts|sql|md|html?|json)$`, address[1])
}

find("phone", text) := {found |
	some match in regex.find_n(`(?:^|[^0-9A-Za-z+.])\+[1-9][0-9 ().\/-]{7,20}[0-9]`, text, -1)
	found := trim_left(match, " \t\n'\"(,:;=-")
	number := regex.replace(found, `[^0-9]`, "")
	count(number) >= 10
	count(number) <= 15
	not contains(number, "555")
	not matches(number, cfg.numbers)
}

find("card", text) := {found |
	some found in regex.find_n(`[0-9](?:[ -]?[0-9]){12,18}`, text, -1)
	number := regex.replace(found, `[^0-9]`, "")
	regex.match(`^(4[0-9]{12}|4[0-9]{15}|5[1-5][0-9]{14}|2[2-7][0-9]{14}|3[47][0-9]{13}|6(011|5[0-9]{2})[0-9]{12}|35[0-9]{14})$`, number)
	luhn(number)
	not matches(number, cfg.numbers)
}

find("iban", text) := {found |
	some found in regex.find_n(`[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?`, text, -1)
	number := replace(found, " ", "")
	count(number) >= 15
	count(number) <= 34
	mod97(number)
	not matches(number, cfg.numbers)
}

find("ssn", text) := {found |
	some match in regex.find_n(`(?:^|[^0-9-])[0-9]{3}-[0-9]{2}-[0-9]{4}(?:$|[^0-9-])`, text, -1)
	found := regex.find_n(`[0-9]{3}-[0-9]{2}-[0-9]{4}`, match, 1)[0]
	not regex.match(`^(000|666|9)|-00-|-0000$`, found)
	not matches(replace(found, "-", ""), cfg.numbers)
}

# The check digit of a card: from the right, every second digit counts twice.
luhn(number) if {
	digits := [to_number(digit) | some digit in regex.find_n(`[0-9]`, number, -1)]
	last := count(digits) - 1
	total := sum([weighed |
		some i, digit in digits
		weighed := luhn_weight[(last - i) % 2][digit]
	])
	total % 10 == 0
}

luhn_weight := [
	[0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
	[0, 2, 4, 6, 8, 1, 3, 5, 7, 9],
]

# The check digits of an IBAN: the first four characters at the end, letters as 10 to 35, and the
# number so written leaves 1 when divided by 97.
mod97(number) if {
	turned := concat("", [substring(number, 4, -1), substring(number, 0, 4)])
	digits := [to_number(digit) | some digit in regex.find_n(`[0-9]`, spelled(turned), -1)]
	last := count(digits) - 1
	total := sum([weighed |
		some i, digit in digits
		weighed := digit * powers[last - i]
	])
	total % 97 == 1
}

spelled(text) := concat("", [object.get(letters, character, character) |
	some character in regex.find_n(`[A-Z0-9]`, text, -1)
])

letters := {
	"A": "10", "B": "11", "C": "12", "D": "13", "E": "14", "F": "15", "G": "16", "H": "17", "I": "18",
	"J": "19", "K": "20", "L": "21", "M": "22", "N": "23", "O": "24", "P": "25", "Q": "26", "R": "27",
	"S": "28", "T": "29", "U": "30", "V": "31", "W": "32", "X": "33", "Y": "34", "Z": "35",
}

matches(text, patterns) if {
	some pattern in patterns
	glob.match(pattern, ["\n"], text)
}

# The powers of ten, modulo 97.
powers := [
	1, 10, 3, 30, 9, 90, 27, 76, 81, 34, 49, 5, 50, 15, 53, 45, 62, 38, 89, 17, 73, 51, 25, 56, 75,
	71, 31, 19, 93, 57, 85, 74, 61, 28, 86, 84, 64, 58, 95, 77, 91, 37, 79, 14, 43, 42, 32, 29, 96,
	87, 94, 67, 88, 7, 70, 21, 16, 63, 48, 92, 47, 82, 44, 52, 35, 59, 8, 80, 24, 46,
]
