//! Liquibase's formatted SQL: changesets cut from a file by `--changeset author:id` lines.
//!
//! Facts: `AbstractFormattedChangeLogParser` [S]. Directives are lines, without regard to case;
//! blanks may stand before `--` and after it.

use crate::frameworks::lines::{Line, lines};
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
    /// The `--changeset` line.
    pub line: Range<usize>,
    /// That line and all that belongs to it.
    pub whole: Range<usize>,
    /// What follows that line.
    pub body: Range<usize>,
    /// What follows `--changeset`. Liquibase seeks attributes in all of it.
    attributes: String,
    /// SQL of its `--rollback` lines and `/* liquibase rollback */` blocks, line by line.
    pub rollback: Vec<Range<usize>>,
    /// Rollback lines and ignored lines: no SQL that goes up.
    masked: Vec<Range<usize>>,
}

impl Changeset {
    /// The value of an attribute of text; only `context`, `contextFilter` and `labels` may be
    /// quoted.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        let may_be_quoted = ["context", "contextFilter", "labels"].contains(&name);
        attribute(&self.attributes, name, |value| {
            let quoted = value.strip_prefix('"').and_then(|value| value.split_once('"'));
            let quoted = quoted.filter(|_| may_be_quoted).map(|(value, _)| value);
            Some(quoted.unwrap_or_else(|| prefix(value, |c| !c.is_whitespace())))
        })
    }

    /// A boolean attribute, or its default: `.*name:(\w+).*`, so that quotes and blanks behind
    /// the colon make it none.
    pub fn flag(&self, name: &str, default: bool) -> bool {
        let value = attribute(&self.attributes, name, |value| {
            Some(prefix(value, is_word)).filter(|word| !word.is_empty())
        });
        value.map_or(default, |value| value.eq_ignore_ascii_case("true"))
    }

    /// The list of databases: `.*dbms:([^,][\w!,]+).*`.
    pub fn databases(&self) -> Option<&str> {
        attribute(&self.attributes, "dbms", |value| {
            let first = value.chars().next().filter(|c| *c != ',')?;
            let rest = prefix(value.get(first.len_utf8()..)?, |c| is_word(c) || "!,".contains(c));
            value.get(..first.len_utf8() + rest.len()).filter(|_| !rest.is_empty())
        })
    }

    /// The body with rollback and ignored lines blank, as long as it is in the file. A delimiter
    /// other than `;` reads as `;` where it ends a line.
    pub fn sql(&self, text: &str) -> String {
        let mut sql = String::with_capacity(self.body.len());
        let mut copied = self.body.start;
        for masked in &self.masked {
            sql.push_str(text.get(copied..masked.start).unwrap_or(""));
            sql.push_str(&blank(text.get(masked.clone()).unwrap_or("")));
            copied = masked.end;
        }
        sql.push_str(text.get(copied..self.body.end).unwrap_or(""));
        if !self.flag("splitStatements", true) {
            return sql;
        }
        let delimiters = delimiters(self.attribute("endDelimiter"));
        if delimiters.is_empty() { sql } else { with_semicolons(&sql, &delimiters) }
    }
}

/// Replaces a delimiter at the end of a line by `;` and blanks, at equal length.
fn with_semicolons(sql: &str, delimiters: &[Delimiter]) -> String {
    let mut out = String::with_capacity(sql.len());
    for line in lines(sql) {
        let whole = &sql[line.whole.clone()];
        let content = sql[line.content.clone()].trim_end();
        match delimiters.iter().find_map(|delimiter| delimiter.before(content)) {
            Some(before) => {
                out.push_str(before);
                out.push(';');
                out.push_str(&" ".repeat(content.len() - before.len() - 1));
                out.push_str(&whole[content.len()..]);
            }
            None => out.push_str(whole),
        }
    }
    out
}

/// What parts statements.
struct Delimiter {
    /// Its text, never empty.
    text: String,
    /// What may stand before it on its line.
    before: Before,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    Anything,
    Blanks,
    Nothing,
}

