//! Where files come from: the work tree, or memory. The only room that reads the disk.
//!
//! Paths are text with `/`, as reports show them: below the current folder relative to it, else
//! as given. A path never leaves its tree's root; what cannot be read is a value with its path
//! and reason, and every other file is still listed.

mod error;
pub mod git;
pub mod glob;
mod memory;
mod overlay;
pub mod packed;
pub mod write;

pub use error::ReadError;
pub use memory::Memory;
pub use overlay::Overlay;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use walkdir::{DirEntry, WalkDir};

/// The largest file that is read, in bytes (256 MiB).
pub const FILE_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// How much of a file [`Tree::peek`] reads, in bytes.
pub const PEEK_BYTES: usize = 8 * 1024;

/// Folders below a given one that hold no migrations of the project's own.
const SKIPPED_FOLDERS: &[&str] = &["node_modules", "target"];

/// A source of files.
pub trait Tree: fmt::Debug + Sync {
    /// What the user gave, and every file below it, in the order of their paths.
    fn list(&self) -> Listing;

    /// The bytes of a file. Files beside and above the listed ones can be read too, as far as
    /// the tree's root.
    ///
    /// # Errors
    /// [`ReadError`] says why there are none.
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError>;

    /// The bytes of a file of at most `bytes_max`; `None` where it has more.
    ///
    /// # Errors
    /// As for [`Tree::read`].
    fn read_short(&self, path: &str, bytes_max: u64) -> Result<Option<Vec<u8>>, ReadError> {
        let bytes = self.read(path)?;
        Ok((bytes.len() as u64 <= bytes_max).then_some(bytes))
    }

    /// The first [`PEEK_BYTES`] of a file.
    ///
    /// # Errors
    /// As for [`Tree::read`].
    fn peek(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        let mut bytes = self.read(path)?;
        bytes.truncate(PEEK_BYTES);
        Ok(bytes)
    }

    /// Shows the bytes of a file block by block, unpacked where it is gzip or Zstandard, until the
    /// viewer has seen enough. Nothing is kept, so it may hold more than [`FILE_BYTES_MAX`], up to
    /// [`packed::STREAM_BYTES_MAX`].
    ///
    /// # Errors
    /// As for [`Tree::read`]; and what is wrong with the packed data.
    fn stream(
        &self,
        path: &str,
        see: &mut dyn FnMut(&[u8]) -> ControlFlow<()>,
    ) -> Result<(), ReadError> {
        packed::stream(self.read(path)?.as_slice(), see)
    }

    /// The one spelling of a path in this tree, that of the listing: `../db/a.sql` is `a.sql`
    /// for who stands in `db`.
    fn normal(&self, path: &str) -> String {
        join(".", path)
    }
}

/// What a tree holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// The files and folders that were given and found.
    pub given: Vec<Given>,
    /// Every file, sorted by path, each once.
    pub files: Vec<String>,
    /// What could not be listed.
    pub problems: Vec<Problem>,
    /// Files that are there were left out.
    pub partial: bool,
}

/// A path that the user gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// The path; `.` is the current folder.
    pub path: String,
    /// Whether it is a folder.
    pub is_folder: bool,
}

/// A path that could not be listed, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The path.
    pub path: String,
    /// Why.
    pub error: ReadError,
    /// Whether it is a path that the user gave, not one found below it.
    pub given: bool,
}

/// The folder of a path; `None` above `/`. The folder of `a` is `.`, that of `.` is `..`.
pub fn parent(path: &str) -> Option<String> {
    match path.rsplit_once('/') {
        Some(("", "")) => None,
        Some(("", _)) => Some("/".to_owned()),
        Some((_, "..")) => Some(format!("{path}/..")),
        Some((folder, _)) => Some(folder.to_owned()),
        None if path == "." => Some("..".to_owned()),
        None if path == ".." => Some("../..".to_owned()),
        None => Some(".".to_owned()),
    }
}

/// How many folders above each other are looked at.
pub const DEPTH_MAX: usize = 64;

