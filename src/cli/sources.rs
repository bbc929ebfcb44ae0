//! From `policies` and `extends` to policies that may be asked.

use super::session;
use crate::config::{Config, Source, find};
use crate::finding::Failure;
use crate::policy::{self, Policies, lock, packs, sources};
use crate::source::{Located, SourceFile};
use crate::tree::Tree;
use crate::tree::git::commit::Commit;
use std::path::{Path, PathBuf};

/// Loads the policies that a config names, and tells it of them. `folder` is the config's.
pub fn load(config: &mut Config, folder: &Path) -> Result<Policies, Vec<Failure>> {
    let mut files = Vec::new();
    let mut failures = Vec::new();
    for source in &config.policies {
        match read(source, folder, config.file.as_ref()) {
            Ok(found) => files.extend(found),
            Err(found) => failures.extend(found),
        }
    }
    match vendored(config, folder) {
        Ok(found) => files.extend(found),
        Err(found) => failures.extend(found),
    }
    if !failures.is_empty() {
        return Err(failures);
    }
    let mut policies = policy::load(files, config)?;
    policy::settle(config, &mut policies)?;
    Ok(policies)
}

/// The files of one source; none is a failure: a gate whose rules are not there is open.
fn read(
    source: &Located<Source>,
    folder: &Path,
    config: Option<&SourceFile>,
) -> Result<Vec<SourceFile>, Vec<Failure>> {
    let fail = |message: String| match config {
        Some(config) if !matches!(source.value, Source::Given(_)) => {
            Failure::at(config, source.span, message)
        }
        _ => Failure::new("--policy", message),
    };
    let work_tree = |path| sources::of_tree(&session::work_tree(&[path])?, "");
    let (path, files) = match &source.value {
        Source::Path(path) => (path, work_tree(folder.join(path))?),
        Source::Given(path) => (path, work_tree(PathBuf::from(path))?),
        Source::Pack(name) => (name, packs::files(name).map_err(&fail)?),
        Source::Git { reference, path } => {
            let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
            let commit = Commit::seen_from(folder.to_path_buf(), reference, &[PathBuf::from(path)])
                .map_err(&fail)?;
            (path, sources::of_tree(&commit, reference)?)
        }
    };
    if files.is_empty() {
        return Err(fail(format!("`{path}` holds no policy: no file of it is a `.rego`")).into());
    }
    Ok(files)
}

/// The files of `extends`: the copies in the repository, as far as they are what was locked.
fn vendored(config: &Config, folder: &Path) -> Result<Vec<SourceFile>, Vec<Failure>> {
    let (Some(file), false) = (&config.file, config.extends.is_empty()) else {
        return Ok(Vec::new());
    };
    let path = folder.join(lock::FILE_NAME);
    let locked = match path.is_file() {
        true => lock::read(&find::read_text(&path, &session::shown(&path))?)?,
        false => Vec::new(),
    };
    let mut files = Vec::new();
    let mut failures = Vec::new();
    for extends in &config.extends {
        let found = match lock::find(&locked, &extends.value.text) {
            Ok(locked) => {
                let copy = folder.join(extends.value.folder());
                let tree = session::work_tree(std::slice::from_ref(&copy))?;
                locked.policies(&tree, &tree.normal(&copy.to_string_lossy()))
            }
            Err(message) => Err(Failure::at(file, extends.span, message).into()),
        };
        match found {
            Ok(found) => files.extend(found),
            Err(found) => failures.extend(found),
        }
    }
    if failures.is_empty() { Ok(files) } else { Err(failures) }
}
