//! What a run says, and the formats that it is said in.

pub mod azure;
pub mod checkstyle;
pub mod concise;
pub mod diff;
pub mod effects;
pub mod formats;
pub mod github;
pub mod gitlab;
pub mod json;
pub mod junit;
pub mod list;
pub mod markdown;
pub mod placed;
pub mod rdjson;
pub mod sarif;
pub mod schema;
pub mod teamcity;
pub mod terminal;
pub mod xml;

use crate::config::{Config, Deploy, FailOn, Promise};
use crate::dialect::Dialect;
use crate::finding::{Failure, FailureKind, Level};
use crate::frameworks::{LeftOut, MigrationSet};
use crate::judge::{Judged, State, Verdict, verdict};
use crate::migration::merged::Merged;
use crate::migration::{Direction, ReadMigration, Reading};
use crate::rules::{RULES, Rule};
use crate::source::SourceFile;

/// The version of the JSON that all commands write; a key never changes its meaning within one.
pub const SCHEMA_VERSION: u32 = 1;

/// A whole run.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The files; a finding's file is an index into them.
    pub files: Vec<SourceFile>,
    /// The sets of migrations that were found.
    pub sets: Vec<Set>,
    /// Sets for another database than the stated one: seen and not checked.
    pub left_out: Vec<Set>,
    /// Dumps beside migrations: seen and not checked.
    pub dumps: Vec<LeftOut>,
    /// Every migration, in the order in which they run.
    pub migrations: Vec<MigrationLine>,
    /// What the migrations of each set change in the schema, where that was asked for.
    pub schema_diffs: Vec<diff::SetDiff>,
    /// What was found and judged, by file, place and rule.
    pub findings: Vec<Judged>,
    /// What could not be done.
    pub failures: Vec<Failure>,
    /// What the run was about, where that was not everything.
    pub against: Option<Against>,
    /// The policies beside the built-in rules.
    pub policies: Vec<&'static Rule>,
    /// From which level on a finding fails the run.
    pub fail_on: FailOn,
    /// What was promised to hold.
    pub promise: Promise,
    /// Which release counted as the running one.
    pub deploy: Deploy,
}

/// That only what differs from a base branch was judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Against {
    /// The base branch.
    pub base: String,
    /// How many migrations differ from it.
    pub migrations: usize,
}

impl Against {
    /// How many of these migrations differ from what is merged.
    pub fn new(merged: &Merged, migrations: &[MigrationLine]) -> Self {
        let differ = migrations.iter().filter(|line| merged.touches(&line.file));
        Self { base: merged.base.clone(), migrations: differ.count() }
    }
}

/// Migrations of one framework.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Set {
    /// The framework's name.
    pub framework: &'static str,
    /// The folder that it stands in.
    pub root: String,
    /// Why it was taken for that.
    pub why: String,
    /// How many migrations it has.
    pub migrations: usize,
    /// The database that it is for, where that is not the one that was read.
    pub database: Option<&'static str>,
    /// What it was read as; `None` where it was left out.
    pub dialect: Option<Dialect>,
    /// Why it was read as that, as a sentence without a full stop.
    pub dialect_why: String,
}

impl Set {
    /// The line of a set that was read.
    pub fn read(set: &MigrationSet, dialect: Dialect, stated: bool) -> Self {
        let why = match set.engine {
            _ if stated => "it was stated",
            Some(_) => &set.database_why,
            None => "nothing speaks for another engine",
        };
        Self { dialect: Some(dialect), dialect_why: why.to_owned(), ..Self::new(set) }
    }

    /// The line of a set that was left out for its database.
    pub fn left_out(set: &MigrationSet, database: &'static str) -> Self {
        Self { database: Some(database), ..Self::new(set) }
    }

    fn new(set: &MigrationSet) -> Self {
        Self {
            framework: set.framework,
            root: set.root.clone(),
            why: set.why.clone(),
            migrations: set.migrations.len(),
            database: None,
            dialect: None,
            dialect_why: String::new(),
        }
    }
}

/// What the reports say about one migration.
#[derive(Clone, Debug)]
pub struct MigrationLine {
    /// Its set: an index.
    pub set: usize,
    /// The path of its file.
    pub file: String,
    /// Its version as written; may be empty.
    pub version: String,
    /// Which way it goes.
    pub direction: Direction,
    /// How it meets a transaction: `explicit`, `implicit`, `all-pending`, `none`, `author` or
    /// `unknown`.
    pub transaction: &'static str,
    /// How its statements were read.
    pub statements: Counts,
}

