# METADATA
# title: TRUNCATE reaches the subscribers
# description: >-
#   A publication whose `publish` leaves truncate out carries every row but not the TRUNCATE: the table is empty here and full on the subscribers, and the next rows
#   meet their old keys and stop replication. The built-in rule truncate says that the rows are gone; this one that they are not, elsewhere.
# related_resources:
# - ref: https://www.postgresql.org/docs/current/sql-createpublication.html
#   description: PostgreSQL, CREATE PUBLICATION
# custom:
#   level: error
#   category: data
#   promise: [data]
#   changes: [truncate]
#   dialects: [postgres]
package policy.replication.truncate_not_carried

deny contains finding if {
	input.migration.direction in {"up", "repeatable"}
	some change in input.changes
	change.kind == "truncate"
	not change.new
	some name in change.tables
	some publication in data.catalog.objects
	publication.kind == "publication"
	leaves_truncate_out(publication)
	publishes(publication, name)
	finding := {
		"message": sprintf("the publication `%s` does not publish TRUNCATE: `%s` is emptied here and stays full on the subscribers", [publication.name, name]),
		"at": change,
		"subject": sprintf("table:%s", [name]),
		"help": "use DELETE, which is carried, or add truncate to `publish` first",
	}
}

# The last word counts.
leaves_truncate_out(publication) if {
	said := [found[0][1] |
		some text in array.concat([publication.definition], object.get(publication, "alterations", []))
		found := regex.find_all_string_submatch_n(`publish ?= ?'([^']*)'`, text, 1)
		count(found) > 0
	]
	count(said) > 0
	not contains(said[count(said) - 1], "truncate")
}

publishes(publication, _) if contains(publication.definition, " for all tables")

publishes(publication, name) if {
	some text in array.concat([publication.definition], object.get(publication, "alterations", []))
	not startswith(text, "drop")
	parts := split(name, ".")
	words := regex.split(`[ ,."()]+`, text)
	parts[count(parts) - 1] in words
}

publishes(publication, name) if {
	found := regex.find_all_string_submatch_n(`tables in schema (.*)$`, publication.definition, 1)
	split(name, ".")[0] in regex.split(`[ ,."()]+`, found[0][1])
}
