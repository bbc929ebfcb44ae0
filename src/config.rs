//! `lockgate.yaml`, every value with its place.

pub mod closest;
pub mod find;
pub mod own;
pub mod policies;
pub mod promise;
pub mod rules;
pub mod waivers;
pub mod yaml;

use crate::config::closest::{closest, did_you_mean};
use crate::config::own::Own;
pub use crate::config::policies::{Extends, PolicyLimits, Source};
pub use crate::config::promise::{Deploy, Promise};
pub use crate::config::rules::{Mode, RuleLevel, Setting};
pub use crate::config::waivers::Waiver;
use crate::config::yaml::Node;
use crate::dialect::Dialect;
use crate::finding::{Failure, Level};
use crate::rules as built_in;
use crate::rules::Rule;
use crate::source::{Located, SourceFile};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;

/// The file's name.
pub const FILE_NAME: &str = "lockgate.yaml";

/// What `lockgate.yaml` says; paths in it are relative to its folder.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// `rules`: what is said of each rule that is named.
    pub rules: BTreeMap<&'static str, Setting>,
    /// Entries of `rules` that wait for [`Config::settle`].
    pub waiting: Vec<rules::Waiting>,
    /// The policies of this run, as rules, by id; [`Config::settle`] takes them up.
    pub policy_rules: Vec<&'static Rule>,
    /// `fail-on`.
    pub fail_on: Option<FailOn>,
    /// `dialect`.
    pub dialect: Option<Dialect>,
    /// `framework`, not yet looked up.
    pub framework: Option<Located<String>>,
    /// `paths`.
    pub paths: Vec<String>,
    /// `exclude`: globs.
    pub exclude: Vec<String>,
    /// `schema`: a file with the schema that stood before the first migration.
    pub schema: Option<String>,
    /// `stats`: a file with the sizes of the tables.
    pub stats: Option<String>,
    /// `large-tables`: globs; all other tables count as small where it is set.
    pub large_tables: Option<Vec<String>>,
    /// `framework`, where it describes one of the user's own.
    pub own: Option<Own>,
    /// `placeholders`.
    pub placeholders: BTreeMap<String, String>,
    /// `inline-allow`: the levels that a comment may allow; all where it is not set.
    pub inline_allow: Option<Vec<Level>>,
    /// `promise`.
    pub promise: Option<Promise>,
    /// `deploy`.
    pub deploy: Deploy,
    /// `base`: the branch that changes are merged into.
    pub base: Option<String>,
    /// `release-tags`: a glob.
    pub release_tags: Option<String>,
    /// `retired-days`: after how many days on the base branch a retirement counts as released.
    pub retired_days: Option<u32>,
    /// `code`: globs of the files that could name a column or table.
    pub code: Vec<String>,
    /// `lock-timeout` and `statement-timeout`: what the role or the runner sets in each session of
    /// a migration, by the name of the setting.
    pub timeouts: BTreeMap<&'static str, String>,
    /// `compat`: the tools whose comments count too.
    pub compat: Vec<Compat>,
    /// `policies`: where they are.
    pub policies: Vec<Located<Source>>,
    /// `policy-limits`.
    pub policy_limits: PolicyLimits,
    /// `extends`: whose policies count too.
    pub extends: Vec<Located<Extends>>,
    /// `baseline`: a file with the findings that stood there before.
    pub baseline: Option<Located<String>>,
    /// Their fingerprints, once it is read.
    pub known: Option<BTreeSet<String>>,
    /// `waivers`.
    pub waivers: Vec<Waiver>,
    /// Which paths are read was said on the command line: it may be less than the config says.
    pub paths_given: bool,
    /// The current folder, seen from that of the config; empty where it is the same, or none above.
    pub current: String,
    /// The config's own text, for messages about it.
    pub file: Option<SourceFile>,
}

/// From which level on a finding fails the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailOn {
    /// This level and worse.
    Level(Level),
    /// None does.
    Never,
}

impl Default for FailOn {
    fn default() -> Self {
        Self::Level(Level::Error)
    }
}

impl FailOn {
    /// The words that `--fail-on` and `fail-on` take.
    pub const WORDS: [&str; 4] = ["error", "warning", "note", "never"];

    /// Reads one of [`FailOn::WORDS`].
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "never" => Some(Self::Never),
            _ => level(word).map(Self::Level),
        }
    }

    /// The word in the config.
    pub fn word(self) -> &'static str {
        match self {
            Self::Level(level) => level.name(),
            Self::Never => "never",
        }
    }

    /// Whether a finding of this level fails the run.
    pub fn fails(self, level: Level) -> bool {
        match self {
            Self::Level(from) => level >= from,
            Self::Never => false,
        }
    }
}

