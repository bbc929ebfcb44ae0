//! `lockgate:allow` comments; and the directives of all comments, read.
//!
//! ```sql
//! -- lockgate:allow drop-column, drop-table reason="nobody reads it since May" until=2026-12-31
//! ALTER TABLE orders DROP COLUMN legacy;
//! ```
//!
//! One counts for the next statement of its migration: the first that begins after it, so that at
//! the end of a statement's line, behind the semicolon, it is for the one that follows. Inside a
//! statement it counts for that statement. Before a migration's first statement it counts for
//! findings about the migration as a whole too.

use crate::config::Config;
use crate::config::closest::{did_you_mean, distance};
use crate::config::waivers::NEVER_SILENCED;
use crate::date::Date;
use crate::finding::{Finding, Label, Subject};
use crate::judge::compat::{self, Foreign};
use crate::judge::retired::{self, Marker};
use crate::migration::ReadMigration;
use crate::rules::{Rule, gate};
use crate::source::{FileId, SourceFile, Span};
use std::collections::BTreeMap;

const NAME: &str = "lockgate";
const ALLOW: &str = "lockgate:allow";
const RETIRED: &str = "lockgate:retired";
const HOW_TO_RETIRE: &str = "write `-- lockgate:retired column TABLE.COLUMN` or `table TABLE`; until \
                             it is right it retires nothing";
const HOW_TO_ALLOW: &str = "write `-- lockgate:allow RULE[, RULE] reason=\"why\" [until=YYYY-MM-DD]`; \
                   until it is right it allows nothing";

/// What a comment allows: one rule for one statement.
#[derive(Clone, Debug)]
pub struct Allow {
    /// The rule.
    pub rule: &'static str,
    /// Where its id stands.
    pub place: Label,
    /// Why.
    pub reason: String,
    subject: Subject,
    statement: Option<Span>,
    /// The migration, where the comment stands before its first statement.
    migration: Option<Span>,
    /// It counts for everything in its file.
    whole_file: bool,
    /// It need not match: another tool may find what it allows.
    foreign: bool,
    used: bool,
}

/// All allows of a run.
#[derive(Debug, Default)]
pub struct Allows {
    allows: Vec<Allow>,
    statements: BTreeMap<FileId, Vec<Span>>,
}

impl Allows {
    /// The allow for a finding, if any; it is in use from now on.
    pub fn take(&mut self, finding: &Finding) -> Option<Allow> {
        let place = &finding.primary;
        let in_statement = self.statements.get(&place.file).is_some_and(|statements| {
            let after = statements.partition_point(|span| span.start <= place.span.start);
            let last = after.checked_sub(1).and_then(|index| statements.get(index));
            last.is_some_and(|span| span.contains(place.span))
        });
        let covers = |allow: &Allow| {
            allow.rule == finding.rule
                && allow.place.file == place.file
                && if allow.whole_file {
                    true
                } else if in_statement {
                    allow.statement.is_some_and(|span| span.contains(place.span))
                } else {
                    allow.migration.is_some_and(|span| {
                        span.start <= place.span.start && place.span.start <= span.end
                    })
                }
        };
        let mut taken = None;
        for allow in self.allows.iter_mut().filter(|allow| covers(allow)) {
            allow.used = true;
            taken.get_or_insert_with(|| allow.clone());
        }
        taken
    }

    /// A finding for each allow that matched nothing.
    pub fn unused(&self) -> Vec<Finding> {
        let unused = self.allows.iter().filter(|allow| !allow.used && !allow.foreign);
        unused
            .map(|allow| {
                let what = match (allow.statement, allow.migration) {
                    (None, None) => "no statement follows this comment",
                    (_, None) => "it finds nothing in the statement that this comment is for",
                    (_, Some(_)) => "it finds nothing in the next statement or about this file",
                };
                Finding {
                    message: format!("`{}` is allowed here, but {what}", allow.rule),
                    help: Some(
                        "delete the comment, or move it to the line before its statement".into(),
                    ),
                    ..finding(&gate::unused_allow::RULE, allow.place.clone(), &allow.subject)
                }
            })
            .collect()
    }
}

