package policy.delivery.owner_missing_test

import data.policy.delivery.owner_missing

found(migration, teams) := got if {
	got := [f.message | some f in owner_missing.deny] with input as {"migration": migration, "changes": []}
		with data.config.delivery.owner_missing as {"teams": teams}
}

test_nobody if found({"direction": "up"}, []) == ["no line of CODEOWNERS gives the migration an owner: anybody's review lets it pass"]

test_somebody if found({"direction": "up", "owners": ["@acme/web"]}, []) == []

test_wrong_team if found({"direction": "up", "owners": ["@acme/web"]}, ["@acme/dba*"]) == ["the migration is owned by `@acme/web`, and by none of `@acme/dba*`"]

test_right_team if found({"direction": "up", "owners": ["@acme/web", "@acme/dba-eu"]}, ["@acme/dba*"]) == []

test_dump if found({"direction": "dump"}, []) == []
