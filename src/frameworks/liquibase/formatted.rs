//! Liquibase's formatted SQL: changesets cut from a file by `--changeset author:id` lines.
//!
//! Facts: `AbstractFormattedChangeLogParser` [S]. Directives are lines, without regard to case;
//! blanks may stand before `--` and after it.

use crate::frameworks::placeholders::blank;
use std::collections::BTreeMap;
use std::ops::Range;

/// What a formatted file holds.
#[derive(Debug, Default)]
pub struct Formatted {
    /// Its changesets in order.
    pub changesets: Vec<Changeset>,
    /// What is never run.
    pub stray: Vec<Stray>,
    /// `--property name:x value:y`.
    pub properties: BTreeMap<String, String>,
}

/// Lines that Liquibase does not run.
#[derive(Debug, PartialEq, Eq)]
pub struct Stray {
    /// Where.
    pub range: Range<usize>,
    /// Why.
    pub why: &'static str,
    /// What to do.
    pub help: &'static str,
}

/// One changeset.
#[derive(Debug)]
pub struct Changeset {
    /// Who wrote it.
    pub author: String,
    /// Its id; unique with author and file.
    pub id: String,
    /// The `--changeset` line and all that belongs to it.
    pub whole: Range<usize>,
    /// What follows that line.
    pub body: Range<usize>,
    /// What follows `author:id`.
    attributes: String,
    /// SQL of its `--rollback` lines and `/* liquibase rollback */` blocks, line by line.
    pub rollback: Vec<Range<usize>>,
    /// Rollback lines and ignored lines: no SQL that goes up.
    masked: Vec<Range<usize>>,
}

impl Changeset {
    /// The value of an attribute: `name:value` or `name:"value"`.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        attribute(&self.attributes, name)
    }

    /// A boolean attribute, or its default.
    pub fn flag(&self, name: &str, default: bool) -> bool {
        self.attribute(name).map_or(default, |value| value.eq_ignore_ascii_case("true"))
    }

    /// The body with rollback and ignored lines blank, as long as it is in the file. A delimiter
    /// of the changeset's own reads as `;` where it ends a line.
    pub fn sql(&self, text: &str) -> String {
        let mut sql = String::with_capacity(self.body.len());
        let mut copied = self.body.start;
        for masked in &self.masked {
            sql.push_str(text.get(copied..masked.start).unwrap_or(""));
            sql.push_str(&blank(text.get(masked.clone()).unwrap_or("")));
            copied = masked.end;
        }
        sql.push_str(text.get(copied..self.body.end).unwrap_or(""));
        let delimiter = self.attribute("endDelimiter").unwrap_or("");
        let delimiter = delimiter.trim_start_matches("\\n");
        match delimiter {
            "" | ";" => sql,
            delimiter => with_semicolons(&sql, delimiter),
        }
    }
}

/// Replaces a delimiter at the end of a line by `;` and blanks, at equal length.
fn with_semicolons(sql: &str, delimiter: &str) -> String {
    let mut out = String::with_capacity(sql.len());
    for line in lines(sql) {
        let whole = &sql[line.whole.clone()];
        let content = sql[line.content.clone()].trim_end();
        let end = content.len().saturating_sub(delimiter.len());
        let ends = content.get(end..).is_some_and(|end| end.eq_ignore_ascii_case(delimiter));
        if ends && content.len() >= delimiter.len() {
            out.push_str(&content[..end]);
            out.push(';');
            out.push_str(&" ".repeat(delimiter.len() - 1));
            out.push_str(&whole[content.len()..]);
        } else {
            out.push_str(whole);
        }
    }
    out
}

struct Line {
    /// Without its end.
    content: Range<usize>,
    /// With it.
    whole: Range<usize>,
}

/// Lines as Java's reader sees them: LF, CRLF and a lone CR end one.
fn lines(text: &str) -> Vec<Line> {
    let bytes = text.as_bytes();
    let mut lines = Vec::new();
    let (mut start, mut at) = (0, 0);
    while let Some(byte) = bytes.get(at) {
        let end = match byte {
            b'\r' if bytes.get(at + 1) == Some(&b'\n') => at + 2,
            b'\r' | b'\n' => at + 1,
            _ => {
                at += 1;
                continue;
            }
        };
        lines.push(Line { content: start..at, whole: start..end });
        (start, at) = (end, end);
    }
    if start < bytes.len() {
        lines.push(Line { content: start..bytes.len(), whole: start..bytes.len() });
    }
    lines
}

