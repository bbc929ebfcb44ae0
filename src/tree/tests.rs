use super::*;

#[test]
fn paths_are_text() {
    let parents: Vec<String> = ancestors("a/b").take(5).collect();
    assert_eq!(parents, ["a/b", "a", ".", "..", "../.."]);
    let parents: Vec<String> = ancestors("/a/b").collect();
    assert_eq!(parents, ["/a/b", "/a", "/"]);
    assert_eq!(join("a/b", "../../../c"), "../c");
    assert_eq!(join(".", "./x.sql"), "x.sql");
    assert_eq!(join("/a", "b"), "/a/b");
    assert_eq!(join("a", "/b"), "/b");
    assert_eq!(join("a", ".."), ".");
    assert_eq!((file_name("a/b.sql"), file_name("b.sql")), ("b.sql", "b.sql"));
    assert_eq!(
        (below("a/b", "a"), below("ab/c", "a"), below("a", ".")),
        (Some("b"), None, Some("a"))
    );
    assert_eq!(
        (below("/a", "."), below("../a", "."), below("/a/b", "/a")),
        (None, None, Some("b"))
    );
}

/// A folder of this test alone, removed when it ends.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("lockgate-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        Self(fs::canonicalize(folder).unwrap())
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.0.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_work_tree_lists_sorted_and_skips_what_is_not_the_projects() {
    let scratch = Scratch::new("list");
    for path in
        ["db/b.sql", "db/a/c.sql", "db/.hidden/x.sql", "db/node_modules/x.sql", "db/target/x.sql"]
    {
        scratch.write(path, "SELECT 1;");
    }
    scratch.write("flyway.toml", "");
    let tree =
        WorkTree::seen_from(&scratch.0, &["./db/".into(), "db/b.sql".into(), "nowhere".into()]);
    let listing = tree.list();
    assert_eq!(listing.files, ["db/a/c.sql", "db/b.sql"]);
    assert_eq!(listing.given[0], Given { path: "db".to_owned(), is_folder: true });
    assert_eq!(
        listing.problems,
        [Problem { path: "nowhere".to_owned(), error: ReadError::NotFound, given: true }]
    );
    assert_eq!(tree.read("db/b.sql"), Ok(b"SELECT 1;".to_vec()));
    assert_eq!(tree.read("flyway.toml"), Ok(Vec::new()));
    assert_eq!(tree.read("db"), Err(ReadError::NotAFile));
    assert_eq!(tree.read("../nothing-of-this-name"), Err(ReadError::NotFound));
}

#[test]
fn two_spellings_of_a_path_are_one() {
    let scratch = Scratch::new("spellings");
    scratch.write("db/log/a.sql", "");
    scratch.write("db/b.sql", "");
    let log = scratch.0.join("db/log");
    let given = |paths: &[&str]| paths.iter().map(PathBuf::from).collect::<Vec<_>>();
    let inside = WorkTree::seen_from(&log, &given(&["../log", "../b.sql"]));
    assert_eq!(inside.list().files, ["../b.sql", "a.sql"]);
    assert_eq!(inside.list().given[0], Given { path: ".".to_owned(), is_folder: true });
    assert_eq!(inside.normal("../../db/log/a.sql"), "a.sql");
    assert_eq!(inside.normal("../../db/b.sql"), "../b.sql");
    let from_above = WorkTree::seen_from(&log, &given(&[".", "..", "../../db/"]));
    assert_eq!(from_above.list().files, ["../b.sql", "../log/a.sql"]);
    let paths: Vec<_> = from_above.list().given.into_iter().map(|given| given.path).collect();
    assert_eq!(paths, ["../log", "..", ".."]);
    assert_eq!(from_above.normal("a.sql"), "../log/a.sql");
    let root = scratch.0.to_str().unwrap();
    let absolute = WorkTree::seen_from(&log, std::slice::from_ref(&scratch.0));
    let files = ["db/b.sql", "db/log/a.sql"].map(|path| join(root, path));
    assert_eq!(absolute.list().files, files);
    assert_eq!(absolute.normal("../b.sql"), files[0]);
    assert_eq!(absolute.normal("log/../../../../x"), join(root, "../x"));
}

#[test]
fn the_root_is_the_repository_and_paths_outside_are_refused() {
    let scratch = Scratch::new("root");
    scratch.write("repo/.git/HEAD", "");
    scratch.write("repo/db/migrations/a.sql", "");
    scratch.write("repo/db/flyway.conf", "x");
    scratch.write("outside.sql", "");
    let given = scratch.0.join("repo/db/migrations");
    let tree = WorkTree::seen_from(&scratch.0.join("repo/db"), &[given]);
    assert_eq!(tree.list().files, ["migrations/a.sql"]);
    assert_eq!(tree.read("flyway.conf"), Ok(b"x".to_vec()));
    assert_eq!(tree.read("../../outside.sql"), Err(ReadError::OutsideRoot));
    let elsewhere = WorkTree::seen_from(Path::new("/"), &[scratch.0.join("repo/db")]);
    let expected = scratch.0.join("repo/db/flyway.conf");
    let expected = expected.to_str().unwrap().trim_start_matches('/');
    assert_eq!(elsewhere.list().files[0], expected);
}

#[cfg(unix)]
#[test]
fn links_that_loop_dangle_or_leave_are_problems_and_the_rest_is_listed() {
    use std::os::unix::fs::symlink;
    let scratch = Scratch::new("links");
    scratch.write("in/db/a.sql", "");
    scratch.write("out/b.sql", "");
    scratch.write("in/.git/HEAD", "");
    symlink(scratch.0.join("in/db"), scratch.0.join("in/db/loop")).unwrap();
    symlink(scratch.0.join("nothing"), scratch.0.join("in/db/gone.sql")).unwrap();
    symlink("self.sql", scratch.0.join("in/db/self.sql")).unwrap();
    symlink(scratch.0.join("out"), scratch.0.join("in/db/out")).unwrap();
    symlink(scratch.0.join("out/b.sql"), scratch.0.join("in/db/out.sql")).unwrap();
    symlink(scratch.0.join("in/db/a.sql"), scratch.0.join("in/db/z.sql")).unwrap();
    let tree = WorkTree::seen_from(&scratch.0.join("in"), &["db".into()]);
    let listing = tree.list();
    assert_eq!(listing.files, ["db/a.sql", "db/z.sql"]);
    let problems: Vec<(String, ReadError)> =
        listing.problems.into_iter().map(|problem| (problem.path, problem.error)).collect();
    let expected = [
        ("db/gone.sql", ReadError::Dangling),
        ("db/loop", ReadError::Loop),
        ("db/out", ReadError::OutsideRoot),
        ("db/out.sql", ReadError::OutsideRoot),
        ("db/self.sql", ReadError::Loop),
    ];
    assert_eq!(problems, expected.map(|(path, error)| (path.to_owned(), error)));
    assert_eq!(tree.read("db/out.sql"), Err(ReadError::OutsideRoot));
    assert_eq!(tree.read("db/gone.sql"), Err(ReadError::Dangling));
    assert_eq!(tree.read("db/self.sql"), Err(ReadError::Loop));
}

#[test]
fn memory_lists_what_was_given_and_reads_the_rest() {
    let tree = Memory::new([("a/b.sql", "x"), ("c.toml", "y")]).given(&["a"]);
    assert_eq!(tree.list().files, ["a/b.sql"]);
    assert_eq!(tree.read("c.toml"), Ok(b"y".to_vec()));
    let tree = Memory::one_file("./stdin.sql", b"x".to_vec());
    assert_eq!(tree.list().files, ["stdin.sql"]);
}
