//! Frameworks: which files are migrations, in which order, in which direction, run how.
//!
//! An adapter is one file under `frameworks/` and one line in the table below. It finds the sets
//! of migrations that its framework would run, and loads each of them.

use crate::dialect::Engine;
use crate::finding::{Finding, Label, Level, Subject};
use crate::migration::{Migration, SqlText};
use crate::source::{FileId, SourceFile, Span, Undecodable};
use crate::tree::{Listing, Problem, ReadError, Tree, below, file_name, parent};
use paths::Database;
use placeholders::Placeholders;
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub mod looks;
pub mod paths;
pub mod placeholders;

/// Declares the modules of the adapters and the table of them: one line for each framework.
macro_rules! adapters {
    ($($adapter:ident,)*) => {
        $(
            #[doc = concat!("The adapter `", stringify!($adapter), "`.")]
            pub mod $adapter;
        )*

        /// Every adapter; of two with equal evidence for a file, the first takes it.
        pub static ADAPTERS: &[Adapter] = &[$($adapter::ADAPTER,)*];
    };
}

adapters! {
    flyway,
    golang_migrate,
    liquibase,
    plain,
}

/// What lockgate knows of one framework.
#[derive(Debug)]
pub struct Adapter {
    /// The framework's name in kebab case, as its project writes it.
    pub name: &'static str,
    /// The sets of files that its evidence speaks for. Where the user named the framework
    /// ([`Project::told`]), every SQL file is in one of them.
    pub find: fn(&Project<'_>) -> Vec<Claim>,
    /// Reads the files of a claim, as far as no other adapter took them.
    pub load: fn(&Project<'_>, &Claim, &mut Sources<'_>) -> MigrationSet,
}

/// Files that an adapter takes for its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The folder that they stand in.
    pub root: String,
    /// How strong the evidence is.
    pub strength: Strength,
    /// The evidence, as a sentence without a full stop.
    pub why: String,
    /// The file of the framework's settings or order that names them.
    pub marker: Option<String>,
    /// The files.
    pub files: Vec<String>,
}

/// How strong evidence for a framework is, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// No other framework wants them.
    Fallback,
    /// The names of the files.
    Name,
    /// A directive in a file.
    Directive,
    /// A file of the framework's own.
    Marker,
    /// The user said so.
    Told,
}

/// What the caller knows already.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The framework's name, if the user told it.
    pub framework: Option<String>,
    /// Values of placeholders; they win over the framework's own configuration.
    pub placeholders: BTreeMap<String, String>,
    /// The engine, if the user told it.
    pub engine: Option<Engine>,
}

/// All that was found.
#[derive(Debug, Default)]
pub struct Discovery {
    /// Every file that was opened, once; a [`FileId`] is an index into it.
    pub files: Vec<SourceFile>,
    /// The sets of migrations, by their root and framework.
    pub sets: Vec<MigrationSet>,
    /// What could not be read; the run cannot vouch for it (exit 2).
    pub errors: Vec<LoadError>,
    /// Paths that were given and hold neither a migration nor an error (exit 3).
    pub empty: Vec<String>,
}

/// A file that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LoadError {
    /// The file or folder.
    pub path: String,
    /// Why.
    pub message: String,
}

/// Migrations that one run of one framework applies to one database.
#[derive(Debug)]
pub struct MigrationSet {
    /// The framework's name.
    pub framework: &'static str,
    /// Why it was taken for one of this framework's.
    pub why: String,
    /// The folder that it stands in.
    pub root: String,
    /// The engine that it looks like it is for.
    pub engine: Option<Engine>,
    /// The database that it looks like it is for, if that is one whose SQL is not read.
    pub other_database: Option<&'static str>,
    /// Why it looks like that, as a sentence without a full stop; empty where nothing is known.
    pub database_why: String,
    /// The migrations in the order in which they run on a new database.
    ///
    /// - A down migration stands right after the up migration of its version and has its key.
    /// - A baseline stands after the versions that it stands for; a database gets either them
    ///   or it, never both.
    /// - Repeatable migrations stand after all versions, callbacks (repeatable too) where they
    ///   first run.
    pub migrations: Vec<Migration>,
    /// What stands in the set's files and is not run, with the reason.
    pub skipped: Vec<Skipped>,
    /// Findings about files as such: names that never run.
    pub findings: Vec<Finding>,
    /// Why the catalog is incomplete although all files are here: steps that are no SQL.
    pub incomplete: Option<String>,
}

