//! Flyway: `V1__title.sql`, `R__title.sql`, baselines, undo scripts and callbacks.

use super::follow::Follow;
use super::placeholders::Placeholders;
use super::{Adapter, Claim, MigrationSet, Opened, Project, Sources, Strength, paths};
use crate::finding::Level;
use crate::migration::{
    Direction, Migration, OptOut, Part, Runner, Sends, SqlText, Version, Wraps,
};
use crate::tree::{ancestors, below, file_name, parent};
use config::{Config, ScriptConfig};
use names::{EVENTS, Name, Naming, When};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

pub mod config;
pub mod names;

/// The adapter.
pub const ADAPTER: Adapter = Adapter { name: "flyway", find, load, follow: Some(Follow { joins: &['.', '_'], together: true, ..Follow::MESSAGES }) };

/// Sets by configured location first; other folders by the names that stand in them.
fn find(project: &Project<'_>) -> Vec<Claim> {
    let mut claims = configured(project);
    let taken: BTreeSet<String> =
        claims.iter().flat_map(|claim| claim.files.iter().cloned()).collect();
    let rest = project.sql_files().filter(|file| !taken.contains(*file));
    claims.extend(named(project, rest.collect()));
    claims
}

fn configured(project: &Project<'_>) -> Vec<Claim> {
    let mut claims = Vec::new();
    for folder in Config::folders(project) {
        // A file that cannot be read is reported when its folder's set is loaded.
        let Ok(Some(config)) = Config::in_folder(project, &folder) else { continue };
        let mut roots = BTreeSet::new();
        let mut files = Vec::new();
        for file in &project.listing.files {
            let named = config.naming.split_suffix(file).is_some() || paths::is_sql(file);
            let root = config.locations.iter().find_map(|location| location.folder_of(file));
            if let (true, Some(root)) = (named, root) {
                roots.insert(root);
                files.push(file.clone());
            }
        }
        let Some(root) = roots.pop_first() else { continue };
        let written: Vec<_> =
            config.locations.iter().map(|location| format!("`{}`", location.text)).collect();
        let marker = config.path;
        claims.push(Claim {
            root: if roots.is_empty() { root } else { folder },
            strength: if project.told() { Strength::Told } else { Strength::Marker },
            why: format!(
                "`{}` names {}",
                marker.as_deref().unwrap_or_default(),
                written.join(" and ")
            ),
            marker,
            files,
        });
    }
    // The configuration nearest to its files speaks for them.
    claims.sort_by_key(|claim| std::cmp::Reverse(claim.root.len()));
    claims
}

/// What may stand only once in a set: direction and version, or description.
type Identity = (Direction, Vec<String>);

fn named(project: &Project<'_>, files: Vec<&str>) -> Vec<Claim> {
    let mut folders: BTreeMap<String, BTreeSet<Identity>> = BTreeMap::new();
    let mut fitting: BTreeMap<String, usize> = BTreeMap::new();
    let by_folder = paths::by_folder(files);
    let mut namings = Namings::default();
    for (folder, files) in &by_folder {
        let naming = namings.of(project, folder);
        let is_default_location = format!("{folder}/").contains("db/migration/");
        for file in files {
            let identity = match naming.parse(file_name(file)) {
                Ok(Name::Versioned { direction, version, .. }) => (direction, version.key),
                Ok(Name::Repeatable { description }) => (Direction::Repeatable, vec![description]),
                Err(misnamed) if is_default_location && misnamed.meant => {
                    folders.entry(folder.clone()).or_default();
                    continue;
                }
                _ => continue,
            };
            folders.entry(folder.clone()).or_default().insert(identity);
            *fitting.entry(folder.clone()).or_default() += 1;
        }
    }
    let strength = if project.told() { Strength::Told } else { Strength::Name };
    let mut claims = Vec::new();
    let mut taken = BTreeSet::new();
    for (root, members) in paths::join_folders(&folders) {
        let files = |folder: &String| by_folder.get(folder).cloned().unwrap_or_default();
        let files: Vec<String> = members.iter().flat_map(files).map(str::to_owned).collect();
        let fit: usize = members.iter().filter_map(|folder| fitting.get(folder)).sum();
        taken.extend(files.iter().cloned());
        let why = format!("{fit} of {} names are V<version>__<title>.sql or the like", files.len());
        claims.push(Claim { root, strength, why, marker: None, files });
    }
    if project.told() {
        let rest = by_folder.values().flatten().filter(|file| !taken.contains(**file));
        let mut given: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for file in rest {
            given.entry(project.given_folder(file)).or_default().push((*file).to_owned());
        }
        let why = "the framework was named: flyway";
        claims.extend(given.into_iter().map(|(root, files)| Claim {
            root,
            strength,
            why: why.to_owned(),
            marker: None,
            files,
        }));
    }
    claims
}