/// A tool whose comments count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Compat {
    /// `-- atlas:nolint DS103`.
    Atlas,
    /// `-- squawk-ignore ban-drop-column`.
    Squawk,
}

impl Compat {
    /// The words that `compat` takes.
    pub const WORDS: [&str; 2] = ["atlas", "squawk"];

    /// Reads one of [`Compat::WORDS`].
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Atlas, Self::Squawk].into_iter().find(|tool| tool.word() == word)
    }

    /// The word in the config and in [`Rule::same_as`].
    pub fn word(self) -> &'static str {
        match self {
            Self::Atlas => "atlas",
            Self::Squawk => "squawk",
        }
    }
}

impl Config {
    /// The glob of the tags that stand for releases.
    pub fn release_tags(&self) -> &str {
        self.release_tags.as_deref().unwrap_or("v*")
    }
}

const KEYS: [&str; 26] = [
    "base",
    "baseline",
    "code",
    "compat",
    "deploy",
    "dialect",
    "exclude",
    "extends",
    "fail-on",
    "framework",
    "inline-allow",
    "large-tables",
    "lock-timeout",
    "paths",
    "placeholders",
    "policies",
    "policy-limits",
    "promise",
    "release-tags",
    "retired-days",
    "rollback",
    "rules",
    "schema",
    "statement-timeout",
    "stats",
    "waivers",
];

/// Reads the text of a `lockgate.yaml`.
///
/// # Errors
/// Every key and value that is not known, each with its place.
pub fn read(file: SourceFile) -> Result<Config, Vec<Failure>> {
    let root = yaml::read(&file).map_err(|failure| vec![failure])?;
    let mut reader = Reader { file: &file, failures: Vec::new() };
    let mut config = Config::default();
    for (key, value) in reader.map(&root, "the config") {
        reader.key(&mut config, key, value);
    }
    if reader.failures.is_empty() {
        Ok(Config { file: Some(file), ..config })
    } else {
        Err(reader.failures)
    }
}

struct Reader<'a> {
    file: &'a SourceFile,
    failures: Vec<Failure>,
}

