//! The GitHub action: its steps run here, as a runner would run them, on a scratch repository whose
//! file names try to be commands.

// Clippy knows tests by `#[test]`, not the functions beside them.
#![allow(clippy::unwrap_used)]

#[path = "action/runner.rs"]
mod runner;

use runner::{Ran, Runner};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

const BAD: &str = "CREATE INDEX t1_a ON t1 (a);\n";

/// A name that is a command to a careless shell, and one that is a command to a careless log.
const HOSTILE: [&str; 3] = [
    "V41__$(touch pwned) `touch pwned` \"; touch pwned; \" 'x'.sql",
    "V42__a\n::set-output name=x::y.sql",
    "V43__-x --fail-on=never ; touch pwned.sql",
];

/// A folder for one test.
struct Scratch(PathBuf);

impl Scratch {
    /// A repository whose branch adds `files`.
    fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("action {name}"));
        let _ = std::fs::remove_dir_all(&folder);
        let it = Self(folder);
        it.write(
            "work/db/migration/V1__t1.sql",
            "CREATE TABLE t1 (id bigint PRIMARY KEY, a int);\n",
        );
        it.write("temp/.keep", "");
        it.git(&["init", "-q", "-b", "main"]);
        it.commit();
        it.git(&["switch", "-q", "-c", "feature"]);
        for (path, text) in files {
            it.write(&format!("work/{path}"), text);
        }
        it.commit();
        it
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.0.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn program(&self, path: &str, text: &str) {
        self.write(path, text);
        let path = self.0.join(path);
        assert!(Command::new("chmod").arg("+x").arg(path).status().unwrap().success());
    }

    fn git(&self, arguments: &[&str]) {
        let named = ["-c", "user.name=n", "-c", "user.email=e@example.org"];
        let mut git = Command::new("git");
        let done = git.arg("-C").arg(self.0.join("work")).args(named).args(arguments).output();
        assert!(done.unwrap().status.success(), "{arguments:?}");
    }

    fn commit(&self) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "--allow-empty", "-m", "a change"]);
    }

    fn path(&self, path: &str) -> String {
        self.0.join(path).to_str().unwrap().to_owned()
    }

    /// A runner with this test's program, unless the inputs say otherwise.
    fn runner(&self, inputs: &[(&str, &str)]) -> Runner {
        let mut all = map(&[("binary", env!("CARGO_BIN_EXE_lockgate"))]);
        all.extend(map(inputs));
        Runner {
            workspace: self.0.join("work"),
            temp: self.0.join("temp"),
            inputs: all,
            github: BTreeMap::new(),
            variables: BTreeMap::new(),
        }
    }

    fn run(&self, inputs: &[(&str, &str)]) -> Ran {
        self.runner(inputs).run(&action())
    }
}

fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn action() -> Value {
    let text = std::fs::read_to_string("action.yml").unwrap();
    serde_saphyr::from_str(&text).unwrap()
}

fn output<'a>(ran: &'a Ran, name: &str) -> &'a str {
    &ran.outputs[name]
}

/// The annotations of a log.
fn commands(log: &str) -> Vec<&str> {
    log.split('\n').filter(|line| line.starts_with("::")).collect()
}

#[test]
fn hostile_file_names_are_only_names() {
    let files = HOSTILE.map(|name| (format!("db/migration/{name}"), BAD.replace("t1_a", "i")));
    let files: Vec<(&str, &str)> =
        files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let scratch = Scratch::new("hostile", &files);
    for inputs in [&[][..], &[("paths", "db/migration\n"), ("base", "main")]] {
        let ran = scratch.run(inputs);
        assert_eq!((ran.code, output(&ran, "verdict")), (1, "fail"), "{}", ran.log);
        let commands = commands(&ran.log);
        let known = |line: &&&str| line.starts_with("::error ") || line.starts_with("::warning ");
        assert_eq!(commands.iter().filter(known).count(), commands.len(), "{commands:?}");
        assert!(commands.iter().any(|line| line.contains("file=db/migration/V41__$(touch pwned)")));
        assert!(commands.iter().any(|line| line.contains("V42__a%0A%3A%3Aset-output name=x")));
        assert!(ran.summary.starts_with("### lockgate: FAIL"), "{}", ran.summary);
        assert!(!scratch.0.join("work/pwned").exists());
        let sarif: Value =
            serde_json::from_slice(&std::fs::read(output(&ran, "sarif-file")).unwrap()).unwrap();
        let json: Value =
            serde_json::from_slice(&std::fs::read(output(&ran, "json-file")).unwrap()).unwrap();
        let levels = |level: &str| {
            let findings = json["findings"].as_array().unwrap();
            findings.iter().filter(|it| it["level"] == level).count().to_string()
        };
        assert!(!sarif["runs"][0]["results"].as_array().unwrap().is_empty());
        assert_eq!(output(&ran, "errors"), levels("error"));
        assert_eq!(output(&ran, "warnings"), levels("warning"));
    }
}

