//! Where `lockgate.yaml` is: from a path upward to the root of its git repository.

use crate::config::FILE_NAME;
use crate::finding::Failure;
use crate::source::{SourceFile, Undecodable};
use std::path::{Path, PathBuf};

/// The nearest `lockgate.yaml` from `start` (a file or folder) upward; the search ends at the
/// folder that holds `.git`, so that a stranger's file above a checkout never counts.
pub fn find(start: &Path) -> Option<PathBuf> {
    let start = std::path::absolute(start).ok()?;
    for folder in start.ancestors() {
        let candidate = folder.join(FILE_NAME);
        if candidate.is_file() {
            return Some(candidate);
        }
        if folder.join(".git").exists() {
            return None;
        }
    }
    None
}

/// Reads a file as text; `shown` is its path in messages.
///
/// # Errors
/// A file that cannot be opened, or is not text.
pub fn read_text(path: &Path, shown: &str) -> Result<SourceFile, Failure> {
    let bytes = std::fs::read(path)
        .map_err(|error| Failure::new(shown, format!("cannot be read: {error}")))?;
    SourceFile::decode(shown, &bytes).map_err(|error| match error {
        Undecodable::Binary { offset } => {
            Failure::new(shown, format!("is not text: byte {offset} is NUL"))
        }
        Undecodable::TooLong => Failure::new(shown, "is larger than 4 GiB"),
    })
}
