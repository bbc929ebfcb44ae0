//! Liquibase: formatted SQL, plain SQL files, and the changelogs that order them.

use super::placeholders::{Placeholders, blank};
use super::{
    Adapter, Claim, MigrationSet, Opened, Place, Project, Skipped, Sources, Strength, paths,
};
use crate::dialect::Engine;
use crate::finding::Level;
use crate::migration::{
    Direction, Migration, OptOut, Part, Runner, Sends, SqlText, Version, Wraps,
};
use crate::source::Span;
use crate::tree::{below, file_name, parent};
use changelog::{Order, is_changelog};
use formatted::{Changeset, is_formatted};
use std::collections::{BTreeMap, BTreeSet};

pub mod changelog;
pub mod databases;
pub mod formatted;

/// The adapter.
pub const ADAPTER: Adapter = Adapter { name: "liquibase", find, load, follow: None };

/// How a changeset is run [S `ChangeSet`]: in a transaction of its own unless
/// `runInTransaction:false`, statement by statement unless `splitStatements:false`.
fn runner(in_transaction: bool, splits: bool) -> Runner {
    Runner {
        framework: ADAPTER.name,
        wraps: if in_transaction { Wraps::EachChangeset } else { Wraps::Nothing },
        sends: if splits { Sends::Statements } else { Sends::WholeFile },
        alone: OptOut::Directive {
            text: "runInTransaction:false",
            place: "on the changeset's `--changeset` line, below `--liquibase formatted sql`",
        },
        refuses_mixed: false,
    }
}

/// One set below each topmost folder with a changelog; else folders with formatted SQL.
fn find(project: &Project<'_>) -> Vec<Claim> {
    let starts = project.starts();
    let mut tops: Vec<(String, &String)> = Vec::new();
    for (path, _) in starts.iter().filter(|(path, start)| is_changelog(path, start)) {
        tops.push((parent(path).unwrap_or_default(), path));
    }
    tops.sort_by(|a, b| a.0.len().cmp(&b.0.len()).then_with(|| a.cmp(b)));
    let mut claims: Vec<Claim> = Vec::new();
    for (root, changelog) in tops {
        let held = |claim: &Claim| claim.root == root || below(&root, &claim.root).is_some();
        if !claims.iter().any(held) {
            claims.push(below_changelog(project, root, changelog));
        }
    }
    let taken: BTreeSet<&str> =
        claims.iter().flat_map(|claim| claim.files.iter().map(String::as_str)).collect();
    let rest: Vec<&str> = project.sql_files().filter(|file| !taken.contains(file)).collect();
    let by_name = without_changelog(project, &rest);
    claims.extend(by_name);
    claims
}

fn strength(project: &Project<'_>, evidence: Strength) -> Strength {
    if project.told() { Strength::Told } else { evidence }
}

fn below_changelog(project: &Project<'_>, root: String, changelog: &str) -> Claim {
    let mut files = order(project, &root).files;
    let others = project.sql_files().filter(|file| below(file, &root).is_some());
    let others: Vec<&str> = others.filter(|file| !files.iter().any(|known| known == file)).collect();
    files.extend(others.into_iter().map(str::to_owned));
    Claim {
        strength: strength(project, Strength::Marker),
        why: format!("`{changelog}` is a Liquibase changelog"),
        marker: Some(changelog.to_owned()),
        root,
        files,
    }
}

fn without_changelog(project: &Project<'_>, files: &[&str]) -> Vec<Claim> {
    let is_marked =
        |file: &str| project.starts().get(file).is_some_and(|start| is_formatted(start));
    let by_folder = paths::by_folder(files.iter().copied());
    let marked: BTreeMap<String, BTreeSet<()>> = by_folder
        .iter()
        .filter(|(_, files)| files.iter().any(|file| is_marked(file)))
        .map(|(folder, _)| (folder.clone(), BTreeSet::new()))
        .collect();
    let mut claims = Vec::new();
    for (root, members) in paths::join_folders(&marked) {
        let files = members.iter().filter_map(|folder| by_folder.get(folder)).flatten();
        let files: Vec<String> = files.map(|file| (*file).to_owned()).collect();
        let count = files.iter().filter(|file| is_marked(file)).count();
        let of = files.len();
        let why = format!("{count} of {of} files start with --liquibase formatted sql");
        let strength = strength(project, Strength::Directive);
        claims.push(Claim { root, strength, why, marker: None, files });
    }
    if project.told() {
        let taken: BTreeSet<String> =
            claims.iter().flat_map(|claim| claim.files.iter().cloned()).collect();
        let mut rest: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for file in files.iter().filter(|file| !taken.contains(**file)) {
            rest.entry(project.given_folder(file)).or_default().push((*file).to_owned());
        }
        let why = "the framework was named: liquibase";
        claims.extend(rest.into_iter().map(|(root, files)| Claim {
            root,
            strength: Strength::Told,
            why: why.to_owned(),
            marker: None,
            files,
        }));
    }
    claims
}