/// Reads the comments of all migrations: what they allow, what they retire, and a finding for
/// each that is wrong. The config says which rules there are, and whose comments count too.
pub fn read(
    files: &[SourceFile],
    migrations: &[ReadMigration],
    config: &Config,
    today: Date,
) -> (Allows, Vec<Marker>, Vec<Finding>) {
    let mut allows = Allows::default();
    let mut markers = Vec::new();
    let mut findings = Vec::new();
    for (index, read) in migrations.iter().enumerate() {
        let file = read.migration.file;
        let spans = read.statements.iter().map(|statement| statement.span);
        allows.statements.entry(file).or_default().extend(spans);
        let Some(source) = files.get(file.0 as usize) else { continue };
        let subject = subject(read, source);
        for comment in &read.comments {
            if let Some(foreign) = compat::read(comment, read, source, &config.compat) {
                allows.allows.extend(foreign_allows(&foreign, read, comment.span, &subject));
                continue;
            }
            let mut words = Words::new(source, file, comment.span, config);
            match words.directive(today) {
                None => {}
                Some((how, Err((span, message)))) => findings.push(Finding {
                    message,
                    help: Some(how.to_owned()),
                    ..finding(&gate::malformed_allow::RULE, words.label(span), &subject)
                }),
                Some((_, Ok(Directive::Retired { kind, name, span }))) => markers.push(Marker {
                    kind,
                    name,
                    text: source.slice(span).to_owned(),
                    place: words.label(span),
                    migration: index,
                    spent_by: None,
                }),
                // Elsewhere people write it there and mean the statement before it.
                Some((_, Ok(_))) if is_behind_statement(source, read, comment.span) => {
                    findings.push(Finding {
                        message: "it stands behind a statement, and would count for the next one"
                            .to_owned(),
                        help: Some("put it on a line of its own, before its statement".to_owned()),
                        ..finding(&gate::malformed_allow::RULE, words.label(comment.span), &subject)
                    });
                }
                Some((_, Ok(Directive::Allow { rules, reason }))) => {
                    let first = read.statements.first().map(|statement| statement.span);
                    let head = first.is_none_or(|first| comment.span.start < first.start);
                    let statement = statement_after(read, comment.span);
                    allows.allows.extend(rules.into_iter().map(|(rule, span)| Allow {
                        rule,
                        place: words.label(span),
                        reason: reason.clone(),
                        subject: subject.clone(),
                        statement,
                        migration: head.then_some(read.migration.span),
                        whole_file: false,
                        foreign: false,
                        used: false,
                    }));
                }
            }
        }
    }
    for statements in allows.statements.values_mut() {
        statements.sort();
    }
    (allows, markers, findings)
}

/// The migration as what a finding about its comments is about.
fn subject(read: &ReadMigration, source: &SourceFile) -> Subject {
    match read.migration.version.text.as_str() {
        "" => Subject::File(source.path.clone()),
        version => Subject::Migration(version.to_owned()),
    }
}

/// The statement that a comment is for: the one that it stands in, or the next one.
fn statement_after(read: &ReadMigration, comment: Span) -> Option<Span> {
    let spans = read.statements.iter().map(|statement| statement.span);
    spans.into_iter().find(|span| span.end > comment.start)
}

/// What a comment of another tool allows.
fn foreign_allows(
    foreign: &Foreign,
    read: &ReadMigration,
    comment: Span,
    subject: &Subject,
) -> impl Iterator<Item = Allow> {
    let statement = statement_after(read, comment);
    foreign.rules.iter().map(move |rule| Allow {
        rule: rule.id,
        place: Label { file: read.migration.file, span: comment, text: String::new() },
        reason: foreign.reason.clone(),
        subject: subject.clone(),
        statement,
        migration: None,
        whole_file: foreign.whole_file,
        foreign: true,
        used: false,
    })
}

/// Whether a statement ends on the line on which a comment begins, before it.
fn is_behind_statement(source: &SourceFile, read: &ReadMigration, comment: Span) -> bool {
    let line = source.place(comment.start).line;
    let before = read.statements.iter().rev().find(|it| it.span.end <= comment.start);
    before.is_some_and(|statement| source.place(statement.span.end).line == line)
}

fn finding(rule: &'static Rule, primary: Label, subject: &Subject) -> Finding {
    Finding::new(rule.id, rule.level, primary, "", subject.clone())
}

