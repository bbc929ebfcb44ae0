//! A dump without its rows: they stream by, and what is kept has every line where it was.
//!
//! Kept are the line ends of the rows, so that places stay right, the first row of an INSERT, and
//! of INSERTs into one table that follow each other the first. It is a dump still: psql takes it.

use crate::dialect::Engine;

/// Keeps the schema of a dump that is fed to it.
#[derive(Debug)]
pub struct Rows {
    engine: Engine,
    kept: Vec<u8>,
    state: State,
    /// The byte before.
    last: u8,
    /// Where the statement begins in what is kept, without the blanks and comments before it.
    first: Option<usize>,
    /// Parentheses that are open.
    depth: usize,
    /// Whether what comes up to the semicolon is rows.
    dropping: bool,
    /// What the statement before begins with, where it is an INSERT.
    insert: Vec<u8>,
}

#[derive(Debug, PartialEq, Eq)]
enum State {
    Code,
    /// In a string or a quoted name; where a backslash escapes, `escaped` is whether one just did.
    Quoted { by: u8, escapes: bool, escaped: bool },
    /// In what may become a dollar quote: its tag so far, with the first dollar.
    Tag(Vec<u8>),
    /// In a string that this ends.
    Dollar(Vec<u8>),
    /// In a comment or a command of psql, up to the end of the line.
    Line,
    /// In comments, nested.
    Block(usize),
    /// Behind the semicolon of a COPY, up to the end of the line.
    CopyHead,
    /// In the rows of a COPY: the first bytes of the line.
    Copy(Vec<u8>),
}

/// The line that ends the rows of a COPY.
const COPY_END: &[u8] = b"\\.";

impl Rows {
    /// A dump of an engine.
    pub fn new(engine: Engine) -> Self {
        Self {
            engine,
            kept: Vec::new(),
            state: State::Code,
            last: b'\n',
            first: None,
            depth: 0,
            dropping: false,
            insert: Vec::new(),
        }
    }

    /// How many bytes are kept.
    pub fn kept_bytes(&self) -> usize {
        self.kept.len()
    }

    /// Takes the next bytes.
    pub fn feed(&mut self, mut block: &[u8]) {
        while let Some((byte, rest)) = block.split_first() {
            if matches!(self.state, State::Copy(_)) {
                block = self.copy(block);
                continue;
            }
            self.byte(*byte);
            self.last = *byte;
            block = rest;
        }
    }

    /// What is kept, and the line (from 1) of a statement that does not end: the dump is cut off.
    pub fn finish(self) -> (Vec<u8>, Option<usize>) {
        let open = match &self.state {
            State::Code | State::Line | State::Tag(_) => self.dropping || self.depth > 0,
            State::Quoted { .. } | State::Dollar(_) | State::Block(_) => true,
            State::CopyHead => true,
            State::Copy(start) => start.trim_ascii_end() != COPY_END,
        };
        let before = self.kept.get(..self.first.unwrap_or(self.kept.len())).unwrap_or_default();
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        (self.kept, open.then_some(line))
    }

    /// Keeps a byte; of rows the line ends alone.
    fn keep(&mut self, byte: u8) {
        if !self.dropping || matches!(byte, b'\n' | b'\r') {
            self.kept.push(byte);
        }
    }

    fn byte(&mut self, byte: u8) {
        let is_mysql = self.is_mysql();
        match &mut self.state {
            State::Code => return self.code(byte),
            State::Tag(tag) => {
                let is_name = byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80;
                if byte == b'$' {
                    tag.push(byte);
                    self.state = State::Dollar(std::mem::take(tag));
                } else if is_name && !(tag.len() == 1 && byte.is_ascii_digit()) {
                    tag.push(byte);
                } else {
                    self.state = State::Code;
                    return self.code(byte);
                }
            }
            State::Dollar(tag) => {
                if byte == b'$' && self.kept.ends_with(tag.get(..tag.len() - 1).unwrap_or(tag)) {
                    self.state = State::Code;
                }
            }
            State::Quoted { by, escapes, escaped } => {
                if byte == *by && !*escaped {
                    // A doubled quote ends one string and begins the next.
                    self.state = State::Code;
                } else {
                    *escaped = *escapes && byte == b'\\' && !*escaped;
                }
            }
            State::Line => {
                if byte == b'\n' {
                    self.state = State::Code;
                }
            }
            State::Block(depth) => match (self.last, byte) {
                // What stands in a comment of MySQL's `/*! */` is code; `/*/` closes nothing.
                (b'*', b'!') if is_mysql && self.kept.ends_with(b"/*") => self.state = State::Code,
                (b'*', b'/') if self.kept.ends_with(b"/*") => {}
                (b'*', b'/') if *depth == 1 => self.state = State::Code,
                (b'*', b'/') => *depth -= 1,
                (b'/', b'*') if self.engine == Engine::Postgres => *depth += 1,
                _ => {}
            },
            State::CopyHead if byte == b'\n' => {
                self.kept.push(byte);
                self.kept.extend_from_slice(COPY_END);
                self.state = State::Copy(Vec::new());
                return;
            }
            State::CopyHead | State::Copy(_) => {}
        }
        self.keep(byte);
    }

