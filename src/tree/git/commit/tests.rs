use super::*;
use std::path::Path;
use std::process::Command;

/// A repository with two commits, seen from its folder `app`.
fn repository(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("lockgate-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    let write = |path: &str, text: &str| {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    let git = |arguments: &[&str]| {
        let named = ["-c", "user.name=n", "-c", "user.email=e@example.org"];
        let done = Command::new("git").arg("-C").arg(&folder).args(named).args(arguments).output();
        assert!(done.unwrap().status.success(), "{arguments:?}");
    };
    write("app/db/1.sql", "one");
    write("app/.hidden/2.sql", "two");
    write("other/3.sql", "three\n");
    git(&["init", "-q"]);
    git(&["add", "-A"]);
    git(&["commit", "-q", "-m", "a"]);
    git(&["tag", "v1"]);
    write("app/db/1.sql", "one more");
    std::fs::remove_file(folder.join("other/3.sql")).unwrap();
    #[cfg(unix)]
    {
        let link = |target: &str, path: &str| {
            std::os::unix::fs::symlink(target, folder.join(path)).unwrap();
        };
        link("1.sql", "app/db/link.sql");
        link("nothing", "app/db/dangling.sql");
        link("../../../x", "app/db/outside.sql");
        link("loop.sql", "app/db/loop.sql");
    }
    git(&["add", "-A"]);
    git(&["commit", "-q", "-m", "b"]);
    folder
}

fn commit(folder: &Path, reference: &str, given: &[&str]) -> Result<Commit, String> {
    let given: Vec<PathBuf> = given.iter().map(PathBuf::from).collect();
    Commit::seen_from(folder.join("app"), reference, &given)
}

#[test]
fn the_files_of_a_commit_are_listed_and_read_from_the_current_folder() {
    let folder = repository("commit");
    let first = commit(&folder, "v1", &[]).unwrap();
    assert_eq!(first.list().files, ["db/1.sql"]);
    assert_eq!(first.read("db/1.sql"), Ok(b"one".to_vec()));
    assert_eq!(first.read("../other/3.sql"), Ok(b"three\n".to_vec()));
    assert_eq!(first.read("../../x"), Err(ReadError::OutsideRoot));
    assert_eq!(first.read("db"), Err(ReadError::NotFound));
    let first = commit(&folder, "HEAD~1", &["..", "db/1.sql", "nowhere"]).unwrap().list();
    assert_eq!(first.files, ["../other/3.sql", "db/1.sql"]);
    assert_eq!(first.problems.len(), 1);
    assert_eq!(first.problems[0].error, ReadError::NotFound);
    std::fs::remove_dir_all(folder).unwrap();
}

#[cfg(unix)]
#[test]
fn links_are_followed_inside_the_commit_alone() {
    let folder = repository("links");
    let second = commit(&folder, "HEAD", &["db"]).unwrap();
    let listing = second.list();
    assert_eq!(listing.files, ["db/1.sql", "db/link.sql"]);
    let problems: Vec<(&str, &ReadError)> =
        listing.problems.iter().map(|it| (it.path.as_str(), &it.error)).collect();
    assert_eq!(
        problems,
        [
            ("db/dangling.sql", &ReadError::Dangling),
            ("db/loop.sql", &ReadError::Loop),
            ("db/outside.sql", &ReadError::OutsideRoot),
        ]
    );
    assert_eq!(second.read("db/link.sql"), Ok(b"one more".to_vec()));
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn what_is_no_commit_is_said() {
    let folder = repository("none");
    for reference in ["nothing", "", "--help", "v1:app", "HEAD\n"] {
        let said = commit(&folder, reference, &[]).unwrap_err();
        assert_eq!(said, format!("there is no commit `{reference}` here"));
    }
    std::fs::remove_dir_all(folder).unwrap();
}