/// How migrations are named in each folder that was asked for, and in those above it.
#[derive(Default)]
struct Namings(BTreeMap<String, Rc<Naming>>);

impl Namings {
    fn of(&mut self, project: &Project<'_>, folder: &str) -> Rc<Naming> {
        let mut below = Vec::new();
        let mut found = None;
        for folder in ancestors(folder) {
            found = self.0.get(&folder).cloned().or_else(|| {
                let config = Config::in_folder(project, &folder).ok().flatten();
                config.map(|config| Rc::new(config.naming))
            });
            below.push(folder);
            if found.is_some() {
                break;
            }
        }
        let found = found.unwrap_or_default();
        self.0.extend(below.into_iter().map(|folder| (folder, Rc::clone(&found))));
        found
    }
}

/// The configuration of a folder or of the nearest one above it.
fn nearest(project: &Project<'_>, folder: &str) -> Option<Config> {
    ancestors(folder).find_map(|folder| Config::in_folder(project, &folder).ok().flatten())
}

fn load(project: &Project<'_>, claim: &Claim, sources: &mut Sources<'_>) -> MigrationSet {
    let mut set = MigrationSet::new(ADAPTER.name, claim, project);
    let config = match &claim.marker {
        Some(marker) => Config::in_folder(project, &parent(marker).unwrap_or_default()),
        None => Ok(nearest(project, &claim.root)),
    };
    let config = config.unwrap_or_else(|error| {
        sources.error(error);
        None
    });
    for folder in ancestors(&claim.root) {
        if let Err(error) = Config::in_folder(project, &folder) {
            sources.error(error);
        }
    }
    let config = config.unwrap_or_default();
    let named = |database| (database, "its configuration names it".to_owned());
    set.set_database(config.database.map(named));
    let mut rows: Vec<(Rank, Migration)> = Vec::new();
    for path in &claim.files {
        let Some(opened) = sources.open(path) else { continue };
        let script = ScriptConfig::beside(project, path).unwrap_or_else(|error| {
            sources.error(error);
            ScriptConfig::default()
        });
        let name = match config.naming.parse(file_name(path)) {
            Ok(name) => name,
            Err(misnamed) => {
                let level = if misnamed.meant { Level::Error } else { Level::Note };
                let help = misnamed.right.map(|right| format!("name it `{right}`"));
                set.never_runs(&opened.whole(), level, &misnamed.why, help);
                continue;
            }
        };
        if let Some(why) = not_run(&name, script) {
            let place = opened.whole();
            let name = file_name(path).to_owned();
            set.skipped.push(super::Skipped { file: opened.id, span: place.span, name, why });
            continue;
        }
        let body = body(project, &config, script, &opened);
        let runner = runner(&config, script);
        rows.push(migration(name, &config.naming, &opened, runner, body));
    }
    rows.sort_by(|(rank_a, a), (rank_b, b)| {
        let by_version = || a.version.cmp_numeric(&b.version);
        rank_a.when.cmp(&rank_b.when).then_with(|| match rank_a.when {
            Moment::Versions => by_version().then_with(|| rank_a.within.cmp(&rank_b.within)),
            _ => rank_a.within.cmp(&rank_b.within).then_with(|| a.title.cmp(&b.title)),
        })
    });
    set.migrations = rows.into_iter().map(|(_, migration)| migration).collect();
    set.not_sql(&programs(project, &claim.root));
    set
}