/// How many statements were read how well.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// All that they do to the schema is known.
    pub understood: usize,
    /// Verb and object are known.
    pub opaque: usize,
    /// Nothing is known.
    pub unread: usize,
}

impl Counts {
    /// All of them.
    pub fn total(self) -> usize {
        self.understood + self.opaque + self.unread
    }

    fn of(read: &ReadMigration) -> Self {
        let mut counts = Self::default();
        for statement in &read.statements {
            match statement.reading {
                Reading::Understood => counts.understood += 1,
                Reading::Opaque { .. } => counts.opaque += 1,
                Reading::Unread { .. } => counts.unread += 1,
            }
        }
        counts
    }
}

impl std::iter::Sum for Counts {
    fn sum<I: Iterator<Item = Self>>(counts: I) -> Self {
        counts.fold(Self::default(), |sum, next| Self {
            understood: sum.understood + next.understood,
            opaque: sum.opaque + next.opaque,
            unread: sum.unread + next.unread,
        })
    }
}

impl MigrationLine {
    /// The line of a migration of a set, with the word for its transaction.
    pub fn new(
        set: usize,
        read: &ReadMigration,
        transaction: &'static str,
        files: &[SourceFile],
    ) -> Self {
        let migration = &read.migration;
        let file = files.get(migration.file.0 as usize);
        Self {
            set,
            file: file.map(|file| file.path.clone()).unwrap_or_default(),
            version: migration.version.text.clone(),
            direction: migration.direction,
            transaction,
            statements: Counts::of(read),
        }
    }
}

impl Report {
    /// The report of a run that begins under a config.
    pub fn new(config: &Config) -> Self {
        Self {
            policies: config.policy_rules.clone(),
            fail_on: config.fail_on.unwrap_or_default(),
            promise: config.promise.unwrap_or_default(),
            deploy: config.deploy,
            ..Self::default()
        }
    }

    /// The report of a run that could not begin.
    pub fn failed(failures: Vec<Failure>) -> Self {
        Self { failures, ..Self::default() }
    }

    /// Every rule that could have found something: the built-in ones, then the policies.
    pub fn rules(&self) -> impl Iterator<Item = &'static Rule> {
        RULES.iter().chain(&self.policies).copied()
    }

    /// Whether the run began: it has something to say besides failures.
    pub fn has_run(&self) -> bool {
        !self.sets.is_empty() || self.failures.is_empty()
    }

    /// Whether the change may ship: not where something could not be read.
    pub fn verdict(&self) -> Verdict {
        if self.failures.is_empty() { verdict(&self.findings, self.fail_on) } else { Verdict::Fail }
    }

    /// 0 clean, 1 findings at or above `fail-on`, 2 something could not be read or run, 3 a path
    /// holds no migration.
    pub fn exit_code(&self) -> u8 {
        let is = |kind| self.failures.iter().any(|failure| failure.kind == kind);
        match self.verdict() {
            _ if is(FailureKind::Broken) => 2,
            _ if is(FailureKind::NoMigration) => 3,
            Verdict::Fail => 1,
            Verdict::Pass => 0,
        }
    }

    /// How the statements of all migrations were read.
    pub fn statements(&self) -> Counts {
        self.migrations.iter().map(|migration| migration.statements).sum()
    }

    /// How many findings of this level count.
    pub fn reported(&self, level: Level) -> usize {
        self.in_state(State::Reported).filter(|judged| judged.finding.level == level).count()
    }

    /// The findings in this state.
    pub fn in_state(&self, state: State) -> impl Iterator<Item = &Judged> {
        self.findings.iter().filter(move |judged| judged.state == state)
    }
}

/// `1 error`, `2 errors`.
pub fn count(number: usize, word: &str) -> String {
    match number {
        1 => format!("1 {word}"),
        _ => format!("{number} {word}s"),
    }
}

/// `2 migrations`, or `1 dump` where that is all.
fn count_of(lines: &[&MigrationLine]) -> String {
    let is_dump = |line: &&MigrationLine| line.direction == Direction::Dump;
    let dumps = !lines.is_empty() && lines.iter().all(is_dump);
    count(lines.len(), if dumps { "dump" } else { "migration" })
}

#[cfg(test)]
pub(crate) mod tests;