/// The order that the changelogs below a folder give. Those that no other includes come first,
/// by their paths.
fn order(project: &Project<'_>, root: &str) -> Order {
    let inside = |path: &&String| below(path, root).is_some();
    let starts = project.starts();
    let changelogs: Vec<&String> = starts
        .iter()
        .filter(|(path, start)| inside(path) && is_changelog(path, start))
        .map(|(path, _)| path)
        .collect();
    let mut included = BTreeSet::new();
    for changelog in &changelogs {
        let mut order = Order::default();
        order.follow(project, changelog);
        included.extend(order.changelogs.into_iter().filter(|path| path != *changelog));
    }
    let mut order = Order::default();
    for changelog in changelogs.iter().filter(|path| !included.contains(**path)) {
        order.follow(project, changelog);
    }
    for changelog in changelogs {
        order.follow(project, changelog);
    }
    order
}

fn load(project: &Project<'_>, claim: &Claim, sources: &mut Sources<'_>) -> MigrationSet {
    let set = MigrationSet::new(ADAPTER.name, claim, project);
    let order = match claim.marker {
        Some(_) => order(project, &claim.root),
        None => Order::default(),
    };
    let engine = project.settings.engine.or(set.engine).unwrap_or(Engine::Postgres);
    let mut loader = Loader { project, set, engine, properties: order.properties };
    let complete = order.errors.is_empty() && claim.marker.is_some();
    if let Some(error) = order.errors.first() {
        loader.set.incomplete = Some(format!("`{}`: {}", error.path, error.message));
    }
    for error in order.errors {
        sources.error(error);
    }
    let claimed = |file: &&String| claim.files.contains(file);
    for path in order.files.iter().filter(claimed) {
        if let Some(opened) = sources.open(path) {
            loader.file(&opened);
        }
    }
    let mut others: Vec<&String> =
        claim.files.iter().filter(|file| !order.files.contains(file)).collect();
    others.sort_by(|a, b| paths::natural(a, b));
    for path in others {
        let Some(opened) = sources.open(path) else { continue };
        if complete {
            let why = "no changelog among the given files includes it";
            let help = "Include it in a changelog, or move it out of the folder.".to_owned();
            loader.set.never_runs(&opened.whole(), Level::Warning, why, Some(help));
        } else {
            loader.file(&opened);
        }
    }
    loader.set
}

struct Loader<'a> {
    project: &'a Project<'a>,
    set: MigrationSet,
    engine: Engine,
    properties: BTreeMap<String, String>,
}

