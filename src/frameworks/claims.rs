//! How adapters claim files: folder by folder, on evidence.

use super::{Claim, Project, Strength, paths};
use crate::tree::{file_name, parent};
use std::collections::{BTreeMap, BTreeSet};

/// Why a framework is taken to run the files of a folder.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// How strong it is.
    pub strength: Strength,
    /// The evidence, as a sentence without a full stop.
    pub why: String,
    /// The file of the framework's settings or order that it rests on.
    pub marker: Option<String>,
}

impl Evidence {
    /// A file of the framework's own.
    pub fn marker(path: &str, why: impl Into<String>) -> Self {
        Self { strength: Strength::Marker, why: why.into(), marker: Some(path.to_owned()) }
    }

    /// A directive in a file.
    pub fn directive(why: impl Into<String>) -> Self {
        Self { strength: Strength::Directive, why: why.into(), marker: None }
    }

    /// The names of the files.
    pub fn name(why: impl Into<String>) -> Self {
        Self { strength: Strength::Name, why: why.into(), marker: None }
    }
}

/// Files by the folder that their framework reads together.
pub type Groups<'a> = BTreeMap<String, Vec<&'a str>>;

/// One claim for each group for which there is evidence; for every group where the user named
/// the framework.
pub fn by_evidence<'a>(
    project: &Project<'_>,
    framework: &str,
    groups: Groups<'a>,
    evidence: impl Fn(&str, &[&'a str]) -> Option<Evidence>,
) -> Vec<Claim> {
    let named = || Evidence::name(format!("the framework was named: {framework}"));
    let claim = |(root, files): (String, Vec<&'a str>)| {
        let found = evidence(&root, &files);
        let found = if project.told() { found.or_else(|| Some(named())) } else { found }?;
        let Evidence { strength, why, marker } = found;
        let strength = if project.told() { Strength::Told } else { strength };
        let files = files.into_iter().map(str::to_owned).collect();
        Some(Claim { root, strength, why, marker, files })
    };
    groups.into_iter().filter_map(claim).collect()
}

/// The SQL files of the project by the folder that they stand in.
pub fn folders<'a>(project: &'a Project<'_>) -> Groups<'a> {
    paths::by_folder(project.sql_files())
}

/// SQL files where a folder is one migration (`<version>_<title>/up.sql`): by the folder that
/// holds those folders. What stands beside a script, or beside those folders, goes with them; a
/// file that does neither is left out unless the user named the framework.
pub fn folders_of_folders<'a>(project: &'a Project<'_>, scripts: &[&str]) -> Groups<'a> {
    let above = |file: &str| parent(file).and_then(|folder| parent(&folder));
    let is_script = |file: &&str| scripts.contains(&file_name(file));
    let roots: BTreeSet<String> = project.sql_files().filter(is_script).filter_map(above).collect();
    let mut groups = Groups::new();
    for file in project.sql_files() {
        let beside = || parent(file).filter(|folder| project.told() || roots.contains(folder));
        let root = above(file).filter(|root| roots.contains(root)).or_else(beside);
        if let Some(root) = root {
            groups.entry(root).or_default().push(file);
        }
    }
    groups
}

/// How many of the files hold a mark in their first bytes.
pub fn marked(project: &Project<'_>, files: &[&str], is_marked: impl Fn(&str) -> bool) -> usize {
    let starts = project.starts();
    files.iter().filter(|file| starts.get(**file).is_some_and(|start| is_marked(start))).count()
}

/// The evidence of files that hold a directive, where there are any.
pub fn directive(
    project: &Project<'_>,
    files: &[&str],
    written: &str,
    is_mark: impl Fn(&str) -> bool,
) -> Option<Evidence> {
    let holds = |start: &str| start.split(['\n', '\r']).any(&is_mark);
    let count = marked(project, files, holds);
    let why = format!("{count} of {} files hold `{written}`", files.len());
    (count > 0).then(|| Evidence::directive(why))
}
