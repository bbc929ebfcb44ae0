//! Which files a fix makes, and what they hold.

use super::{Made, Place, Project};
use crate::finding::{Fix, Piece};
use crate::frameworks::follow::NOTHING;
use crate::migration::{Direction, OptOut, Part, Wraps};
use crate::source::Span;
use crate::tree::{Overlay, Tree};
use std::collections::BTreeMap;

/// What stands before the statement that takes away what a failed build left.
const RETRY: &str =
    "-- A build that failed has left an invalid index: it goes before the next try.";

/// What stands before a build whose DROP is in the migration before it.
const RETRY_APART: &str =
    "-- If this fails, run the migration before it again: it drops what is left.";

/// What stands in a way down that has nothing to do.
const TAKEN_BACK: &str = "-- The migration before this one takes it back.";

/// The same where the migration by itself is not undone.
const TAKEN_BACK_ALLOWED: &str =
    "-- lockgate:allow down-differs reason=\"the migration before this one takes it back\"";

impl<'a> Project<'a> {
    /// The tree with the files of one more fix, and what was made so far. `between`: the first new
    /// version stands between the last one and the next.
    pub(super) fn made(
        &self,
        place: &Place<'_>,
        between: bool,
    ) -> Result<(Overlay<'a>, BTreeMap<String, Made>), String> {
        let mut draft = self.draft(place)?;
        match &place.finding.fix {
            Some(Fix::Alone { objects, pieces }) => draft.alone(objects, pieces, between)?,
            Some(Fix::Later { objects, edits, pieces }) => {
                draft.edit(edits)?;
                draft.later(objects, pieces, between)?;
            }
            _ => return Err("it has no mechanical fix".to_owned()),
        }
        let mut made = self.made.clone();
        made.insert(place.path.to_owned(), draft.made);
        Ok((draft.tree, made))
    }

    fn draft<'p>(&self, place: &'p Place<'p>) -> Result<Draft<'p, 'a>, String> {
        let bytes = self.tree.read(place.path).map_err(|error| error.to_string())?;
        let text = String::from_utf8(bytes).map_err(|_| "its file is not UTF-8")?;
        let file = self.report.files.get(place.finding.primary.file.0 as usize);
        let shift = file.and_then(|file| text.len().checked_sub(file.text.len()));
        let shift = shift.filter(|_| file.is_some_and(|file| text.ends_with(&*file.text)));
        let shift = shift.ok_or("its file is not UTF-8")?;
        let is_down = |it: &&crate::migration::ReadMigration| {
            it.migration.direction == Direction::Down
                && it.migration.version.key == place.read.migration.version.key
        };
        let down = place.set.migrations.iter().find(is_down).and_then(|down| {
            Some(self.report.files.get(down.migration.file.0 as usize)?.path.clone())
        });
        let made = self.made.get(place.path).cloned().unwrap_or_default();
        Ok(Draft { place, tree: self.tree.clone(), text, shift, down, made })
    }
}

/// The files of a fix while they are written.
struct Draft<'p, 'a> {
    place: &'p Place<'p>,
    tree: Overlay<'a>,
    /// The text of the migration's file.
    text: String,
    /// How many bytes of a mark stand before what spans count.
    shift: usize,
    /// The path of the way down, where the set keeps one.
    down: Option<String>,
    made: Made,
}

impl Draft<'_, '_> {
    /// The pieces leave the statement's place for files of their own. Where it is all that its file
    /// holds, the first of them stay there.
    fn alone(&mut self, objects: &[String], pieces: &[Piece], between: bool) -> Result<(), String> {
        let follow = self.place.follow;
        if follow.alone.is_none() {
            return Err("its framework runs nothing outside a transaction".to_owned());
        }
        let size = if follow.together { pieces.len().max(1) } else { 1 };
        let is_all = self.place.read.statements.len() == 1;
        let mut groups = pieces.chunks(size);
        let above = match groups.next().filter(|_| is_all) {
            Some(first) => self.keep(first, pieces.len() > size)?,
            None => {
                groups = pieces.chunks(size);
                self.cut()?
            }
        };
        let mut between = between;
        for group in groups {
            let is_last = group.last() == pieces.last();
            let above = if is_last { above.as_str() } else { "" };
            let retry = match is_last && group.len() < pieces.len() {
                true => format!("{RETRY_APART}\n"),
                false => String::new(),
            };
            let up = format!("{above}{retry}{}", joined(group));
            let way_down = way_down(group.iter().any(changes));
            self.follow(&title(group, objects), &up, &way_down, true, between)?;
            between = false;
        }
        self.made.validates.clear();
        Ok(())
    }

