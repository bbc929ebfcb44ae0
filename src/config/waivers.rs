//! `waivers`: findings that a team has answered for, until a day.

use super::yaml::Node;
use super::{Config, Reader};
use crate::config::closest::did_you_mean;
use crate::date::Date;
use crate::finding::Failure;
use crate::rules::gate;
use crate::source::Located;
use crate::tree::glob;

/// The longest time that a waiver may still last, in days. Longer is no exception but a decision,
/// and `rules` is the place for it.
pub const DAYS_MAX: i64 = 366;

/// What says that lockgate failed, or that somebody else's word does not count: no comment, waiver
/// or baseline silences these.
pub const NEVER_SILENCED: [&str; 5] = [
    gate::expired_waiver::RULE.id,
    gate::internal_error::RULE.id,
    gate::malformed_allow::RULE.id,
    gate::unused_allow::RULE.id,
    gate::unused_waiver::RULE.id,
];

/// A waiver of one rule.
#[derive(Clone, Debug)]
pub struct Waiver {
    /// The rule's id.
    pub rule: Located<String>,
    /// What it is for.
    pub covers: Covers,
    /// Who answers for it.
    pub owner: String,
    /// Why.
    pub reason: String,
    /// The last day on which it counts.
    pub until: Located<Date>,
}

/// What a waiver is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Covers {
    /// Findings about a subject, as reports write it: `column:public.users.email`; a glob.
    Subject(String),
    /// Findings in a file, relative to the folder of the config; a glob.
    Path(String),
}

impl Covers {
    /// The glob.
    pub fn pattern(&self) -> &str {
        match self {
            Self::Subject(pattern) | Self::Path(pattern) => pattern,
        }
    }

    /// Whether it is for a finding about this subject in this file.
    pub fn matches(&self, subject: &str, path: &str) -> bool {
        match self {
            Self::Subject(pattern) => pattern == subject || glob::matches(pattern, subject),
            Self::Path(pattern) => glob::matches(pattern, path),
        }
    }

    /// Whether it names nothing: then the rule may as well be off.
    fn is_over_wide(&self) -> bool {
        let names = |text: &str| text.contains(char::is_alphanumeric);
        match self {
            Self::Subject(pattern) => !names(pattern.split_once(':').map_or(pattern, |it| it.1)),
            Self::Path(pattern) => {
                let stem = |part: &str| names(part.split_once('.').map_or(part, |it| it.0));
                !pattern.split('/').any(stem)
            }
        }
    }
}

impl Config {
    /// Whether the waivers name rules that can be waived.
    pub(super) fn check_waivers(&self, reader: &mut Reader<'_>) {
        for Waiver { rule, .. } in &self.waivers {
            let known = || self.known_rules().map(|rule| rule.id);
            let id = rule.value.as_str();
            if NEVER_SILENCED.contains(&id) {
                reader.fail(rule, format!("`{id}` cannot be waived"));
            } else if id.contains('*') {
                reader.fail(rule, "a waiver is for one rule; `mode` and `level` take globs");
            } else if self.rule(id).is_none() {
                let hint = did_you_mean(id, known().filter(|id| !NEVER_SILENCED.contains(id)));
                reader.fail(rule, format!("unknown rule `{id}`{hint}"));
            }
        }
    }

    /// Whether all waivers end in time.
    ///
    /// # Errors
    /// Each that lasts more than [`DAYS_MAX`] days from today on.
    pub fn check_waiver_days(&self, today: Date) -> Result<(), Vec<Failure>> {
        let Some(file) = &self.file else { return Ok(()) };
        let too_long = |waiver: &&Waiver| waiver.until.value.days() - today.days() > DAYS_MAX;
        let failures: Vec<Failure> = (self.waivers.iter().filter(too_long))
            .map(|waiver| {
                let until = &waiver.until;
                let message = format!(
                    "{} is more than a year away: a waiver is an exception, and somebody has to \
                     look at it again; what is meant to stay is `level` or `mode` in `rules`",
                    until.value
                );
                Failure::at(file, until.span, message)
            })
            .collect();
        if failures.is_empty() { Ok(()) } else { Err(failures) }
    }
}

