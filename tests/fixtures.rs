//! Whole small projects: what `lockgate lint` says about each folder of `fixtures`, for programs
//! (`expected.json`) and for people (`expected.txt`, notes too).
//!
//! `SNAPSHOTS=overwrite cargo test --test fixtures` writes them anew; read the difference.

// Clippy knows tests by `#[test]`, not the functions beside them.
#![allow(clippy::unwrap_used)]

use snapbox::Data;
use snapbox::data::DataFormat;
use std::process::Command;

fn lint(folder: &str, options: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_lockgate"))
        .args(["lint", folder])
        .args(options)
        .env("NO_COLOR", "1")
        .env("SOURCE_DATE_EPOCH", "1795132800")
        .env_remove("COLUMNS")
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{folder}");
    let code = output.status.code();
    assert!(matches!(code, Some(0 | 1)), "{folder}: exit {code:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn every_project_gets_its_report() {
    let assert = snapbox::Assert::new().action_env("SNAPSHOTS");
    let mut folders: Vec<_> = std::fs::read_dir("fixtures")
        .unwrap()
        .map(|entry| format!("fixtures/{}", entry.unwrap().file_name().to_str().unwrap()))
        .collect();
    folders.sort();
    assert!(!folders.is_empty());
    for folder in folders {
        for (name, options) in
            [("expected.json", &["--format", "json"][..]), ("expected.txt", &["--notes"])]
        {
            let path = format!("{folder}/{name}");
            let expected = Data::read_from(path.as_ref(), Some(DataFormat::Text)).raw();
            assert.eq(lint(&folder, options), expected);
        }
    }
}

/// One policy of each shipped pack, at its line of the diff.
#[test]
fn policies_of_every_pack_annotate_a_pull_request() {
    let text = lint("fixtures/packs-bookshop", &["--format", "github"]);
    for (level, file, line, rule) in [
        ("warning", "V1__readers.sql", 2, "audit/audit-columns"),
        ("warning", "V2__loans.sql", 1, "conventions/required-columns"),
        ("warning", "V2__loans.sql", 1, "delivery/ticket-missing"),
        ("warning", "V1__readers.sql", 4, "privacy/untagged-personal-column"),
        ("warning", "V3__imports.sql", 7, "replication/loaded-while-unlogged"),
        ("error", "V1__readers.sql", 7, "audit/grantee-not-listed"),
    ] {
        let begins = format!("::{level} file=fixtures/packs-bookshop/sql/{file},line={line},");
        let title = format!(",title={rule}::");
        let found = text.split('\n').any(|it| it.starts_with(&begins) && it.contains(&title));
        assert!(found, "{begins}{title}\n{text}");
    }
}

/// I5.
#[test]
fn a_second_run_says_the_same() {
    for options in [&["--format", "json"][..], &["--notes"], &["--format", "github"]] {
        assert_eq!(lint("fixtures", options), lint("fixtures", options));
    }
}