    /// Puts the pieces in the place of the statement, and the file out of the transaction. Gives the
    /// comment right above it, where that is to go elsewhere.
    fn keep(&mut self, pieces: &[Piece], apart: bool) -> Result<String, String> {
        let sql = joined(pieces);
        let (start, end) = self.span()?;
        self.replace((start, end), sql.trim_end_matches(';'))?;
        let line = self.text.get(..start + self.shift).and_then(|it| it.rfind('\n'));
        let line = line.map_or(0, |at| at + 1);
        let first = if apart { self.comment(line) } else { line };
        let comment: String = self.text.drain(first..line).collect();
        let runner = &self.place.read.migration.runner;
        if runner.wraps != Wraps::Nothing && runner.alone != OptOut::Automatic {
            let text = self.place.follow.alone(&self.text);
            self.text = text.ok_or("the mark of what goes up was not found")?;
            self.beside(self.place.path.to_owned())?;
        }
        self.tree.write(self.place.path, self.text.clone());
        Ok(comment)
    }

    /// Applies edits to the statement.
    fn edit(&mut self, edits: &[(Span, String)]) -> Result<(), String> {
        for (span, text) in edits.iter().rev() {
            self.replace((span.start as usize, span.end as usize), text)?;
        }
        self.tree.write(self.place.path, self.text.clone());
        Ok(())
    }

    /// The pieces go to a later migration; validations share one.
    fn later(&mut self, objects: &[String], pieces: &[Piece], between: bool) -> Result<(), String> {
        let [first, ..] = pieces else { return Ok(()) };
        if pieces.len() > 1 && self.down.is_some() {
            let why = "its way down would have to take back each step: write it by hand";
            return Err(why.to_owned());
        }
        let validates = pieces.len() == 1 && first.verb == "validate";
        if validates
            && let (Some((last, _)), false) = (&self.made.last, self.made.validates.is_empty())
        {
            self.made.validates.push(first.sql.clone());
            let up = statements(self.made.validates.iter().map(String::as_str));
            let down = self.down.as_ref().map(|_| way_down(false));
            let text = self.place.follow.text(&up, down.as_deref().filter(|_| self.holds_down()));
            self.tree.write(last.clone(), text);
            return Ok(());
        }
        let title = title(std::slice::from_ref(first), objects);
        self.follow(&title, &joined(pieces), &way_down(changes(first)), false, between)?;
        self.made.validates.clear();
        if validates {
            self.made.validates.push(first.sql.clone());
        }
        Ok(())
    }

    /// Writes the next migration, both ways where the set keeps both.
    fn follow(
        &mut self,
        title: &str,
        up: &str,
        way_down: &str,
        alone: bool,
        between: bool,
    ) -> Result<(), String> {
        let follow = self.place.follow;
        let (last, last_down) = match &self.made.last {
            Some((up, down)) => (up.clone(), down.clone()),
            None => (self.place.path.to_owned(), self.down.clone()),
        };
        let no_name = "the name of its file does not say which one is next";
        let path = follow.path(&last, title, between).ok_or(no_name)?;
        let text = follow.text(up, Some(way_down).filter(|_| self.holds_down()));
        let text = match alone {
            true => {
                follow.alone(&text).ok_or("its framework runs nothing outside a transaction")?
            }
            false => text,
        };
        self.add(&path, text)?;
        if alone {
            self.beside(path.clone())?;
        }
        let down = match last_down.filter(|_| !self.holds_down()) {
            Some(last) => Some(follow.path(&last, title, between).ok_or(no_name)?),
            None => self.down.as_ref().map(|_| path.clone()),
        };
        if let Some(down) = down.as_ref().filter(|down| **down != path) {
            self.add(down, format!("{way_down}\n"))?;
        }
        self.made.ups.push(path.clone());
        self.made.last = Some((path, down));
        Ok(())
    }

    /// Whether the way down stands in the file of the way up.
    fn holds_down(&self) -> bool {
        self.down.as_deref() == Some(self.place.path)
    }

    /// Writes the file that gets another one out of the transaction, where it takes one.
    fn beside(&mut self, path: String) -> Result<(), String> {
        match self.place.follow.beside(&path) {
            Some((path, text)) => self.add(&path, text.to_owned()),
            None => Ok(()),
        }
    }

    fn add(&mut self, path: &str, text: String) -> Result<(), String> {
        if self.tree.peek(path).is_ok() {
            return Err(format!("there is a file {path} already"));
        }
        self.tree.write(path, text);
        Ok(())
    }

    fn span(&self) -> Result<(usize, usize), String> {
        let statement = self.place.statement().ok_or("its statement was not found")?;
        Ok((statement.span.start as usize, statement.span.end as usize))
    }

