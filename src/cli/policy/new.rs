//! `lockgate policy new`.

use crate::cli::session::work_tree;
use crate::finding::Failure;
use crate::policy::new;
use crate::report::terminal::{self, Style};
use std::io::{self, Write};
use std::path::Path;

/// Writes the files of a new policy, and says which; nothing where one of them is there already.
pub fn run(id: &str, dir: &Path, out: &mut dyn Write, style: Style) -> io::Result<u8> {
    match write(id, dir) {
        Ok(paths) => {
            for path in &paths {
                writeln!(out, "wrote {path}")?;
            }
            writeln!(out, "`lockgate policy test {}` runs its tests", dir.display())?;
            Ok(0)
        }
        Err(failure) => {
            terminal::failures(&mut io::stderr().lock(), &[failure], style)?;
            Ok(2)
        }
    }
}

fn write(id: &str, dir: &Path) -> Result<Vec<String>, Failure> {
    let folder = dir.to_string_lossy().replace('\\', "/");
    let files = new::files(id, &folder).map_err(|why| Failure::new("policy new", why))?;
    let tree = work_tree(&[dir.to_path_buf()])?;
    if let Some((path, _)) = files.iter().find(|(path, _)| Path::new(path).exists()) {
        return Err(Failure::new(path, "is there already; nothing was written"));
    }
    for (path, text) in &files {
        let broken = |error| Failure::new(path, format!("cannot be written: {error}"));
        tree.create(path, text).map_err(broken)?;
    }
    Ok(files.into_iter().map(|(path, _)| path).collect())
}
