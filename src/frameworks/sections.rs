//! Files that hold several sections, parted by lines that are marks: both ways of a migration,
//! statements that must stay whole.

use super::lines::{Line, lines};
use super::{MigrationSet, Named, Opened, Place, Project};
use crate::finding::Level;
use crate::migration::{Direction, Part, Runner};
use crate::source::Span;
use std::ops::Range;

/// A mark and what follows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section<M> {
    /// What the mark says.
    pub mark: M,
    /// The mark's line, without its end.
    pub line: Range<usize>,
    /// What stands between it and the next mark.
    pub body: Range<usize>,
}

/// Cuts a text at its marks. What stands before the first one is in none of the sections.
pub fn sections<'a, M>(text: &'a str, mark: impl Fn(&'a str) -> Option<M>) -> Vec<Section<M>> {
    let mut sections: Vec<Section<M>> = Vec::new();
    for Line { content, whole } in lines(text) {
        let Some(mark) = mark(text.get(content.clone()).unwrap_or("")) else { continue };
        if let Some(last) = sections.last_mut() {
            last.body.end = whole.start;
        }
        sections.push(Section { mark, line: content, body: whole.end..text.len() });
    }
    sections
}

/// Where a mark turns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// What follows goes up.
    Up,
    /// What follows goes down.
    Down,
    /// What follows goes on in the same direction, apart from what stands before.
    On,
    /// What follows is not run.
    Off,
}

/// The pieces of a file, by direction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ways {
    /// What stands before the first mark that turns up or down.
    pub before: Range<usize>,
    /// What goes up, in pieces that are never joined.
    pub up: Vec<Range<usize>>,
    /// What goes down.
    pub down: Vec<Range<usize>>,
}

/// Follows the marks of a file.
pub fn ways<M>(text: &str, sections: &[Section<M>], turn: impl Fn(&M) -> Turn) -> Ways {
    let mut ways = Ways { before: 0..text.len(), ..Ways::default() };
    let mut current = Turn::Off;
    for section in sections {
        match turn(&section.mark) {
            Turn::On => {}
            turned => current = turned,
        }
        let started = !ways.up.is_empty() || !ways.down.is_empty();
        match current {
            Turn::Up => ways.up.push(section.body.clone()),
            Turn::Down => ways.down.push(section.body.clone()),
            Turn::On | Turn::Off => continue,
        }
        if !started {
            ways.before.end = section.line.start;
        }
    }
    ways
}

/// Adds the up and the down migration of a file. Comments before its first mark go with the way
/// up; SQL there is a finding, with what the framework makes of it.
pub fn push_ways(
    project: &Project<'_>,
    set: &mut MigrationSet,
    opened: &Opened,
    named: &Named,
    ways: &Ways,
    runners: (Runner, Runner),
    before: &str,
) {
    let mut up = ways.up.clone();
    if holds_sql(opened.text.get(ways.before.clone()).unwrap_or("")) {
        set.never_runs(&place(opened, &ways.before), Level::Error, before, None);
    } else {
        up.insert(0, ways.before.clone());
    }
    if !ways.up.is_empty() {
        let (place, parts) = body(project, opened, &up);
        set.push(&place, named.toward(Direction::Up), runners.0, parts);
    }
    if !ways.down.is_empty() {
        let (place, parts) = body(project, opened, &ways.down);
        set.push(&place, named.toward(Direction::Down), runners.1, parts);
    }
}

/// Pieces of a file as the body of a migration, and the place that they span.
pub fn body<'a>(
    project: &Project<'_>,
    opened: &'a Opened,
    pieces: &[Range<usize>],
) -> (Place<'a>, Vec<Part>) {
    let part = |piece: &Range<usize>| {
        let text = opened.text.get(piece.clone()).unwrap_or("");
        Part::Sql(project.sql(text, piece.start))
    };
    let start = pieces.iter().map(|piece| piece.start).min().unwrap_or(0);
    let end = pieces.iter().map(|piece| piece.end).max().unwrap_or(start);
    (place(opened, &(start..end)), pieces.iter().map(part).collect())
}

/// A range of a file as a place.
pub fn place<'a>(opened: &'a Opened, range: &Range<usize>) -> Place<'a> {
    Place { opened, span: Span::new(range.start, range.end) }
}

/// Whether a text holds more than blanks and `--` comments.
pub fn holds_sql(text: &str) -> bool {
    let mut lines = text.split(['\n', '\r']).map(str::trim);
    lines.any(|line| !line.is_empty() && !line.starts_with("--"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_cut_a_text_exactly() {
        let text = "-- a\r\n>up\rx\n>down\n>up";
        let mark = |line: &str| line.strip_prefix('>').map(str::to_owned);
        let sections = sections(text, mark);
        let slices: Vec<_> = sections
            .iter()
            .map(|it| (it.mark.as_str(), &text[it.line.clone()], &text[it.body.clone()]))
            .collect();
        assert_eq!(slices, [("up", ">up", "x\n"), ("down", ">down", ""), ("up", ">up", "")]);
        let turn = |mark: &String| if mark == "up" { Turn::Up } else { Turn::Down };
        let ways = ways(text, &sections, turn);
        assert_eq!((&text[ways.before], ways.up.len(), ways.down.len()), ("-- a\r\n", 2, 1));
    }

    #[test]
    fn comments_are_no_sql() {
        assert!(!holds_sql("\n -- a\r\n\t"));
        assert!(holds_sql("-- a\n/* b */"));
    }
}