/// Something in a set's files that its framework does not run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// The file.
    pub file: FileId,
    /// Where in it; the whole file but for changesets.
    pub span: Span,
    /// Its version or name.
    pub name: String,
    /// Why it is not run.
    pub why: String,
}

impl MigrationSet {
    /// An empty set with the database that its paths name, or else the words in its files.
    pub fn new(framework: &'static str, claim: &Claim, project: &Project<'_>) -> Self {
        let mut set = Self {
            framework,
            why: claim.why.clone(),
            root: claim.root.clone(),
            engine: None,
            other_database: None,
            database_why: String::new(),
            migrations: Vec::new(),
            skipped: Vec::new(),
            findings: Vec::new(),
            incomplete: None,
        };
        let starts = || claim.files.iter().filter_map(|file| project.starts().get(file));
        let by_content = || {
            let (engine, why) = looks::by_content(starts().map(String::as_str))?;
            Some((Database::Read(engine), why))
        };
        set.set_database(looks::by_path(&claim.root, &claim.files).or_else(by_content));
        set
    }

    /// Notes the database that the set is for, with the reason; `None` changes nothing.
    pub fn set_database(&mut self, database: Option<(Database, String)>) {
        let Some((database, why)) = database else { return };
        self.database_why = why;
        (self.engine, self.other_database) = match database {
            Database::Read(engine) => (Some(engine), None),
            Database::Other(name) => (None, Some(name)),
        };
    }

    /// Notes that a file or a part of it is not run, with a finding of the rule `never-runs`:
    /// an error where its author plainly meant it to be.
    pub fn never_runs(&mut self, place: &Place<'_>, level: Level, why: &str, help: Option<String>) {
        let name = file_name(&place.opened.path).to_owned();
        self.find_never_runs(place, level, why, help);
        let why = why.to_owned();
        self.skipped.push(Skipped { file: place.opened.id, span: place.span, name, why });
    }

    /// The finding of [`MigrationSet::never_runs`] alone, where what is skipped is noted with a
    /// name and a place of its own.
    pub fn find_never_runs(
        &mut self,
        place: &Place<'_>,
        level: Level,
        why: &str,
        help: Option<String>,
    ) {
        let name = file_name(&place.opened.path);
        let part = if place.span == place.opened.whole().span { "" } else { "this part of " };
        self.findings.push(Finding {
            rule: "never-runs",
            level,
            breaks: Vec::new(),
            message: format!("{part}`{name}` never runs: {why}"),
            primary: Label { file: place.opened.id, span: place.first_line(), text: String::new() },
            related: Vec::new(),
            old_release: None,
            help,
            subject: Subject::File(place.opened.path.clone()),
        });
    }
}

/// A place in an opened file.
#[derive(Debug)]
pub struct Place<'a> {
    /// The file.
    pub opened: &'a Opened,
    /// Where in it.
    pub span: Span,
}

impl Place<'_> {
    /// Its first line: enough to point at.
    fn first_line(&self) -> Span {
        let (start, end) = (self.span.start as usize, self.span.end as usize);
        let text = self.opened.text.get(start..end).unwrap_or("");
        let line = text.split(['\n', '\r']).next().unwrap_or("");
        Span::new(start, start + line.len())
    }
}

/// What adapters see of the project.
#[derive(Debug)]
pub struct Project<'a> {
    tree: &'a dyn Tree,
    /// What the caller knows.
    pub settings: &'a Settings,
    /// What was given and listed.
    pub listing: Listing,
    starts: OnceCell<BTreeMap<String, String>>,
}

impl<'a> Project<'a> {
    /// The files of a tree.
    pub fn new(tree: &'a dyn Tree, settings: &'a Settings) -> Self {
        Self { tree, settings, listing: tree.list(), starts: OnceCell::new() }
    }

    /// Whether the user named the framework: then its adapter is asked, and no other.
    pub fn told(&self) -> bool {
        self.settings.framework.is_some()
    }

    /// The listed files whose name ends in `.sql`.
    pub fn sql_files(&self) -> impl Iterator<Item = &str> {
        self.listing.files.iter().map(String::as_str).filter(|path| paths::is_sql(path))
    }

