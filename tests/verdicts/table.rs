//! A table of verdicts: SQL, what stood before, who runs it, and what is found.

use lockgate::config::Config;
use lockgate::date::Date;
use lockgate::finding::Level;
use lockgate::judge::State;
use lockgate::source::SourceFile;
use lockgate::tree::Memory;
use lockgate::{Input, check, statistics};
use std::fmt::Write as _;

/// A finding that is wanted: rule, level, and the text that it points at.
pub type Wanted = (&'static str, Level, &'static str);

/// An error.
pub const fn error(rule: &'static str, at: &'static str) -> Wanted {
    (rule, Level::Error, at)
}

/// A warning.
pub const fn warning(rule: &'static str, at: &'static str) -> Wanted {
    (rule, Level::Warning, at)
}

/// A note. Other notes than those that a row wants are passed over: they are taste.
pub const fn note(rule: &'static str, at: &'static str) -> Wanted {
    (rule, Level::Note, at)
}

/// One verdict.
#[derive(Debug)]
pub struct Row {
    /// The row of the collection, and its point in a few words.
    name: &'static str,
    dialect: &'static str,
    runner: &'static str,
    given: &'static str,
    /// Older tables may exist that nobody showed.
    alone: bool,
    /// Statistics, of 1 January 1970, which is today; empty where there are none.
    stats: &'static str,
    /// The migrations, in order; all are new.
    sql: &'static [&'static str],
    wanted: &'static [Wanted],
    /// What is told once for a set, and belongs on the role or the runner, counts too.
    unbounded: bool,
}

impl Row {
    /// Migrations on a new PostgreSQL database, under an unknown runner, with nothing found.
    pub const fn new(name: &'static str, sql: &'static [&'static str]) -> Self {
        let (dialect, runner) = ("postgres", "plain");
        let (given, alone, stats, wanted, unbounded) = ("", false, "", &[], false);
        Self { name, dialect, runner, given, alone, stats, sql, wanted, unbounded }
    }

    /// What stood before.
    pub const fn given(self, given: &'static str) -> Self {
        Self { given, ..self }
    }

    /// Another engine or version.
    pub const fn on(self, dialect: &'static str) -> Self {
        Self { dialect, ..self }
    }

    /// Another runner: `flyway`, `flyway-group` (all pending in one transaction), `flyway-alone`
    /// (in none), `golang-migrate`.
    pub const fn runner(self, runner: &'static str) -> Self {
        Self { runner, ..self }
    }

    /// Older tables may exist.
    pub const fn alone(self) -> Self {
        Self { alone: true, ..self }
    }

    /// On a database of these statistics.
    // Not every test that shares this table has sizes.
    #[allow(dead_code)]
    pub const fn stats(self, stats: &'static str) -> Self {
        Self { stats, ..self }
    }

    /// Nobody says that the role or the runner bounds the wait for a lock.
    #[allow(dead_code)] // not every table of verdicts has such rows
    pub const fn unbounded(self) -> Self {
        Self { unbounded: true, ..self }
    }

    /// What is found, in any order.
    pub const fn wants(self, wanted: &'static [Wanted]) -> Self {
        Self { wanted, ..self }
    }

    fn path(&self, number: usize) -> String {
        match self.runner {
            "flyway" | "flyway-group" | "flyway-alone" => format!("V{number}__m.sql"),
            "golang-migrate" => format!("{number}_m.up.sql"),
            _ => format!("{number}_m.sql"),
        }
    }

    /// Rule, level and text of each finding in the migrations, but for notes that nobody wants.
    fn found(&self) -> Vec<(String, Level, String)> {
        let config = Config { dialect: self.dialect.parse().ok(), ..Config::default() };
        assert!(config.dialect.is_some(), "{}: no dialect", self.name);
        let given = (!self.given.is_empty()).then_some((0, self.given));
        let migrations = given.into_iter().chain((1..).zip(self.sql.iter().copied()));
        let mut files: Vec<(String, String)> =
            migrations.map(|(number, sql)| (self.path(number), sql.to_owned())).collect();
        let mut config_file = |path: String, text: &str| files.push((path, text.to_owned()));
        match self.runner {
            "flyway-group" => config_file("flyway.conf".to_owned(), "flyway.group=true\n"),
            "flyway-alone" => {
                config_file(format!("{}.conf", self.path(1)), "executeInTransaction=false\n");
            }
            _ => {}
        }
        let tree = Memory::new(files);
        let today = Date::from_unix_seconds(0);
        let statistics = (!self.stats.is_empty()).then(|| {
            let file = SourceFile::new("stats.json", self.stats);
            statistics::read(file).unwrap_or_else(|error| panic!("{}: {error:?}", self.name))
        });
        let input = Input {
            tree: &tree,
            config: &config,
            schema: None,
            alone: self.alone,
            today,
            statistics: statistics.as_ref(),
            evidence: None,
            policies: None,
            merged: None,
        };
        let report = check(&input);
        assert!(report.failures.is_empty(), "{}: {:?}", self.name, report.failures);
        let given = self.path(0);
        let found = report.in_state(State::Reported).filter_map(|judged| {
            let finding = &judged.finding;
            let file = &report.files[finding.primary.file.0 as usize];
            let wanted = self.wanted.iter().any(|(rule, _, _)| *rule == finding.rule);
            let told = finding.rule != "unbounded-lock-wait" || self.unbounded || wanted;
            let counts = file.path != given && told && (finding.level > Level::Note || wanted);
            let text = file.slice(finding.primary.span).to_owned();
            counts.then(|| (finding.rule.to_owned(), finding.level, text))
        });
        let mut found: Vec<_> = found.collect();
        found.sort();
        found
    }
}

/// Asserts every row, and shows all that are wrong at once.
pub fn assert_rows(rows: &[Row]) {
    let mut wrong = String::new();
    for row in rows {
        let mut wanted: Vec<(String, Level, String)> = row
            .wanted
            .iter()
            .map(|(rule, level, at)| ((*rule).to_owned(), *level, (*at).to_owned()))
            .collect();
        wanted.sort();
        let found = row.found();
        if found != wanted {
            writeln!(wrong, "{}: {:?}\n  wanted {wanted:?}\n  found  {found:?}", row.name, row.sql)
                .unwrap();
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}
