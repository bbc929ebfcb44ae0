//! The work tree is written here and nowhere else.

use super::{WorkTree, parent};
use std::fs;
use std::io::{self, Write};
use std::path::Path;

/// Writes a report where the user asked for it.
///
/// # Errors
/// What the system says.
pub fn report(path: &Path, text: &[u8]) -> io::Result<()> {
    fs::write(path, text)
}

impl WorkTree {
    /// Writes a file that is not there yet, and the folders that it stands in.
    ///
    /// # Errors
    /// When there is such a file, when its folder lies outside the root, and what the system says.
    pub fn create(&self, path: &str, text: &str) -> io::Result<()> {
        let folder = self.on_disk(&parent(path).unwrap_or_default());
        let known = folder.ancestors().find(|folder| folder.exists()).unwrap_or(&folder);
        let known = if known.as_os_str().is_empty() { &self.current } else { known };
        if !fs::canonicalize(known)?.starts_with(&self.root) {
            return Err(io::Error::other("it lies outside the project's root"));
        }
        fs::create_dir_all(&folder)?;
        fs::File::create_new(self.on_disk(path))?.write_all(text.as_bytes())
    }

    /// Writes a file anew, as far as it still holds what it held when it was read.
    ///
    /// # Errors
    /// When it holds something else by now, and what the system says.
    pub fn replace(&self, path: &str, before: &str, text: &str) -> io::Result<()> {
        let (real, _) = self.admit(path).map_err(|error| io::Error::other(error.to_string()))?;
        if fs::read(&real)? != before.as_bytes() {
            return Err(io::Error::other("it has changed since it was read"));
        }
        fs::write(real, text)
    }

    /// Removes a file.
    ///
    /// # Errors
    /// When it lies outside the root, and what the system says.
    pub fn remove(&self, path: &str) -> io::Result<()> {
        let (real, _) = self.admit(path).map_err(|error| io::Error::other(error.to_string()))?;
        fs::remove_file(real)
    }
}
