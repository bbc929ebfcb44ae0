//! A team governs its own policies exactly as the built-in rules: one table of cases, run over a
//! rule of either kind that finds the same thing; only the id differs.

// Clippy knows tests by `#[test]`, not the functions beside them.
#![allow(clippy::unwrap_used)]

use serde_json::Value;
use std::path::PathBuf;
use std::process::{Command, Output};

const BUILT_IN: &str = "rename-column";
// Of the same length, so that no line of a report is broken elsewhere.
const POLICY: &str = "acme/renaming";
const FILE: &str = "db/V2__mail.sql";
const RENAME: &str = "ALTER TABLE users RENAME COLUMN email TO mail;\n";

/// A folder of its own.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        // Outside of any repository.
        let path = std::env::temp_dir().join(format!("lockgate-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        let folder = Self(path);
        folder
            .write("db/V1__users.sql", "CREATE TABLE users (id bigint PRIMARY KEY, email text);\n");
        folder.write(FILE, RENAME);
        folder
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.0.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.0.join(path)).unwrap()
    }

    fn program(&self, program: &str, arguments: &[&str]) -> Output {
        // 2026-11-20: what expires does so against this day.
        let day = ("SOURCE_DATE_EPOCH", "1795132800");
        let mut done = Command::new(program);
        done.args(arguments).current_dir(&self.0).env_remove("CI").env(day.0, day.1);
        let done = done.env("NO_COLOR", "1").output().unwrap();
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(!said.contains("panicked"), "{said}");
        done
    }

    fn lockgate(&self, arguments: &[&str]) -> Output {
        self.program(env!("CARGO_BIN_EXE_lockgate"), arguments)
    }

    /// The exit code and what was said, either way.
    fn said(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let done = self.lockgate(arguments);
        let both = [done.stdout, done.stderr].concat();
        (done.status.code(), String::from_utf8(both).unwrap())
    }

    fn findings(&self) -> Vec<Value> {
        let document = self.lockgate(&["lint", "--format", "json"]).stdout;
        let document: Value = serde_json::from_slice(&document).unwrap();
        document["findings"].as_array().unwrap().clone()
    }

    fn git(&self, arguments: &[&str]) {
        let named = ["-c", "user.name=n", "-c", "user.email=e@example.org"];
        let done = self.program("git", &[&named, arguments].concat());
        assert!(done.status.success(), "{arguments:?}: {done:?}");
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A policy that finds what `rename-column` finds, and says the same of it.
fn policy(like: &Value) -> String {
    let (message, help) = (&like["message"], &like["help"]);
    format!(
        "\
# METADATA
# title: Columns keep their names
# description: A renamed column is gone for the release that is running.
# custom:
#   level: error
#   category: compatibility
#   promise: [readers, writers, rollback]
#   changes: [rename_column]
package policy.acme.renaming

deny contains finding if {{
	some change in input.changes
	change.kind == \"rename_column\"
	finding := {{\"message\": {message}, \"help\": {help}, \"at\": change}}
}}
"
    )
}

/// A case: what stands above the statement, the rule's entry in `rules`, the rest of the config.
#[derive(Clone, Copy)]
struct Case<'a> {
    comment: &'a str,
    rule: &'a str,
    rest: &'a str,
    baseline: bool,
    /// The state, level and line of the finding, and the exit code.
    wanted: (&'a str, u8),
}

const CASE: Case<'static> =
    Case { comment: "", rule: "{}", rest: "", baseline: false, wanted: ("reported error 1", 1) };
const ALLOW: &str = "-- lockgate:allow ID reason=\"nobody reads it\"\n";

const WAIVER: &str = "\
waivers:
- rule: ID
  subject: column:public.users.*
  owner: team-crm
  reason: CRM-812
  until: 2026-11-20
";

const EXPIRED: &str = "\
waivers:
- {rule: ID, path: db/**, owner: team-crm, reason: CRM-812, until: 2026-11-19}
";

const CASES: &[Case<'static>] = &[
    CASE,
    Case { rule: "off", wanted: ("", 0), ..CASE },
    Case { rule: "warning", wanted: ("reported warning 1", 0), ..CASE },
    Case { rule: "{level: note}", wanted: ("reported note 1", 0), ..CASE },
    Case { rule: "warning", rest: "fail-on: warning\n", wanted: ("reported warning 1", 1), ..CASE },
    Case { rest: "fail-on: never\n", wanted: ("reported error 1", 0), ..CASE },
    Case {
        rule: "{mode: warn}",
        rest: "fail-on: warning\n",
        wanted: ("reported warning 1", 0),
        ..CASE
    },
    Case { rule: "{mode: dry-run}", wanted: ("dry-run error 1", 0), ..CASE },
    Case { rest: "promise: offline\n", wanted: ("not-promised error 1", 0), ..CASE },
    Case { comment: ALLOW, wanted: ("allowed error 2", 0), ..CASE },
    Case {
        comment: ALLOW,
        rest: "inline-allow: [note]\n",
        wanted: ("reported error 2", 1),
        ..CASE
    },
    Case { comment: ALLOW, rule: "{allow-inline: false}", wanted: ("reported error 2", 1), ..CASE },
    Case { comment: ALLOW, rest: WAIVER, wanted: ("allowed error 2", 0), ..CASE },
    Case { rest: WAIVER, wanted: ("waived error 1", 0), ..CASE },
    Case { rest: EXPIRED, wanted: ("reported error 1", 1), ..CASE },
    Case { baseline: true, wanted: ("baselined error 1", 0), ..CASE },
    Case { baseline: true, rest: WAIVER, wanted: ("waived error 1", 0), ..CASE },
];

/// What a case comes to for the rule of an id: the exit code and each report, the id replaced.
fn outcome(folder: &Folder, id: &str, case: &Case<'_>) -> (Option<i32>, Vec<Value>, [String; 2]) {
    let other = if id == POLICY { BUILT_IN } else { POLICY };
    let config = format!(
        "dialect: postgres\npolicies: [path: policies]\n\
         rules: {{unbounded-lock-wait: off, {other}: off, ID: {}}}\n{}",
        case.rule, case.rest
    );
    folder.write("lockgate.yaml", &config.replace("ID", id));
    let _ = std::fs::remove_file(folder.0.join("lockgate-baseline.json"));
    folder.write(FILE, RENAME);
    if case.baseline {
        // What a waiver covers need not be in it.
        let wanted = config.replace("ID", id);
        folder.write("lockgate.yaml", wanted.split("waivers:").next().unwrap());
        let (code, said) = folder.said(&["baseline"]);
        assert_eq!(code, Some(0), "{said}");
        assert_eq!(said, "lockgate-baseline.json: 1 finding (1 new, 0 gone)\n");
        folder.write("lockgate.yaml", &wanted);
    }
    folder.write(FILE, &format!("{}{RENAME}", case.comment.replace("ID", id)));
    let (code, _) = folder.said(&["lint"]);
    let findings = folder.findings().into_iter().map(|mut finding| {
        // What follows from the promise is said by the built-in rule alone.
        if finding["state"] == "not-promised" {
            finding["message"] = Value::Null;
        }
        serde_json::from_str(&finding.to_string().replace(id, "ID")).unwrap()
    });
    let texts = ["terminal", "github"]
        .map(|format| folder.said(&["lint", "--format", format]).1.replace(id, "ID"));
    (code, findings.collect(), texts)
}

#[test]
fn the_same_table_holds_for_a_built_in_rule_and_for_a_policy() {
    let folder = Folder::new("table");
    folder.write("lockgate.yaml", "dialect: postgres\n");
    let found = folder.findings();
    let like = found.iter().find(|finding| finding["rule"] == BUILT_IN).unwrap();
    folder.write("policies/acme/renaming.rego", &policy(like));
    for case in CASES {
        let built_in = outcome(&folder, BUILT_IN, case);
        let own = outcome(&folder, POLICY, case);
        let config = folder.read("lockgate.yaml");
        assert_eq!(own, built_in, "{config}");
        let (code, findings, [terminal, github]) = own;
        let found = findings.iter().find(|finding| finding["rule"] == "ID");
        let got = found.map_or_else(String::new, |finding| {
            assert_eq!(finding["subject"], "column:public.users.email");
            assert_eq!(finding["column"], 19);
            let text = |key: &str| finding[key].as_str().unwrap().to_owned();
            format!("{} {} {}", text("state"), text("level"), finding["line"])
        });
        assert_eq!((got.as_str(), code), (case.wanted.0, Some(case.wanted.1.into())), "{config}");
        // Notes are only counted.
        let shown = got.starts_with("reported") && !got.contains("note");
        let line = if case.comment.is_empty() { 1 } else { 2 };
        assert_eq!(terminal.contains("[ID]: `public.users.email` becomes"), shown, "{terminal}");
        assert_eq!(terminal.contains(&format!("[{FILE}:{line}:19]")), shown, "{terminal}");
        assert_eq!(
            github.contains(&format!("file={FILE},line={line},endLine={line},col=19")),
            shown
        );
        assert!(terminal.contains("1 policy loaded"), "{terminal}");
    }
}

#[test]
fn waivers_that_are_over_or_match_nothing_are_findings_at_their_line() {
    let folder = Folder::new("waivers");
    folder.write("lockgate.yaml", &format!("dialect: postgres\n{EXPIRED}").replace("ID", BUILT_IN));
    let (code, said) = folder.said(&["lint"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.contains("warning[expired-waiver]: the waiver of `rename-column` for `db/**`"),
        "{said}"
    );
    assert!(said.contains("[lockgate.yaml:3:10]"), "{said}");
    let unused = WAIVER.replace("users.*", "orders.*").replace("ID", BUILT_IN);
    folder.write("lockgate.yaml", &format!("dialect: postgres\n{unused}"));
    let (_, said) = folder.said(&["lint", "--format", "github"]);
    assert!(
        said.contains(
            "::warning file=lockgate.yaml,line=3,endLine=3,col=9,endColumn=22,title=unused-waiver::"
        ),
        "{said}"
    );
    // A run over some files cannot tell that a subject is found nowhere.
    let (_, said) = folder.said(&["lint", "db"]);
    assert!(!said.contains("unused-waiver"), "{said}");
    let elsewhere =
        EXPIRED.replace("db/**", "db/V1*").replace("11-19", "11-20").replace("ID", BUILT_IN);
    folder.write("lockgate.yaml", &format!("dialect: postgres\n{elsewhere}"));
    let (_, said) = folder.said(&["lint", "db"]);
    assert!(said.contains("unused-waiver"), "{said}");
}

#[test]
fn a_baseline_is_written_on_command_and_never_takes_in_what_is_new() {
    let folder = Folder::new("baseline");
    folder.write("lockgate.yaml", "dialect: postgres\nrules: {unbounded-lock-wait: off}\n");
    let file = "lockgate-baseline.json";
    let ci = Command::new(env!("CARGO_BIN_EXE_lockgate"))
        .arg("baseline")
        .current_dir(&folder.0)
        .env("CI", "true")
        .output()
        .unwrap();
    assert_eq!(ci.status.code(), Some(2));
    assert!(!folder.0.join(file).exists());
    assert_eq!(
        folder.said(&["baseline"]),
        (Some(0), format!("{file}: 1 finding (1 new, 0 gone)\n"))
    );
    assert_eq!(folder.said(&["lint"]).0, Some(0));
    // From another folder the paths are the same.
    let (code, said) = folder.said(&["lint", "--config", "lockgate.yaml", "db"]);
    assert_eq!(code, Some(0), "{said}");
    folder.write("db/V3__more.sql", "ALTER TABLE users RENAME COLUMN mail TO post;\n");
    assert_eq!(folder.said(&["lint"]).0, Some(1), "a new migration");
    assert_eq!(
        folder.said(&["baseline", "--prune"]).1,
        format!("{file}: 1 finding (0 new, 0 gone)\n")
    );
    assert_eq!(folder.said(&["lint"]).0, Some(1));
    std::fs::remove_file(folder.0.join("db/V3__more.sql")).unwrap();
    folder.write(FILE, &format!("{RENAME}SELECT 1;\n"));
    assert_eq!(folder.said(&["lint"]).0, Some(1), "an edited migration");
    folder.write(FILE, &format!("-- why\n{RENAME}"));
    assert_eq!(folder.said(&["lint"]).0, Some(0), "a comment");
    folder.write(FILE, "SELECT 1;\n");
    assert_eq!(
        folder.said(&["baseline", "--prune"]).1,
        format!("{file}: 0 findings (0 new, 1 gone)\n")
    );
    folder.write("lockgate.yaml", "baseline: old.json\n");
    let (code, said) = folder.said(&["lint"]);
    assert_eq!(code, Some(2));
    assert!(said.contains("there is no old.json; `lockgate baseline` writes it"), "{said}");
    folder.write("old.json", "{}");
    assert_eq!(folder.said(&["lint"]).0, Some(2));
}

#[test]
fn policies_come_from_folders_commits_and_flags_or_the_run_fails() {
    let folder = Folder::new("sources");
    let text = policy(&serde_json::json!({"message": "renamed", "help": "keep it"}));
    let config = |policies: &str| {
        folder.write("lockgate.yaml", &format!("dialect: postgres\npolicies: [{policies}]\n"));
    };
    let says = |arguments: &[&str], wanted: &str| {
        let (code, said) = folder.said(arguments);
        assert_eq!(code, Some(2), "{said}");
        let said = said.replace('│', " ");
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains(wanted), "{said}");
    };
    config("path: policies");
    says(&["lint"], "not found");
    folder.write("policies/README.md", "");
    says(&["lint"], "`policies` holds no policy: no file of it is a `.rego` ╭─[lockgate.yaml:2:");
    folder.write("policies/acme/renaming.rego", &text);
    let ids = |arguments: &[&str]| {
        let (_, said) = folder.said(arguments);
        said.matches("[acme/renaming]").count()
    };
    assert_eq!(ids(&["lint"]), 1);
    assert!(folder.said(&["rules"]).1.contains("\n  acme/renaming "));
    assert!(
        folder.said(&["explain", POLICY]).1.starts_with("acme/renaming: error, compatibility\n")
    );
    says(&["explain", "acme/renamin"], "did you mean `acme/renaming`?");
    says(&["lint", "--policy", "policies"], "is `acme/renaming` too: keep one of them");
    config("pack: privcy");
    says(&["lint"], "there is no pack `privcy`; did you mean `privacy`?");
    config("");
    assert_eq!(ids(&["lint"]), 0);
    assert_eq!(ids(&["lint", "--policy", "policies/acme"]), 1);
    assert_eq!(ids(&["lint", "--policy", "policies/acme/renaming.rego", "--no-config"]), 1);
    // A pull request cannot edit what is read from the base.
    folder.git(&["init", "-q", "-b", "main"]);
    folder.git(&["add", "-A"]);
    folder.git(&["commit", "-q", "-m", "policies"]);
    std::fs::remove_dir_all(folder.0.join("policies")).unwrap();
    config("{git: main, path: policies}");
    assert_eq!(ids(&["lint", "--all"]), 1);
    config("{git: mian, path: policies}");
    says(&["lint"], "there is no commit `mian` here");
    config("{git: main, path: policy}");
    says(&["lint"], "main:policy: not found");
}

/// An organisation's policies in a repository of their own, with the tag `v1`.
fn organisation(text: &str) -> Folder {
    let folder = Folder::new("organisation");
    folder.write("acme/renaming.rego", text);
    folder.write("acme/renaming_test.rego", "package policy.acme.renaming_test\n");
    folder.write("README.md", "ours\n");
    folder.git(&["init", "-q", "-b", "main"]);
    folder.git(&["add", "-A"]);
    folder.git(&["commit", "-q", "-m", "policies"]);
    folder.git(&["tag", "v1"]);
    folder
}

#[test]
fn policies_of_an_organisation_are_copied_on_command_and_checked_by_their_digests() {
    let text = policy(&serde_json::json!({"message": "renamed", "help": "keep it"}));
    let theirs = organisation(&text);
    let ours = Folder::new("vendor");
    let source = format!("git+file://{}@v1", theirs.0.display());
    ours.write("lockgate.yaml", &format!("dialect: postgres\nextends: [\"{source}\"]\n"));
    let says = |arguments: &[&str], wanted: &str| {
        let (code, said) = ours.said(arguments);
        assert_eq!(code, Some(2), "{said}");
        let said = said.replace('│', " ");
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains(wanted), "{said}");
    };
    says(&["lint"], "`lockgate policy vendor` makes the copies and the lock file anew");
    let (code, said) = ours.said(&["policy", "vendor"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains(": 1 file of "), "{said}");
    let name = theirs.0.strip_prefix("/").unwrap().to_string_lossy().replace('/', "-");
    let folder = format!(".lockgate/policies/{name}");
    let copy = format!("{folder}/acme/renaming.rego");
    assert_eq!(ours.read(&copy), text);
    let lock = ours.read("policies.lock");
    assert!(lock.contains(&source) && lock.contains("\"acme/renaming.rego\": \""), "{lock}");

    // The network is not used any more.
    drop(theirs);
    let found = || ours.said(&["lint"]).1.contains("error[acme/renaming]");
    assert!(found());
    ours.write(&copy, &text.replace("deny", "warn"));
    says(&["lint"], "is not the file that was locked (policies.lock, ");
    says(&["policy", "vendor"], "git says:");
    ours.write(&copy, &text);
    ours.write(&format!("{folder}/more.rego"), "");
    says(&["lint"], "more.rego: is not in the lock file");
    std::fs::remove_file(ours.0.join(format!("{folder}/more.rego"))).unwrap();
    assert!(found());
    std::fs::remove_file(ours.0.join(&copy)).unwrap();
    says(&["lint"], "cannot be read: not found (policies.lock, ");

    // Anew: what is gone there goes here.
    let theirs = organisation(&text.replace("renamed", "another name"));
    ours.write(&format!("{folder}/old.rego"), "");
    assert_eq!(ours.said(&["policy", "vendor"]).0, Some(0));
    assert!(ours.said(&["lint"]).1.contains("error[acme/renaming]: another name"));
    assert!(!ours.0.join(format!("{folder}/old.rego")).exists());
    let other = ours.read("lockgate.yaml").replace("@v1", "@v2");
    ours.write("lockgate.yaml", &other);
    says(&["lint"], "policies.lock does not have `git+file://");
    says(&["policy", "vendor"], "git says:");
    drop(theirs);
}
