//! A first policy: rule, test and fixture, which pass.

use crate::tree::join;

/// Words that cannot be a name of a package: Rego's keywords, and the two documents.
const TAKEN: [&str; 17] = [
    "as", "contains", "data", "default", "else", "every", "false", "if", "import", "in", "input",
    "not", "null", "package", "some", "true", "with",
];

/// The files of a new policy below a folder: their paths, and what they hold.
///
/// # Errors
/// Why that cannot be an id.
pub fn files(id: &str, folder: &str) -> Result<Vec<(String, String)>, String> {
    let wrong = |why: &str| format!("`{id}` cannot be a policy's id: {why}");
    let shape = "write <pack>/<name>, each of a-z, 0-9 and `-`, and beginning with a letter";
    let (pack, name) = id.split_once('/').ok_or_else(|| wrong(shape))?;
    for part in [pack, name] {
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let begins = part.starts_with(|c: char| c.is_ascii_lowercase());
        if !begins || !part.chars().all(is_plain) {
            return Err(wrong(shape));
        }
        if TAKEN.contains(&part) {
            return Err(wrong(&format!("`{part}` is a word of Rego")));
        }
    }
    if name.ends_with("-test") {
        return Err(wrong("files that end in `_test.rego` hold tests"));
    }
    let (pack, name) = (pack.replace('-', "_"), name.replace('-', "_"));
    let filled =
        |template: &str| template.replace("PACK", &pack).replace("NAME", &name).replace("ID", id);
    let path = |rest: &str| join(folder, &format!("{pack}/{name}{rest}"));
    Ok(vec![
        (path(".rego"), filled(POLICY)),
        (path("_test.rego"), filled(TEST)),
        (path("_test/new_tables.sql"), filled(FIXTURE)),
    ])
}

const POLICY: &str = r#"# METADATA
# title: New tables have the columns that every table has
# description: |
#   Why it matters, and what to do instead: `lockgate explain ID` prints this.
# custom:
#   level: warning
#   changes: [create_table]
#   params:
#     columns:
#       type: array<string>
#       default: [created_at]
#       description: The columns that a new table has to have.
package policy.PACK.NAME

import data.config.PACK.NAME as cfg

deny contains finding if {
	some change in input.changes
	change.kind == "create_table"
	not change.temporary

	# As the table stands behind the migration: a later statement may add the column.
	table := input.after.tables[change.table]
	names := {column.name | some column in table.columns}
	some wanted in cfg.columns
	not wanted in names

	finding := {
		"message": sprintf("table `%s` has no column `%s`", [change.object.name, wanted]),
		"at": change,
		"help": sprintf("add `%s` to it", [wanted]),
	}
}
"#;

const TEST: &str = r#"package policy.PACK.NAME_test

import data.policy.PACK.NAME

test_a_table_without_the_column_is_found if {
	found := NAME.deny with input as creating(["id"])
		with data.config.PACK.NAME as {"columns": ["created_at"]}
	messages := {finding.message | some finding in found}
	messages == {"table `orders` has no column `created_at`"}
}

test_a_table_with_the_column_is_fine if {
	found := NAME.deny with input as creating(["id", "created_at"])
		with data.config.PACK.NAME as {"columns": ["created_at"]}
	count(found) == 0
}

# `lockgate policy input FILE` prints what a policy sees of a migration.
creating(columns) := {
	"changes": [{
		"kind": "create_table",
		"loc": 0,
		"object": {"kind": "table", "schema": "public", "name": "orders"},
		"table": "public.orders",
	}],
	"after": {"tables": {"public.orders": {"columns": [{"name": name} | some name in columns]}}},
}
"#;

const FIXTURE: &str = "CREATE TABLE customers (id bigint PRIMARY KEY);

-- migration
CREATE TABLE orders ( -- expect: ID
  id bigint PRIMARY KEY
);
CREATE TABLE invoices (id bigint PRIMARY KEY, created_at timestamptz NOT NULL);
CREATE TABLE payments (id bigint PRIMARY KEY);
ALTER TABLE payments ADD COLUMN created_at timestamptz NOT NULL;
CREATE TEMPORARY TABLE seen (id bigint);
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_becomes_three_files() {
        let files = files("acme/audit-columns", "db/policies").unwrap();
        let paths: Vec<&str> = files.iter().map(|(path, _)| path.as_str()).collect();
        let policy = "db/policies/acme/audit_columns";
        let wanted =
            [".rego", "_test.rego", "_test/new_tables.sql"].map(|it| format!("{policy}{it}"));
        assert_eq!(paths, wanted);
        assert!(files[0].1.contains("\npackage policy.acme.audit_columns\n"));
        assert!(files[0].1.contains("`lockgate explain acme/audit-columns`"));
        assert!(files[1].1.contains("audit_columns.deny with input"));
        assert!(files[2].1.contains("-- expect: acme/audit-columns"));
        let all: String = files.into_iter().map(|(_, text)| text).collect();
        assert!(!["PACK", "NAME", "ID"].iter().any(|word| all.contains(word)));
    }

    #[test]
    fn what_cannot_be_a_package_is_refused() {
        for id in ["acme", "acme/Big", "acme/1st", "/x", "acme/", "a/b/c", "acme/a_b", "../x"] {
            assert!(files(id, ".").unwrap_err().contains("write <pack>/<name>"), "{id}");
        }
        assert!(files("acme/default", ".").unwrap_err().contains("a word of Rego"));
        assert!(files("acme/x-test", ".").unwrap_err().contains("_test.rego"));
    }
}
