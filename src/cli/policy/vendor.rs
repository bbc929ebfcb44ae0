//! `lockgate policy vendor`: copies the policies of `extends` into the repository.

use crate::cli::{WhichConfig, session};
use crate::config::{Config, Extends};
use crate::finding::Failure;
use crate::policy::lock::{self, Locked};
use crate::policy::sources::is_policy;
use crate::report::count;
use crate::report::terminal::{self, Style};
use crate::source::{Located, SourceFile};
use crate::tree::git::fetch::{Fetched, fetch};
use crate::tree::{Tree, WorkTree, below, join};
use std::io::{self, Write};
use std::path::Path;

/// Fetches, copies, and writes the lock file.
pub fn run(which: &WhichConfig, out: &mut dyn Write, style: Style) -> io::Result<u8> {
    let vendored = session::config_of(which).and_then(|(config, folder)| vendor(&config, &folder));
    match vendored {
        Ok(lines) => {
            for line in lines {
                writeln!(out, "{line}")?;
            }
            Ok(0)
        }
        Err(failures) => {
            terminal::failures(&mut io::stderr().lock(), &failures, style)?;
            Ok(2)
        }
    }
}

/// Fetches everything before it writes anything; gives what became of it.
fn vendor(config: &Config, folder: &Path) -> Result<Vec<String>, Vec<Failure>> {
    let Some(file) = config.file.as_ref().filter(|_| !config.extends.is_empty()) else {
        let message = "names nobody in `extends` whose policies could be copied";
        return Err(Failure::new(crate::config::FILE_NAME, message).into());
    };
    let fetched = config.extends.iter().map(|extends| fetched(extends, file));
    let fetched: Vec<(&Extends, Fetched)> = fetched.collect::<Result<_, Failure>>()?;
    let mut lines = Vec::new();
    for (extends, fetched) in &fetched {
        copy(&folder.join(extends.folder()), &fetched.files)?;
        let (text, copied) = (&extends.text, extends.folder());
        let commit = &fetched.commit;
        let files = count(fetched.files.len(), "file");
        lines.push(format!("{text}: {files} of {commit} in {copied}"));
    }
    let locked: Vec<Locked> = fetched
        .iter()
        .map(|(extends, it)| Locked::new(&extends.text, &it.commit, &it.files))
        .collect();
    let path = folder.join(lock::FILE_NAME);
    put(
        &session::work_tree(std::slice::from_ref(&path))?,
        &path.to_string_lossy(),
        &lock::write(&locked),
    )?;
    Ok(lines)
}

fn fetched<'a>(
    extends: &'a Located<Extends>,
    config: &SourceFile,
) -> Result<(&'a Extends, Fetched), Failure> {
    let Extends { url, reference, text, .. } = &extends.value;
    let fail = |message| Failure::at(config, extends.span, message);
    let fetched = fetch(url, reference, is_policy).map_err(fail)?;
    if fetched.files.is_empty() {
        return Err(fail(format!("`{text}` holds no policy: no file of it is a `.rego`")));
    }
    if let Some((path, _)) = fetched.files.iter().find(|it| std::str::from_utf8(&it.1).is_err()) {
        return Err(fail(format!("{path} of `{text}` is not UTF-8")));
    }
    Ok((&extends.value, fetched))
}

/// Makes a folder hold these files and no others.
fn copy(folder: &Path, files: &[(String, Vec<u8>)]) -> Result<(), Failure> {
    let tree = session::work_tree(&[folder.to_path_buf()])?;
    let root = tree.normal(&folder.to_string_lossy());
    for path in tree.list().files {
        let is_kept = |name: &str| files.iter().any(|(kept, _)| kept == name);
        if !below(&path, &root).is_some_and(is_kept) {
            let failed = |error| Failure::new(&path, format!("cannot be removed: {error}"));
            tree.remove(&path).map_err(failed)?;
        }
    }
    for (name, bytes) in files {
        put(&tree, &join(&root, name), &String::from_utf8_lossy(bytes))?;
    }
    Ok(())
}

/// Writes a file, whether it is there or not.
fn put(tree: &WorkTree, path: &str, text: &str) -> Result<(), Failure> {
    let path = tree.normal(path);
    let written = match tree.read(&path) {
        Ok(before) if before == text.as_bytes() => Ok(()),
        Ok(before) => tree.replace(&path, &String::from_utf8_lossy(&before), text),
        Err(_) => tree.create(&path, text),
    };
    written.map_err(|error| Failure::new(&path, format!("cannot be written: {error}")))
}