/// How a file is run [S `ParserSqlScript`]: its own setting wins; else a file in which Flyway
/// recognises a statement that refuses a transaction runs without one.
fn runner(config: &Config, script: ScriptConfig) -> Runner {
    let in_transaction = script.in_transaction.unwrap_or(config.in_transaction);
    let wraps = match (in_transaction, config.group) {
        (false, _) => Wraps::Nothing,
        (true, true) => Wraps::AllPending,
        (true, false) => Wraps::EachFile,
    };
    let alone = match script.in_transaction {
        None => OptOut::Automatic,
        Some(_) => OptOut::Sidecar { suffix: ".conf", text: "executeInTransaction=false" },
    };
    let refuses_mixed = !config.mixed && script.in_transaction.is_none();
    Runner { framework: ADAPTER.name, wraps, sends: Sends::Statements, alone, refuses_mixed }
}

fn body(
    project: &Project<'_>,
    config: &Config,
    script: ScriptConfig,
    opened: &Opened,
) -> SqlText {
    if !script.replaces.unwrap_or(config.replaces) {
        return SqlText::verbatim(opened.text.clone(), 0);
    }
    let marks = (config.marks.0.as_str(), config.marks.1.as_str());
    let values = &config.placeholders;
    project.fill(&opened.text, 0, &Placeholders { values, marks, templates: false })
}

fn not_run(name: &Name, script: ScriptConfig) -> Option<String> {
    match name {
        _ if script.never_executes => {
            Some("its .conf file says shouldExecute=false".to_owned())
        }
        Name::Callback { event, .. } if event.when == When::Elsewhere => {
            Some(format!("`{}` is no part of a migration that succeeds", event.id))
        }
        _ => None,
    }
}

/// When a file runs: the moment, and the place within it.
struct Rank {
    when: Moment,
    within: usize,
}

/// The moments of `flyway migrate`, in order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Moment {
    First,
    Versions,
    AfterVersions,
    Repeatables,
    Last,
}

impl From<When> for Moment {
    fn from(when: When) -> Self {
        match when {
            When::First => Self::First,
            When::AfterVersions => Self::AfterVersions,
            When::Last | When::Elsewhere => Self::Last,
        }
    }
}

fn migration(
    name: Name,
    naming: &Naming,
    opened: &Opened,
    runner: Runner,
    body: SqlText,
) -> (Rank, Migration) {
    let (rank, direction, version, title) = match name {
        Name::Versioned { direction, version, description } => {
            // Down migrations and baselines come after the up migration of their version.
            let within = match direction {
                Direction::Down => 1,
                Direction::Baseline => 2,
                _ => 0,
            };
            (Rank { when: Moment::Versions, within }, direction, version, description)
        }
        Name::Repeatable { description } => {
            let written = description.replace(' ', "_");
            let text = format!("{}{}{written}", naming.repeatable, naming.separator);
            let version = Version { text, key: vec![description.clone()] };
            (Rank { when: Moment::Repeatables, within: 0 }, Direction::Repeatable, version, description)
        }
        Name::Callback { event, description } => {
            let within = EVENTS.iter().position(|known| known == event).unwrap_or(EVENTS.len());
            let key = vec![event.id.to_owned(), description.clone()];
            let version = Version { text: event.id.to_owned(), key };
            let when = event.when.into();
            (Rank { when, within }, Direction::Repeatable, version, description)
        }
    };
    let migration = Migration {
        file: opened.id,
        version,
        title,
        direction,
        runner,
        body: vec![Part::Sql(body)],
        span: opened.whole().span,
    };
    (rank, migration)
}

/// Migrations written in a programming language: classes beside the SQL files, or in the package
/// of the same name.
fn programs<'a>(project: &'a Project<'_>, root: &str) -> Vec<&'a str> {
    const LANGUAGES: &[&str] = &["java", "kt", "kts", "scala", "groovy"];
    let (module, package) = root.split_once("src/main/resources/").unwrap_or((root, ""));
    let is_program = |path: &&String| {
        let language = paths::extension(path).is_some_and(|end| LANGUAGES.contains(&end));
        let named = || Naming::default().parse(&format!("{}.sql", paths::stem(file_name(path))));
        let beside = below(path, root).is_some();
        let in_package = !package.is_empty()
            && path.strip_prefix(module).is_some_and(|path| {
                path.starts_with("src/main/") && path.contains(&format!("/{package}/"))
            });
        language
            && (beside || in_package)
            && file_name(path).contains("__")
            && matches!(named(), Ok(Name::Versioned { .. } | Name::Repeatable { .. }))
    };
    project.listing.files.iter().filter(is_program).map(|path| file_name(path)).collect()
}

#[cfg(test)]
mod tests;
