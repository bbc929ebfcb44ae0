//! A fixture of a policy: SQL, and on its lines the findings that it has to give.
//!
//! Its marks are comments, and none of them is part of the migration: a policy sees what a project
//! would have written.

use crate::config::closest::distance;
use crate::dialect::Dialect;
use crate::finding::Failure;
use crate::source::{Located, SourceFile, Span};
use std::collections::BTreeMap;

/// The line between what ran before and the migration.
const MIGRATION: &str = "-- migration";

/// What stands before the findings that a line has to give.
const EXPECT: &str = "-- expect:";

/// The keys of the first lines.
const KEYS: [&str; 7] =
    ["codeowners", "dialect", "framework", "params", "path", "statistics", "today"];

/// SQL, and what policies have to say of it.
#[derive(Clone, Debug)]
pub struct Fixture {
    /// The file as it is written.
    pub file: SourceFile,
    /// SQL that ran before; empty where the database is new.
    pub given: String,
    /// The migration, without the marks.
    pub migration: String,
    /// The findings, in the order of their lines.
    pub expected: Vec<Expected>,
    /// `dialect`; PostgreSQL where nothing is said.
    pub dialect: Option<Dialect>,
    /// The other keys, with the place of what they say.
    keys: BTreeMap<&'static str, Located<String>>,
    /// The line in the file of each line of the migration.
    lines: Vec<u32>,
}

/// A finding that has to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    /// Its line in the fixture, from 1.
    pub line: u32,
    /// Its rule, and where that is written.
    pub rule: Located<String>,
}

impl Fixture {
    /// Reads a fixture.
    ///
    /// # Errors
    /// What its marks say wrong, each with its place.
    pub fn read(file: SourceFile) -> Result<Self, Vec<Failure>> {
        let mut reader = Reader { file: &file, failures: Vec::new() };
        let (keys, start) = reader.keys();
        let dialect = keys.get("dialect").and_then(|it| reader.dialect(it));
        let (given, start) = given(&file, start);
        let (migration, lines, expected) = reader.migration(start);
        if !reader.failures.is_empty() {
            return Err(reader.failures);
        }
        Ok(Self { given, migration, expected, dialect, keys, lines, file })
    }

    /// What a key of the first lines says.
    pub fn key(&self, key: &str) -> Option<&Located<String>> {
        self.keys.get(key)
    }

    /// The line of the fixture that a line of the migration is.
    pub fn line(&self, line: u32) -> u32 {
        let index = (line as usize).saturating_sub(1);
        self.lines.get(index).or(self.lines.last()).copied().unwrap_or(1)
    }
}

/// The lines of a file, from 1.
fn numbered(file: &SourceFile) -> impl Iterator<Item = (u32, &str)> {
    (1..).zip(file.text.split('\n'))
}

/// The SQL above the line that parts it from the migration, and the line that the migration begins
/// in.
fn given(file: &SourceFile, start: u32) -> (String, u32) {
    let Some((mark, _)) = numbered(file).find(|(_, line)| line.trim_end() == MIGRATION) else {
        return (String::new(), start);
    };
    let above = numbered(file).filter(|(line, _)| (start..mark).contains(line));
    let above: Vec<&str> = above.map(|(_, text)| text).collect();
    (above.join("\n"), mark + 1)
}

struct Reader<'a> {
    file: &'a SourceFile,
    failures: Vec<Failure>,
}