enum Directive {
    Allow { rules: Vec<(&'static str, Span)>, reason: String },
    Retired { kind: &'static str, name: Vec<String>, span: Span },
}

/// What is wrong, and where.
type Wrong = (Span, String);

/// The text of one comment, read word by word.
struct Words<'a> {
    config: &'a Config,
    text: &'a str,
    /// Where `text` begins in the file.
    start: usize,
    file: FileId,
    at: usize,
}

impl<'a> Words<'a> {
    fn new(source: &'a SourceFile, file: FileId, span: Span, config: &'a Config) -> Self {
        let whole = source.slice(span);
        let text = whole.strip_suffix("*/").unwrap_or(whole).trim_end();
        let body = text.trim_start_matches(['-', '/', '*', '#', ' ', '\t', '\r', '\n']);
        let at = text.len() - body.len();
        Self { config, text, start: span.start as usize, file, at }
    }

    fn label(&self, span: Span) -> Label {
        Label { file: self.file, span, text: String::new() }
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.start + start, self.start + end)
    }

    /// The text up to one of `stops` or white space, and its place.
    fn word(&mut self, stops: &[char]) -> (&'a str, Span) {
        let start = self.at;
        let rest = self.rest();
        let is_end = |c: char| c.is_whitespace() || stops.contains(&c);
        let word = rest.get(..rest.find(is_end).unwrap_or(rest.len())).unwrap_or("");
        self.at += word.len();
        (word, self.span(start, self.at))
    }

    fn skip_space(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    fn eat(&mut self, text: &str) -> bool {
        let eaten = self.rest().starts_with(text);
        self.at += if eaten { text.len() } else { 0 };
        eaten
    }

    /// A directive, or what is wrong with it, and how it is written. `None` where the comment is
    /// none of ours.
    fn directive(&mut self, today: Date) -> Option<(&'static str, Result<Directive, Wrong>)> {
        let start = self.at;
        let name = self.rest().get(..NAME.len())?;
        if !name.eq_ignore_ascii_case(NAME) {
            return None;
        }
        self.at += NAME.len();
        self.skip_space();
        let colon = self.eat(":");
        let marks = self.at;
        self.skip_space();
        let is_apart = self.at > marks;
        let (verb, _) = self.word(&[]);
        let written = self.text.get(start..self.at)?;
        match written {
            ALLOW => return Some((HOW_TO_ALLOW, self.allow(start, today))),
            RETIRED => return Some((HOW_TO_RETIRE, self.retired(start))),
            _ => {}
        }
        // What stands apart may be prose: "lockgate: we need this", "lockgate found this".
        let is_meant = match (colon, is_apart) {
            (true, false) => !verb.is_empty(),
            (true, true) => is_nearly_allow(verb) || is_nearly_retired(verb),
            (false, _) => {
                self.text.get(start + NAME.len()..)?.starts_with(char::is_whitespace)
                    && is_nearly_allow(verb)
                    && !verb.eq_ignore_ascii_case("allows")
                    && !verb.eq_ignore_ascii_case("allowed")
            }
        };
        is_meant.then(|| {
            let written = written.split_whitespace().collect::<Vec<_>>().join(" ");
            let (near, how) = match is_nearly_retired(verb) {
                true => (RETIRED, HOW_TO_RETIRE),
                false => (ALLOW, HOW_TO_ALLOW),
            };
            let message = format!("`{written}` is no directive; did you mean `{near}`?");
            (how, Err((self.span(start, self.at), message)))
        })
    }

    fn retired(&mut self, start: usize) -> Result<Directive, Wrong> {
        self.skip_space();
        let (word, span) = self.word(&[]);
        let Some(kind) = retired::KINDS.into_iter().find(|kind| *kind == word) else {
            return Err(match word {
                "" => (self.span(start, self.at), "it does not say what is retired".to_owned()),
                _ => {
                    let hint = did_you_mean(word, retired::KINDS);
                    (span, format!("a `{word}` cannot be retired{hint}"))
                }
            });
        };
        self.skip_space();
        let (word, span) = self.word(&[]);
        let end = self.at;
        let name = retired::parts(word).unwrap_or_default();
        let lengths = match kind {
            "column" => 2..=3,
            "schema" => 1..=1,
            _ => 1..=2,
        };
        if word.is_empty() {
            return Err((self.span(start, end), format!("the name of the {kind} is missing")));
        }
        if !lengths.contains(&name.len()) {
            return Err((span, format!("`{word}` is no name of a {kind}")));
        }
        self.skip_space();
        match self.word(&[]) {
            ("", _) => Ok(Directive::Retired { kind, name, span: self.span(start, end) }),
            (more, span) => Err((span, format!("`{more}` is not expected here"))),
        }
    }

    fn allow(&mut self, start: usize, today: Date) -> Result<Directive, Wrong> {
        let rules = self.rules(start)?;
        let (mut reason, mut until) = (None, None);
        loop {
            self.skip_space();
            let (word, span) = self.word(&['=']);
            match word {
                "" => break,
                "reason" if reason.is_none() => reason = Some(self.quoted(span)?),
                "until" if until.is_none() => until = Some(self.date(span)?),
                "reason" | "until" => return Err((span, format!("`{word}` is said twice"))),
                _ => {
                    let message = format!(
                        "`{word}` is not expected here: rules are parted by commas, and \
                         reason=\"...\" and until=YYYY-MM-DD come after them"
                    );
                    return Err((span, message));
                }
            }
        }
        if let Some((date, span)) = until.filter(|(date, _)| *date < today) {
            return Err((span, format!("this allow expired on {date}")));
        }
        match reason {
            Some(reason) => Ok(Directive::Allow { rules, reason }),
            None => {
                let end = rules.last().map_or(self.at, |(_, span)| span.end as usize - self.start);
                Err((self.span(start, end), "this allow gives no reason".to_owned()))
            }
        }
    }

    fn rules(&mut self, start: usize) -> Result<Vec<(&'static str, Span)>, Wrong> {
        let mut rules = Vec::new();
        loop {
            self.skip_space();
            let (id, span) = self.word(&[',', '=']);
            if id.is_empty() || self.rest().starts_with('=') {
                return Err((self.span(start, self.at), "a rule's id is missing".to_owned()));
            }
            rules.push((rule(id, self.config).map_err(|message| (span, message))?, span));
            self.skip_space();
            if !self.eat(",") {
                return Ok(rules);
            }
        }
    }

    fn quoted(&mut self, key: Span) -> Result<String, Wrong> {
        let wrong = "a reason stands in double quotes: reason=\"why\"";
        if !self.eat("=\"") {
            return Err((key, wrong.to_owned()));
        }
        let rest = self.rest();
        let Some((reason, _)) = rest.split_once('"') else {
            return Err((key, format!("{wrong}; the closing one is missing")));
        };
        self.at += reason.len() + 1;
        let reason = reason.split_whitespace().collect::<Vec<_>>().join(" ");
        if reason.is_empty() {
            return Err((key, "this allow gives an empty reason".to_owned()));
        }
        Ok(reason)
    }

    fn date(&mut self, key: Span) -> Result<(Date, Span), Wrong> {
        if !self.eat("=") {
            return Err((key, "`until` needs a date: until=YYYY-MM-DD".to_owned()));
        }
        let (word, span) = self.word(&[]);
        let span = if word.is_empty() { key } else { span };
        word.parse().map(|date| (date, span)).map_err(|message| (span, message))
    }
}

/// Whether a word is a slip for `allow`, not one that prose has (`all`, `below`).
fn is_nearly_allow(word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    match distance(&word, "allow") {
        0 | 1 => true,
        2 => word.starts_with("al") && word.len() >= "allow".len(),
        _ => false,
    }
}

/// Whether a word is a slip for `retired`.
fn is_nearly_retired(word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    word.starts_with("re") && distance(&word, "retired") <= 2
}

/// The rule of an id that a comment may name, or what is wrong with it.
fn rule(id: &str, config: &Config) -> Result<&'static str, String> {
    if NEVER_SILENCED.contains(&id) {
        return Err(format!("`{id}` cannot be allowed by a comment"));
    }
    match config.rule(id) {
        Some(rule) => Ok(rule.id),
        None => {
            let known =
                config.known_rules().map(|rule| rule.id).filter(|id| !NEVER_SILENCED.contains(id));
            Err(format!("there is no rule `{id}`{}", did_you_mean(id, known)))
        }
    }
}