impl Reader<'_> {
    fn key(&mut self, config: &mut Config, key: &Located<String>, value: &Located<Node>) {
        match key.value.as_str() {
            "base" => config.base = self.word(value, "base"),
            "baseline" => {
                let path = self.word(value, "baseline");
                config.baseline = path.map(|path| Located::new(path, value.span));
            }
            "code" => config.code = self.words(value, "code"),
            "compat" => config.compat = self.tools(value),
            "deploy" => {
                let deploy = self.one_of(value, "deploy", &Deploy::WORDS, Deploy::from_word);
                config.deploy = deploy.unwrap_or_default();
            }
            "dialect" => config.dialect = self.parsed(value, "dialect"),
            "exclude" => config.exclude = self.words(value, "exclude"),
            "extends" => self.extends(config, value),
            "fail-on" => {
                config.fail_on = self.one_of(value, "fail-on", &FailOn::WORDS, FailOn::from_word);
            }
            "framework" => self.framework(config, value),
            "inline-allow" => config.inline_allow = self.levels(value),
            "large-tables" => config.large_tables = Some(self.words(value, "large-tables")),
            "lock-timeout" => self.timeout(config, value, "lock_timeout"),
            "paths" => config.paths = self.words(value, "paths"),
            "placeholders" => {
                for (name, value) in self.map(value, "placeholders") {
                    if let Some(text) = self.word(value, "a placeholder's value") {
                        config.placeholders.insert(name.value.clone(), text);
                    }
                }
            }
            "policies" => self.policies(config, value),
            "policy-limits" => self.policy_limits(config, value),
            "promise" => {
                config.promise = self.one_of(value, "promise", &Promise::WORDS, Promise::from_word);
            }
            "release-tags" => config.release_tags = self.word(value, "release-tags"),
            "retired-days" => config.retired_days = self.days(value, "retired-days"),
            "rollback" => self.rollback(config, value),
            "rules" => self.rules(config, value),
            "schema" => config.schema = self.word(value, "schema"),
            "stats" => config.stats = self.word(value, "stats"),
            "statement-timeout" => self.timeout(config, value, "statement_timeout"),
            "waivers" => self.waivers(config, value),
            unknown => self.unknown(key, "key", unknown, KEYS),
        }
    }

    /// `rollback: off` switches off what is asked of down migrations; `rules` may say otherwise.
    fn rollback(&mut self, config: &mut Config, value: &Located<Node>) {
        let words = ["check", "off"];
        let off = self.one_of(value, "rollback", &words, |word| {
            words.contains(&word).then_some(word == "off")
        });
        if off == Some(true) {
            let rules = [
                built_in::compatibility::down_differs::RULE.id,
                built_in::history::missing_down::RULE.id,
            ];
            for rule in rules {
                config.rules.entry(rule).or_default().level.get_or_insert(RuleLevel::Off);
            }
        }
    }

    fn levels(&mut self, value: &Located<Node>) -> Option<Vec<Level>> {
        let Node::List(items) = &value.value else {
            self.fail(value, "`inline-allow` is a list of levels, like [warning, note]");
            return None;
        };
        let levels = items
            .iter()
            .filter_map(|item| self.one_of(item, "a level", &["error", "warning", "note"], level))
            .collect();
        Some(levels)
    }

    fn tools(&mut self, value: &Located<Node>) -> Vec<Compat> {
        let Node::List(items) = &value.value else {
            self.fail(value, "`compat` is a list of tools, like [squawk]");
            return Vec::new();
        };
        let tools = items
            .iter()
            .filter_map(|item| self.one_of(item, "a tool", &Compat::WORDS, Compat::from_word));
        tools.collect()
    }

    fn map<'n>(
        &mut self,
        node: &'n Located<Node>,
        what: &str,
    ) -> &'n [(Located<String>, Located<Node>)] {
        match &node.value {
            Node::Map(entries) => entries,
            // An empty file, or `rules:` with nothing behind it.
            Node::Scalar(text) if text.is_empty() => &[],
            _ => {
                self.fail(node, format!("{what} must be a map of `key: value` lines"));
                &[]
            }
        }
    }

    fn words(&mut self, node: &Located<Node>, what: &str) -> Vec<String> {
        match &node.value {
            Node::List(items) => items.iter().filter_map(|item| self.word(item, what)).collect(),
            Node::Scalar(_) => self.word(node, what).into_iter().collect(),
            Node::Map(_) => {
                self.fail(node, format!("{what} must be a list, like [db/migrations]"));
                Vec::new()
            }
        }
    }

    fn word(&mut self, node: &Located<Node>, what: &str) -> Option<String> {
        match &node.value {
            Node::Scalar(text) if !text.is_empty() => Some(text.clone()),
            Node::Scalar(_) => {
                self.fail(node, format!("{what} has no value"));
                None
            }
            _ => {
                self.fail(node, format!("{what} must be one word"));
                None
            }
        }
    }

    fn days(&mut self, node: &Located<Node>, what: &str) -> Option<u32> {
        let word = self.word(node, what)?;
        let days = word.parse().ok();
        if days.is_none() {
            self.fail(node, format!("{what} cannot be `{word}`; it is a number of days"));
        }
        days
    }

    /// How long a session of a migration waits: `5s`, as PostgreSQL writes it.
    fn timeout(&mut self, config: &mut Config, node: &Located<Node>, setting: &'static str) {
        if self.milliseconds(node, setting).is_some() {
            config.timeouts.extend(self.word(node, setting).map(|word| (setting, word)));
        }
    }

    fn milliseconds(&mut self, node: &Located<Node>, what: &str) -> Option<u64> {
        let word = self.word(node, what)?;
        let time = built_in::lock::milliseconds(&word).filter(|it| *it > 0);
        if time.is_none() {
            self.fail(node, format!("{what} cannot be `{word}`; it is a time like 5s"));
        }
        time
    }

    fn parsed<T: std::str::FromStr<Err: Display>>(
        &mut self,
        node: &Located<Node>,
        what: &str,
    ) -> Option<T> {
        let word = self.word(node, what)?;
        word.parse().map_err(|error: T::Err| self.fail(node, error.to_string())).ok()
    }

    fn one_of<T>(
        &mut self,
        node: &Located<Node>,
        what: &str,
        words: &[&str],
        read: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let word = self.word(node, what)?;
        let value = read(&word);
        if value.is_none() {
            let choice = words.join(", ");
            let near = closest(&word, words.iter().copied());
            let hint = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            self.fail(node, format!("{what} cannot be `{word}`; it is one of {choice}{hint}"));
        }
        value
    }

    fn unknown<'w>(
        &mut self,
        key: &Located<String>,
        what: &str,
        word: &str,
        known: impl IntoIterator<Item = &'w str>,
    ) {
        let hint = did_you_mean(word, known);
        self.fail(key, format!("unknown {what} `{word}`{hint}"));
    }

    fn fail<T>(&mut self, at: &Located<T>, message: impl Into<String>) {
        self.failures.push(Failure::at(self.file, at.span, message));
    }
}

