//! What is promised while a migration is shipped, and in which order it is.

use crate::finding::Breaks;

/// What is promised, from the moment the migration starts until the next release is everywhere.
/// Each rung keeps what the ones before it keep.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Promise {
    /// The service is stopped; the data survive.
    Offline,
    /// The running release can still read.
    Readers,
    /// The running release can still write.
    #[default]
    Writers,
    /// The previous release can come back, and loses nothing that was written since.
    Rollback,
}

impl Promise {
    /// The words that `--promise` and `promise` take.
    pub const WORDS: [&str; 4] = ["offline", "readers", "writers", "rollback"];

    /// Reads one of [`Promise::WORDS`].
    pub fn from_word(word: &str) -> Option<Self> {
        let all = [Self::Offline, Self::Readers, Self::Writers, Self::Rollback];
        all.into_iter().find(|promise| promise.word() == word)
    }

    /// The word in the config.
    pub fn word(self) -> &'static str {
        match self {
            Self::Offline => "offline",
            other => other.highest().name(),
        }
    }

    /// Whether this is promised to hold.
    pub fn keeps(self, breaks: Breaks) -> bool {
        breaks <= self.highest()
    }

    fn highest(self) -> Breaks {
        match self {
            Self::Offline => Breaks::Data,
            Self::Readers => Breaks::Readers,
            Self::Writers => Breaks::Writers,
            Self::Rollback => Breaks::Rollback,
        }
    }
}

/// What is shipped first: which release runs when the migration starts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Deploy {
    /// The release before the migration.
    #[default]
    MigrateFirst,
    /// The release that the migration is for.
    CodeFirst,
}

impl Deploy {
    /// The words that `deploy` takes.
    pub const WORDS: [&str; 2] = ["migrate-first", "code-first"];

    /// Reads one of [`Deploy::WORDS`].
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "migrate-first" => Some(Self::MigrateFirst),
            "code-first" => Some(Self::CodeFirst),
            _ => None,
        }
    }
}