#[test]
fn inputs_are_arguments_and_nothing_else() {
    let scratch = Scratch::new("inputs", &[("db/migration/V2__bad.sql", BAD)]);
    let hostile = "$(touch pwned)`touch pwned`'\"; touch pwned #";
    for name in ["paths", "config", "scope", "base", "fail-on", "args", "version", "binary"] {
        let ran = scratch.run(&[(name, hostile)]);
        let wanted = if name == "version" { 1 } else { 2 };
        // With a program given the version says nothing.
        assert!(ran.code == wanted || (name == "paths" && ran.code == 3), "{name}: {}", ran.log);
        assert!(!scratch.0.join("work/pwned").exists(), "{name}");
    }
    let ran = scratch.run(&[("binary", "true")]);
    assert_eq!((ran.code, output(&ran, "verdict")), (2, "error"), "{}", ran.log);
    let ran =
        scratch.run(&[("fail-on", "never"), ("args", "--promise\noffline"), ("summary", "no")]);
    assert_eq!((ran.code, output(&ran, "verdict")), (0, "pass"), "{}", ran.log);
    assert_eq!(ran.summary, "");
}

#[test]
fn the_scope_is_what_the_change_adds() {
    let scratch = Scratch::new("scope", &[("README.md", "no migration\n")]);
    scratch.write("work/db/migration/V1__t1.sql", "CREATE TABLE t1 (a int);\n");
    scratch.git(&["switch", "-q", "main"]);
    scratch.commit();
    scratch.git(&["switch", "-q", "feature"]);
    scratch.git(&["merge", "-q", "main"]);
    let ran = scratch.run(&[]);
    assert_eq!((ran.code, output(&ran, "errors")), (0, "0"), "{}", ran.log);
    let ran = scratch.run(&[("scope", "all")]);
    assert_eq!((ran.code, output(&ran, "verdict")), (1, "fail"), "{}", ran.log);
    // Paths that are named: the base is that of the event.
    let mut runner = scratch.runner(&[("paths", "db/migration")]);
    assert_eq!(runner.run(&action()).code, 1);
    runner.github = map(&[("base_ref", "main")]);
    assert_eq!(runner.run(&action()).code, 0);
    runner.github = map(&[("event.before", "0000000000000000000000000000000000000000")]);
    assert_eq!(runner.run(&action()).code, 1);
}

#[test]
fn a_checkout_of_a_pull_request_is_enough() {
    let scratch = Scratch::new("checkout", &[("db/migration/V2__bad.sql", BAD)]);
    scratch.git(&["switch", "-q", "main"]);
    scratch.write("work/db/migration/V1_1__loose.sql", "CREATE TABLE loose (a int);\n");
    scratch.commit();
    scratch.git(&["switch", "-q", "--detach"]);
    scratch.git(&["merge", "-q", "--no-edit", "feature"]);
    scratch.git(&["update-ref", "refs/pull/17/merge", "HEAD"]);
    scratch.git(&["switch", "-q", "feature"]);
    // What actions/checkout does, with `fetch-depth: 0` and without.
    let pull = "+refs/pull/17/merge:refs/remotes/pull/17/merge";
    for (name, fetch) in [
        ("whole", &["fetch", "-q", "origin", "+refs/heads/*:refs/remotes/origin/*", pull][..]),
        ("shallow", &["fetch", "-q", "--no-tags", "--depth=1", "origin", pull][..]),
    ] {
        let folder = scratch.0.join(name);
        let url = format!("file://{}", scratch.path("work"));
        for arguments in [
            &["init", "-q", "-b", "main"][..],
            &["remote", "add", "origin", &url],
            fetch,
            &["checkout", "-q", "--force", "refs/remotes/pull/17/merge"],
        ] {
            std::fs::create_dir_all(&folder).unwrap();
            let mut git = Command::new("git");
            assert!(git.arg("-C").arg(&folder).args(arguments).status().unwrap().success());
        }
        let mut runner = scratch.runner(&[]);
        runner.workspace = folder;
        runner.github = map(&[("base_ref", "main")]);
        runner.variables =
            map(&[("GITHUB_BASE_REF", "main"), ("GITHUB_EVENT_NAME", "pull_request")]);
        let ran = runner.run(&action());
        if name == "whole" {
            assert_eq!((ran.code, output(&ran, "errors")), (1, "1"), "{}", ran.log);
        } else {
            assert_eq!((ran.code, output(&ran, "verdict")), (2, "error"), "{}", ran.log);
            assert!(commands(&ran.log)[0].contains("`fetch-depth: 0`"), "{}", ran.log);
        }
    }
}

