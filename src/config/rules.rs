//! `rules`: what a team says of each rule, built in or a policy.
//!
//! Which ids with a slash are right, and what a glob matches, is known once the policies are: until
//! then they wait with their places.

use super::yaml::Node;
use super::{Config, Reader, level};
use crate::config::closest::did_you_mean;
use crate::finding::{Failure, Level};
use crate::rules::{self, Category, Rule, gate};
use crate::source::Located;
use crate::tree::glob;

/// What the config says about one rule; `None` where it says nothing.
#[derive(Clone, Debug, Default)]
pub struct Setting {
    /// `level`.
    pub level: Option<RuleLevel>,
    /// `mode`.
    pub mode: Option<Mode>,
    /// `allow-inline`: whether a comment in a migration may allow its findings.
    pub allow_inline: Option<bool>,
    /// `params`, as they were written.
    pub params: Option<Located<Node>>,
}

/// How bad the findings of a rule are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleLevel {
    /// They are dropped.
    Off,
    /// This level; one that is milder by itself stays milder.
    Level(Level),
}

/// What the findings of a rule may do. The level is the judgement of who wrote the rule, the mode
/// that of who takes it up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// They fail the run, where their level does.
    #[default]
    Enforce,
    /// They are shown, at most as warnings, and never fail the run.
    Warn,
    /// They are counted.
    DryRun,
}

impl Mode {
    /// The words that `mode` takes.
    pub const WORDS: [&str; 3] = ["enforce", "warn", "dry-run"];

    /// Reads one of [`Mode::WORDS`].
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Enforce, Self::Warn, Self::DryRun].into_iter().find(|mode| mode.word() == word)
    }

    /// The word in the config and in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Enforce => "enforce",
            Self::Warn => "warn",
            Self::DryRun => "dry-run",
        }
    }
}

/// An entry of `rules` that waits for the policies.
pub type Waiting = (Located<String>, Located<Node>);

impl Config {
    /// Every rule that an id may name: the built-in ones, then the policies of this config.
    pub fn known_rules(&self) -> impl Iterator<Item = &'static Rule> {
        rules::RULES.iter().chain(&self.policy_rules).copied()
    }

    /// The rule of an id, built in or a policy of this config.
    pub fn rule(&self, id: &str) -> Option<&'static Rule> {
        self.known_rules().find(|rule| rule.id == id)
    }

    /// The mode of a rule.
    pub fn mode(&self, id: &str) -> Mode {
        self.rules.get(id).and_then(|setting| setting.mode).unwrap_or_default()
    }

    /// Takes up the policies of a run, and settles what waited for them in `rules` and `waivers`. An
    /// id wins over a glob, and of two globs the later one.
    ///
    /// # Errors
    /// Ids that no rule has, globs that match none, and what is wrong with their settings, each at
    /// its place.
    pub fn settle(&mut self, policies: Vec<&'static Rule>) -> Result<(), Vec<Failure>> {
        self.policy_rules = policies;
        let Some(file) = self.file.clone() else { return Ok(()) };
        let mut reader = Reader { file: &file, failures: Vec::new() };
        let waiting = std::mem::take(&mut self.waiting);
        let (globs, ids): (Vec<_>, Vec<_>) =
            waiting.into_iter().partition(|(id, _)| id.value.contains('*'));
        for (id, value) in ids {
            reader.rule(self, &id, &value);
        }
        for (glob, value) in globs.into_iter().rev() {
            reader.rules_like(self, &glob, &value);
        }
        self.check_waivers(&mut reader);
        let mut failures = reader.failures;
        failures.sort_by_key(|failure| failure.at.as_ref().map(|at| at.1));
        if failures.is_empty() { Ok(()) } else { Err(failures) }
    }
}

