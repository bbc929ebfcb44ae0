//! The files of a commit, without a checkout.

use super::{Git, not_run, seen_from};
use crate::tree::{
    FILE_BYTES_MAX, Given, Listing, Problem, ReadError, SKIPPED_FOLDERS, Tree, below, join, parent,
};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::sync::Mutex;

/// How many symbolic links are followed from one to the next.
const LINKS_MAX: usize = 16;

/// The tree of a commit. Paths are spelled as those of the work tree, from the current folder.
#[derive(Debug)]
pub struct Commit {
    /// The current folder below the top of the repository, with a `/` behind it; empty there.
    prefix: String,
    /// Every file, by its path from the top.
    files: BTreeMap<String, Entry>,
    given: Vec<String>,
    blobs: Mutex<Blobs>,
}

/// A file of a commit.
#[derive(Clone, Debug)]
struct Entry {
    id: String,
    bytes: u64,
    is_link: bool,
}

/// A running `git cat-file --batch`: one program for all files.
#[derive(Debug)]
struct Blobs {
    child: Child,
    /// Taken when it ends.
    ask: Option<ChildStdin>,
    answer: BufReader<ChildStdout>,
}

impl Commit {
    /// The commit that a reference names, in the repository of the current folder; `given` are the
    /// paths that count as given, none for the current folder.
    ///
    /// # Errors
    /// Why there is none, as a sentence.
    pub fn new(reference: &str, given: &[PathBuf]) -> Result<Self, String> {
        Self::seen_from(PathBuf::from("."), reference, given)
    }

    /// The index of the repository of the current folder: what the next commit will hold.
    ///
    /// # Errors
    /// As for [`Commit::new`].
    pub fn staged(given: &[PathBuf]) -> Result<Self, String> {
        let git = Git { folder: PathBuf::from(".") };
        let listed = git.ask(&["ls-files", "--cached", "--stage", "-z", "--full-name", ":/"])?;
        let files = listed.split('\0').filter_map(staged_entry).collect();
        Self::of_files(&git, files, given)
    }

    /// The same in the repository of another folder, from which paths are spelled.
    ///
    /// # Errors
    /// As above.
    pub fn seen_from(folder: PathBuf, reference: &str, given: &[PathBuf]) -> Result<Self, String> {
        let git = Git { folder };
        let commit = format!("{reference}^{{commit}}");
        let ask = ["rev-parse", "--verify", "--quiet", "--end-of-options", &commit];
        let id = git.ask(&ask).unwrap_or_default();
        if reference.is_empty() || id.is_empty() {
            let shallow = git.ask(&["rev-parse", "--is-shallow-repository"])? == "true";
            let hint = if shallow { ", and this clone is shallow: fetch more of it" } else { "" };
            return Err(format!("there is no commit `{reference}` here{hint}"));
        }
        let listed = git.ask(&["ls-tree", "-r", "-z", "-l", "--full-tree", &id])?;
        let files = listed.split('\0').filter_map(entry).collect();
        Self::of_files(&git, files, given)
    }

    fn of_files(
        git: &Git,
        files: BTreeMap<String, Entry>,
        given: &[PathBuf],
    ) -> Result<Self, String> {
        let prefix = git.ask(&["rev-parse", "--show-prefix"])?;
        let top = PathBuf::from(git.ask(&["rev-parse", "--show-toplevel"])?);
        let relative = |path: &PathBuf| match path.strip_prefix(&top) {
            Ok(below) => seen_from(&prefix, below.to_str()?).into(),
            Err(_) => path.to_str().map(|path| join(".", path)),
        };
        let mut given: Vec<String> =
            given.iter().map(relative).collect::<Option<_>>().ok_or("a path is not UTF-8")?;
        if given.is_empty() {
            given.push(".".to_owned());
        }
        Ok(Self { prefix, files, given, blobs: Mutex::new(Blobs::start(git)?) })
    }

    /// A path from the top of the repository; `None` outside it.
    fn below_top(&self, path: &str) -> Option<String> {
        let path = join(&self.prefix, path);
        let outside = path.starts_with('/') || path == ".." || path.starts_with("../");
        (!outside).then_some(path)
    }

    /// A path from the top, as the current folder sees it.
    fn shown(&self, path: &str) -> String {
        seen_from(&self.prefix, path)
    }

    /// The file behind a path from the top, with every link followed.
    fn file(&self, path: &str) -> Result<&Entry, ReadError> {
        let mut path = path.to_owned();
        for _ in 0..LINKS_MAX {
            let entry = self.files.get(&path).ok_or(ReadError::NotFound)?;
            if !entry.is_link {
                return Ok(entry);
            }
            let target = self.blob(entry)?;
            let target = String::from_utf8(target).map_err(|_| ReadError::NameNotUtf8)?;
            let folder = parent(&path).unwrap_or_default();
            path = join(&folder, &target);
            if path.starts_with('/') || path.starts_with("..") {
                return Err(ReadError::OutsideRoot);
            }
            if !self.files.contains_key(&path) {
                let is_folder = self.files.keys().any(|file| below(file, &path).is_some());
                return Err(if is_folder { ReadError::NotAFile } else { ReadError::Dangling });
            }
        }
        Err(ReadError::Loop)
    }

