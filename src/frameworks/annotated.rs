//! Files annotated the way goose began it: `Up`, `Down`, and `StatementBegin` to `StatementEnd`
//! around what is sent as one statement.

use super::sections::{Section, Turn, Ways, holds_sql, sections, ways};

/// What an annotation says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mark {
    /// What follows goes up.
    Up,
    /// What follows goes down.
    Down,
    /// What follows is one statement.
    Begin,
    /// That statement has ended.
    End,
    /// Something else.
    Other,
}

impl Mark {
    /// The annotation of a word, compared without case.
    pub fn of(word: &str) -> Self {
        match word.to_ascii_lowercase().as_str() {
            "up" => Self::Up,
            "down" => Self::Down,
            "statementbegin" => Self::Begin,
            "statementend" => Self::End,
            _ => Self::Other,
        }
    }

    fn turn(&self) -> Turn {
        match self {
            Self::Up => Turn::Up,
            Self::Down => Turn::Down,
            Self::Begin | Self::End | Self::Other => Turn::On,
        }
    }
}

/// An annotated file.
#[derive(Debug)]
pub struct Annotated {
    /// Its pieces.
    pub ways: Ways,
    /// Whether all that goes up stands between one `StatementBegin` and its end, and is sent as
    /// one message.
    pub up_is_one: bool,
    /// The same of what goes down.
    pub down_is_one: bool,
}

/// Reads an annotated file.
pub fn read(text: &str, mark: impl Fn(&str) -> Option<Mark>) -> Annotated {
    let sections = sections(text, mark);
    let ways = ways(text, &sections, Mark::turn);
    let is_one = |pieces: &[std::ops::Range<usize>]| {
        let is_block = |section: &&Section<Mark>| {
            section.mark == Mark::Begin && pieces.contains(&section.body)
        };
        let filled =
            |piece: &&std::ops::Range<usize>| holds_sql(text.get((*piece).clone()).unwrap_or(""));
        sections.iter().filter(is_block).count() == 1 && pieces.iter().filter(filled).count() == 1
    };
    Annotated { up_is_one: is_one(&ways.up), down_is_one: is_one(&ways.down), ways }
}