impl Delimiter {
    /// What stands on a line before the delimiter that ends it.
    fn before<'a>(&self, line: &'a str) -> Option<&'a str> {
        let (before, end) = line.split_at_checked(line.len().checked_sub(self.text.len())?)?;
        let fits = match self.before {
            Before::Anything => true,
            Before::Blanks => before.trim().is_empty(),
            Before::Nothing => before.is_empty(),
        };
        (fits && end.eq_ignore_ascii_case(&self.text)).then_some(before)
    }
}

/// The delimiters beside `;` that `endDelimiter` sets [S `StringUtil.isDelimiter`]: without it
/// `/` and `GO` at the start of a line; `/` there only; else its text, or the text of a regular
/// expression of line ends and blanks around it (`\n/\s*\n|\n/\s*$`).
fn delimiters(written: Option<&str>) -> Vec<Delimiter> {
    let plain = |text: &str, before| Delimiter { text: text.to_owned(), before };
    match written {
        None => vec![plain("/", Before::Nothing), plain("GO", Before::Nothing)],
        Some("/") => vec![plain("/", Before::Nothing)],
        Some("" | ";") => Vec::new(),
        Some(written) if written.chars().all(|c| c == '|') => {
            vec![plain(written, Before::Anything)]
        }
        Some(written) => written.split('|').filter_map(delimiter).collect(),
    }
}

fn delimiter(expression: &str) -> Option<Delimiter> {
    const AROUND: &[&str] =
        &["\\r?", "\\r", "\\n", "\\s*", "\\s+", "\\s", "\\t", "^", "$", "[\\s\\n\\r]*"];
    let mut before = Before::Anything;
    let mut text = expression;
    while let Some((part, rest)) =
        AROUND.iter().find_map(|part| Some((*part, text.strip_prefix(part)?)))
    {
        before = match part {
            "\\n" | "^" => Before::Nothing,
            _ if before == Before::Nothing => Before::Blanks,
            _ => before,
        };
        text = rest;
    }
    while let Some(rest) = AROUND.iter().find_map(|part| text.strip_suffix(part)) {
        text = rest;
    }
    let text = match text {
        "" if !expression.contains('\\') => expression.to_owned(),
        text => text.replace('\\', ""),
    };
    (!text.is_empty() && text != ";").then_some(Delimiter { text, before })
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

/// The last `name:` in a text that a value follows, in any case, as `.*name:(value).*` finds it.
/// Liquibase writes `\b` before the names of delimiters alone.
fn attribute<'a>(
    text: &'a str,
    name: &str,
    value: impl Fn(&'a str) -> Option<&'a str>,
) -> Option<&'a str> {
    let whole_word = name == "endDelimiter";
    text.char_indices().rev().find_map(|(at, _)| {
        let (before, rest) = text.split_at_checked(at)?;
        let rest = keyword_start(rest, name)?.strip_prefix(':')?;
        if whole_word && before.ends_with(is_word) { None } else { value(rest) }
    })
}

/// Java's `\w`.
fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

fn prefix(text: &str, holds: impl Fn(char) -> bool) -> &str {
    text.split(|c| !holds(c)).next().unwrap_or("")
}

/// A value: quoted, or up to a blank.
fn value_of(text: &str) -> &str {
    let quoted = text.strip_prefix('"').and_then(|text| text.split_once('"'));
    quoted.map_or_else(|| prefix(text, |c| !c.is_whitespace()), |(value, _)| value)
}

