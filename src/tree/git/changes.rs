//! What a branch changes: the files of the work tree or the index beside those of the commit at which
//! `HEAD` left the base branch.

use super::{Git, seen_from};
use std::collections::BTreeMap;
use std::path::Path;

/// What happened to a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileChange {
    /// It is new.
    Added,
    /// It was there, and says something else now.
    Edited,
    /// It was there under another path; it may say something else too.
    Renamed {
        /// That path.
        from: String,
    },
    /// It was there.
    Deleted,
}

/// What differs from the base branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changes {
    /// The base branch, as git was asked for it.
    pub base: String,
    /// The commit at which `HEAD` left it.
    pub commit: String,
    /// Every file that differs, by its path as the folder sees it; a renamed one by its new path.
    pub files: BTreeMap<String, FileChange>,
}

/// Where the new text of a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// On the disk, files that git does not know yet too.
    WorkTree,
    /// In the index: what the next commit will hold.
    Index,
}

/// What differs from the base branch, or from the commit that `base` names.
///
/// # Errors
/// Why that cannot be told, as a sentence that says what to do.
pub fn changes(folder: &Path, base: Option<&str>, side: Side) -> Result<Changes, String> {
    let git = Git { folder: folder.to_path_buf() };
    let prefix = git.ask(&["rev-parse", "--show-prefix"])?;
    let (base, commit) = git.fork(base).map_err(|why| git.with_shallow_hint(why))?;
    let mut ask = vec!["diff", "--name-status", "-z", "-M", "--no-ext-diff", "--no-textconv"];
    ask.extend((side == Side::Index).then_some("--cached"));
    ask.extend([commit.as_str(), "--"]);
    let mut files = BTreeMap::new();
    let said = git.ask(&ask)?;
    let mut words = said.split('\0');
    while let (Some(status), Some(path)) = (words.next(), words.next()) {
        let path = seen_from(&prefix, path);
        match status.chars().next() {
            Some('A') => files.insert(path, FileChange::Added),
            Some('D') => files.insert(path, FileChange::Deleted),
            Some('R') => {
                let Some(to) = words.next() else { break };
                files.insert(seen_from(&prefix, to), FileChange::Renamed { from: path })
            }
            Some('C') => {
                let Some(to) = words.next() else { break };
                files.insert(seen_from(&prefix, to), FileChange::Added)
            }
            _ => files.insert(path, FileChange::Edited),
        };
    }
    if side == Side::WorkTree {
        let untracked =
            git.ask(&["ls-files", "--others", "--exclude-standard", "-z", "--full-name", ":/"])?;
        for path in untracked.split('\0').filter(|path| !path.is_empty()) {
            files.insert(seen_from(&prefix, path), FileChange::Added);
        }
    }
    Ok(Changes { base, commit, files })
}

/// Whether a folder lies in a clone that lacks history.
pub fn is_shallow(folder: &Path) -> bool {
    let git = Git { folder: folder.to_path_buf() };
    git.ask(&["rev-parse", "--is-shallow-repository"]).is_ok_and(|said| said == "true")
}