#[test]
fn nothing_to_check_is_no_pass() {
    let scratch = Scratch::new("empty", &[("docs/page.md", "text\n")]);
    let ran = scratch.run(&[("paths", "docs")]);
    assert_eq!((ran.code, output(&ran, "verdict")), (3, "empty"), "{}", ran.log);
}

/// A mirror with an archive of a program, and a table that knows it.
fn mirror(scratch: &Scratch, sum: Option<&str>) -> Runner {
    let archive = "lockgate-v9.8.7-x86_64-unknown-linux-musl.tar.gz";
    let program = env!("CARGO_BIN_EXE_lockgate");
    scratch.program("mirror/lockgate", &format!("#!/usr/bin/env bash\nexec {program} \"$@\"\n"));
    let mut tar = Command::new("tar");
    tar.arg("-czf").arg(scratch.0.join("mirror").join(archive));
    assert!(
        tar.arg("-C").arg(scratch.0.join("mirror")).arg("lockgate").status().unwrap().success()
    );
    let made =
        Command::new("sha256sum").arg(scratch.0.join("mirror").join(archive)).output().unwrap();
    let made = String::from_utf8(made.stdout).unwrap();
    let sum = sum.unwrap_or_else(|| made.split(' ').next().unwrap());
    let lines = format!(
        "# version target sum\n9.8.6 x86_64-unknown-linux-musl {sum}\n\
         9.8.7 x86_64-unknown-linux-musl {sum}\n9.8.7 aarch64-apple-darwin 00\n"
    );
    scratch.write("versions", &lines);
    let address = format!("file://{}/", scratch.path("mirror").replace(' ', "%20"));
    let mut runner = scratch.runner(&[("binary", ""), ("mirror", &address)]);
    runner.variables = map(&[("LOCKGATE_VERSIONS", &scratch.path("versions"))]);
    runner
}

#[test]
fn a_download_counts_with_the_right_checksum_only() {
    let scratch = Scratch::new("download", &[("db/migration/V2__bad.sql", BAD)]);
    let mut runner = mirror(&scratch, None);
    let ran = runner.run(&action());
    assert_eq!((ran.code, output(&ran, "errors")), (1, "1"), "{}", ran.log);
    assert!(ran.log.contains(&format!("lockgate {}\n", env!("CARGO_PKG_VERSION"))), "{}", ran.log);
    // Again: out of the cache, which nobody trusts.
    std::fs::remove_dir_all(scratch.0.join("mirror")).unwrap();
    assert_eq!(runner.run(&action()).code, 1);
    let cached = "temp/lockgate-archive/lockgate-v9.8.7-x86_64-unknown-linux-musl.tar.gz";
    scratch.write(cached, "something else");
    let ran = runner.run(&action());
    assert_eq!((ran.code, output(&ran, "verdict")), (2, ""), "{}", ran.log);
    assert!(ran.log.contains("has the checksum"), "{}", ran.log);
    assert!(!scratch.0.join(cached).exists());
    // Gone from the mirror too.
    let ran = runner.run(&action());
    assert!(ran.code == 2 && ran.log.contains("cannot be downloaded"), "{}", ran.log);
    runner.inputs.insert("mirror".to_owned(), "http://127.0.0.1:9/".to_owned());
    let ran = runner.run(&action());
    assert!(ran.code == 2 && ran.log.contains("not supported"), "{}", ran.log);
}

#[test]
fn another_archive_than_the_table_says_is_refused() {
    let scratch = Scratch::new("checksum", &[("db/migration/V2__bad.sql", BAD)]);
    let ran = mirror(&scratch, Some("ab12")).run(&action());
    assert!(ran.code == 2 && ran.log.contains("and not ab12"), "{}", ran.log);
}

#[test]
fn a_version_that_is_not_in_the_table_is_refused() {
    let scratch = Scratch::new("version", &[]);
    let mut runner = mirror(&scratch, None);
    for version in ["latest", "9.8", "9.8.8", "*", "9.8.7\n::error::x"] {
        runner.inputs.insert("version".to_owned(), version.to_owned());
        let ran = runner.run(&action());
        assert!(ran.code == 2 && ran.log.contains("it knows 9.8.7"), "{version}: {}", ran.log);
        assert_eq!(commands(&ran.log).len(), 1, "{}", ran.log);
    }
    // The table of this commit: no release yet.
    runner.inputs.insert("version".to_owned(), String::new());
    runner.variables.clear();
    let ran = runner.run(&action());
    let table = std::fs::read_to_string("support/action/versions").unwrap();
    if table.split('\n').all(|line| line.is_empty() || line.starts_with('#')) {
        assert!(ran.code == 2 && ran.log.contains("knows no release"), "{}", ran.log);
    }
}

