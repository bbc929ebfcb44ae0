//! What an adapter hands on: migrations with their runner, in the order in which they run.

pub mod merged;

use crate::dialect::Engine;
use crate::schema::change::Change;
use crate::source::{FileId, Located, Span};
use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

/// One migration.
#[derive(Clone, Debug)]
pub struct Migration {
    /// The file that it stands in.
    pub file: FileId,
    /// Its version, in the framework's order.
    pub version: Version,
    /// What its name says, for people.
    pub title: String,
    /// Which way it goes.
    pub direction: Direction,
    /// How it is run.
    pub runner: Runner,
    /// What it runs, in order.
    pub body: Vec<Part>,
    /// Where in its file it stands; the whole file but for changesets.
    pub span: Span,
}

/// Which way a migration goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    /// Forward.
    Up,
    /// Back.
    Down,
    /// Whenever its text changed, after the versioned ones.
    Repeatable,
    /// In place of all versions up to its own, on a new database.
    Baseline,
    /// A schema as it stands.
    Dump,
}

impl Direction {
    /// The word in JSON output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
            Self::Repeatable => "repeatable",
            Self::Baseline => "baseline",
            Self::Dump => "dump",
        }
    }
}

/// A version as its framework writes and compares it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Version {
    /// As written: `1.10`, `20240131120000`; empty where the framework has none.
    pub text: String,
    /// What it is compared by: numbers as digit strings of any length without leading zeros,
    /// words as they are.
    pub key: Vec<String>,
}

impl Version {
    /// A version made of numbers; trailing zero parts do not count (Flyway: 1 = 1.0).
    pub fn numeric(text: impl Into<String>, parts: &[&str]) -> Self {
        let mut key: Vec<String> =
            parts.iter().map(|part| part.trim_start_matches('0').to_owned()).collect();
        while key.last().is_some_and(String::is_empty) {
            key.pop();
        }
        Self { text: text.into(), key }
    }

    /// A version that is compared as text.
    pub fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { key: vec![text.clone()], text }
    }

    /// Compares as numbers, part by part.
    pub fn cmp_numeric(&self, other: &Self) -> Ordering {
        let by_part = self
            .key
            .iter()
            .zip(&other.key)
            .map(|(a, b)| a.len().cmp(&b.len()).then_with(|| a.cmp(b)))
            .find(|ordering| ordering.is_ne());
        by_part.unwrap_or_else(|| self.key.len().cmp(&other.key.len()))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// How a framework runs one migration: a fact for each framework, engine and file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Runner {
    /// The framework's name in kebab case, as its project writes it.
    pub framework: &'static str,
    /// What it puts into a transaction.
    pub wraps: Wraps,
    /// What it sends as one message.
    pub sends: Sends,
    /// How an author gets a statement out of the transaction.
    pub alone: OptOut,
    /// The framework refuses a migration that mixes statements which may and may not run in a
    /// transaction (Flyway without `mixed`).
    pub refuses_mixed: bool,
}

/// What a runner puts into a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wraps {
    /// Each file.
    EachFile,
    /// Each changeset.
    EachChangeset,
    /// All pending files together.
    AllPending,
    /// Nothing.
    Nothing,
    /// It is not known.
    Unknown,
}

/// What a runner sends as one message. On PostgreSQL several statements in one message are one
/// transaction, whoever asked for it (manual, "Multiple Statements in a Simple Query").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sends {
    /// The file or changeset as it is.
    WholeFile,
    /// The statements by themselves, in one batch with a single synchronisation at its end. The
    /// first may be one that refuses a transaction block: it is committed at once. The others are one
    /// transaction (measured on PostgreSQL 15: `cannot be executed within a pipeline`).
    Batch,
    /// Each statement.
    Statements,
    /// It is not known.
    Unknown,
}

/// How an author gets a statement out of the runner's transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OptOut {
    /// A comment or attribute in the file.
    Directive {
        /// What to write.
        text: &'static str,
        /// Where.
        place: &'static str,
    },
    /// A file beside the migration.
    Sidecar {
        /// What is appended to the migration's name.
        suffix: &'static str,
        /// What it holds.
        text: &'static str,
    },
    /// A file of its own, holding that one statement.
    OwnFile,
    /// The runner sees by itself that a file may not run in a transaction, if all its
    /// statements are ones that it recognises.
    Automatic,
    /// It need not: the runner opens no transaction, and sends each statement by itself.
    NotWrapped,
    /// There is no way.
    Never {
        /// Why not.
        why: &'static str,
    },
    /// The runner is not known.
    Unknown,
}

