//! `lockgate:retired` in real repositories: what git and the code prove, and what they do not.

// Clippy knows tests by `#[test]`, not the functions beside them.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const MARKER: &str = "-- lockgate:retired column orders.total\n";
const DROP: &str = "ALTER TABLE orders DROP COLUMN total;\n";

/// A repository in a folder of its own, with a table on `main`.
struct Repository {
    root: PathBuf,
    commits: u32,
}

impl Repository {
    fn new(name: &str) -> Self {
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("retired-{name}"));
        let _ = fs::remove_dir_all(&root);
        fs::create_dir_all(root.join("db")).unwrap();
        fs::create_dir_all(root.join("app")).unwrap();
        let mut repository = Self { root, commits: 0 };
        repository.write("lockgate.yaml", "paths: [db]\ncode: [\"app/**/*.rb\"]\n");
        repository.write("app/order.rb", "order.price\n");
        repository
            .write("db/V1__orders.sql", "CREATE TABLE orders (id int PRIMARY KEY, total int);");
        repository
    }

    /// The same, under git.
    fn under_git(name: &str) -> Self {
        let mut repository = Self::new(name);
        repository.git(&["init", "-q", "-b", "main"]);
        repository.commit();
        repository
    }

    fn write(&mut self, path: &str, text: &str) {
        fs::write(self.root.join(path), text).unwrap();
    }

    /// Runs git as nobody in particular, each commit a day after the last from 2026-10-01 on.
    fn git(&self, arguments: &[&str]) {
        let date = format!("2026-10-{:02}T12:00:00Z", self.commits + 1);
        let status = Command::new("git")
            .args(arguments)
            .current_dir(&self.root)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .envs([("GIT_AUTHOR_NAME", "a"), ("GIT_AUTHOR_EMAIL", "a@example.org")])
            .envs([("GIT_COMMITTER_NAME", "a"), ("GIT_COMMITTER_EMAIL", "a@example.org")])
            .envs([("GIT_AUTHOR_DATE", &date), ("GIT_COMMITTER_DATE", &date)])
            .status()
            .unwrap();
        assert!(status.success(), "git {arguments:?}");
    }

    fn commit(&mut self) {
        self.git(&["add", "."]);
        self.git(&["commit", "-q", "-m", "x"]);
        self.commits += 1;
    }

    /// The exit code, and the state of the drop with its reason or help.
    fn lint_in(&self, folder: &str) -> (i32, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_lockgate"))
            .args(["lint", "--all", "--format", "json"])
            .current_dir(self.root.join(folder))
            // 2026-11-20.
            .env("SOURCE_DATE_EPOCH", "1795132800")
            // The folder lies in the checkout of lockgate itself.
            .env("GIT_CEILING_DIRECTORIES", env!("CARGO_TARGET_TMPDIR"))
            .output()
            .unwrap();
        let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        // That nobody bounds the wait for its lock is another matter.
        let findings = document["findings"].as_array().unwrap().iter();
        let drops: Vec<_> = findings.filter(|it| it["rule"] != "unbounded-lock-wait").collect();
        let [drop] = drops.as_slice() else { panic!("{document:#}") };
        assert_eq!(drop["rule"], "drop-column");
        let text = |key: &str| drop[key].as_str().map(str::to_owned);
        let why = text("reason").or(text("help")).unwrap();
        (output.status.code().unwrap(), format!("{}: {why}", text("state").unwrap()))
    }

    fn lint(&self) -> (i32, String) {
        self.lint_in(".")
    }
}

fn missing(what: &str) -> (i32, String) {
    (1, format!("reported: `public.orders.total` was retired in V2, but {what}"))
}

#[test]
fn a_retirement_proves_itself_step_by_step() {
    let mut repository = Repository::under_git("steps");
    repository.git(&["checkout", "-q", "-b", "retire"]);
    repository.write("db/V2__retire.sql", MARKER);
    repository.write("db/V3__drop.sql", DROP);
    assert_eq!(repository.lint(), missing("that is not on `main` yet"));
    fs::remove_file(repository.root.join("db/V3__drop.sql")).unwrap();
    repository.commit();
    repository.git(&["tag", "v0.9"]);

    // The merge into `main` is what counts, not the commit on the branch and its tag.
    repository.git(&["checkout", "-q", "main"]);
    repository.write("app/other.rb", "");
    repository.commit();
    repository.git(&["merge", "-q", "--no-ff", "-m", "x", "retire"]);
    repository.commits += 1;
    repository.git(&["checkout", "-q", "-b", "drop"]);
    repository.write("db/V3__drop.sql", DROP);
    repository.write("app/order.rb", "x\norder.TOTAL\n");
    repository.commit();
    assert_eq!(
        repository.lint(),
        missing(
            "V2 is in no release tag (`release-tags: v*`); and `total` is still in app/order.rb:2"
        )
    );
    repository.write("app/order.rb", "order.price\n");
    repository.git(&["tag", "nightly", "main"]);
    assert_eq!(repository.lint(), missing("V2 is in no release tag (`release-tags: v*`)"));
    repository.git(&["tag", "v1.0", "main"]);
    let proven = "allowed: retired in V2: on `main`, released in v1.0, and `total` is in none of 2 \
                  files of `code`, nor in those of v1.0";
    assert_eq!(repository.lint(), (0, proven.to_owned()));
    assert_eq!(repository.lint_in("db"), (0, proven.to_owned()));
}

