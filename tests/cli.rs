//! The command line as users meet it: each case of `tests/cmd` and each command of the README.
//!
//! `TRYCMD=overwrite cargo test` writes the output of today into the cases; read the difference.

use lockgate::source::SourceFile;

#[test]
fn commands_print_what_their_cases_say() {
    let cases = trycmd::TestCases::new();
    cases.env("NO_COLOR", "1").env("SOURCE_DATE_EPOCH", "1795132800");
    // The cases stand in no repository: what they say must not depend on the branch of this one.
    cases.env("GIT_CEILING_DIRECTORIES", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cmd"));
    cases.case("tests/cmd/*.toml").case("README.md").case("docs/diff.md");
    cases.case("docs/schema.md").case("docs/compatibility.md").case("docs/statistics.md");
    cases.case("docs/fix.md");
}

#[test]
fn the_config_in_the_readme_is_read() {
    let readme = std::fs::read_to_string("README.md").unwrap();
    let (_, yaml) = readme.split_once("```yaml\n").unwrap();
    let (yaml, _) = yaml.split_once("```").unwrap();
    let config = lockgate::config::read(SourceFile::new("lockgate.yaml", yaml)).unwrap();
    assert_eq!(config.dialect.unwrap().to_string(), "postgres@14-17");
    assert_eq!(config.placeholders["schema"], "shop");
    // The two that it names, and the two that `rollback: off` stands for.
    assert_eq!(config.rules.len(), 4);
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    use std::process::{Command, Stdio};
    let mut child = Command::new(env!("CARGO_BIN_EXE_lockgate"))
        .arg("rules")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}
