# METADATA
# title: The name of a migration says what it does
# description: >-
#   The list of applied migrations is read when something is wrong: `V41__fix.sql` and `V42__update.sql` say nothing there. A title has at
#   least `min` characters and is not only one of the words that fit every migration. A first migration called init is let through.
# related_resources:
# - ref: https://documentation.red-gate.com/flyway/flyway-concepts/migrations
#   description: Flyway, names of migrations
# custom:
#   level: note
#   params:
#     min:
#       type: integer
#       default: 8
#       description: How many characters a title has at least.
#     max:
#       type: integer
#       default: 100
#       description: How many characters it has at most.
#     allowed:
#       type: array<string>
#       default: [init, initial, baseline, schema, setup]
#       description: Short titles that are fine.
package policy.delivery.title_too_short

import data.config.delivery.title_too_short as cfg

empty := {"migration", "migrations", "update", "updates", "fix", "fixes", "change", "changes", "alter", "test", "tmp", "temp", "wip", "new", "misc", "stuff", "table", "database"}

deny contains finding if {
	input.migration.direction in {"up", "repeatable"}
	title := trim(replace(replace(lower(input.migration.title), "_", " "), "-", " "), " ")
	not title in cfg.allowed
	wrong := mistake(title)
	finding := {
		"message": sprintf("the title `%s` %s", [input.migration.title, wrong]),
		"help": "name what changes: `add_email_to_customers`",
	}
}

mistake(title) := "fits any migration" if only_empty_words(title)

mistake(title) := sprintf("has fewer than %d characters", [cfg.min]) if {
	not only_empty_words(title)
	count(title) < cfg.min
}

mistake(title) := sprintf("has more than %d characters", [cfg.max]) if {
	not only_empty_words(title)
	count(title) > cfg.max
}

only_empty_words(title) if {
	every word in split(title, " ") {
		is_empty(word)
	}
}

is_empty(word) if word in empty

is_empty(word) if regex.match(`^[0-9]*$`, word)