/// A folder and every folder above it, nearest first. The caller stops at
/// [`ReadError::OutsideRoot`].
pub fn ancestors(folder: &str) -> impl Iterator<Item = String> {
    std::iter::successors(Some(folder.to_owned()), |folder| parent(folder)).take(DEPTH_MAX)
}

/// A path in a folder, without `.` and, where a folder is left again, `..`.
pub fn join(folder: &str, path: &str) -> String {
    let absolute = path.starts_with('/') || folder.starts_with('/');
    let folder = if path.starts_with('/') { "" } else { folder };
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if absolute => {}
            part => parts.push(part),
        }
    }
    match (absolute, parts.is_empty()) {
        (true, _) => format!("/{}", parts.join("/")),
        (false, true) => ".".to_owned(),
        (false, false) => parts.join("/"),
    }
}

/// The last part of a path.
pub fn file_name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// The part of a path below a folder; `None` if it does not lie there.
pub fn below<'a>(path: &'a str, folder: &str) -> Option<&'a str> {
    match folder {
        "." => (!path.starts_with('/') && path != ".." && !path.starts_with("../")).then_some(path),
        "/" => path.strip_prefix('/'),
        _ => path.strip_prefix(folder)?.strip_prefix('/'),
    }
}

/// Files on disk.
#[derive(Clone, Debug)]
pub struct WorkTree {
    current: PathBuf,
    root: PathBuf,
    given: Vec<PathBuf>,
    /// The current folder, or the topmost one above it that was given: a path below a given one
    /// must be spelled so.
    near: PathBuf,
    /// How paths outside the current folder are written: as the first of them that was given.
    outside_is_absolute: bool,
    /// Folders with every link followed, as far as they were asked for: a set's files share few.
    folders: Arc<Mutex<BTreeMap<OsString, PathBuf>>>,
}

impl WorkTree {
    /// The files and folders given, seen from the current folder.
    ///
    /// The root is the nearest folder above all of them that holds `.git`; else the current
    /// folder if they lie in it; else the folder that they share.
    ///
    /// # Errors
    /// When the current folder cannot be told.
    pub fn new(given: &[PathBuf]) -> io::Result<Self> {
        Ok(Self::seen_from(&std::env::current_dir()?, given))
    }

    /// The same, seen from another folder.
    pub fn seen_from(current: &Path, given: &[PathBuf]) -> Self {
        let current = fs::canonicalize(current).unwrap_or_else(|_| current.to_path_buf());
        let mut shared: Option<PathBuf> = None;
        for path in given {
            let Ok(path) = fs::canonicalize(current.join(path)) else { continue };
            let folder = if path.is_dir() {
                path
            } else {
                path.parent().map_or(path.clone(), Path::to_path_buf)
            };
            shared = Some(match shared {
                None => folder,
                Some(shared) => shared_folder(&shared, &folder),
            });
        }
        let shared = shared.unwrap_or_else(|| current.clone());
        let repository = shared.ancestors().find(|folder| folder.join(".git").exists());
        let root = match repository {
            Some(repository) => repository.to_path_buf(),
            None if shared.starts_with(&current) => current.clone(),
            None => shared.clone(),
        };
        let absolute = |path: &PathBuf| without_dots(&current.join(path));
        let is_outside = |path: &&PathBuf| !absolute(path).starts_with(&current);
        let outside_is_absolute =
            given.iter().find(is_outside).is_some_and(|path| path.is_absolute());
        let above = given.iter().map(absolute).filter(|path| current.starts_with(path));
        let near = above.min_by_key(|path| path.components().count());
        let near = near.unwrap_or_else(|| current.clone());
        let folders = Arc::default();
        Self { near, current, root, given: given.to_vec(), outside_is_absolute, folders }
    }

    /// The path as reports show it, spelled from [`WorkTree::near`]. `None` where it is not UTF-8.
    fn shown(&self, path: &Path) -> Option<String> {
        let path = without_dots(&self.current.join(path));
        let spell = |path: &Path| match self.outside_is_absolute {
            true => path.to_path_buf(),
            false => relative(path, &self.current),
        };
        let path = match path.strip_prefix(&self.near) {
            Ok(below) if self.near == self.current => below.to_path_buf(),
            Ok(below) => spell(&self.near).join(below),
            Err(_) => spell(&path),
        };
        let mut text = String::new();
        for component in path.components() {
            match component {
                Component::RootDir => text.push('/'),
                component => {
                    text.push_str(component.as_os_str().to_str()?);
                    text.push('/');
                }
            }
        }
        Some(join(".", &text))
    }

