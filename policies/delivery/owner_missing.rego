# METADATA
# title: CODEOWNERS names an owner for each migration
# description: >-
#   Where no line of CODEOWNERS covers a migration, anybody's review lets it pass, and nobody is asked when it fails. With `teams` one of
#   these has to be among the owners, such as the team that runs the databases.
# related_resources:
# - ref: https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
#   description: GitHub, code owners
# - ref: https://docs.gitlab.com/user/project/codeowners/
#   description: GitLab, code owners
# custom:
#   level: warning
#   params:
#     teams:
#       type: array<string>
#       default: []
#       description: One of these has to own the migration, as globs (`@acme/dba`, `@acme/*`); without any, somebody has to.
package policy.delivery.owner_missing

import data.config.delivery.owner_missing as cfg

deny contains finding if {
	input.migration.direction in {"up", "repeatable"}
	owners := object.get(input.migration, "owners", [])
	wrong := mistake(owners)
	finding := {
		"message": wrong,
		"help": "add a line for the folder of the migrations to CODEOWNERS",
	}
}

mistake(owners) := "no line of CODEOWNERS gives the migration an owner: anybody's review lets it pass" if count(owners) == 0

mistake(owners) := sprintf("the migration is owned by `%s`, and by none of `%s`", [concat("`, `", owners), concat("`, `", cfg.teams)]) if {
	count(owners) > 0
	count(cfg.teams) > 0
	not among_teams(owners)
}

among_teams(owners) if {
	some owner in owners
	some pattern in cfg.teams
	glob.match(pattern, ["\n"], owner)
}