impl Reader<'_> {
    /// `rules: { id: warning }` or `rules: { id: { level: warning } }`.
    pub(super) fn rules(&mut self, config: &mut Config, value: &Located<Node>) {
        for (id, value) in self.map(value, "rules") {
            if id.value.contains(['/', '*']) {
                config.waiting.push((id.clone(), value.clone()));
            } else {
                self.rule(config, id, value);
            }
        }
    }

    /// One rule of which the id is known by now.
    fn rule(&mut self, config: &mut Config, id: &Located<String>, value: &Located<Node>) {
        let Some(rule) = config.rule(&id.value) else {
            let near = did_you_mean(&id.value, config.known_rules().map(|rule| rule.id));
            let hint = match id.value.contains('/') && config.policy_rules.is_empty() {
                true => "; it would be a policy, and `policies` names none",
                false => near.as_str(),
            };
            return self.fail(id, format!("unknown rule `{}`{hint}", id.value));
        };
        if rule.id == gate::internal_error::RULE.id {
            return self.fail(id, "a gate must not pass because it crashed: this has no level");
        }
        let read = self.setting(Some(rule), value);
        let setting = config.rules.entry(rule.id).or_default();
        setting.level = read.level.or(setting.level);
        setting.mode = read.mode;
        setting.allow_inline = read.allow_inline;
        setting.params = read.params;
    }

    /// All rules whose id a glob matches. What lockgate says of its own work is meant only where it
    /// is named: it is not what a team tries out.
    fn rules_like(
        &mut self,
        config: &mut Config,
        pattern: &Located<String>,
        value: &Located<Node>,
    ) {
        let read = self.setting(None, value);
        let like: Vec<&Rule> = config
            .known_rules()
            .filter(|rule| is_tried_out(rule) && glob::matches(&pattern.value, rule.id))
            .collect();
        if like.is_empty() {
            self.fail(pattern, format!("no rule has an id like `{}`", pattern.value));
        }
        for rule in like {
            let setting = config.rules.entry(rule.id).or_default();
            setting.level = setting.level.or(read.level);
            setting.mode = setting.mode.or(read.mode);
            setting.allow_inline = setting.allow_inline.or(read.allow_inline);
        }
    }

    /// What is said of a rule; of several where there is none.
    fn setting(&mut self, rule: Option<&Rule>, value: &Located<Node>) -> Setting {
        const OPTIONS: [&str; 4] = ["allow-inline", "level", "mode", "params"];
        // A gate that overlooks what it could not read is none: that rule cannot be silenced.
        let may_be_silent = rule.is_none_or(|it| it.id != gate::unread_statement::RULE.id);
        let mut setting = Setting::default();
        let Node::Map(options) = &value.value else {
            setting.level = self.rule_level(may_be_silent, value);
            return setting;
        };
        for (key, value) in options {
            match key.value.as_str() {
                "allow-inline" => {
                    setting.allow_inline =
                        self.one_of(value, "allow-inline", &["true", "false"], |it| {
                            it.parse().ok()
                        });
                }
                "level" => setting.level = self.rule_level(may_be_silent, value),
                "mode" => {
                    let words = if may_be_silent { &Mode::WORDS[..] } else { &Mode::WORDS[..2] };
                    setting.mode = self.one_of(value, "a mode of this rule", words, |word| {
                        words.contains(&word).then(|| Mode::from_word(word)).flatten()
                    });
                }
                "params" if rule.is_some_and(|rule| rule.id.contains('/')) => {
                    setting.params = Some(value.clone());
                }
                "params" => self.fail(key, "only a policy has parameters, named by its whole id"),
                unknown => self.unknown(key, "option", unknown, OPTIONS),
            }
        }
        setting
    }

    fn rule_level(&mut self, may_be_off: bool, value: &Located<Node>) -> Option<RuleLevel> {
        let words = ["error", "warning", "note", "off"];
        let words = if may_be_off { &words[..] } else { &words[..3] };
        self.one_of(value, "a level of this rule", words, |word| match word {
            "off" => may_be_off.then_some(RuleLevel::Off),
            word => level(word).map(RuleLevel::Level),
        })
    }
}