/// A `gh` that writes down what it is asked, and answers the first question with `ids`.
fn with_gh(scratch: &Scratch, ids: &str, code: i32) -> Runner {
    let said = scratch.path("gh.log");
    let _ = std::fs::remove_file(&said);
    scratch.program(
        "bin/gh",
        "#!/usr/bin/env bash\nprintf '%s\\n' \"$@\" >>\"$GH_SAID\"\n\
         [[ $2 != --paginate ]] || printf '%s' \"$GH_IDS\"\nexit \"$GH_CODE\"\n",
    );
    let mut runner = scratch.runner(&[("comment", "true")]);
    runner.github = map(&[
        ("token", "t0ken"),
        ("base_ref", "main"),
        ("event.pull_request.number", "17"),
        ("event.pull_request.head.repo.full_name", "shop/shop"),
    ]);
    let path = format!("{}:{}", scratch.path("bin"), std::env::var("PATH").unwrap());
    runner.variables = map(&[
        ("PATH", &path),
        ("GH_SAID", &said),
        ("GH_IDS", ids),
        ("GH_CODE", &code.to_string()),
        ("GITHUB_REPOSITORY", "shop/shop"),
    ]);
    runner
}

#[test]
fn one_comment_is_kept_up_to_date() {
    let scratch = Scratch::new("comment", &[("db/migration/V2__bad.sql", BAD)]);
    let asked = || std::fs::read_to_string(scratch.path("gh.log")).unwrap_or_default();
    // The first is written, and begins with the mark that finds it again.
    let ran = with_gh(&scratch, "", 0).run(&action());
    assert_eq!(ran.code, 1, "{}", ran.log);
    assert!(asked().contains("POST\nrepos/shop/shop/issues/17/comments\n"), "{}", asked());
    assert!(asked().contains("startswith(\"<!-- lockgate: lockgate -->\")"), "{}", asked());
    let body = std::fs::read_to_string(scratch.path("temp/lockgate-comment.md")).unwrap();
    assert!(body.starts_with("<!-- lockgate: lockgate -->\n### lockgate: FAIL"), "{body}");
    assert!(!ran.log.contains("t0ken"));
    // Another run edits it.
    let ran = with_gh(&scratch, "4711\n4712", 0).run(&action());
    assert_eq!(ran.code, 1, "{}", ran.log);
    assert!(asked().contains("PATCH\nrepos/shop/shop/issues/comments/4711\n"), "{}", asked());
    assert!(!asked().contains("POST"), "{}", asked());
    // A token that may only read is no failure of its own.
    let ran = with_gh(&scratch, "", 1).run(&action());
    assert_eq!(ran.code, 1);
    assert!(ran.log.contains("::notice title=lockgate::no comment was written"), "{}", ran.log);
    // A fork: nothing at all.
    let mut runner = with_gh(&scratch, "", 0);
    runner
        .github
        .insert("event.pull_request.head.repo.full_name".to_owned(), "someone/shop".to_owned());
    let ran = runner.run(&action());
    assert_eq!((ran.code, asked().as_str()), (1, ""), "{}", ran.log);
    // Nobody asked.
    let mut runner = with_gh(&scratch, "", 0);
    runner.inputs.remove("comment");
    assert_eq!((runner.run(&action()).code, asked().as_str()), (1, ""));
}

#[test]
fn a_comment_comes_with_a_finding_and_is_cleared_without() {
    let scratch = Scratch::new("quiet", &[("README.md", "text\n")]);
    let asked = || std::fs::read_to_string(scratch.path("gh.log")).unwrap_or_default();
    assert_eq!(with_gh(&scratch, "", 0).run(&action()).code, 0);
    assert!(!asked().contains("POST"), "{}", asked());
    assert_eq!(with_gh(&scratch, "4711", 0).run(&action()).code, 0);
    assert!(asked().contains("PATCH"), "{}", asked());
}

#[test]
fn nothing_is_pasted_into_a_script_and_foreign_actions_are_pinned() {
    let action = action();
    for step in action["runs"]["steps"].as_array().unwrap() {
        if let Some(uses) = step["uses"].as_str() {
            let (_, commit) = uses.split_once('@').unwrap();
            assert!(
                commit.len() == 40 && commit.bytes().all(|it| it.is_ascii_hexdigit()),
                "{uses}"
            );
        }
        assert!(!step["run"].as_str().unwrap_or("").contains("${{"), "{step}");
    }
    let scripts = std::fs::read_dir("support/action").unwrap();
    for script in scripts.map(|it| it.unwrap().path()).filter(|it| it.extension().is_some()) {
        let text = std::fs::read_to_string(&script).unwrap();
        assert!(!text.contains("${{") && !text.contains("eval "), "{}", script.display());
        // Bash 3.2, the one of macOS, has none of these.
        assert!(!text.contains("mapfile") && !text.contains("declare -A"), "{}", script.display());
    }
}