    fn on_disk(&self, path: &str) -> PathBuf {
        self.current.join(path)
    }

    /// A path with every link followed, and what is there.
    fn real(&self, path: &Path) -> io::Result<(PathBuf, fs::Metadata)> {
        let linked = || {
            let real = fs::canonicalize(path)?;
            fs::metadata(&real).map(|found| (real, found))
        };
        let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
            return linked();
        };
        let found = fs::symlink_metadata(path)?;
        if found.is_symlink() {
            return linked();
        }
        let mut folders = self.folders.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(folder) = folders.get(folder.as_os_str()) {
            return Ok((folder.join(name), found));
        }
        let real = fs::canonicalize(folder)?;
        let path = real.join(name);
        folders.insert(folder.as_os_str().to_owned(), real);
        Ok((path, found))
    }

    /// The file with every link followed and its size, if it lies inside the root.
    fn admit(&self, path: &str) -> Result<(PathBuf, u64), ReadError> {
        let on_disk = self.on_disk(path);
        let (real, found) = self.real(&on_disk).map_err(|error| {
            let is_link = fs::symlink_metadata(&on_disk).is_ok_and(|found| found.is_symlink());
            match error.kind() {
                io::ErrorKind::NotFound if is_link => ReadError::Dangling,
                io::ErrorKind::NotFound => ReadError::NotFound,
                _ if is_link => ReadError::Loop,
                _ => ReadError::Io(error.to_string()),
            }
        })?;
        if !real.starts_with(&self.root) {
            return Err(ReadError::OutsideRoot);
        }
        if found.is_file() { Ok((real, found.len())) } else { Err(ReadError::NotAFile) }
    }

    /// Reads a file of this size, as far as `bytes_max`.
    fn read_at_most(real: &Path, size: u64, bytes_max: u64) -> Result<Vec<u8>, ReadError> {
        let size = usize::try_from(size.min(bytes_max)).unwrap_or(0);
        let mut bytes = Vec::with_capacity(size.saturating_add(1));
        fs::File::open(real)
            .and_then(|file| file.take(bytes_max).read_to_end(&mut bytes))
            .map_err(|error| ReadError::Io(error.to_string()))?;
        Ok(bytes)
    }

    fn walk(&self, folder: &str, files: &mut BTreeSet<String>, problems: &mut Vec<Problem>) {
        let walk = WalkDir::new(self.on_disk(folder)).follow_links(true).sort_by_file_name();
        let mut walk = walk.into_iter();
        // Most entries stand in the folder of the one before.
        let mut last: Option<(PathBuf, String)> = None;
        while let Some(entry) = walk.next() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    problems.push(self.walk_problem(folder, &error));
                    continue;
                }
            };
            let is_folder = entry.file_type().is_dir();
            if is_folder && is_skipped(&entry) {
                walk.skip_current_dir();
                continue;
            }
            let folder = entry.path().parent().filter(|_| entry.depth() > 0);
            if last.as_ref().map(|(folder, _)| folder.as_path()) != folder {
                last = folder.and_then(|it| Some((it.to_path_buf(), self.shown(it)?)));
            }
            let shown = match &last {
                Some((_, folder)) => entry.file_name().to_str().map(|name| join(folder, name)),
                None => self.shown(entry.path()),
            };
            let Some(path) = shown else {
                let path = entry.path().to_string_lossy().into_owned();
                problems.push(Problem { path, error: ReadError::NameNotUtf8, given: false });
                continue;
            };
            let leaves_root = entry.path_is_symlink()
                && fs::canonicalize(entry.path()).is_ok_and(|real| !real.starts_with(&self.root));
            if leaves_root {
                problems.push(Problem { path, error: ReadError::OutsideRoot, given: false });
                if is_folder {
                    walk.skip_current_dir();
                }
            } else if entry.file_type().is_file() {
                files.insert(path);
            }
        }
    }

    fn walk_problem(&self, folder: &str, error: &walkdir::Error) -> Problem {
        let path = error.path().and_then(|path| self.shown(path));
        let kind = error.io_error().map(io::Error::kind);
        let error = match kind {
            None => ReadError::Loop,
            // The entry was listed, so the link is there and its target is not.
            Some(io::ErrorKind::NotFound) => ReadError::Dangling,
            Some(io::ErrorKind::PermissionDenied) => ReadError::Io("permission denied".to_owned()),
            Some(_) if error.path().is_some_and(Path::is_symlink) => ReadError::Loop,
            Some(_) => ReadError::Io(error.to_string()),
        };
        Problem { path: path.unwrap_or_else(|| folder.to_owned()), error, given: false }
    }
}

