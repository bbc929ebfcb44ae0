//! What a branch changes: only that is judged, and the history is context.

// Clippy knows tests by `#[test]`, not the functions beside them.
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A scratch repository.
struct Repository(PathBuf);

impl Repository {
    fn new(name: &str) -> Self {
        let folder =
            std::env::temp_dir().join(format!("lockgate-against-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        let it = Self(folder);
        it.git(&["init", "-q", "-b", "main"]);
        it
    }

    /// 40 merged migrations with findings of their own, and a branch beside them.
    fn forty(name: &str) -> Self {
        let it = Self::new(name);
        for number in 1..=40 {
            let text = format!(
                "-- the table of the month\nCREATE TABLE t{number} (id bigint PRIMARY KEY, a int);\n\
                 CREATE TABLE loose{number} (a int);\n"
            );
            it.write(&format!("db/migration/V{number}__t{number}.sql"), &text);
        }
        it.write("README.md", "a shop\n");
        it.commit();
        it.git(&["switch", "-q", "-c", "feature"]);
        it
    }

    fn git(&self, arguments: &[&str]) {
        let named = ["-c", "user.name=n", "-c", "user.email=e@example.org"];
        let done = Command::new("git").arg("-C").arg(&self.0).args(named).args(arguments).output();
        let done = done.unwrap();
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(done.status.success(), "{arguments:?}: {said}");
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.0.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn commit(&self) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", "a change"]);
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut program = Command::new(env!("CARGO_BIN_EXE_lockgate"));
        program.current_dir(&self.0).args(arguments).env("NO_COLOR", "1");
        for name in ["GITHUB_BASE_REF", "GITHUB_EVENT_NAME", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME"]
        {
            program.env_remove(name);
        }
        program.output().unwrap()
    }

    /// The findings as `file:line:column: level[rule]`, and the exit code.
    fn lint(&self, arguments: &[&str]) -> (Vec<String>, Option<i32>) {
        let output = self.run(&[&["lint", "--format", "concise"], arguments].concat());
        let text = String::from_utf8(output.stdout).unwrap();
        let lines = text.split('\n').filter_map(|line| line.split_once("] "));
        (lines.map(|(head, _)| format!("{head}]")).collect(), output.status.code())
    }
}

impl Drop for Repository {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

const BAD: &str = "CREATE INDEX t1_a ON t1 (a);\n";
const GOOD: &str = "SET lock_timeout = '2s';\nALTER TABLE t2 ADD COLUMN note text;\n";

fn with_a_bad_a_good_and_an_edit(name: &str) -> Repository {
    let repository = Repository::forty(name);
    repository.write("db/migration/V41__bad.sql", BAD);
    repository.write("db/migration/V42__good.sql", GOOD);
    repository.write(
        "db/migration/V3__t3.sql",
        "-- the table of the month\nCREATE TABLE t3 (id bigint PRIMARY KEY, a bigint);\n\
         CREATE TABLE loose3 (a int);\n",
    );
    repository.commit();
    repository
}

const WANTED: [&str; 2] = [
    "db/migration/V3__t3.sql:2:1: error[edited-after-merge]",
    "db/migration/V41__bad.sql:1:1: error[index-not-concurrent]",
];

fn errors((lines, code): (Vec<String>, Option<i32>)) -> (Vec<String>, Option<i32>) {
    (lines.into_iter().filter(|line| line.contains("error[")).collect(), code)
}

#[test]
fn a_branch_is_judged_by_what_it_changes() {
    let repository = with_a_bad_a_good_and_an_edit("branch");
    let wanted = (WANTED.map(str::to_owned).to_vec(), Some(1));
    assert_eq!(errors(repository.lint(&["--against", "main"])), wanted);
    // What is not said is found: the base branch.
    assert_eq!(errors(repository.lint(&[])), wanted);
    let all = errors(repository.lint(&["--all"])).0;
    assert_eq!(all.iter().filter(|line| line.contains("missing-primary-key")).count(), 40);
}

#[test]
fn a_branch_without_migrations_passes() {
    let repository = Repository::forty("unrelated");
    repository.write("README.md", "a bigger shop\n");
    repository.commit();
    assert_eq!(repository.lint(&["--against", "main"]), (Vec::new(), Some(0)));
    let output = repository.run(&["lint"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.contains("judged 0 new or edited migrations beside `main`; 40 others are on it"),
        "{text}"
    );
}

#[test]
fn a_shallow_clone_is_judged_where_it_holds_the_base_and_refused_where_not() {
    let repository = with_a_bad_a_good_and_an_edit("origin");
    repository.git(&["switch", "-q", "main"]);
    let clone = |depth: &str, name: &str| {
        let folder = std::env::temp_dir().join(format!("lockgate-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        let from = format!("file://{}", repository.0.display());
        let done = Command::new("git")
            .args(["clone", "-q", depth, "--branch", "feature", &from])
            .arg(&folder)
            .status();
        assert!(done.unwrap().success());
        Repository(folder)
    };
    let whole = clone("--depth=2", "depth-two");
    whole.git(&["fetch", "-q", "--depth=1", "origin", "main:refs/remotes/origin/main"]);
    assert_eq!(
        errors(whole.lint(&["--against", "main"])),
        (WANTED.map(str::to_owned).to_vec(), Some(1))
    );
    let shallow = clone("--depth=1", "depth-one");
    let output = shallow.run(&["lint", "--against", "main"]);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("fetch-depth: 0"), "{said}");
    // Nobody asked for a base: a clone that cannot tell what is new does not pass either.
    assert_eq!(shallow.run(&["lint"]).status.code(), Some(2));
}

#[test]
fn what_is_staged_is_judged_not_what_lies_beside_it() {
    let repository = Repository::forty("staged");
    repository.write("db/migration/V41__bad.sql", BAD);
    repository.git(&["add", "-A"]);
    repository.write("db/migration/V41__bad.sql", GOOD);
    repository.write("db/migration/V42__untracked.sql", BAD);
    let (found, code) = errors(repository.lint(&["--staged"]));
    assert_eq!((found, code), (vec![WANTED[1].to_owned()], Some(1)));
}

#[test]
fn a_migration_that_is_deleted_renamed_or_late_is_found() {
    let repository = Repository::forty("moved");
    repository.git(&["rm", "-q", "db/migration/V7__t7.sql"]);
    repository.git(&["mv", "db/migration/V8__t8.sql", "db/migration/V80__t8.sql"]);
    repository.write("db/migration/V5_1__late.sql", "CREATE TABLE late (id bigint PRIMARY KEY);\n");
    repository.commit();
    let (found, _) = errors(repository.lint(&[]));
    let rules: Vec<&str> =
        found.iter().filter_map(|line| line.split_once(": error")).map(|it| it.1).collect();
    assert_eq!(
        rules,
        ["[out-of-order]", "[deleted-after-merge]", "[renamed-after-merge]"],
        "{found:?}"
    );
}

#[test]
fn a_deletion_alone_and_an_edit_under_a_new_name_are_found() {
    let repository = Repository::forty("alone");
    repository.git(&["rm", "-q", "db/migration/V7__t7.sql"]);
    repository.commit();
    let (found, code) = errors(repository.lint(&[]));
    assert_eq!(found, ["db/migration/V40__t40.sql:1:1: error[deleted-after-merge]"]);
    assert_eq!(code, Some(1));
    let repository = Repository::forty("hidden");
    let text = "-- the table of the month\nCREATE TABLE t40 (id bigint PRIMARY KEY, a int, b int);\n\
                CREATE TABLE loose40 (a int);\n";
    repository.git(&["mv", "db/migration/V40__t40.sql", "db/migration/V40__better.sql"]);
    repository.write("db/migration/V40__better.sql", text);
    repository.commit();
    let (found, _) = errors(repository.lint(&[]));
    let edited = "db/migration/V40__better.sql:2:1: error[edited-after-merge]";
    assert!(found.iter().any(|line| line == edited), "{found:?}");
}

#[test]
fn what_is_staged_is_found_where_the_config_names_the_folder() {
    let repository = Repository::forty("configured");
    repository.write("lockgate.yaml", "paths: [db/migration]\n");
    repository.write("db/migration/V41__bad.sql", BAD);
    repository.git(&["add", "-A"]);
    assert_eq!(errors(repository.lint(&["--staged"])).0, [WANTED[1]]);
    repository.commit();
    assert_eq!(errors(repository.lint(&["--against", "HEAD~1"])).0, [WANTED[1]]);
}

#[test]
fn a_comment_counts_only_where_the_file_has_a_checksum() {
    let repository = Repository::forty("comment");
    let text = "-- the table of March\nCREATE TABLE t3 (id bigint PRIMARY KEY, a int);\n\
                CREATE TABLE loose3 (a int);\n";
    repository.write("db/migration/V3__t3.sql", text);
    repository.commit();
    let (found, _) = errors(repository.lint(&[]));
    assert_eq!(found, ["db/migration/V3__t3.sql:1:1: error[edited-after-merge]"]);
    let other = errors(repository.lint(&["--framework", "plain"])).0;
    assert_eq!(other, Vec::<String>::new());
}

#[test]
fn a_repository_without_a_commit_has_all_its_migrations_judged() {
    let repository = Repository::new("unborn");
    repository.write("db/migration/V1__a.sql", "CREATE TABLE a (b int);\n");
    let (found, code) = errors(repository.lint(&[]));
    assert_eq!((found.len(), code), (1, Some(1)), "{found:?}");
    assert!(Path::new(&repository.0).exists());
}