    fn blob(&self, entry: &Entry) -> Result<Vec<u8>, ReadError> {
        if entry.bytes > FILE_BYTES_MAX {
            return Err(ReadError::TooLarge { bytes: entry.bytes });
        }
        let io = |error: std::io::Error| ReadError::Io(format!("git cannot be asked: {error}"));
        let mut blobs = match self.blobs.lock() {
            Ok(blobs) => blobs,
            Err(poisoned) => poisoned.into_inner(),
        };
        blobs.read(&entry.id).map_err(io)
    }
}

/// `mode type id size<TAB>path`; nothing for what is no file.
fn entry(line: &str) -> Option<(String, Entry)> {
    let (said, path) = line.split_once('\t')?;
    let mut words = said.split_ascii_whitespace();
    let (mode, kind, id, bytes) = (words.next()?, words.next()?, words.next()?, words.next()?);
    let entry = Entry { id: id.to_owned(), bytes: bytes.parse().ok()?, is_link: mode == "120000" };
    (kind == "blob").then(|| (path.to_owned(), entry))
}

/// `mode id stage<TAB>path`; nothing for what is no file, nor for a side of a conflict. The size is
/// known when it is read.
fn staged_entry(line: &str) -> Option<(String, Entry)> {
    let (said, path) = line.split_once('\t')?;
    let mut words = said.split_ascii_whitespace();
    let (mode, id, stage) = (words.next()?, words.next()?, words.next()?);
    let entry = Entry { id: id.to_owned(), bytes: 0, is_link: mode == "120000" };
    (mode != "160000" && stage == "0").then(|| (path.to_owned(), entry))
}

impl Tree for Commit {
    fn list(&self) -> Listing {
        let mut listing = Listing::default();
        for given in &self.given {
            let top = self.below_top(given);
            let is_skipped = |path: &str| {
                let mut folders: Vec<&str> = path.split('/').collect();
                folders.pop();
                folders.iter().any(|it| it.starts_with('.') || SKIPPED_FOLDERS.contains(it))
            };
            let inside = |file: &&String| {
                let rest = top.as_ref().and_then(|top| below(file, top));
                rest.is_some_and(|rest| !is_skipped(rest))
            };
            let is_file = top.as_ref().is_some_and(|top| self.files.contains_key(top));
            let found: Vec<&String> = match (&top, is_file) {
                (Some(top), true) => self.files.keys().filter(|file| *file == top).collect(),
                _ => self.files.keys().filter(inside).collect(),
            };
            if found.is_empty() {
                let error =
                    if top.is_none() { ReadError::OutsideRoot } else { ReadError::NotFound };
                listing.problems.push(Problem { path: given.clone(), error, given: true });
                continue;
            }
            for file in found {
                match self.file(file) {
                    Ok(_) => listing.files.push(self.shown(file)),
                    Err(error) => {
                        let path = self.shown(file);
                        listing.problems.push(Problem { path, error, given: false });
                    }
                }
            }
            listing.given.push(Given { path: given.clone(), is_folder: !is_file });
        }
        listing.files.sort();
        listing.files.dedup();
        listing
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        let path = self.below_top(path).ok_or(ReadError::OutsideRoot)?;
        self.blob(self.file(&path)?)
    }
}

impl Blobs {
    fn start(git: &Git) -> Result<Self, String> {
        let mut child = git
            .program(&["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| not_run(&error))?;
        let answer = child.stdout.take().ok_or("git cannot be heard")?;
        Ok(Self { ask: child.stdin.take(), answer: BufReader::new(answer), child })
    }

    fn read(&mut self, id: &str) -> std::io::Result<Vec<u8>> {
        let gone = || std::io::Error::other("it does not have this file");
        let ask = self.ask.as_mut().ok_or_else(gone)?;
        writeln!(ask, "{id}")?;
        ask.flush()?;
        // `id blob size`, the bytes, a line end.
        let mut said = String::new();
        self.answer.read_line(&mut said)?;
        let bytes = said.trim_end().rsplit(' ').next().and_then(|it| it.parse().ok());
        let bytes: usize = bytes.ok_or_else(gone)?;
        if u64::try_from(bytes).unwrap_or(u64::MAX) > FILE_BYTES_MAX {
            return Err(std::io::Error::other("it is too large"));
        }
        let mut blob = vec![0; bytes];
        self.answer.read_exact(&mut blob)?;
        self.answer.read_exact(&mut [0])?;
        Ok(blob)
    }
}

impl Drop for Blobs {
    fn drop(&mut self) {
        // It ends when nobody asks any more.
        self.ask = None;
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests;
