//! `policies.lock`: what the copies of others' policies are, so that a check needs no network and
//! sees what was reviewed.

use crate::digest::sha256;
use crate::finding::Failure;
use crate::policy::sources;
use crate::source::SourceFile;
use crate::tree::{Tree, below, join};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Its name; it stands beside the config.
pub const FILE_NAME: &str = "policies.lock";

const SCHEMA_VERSION: u32 = 1;

/// What to do about a copy that is not what the lock file says.
const REMEDY: &str =
    "`lockgate policy vendor` makes the copies and the lock file anew; commit both";

/// A copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Locked {
    /// The entry of `extends`.
    pub source: String,
    /// The commit that it was.
    pub commit: String,
    /// The SHA-256 of each file, by its path in the copy.
    pub files: BTreeMap<String, String>,
}

impl Locked {
    /// The entry of files that were fetched.
    pub fn new(source: &str, commit: &str, files: &[(String, Vec<u8>)]) -> Self {
        let files = files.iter().map(|(path, bytes)| (path.clone(), sha256(bytes)));
        Self { source: source.to_owned(), commit: commit.to_owned(), files: files.collect() }
    }

    /// The policies of a copy, where it is what was locked. `folder` is its path in the tree.
    ///
    /// # Errors
    /// Each file that is missing, too many or another.
    pub fn policies(&self, tree: &dyn Tree, folder: &str) -> Result<Vec<SourceFile>, Vec<Failure>> {
        let listing = tree.list();
        let there = listing.files.iter().filter_map(|path| below(path, folder));
        let there: BTreeSet<&str> = there.collect();
        let all: BTreeSet<&str> =
            there.iter().copied().chain(self.files.keys().map(|it| &**it)).collect();
        let wrong = |name: &&str| {
            let path = join(folder, name);
            let why = match (self.files.get(*name), tree.read(&path)) {
                (Some(digest), Ok(bytes)) if sha256(&bytes) == *digest => return None,
                (Some(_), Ok(_)) => "is not the file that was locked".to_owned(),
                (Some(_), Err(error)) => format!("cannot be read: {error}"),
                (None, _) => "is not in the lock file".to_owned(),
            };
            Some(Failure::new(path, format!("{why} ({FILE_NAME}, {}); {REMEDY}", self.source)))
        };
        let failures: Vec<Failure> = all.iter().filter_map(wrong).collect();
        if failures.is_empty() { sources::of_tree(tree, "") } else { Err(failures) }
    }
}

/// The entry of a source, or what to do where it has none.
///
/// # Errors
/// That it was never copied.
pub fn find<'a>(locked: &'a [Locked], source: &str) -> Result<&'a Locked, String> {
    let found = locked.iter().find(|it| it.source == source);
    found.ok_or_else(|| format!("{FILE_NAME} does not have `{source}`: {REMEDY}"))
}

/// Reads a lock file.
///
/// # Errors
/// What is none.
pub fn read(file: &SourceFile) -> Result<Vec<Locked>, Failure> {
    let fail =
        |why: &str| Failure::new(&file.path, format!("this is no lock file: {why}; {REMEDY}"));
    let document: Value = serde_json::from_str(&file.text).map_err(|it| fail(&it.to_string()))?;
    if document.get("schema_version") != Some(&json!(SCHEMA_VERSION)) {
        return Err(fail("its `schema_version` is not 1"));
    }
    let locked = |source: &Value| {
        let text = |key| source.get(key).and_then(Value::as_str).map(str::to_owned);
        let files = source.get("files")?.as_object()?.iter();
        let files = files.map(|(path, digest)| Some((path.clone(), digest.as_str()?.to_owned())));
        Some(Locked {
            source: text("source")?,
            commit: text("commit")?,
            files: files.collect::<Option<_>>()?,
        })
    };
    let sources = document.get("sources").and_then(Value::as_array);
    let sources = sources.and_then(|sources| sources.iter().map(locked).collect());
    sources.ok_or_else(|| fail("a source lacks its source, commit or files"))
}

/// The text of a lock file.
pub fn write(locked: &[Locked]) -> String {
    let sources = locked
        .iter()
        .map(|it| json!({ "source": it.source, "commit": it.commit, "files": it.files }));
    let document = json!({
        "schema_version": SCHEMA_VERSION,
        "sources": sources.collect::<Vec<_>>(),
    });
    format!("{document:#}\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Memory;

    const SOURCE: &str = "git+https://host/org/policies@v3";

    fn locked() -> Locked {
        let files = [("a.rego", "a"), ("sub/b.rego", "b")];
        Locked::new(SOURCE, "1234", &files.map(|(path, text)| (path.to_owned(), text.into())))
    }

    /// What is said of a copy that holds these files.
    fn said(files: &[(&str, &str)]) -> Vec<String> {
        let files = files.iter().map(|(path, text)| (join("copy", path), *text));
        let tree = Memory::new(files).given(&["copy"]);
        match locked().policies(&tree, "copy") {
            Ok(policies) => policies.into_iter().map(|file| file.path).collect(),
            Err(failures) => failures
                .iter()
                .map(|it| format!("{} {}", it.path, it.message.split(" (").next().unwrap()))
                .collect(),
        }
    }

    #[test]
    fn a_copy_is_what_was_locked_or_an_error() {
        let (a, b) = (("a.rego", "a"), ("sub/b.rego", "b"));
        assert_eq!(said(&[a, b]), ["copy/a.rego", "copy/sub/b.rego"]);
        assert_eq!(said(&[a]), ["copy/sub/b.rego cannot be read: not found"]);
        assert_eq!(said(&[a, b, ("c.txt", "")]), ["copy/c.txt is not in the lock file"]);
        assert_eq!(said(&[("a.rego", "b"), b]), ["copy/a.rego is not the file that was locked"]);
    }

    #[test]
    fn what_is_written_is_read() {
        let text = write(&[locked()]);
        let read_again = read(&SourceFile::new(FILE_NAME, &text)).unwrap();
        assert_eq!(read_again, [locked()]);
        assert_eq!(find(&read_again, SOURCE).unwrap().commit, "1234");
        let message = find(&read_again, "git+https://host/org/policies@v4").unwrap_err();
        assert!(message.contains("lockgate policy vendor"), "{message}");
        for bad in [
            "",
            "{}",
            r#"{"schema_version": 1}"#,
            r#"{"schema_version": 1, "sources": [{"source": "a", "commit": "b"}]}"#,
        ] {
            assert!(read(&SourceFile::new(FILE_NAME, bad)).is_err(), "{bad}");
        }
    }
}
