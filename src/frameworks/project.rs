//! What adapters see of a project: its files, what stands beside and above them, its settings.

use super::placeholders::Placeholders;
use super::{LoadError, Settings, paths, undecodable};
use crate::migration::SqlText;
use crate::parallel;
use crate::source::SourceFile;
use crate::tree::{DEPTH_MAX, Listing, PEEK_BYTES, ReadError, Tree, below, join, packed, parent};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

/// What adapters see of the project.
#[derive(Debug)]
pub struct Project<'a> {
    pub(super) tree: &'a dyn Tree,
    /// What the caller knows.
    pub settings: &'a Settings,
    /// What was given and listed.
    pub listing: Listing,
    starts: OnceLock<BTreeMap<String, String>>,
    /// Short SQL files, whole: to find what begins with what, they were read to their end.
    whole: OnceLock<BTreeMap<String, Vec<u8>>>,
    /// The folders whose every file is listed.
    walked: BTreeSet<String>,
    /// What was asked for beside the listed files, and whether it is there.
    probed: Mutex<BTreeMap<String, Probe>>,
    /// The nearest file by its name and the folder from which it was looked for.
    nearest: Mutex<BTreeMap<(String, String), Option<String>>>,
}

/// Whether a file is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Probe {
    There,
    Missing,
    /// It cannot be read.
    Broken,
    /// The path leaves the root.
    Outside,
}

impl<'a> Project<'a> {
    /// The files of a tree.
    pub fn new(tree: &'a dyn Tree, settings: &'a Settings) -> Self {
        let listing = tree.list();
        let whole = !listing.partial && listing.given.iter().any(|given| given.is_folder);
        let is_walked = |path: &&String| {
            whole && listing.given.iter().all(|given| given.is_folder || given.path != **path)
        };
        let walked = listing.files.iter().filter(is_walked).filter_map(|path| parent(path));
        let walked = walked.collect();
        Self {
            tree,
            settings,
            listing,
            starts: OnceLock::new(),
            whole: OnceLock::new(),
            walked,
            probed: Mutex::default(),
            nearest: Mutex::default(),
        }
    }

    /// Whether the user named the framework: then its adapter is asked, and no other.
    pub fn told(&self) -> bool {
        self.settings.framework.is_some()
    }

    /// The listed files whose name ends in `.sql`.
    pub fn sql_files(&self) -> impl Iterator<Item = &str> {
        self.listing.files.iter().map(String::as_str).filter(|path| paths::is_sql(path))
    }

    /// The first [`PEEK_BYTES`] of every listed file that may hold a directive: `.sql`, `.xml`,
    /// `.yaml`, `.yml` and `.json`. What is packed is unpacked. Bytes that are not UTF-8 are replaced.
    pub fn starts(&self) -> &BTreeMap<String, String> {
        const EXTENSIONS: &[&str] = &["sql", "xml", "yaml", "yml", "json"];
        self.starts.get_or_init(|| {
            let has_directives = |path: &&String| {
                let extension = paths::extension(path).unwrap_or("").to_ascii_lowercase();
                EXTENSIONS.contains(&extension.as_str())
            };
            let paths: Vec<&String> = self.listing.files.iter().filter(has_directives).collect();
            let read = parallel::map(&paths, |path| self.start(path));
            let (mut starts, mut whole) = (BTreeMap::new(), BTreeMap::new());
            for (path, read) in paths.into_iter().zip(read) {
                if let Ok((start, bytes)) = read.unwrap_or_else(|| self.start(path)) {
                    starts.insert(path.clone(), start);
                    whole.extend(bytes.map(|bytes| (path.clone(), bytes)));
                }
            }
            // Nobody else sets it.
            let _ = self.whole.set(whole);
            starts
        })
    }

    /// The start of a file, and all of it where it is short and SQL.
    fn start(&self, path: &str) -> Result<(String, Option<Vec<u8>>), ReadError> {
        const SHORT_BYTES: u64 = 256 * 1024;
        let short = match paths::is_sql(path) {
            true => self.tree.read_short(path, SHORT_BYTES)?,
            false => None,
        };
        match short {
            Some(bytes) => {
                Ok((start_of(|see| packed::stream(bytes.as_slice(), see))?, Some(bytes)))
            }
            None => Ok((start(self.tree, path)?, None)),
        }
    }

    /// A file's bytes, where they were read already.
    pub(super) fn whole(&self, path: &str) -> Option<&[u8]> {
        self.whole.get()?.get(path).map(Vec::as_slice)
    }

    /// Whether a file was listed.
    pub fn has(&self, path: &str) -> bool {
        self.listing.files.binary_search_by(|file| file.as_str().cmp(path)).is_ok()
    }

    /// Whether a file is there, listed or not. Adapters ask for the same few names in each folder
    /// and above it.
    fn probe(&self, path: &str) -> Probe {
        if self.has(path) {
            return Probe::There;
        }
        let is_problem = || self.listing.problems.iter().any(|problem| problem.path == path);
        if parent(path).is_some_and(|it| self.walked.contains(&it)) && !is_problem() {
            return Probe::Missing;
        }
        if let Some(probe) = locked(&self.probed).get(path) {
            return *probe;
        }
        let probe = match self.tree.peek(path) {
            Err(ReadError::NotFound | ReadError::NotAFile) => Probe::Missing,
            Err(ReadError::OutsideRoot) => Probe::Outside,
            Err(_) => Probe::Broken,
            Ok(_) => Probe::There,
        };
        locked(&self.probed).insert(path.to_owned(), probe);
        probe
    }

