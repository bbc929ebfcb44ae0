//! What proves a retirement: git, and the files that `code` names.

use crate::config::Config;
use crate::judge::retired::{Evidence, camel_cases, line_of};
use crate::tree::git::{self, Landing};
use crate::tree::{Tree, WorkTree, below, glob};
use std::path::{Path, PathBuf};

/// The repository of a run.
#[derive(Debug)]
pub struct Repository<'a> {
    /// The config.
    pub config: &'a Config,
    /// Its folder; empty for the current one.
    pub folder: &'a Path,
}

impl Evidence for Repository<'_> {
    fn landing(&self, file: &str, text: &str) -> Result<Landing, String> {
        let Config { base, .. } = self.config;
        git::landing(Path::new(file), text, base.as_deref(), self.config.release_tags())
    }

    fn absence(&self, name: &str, landing: Option<&Landing>) -> Result<usize, String> {
        let folder = if self.folder.as_os_str().is_empty() { Path::new(".") } else { self.folder };
        let files = self.files_without(name, folder)?;
        if let Some(landing) = landing {
            let (camel, _) = camel_cases(name);
            let found = git::files_with(folder, landing, &[name, &camel], &self.config.code)?;
            let line = |(path, text): &(String, String)| {
                line_of(text.as_bytes(), name).map(|line| format!("{path}:{line}"))
            };
            if let Some(place) = found.iter().find_map(line) {
                return Err(format!("`{name}` is still in {place} of {}", landing.release()));
            }
        }
        Ok(files)
    }
}

impl Repository<'_> {
    /// How many files of the code there are, none of which has a name; or where it is.
    fn files_without(&self, name: &str, folder: &Path) -> Result<usize, String> {
        let tree = WorkTree::new(&[PathBuf::from(folder)])
            .map_err(|error| format!("the current folder is not known: {error}"))?;
        let listing = tree.list();
        let root = listing.given.first().map_or(".", |given| given.path.as_str());
        let is_code = |glob: &str, path: &str| {
            below(path, root).is_some_and(|path| glob::matches(glob, path))
        };
        let globs = &self.config.code;
        let unmatched = |glob: &&String| !listing.files.iter().any(|path| is_code(glob, path));
        if let Some(glob) = globs.iter().find(unmatched) {
            return Err(format!("`{glob}` of `code` in lockgate.yaml matches no file"));
        }
        let is_any = |path: &str| globs.iter().any(|glob| is_code(glob, path));
        if let Some(problem) = listing.problems.iter().find(|problem| is_any(&problem.path)) {
            return Err(format!("{} cannot be searched: {}", problem.path, problem.error));
        }
        let mut files = 0;
        for path in listing.files.iter().filter(|path| is_any(path)) {
            let text =
                tree.read(path).map_err(|error| format!("{path} cannot be searched: {error}"))?;
            if let Some(line) = line_of(&text, name) {
                return Err(format!("`{name}` is still in {path}:{line}"));
            }
            files += 1;
        }
        Ok(files)
    }
}