impl Reader<'_> {
    /// `waivers: [{rule, subject | path, owner, reason, until}]`.
    pub(super) fn waivers(&mut self, config: &mut Config, value: &Located<Node>) {
        let items: &[Located<Node>] = match &value.value {
            Node::List(items) => items,
            Node::Scalar(text) if text.is_empty() => &[],
            _ => return self.fail(value, "`waivers` is a list, each with rule, owner, and more"),
        };
        for item in items {
            config.waivers.extend(self.waiver(item));
        }
    }

    fn waiver(&mut self, item: &Located<Node>) -> Option<Waiver> {
        const KEYS: [&str; 6] = ["owner", "path", "reason", "rule", "subject", "until"];
        let failures = self.failures.len();
        let (mut rule, mut owner, mut reason, mut until) = (None, None, None, None);
        let (mut subject, mut path) = (None, None);
        for (key, value) in self.map(item, "a waiver") {
            match key.value.as_str() {
                "rule" => {
                    rule = self.word(value, "rule").map(|id| Located::new(id, value.span));
                }
                "subject" => subject = self.word(value, "subject").map(Covers::Subject),
                "path" => path = self.word(value, "path").map(Covers::Path),
                "owner" => owner = self.word(value, "owner"),
                "reason" => reason = self.word(value, "reason"),
                "until" => {
                    until = self.parsed(value, "until").map(|day| Located::new(day, value.span));
                }
                unknown => self.unknown(key, "key", unknown, KEYS),
            }
        }
        if self.failures.len() > failures {
            return None;
        }
        let covers = match (subject, path) {
            (Some(covers), None) | (None, Some(covers)) => Some(covers),
            (None, None) => None,
            (Some(_), Some(_)) => {
                self.fail(item, "a waiver is for a `subject` or for a `path`, not both");
                return None;
            }
        };
        let named = [
            ("rule", rule.is_some()),
            ("subject (or path)", covers.is_some()),
            ("owner", owner.is_some()),
            ("reason", reason.is_some()),
            ("until", until.is_some()),
        ];
        let missing: Vec<&str> = named.iter().filter(|it| !it.1).map(|it| it.0).collect();
        let (Some(rule), Some(covers), Some(owner), Some(reason), Some(until)) =
            (rule, covers, owner, reason, until)
        else {
            self.fail(item, format!("this waiver lacks {}", missing.join(", ")));
            return None;
        };
        if covers.is_over_wide() {
            let pattern = covers.pattern();
            let message = format!(
                "`{pattern}` names nothing: this would waive all that `{}` finds, which is said \
                 by `level` or `mode` in `rules`",
                rule.value
            );
            self.fail(item, message);
            return None;
        }
        Some(Waiver { rule, covers, owner, reason, until })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{self, FILE_NAME};
    use crate::source::SourceFile;

    fn settled(text: &str) -> Result<Config, Vec<String>> {
        let say = |failures: Vec<Failure>| -> Vec<String> {
            let said = failures.iter().map(|failure| {
                let (file, span) = failure.at.as_deref().unwrap();
                format!("{} {}", file.place(span.start).line, failure.message)
            });
            said.collect()
        };
        let mut config = config::read(SourceFile::new(FILE_NAME, text)).map_err(say)?;
        config.settle(Vec::new()).map_err(say)?;
        config.check_waiver_days("2026-11-20".parse().unwrap()).map_err(say)?;
        Ok(config)
    }

    fn one(waiver: &str) -> Vec<String> {
        settled(&format!("waivers:\n- {waiver}\n")).err().unwrap_or_default()
    }

    const REST: &str = "owner: a, reason: b, until: 2027-11-21";

    #[test]
    fn a_waiver_says_who_why_and_until_when() {
        let text = "\
waivers:
- rule: drop-column
  subject: column:public.users.email
  owner: team-crm
  reason: tracked in CRM-812
  until: 2027-01-31
";
        let config = settled(text).unwrap();
        let waiver = &config.waivers[0];
        assert_eq!(waiver.covers, Covers::Subject("column:public.users.email".into()));
        assert_eq!((&*waiver.owner, &*waiver.reason), ("team-crm", "tracked in CRM-812"));
        assert_eq!(waiver.until.value.to_string(), "2027-01-31");
        assert!(settled("waivers: []").unwrap().waivers.is_empty());
        assert!(settled("waivers:\n").unwrap().waivers.is_empty());
        assert!(one(&format!("{{rule: drop-column, path: db/**, {REST}}}")).is_empty());
    }

    #[test]
    fn what_is_missing_wrong_or_too_wide_is_a_failure() {
        let all = format!("subject: \"table:a\", {REST}");
        for (waiver, expected) in [
            ("{rule: drop-table}", "2 this waiver lacks subject (or path), owner, reason, until"),
            (&format!("{{{all}}}"), "2 this waiver lacks rule"),
            (
                &format!("{{rule: drop-tabel, {all}}}"),
                "2 unknown rule `drop-tabel`; did you mean `drop-table`?",
            ),
            (
                &format!("{{rule: \"drop-*\", {all}}}"),
                "2 a waiver is for one rule; `mode` and `level` take globs",
            ),
            (&format!("{{rule: internal-error, {all}}}"), "2 `internal-error` cannot be waived"),
            (
                &format!("{{rule: drop-table, path: a, {all}}}"),
                "2 a waiver is for a `subject` or for a `path`, not both",
            ),
            (
                &format!("{{rule: drop-table, {all}, tikcet: x}}"),
                "2 unknown key `tikcet`; known are owner, path, reason, rule, subject, until",
            ),
            (
                "{rule: drop-table, subject: x, owner: a, reason: b, until: soon}",
                "2 `soon` is not a date; write YYYY-MM-DD, like 2026-12-31",
            ),
            (
                "{rule: drop-table, subject: x, owner: a, reason: b, until: 2027-11-22}",
                "2 2027-11-22 is more than a year away",
            ),
            (
                "{rule: drop-table, subject: x, owner: , reason: b, until: 2027-11-21}",
                "2 owner has no value",
            ),
        ] {
            let failures = one(waiver);
            let [failure] = failures.as_slice() else { panic!("{waiver}: {failures:?}") };
            assert!(failure.starts_with(expected), "{waiver}: {failure}");
        }
        for wide in [
            "subject: \"*\"",
            "subject: \"table:*\"",
            "path: \"*\"",
            "path: \"**\"",
            "path: \"**/*.sql\"",
            "path: ./",
        ] {
            let failures = one(&format!("{{rule: drop-table, {wide}, {REST}}}"));
            assert!(failures[0].contains("names nothing: this would waive all"), "{wide}");
        }
    }

    #[test]
    fn subjects_and_paths_are_globs() {
        let subject = |pattern: &str| Covers::Subject(pattern.to_owned());
        assert!(subject("column:public.users.*").matches("column:public.users.email", "a.sql"));
        assert!(!subject("column:public.users").matches("column:public.users.email", "a.sql"));
        assert!(!subject("column:public.users.e?").matches("column:public.users.email", "a.sql"));
        let path = |pattern: &str| Covers::Path(pattern.to_owned());
        assert!(path("db/old").matches("table:a", "db/old/V1__a.sql"));
        assert!(!path("db/old").matches("table:a", "db/new/V1__a.sql"));
    }
}