impl Reader<'_> {
    /// The keys of the first lines, and the line behind them.
    fn keys(&mut self) -> (BTreeMap<&'static str, Located<String>>, u32) {
        let mut keys = BTreeMap::new();
        for (number, line) in numbered(self.file) {
            let pair = line.strip_prefix("-- ").and_then(|it| it.split_once(':'));
            let Some((key, value)) = pair else { return (keys, number) };
            let span = self.part(number, value.trim());
            match KEYS.iter().find(|known| **known == key) {
                Some(known) if keys.contains_key(known) => {
                    self.fail(span, format!("`{key}` is said twice"));
                }
                Some(known) => {
                    keys.insert(*known, Located::new(value.trim().to_owned(), span));
                }
                None => {
                    // Other comments may look like keys too: only a slip of the pen is none.
                    let slip = |known: &&&str| distance(key, known) * 4 <= known.len();
                    if let Some(known) = KEYS.iter().find(slip) {
                        let span = self.part(number, key);
                        self.fail(span, format!("unknown key `{key}`; did you mean `{known}`?"));
                    }
                    return (keys, number);
                }
            }
        }
        (keys, 1)
    }

    fn dialect(&mut self, text: &Located<String>) -> Option<Dialect> {
        match text.value.parse() {
            Ok(dialect) => Some(dialect),
            Err(message) => {
                self.fail(text.span, message);
                None
            }
        }
    }

    /// The migration from a line on, which line of the file each of its lines is, and what is
    /// expected there. A mark by itself is for the line after it.
    fn migration(&mut self, start: u32) -> (String, Vec<u32>, Vec<Expected>) {
        let (mut kept, mut lines, mut expected) = (Vec::new(), Vec::new(), Vec::new());
        let mut waiting: Vec<Located<String>> = Vec::new();
        for (number, line) in numbered(self.file).filter(|(number, _)| *number >= start) {
            let (sql, rules) = match line.split_once(EXPECT) {
                Some((sql, rules)) => (sql.trim_end(), self.rules(number, rules)),
                None => {
                    if line.contains(EXPECT.trim_end_matches(':')) {
                        self.fail(
                            self.file.line(number),
                            format!("write `{EXPECT} <pack>/<name>`"),
                        );
                    }
                    (line, Vec::new())
                }
            };
            if sql.is_empty() && !rules.is_empty() {
                waiting.extend(rules);
                continue;
            }
            if sql.trim().is_empty() && lines.is_empty() {
                continue;
            }
            let here = waiting.drain(..).chain(rules);
            expected.extend(here.map(|rule| Expected { line: number, rule }));
            kept.push(sql);
            lines.push(number);
        }
        for rule in waiting {
            self.fail(rule.span, "no line follows that this could be expected in".to_owned());
        }
        (kept.join("\n"), lines, expected)
    }

    fn rules(&mut self, line: u32, text: &str) -> Vec<Located<String>> {
        let names = text.split(',').map(str::trim).filter(|name| !name.is_empty());
        let rules: Vec<_> =
            names.map(|name| Located::new(name.to_owned(), self.part(line, name))).collect();
        if rules.is_empty() {
            let span = self.part(line, EXPECT);
            self.fail(span, format!("write `{EXPECT} <pack>/<name>`, several with commas"));
        }
        rules
    }

    /// Where a part of a line stands: the last one that says so, since marks end their lines.
    fn part(&self, line: u32, part: &str) -> Span {
        let span = self.file.line(line);
        let start = self.file.slice(span).rfind(part).unwrap_or(0) + span.start as usize;
        Span::new(start, start + part.len())
    }

    fn fail(&mut self, span: Span, message: String) {
        self.failures.push(Failure::at(self.file, span, message));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Fixture, Vec<String>> {
        let fixture = Fixture::read(SourceFile::new("a_test/x.sql", text));
        fixture.map_err(|failures| {
            let place = |failure: &Failure| {
                let (file, span) = failure.at.as_deref().unwrap();
                let line = file.place(span.start).line;
                format!("{line} `{}`: {}", file.slice(*span), failure.message)
            };
            failures.iter().map(place).collect()
        })
    }

    fn expected(fixture: &Fixture) -> Vec<(u32, &str)> {
        fixture.expected.iter().map(|it| (it.line, it.rule.value.as_str())).collect()
    }

    #[test]
    fn marks_are_no_part_of_the_migration_and_places_stay() {
        let text = "-- dialect: mysql\n-- path: V2__x.sql\n\nCREATE TABLE a (id int);\n\n\
                    -- migration\n\n-- SHOP-12\nDROP TABLE a; -- expect: p/x, p/y\n\
                    -- expect: p/z\nDROP TABLE b;\n";
        let fixture = read(text).unwrap();
        assert_eq!(fixture.dialect.unwrap().to_string(), "mysql");
        assert_eq!(fixture.key("path").unwrap().value, "V2__x.sql");
        assert_eq!(fixture.given, "\nCREATE TABLE a (id int);\n");
        assert_eq!(fixture.migration, "-- SHOP-12\nDROP TABLE a;\nDROP TABLE b;\n");
        assert_eq!([1, 2, 3, 99].map(|line| fixture.line(line)), [8, 9, 11, 12]);
        assert_eq!(expected(&fixture), [(9, "p/x"), (9, "p/y"), (11, "p/z")]);
        let rule = |at: usize| fixture.file.slice(fixture.expected[at].rule.span);
        assert_eq!([rule(0), rule(1), rule(2)], ["p/x", "p/y", "p/z"]);
    }

    #[test]
    fn a_migration_alone_has_nothing_before_it() {
        let fixture = read("-- Ticket: SHOP-12\nDROP TABLE a;").unwrap();
        assert_eq!((&*fixture.given, fixture.expected.len()), ("", 0));
        assert_eq!(fixture.migration, "-- Ticket: SHOP-12\nDROP TABLE a;");
        assert_eq!(fixture.line(2), 2);
    }

    #[test]
    fn slips_are_named_with_their_place() {
        for (text, wanted) in [
            ("-- dialct: mysql\nX;", "1 `dialct`: unknown key `dialct`; did you mean `dialect`?"),
            ("-- path: a\n-- path: b\nX;", "2 `b`: `path` is said twice"),
            (
                "X; -- expect:",
                "1 `-- expect:`: write `-- expect: <pack>/<name>`, several with commas",
            ),
            ("X;\n-- expect: p/x", "2 `p/x`: no line follows that this could be expected in"),
        ] {
            assert_eq!(read(text).unwrap_err(), [wanted]);
        }
        assert!(read("-- dialect: db2\nX;").unwrap_err()[0].starts_with("1 `db2`: "));
        assert!(read("-- date: 2026-01-01\nX;").is_ok());
    }
}
