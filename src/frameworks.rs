//! Frameworks: which files are migrations, in which order, in which direction, run how.
//!
//! An adapter is one file under `frameworks/` and one line in the table below. It finds the sets
//! of migrations that its framework would run, and loads each of them.

use crate::dialect::Engine;
use crate::parallel;
use crate::source::{FileId, SourceFile, Span, Undecodable};
use crate::tree::{Listing, Problem, Tree, below};
use follow::Follow;
pub use project::Project;
pub use set::{MigrationSet, Named, Place, Skipped};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub mod annotated;
pub mod bookkeeping;
pub mod claims;
pub mod follow;
pub mod keys;
pub mod lines;
pub mod looks;
pub mod paths;
pub mod placeholders;
pub mod project;
pub mod sections;
pub mod set;

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
    refinery,
    flyway,
    goose,
    dbmate,
    sql_migrate,
    drizzle,
    diesel,
    prisma,
    sqlx,
    tern,
    atlas,
    supabase,
    node_pg_migrate,
    play_evolutions,
    rambler,
    sqitch,
    golang_migrate,
    liquibase,
    dry_run,
    dump,
    own,
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
    /// How a next migration is written, where lockgate writes them.
    pub follow: Option<Follow>,
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
    /// What stands in the file: a program wrote it.
    Content,
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
    /// What the user told of a framework of their own.
    pub own: Option<own::Own>,
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
    /// Dumps beside migrations: seen, and not opened.
    pub dumps: Vec<LeftOut>,
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

/// A dump that stands beside migrations: it is the schema that they make, and none of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// The file.
    pub path: String,
    /// Why it was taken for a dump, as a sentence without a full stop.
    pub why: String,
}

/// How the next migration of a framework is written, where lockgate writes them.
pub fn follow_of(framework: &str) -> Option<&'static Follow> {
    ADAPTERS.iter().find(|adapter| adapter.name == framework)?.follow.as_ref()
}