/// Whether a file's first line that is not blank is the header `--liquibase formatted sql`.
/// The start of the file is enough.
pub fn is_formatted(start: &str) -> bool {
    let mut lines = start.split(['\n', '\r']).filter(|line| !line.trim().is_empty());
    let rest = lines.next().and_then(directive).and_then(|rest| keyword(rest, "liquibase"));
    rest.is_some_and(|rest| keyword_start(rest.trim_start(), "formatted").is_some())
}

/// What follows the two dashes of a directive.
fn directive(line: &str) -> Option<&str> {
    Some(line.trim_start().strip_prefix("--")?.trim_start())
}

/// What follows a keyword that stands alone.
fn keyword<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    keyword_start(text, word)
        .filter(|rest| rest.is_empty() || rest.starts_with(|c: char| c.is_whitespace() || c == ':'))
}

fn keyword_start<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let (start, rest) = text.split_at_checked(word.len())?;
    start.eq_ignore_ascii_case(word).then_some(rest)
}

fn attribute<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = text;
    loop {
        let at = rest.find(|c: char| !c.is_whitespace())?;
        rest = &rest[at..];
        if let Some(value) = keyword_start(rest, name).and_then(|rest| rest.strip_prefix(':')) {
            return Some(value_of(value).0);
        }
        let key = rest.find(|c: char| c == ':' || c.is_whitespace()).unwrap_or(rest.len());
        rest = match rest[key..].strip_prefix(':') {
            Some(value) => value_of(value).1,
            None => &rest[key..],
        };
    }
}

/// A value, quoted or up to a blank, and what follows it.
fn value_of(text: &str) -> (&str, &str) {
    let quoted = text.strip_prefix('"').and_then(|text| text.split_once('"'));
    let end = || text.find(char::is_whitespace).unwrap_or(text.len());
    quoted.unwrap_or_else(|| text.split_at(end()))
}

/// Author, id and attributes of a changeset line: `("[^"]+"|[^:]+):\s*("[^"]+"|\S+).*`.
fn identity(rest: &str) -> Option<(String, String, String)> {
    let rest = rest.trim_start();
    let (author, rest) = match rest.strip_prefix('"').and_then(|rest| rest.split_once('"')) {
        Some((author, rest)) => (author, rest.trim_start().strip_prefix(':')?),
        None => rest.split_once(':')?,
    };
    let (id, attributes) = value_of(rest.trim_start());
    let (author, id) = (author.trim(), id.trim());
    let named = !author.is_empty() && !id.is_empty();
    named.then(|| (author.to_owned(), id.to_owned(), attributes.to_owned()))
}

/// Cuts a formatted file into its changesets.
pub fn parse(text: &str) -> Formatted {
    let mut reader = Reader { text, found: Formatted::default(), state: State::Sql };
    for line in lines(text) {
        reader.take(&line);
    }
    let mut found = reader.found;
    if let Some(last) = found.changesets.last_mut() {
        last.whole.end = text.len();
        last.body.end = text.len();
    }
    found
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Sql,
    /// In `/* liquibase rollback`.
    Rollback,
    /// In a block comment before the first changeset.
    Comment,
    /// After `--ignoreLines:start`.
    Ignored,
    /// After `--ignoreLines:3`.
    IgnoredLines(usize),
}

struct Reader<'a> {
    text: &'a str,
    found: Formatted,
    state: State,
}

