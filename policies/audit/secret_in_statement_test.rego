package policy.audit.secret_in_statement_test

import data.policy.audit.secret_in_statement

found(sql) := got if {
	got := {split(f.message, " stands")[0] | some f in secret_in_statement.deny} with input as {"migration": {"direction": "up"}, "statements": [{"sql": sql, "loc": 1}]}
		with data.config.audit.secret_in_statement as {"patterns": {"a licence": "LIC-[0-9]{6}"}}
}

# Put together here, so that no scanner takes the test for a leak.
bcrypt := concat("", ["$2b$12$", "abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZ01234"])

key := concat("", ["AKIA", "IOSFODNN7EXAMPLE"])

test_hash if found(sprintf("INSERT INTO users (email, password) VALUES ('admin@example.org', '%s')", [bcrypt])) == {"a bcrypt hash"}

test_hash_is_a_warning if {
	some f in secret_in_statement.deny with input as {"migration": {"direction": "up"}, "statements": [{"sql": bcrypt, "loc": 1}]}
		with data.config.audit.secret_in_statement as {"patterns": {}}
	f.level == "warning"
}

test_key if found(sprintf("UPDATE settings SET value = '%s' WHERE name = 'aws'", [key])) == {"an access key of AWS"}

test_key_in_a_longer_word if found(sprintf("SELECT 'X%s'", [key])) == set()

test_own_pattern if found("INSERT INTO licences VALUES ('LIC-123456')") == {"a licence"}

test_nothing if found("INSERT INTO users (email, password) VALUES ('a@example.org', NULL)") == set()

test_identifiers if found("SELECT '$1$', 'eyJ', '2b', 'sha256:0123456789abcdef'") == set()

test_dump if {
	count(secret_in_statement.deny) == 0 with input as {"migration": {"direction": "dump"}, "statements": [{"sql": bcrypt, "loc": 1}]}
		with data.config.audit.secret_in_statement as {"patterns": {}}
}
