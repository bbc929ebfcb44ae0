//! What lockgate says: findings, their level, and what they are about.

use crate::schema::name::Name;
use crate::source::{FileId, SourceFile, Span};
use std::fmt;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Taste: counted, shown when asked for.
    Note,
    /// It depends on what is not known.
    Warning,
    /// Near certain: the deploy fails, traffic stops, data is lost, the running release breaks.
    Error,
}

impl Level {
    /// Every level, mildest first.
    pub const ALL: [Self; 3] = [Self::Note, Self::Warning, Self::Error];

    /// The word in reports and in the config.
    pub fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a finding breaks, in the words and the order of the promise ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Breaks {
    /// Data is lost.
    Data,
    /// The running release can no longer read.
    Readers,
    /// The running release can no longer write.
    Writers,
    /// The previous release cannot come back.
    Rollback,
}

impl Breaks {
    /// Each of them, in that order.
    pub const ALL: [Self; 4] = [Self::Data, Self::Readers, Self::Writers, Self::Rollback];

    /// The word in reports and on the pages of the rules.
    pub fn name(self) -> &'static str {
        match self {
            Self::Data => "data",
            Self::Readers => "readers",
            Self::Writers => "writers",
            Self::Rollback => "rollback",
        }
    }
}

/// A place with words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The file.
    pub file: FileId,
    /// Where in it.
    pub span: Span,
    /// What to read there; may be empty for the primary place.
    pub text: String,
}

/// What a finding is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// A table.
    Table(Name),
    /// A column of a table.
    Column(Name, String),
    /// An index.
    Index(Name),
    /// Another object: its kind in kebab case, and its name.
    Object(&'static str, String),
    /// A migration, by its version.
    Migration(String),
    /// A file.
    File(String),
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Table(name) => write!(f, "table:{name}"),
            Self::Column(table, column) => write!(f, "column:{table}.{column}"),
            Self::Index(name) => write!(f, "index:{name}"),
            Self::Object(kind, name) => write!(f, "{kind}:{name}"),
            Self::Migration(version) => write!(f, "migration:{version}"),
            Self::File(path) => write!(f, "file:{path}"),
        }
    }
}

/// Names for a message: the first few in backquotes, and how many more there are.
pub fn listed(names: &[impl fmt::Display]) -> String {
    const SHOWN_MAX: usize = 4;
    let shown: Vec<String> = names.iter().take(SHOWN_MAX).map(|it| format!("`{it}`")).collect();
    match names.len().saturating_sub(SHOWN_MAX) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// The part of a message that is about the release that ran before the migration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OldRelease {
    /// Where in the message it goes: a byte offset.
    pub at: usize,
    /// What it says, with the mark before it; empty where the whole message is about that release.
    pub fails: String,
}

/// One finding, before it is judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule's id.
    pub rule: &'static str,
    /// How bad it is here.
    pub level: Level,
    /// What it breaks; nothing where that is no question of the running release: it always counts.
    pub breaks: Vec<Breaks>,
    /// What happens, to which object, and why it applies here: one sentence or two.
    pub message: String,
    /// What happens to the release that ran before; `None` where readers and writers break
    /// whichever release they are of. Only with it does the order of deploys matter.
    pub old_release: Option<OldRelease>,
    /// The name that nothing answers to afterwards, without its schema or table: code that still
    /// says it fails.
    pub gone: Option<String>,
    /// Where.
    pub primary: Label,
    /// Other places that matter.
    pub related: Vec<Label>,
    /// What to do, for this runner.
    pub help: Option<String>,
    /// What it is about.
    pub subject: Subject,
    /// What takes it away without judgement; `None` where its rule knows nothing of the kind.
    pub fix: Option<Fix>,
    /// Where to read more, where that is not its rule's page.
    pub url: Option<String>,
    /// What a policy adds for other programs: a JSON object.
    pub properties: Option<serde_json::Value>,
}

/// A mechanical fix: what becomes of the statement, and what runs after its migration. Which files
/// that makes is the framework's business.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fix {
    /// The statement leaves its migration. The pieces run after it, one by one, each outside any
    /// transaction.
    Alone {
        /// Whom the pieces work on; a later statement of the migration that names one of these
        /// needs it where it stands. The first names the new files.
        objects: Vec<String>,
        /// What runs instead.
        pieces: Vec<Piece>,
    },
    /// The statement stays, edited. The pieces run after its migration, in another transaction.
    Later {
        /// As above.
        objects: Vec<String>,
        /// What the places of the statement become; an empty place is where text goes in.
        edits: Vec<(Span, String)>,
        /// What runs later; may be nothing.
        pieces: Vec<Piece>,
    },
    /// It takes judgement, or cannot be done here: why.
    ByHand(String),
}

/// One statement of a fix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// What it does, for the name of a file: `create`, `validate`.
    pub verb: &'static str,
    /// The statement, without a semicolon.
    pub sql: String,
}

impl Piece {
    /// A statement of a fix.
    pub fn new(verb: &'static str, sql: impl Into<String>) -> Self {
        Self { verb, sql: sql.into() }
    }
}

impl Finding {
    /// A finding that breaks no promise and has nothing beside its place.
    pub fn new(
        rule: &'static str,
        level: Level,
        primary: Label,
        message: impl Into<String>,
        subject: Subject,
    ) -> Self {
        Self {
            rule,
            level,
            breaks: Vec::new(),
            message: message.into(),
            old_release: None,
            gone: None,
            primary,
            related: Vec::new(),
            help: None,
            fix: None,
            url: None,
            properties: None,
            subject,
        }
    }
}

/// What could not be done: lockgate did not see all that it was asked to judge.
#[derive(Clone, Debug)]
pub struct Failure {
    /// Which exit code it leads to.
    pub kind: FailureKind,
    /// The file, or what was asked for where there is no file; as reports show it.
    pub path: String,
    /// What went wrong, and what would be right.
    pub message: String,
    /// The text and the place in it, where there is one.
    pub at: Option<Box<(SourceFile, Span)>>,
}

/// Which exit code a failure leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// Something could not be read or run: exit 2.
    Broken,
    /// A path was given or configured and holds no migration: exit 3.
    NoMigration,
}

impl Failure {
    /// A failure without a place.
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { kind: FailureKind::Broken, path: path.into(), message: message.into(), at: None }
    }

    /// A failure at a place.
    pub fn at(file: &SourceFile, span: Span, message: impl Into<String>) -> Self {
        Self { at: Some(Box::new((file.clone(), span))), ..Self::new(file.path.clone(), message) }
    }
}

impl From<Failure> for Vec<Failure> {
    fn from(failure: Failure) -> Self {
        vec![failure]
    }
}