/// Author and id of a changeset line: `("[^"]+"|[^:]+):\s*("[^"]+"|\S+).*`.
fn identity(rest: &str) -> Option<(String, String)> {
    let rest = rest.trim_start();
    let (author, rest) = match rest.strip_prefix('"').and_then(|rest| rest.split_once('"')) {
        Some((author, rest)) => (author, rest.trim_start().strip_prefix(':')?),
        None => rest.split_once(':')?,
    };
    let id = value_of(rest.trim_start());
    let (author, id) = (author.trim(), id.trim());
    let named = !author.is_empty() && !id.is_empty();
    named.then(|| (author.to_owned(), id.to_owned()))
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
            let value = |value| Some(value_of(str::trim_start(value)));
            let value = |name| attribute(rest, name, value).filter(|value| !value.is_empty());
            if let (Some(name), Some(value)) = (value("name"), value("value")) {
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
        let Some((author, id)) = identity(rest) else {
            let why = "no `author:id` follows `--changeset`; Liquibase refuses the file";
            let help = "Write `--changeset author:id`.";
            self.found.stray.push(Stray { range: line.content.clone(), why, help });
            return;
        };
        self.found.changesets.push(Changeset {
            author,
            id,
            attributes: rest.to_owned(),
            line: line.content.clone(),
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
                let help = "put it below a line `--changeset author:id`";
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
        assert!(!first.flag("RUNINTRANSACTION", true));
        assert_eq!(first.attribute("context"), Some("a b"));
        assert_eq!(first.databases(), Some("postgresql,!h2"));
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

    fn only(attributes: &str, sql: &str) -> (Changeset, String) {
        let text = format!("--liquibase formatted sql\n--changeset a:1 {attributes}\n{sql}");
        let changeset = parse(&text).changesets.pop().unwrap();
        let sql = changeset.sql(&text);
        (changeset, sql)
    }

    #[test]
    fn flags_are_words_right_behind_the_colon_and_the_last_one_counts() {
        for (attributes, runs_in_transaction) in [
            ("runInTransaction:false", false),
            ("RUNINTRANSACTION:False", false),
            ("runInTransaction:\"false\"", true),
            ("runInTransaction: false", true),
            ("runInTransaction=false", true),
            ("runInTransaction:yes", false),
            ("context:\"x\"runInTransaction:false", false),
            ("runInTransaction:false runInTransaction:true", true),
            ("runInTransaction:false runInTransaction: true", false),
            ("é runInTransaction:falsé", false),
        ] {
            let (changeset, _) = only(attributes, "");
            assert_eq!(changeset.flag("runInTransaction", true), runs_in_transaction, "{attributes}");
        }
        // Liquibase's expression for the one is found in the other.
        assert!(!only("rollbackSplitStatements:false", "").0.flag("splitStatements", true));
        let (changeset, _) = only("context:\"a b\" labels:x,y logicalFilePath:\"p q\"", "");
        let text = |name| changeset.attribute(name);
        assert_eq!((text("context"), text("labels")), (Some("a b"), Some("x,y")));
        assert_eq!((text("logicalFilePath"), changeset.databases()), (Some("\"p"), None));
    }

    #[test]
    fn delimiters_and_properties_are_read() {
        let text = "--liquibase formatted sql\n--property name:s value:app dbms:postgresql\n--changeset a:1 endDelimiter:GO\nSELECT 1\nGO\nSELECT 2 go \r\n";
        let found = parse(text);
        assert_eq!(found.properties, BTreeMap::from([("s".to_owned(), "app".to_owned())]));
        assert_eq!(found.changesets[0].sql(text), "SELECT 1\n; \nSELECT 2 ;  \r\n");
    }

    #[test]
    fn delimiters_may_be_expressions() {
        for (delimiter, sql, sent) in [
            ("", "a\n/\nb\ngo\nc/\n GO\n", "a\n;\nb\n; \nc/\n GO\n"),
            ("endDelimiter:/", "a /\n/\nb", "a /\n;\nb"),
            ("endDelimiter:\\n/", "a\n/\nb", "a\n;\nb"),
            ("endDelimiter:\\n/\\n", "a /\n/\r\nb", "a /\n;\r\nb"),
            ("endDelimiter:\\n/\\s*\\n|\\n/\\s*$", "a\n/  \nb\n/", "a\n;  \nb\n;"),
            ("endDelimiter:\\nGO", "a go\nGo\n GO", "a go\n; \n GO"),
            ("endDelimiter:\\n\\s*GO", " GO\n", " ; \n"),
            ("endDelimiter://", "a //\n//\n", "a ; \n; \n"),
            ("endDelimiter:;", "a;\n/\n", "a;\n/\n"),
            ("endDelimiter:|", "a|\n", "a;\n"),
            ("endDelimiter:$$", "a $$\n", "a ; \n"),
            ("endDelimiter:/ splitStatements:false", "a\n/\n", "a\n/\n"),
            ("rollbackEndDelimiter:x", "a x\n", "a x\n"),
        ] {
            assert_eq!(only(delimiter, sql).1, sent, "{delimiter}");
        }
    }
}