fn level(word: &str) -> Option<Level> {
    Level::ALL.into_iter().find(|level| level.name() == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failures(text: &str) -> Vec<String> {
        let failures = read(SourceFile::new(FILE_NAME, text)).unwrap_err();
        failures
            .iter()
            .map(|failure| {
                let (file, span) = failure.at.as_deref().unwrap();
                let place = file.place(span.start);
                format!("{}:{} {}", place.line, place.column, failure.message)
            })
            .collect()
    }

    #[test]
    fn every_key_is_read() {
        let text = "\
# é
rules:
  unused-allow: off
  malformed-allow: {level: warning}
fail-on: never
dialect: postgres@16
framework: flyway
paths: [db/a, db/b]
exclude: db/old/**
schema: base.sql
placeholders: {version: 1.10, off: off}
inline-allow: [warning, note]
promise: readers
deploy: code-first
base: develop
release-tags: r*
retired-days: 30
lock-timeout: 5s
statement-timeout: 30min
code: [app/**]
rollback: off
";
        let config = read(SourceFile::new(FILE_NAME, text)).unwrap();
        let rules: Vec<_> =
            config.rules.into_iter().map(|(id, it)| (id, it.level.unwrap())).collect();
        assert_eq!(
            rules,
            [
                ("down-differs", RuleLevel::Off),
                ("malformed-allow", RuleLevel::Level(Level::Warning)),
                ("missing-down", RuleLevel::Off),
                ("unused-allow", RuleLevel::Off)
            ]
        );
        assert_eq!(config.fail_on, Some(FailOn::Never));
        assert_eq!(config.dialect.unwrap().to_string(), "postgres@16");
        assert_eq!(config.framework.unwrap().value, "flyway");
        assert_eq!(config.paths, ["db/a", "db/b"]);
        assert_eq!(config.exclude, ["db/old/**"]);
        assert_eq!(config.schema.as_deref(), Some("base.sql"));
        let placeholders: Vec<_> = config.placeholders.iter().collect();
        let expected = [("off", "off"), ("version", "1.10")].map(|(a, b)| (a.into(), b.into()));
        assert_eq!(placeholders, expected.iter().map(|(a, b)| (a, b)).collect::<Vec<_>>());
        assert_eq!(config.inline_allow, Some(vec![Level::Warning, Level::Note]));
        assert_eq!(config.promise, Some(Promise::Readers));
        assert_eq!(config.deploy, Deploy::CodeFirst);
        assert_eq!(config.base.as_deref(), Some("develop"));
        assert_eq!(config.release_tags.as_deref(), Some("r*"));
        assert_eq!(Config::default().release_tags(), "v*");
        assert_eq!(config.retired_days, Some(30));
        assert_eq!(config.timeouts.get("lock_timeout").unwrap(), "5s");
        assert_eq!(config.timeouts.get("statement_timeout").unwrap(), "30min");
        assert_eq!(config.code, ["app/**"]);
    }

    #[test]
    fn an_empty_config_is_the_default() {
        for text in ["", "# nothing\n", "rules:\n"] {
            assert!(read(SourceFile::new(FILE_NAME, text)).unwrap().rules.is_empty(), "{text:?}");
        }
    }

    #[test]
    fn unknown_words_are_failures_at_their_place() {
        assert_eq!(
            failures("rule:\n  x: off\nfail-on: errors\n"),
            [
                "1:1 unknown key `rule`; did you mean `rules`?",
                "3:10 fail-on cannot be `errors`; it is one of error, warning, note, never; \
                 did you mean `error`?"
            ]
        );
        assert_eq!(
            failures("rules:\n  \"unused-alow\": off\n  unused-allow: {levl: off}\n"),
            [
                "2:3 unknown rule `unused-alow`; did you mean `unused-allow`?",
                "3:18 unknown option `levl`; did you mean `level`?"
            ]
        );
        let message = &failures("é: 1\ndialect: oracle\n")[1];
        assert!(message.starts_with("2:10 `oracle` is not an engine"), "{message}");
        assert_eq!(
            failures("rules: {internal-error: note}"),
            ["1:9 a gate must not pass because it crashed: this has no level"]
        );
        assert_eq!(failures("[a]"), ["1:1 the config must be a map of `key: value` lines"]);
        assert_eq!(failures("paths:\n"), ["1:6 paths has no value"]);
        assert_eq!(
            failures("lock-timeout: 0\nstatement-timeout: long\n"),
            [
                "1:15 lock_timeout cannot be `0`; it is a time like 5s",
                "2:20 statement_timeout cannot be `long`; it is a time like 5s",
            ]
        );
        assert_eq!(
            failures("retired-days: -1\n"),
            ["1:15 retired-days cannot be `-1`; it is a number of days"]
        );
        let message = &failures("a: [1\nb: 2")[0];
        assert!(message.starts_with("2:2 this is not YAML that can be read"), "{message}");
        let message = &failures("paths: a\npaths: b\n")[0];
        assert!(message.starts_with("2:1 "), "{message}");
    }
}