/// Whether it is no built-in rule about what lockgate itself did.
fn is_tried_out(rule: &Rule) -> bool {
    rule.category != Category::Gate || rule.id.contains('/')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{self, FILE_NAME};
    use crate::rules::Check;
    use crate::source::SourceFile;

    fn policy(id: &'static str, category: Category) -> &'static Rule {
        let like = &gate::opaque_statement::RULE;
        Box::leak(Box::new(Rule {
            id,
            category,
            level: Level::Error,
            summary: like.summary,
            why: like.why,
            since: "",
            instead: "",
            facts: &[],
            same_as: &[],
            breaks: &[],
            checks_down: true,
            examples: &[],
            check: Check::Elsewhere,
        }))
    }

    fn settled(text: &str) -> Result<Config, Vec<String>> {
        let say = |failures: Vec<Failure>| -> Vec<String> {
            let said = failures.iter().map(|failure| {
                let (file, span) = failure.at.as_deref().unwrap();
                let place = file.place(span.start);
                format!("{}:{} {}", place.line, place.column, failure.message)
            });
            said.collect()
        };
        let mut config = config::read(SourceFile::new(FILE_NAME, text)).map_err(say)?;
        let policies = vec![
            policy("acme/pii-tagged", Category::Policy),
            policy("acme/ticket", Category::Shape),
        ];
        config.settle(policies).map_err(say)?;
        Ok(config)
    }

    fn failures(text: &str) -> Vec<String> {
        settled(text).err().unwrap_or_default()
    }

    #[test]
    fn an_id_wins_over_a_glob_and_a_later_glob_over_an_earlier_one() {
        let text = "\
rules:
  acme/ticket: {level: note, allow-inline: false}
  acme/*: {mode: dry-run, level: off}
  \"*/*\": {mode: warn}
  acme/pii-*: {mode: enforce, params: {}}
";
        assert_eq!(
            failures(text),
            ["5:31 only a policy has parameters, named by its whole id"],
            "a glob names no policy by its whole id"
        );
        let text = text.replace(", params: {}", "");
        let config = settled(&text).unwrap();
        let of = |id: &str| config.rules.get(id).cloned().unwrap_or_default();
        let (ticket, tagged) = (of("acme/ticket"), of("acme/pii-tagged"));
        assert_eq!(ticket.level, Some(RuleLevel::Level(Level::Note)));
        assert_eq!((ticket.mode, ticket.allow_inline), (Some(Mode::Warn), Some(false)));
        assert_eq!((tagged.level, tagged.mode), (Some(RuleLevel::Off), Some(Mode::Enforce)));
        assert!(!config.rules.contains_key("drop-column"));
        assert_eq!(config.rule("acme/ticket").unwrap().category, Category::Shape);
        assert!(config.rule("acme/tickets").is_none());
    }

    #[test]
    fn a_glob_never_means_what_lockgate_says_of_its_own_work() {
        let config = settled("rules: {\"*\": off}").unwrap();
        assert!(config.rules.contains_key("drop-column"));
        assert!(config.rules.contains_key("acme/ticket"));
        for id in ["internal-error", "unread-statement", "unused-allow"] {
            assert!(!config.rules.contains_key(id), "{id}");
        }
    }

    #[test]
    fn what_no_rule_has_is_a_failure_at_its_place() {
        assert_eq!(
            failures("rules:\n  acme/tickets: off\n  acme/x*: off\n  beta/*: {levl: off}\n"),
            [
                "2:3 unknown rule `acme/tickets`; did you mean `acme/ticket`?",
                "3:3 no rule has an id like `acme/x*`",
                "4:3 no rule has an id like `beta/*`",
                "4:12 unknown option `levl`; did you mean `level`?",
            ]
        );
        assert_eq!(
            failures("rules: {drop-column: {params: {}, mode: dryrun, allow-inline: no}}"),
            [
                "1:23 only a policy has parameters, named by its whole id",
                "1:41 a mode of this rule cannot be `dryrun`; it is one of enforce, warn, \
                 dry-run; did you mean `dry-run`?",
                "1:63 allow-inline cannot be `no`; it is one of true, false",
            ]
        );
        assert_eq!(
            failures("rules: {unread-statement: {mode: dry-run}}"),
            ["1:34 a mode of this rule cannot be `dry-run`; it is one of enforce, warn"]
        );
        let mut config =
            config::read(SourceFile::new(FILE_NAME, "rules: {acme/ticket: off}")).unwrap();
        let message = config.settle(Vec::new()).unwrap_err().remove(0).message;
        assert_eq!(
            message,
            "unknown rule `acme/ticket`; it would be a policy, and `policies` names none"
        );
    }
}