    fn replace(&mut self, (start, end): (usize, usize), text: &str) -> Result<(), String> {
        let (start, end) = (start + self.shift, end + self.shift);
        let before = self.text.get(..start).ok_or("its statement cannot be cut")?;
        let after = self.text.get(end..).ok_or("its statement cannot be cut")?;
        self.text = format!("{before}{text}{after}");
        Ok(())
    }

    /// Takes the statement out of its file with the comment right above it; gives that comment.
    fn cut(&mut self) -> Result<String, String> {
        let (start, end) = self.span()?;
        let (start, mut end) = (start + self.shift, end + self.shift);
        let after = self.text.get(end..).unwrap_or_default();
        let blank = after.len() - after.trim_start().len();
        if after.trim_start().starts_with(';') {
            end += blank + 1;
        }
        let before = self.text.get(..start).unwrap_or_default();
        let line = before.rfind('\n').map_or(0, |at| at + 1);
        let after = self.text.get(end..).unwrap_or_default();
        let rest = after.split('\n').next().unwrap_or_default();
        let is_whole =
            before.get(line..).is_some_and(|it| it.trim().is_empty()) && rest.trim().is_empty();
        if !is_whole {
            self.text.replace_range(start..end, "");
            self.tree.write(self.place.path, self.text.clone());
            return Ok(String::new());
        }
        end = (end + rest.len() + 1).min(self.text.len());
        let first = self.comment(line);
        let comment = self.text.get(first..line).unwrap_or_default().to_owned();
        if self.text.get(..first).unwrap_or_default().trim_end().ends_with("StatementBegin") {
            return Err("it stands between StatementBegin and StatementEnd".to_owned());
        }
        self.text.replace_range(first..end, "");
        // One blank line is enough where two have met.
        let (before, after) = self.text.split_at_checked(first).unwrap_or_default();
        let after = if before.ends_with("\n\n") || before.is_empty() {
            after.trim_start_matches('\n')
        } else {
            after
        };
        let before = if after.is_empty() { before.trim_end_matches('\n') } else { before };
        let end = if after.is_empty() && !before.is_empty() { "\n" } else { "" };
        self.text = format!("{before}{after}{end}");
        self.tree.write(self.place.path, self.text.clone());
        Ok(comment)
    }

    /// Where the comment begins that stands right above a line: not a mark of the framework, nor
    /// anything before the part of the file that goes up.
    fn comment(&self, line: usize) -> usize {
        let offset = |part: &Part| match part {
            Part::Sql(sql) => Some(sql.map.offset(0) as usize + self.shift),
            Part::Unread { .. } => None,
        };
        let parts = self.place.read.migration.body.iter().filter_map(offset);
        let floor = parts.filter(|start| *start <= line).max().unwrap_or(line);
        let directive = match &self.place.read.migration.runner.alone {
            OptOut::Directive { text, .. } => Some(*text),
            _ => None,
        };
        let ways = self.place.follow.ways.map(|ways| [ways.up, ways.down]);
        let marks: Vec<&str> = ways.into_iter().flatten().chain(directive).collect();
        let mut first = line;
        loop {
            let before = self.text.get(floor..first).unwrap_or_default();
            let Some(above) = before.strip_suffix('\n') else { return first };
            let text = above.rsplit('\n').next().unwrap_or_default().trim();
            let is_mark = marks.iter().any(|mark| text.contains(mark));
            if !text.starts_with("--") || is_mark {
                return first;
            }
            first = floor + above.rfind('\n').map_or(0, |at| at + 1);
        }
    }
}

/// A way down that has nothing to do, although the way up changes the schema or not.
fn way_down(changes: bool) -> String {
    let allow = if changes { TAKEN_BACK_ALLOWED } else { TAKEN_BACK };
    format!("{allow}\n{NOTHING}")
}

/// Whether a piece leaves the schema other than it was.
fn changes(piece: &Piece) -> bool {
    !matches!(piece.verb, "drop_invalid" | "reindex" | "validate")
}

fn joined(pieces: &[Piece]) -> String {
    let sql = pieces.iter().map(|piece| match piece.verb {
        "drop_invalid" => format!("{RETRY}\n{}", piece.sql),
        _ => piece.sql.clone(),
    });
    let sql: Vec<String> = sql.collect();
    statements(sql.iter().map(String::as_str))
}

fn statements<'s>(sql: impl Iterator<Item = &'s str>) -> String {
    sql.map(|sql| format!("{sql};")).collect::<Vec<_>>().join("\n")
}

/// The title of a new migration: what its last statement does, and to what.
fn title(pieces: &[Piece], objects: &[String]) -> String {
    let verb = pieces.last().map_or("", |piece| piece.verb);
    let object = objects.first().map_or("", String::as_str);
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    format!("{verb}_{object}").chars().map(plain).collect()
}
