//! The command line as users meet it: each case of `tests/cmd` and each command of the README.
//!
//! `TRYCMD=overwrite cargo test` writes the output of today into the cases; read the difference.

// Clippy knows tests by `#[test]`, not the functions beside them.
#![allow(clippy::unwrap_used)]

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

/// What the program prints, where it goes well.
fn printed(arguments: &[&str]) -> String {
    let output =
        std::process::Command::new(env!("CARGO_BIN_EXE_lockgate")).args(arguments).output();
    let output = output.unwrap();
    assert_eq!(output.status.code(), Some(0), "{arguments:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_shell_completes_commands_and_values() {
    let script = format!(
        "{}\ncomplete_at() {{ COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); COMPREPLY=()\n\
         _lockgate lockgate \"${{COMP_WORDS[COMP_CWORD]}}\" \"${{COMP_WORDS[COMP_CWORD-1]}}\"\n\
         echo \"${{COMPREPLY[*]}}\"; }}\n\
         complete_at lockgate li\ncomplete_at lockgate lint --format ju\n",
        printed(&["completions", "bash"]),
    );
    let output = std::process::Command::new("bash").arg("-c").arg(script).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "lint list\njunit\n");
    for shell in ["elvish", "fish", "powershell", "zsh"] {
        assert!(printed(&["completions", shell]).contains("baseline"), "{shell}");
    }
}

#[test]
fn every_command_has_a_page_in_the_manual() {
    let page = printed(&["man"]);
    let commands: Vec<&str> = page
        .split("lockgate\\-")
        .skip(1)
        .filter_map(|rest| rest.split_once("(1)"))
        .map(|it| it.0)
        .collect();
    assert!(commands.contains(&"lint") && commands.contains(&"policy"), "{commands:?}");
    for command in commands {
        assert!(
            printed(&["man", command]).contains(&format!(".TH lockgate-{command} ")),
            "{command}"
        );
    }
    assert!(printed(&["man", "policy", "test"]).contains(".TH lockgate-policy-test "));
}