impl Loader<'_> {
    fn file(&mut self, opened: &Opened) {
        if !is_formatted(&opened.text) {
            return self.plain_sql(opened);
        }
        let found = formatted::parse(&opened.text);
        if found.changesets.is_empty() && found.stray.is_empty() {
            self.set.never_runs(&opened.whole(), Level::Note, "it holds no changeset", None);
        }
        for (name, value) in &found.properties {
            self.properties.entry(name.clone()).or_insert_with(|| value.clone());
        }
        for stray in &found.stray {
            let place = Place { opened, span: Span::new(stray.range.start, stray.range.end) };
            let help = Some(stray.help.to_owned());
            self.set.never_runs(&place, Level::Error, stray.why, help);
        }
        for changeset in &found.changesets {
            self.changeset(opened, changeset);
        }
    }

    /// A file without the header is one changeset that is sent as one message, in a transaction
    /// [S `SqlChangeLogParser`: author `includeAll`, id `raw`].
    fn plain_sql(&mut self, opened: &Opened) {
        let body = self.fill(&opened.text, 0);
        self.set.migrations.push(Migration {
            file: opened.id,
            version: version("includeAll", "raw", &opened.path),
            title: paths::stem(file_name(&opened.path)).replace(['_', '-'], " "),
            direction: Direction::Up,
            runner: runner(true, false),
            body: vec![Part::Sql(body)],
            span: opened.whole().span,
        });
    }

    fn changeset(&mut self, opened: &Opened, changeset: &Changeset) {
        let span = Span::new(changeset.whole.start, changeset.whole.end);
        let path = changeset.attribute("logicalFilePath").unwrap_or(&opened.path);
        let version = version(&changeset.author, &changeset.id, path);
        if let Some(why) = self.not_run(opened, changeset) {
            let name = version.text;
            self.set.skipped.push(Skipped { file: opened.id, span, name, why });
            return;
        }
        let runs_again = changeset.flag("runOnChange", false) || changeset.flag("runAlways", false);
        let body = self.fill(&changeset.sql(&opened.text), changeset.body.start);
        let up = Migration {
            file: opened.id,
            version,
            title: changeset.id.replace(['_', '-'], " "),
            direction: if runs_again { Direction::Repeatable } else { Direction::Up },
            runner: runner(
                changeset.flag("runInTransaction", true),
                changeset.flag("splitStatements", true),
            ),
            body: vec![Part::Sql(body)],
            span,
        };
        let down = self.rollback(opened, changeset).map(|body| Migration {
            direction: Direction::Down,
            runner: runner(
                changeset.flag("runInTransaction", true),
                changeset.flag("rollbackSplitStatements", true),
            ),
            body: vec![Part::Sql(body)],
            ..up.clone()
        });
        self.set.migrations.push(up);
        self.set.migrations.extend(down);
    }

    /// The lines of a changeset's rollback; what stands between them is blank.
    fn rollback(&self, opened: &Opened, changeset: &Changeset) -> Option<SqlText> {
        let slice = |start: usize, end: usize| opened.text.get(start..end).unwrap_or("");
        let start = changeset.rollback.first()?.start;
        let mut sql = String::new();
        let mut copied = start;
        for line in &changeset.rollback {
            sql.push_str(&blank(slice(copied, line.start)));
            sql.push_str(slice(line.start, line.end));
            copied = line.end;
        }
        (!sql.trim().is_empty()).then(|| self.fill(&sql, start))
    }

    fn not_run(&mut self, opened: &Opened, changeset: &Changeset) -> Option<String> {
        if changeset.flag("ignore", false) {
            return Some("it says ignore:true".to_owned());
        }
        let wanted = changeset.databases().filter(|wanted| !is_for(wanted, self.engine))?;
        if let Some(unknown) = databases::unknown(wanted) {
            let right = databases::meant(unknown);
            let is_ours = right == Some(databases::name(self.engine));
            let level = if is_ours { Level::Error } else { Level::Warning };
            let why = format!("Liquibase knows no database `{unknown}`");
            let help = match right {
                Some(right) => format!("Write `dbms:{right}`, without quotes."),
                None => "Write a short name that Liquibase knows; PostgreSQL's is `postgresql`."
                    .to_owned(),
            };
            let span = Span::new(changeset.line.start, changeset.line.end);
            self.set.find_never_runs(&Place { opened, span }, level, &why, Some(help));
        }
        Some(format!("it says dbms:{wanted}"))
    }

    fn fill(&self, text: &str, offset: usize) -> SqlText {
        let values = &self.properties;
        let placeholders =
            Placeholders { values, marks: Placeholders::DOLLAR, templates: false };
        self.project.fill(text, offset, &placeholders)
    }
}

/// `author:id`, identified with the file that it stands in.
fn version(author: &str, id: &str, path: &str) -> Version {
    let text = format!("{author}:{id}");
    Version { text, key: vec![author.to_owned(), id.to_owned(), path.to_owned()] }
}

/// Whether a `dbms` list (`postgresql,h2`, `!oracle`) takes in an engine [S
/// `DatabaseList.definitionMatches`].
fn is_for(wanted: &str, engine: Engine) -> bool {
    let name = databases::name(engine);
    let wanted: Vec<&str> = databases::listed(wanted).collect();
    let has = |word: &str| wanted.iter().any(|wanted| wanted.eq_ignore_ascii_case(word));
    let all_negative = wanted.iter().all(|wanted| wanted.starts_with('!'));
    let is_named = !has("none") && !has(&format!("!{name}")) && (has(name) || all_negative);
    has("all") || is_named
}

#[cfg(test)]
mod tests;