    /// The first [`crate::tree::PEEK_BYTES`] of every listed file that may hold a directive: `.sql`, `.xml`,
    /// `.yaml`, `.yml` and `.json`. Bytes that are not UTF-8 are replaced.
    pub fn starts(&self) -> &BTreeMap<String, String> {
        const EXTENSIONS: &[&str] = &["sql", "xml", "yaml", "yml", "json"];
        self.starts.get_or_init(|| {
            let has_directives = |path: &&String| {
                let extension = paths::extension(path).unwrap_or("").to_ascii_lowercase();
                EXTENSIONS.contains(&extension.as_str())
            };
            let start = |path: &String| {
                let bytes = self.tree.peek(path).ok()?;
                let text = String::from_utf8_lossy(&bytes).into_owned();
                Some((path.clone(), text))
            };
            self.listing.files.iter().filter(has_directives).filter_map(start).collect()
        })
    }

    /// Whether a file was listed.
    pub fn has(&self, path: &str) -> bool {
        self.listing.files.binary_search_by(|file| file.as_str().cmp(path)).is_ok()
    }

    /// The text of a file of settings, listed or not; `Ok(None)` where there is none.
    ///
    /// # Errors
    /// When it is there and cannot be read as text.
    pub fn settings_file(&self, path: &str) -> Result<Option<String>, LoadError> {
        match self.tree.read(path) {
            Ok(bytes) => {
                let file =
                    SourceFile::decode(path, &bytes).map_err(|why| undecodable(path, &why))?;
                Ok(Some(file.text.to_string()))
            }
            Err(ReadError::NotFound | ReadError::OutsideRoot | ReadError::NotAFile) => Ok(None),
            Err(error) => Err(LoadError { path: path.to_owned(), message: error.to_string() }),
        }
    }

    /// Whether there is a file of this path inside the root, listed or not.
    pub fn exists(&self, path: &str) -> bool {
        self.has(path) || self.tree.peek(path).is_ok()
    }

    /// The one spelling of a path: what a settings file names, as it is listed.
    pub fn normal(&self, path: &str) -> String {
        self.tree.normal(path)
    }

    /// The given path that a listed file was found under, as a folder.
    pub fn given_folder(&self, file: &str) -> String {
        let holds = |folder: &&str| below(file, folder).is_some();
        let folders = self.listing.given.iter().filter(|given| given.is_folder);
        let folder = folders.map(|given| given.path.as_str()).find(holds);
        folder.map_or_else(|| parent(file).unwrap_or_default(), str::to_owned)
    }

    /// Replaces placeholders; values that the caller told win over the framework's own.
    pub fn fill(&self, text: &str, offset: usize, placeholders: &Placeholders<'_>) -> SqlText {
        let mut values = placeholders.values.clone();
        values.extend(self.settings.placeholders.clone());
        Placeholders { values: &values, ..*placeholders }.apply(text, offset)
    }
}

/// The files of the run, opened once each.
#[derive(Debug)]
pub struct Sources<'a> {
    tree: &'a dyn Tree,
    files: Vec<SourceFile>,
    opened: BTreeMap<String, FileId>,
    errors: BTreeSet<LoadError>,
}

/// A file of the run.
#[derive(Clone, Debug)]
pub struct Opened {
    /// Which one.
    pub id: FileId,
    /// Its path.
    pub path: String,
    /// Its text.
    pub text: Arc<str>,
}

impl Opened {
    /// The whole file as a place.
    pub fn whole(&self) -> Place<'_> {
        Place { opened: self, span: Span::new(0, self.text.len()) }
    }
}

impl Sources<'_> {
    /// Opens a file; `None` leaves an error.
    pub fn open(&mut self, path: &str) -> Option<Opened> {
        let id = match self.opened.get(path) {
            Some(id) => *id,
            None => {
                let file = self.decode(path).map_err(|error| self.errors.insert(error)).ok()?;
                let id = FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
                self.files.push(file);
                self.opened.insert(path.to_owned(), id);
                id
            }
        };
        let text = Arc::clone(&self.files.get(id.0 as usize)?.text);
        Some(Opened { id, path: path.to_owned(), text })
    }

    /// Notes what could not be read.
    pub fn error(&mut self, error: LoadError) {
        self.errors.insert(error);
    }

    fn decode(&self, path: &str) -> Result<SourceFile, LoadError> {
        let bytes = self.tree.read(path);
        let bytes = bytes
            .map_err(|error| LoadError { path: path.to_owned(), message: error.to_string() })?;
        SourceFile::decode(path, &bytes).map_err(|why| undecodable(path, &why))
    }
}