impl Reader<'_> {
    fn take(&mut self, line: &Line) {
        let content = &self.text[line.content.clone()];
        match self.state {
            State::Rollback => return self.rollback_block(line),
            State::Comment => {
                if content.contains("*/") {
                    self.state = State::Sql;
                }
                return;
            }
            State::Ignored => {
                let end = directive(content).and_then(|rest| keyword(rest, "ignoreLines"));
                if end.is_some_and(|rest| rest.trim_start_matches(':').trim() == "end") {
                    self.state = State::Sql;
                }
                return self.mask(line);
            }
            State::IgnoredLines(left) => {
                self.state = if left > 1 { State::IgnoredLines(left - 1) } else { State::Sql };
                return self.mask(line);
            }
            State::Sql => {}
        }
        match directive(content) {
            Some(rest) => self.directive(line, rest),
            None => self.sql(line, content),
        }
    }

    fn directive(&mut self, line: &Line, rest: &str) {
        if let Some(rest) = keyword(rest, "changeset") {
            self.changeset(line, rest);
        } else if let Some(sql) = keyword(rest, "rollback") {
            self.rollback_line(line, sql);
        } else if let Some(rest) = keyword(rest, "property") {
            if let (Some(name), Some(value)) = (attribute(rest, "name"), attribute(rest, "value")) {
                let properties = &mut self.found.properties;
                properties.entry(name.to_owned()).or_insert_with(|| value.to_owned());
            }
        } else if let Some(rest) = keyword(rest, "ignoreLines") {
            let what = rest.trim_start_matches(':').trim();
            self.state = match what.parse::<usize>() {
                Ok(0) | Err(_) if !what.eq_ignore_ascii_case("start") => State::Sql,
                Ok(count) => State::IgnoredLines(count),
                Err(_) => State::Ignored,
            };
        }
    }

    fn changeset(&mut self, line: &Line, rest: &str) {
        let start = line.whole.start;
        if let Some(last) = self.found.changesets.last_mut() {
            last.whole.end = start;
            last.body.end = start;
        }
        let Some((author, id, attributes)) = identity(rest) else {
            let why = "no `author:id` follows `--changeset`; Liquibase refuses the file";
            let help = "Write `--changeset author:id`.";
            self.found.stray.push(Stray { range: line.content.clone(), why, help });
            return;
        };
        self.found.changesets.push(Changeset {
            author,
            id,
            attributes,
            whole: start..line.whole.end,
            body: line.whole.end..line.whole.end,
            rollback: Vec::new(),
            masked: Vec::new(),
        });
    }

    fn rollback_line(&mut self, line: &Line, sql: &str) {
        let Some(changeset) = self.found.changesets.last_mut() else { return };
        changeset.masked.push(line.content.clone());
        let sql = sql.trim_start();
        let says_none = ["empty", "not required"].iter().any(|none| sql.eq_ignore_ascii_case(none));
        if !says_none && keyword_start(sql, "changesetId:").is_none() {
            let start = line.content.end - sql.len();
            changeset.rollback.push(start..line.content.end);
        }
    }

    fn rollback_block(&mut self, line: &Line) {
        let content = &self.text[line.content.clone()];
        let Some(changeset) = self.found.changesets.last_mut() else { return };
        changeset.masked.push(line.content.clone());
        let sql = match content.split_once("*/") {
            Some((sql, _)) => {
                self.state = State::Sql;
                sql
            }
            None => content,
        };
        changeset.rollback.push(line.content.start..line.content.start + sql.len());
    }

    /// A line of SQL: in a changeset it belongs there; before the first it is lost.
    fn sql(&mut self, line: &Line, content: &str) {
        let trimmed = content.trim();
        let one_dash = trimmed.strip_prefix('-').map(str::trim_start);
        if one_dash.is_some_and(|rest| keyword(rest, "changeset").is_some()) {
            let why = "`-changeset` has one dash; Liquibase refuses the file";
            let help = "Write two dashes: `--changeset author:id`.";
            self.found.stray.push(Stray { range: line.content.clone(), why, help });
            return;
        }
        let comment = trimmed.strip_prefix("/*");
        let block = comment.and_then(|rest| keyword(rest.trim_start(), "liquibase"));
        let opens_rollback = block.is_some_and(|rest| keyword(rest.trim_start(), "rollback").is_some());
        if let Some(changeset) = self.found.changesets.last_mut() {
            if opens_rollback && !trimmed.contains("*/") {
                changeset.masked.push(line.content.clone());
                self.state = State::Rollback;
            }
            return;
        }
        match comment {
            Some(rest) if !rest.contains("*/") => self.state = State::Comment,
            Some(_) => {}
            None if trimmed.is_empty() => {}
            None => self.lost(line),
        }
    }

    /// Notes SQL before the first changeset, once for lines that follow each other.
    fn lost(&mut self, line: &Line) {
        let why = "SQL before the first `--changeset` is dropped by Liquibase";
        match self.found.stray.last_mut() {
            Some(stray) if stray.why == why => stray.range.end = line.content.end,
            _ => {
                let help = "Put it below a line `--changeset author:id`.";
                self.found.stray.push(Stray { range: line.content.clone(), why, help });
            }
        }
    }

    fn mask(&mut self, line: &Line) {
        if let Some(changeset) = self.found.changesets.last_mut() {
            changeset.masked.push(line.content.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_is_the_first_line_that_is_not_blank() {
        for text in ["--liquibase formatted sql", "\r\n \n  --  LIQUIBASE  Formatted SQL x\n"] {
            assert!(is_formatted(text), "{text}");
        }
        for text in ["", "-- x\n--liquibase formatted sql", "-liquibase formatted sql", "--liquibase sql"] {
            assert!(!is_formatted(text), "{text}");
        }
    }

    #[test]
    fn changesets_are_exact_slices_with_rollback_blank() {
        let text = "--liquibase formatted sql\n-- about\n\n--changeset ann lee:add-é runInTransaction:false context:\"a b\" dbms:postgresql,!h2\r\n\
                    CREATE TABLE é ();\r\n--rollback DROP TABLE é;\r\n--rollback empty\n-- ChangeSet \"bob\": \"2 b\"\nSELECT 1;\n\
                    /* liquibase rollback\nSELECT 2;\n*/\n--ignoreLines:1\nx\n--ignoreLines:start\ny\n--ignoreLines:end\nSELECT 3;";
        let found = parse(text);
        assert!(found.stray.is_empty());
        let [first, second] = found.changesets.as_slice() else { panic!("{found:?}") };
        assert_eq!((first.author.as_str(), first.id.as_str()), ("ann lee", "add-é"));
        assert_eq!(first.attribute("RUNINTRANSACTION"), Some("false"));
        assert_eq!(first.attribute("context"), Some("a b"));
        assert_eq!(first.attribute("dbms"), Some("postgresql,!h2"));
        assert_eq!((first.attribute("labels"), first.flag("splitStatements", true)), (None, true));
        let sql = first.sql(text);
        assert_eq!(sql, "CREATE TABLE é ();\r\n                         \r\n                \n");
        assert_eq!(sql.len(), first.body.len());
        let rollback: Vec<&str> = first.rollback.iter().map(|range| &text[range.clone()]).collect();
        assert_eq!(rollback, ["DROP TABLE é;"]);
        assert_eq!((second.author.as_str(), second.id.as_str()), ("bob", "2 b"));
        assert_eq!(second.whole.end, text.len());
        let sql = second.sql(text);
        assert_eq!(sql.split_whitespace().collect::<Vec<_>>(), ["SELECT", "1;", "--ignoreLines:1", "--ignoreLines:start", "SELECT", "3;"]);
        assert_eq!(sql.len(), second.body.len());
        let rollback: Vec<&str> = second.rollback.iter().map(|range| &text[range.clone()]).collect();
        assert_eq!(rollback, ["SELECT 2;", ""]);
    }

    #[test]
    fn what_liquibase_drops_or_refuses_is_stray() {
        let text = "--liquibase formatted sql\n/* a\nb */\nCREATE TABLE a ();\nCREATE TABLE b ();\n--changeset a\n--changeset a:1\n-changeset a:2\nSELECT 1;";
        let found = parse(text);
        let stray: Vec<_> = found.stray.iter().map(|stray| (&text[stray.range.clone()], stray.why)).collect();
        assert_eq!(
            stray,
            [
                ("CREATE TABLE a ();\nCREATE TABLE b ();", "SQL before the first `--changeset` is dropped by Liquibase"),
                ("--changeset a", "no `author:id` follows `--changeset`; Liquibase refuses the file"),
                ("-changeset a:2", "`-changeset` has one dash; Liquibase refuses the file"),
            ]
        );
        assert_eq!(found.changesets.len(), 1);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_cut_and_keeps_its_length(
            parts in proptest::collection::vec(
                proptest::sample::select(vec![
                    "--changeset a:1", "--changeset é:é endDelimiter:é", "-- rollback é", "é", "\n", "\r\n",
                    "\r", "/* liquibase rollback", "*/", "--ignoreLines:2", "--ignoreLines:start",
                    "-changeset", "--property name:\"é", ";",
                ]),
                0..20,
            )
        ) {
            let text = format!("--liquibase formatted sql\n{}", parts.concat());
            for changeset in parse(&text).changesets {
                proptest::prop_assert_eq!(changeset.sql(&text).len(), changeset.body.len());
            }
        }
    }

    #[test]
    fn delimiters_and_properties_are_read() {
        let text = "--liquibase formatted sql\n--property name:s value:app dbms:postgresql\n--changeset a:1 endDelimiter:GO\nSELECT 1\nGO\nSELECT 2 go \r\n";
        let found = parse(text);
        assert_eq!(found.properties, BTreeMap::from([("s".to_owned(), "app".to_owned())]));
        assert_eq!(found.changesets[0].sql(text), "SELECT 1\n; \nSELECT 2 ;  \r\n");
    }
}
