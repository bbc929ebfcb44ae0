//! A set of migrations, and how an adapter fills it.

use super::paths::Database;
use super::sections::holds_sql;
use super::{Claim, Opened, Project, looks};
use crate::dialect::Engine;
use crate::finding::{Finding, Label, Level, Subject};
use crate::migration::{Direction, Migration, Part, Runner, Version};
use crate::source::{FileId, Span};
use crate::tree::file_name;
use std::cmp::Ordering;

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
        let by_path = looks::by_path(&claim.root, &claim.files);
        set.set_database(match &by_path {
            // `internal/db2` may be somebody's second package for a database.
            Some((Database::Other("db2"), _)) if !looks::is_named_closely(&claim.files) => {
                by_content().or(by_path)
            }
            _ => by_path.or_else(by_content),
        });
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

    /// Adds a migration.
    pub fn push(&mut self, place: &Place<'_>, named: Named, runner: Runner, body: Vec<Part>) {
        let Named { version, title, direction } = named;
        let (file, span) = (place.opened.id, place.span);
        self.migrations.push(Migration { file, version, title, direction, runner, body, span });
    }

    /// Puts the migrations in order: by their versions, and of one version up before down.
    pub fn sort(&mut self, by: impl Fn(&Version, &Version) -> Ordering) {
        self.migrations
            .sort_by(|a, b| by(&a.version, &b.version).then_with(|| a.direction.cmp(&b.direction)));
    }

    /// The finding that a directive has no effect, or not the one that it seems to have.
    pub fn misses(&mut self, place: &Place<'_>, message: String, help: &str) {
        self.tell(place, Level::Warning, message, Some(help.to_owned()));
    }

    /// Notes that a file's name is none that its framework takes: an error where it starts with a
    /// number or holds the framework's mark, as its author meant it to run.
    pub fn misnamed(&mut self, opened: &Opened, meant: bool, why: &str, shape: &str) {
        let starts_with_number = file_name(&opened.path).starts_with(|c: char| c.is_ascii_digit());
        let meant = meant || starts_with_number;
        let level = if meant { Level::Error } else { Level::Note };
        let help = meant.then(|| format!("name it `{shape}`"));
        self.never_runs(&opened.whole(), level, why, help);
    }

    /// Notes that a file lacks the mark without which its framework runs nothing of it: an error
    /// where it holds SQL.
    pub fn unmarked(&mut self, opened: &Opened, why: &str, help: &str) {
        let level = if holds_sql(&opened.text) { Level::Error } else { Level::Note };
        self.never_runs(&opened.whole(), level, why, Some(help.to_owned()));
    }

    /// Notes that migrations written in a programming language stand between those in SQL.
    pub fn not_sql(&mut self, programs: &[&str]) {
        let Some(first) = programs.first() else { return };
        self.incomplete = Some(match programs.len() {
            1 => format!("`{first}` is a migration that is not SQL"),
            count => format!("{count} migrations are not SQL, `{first}` the first of them"),
        });
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
        let message = format!("{part}`{name}` never runs: {why}");
        self.tell(place, level, message, help);
    }

    /// A finding of `never-runs`.
    fn tell(&mut self, place: &Place<'_>, level: Level, message: String, help: Option<String>) {
        let primary =
            Label { file: place.opened.id, span: place.first_line(), text: String::new() };
        let subject = Subject::File(place.opened.path.clone());
        let finding = Finding::new("never-runs", level, primary, message, subject);
        self.findings.push(Finding { help, ..finding });
    }
}

/// What a file's name says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Its version.
    pub version: Version,
    /// Its title, for people.
    pub title: String,
    /// Its direction.
    pub direction: Direction,
}

impl Named {
    /// An up migration whose version is a number.
    pub fn up(number: &str, title: &str) -> Self {
        Self {
            version: Version::numeric(number, &[number]),
            title: title.replace(['_', '-'], " ").trim().to_owned(),
            direction: Direction::Up,
        }
    }

    /// The same, in another direction.
    pub fn toward(&self, direction: Direction) -> Self {
        Self { direction, ..self.clone() }
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

#[cfg(test)]
mod tests {
    use crate::frameworks::tests::rows;

    #[test]
    fn a_second_package_for_a_database_is_not_db2() {
        let first = |path: &str| rows(&[(path, "CREATE TABLE t (a jsonb);")])[0].clone();
        assert!(first("internal/db2/schema/migrations/1.sql").starts_with("plain . postgres: "));
        assert!(first("upgrade/db2/1.sql").starts_with("plain . ?: "));
        assert!(first("clickhouse/migrations/new/1.sql").starts_with("plain . ?: "));
    }
}