/// What to do instead, before a runner is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Advice {
    /// Run this statement by itself, outside any transaction.
    RunAlone(String),
    /// Run this statement by itself, outside any transaction, and `then` in a later migration.
    AloneThen {
        /// By itself.
        alone: String,
        /// Then.
        then: String,
    },
    /// Run `now` here and `later` in another transaction, so that the locks of the one are gone
    /// before the work of the other begins.
    Later {
        /// Here.
        now: String,
        /// In another transaction.
        later: String,
    },
}

/// Words an advice for a runner.
pub fn advise(runner: &Runner, advice: &Advice) -> String {
    match advice {
        Advice::RunAlone(statement) => advise_alone(runner, statement),
        Advice::AloneThen { alone, then } => {
            format!("{}; then `{then}` {}", advise_alone(runner, alone), later(runner))
        }
        Advice::Later { now, later: then } => {
            format!("`{now}` here, then `{then}` {}", later(runner))
        }
    }
}

/// Where a statement stands that is to run in a transaction of its own after this migration's.
fn later(runner: &Runner) -> String {
    match runner.wraps {
        Wraps::EachFile => "in a later migration".to_owned(),
        Wraps::EachChangeset => "in a changeset of its own".to_owned(),
        Wraps::AllPending => format!(
            "in a migration of a later deploy: {} runs all that are pending in one transaction",
            runner.framework
        ),
        Wraps::Nothing if runner.sends == Sends::Statements => {
            "as a statement of its own".to_owned()
        }
        Wraps::Nothing => "in a later migration".to_owned(),
        Wraps::Unknown => "in a later migration, in a transaction of its own".to_owned(),
    }
}

/// What refuses a transaction and is not seen by Flyway, the runner that looks for such by itself
/// (`replay::flyway_recognises` has the facts).
const UNSEEN: &[&str] = &["REINDEX", "DETACH PARTITION", "CLUSTER"];

fn advise_alone(runner: &Runner, statement: &str) -> String {
    let unit = if runner.wraps == Wraps::EachChangeset { "changeset" } else { "migration" };
    let is_seen = || !UNSEEN.iter().any(|it| statement.contains(it));
    match &runner.alone {
        // The opt-out takes the runner's transaction away, not that of the message.
        OptOut::Directive { text, place } if runner.sends == Sends::WholeFile => {
            format!("put `{statement}` alone into a {unit}, with `{text}` {place}")
        }
        OptOut::Directive { text, place } => {
            format!("put `{statement}` into a {unit} of its own, with `{text}` {place}")
        }
        OptOut::Automatic if !is_seen() => format!(
            "put `{statement}` into a migration of its own, and beside it a file of the same name \
             plus `.conf` that says `executeInTransaction=false`: {} does not see by itself that it \
             refuses a transaction",
            runner.framework
        ),
        OptOut::Sidecar { suffix, text } => format!(
            "put `{statement}` into a migration of its own, and beside it a file of the same name \
             plus `{suffix}` that says `{text}`"
        ),
        OptOut::OwnFile if runner.sends == Sends::Batch => format!(
            "put `{statement}` first, or alone, into a migration: {} sends a file as one batch, which \
             after its first statement is one transaction",
            runner.framework
        ),
        OptOut::OwnFile => format!(
            "put `{statement}` alone into a migration: {} sends a file as one message, and two \
             statements in one message are one transaction",
            runner.framework
        ),
        OptOut::Automatic => format!(
            "put `{statement}` alone into a migration: {} then runs it without a transaction (its \
             manual asks for `postgresql.transactional.lock=false` there)",
            runner.framework
        ),
        OptOut::NotWrapped => format!(
            "put `{statement}` into a migration of its own, without BEGIN and COMMIT: {} opens no \
             transaction",
            runner.framework
        ),
        OptOut::Never { why } => format!(
            "{} cannot run `{statement}`: {why}; run it by hand before the deploy, and keep the \
             migration as `IF NOT EXISTS` or `IF EXISTS`",
            runner.framework
        ),
        OptOut::Unknown => {
            let known = match runner.wraps {
                Wraps::Unknown => "; with `framework:` in lockgate.yaml this says how",
                _ => "",
            };
            format!(
                "run `{statement}` in a migration of its own that your runner does not wrap in a \
                 transaction{known}"
            )
        }
    }
}