#[test]
fn days_on_the_base_branch_are_counted_from_the_merge() {
    let mut repository = Repository::under_git("days");
    repository.write("db/V2__retire.sql", MARKER);
    repository.commit();
    repository.write("db/V3__drop.sql", DROP);
    let config = |days| format!("paths: [db]\ncode: app\nbase: main\nretired-days: {days}\n");
    repository.write("lockgate.yaml", &config(50));
    assert_eq!(
        repository.lint(),
        missing(
            "V2 is in no release tag (`release-tags: v*`), and on `main` only since 2026-10-02 \
             (`retired-days: 50`)"
        )
    );
    repository.write("lockgate.yaml", &config(49));
    let proven = "allowed: retired in V2: on `main` since 2026-10-02, and `total` is in none of 1 \
                  files of `code`, nor in those of ";
    let (code, said) = repository.lint();
    assert!(code == 0 && said.starts_with(proven), "{said}");
}

/// Whoever drops the column together with the last use of it breaks the release that runs.
#[test]
fn the_release_that_retired_it_no_longer_names_it() {
    let mut repository = Repository::under_git("release");
    repository.write("app/order [1].rb", "subtotal\n\norder.total\n");
    repository.write("db/V2__retire.sql", MARKER);
    repository.commit();
    repository.git(&["tag", "v1.0"]);
    repository.write("app/order [1].rb", "\n");
    repository.write("db/V3__drop.sql", DROP);
    let still = missing("`total` is still in app/order [1].rb:3 of v1.0");
    assert_eq!(repository.lint(), still);
    assert_eq!(repository.lint_in("app"), still);
    repository.write("lockgate.yaml", "paths: [db]\ncode: [\"app/order [1].rb\"]\n");
    assert_eq!(repository.lint(), still);
    // The newest release is the one that runs.
    repository.commit();
    repository.git(&["tag", "v1.1"]);
    assert_eq!(repository.lint().0, 0);
}

#[test]
fn what_git_cannot_tell_is_not_proven() {
    let mut repository = Repository::new("bare");
    repository.write("db/V2__retire.sql", MARKER);
    repository.write("db/V3__drop.sql", DROP);
    repository.write("lockgate.yaml", "paths: [db]\ncode: app\n");
    let (code, said) = repository.lint();
    let expected = missing("git says: not a git repository").1;
    assert!(code == 1 && said.starts_with(&expected), "{said}");

    repository.git(&["init", "-q", "-b", "trunk"]);
    repository.commit();
    assert_eq!(
        repository.lint(),
        missing("the base branch is not known: name it with `base` in lockgate.yaml")
    );
    for (base, said) in [
        ("nowhere", "there is no branch `nowhere` here"),
        ("--output=x", "`--output=x` is no name of a branch or tag"),
    ] {
        repository.write("lockgate.yaml", &format!("paths: [db]\ncode: app\nbase: {base}\n"));
        assert_eq!(repository.lint(), missing(said));
    }
    repository.write("lockgate.yaml", "paths: [db]\nbase: trunk\ncode: [app, lib]\n");
    repository.git(&["tag", "v1"]);
    assert_eq!(repository.lint(), missing("`lib` of `code` in lockgate.yaml matches no file"));
    repository.write("lockgate.yaml", "paths: [db]\nbase: trunk\ncode: app\n");
    assert_eq!(repository.lint().0, 0);

    let clone = Repository::new("shallow");
    let from = format!("file://{}", repository.root.display());
    fs::remove_dir_all(&clone.root).unwrap();
    repository.git(&["clone", "-q", "--depth", "1", &from, clone.root.to_str().unwrap()]);
    fs::copy(repository.root.join("lockgate.yaml"), clone.root.join("lockgate.yaml")).unwrap();
    let said = "this clone is shallow: fetch the whole history, in GitHub Actions with \
                `fetch-depth: 0`";
    assert_eq!(clone.lint(), missing(said).clone());
}