    /// The text of a file of settings, listed or not; `Ok(None)` where there is none.
    ///
    /// # Errors
    /// When it is there and cannot be read as text.
    pub fn settings_file(&self, path: &str) -> Result<Option<String>, LoadError> {
        if matches!(self.probe(path), Probe::Missing | Probe::Outside) {
            return Ok(None);
        }
        match self.tree.read(path) {
            Ok(bytes) => {
                let file =
                    SourceFile::decode(path, &bytes).map_err(|why| undecodable(path, &why))?;
                Ok(Some(file.text.to_string()))
            }
            Err(ReadError::NotFound | ReadError::OutsideRoot | ReadError::NotAFile) => Ok(None),
            Err(error) => Err(LoadError { path: path.to_owned(), message: error.to_string() }),
        }
    }

    /// Whether there is a file of this path inside the root, listed or not.
    pub fn exists(&self, path: &str) -> bool {
        self.probe(path) == Probe::There
    }

    /// Whether all that a folder holds was given, so that what is not listed is not there.
    pub fn sees_all_of(&self, folder: &str) -> bool {
        let holds = |given: &str| given == folder || below(folder, given).is_some();
        self.listing.given.iter().any(|given| given.is_folder && holds(&given.path))
    }

    /// The one spelling of a path: what a settings file names, as it is listed.
    pub fn normal(&self, path: &str) -> String {
        self.tree.normal(path)
    }

    /// The nearest file of a name in a folder or above it, listed or not.
    pub fn above(&self, folder: &str, name: &str) -> Option<String> {
        let key = (name.to_owned(), folder.to_owned());
        if let Some(known) = locked(&self.nearest).get(&key) {
            return known.clone();
        }
        let path = join(folder, name);
        let found = match self.probe(&path) {
            Probe::There => Some(path),
            Probe::Outside => None,
            Probe::Missing | Probe::Broken => parent(folder)
                .filter(|_| folder.split('/').count() <= DEPTH_MAX)
                .and_then(|folder| self.above(&folder, name)),
        };
        locked(&self.nearest).insert(key, found.clone());
        found
    }

    /// The nearest manifest (`Cargo.toml`, `package.json`, `go.mod`) in a folder or above it that
    /// names a package.
    pub fn manifest_with(&self, folder: &str, manifest: &str, package: &str) -> Option<String> {
        let mut folder = folder.to_owned();
        loop {
            let path = self.above(&folder, manifest)?;
            let text = self.settings_file(&path).ok().flatten().unwrap_or_default();
            if names_package(&text, package) {
                return Some(path);
            }
            folder = parent(&parent(&path)?)?;
        }
    }

    /// The given path that a listed file was found under, as a folder.
    pub fn given_folder(&self, file: &str) -> String {
        let holds = |folder: &&str| below(file, folder).is_some();
        let folders = self.listing.given.iter().filter(|given| given.is_folder);
        let folder = folders.map(|given| given.path.as_str()).find(holds);
        folder.map_or_else(|| parent(file).unwrap_or_default(), str::to_owned)
    }

    /// SQL of a framework without placeholders of its own: `${name}` and Go templates, which
    /// another program fills, are filled as the caller told or masked.
    pub fn sql(&self, text: &str, offset: usize) -> SqlText {
        let marks = Placeholders::DOLLAR;
        self.fill(text, offset, &Placeholders { values: &BTreeMap::new(), marks, templates: true })
    }

    /// Replaces placeholders; values that the caller told win over the framework's own.
    pub fn fill(&self, text: &str, offset: usize, placeholders: &Placeholders<'_>) -> SqlText {
        let mut values = placeholders.values.clone();
        values.extend(self.settings.placeholders.clone());
        Placeholders { values: &values, ..*placeholders }.apply(text, offset)
    }
}

fn locked<T>(cache: &Mutex<T>) -> MutexGuard<'_, T> {
    cache.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The first [`PEEK_BYTES`] of a file, unpacked where it is packed. Bytes that are not UTF-8 are
/// replaced.
pub(super) fn start(tree: &dyn Tree, path: &str) -> Result<String, ReadError> {
    start_of(|see| tree.stream(path, see))
}

/// The same of what streams by.
fn start_of(
    stream: impl FnOnce(&mut dyn FnMut(&[u8]) -> ControlFlow<()>) -> Result<(), ReadError>,
) -> Result<String, ReadError> {
    let mut start = Vec::new();
    stream(&mut |block| {
        start.extend_from_slice(block);
        if start.len() < PEEK_BYTES { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    start.truncate(PEEK_BYTES);
    let text = String::from_utf8(start);
    Ok(text.unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
}

/// Whether a manifest names a package in a line that is no comment.
fn names_package(manifest: &str, package: &str) -> bool {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let names = |line: &str| {
        line.match_indices(package).any(|(at, _)| {
            let (before, after) = (line.get(..at), line.get(at + package.len()..));
            !before.is_some_and(|text| text.ends_with(is_name))
                && !after.is_some_and(|text| text.starts_with(is_name))
        })
    };
    let lines = manifest.split(['\n', '\r']).map(str::trim_start);
    lines.filter(|line| !line.starts_with(['#', '/'])).any(names)
}