    fn code(&mut self, byte: u8) {
        if self.first.is_none() && byte == b'\\' {
            self.state = State::Line;
        } else if self.first.is_none() && !byte.is_ascii_whitespace() && byte != b';' {
            self.first = Some(self.kept.len());
        }
        match byte {
            b'-' if self.last == b'-' => self.comment(State::Line),
            b'*' if self.last == b'/' => self.comment(State::Block(1)),
            b'\'' | b'"' => {
                let escapes = self.is_mysql() || (byte == b'\'' && self.after_e());
                self.state = State::Quoted { by: byte, escapes, escaped: false };
            }
            b'`' if self.engine != Engine::Postgres => {
                self.state = State::Quoted { by: byte, escapes: false, escaped: false };
            }
            b'$' if self.engine == Engine::Postgres && !self.dropping && !is_name(self.last) => {
                self.state = State::Tag(vec![byte]);
            }
            b'(' => self.depth += 1,
            b')' => self.depth = self.depth.saturating_sub(1),
            b',' if self.depth == 0 && !self.dropping && self.is_insert() => self.dropping = true,
            b';' => {
                self.dropping = false;
                self.kept.push(byte);
                return self.end();
            }
            _ => {}
        }
        self.keep(byte);
    }

    fn is_mysql(&self) -> bool {
        matches!(self.engine, Engine::Mysql | Engine::Mariadb)
    }

    /// A comment begins with the byte before.
    fn comment(&mut self, state: State) {
        self.state = state;
        self.first = self.first.filter(|first| first + 1 != self.kept.len());
    }

    /// Whether the string that begins is one of PostgreSQL's `E'...'`.
    fn after_e(&self) -> bool {
        let before = self.kept.len().checked_sub(2).and_then(|at| self.kept.get(at));
        self.engine == Engine::Postgres
            && matches!(self.last, b'E' | b'e')
            && !before.is_some_and(|byte| is_name(*byte))
    }

    fn statement(&self) -> &[u8] {
        self.first.and_then(|first| self.kept.get(first..)).unwrap_or_default()
    }

    fn is_insert(&self) -> bool {
        let words: &[u8] = b"INSERT INTO ";
        self.statement().get(..words.len()).is_some_and(|it| it.eq_ignore_ascii_case(words))
    }

    /// Behind the semicolon of a statement.
    fn end(&mut self) {
        let statement = self.statement();
        let copies = statement.get(..5).is_some_and(|it| it.eq_ignore_ascii_case(b"copy "))
            && statement.to_ascii_lowercase().ends_with(b"from stdin;");
        if copies {
            // The statement stays, for where it is cut off.
            self.state = State::CopyHead;
            return;
        }
        let insert = if self.is_insert() { head(statement).to_vec() } else { Vec::new() };
        if !insert.is_empty() && insert == self.insert {
            let first = self.first.unwrap_or(self.kept.len());
            let rows = self.kept.split_off(first);
            self.kept.extend(rows.into_iter().filter(|byte| matches!(byte, b'\n' | b'\r')));
        }
        self.insert = insert;
        self.first = None;
        self.depth = 0;
    }

    /// Passes over the rows of a COPY up to the end of a line or of the block; what is left of it.
    fn copy<'b>(&mut self, block: &'b [u8]) -> &'b [u8] {
        let end = block.iter().position(|byte| *byte == b'\n');
        let (line, rest) = block.split_at(end.map_or(block.len(), |at| at + 1));
        let State::Copy(start) = &mut self.state else { return block };
        let room = (COPY_END.len() + 2).saturating_sub(start.len());
        start.extend(line.iter().take(room));
        if end.is_none() {
            return rest;
        }
        if start.trim_ascii_end() == COPY_END {
            self.state = State::Code;
            self.first = None;
            self.depth = 0;
            self.insert.clear();
        } else {
            start.clear();
        }
        self.kept.push(b'\n');
        self.last = b'\n';
        rest
    }
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80
}

