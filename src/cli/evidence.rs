//! What proves a retirement, and who still uses what is dropped: git, and the files that `code`
//! names.

use crate::config::Config;
use crate::judge::code::{Place, Sought, Survey, Words, line_of, spellings};
use crate::judge::retired::Evidence;
use crate::tree::git::{self, Landing};
use crate::tree::{PEEK_BYTES, Tree, WorkTree, ancestors, below, glob, parent};
use std::collections::BTreeSet;
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
        let folder = self.folder();
        let files = self.files_without(name, folder)?;
        if let Some(landing) = landing {
            let words = spellings(name);
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let found = git::files_with(folder, landing, &words, &self.config.code)?;
            let line = |(path, text): &(String, String)| {
                line_of(text.as_bytes(), name).map(|line| format!("{path}:{line}"))
            };
            if let Some(place) = found.iter().find_map(line) {
                return Err(format!("`{name}` is still in {place} of {}", landing.release()));
            }
        }
        Ok(files)
    }

    fn mentions(&self, sought: &[Sought], read: &[&str]) -> Result<Survey, String> {
        self.survey(sought, read, self.folder())
    }
}

impl Repository<'_> {
    fn folder(&self) -> &Path {
        if self.folder.as_os_str().is_empty() { Path::new(".") } else { self.folder }
    }

    /// How many files of the code there are, none of which has a name; or where it is.
    fn files_without(&self, name: &str, folder: &Path) -> Result<usize, String> {
        let sought = [Sought { name: name.to_owned(), table: None }];
        let survey = self.survey(&sought, &[], folder)?;
        match survey.places.first().and_then(|places| places.first()) {
            Some(Place { path, line, .. }) => Err(format!("`{name}` is still in {path}:{line}")),
            None => Ok(survey.files),
        }
    }

    /// Reads the files of the code, each once.
    fn survey(&self, sought: &[Sought], read: &[&str], folder: &Path) -> Result<Survey, String> {
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
        let migrations = Migrations::new(read, &tree);
        let words = Words::new(sought);
        let mut survey = Survey::default();
        for path in listing.files.iter().filter(|path| is_any(path) && !migrations.hold(path)) {
            let text =
                tree.read(path).map_err(|error| format!("{path} cannot be searched: {error}"))?;
            // A picture or a program is no text.
            if !text.get(..PEEK_BYTES.min(text.len())).unwrap_or_default().contains(&0) {
                words.search(path, &text, &mut survey);
            }
        }
        Ok(survey)
    }
}

/// The files that name what migrations drop because they are migrations, or come of them.
struct Migrations {
    files: BTreeSet<String>,
    folders: BTreeSet<String>,
}

impl Migrations {
    fn new(read: &[&str], tree: &WorkTree) -> Self {
        let files: BTreeSet<String> = read.iter().map(|path| tree.normal(path)).collect();
        let folders = files.iter().filter_map(|path| parent(path)).collect();
        Self { files, folders }
    }

    /// A migration, other SQL beside one, or a snapshot of the schema below one (`meta/*.json`).
    fn hold(&self, path: &str) -> bool {
        let beside = || parent(path).is_some_and(|folder| self.folders.contains(&folder));
        let below = || ancestors(path).skip(1).any(|folder| self.folders.contains(&folder));
        self.files.contains(path)
            || (path.ends_with(".sql") && beside())
            || (path.ends_with("_snapshot.json") && below())
    }
}