fn undecodable(path: &str, why: &Undecodable) -> LoadError {
    let message = match why {
        Undecodable::Binary { offset } => {
            format!("not text: a NUL byte at offset {offset} (a binary file, or UTF-16)")
        }
        Undecodable::TooLong => "over 4 GiB".to_owned(),
    };
    LoadError { path: path.to_owned(), message }
}

/// Finds every set of migrations in a tree. Each listed `.sql` file is in a migration, in what a
/// set skips, or in an error.
pub fn discover(tree: &dyn Tree, settings: &Settings) -> Discovery {
    let project = Project::new(tree, settings);
    let mut sources = Sources {
        tree,
        files: Vec::new(),
        opened: BTreeMap::new(),
        errors: listing_errors(&project.listing),
    };
    let mut sets = Vec::new();
    for (adapter, claim) in settle(&project, &mut sources) {
        sets.push((adapter.load)(&project, &claim, &mut sources));
    }
    sets.sort_by(|a, b| (&a.root, a.framework).cmp(&(&b.root, b.framework)));
    let mut found = Discovery {
        files: sources.files,
        sets,
        errors: sources.errors.into_iter().collect(),
        empty: Vec::new(),
    };
    found.empty = empty_paths(&project.listing, &found);
    found
}

/// Which adapter gets which files: strongest evidence first, then the order of the table.
fn settle(project: &Project<'_>, sources: &mut Sources<'_>) -> Vec<(&'static Adapter, Claim)> {
    let told = project.settings.framework.as_deref();
    let asked = |adapter: &&Adapter| told.is_none_or(|name| name == adapter.name);
    if let Some(name) = told.filter(|_| !ADAPTERS.iter().any(|adapter| asked(&adapter))) {
        let known: Vec<_> = ADAPTERS.iter().map(|adapter| adapter.name).collect();
        let message = format!("no framework `{name}`; there are {}", known.join(", "));
        sources.error(LoadError { path: ".".to_owned(), message });
    }
    let mut claims: Vec<(&Adapter, Claim)> = Vec::new();
    for adapter in ADAPTERS.iter().filter(asked) {
        claims.extend((adapter.find)(project).into_iter().map(|claim| (adapter, claim)));
    }
    claims.sort_by_key(|(_, claim)| std::cmp::Reverse(claim.strength));
    let mut taken: BTreeSet<String> = BTreeSet::new();
    for (_, claim) in &mut claims {
        claim.files.retain(|file| taken.insert(file.clone()));
    }
    claims.retain(|(_, claim)| !claim.files.is_empty() || claim.marker.is_some());
    claims
}

/// What could not be listed and may hold migrations: what was given, a folder, or a file of a
/// kind that is read.
fn listing_errors(listing: &Listing) -> BTreeSet<LoadError> {
    const READ: &[&str] = &["sql", "xml", "yaml", "yml", "json", "toml", "conf"];
    let is_other_file = |path: &str| {
        let extension = paths::extension(path).unwrap_or("").to_ascii_lowercase();
        extension.chars().any(char::is_alphabetic) && !READ.contains(&extension.as_str())
    };
    let matters = |problem: &&Problem| problem.given || !is_other_file(&problem.path);
    let error = |problem: &Problem| LoadError {
        path: problem.path.clone(),
        message: problem.error.to_string(),
    };
    listing.problems.iter().filter(matters).map(error).collect()
}

fn empty_paths(listing: &Listing, found: &Discovery) -> Vec<String> {
    let paths: BTreeSet<&str> = found
        .files
        .iter()
        .map(|file| file.path.as_str())
        .chain(found.errors.iter().map(|error| error.path.as_str()))
        .collect();
    let holds_none =
        |given: &&String| !paths.iter().any(|path| path == given || below(path, given).is_some());
    listing.given.iter().map(|given| &given.path).filter(holds_none).cloned().collect()
}

#[cfg(test)]
mod tests;
