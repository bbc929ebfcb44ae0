//! Where `lockgate.yaml` is: from a path upward to the root of its git repository.

use crate::config::FILE_NAME;
use crate::finding::Failure;
use crate::source::SourceFile;
use std::path::{Path, PathBuf};

/// The nearest `lockgate.yaml` (or `.yml`) from `start` (a file or folder) upward, at most to the
/// folder that holds `.git`, so that a stranger's file above a checkout never counts; outside of
/// one at most to `current`, the folder where the user stands.
pub fn find(start: &Path, current: &Path) -> Option<PathBuf> {
    let start = std::path::absolute(start).ok()?;
    let current = Some(current).filter(|current| start.starts_with(current));
    let checkout = start.ancestors().find(|folder| folder.join(".git").exists());
    let nearest = start.ancestors().find(|folder| folder.is_dir());
    let top = checkout.or(current).or(nearest)?;
    let folders = start.ancestors().take_while(|folder| folder.starts_with(top));
    folders
        .flat_map(|folder| [FILE_NAME, "lockgate.yml"].map(|name| folder.join(name)))
        .find(|candidate| candidate.is_file())
}

/// Reads a file as text; `shown` is its path in messages.
///
/// # Errors
/// A file that cannot be opened, or is not text.
pub fn read_text(path: &Path, shown: &str) -> Result<SourceFile, Failure> {
    let bytes = std::fs::read(path)
        .map_err(|error| Failure::new(shown, format!("cannot be read: {error}")))?;
    SourceFile::decode(shown, &bytes).map_err(|why| Failure::new(shown, why.to_string()))
}