impl Git {
    /// Why a base was not found, and what to do where that is for a shallow clone.
    fn with_shallow_hint(&self, why: String) -> String {
        match is_shallow(&self.folder) {
            true => format!(
                "{why}; this clone is shallow: fetch the whole history, in GitHub Actions with \
                 `fetch-depth: 0` of actions/checkout, in GitLab with `GIT_DEPTH: 0`"
            ),
            false => why,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;
    use std::process::Command;

    struct Repository(PathBuf);

    impl Repository {
        fn new(name: &str) -> Self {
            let folder = std::env::temp_dir()
                .join(format!("lockgate-changes-{name}-{}", std::process::id()));
            let _ = std::fs::remove_dir_all(&folder);
            std::fs::create_dir_all(&folder).unwrap();
            let it = Self(folder);
            it.git(&["init", "-q", "-b", "main"]);
            it
        }

        fn git(&self, arguments: &[&str]) {
            let named = ["-c", "user.name=n", "-c", "user.email=e@example.org"];
            let done =
                Command::new("git").arg("-C").arg(&self.0).args(named).args(arguments).output();
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

        /// A base branch with four files, and a branch that changes them.
        fn branched(name: &str) -> Self {
            let it = Self::new(name);
            for number in 1..=4 {
                it.write(
                    &format!("db/{number}.sql"),
                    &format!("CREATE TABLE t{number} (id int);\n"),
                );
            }
            it.commit();
            it.git(&["switch", "-q", "-c", "feature"]);
            it.write("db/1.sql", "CREATE TABLE t1 (id bigint);\n");
            it.git(&["mv", "db/2.sql", "db/20.sql"]);
            it.git(&["rm", "-q", "db/3.sql"]);
            it.write("db/5 'x' $(y).sql", "SELECT 1;\n");
            it.commit();
            it.write("db/6.sql", "SELECT 1;\n");
            it
        }

        fn changes(&self, folder: &str, base: Option<&str>, side: Side) -> Result<Changes, String> {
            changes(&self.0.join(folder), base, side)
        }
    }

    fn shown(changes: &Changes) -> Vec<String> {
        changes.files.iter().map(|(path, change)| format!("{path} {change:?}")).collect()
    }

    #[test]
    fn a_branch_adds_edits_renames_and_deletes() {
        let repository = Repository::branched("branch");
        let wanted = [
            "db/1.sql Edited",
            "db/20.sql Renamed { from: \"db/2.sql\" }",
            "db/3.sql Deleted",
            "db/5 'x' $(y).sql Added",
            "db/6.sql Added",
        ];
        let all = repository.changes("", None, Side::WorkTree).unwrap();
        assert_eq!((shown(&all), all.base.as_str()), (wanted.map(str::to_owned).to_vec(), "main"));
        let staged = repository.changes("", Some("main"), Side::Index).unwrap();
        assert_eq!(shown(&staged), wanted[..4]);
        let below = repository.changes("db", None, Side::Index).unwrap();
        assert_eq!(below.files.keys().next().unwrap(), "1.sql");
    }

    #[test]
    fn what_the_base_branch_did_since_is_no_change() {
        let repository = Repository::branched("since");
        repository.git(&["stash", "-q", "-u"]);
        repository.git(&["switch", "-q", "main"]);
        repository.write("db/9.sql", "SELECT 9;\n");
        repository.commit();
        repository.git(&["switch", "-q", "feature"]);
        let all = repository.changes("", None, Side::WorkTree).unwrap();
        assert!(!all.files.contains_key("db/9.sql"), "{:?}", shown(&all));
    }

    #[test]
    fn a_base_that_is_not_there_is_an_error_that_says_what_to_do() {
        let repository = Repository::branched("shallow");
        let error = repository.changes("", Some("release"), Side::Index).unwrap_err();
        assert_eq!(error, "there is no branch `release` here");
        let shallow = Repository::new("clone");
        let from = format!("file://{}", repository.0.display());
        shallow.git(&["fetch", "-q", "--depth=1", &from, "feature"]);
        shallow.git(&["checkout", "-q", "FETCH_HEAD"]);
        let error = shallow.changes("", Some("main"), Side::Index).unwrap_err();
        assert_eq!(
            error,
            "there is no branch `main` here; this clone is shallow: fetch the whole history, in \
             GitHub Actions with `fetch-depth: 0` of actions/checkout, in GitLab with `GIT_DEPTH: 0`"
        );
    }

    #[test]
    fn a_repository_without_a_commit_has_no_base() {
        let repository = Repository::new("unborn");
        let error = repository.changes("", None, Side::WorkTree).unwrap_err();
        assert_eq!(error, "the base branch is not known: name it with `base` in lockgate.yaml");
    }
}