/// A piece of a migration.
#[derive(Clone, Debug)]
pub enum Part {
    /// SQL to split and read.
    Sql(SqlText),
    /// Something that is run and cannot be read.
    Unread {
        /// Where it stands.
        span: Span,
        /// What it is, for the message.
        what: String,
    },
}

/// SQL as it is sent, with a map to the file that it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SqlText {
    /// The text that the server gets, placeholders filled or masked.
    pub text: Arc<str>,
    /// The way back.
    pub map: SpanMap,
}

impl SqlText {
    /// Text that stands in its file as it is, from byte `offset` on.
    pub fn verbatim(text: impl Into<Arc<str>>, offset: usize) -> Self {
        let segments = vec![(0, u32::try_from(offset).unwrap_or(u32::MAX))];
        Self { text: text.into(), map: SpanMap { segments } }
    }

    /// Text from pieces: `(what is sent, where its source stands)`. A piece as long as its source
    /// keeps exact places inside; another points at the whole of its source.
    pub fn from_pieces<'a>(pieces: impl IntoIterator<Item = (&'a str, Span)>) -> Self {
        let mut text = String::new();
        let mut segments: Vec<(u32, u32)> = Vec::new();
        for (piece, source) in pieces {
            segments.push((u32::try_from(text.len()).unwrap_or(u32::MAX), source.start));
            text.push_str(piece);
        }
        Self { text: Arc::from(text), map: SpanMap { segments } }
    }
}

/// From offsets in an [`SqlText`] to offsets in its source file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SpanMap {
    /// `(offset in the text, offset in the source)`, ascending; between two entries both count on.
    segments: Vec<(u32, u32)>,
}

impl SpanMap {
    /// The source offset of a text offset.
    pub fn offset(&self, offset: u32) -> u32 {
        let index = self.segments.partition_point(|(text, _)| *text <= offset);
        let Some((text, source)) = index.checked_sub(1).and_then(|index| self.segments.get(index))
        else {
            return offset;
        };
        let mapped = source.saturating_add(offset - text);
        // A filled placeholder may be longer than its source: stay before the next piece.
        match self.segments.get(index) {
            Some((_, next)) if next >= source => mapped.min(*next),
            _ => mapped,
        }
    }

    /// The source span of a text range.
    pub fn span(&self, range: std::ops::Range<usize>) -> Span {
        let start = self.offset(u32::try_from(range.start).unwrap_or(u32::MAX));
        if range.is_empty() {
            return Span { start, end: start };
        }
        let last = self.offset(u32::try_from(range.end - 1).unwrap_or(u32::MAX));
        Span { start, end: last.saturating_add(1).max(start) }
    }
}

/// One statement of a migration, read.
#[derive(Clone, Debug)]
pub struct Statement {
    /// Where it stands, without the comments before it and the semicolon after it.
    pub span: Span,
    /// Its text as it is sent.
    pub text: String,
    /// How well it was read.
    pub reading: Reading,
    /// What it does, in order. For a `DO` block: what its body does.
    pub changes: Vec<LocatedChange>,
}

/// A change and the code that it stands in.
#[derive(Clone, Debug)]
pub struct LocatedChange {
    /// The change and its place.
    pub change: Located<Change>,
    /// Where it runs.
    pub context: Context,
}

/// Where a change runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Context {
    /// As a statement of the migration.
    Top,
    /// In a `DO` block.
    Do {
        /// Not under IF, CASE, LOOP or EXCEPTION: it does happen.
        certain: bool,
    },
}

/// How well a statement was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Everything that it does to the schema is in its changes.
    Understood,
    /// Verb and object are known, but not all that it does.
    Opaque {
        /// Why, in a few words.
        why: String,
    },
    /// Not even that.
    Unread {
        /// Why, in a few words.
        why: String,
        /// Where reading stopped.
        at: Span,
    },
}

/// A comment, for `lockgate:allow` and directives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Where it stands.
    pub span: Span,
    /// Its text without the comment marks.
    pub text: String,
}

/// A migration with its statements.
#[derive(Clone, Debug)]
pub struct ReadMigration {
    /// The migration.
    pub migration: Migration,
    /// The engine whose SQL it was read as.
    pub engine: Engine,
    /// Its statements in order.
    pub statements: Vec<Statement>,
    /// Its comments in order.
    pub comments: Vec<Comment>,
}