impl Tree for WorkTree {
    fn list(&self) -> Listing {
        let mut listing = Listing::default();
        let mut files = BTreeSet::new();
        for given in &self.given {
            let Some(path) = self.shown(given) else {
                let path = given.to_string_lossy().into_owned();
                listing.problems.push(Problem { path, error: ReadError::NameNotUtf8, given: true });
                continue;
            };
            let is_folder = self.on_disk(&path).is_dir();
            if is_folder {
                self.walk(&path, &mut files, &mut listing.problems);
            } else {
                match self.admit(&path) {
                    Ok(_) => {
                        files.insert(path.clone());
                    }
                    Err(error) => {
                        listing.problems.push(Problem { path, error, given: true });
                        continue;
                    }
                }
            }
            listing.given.push(Given { path, is_folder });
        }
        listing.files = files.into_iter().collect();
        listing
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        match self.admit(path)? {
            (_, bytes) if bytes > FILE_BYTES_MAX => Err(ReadError::TooLarge { bytes }),
            (real, bytes) => Self::read_at_most(&real, bytes, FILE_BYTES_MAX),
        }
    }

    fn read_short(&self, path: &str, bytes_max: u64) -> Result<Option<Vec<u8>>, ReadError> {
        match self.admit(path)? {
            (_, bytes) if bytes > bytes_max => Ok(None),
            (real, bytes) => Self::read_at_most(&real, bytes, FILE_BYTES_MAX).map(Some),
        }
    }

    fn peek(&self, path: &str) -> Result<Vec<u8>, ReadError> {
        let (real, bytes) = self.admit(path)?;
        Self::read_at_most(&real, bytes, PEEK_BYTES as u64)
    }

    fn stream(
        &self,
        path: &str,
        see: &mut dyn FnMut(&[u8]) -> ControlFlow<()>,
    ) -> Result<(), ReadError> {
        let (real, _) = self.admit(path)?;
        let file = fs::File::open(real).map_err(|error| ReadError::Io(error.to_string()))?;
        packed::stream(file, see)
    }

    fn normal(&self, path: &str) -> String {
        self.shown(Path::new(path)).unwrap_or_else(|| join(".", path))
    }
}

fn is_skipped(entry: &DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy();
    entry.depth() > 0 && (name.starts_with('.') || SKIPPED_FOLDERS.contains(&&*name))
}

fn shared_folder(a: &Path, b: &Path) -> PathBuf {
    a.components().zip(b.components()).take_while(|(a, b)| a == b).map(|(a, _)| a).collect()
}

/// A path without `.` and `..`, by its text alone.
fn without_dots(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                clean.pop();
            }
            component => clean.push(component),
        }
    }
    clean
}

/// An absolute path seen from an absolute folder.
fn relative(path: &Path, folder: &Path) -> PathBuf {
    let shared = shared_folder(path, folder);
    let up = folder.strip_prefix(&shared).map_or(0, |rest| rest.components().count());
    let down = path.strip_prefix(&shared).unwrap_or(path);
    std::iter::repeat_n(Path::new(".."), up).collect::<PathBuf>().join(down)
}

#[cfg(test)]
mod tests;