/// The files of the run, opened once each.
#[derive(Debug)]
pub struct Sources<'a> {
    tree: &'a dyn Tree,
    files: Vec<SourceFile>,
    opened: BTreeMap<String, FileId>,
    /// What was read before anybody opened it.
    ahead: BTreeMap<String, Result<SourceFile, LoadError>>,
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
    /// Reads the files of claims, several at once.
    fn read_ahead(&mut self, project: &Project<'_>, claims: &[(&Adapter, Claim)]) {
        let claims = claims.iter().filter(|(adapter, _)| adapter.name != dump::ADAPTER.name);
        let paths: Vec<&String> = claims.flat_map(|(_, claim)| &claim.files).collect();
        let tree = self.tree;
        let read = parallel::map(&paths, |path| match project.whole(path) {
            Some(bytes) => decoded(path, bytes),
            None => decode(tree, path),
        });
        let read = paths.into_iter().zip(read).filter_map(|(path, it)| Some((path.clone(), it?)));
        self.ahead = read.collect();
    }

    /// Opens a file; `None` leaves an error.
    pub fn open(&mut self, path: &str) -> Option<Opened> {
        match self.ahead.remove(path) {
            Some(read) => self.open_as(path, |_, _| read),
            None => self.open_as(path, decode),
        }
    }

    /// Opens a dump, packed or not, without its rows; `None` leaves an error.
    pub fn open_dump(&mut self, path: &str) -> Option<Opened> {
        self.open_as(path, dump::read)
    }

    fn open_as(
        &mut self,
        path: &str,
        read: impl FnOnce(&dyn Tree, &str) -> Result<SourceFile, LoadError>,
    ) -> Option<Opened> {
        let id = match self.opened.get(path) {
            Some(id) => *id,
            None => {
                let file = read(self.tree, path).map_err(|error| self.errors.insert(error)).ok()?;
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
}

fn decode(tree: &dyn Tree, path: &str) -> Result<SourceFile, LoadError> {
    let bytes = tree
        .read(path)
        .map_err(|error| LoadError { path: path.to_owned(), message: error.to_string() })?;
    decoded(path, &bytes)
}

fn decoded(path: &str, bytes: &[u8]) -> Result<SourceFile, LoadError> {
    SourceFile::decode(path, bytes).map_err(|why| undecodable(path, &why))
}

fn undecodable(path: &str, why: &Undecodable) -> LoadError {
    LoadError { path: path.to_owned(), message: why.to_string() }
}

/// Finds every set of migrations in a tree. Each listed `.sql` file is in a migration, in what a
/// set skips, or in an error.
pub fn discover(tree: &dyn Tree, settings: &Settings) -> Discovery {
    let project = Project::new(tree, settings);
    let mut sources = Sources {
        tree,
        files: Vec::new(),
        opened: BTreeMap::new(),
        ahead: BTreeMap::new(),
        errors: listing_errors(&project.listing),
    };
    let mut sets = Vec::new();
    let (claims, dumps) = settle(&project, &mut sources);
    sources.read_ahead(&project, &claims);
    for (adapter, claim) in claims {
        sets.push((adapter.load)(&project, &claim, &mut sources));
    }
    sets.sort_by(|a, b| (&a.root, a.framework).cmp(&(&b.root, b.framework)));
    let mut found = Discovery {
        files: sources.files,
        sets,
        dumps,
        errors: sources.errors.into_iter().collect(),
        empty: Vec::new(),
    };
    found.empty = empty_paths(&project.listing, &found);
    found
}

/// Which adapter gets which files: strongest evidence first, then the order of the table. Dumps
/// are left out where there are migrations.
fn settle(
    project: &Project<'_>,
    sources: &mut Sources<'_>,
) -> (Vec<(&'static Adapter, Claim)>, Vec<LeftOut>) {
    let told = project.settings.framework.as_deref();
    let asked = |adapter: &&Adapter| told.is_none_or(|name| name == adapter.name);
    if let Some(name) = told.filter(|_| !ADAPTERS.iter().any(|adapter| asked(&adapter))) {
        let known: Vec<_> = ADAPTERS.iter().map(|adapter| adapter.name).collect();
        let message = format!("no framework `{name}`; there are {}", known.join(", "));
        sources.error(LoadError { path: ".".to_owned(), message });
    }
    let mut claims: Vec<(&Adapter, Claim)> = Vec::new();
    let asked: Vec<&Adapter> = ADAPTERS.iter().filter(asked).collect();
    let found = parallel::map(&asked, |adapter| (adapter.find)(project));
    for (adapter, found) in asked.into_iter().zip(found) {
        let found = found.unwrap_or_else(|| (adapter.find)(project));
        claims.extend(found.into_iter().map(|claim| (adapter, claim)));
    }
    claims.sort_by_key(|(_, claim)| std::cmp::Reverse(claim.strength));
    let mut taken: BTreeSet<String> = BTreeSet::new();
    for (_, claim) in &mut claims {
        claim.files.retain(|file| taken.insert(file.clone()));
    }
    claims.retain(|(_, claim)| !claim.files.is_empty() || claim.marker.is_some());
    let is_dump = |(adapter, _): &(&Adapter, Claim)| adapter.name == dump::ADAPTER.name;
    if claims.iter().all(|it| is_dump(it) || it.1.files.is_empty()) {
        return (claims, Vec::new());
    }
    let (dumps, migrations): (Vec<_>, Vec<_>) = claims.into_iter().partition(is_dump);
    let left_out = dumps.into_iter().flat_map(|(_, Claim { files, why, .. })| {
        files.into_iter().map(move |path| LeftOut { path, why: why.clone() })
    });
    (migrations, left_out.collect())
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
        .chain(found.dumps.iter().map(|dump| dump.path.as_str()))
        .collect();
    let holds_none =
        |given: &&String| !paths.iter().any(|path| path == given || below(path, given).is_some());
    listing.given.iter().map(|given| &given.path).filter(holds_none).cloned().collect()
}

#[cfg(test)]
mod tests;