/// An INSERT up to its rows.
fn head(insert: &[u8]) -> &[u8] {
    const VALUES: &[u8] = b" values";
    let at = insert.windows(VALUES.len()).position(|it| it.eq_ignore_ascii_case(VALUES));
    at.and_then(|at| insert.get(..at)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What is kept, however the bytes are cut into blocks.
    fn kept(engine: Engine, text: &str) -> (String, Option<usize>) {
        let all = |size: usize| {
            let mut rows = Rows::new(engine);
            text.as_bytes().chunks(size).for_each(|block| rows.feed(block));
            let (kept, cut) = rows.finish();
            (String::from_utf8(kept).unwrap(), cut)
        };
        let whole = all(text.len().max(1));
        for size in [1, 2, 7] {
            assert_eq!(all(size), whole, "{text} in blocks of {size}");
        }
        whole
    }

    #[test]
    fn rows_go_and_every_line_stays() {
        let cases: &[(Engine, &str, &str)] = &[
            (
                Engine::Postgres,
                "COPY public.t (a, b) FROM stdin;\n1\tx;\n2\t'\n\\.\n\nSELECT 1;\n",
                "COPY public.t (a, b) FROM stdin;\n\\.\n\n\n\nSELECT 1;\n",
            ),
            (Engine::Postgres, "COPY t FROM stdin;\r\n1\r\n\\.\r\na;", "COPY t FROM stdin;\r\n\\.\n\na;"),
            (
                Engine::Postgres,
                "-- it's\nINSERT INTO t VALUES (1, 'a;\nb'),\n  (2, E'\\'),('),\n(3, '$$');\nb;",
                "-- it's\nINSERT INTO t VALUES (1, 'a;\nb')\n\n;\nb;",
            ),
            (
                Engine::Postgres,
                "INSERT INTO t VALUES (1);\nINSERT INTO t VALUES (2,\n3);\nINSERT INTO u VALUES (1);\nINSERT INTO t VALUES (4);",
                "INSERT INTO t VALUES (1);\n\n\nINSERT INTO u VALUES (1);\nINSERT INTO t VALUES (4);",
            ),
            (
                Engine::Mysql,
                "/*!40000 ALTER TABLE `t` DISABLE KEYS */;\nINSERT INTO `t` VALUES (1,'a\\'),('),(2,\"x\");\nUNLOCK TABLES;",
                "/*!40000 ALTER TABLE `t` DISABLE KEYS */;\nINSERT INTO `t` VALUES (1,'a\\'),(');\nUNLOCK TABLES;",
            ),
            (Engine::Sqlite, "INSERT INTO t VALUES(1,'\\');INSERT INTO t VALUES(2,X'00');", "INSERT INTO t VALUES(1,'\\');"),
        ];
        for (engine, text, expected) in cases {
            assert_eq!(kept(*engine, text), ((*expected).to_owned(), None), "{text}");
        }
    }

    #[test]
    fn a_schema_stays_as_it_is() {
        let cases: &[(Engine, &str)] = &[
            (
                Engine::Postgres,
                "CREATE FUNCTION f() AS $_$\nCOPY t FROM stdin;\nINSERT INTO t VALUES (1),(2);\n$_$;\n\\restrict a'b\nx;",
            ),
            (Engine::Postgres, "SELECT $1, a$b$, '$$', \"'\", /* ' /* */ ' */ 1; -- '\nb;"),
            (Engine::Postgres, "COPY t TO stdout;\n1\n"),
            (Engine::Postgres, "SELECT $$$$; SELECT ';' /*/ ' */;"),
            (Engine::Mysql, "CREATE TABLE `it's` (a int COMMENT 'it\\'s');\n/*M!999999\\- it's */\nx;"),
            (Engine::Sqlite, "CREATE TRIGGER g BEGIN INSERT INTO t VALUES (1); INSERT INTO u VALUES (1); END;"),
            (Engine::Postgres, ""),
        ];
        for (engine, text) in cases {
            assert_eq!(kept(*engine, text), ((*text).to_owned(), None), "{text}");
        }
    }

    #[test]
    fn what_is_cut_off_is_told_by_the_line_where_its_statement_begins() {
        let cases = [
            ("a;\nCOPY t FROM stdin;\n1\n2", Some(2)),
            ("a;\n\nINSERT INTO t VALUES (1),(2", Some(3)),
            ("a;\nCREATE TABLE t (\n  a int,", Some(2)),
            ("a;\n\nCREATE FUNCTION f() AS $$ x;", Some(3)),
            ("SELECT 'x", Some(1)),
            ("COPY t FROM stdin;\n1\n\\.\n-- it's done", None),
            ("COPY t FROM stdin;\n1\n\\.", None),
            ("COPY t FROM stdin;", Some(1)),
        ];
        for (text, line) in cases {
            assert_eq!(kept(Engine::Postgres, text).1, line, "{text}");
        }
    }

    const WORDS: &[&str] = &[
        "COPY t FROM stdin;", "\\.", "\n", "\r\n", ";", "INSERT INTO t VALUES ", "(1, 'a')", ",", "'", "''", "\"", "`",
        "E'\\'", "$$", "$a$", "$", "--", "/*", "*/", "/*!", "/*/", "\\", "(", ")", "x", "é", "CREATE TABLE t (",
    ];

    proptest! {
        #[test]
        fn any_words_keep_their_lines(picks in proptest::collection::vec(0..WORDS.len(), 0..40), size in 1..9_usize) {
            let text: String = picks.iter().map(|pick| WORDS[*pick]).collect();
            let ends = |bytes: &[u8]| bytes.iter().filter(|byte| **byte == b'\n').count();
            for engine in Engine::ALL {
                let mut rows = Rows::new(engine);
                text.as_bytes().chunks(size).for_each(|block| rows.feed(block));
                let (kept, _) = rows.finish();
                prop_assert_eq!(ends(&kept), ends(text.as_bytes()));
                let mut whole = Rows::new(engine);
                whole.feed(text.as_bytes());
                prop_assert_eq!(whole.finish().0, kept);
            }
        }
    }
}
