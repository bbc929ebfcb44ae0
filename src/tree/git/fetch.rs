//! The files of another repository: the one place that uses the network, and only on command.

use super::{Git, commit::Commit, is_odd, no_branch, not_run};
use crate::tree::{ReadError, Tree};
use std::fs;
use std::path::PathBuf;

/// What was fetched.
#[derive(Clone, Debug)]
pub struct Fetched {
    /// The id of the commit.
    pub commit: String,
    /// Its files that were wanted, by their path from the top.
    pub files: Vec<(String, Vec<u8>)>,
}

/// A folder that is gone when this is.
#[derive(Debug)]
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        // What stays behind lies where the system keeps nothing for long.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Fetches the files of a branch, tag or commit of another repository whose path is `wanted`.
///
/// # Errors
/// What git says, and what cannot be read.
pub fn fetch(url: &str, reference: &str, wanted: fn(&str) -> bool) -> Result<Fetched, String> {
    if is_odd(reference) {
        return Err(no_branch(reference));
    }
    let name = format!("lockgate-{}-{}", std::process::id(), super::super::file_name(url));
    let scratch = Scratch(std::env::temp_dir().join(name));
    fs::create_dir(&scratch.0).map_err(|error| format!("no folder to fetch into: {error}"))?;
    let git = Git { folder: scratch.0.clone() };
    git.ask(&["init", "--quiet", "--template="])?;
    let fetch = ["fetch", "--quiet", "--depth=1", "--no-tags", "--", url, reference];
    let output = git
        .program(&fetch)
        .env("GIT_ALLOW_PROTOCOL", "https:ssh:file")
        .output()
        .map_err(|error| not_run(&error))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).trim().replace('\n', "; ");
        return Err(format!("git says: {said}"));
    }
    let commit = git.ask(&["rev-parse", "FETCH_HEAD"])?;
    let tree = Commit::seen_from(scratch.0.clone(), &commit, &[])?;
    let listing = tree.list();
    let told = |path: &str, error: ReadError| format!("{path}: {error}");
    if let Some(problem) = listing.problems.into_iter().find(|problem| wanted(&problem.path)) {
        return Err(told(&problem.path, problem.error));
    }
    let files = listing.files.into_iter().filter(|path| wanted(path));
    let read = |path: String| match tree.read(&path) {
        Ok(bytes) => Ok((path, bytes)),
        Err(error) => Err(told(&path, error)),
    };
    Ok(Fetched { commit, files: files.map(read).collect::<Result<_, String>>()? })
}
