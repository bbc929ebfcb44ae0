//! The splitter: pieces that tile the text, one for each statement.

mod stored;

use crate::dialect::Engine;
use crate::sql::token::{BREAKPOINT, Lexeme, LexemeKind, lex};
use stored::Stored;

pub use stored::loose_end;

/// A piece of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// What it is.
    pub kind: PieceKind,
    /// Offset of its first byte.
    pub start: usize,
    /// Offset after its last byte.
    pub end: usize,
    /// A statement's lexemes without blanks, comments and the semicolon.
    pub tokens: Vec<Lexeme>,
}

/// What a piece is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PieceKind {
    /// Blanks, comments and empty statements.
    Between,
    /// A statement from its first to its last token, semicolon included.
    Statement,
    /// A command of psql, or the mysql client's DELIMITER.
    Meta,
    /// The rows of a `COPY ... FROM stdin`, up to and with the line `\.`.
    CopyData,
}

/// What splitting gives: the pieces in order, and the comments in order.
#[derive(Clone, Debug, Default)]
pub struct Split {
    /// They tile the text.
    pub pieces: Vec<Piece>,
    /// Every comment outside quotes and rows.
    pub comments: Vec<Lexeme>,
}

/// Splits a text; it never fails.
pub fn split(text: &str, engine: Engine) -> Split {
    let mut splitter = Splitter {
        text,
        engine,
        split: Split::default(),
        tokens: Vec::new(),
        from: 0,
        delimiter: "",
    };
    let mut at = 0;
    while at < text.len() {
        at = splitter.run(at);
    }
    splitter.finish_statement(text.len());
    splitter.between(text.len());
    splitter.split
}

struct Splitter<'a> {
    text: &'a str,
    engine: Engine,
    split: Split,
    /// The statement so far.
    tokens: Vec<Lexeme>,
    /// Where the next piece begins.
    from: usize,
    /// What ends a statement in place of the semicolon; empty for none.
    delimiter: &'a str,
}

impl Splitter<'_> {
    /// Reads on from `at` to the end, to the rows of a COPY or behind a DELIMITER; returns where it
    /// stopped.
    fn run(&mut self, at: usize) -> usize {
        let mut nesting = Nesting::default();
        let mut stored = Stored::default();
        let mut lexer = lex(self.text, at, self.text.len(), self.engine);
        lexer.delimiter = self.delimiter;
        let is_mysql = matches!(self.engine, Engine::Mysql | Engine::Mariadb);
        for lexeme in lexer {
            match lexeme.kind {
                LexemeKind::Comment => {
                    self.split.comments.push(lexeme);
                    if self.word(lexeme).starts_with(BREAKPOINT) {
                        (nesting, stored) = Default::default();
                        self.finish_statement(lexeme.start);
                    }
                }
                _ if is_mysql && self.is_delimiter_command(lexeme) => {
                    return self.set_delimiter(lexeme);
                }
                _ if is_mysql && self.ends_stored(lexeme, &stored) => {
                    stored = Stored::default();
                    self.finish_statement(lexeme.end);
                }
                _ if is_mysql && !lexeme.kind.is_trivia() => {
                    self.tokens.push(lexeme);
                    stored.see(self.text, &self.tokens);
                }
                LexemeKind::Blank => {}
                LexemeKind::Meta => self.meta(lexeme),
                _ if self.is_semicolon(lexeme) && !nesting.holds_semicolon() => {
                    nesting = Nesting::default();
                    let copies = self.copies_from_stdin();
                    self.finish_statement(lexeme.end);
                    if copies {
                        return self.copy_data(lexeme.end);
                    }
                }
                _ => {
                    self.tokens.push(lexeme);
                    nesting.see(self.text, &self.tokens, self.engine);
                }
            }
        }
        self.text.len()
    }

    fn word(&self, lexeme: Lexeme) -> &str {
        self.text.get(lexeme.start..lexeme.end).unwrap_or("")
    }

    fn is_semicolon(&self, lexeme: Lexeme) -> bool {
        lexeme.kind == LexemeKind::Symbol && self.word(lexeme) == ";"
    }

    /// Whether a statement of MySQL's ends here: at the delimiter that was set, or at a semicolon
    /// that no body holds.
    fn ends_stored(&self, lexeme: Lexeme, stored: &Stored) -> bool {
        let delimiter = !self.delimiter.is_empty() && self.word(lexeme) == self.delimiter;
        delimiter || (self.is_semicolon(lexeme) && !stored.holds_semicolon(self.delimiter))
    }

    fn is_delimiter_command(&self, lexeme: Lexeme) -> bool {
        self.tokens.is_empty()
            && lexeme.kind == LexemeKind::Word
            && self.word(lexeme).eq_ignore_ascii_case("delimiter")
    }

    /// `DELIMITER x`, to the end of its line.
    fn set_delimiter(&mut self, lexeme: Lexeme) -> usize {
        let rest = self.text.get(lexeme.end..).unwrap_or("");
        let line = rest.split(['\n', '\r']).next().unwrap_or("");
        let delimiter = line.split_whitespace().next().unwrap_or("");
        self.delimiter = if delimiter == ";" { "" } else { delimiter };
        self.between(lexeme.start);
        let end = lexeme.end + line.len();
        self.push(PieceKind::Meta, lexeme.start, end);
        end
    }

    /// A psql command ends the statement before it when it sends it (`\gexec`), and is a piece of
    /// its own between statements.
    fn meta(&mut self, lexeme: Lexeme) {
        let sends = ["\\g", "\\crosstabview", "\\watch", "\\;"]
            .iter()
            .any(|command| self.word(lexeme).starts_with(command));
        if !self.tokens.is_empty() && !sends {
            return;
        }
        self.finish_statement(lexeme.start);
        self.between(lexeme.start);
        self.push(PieceKind::Meta, lexeme.start, lexeme.end);
    }

    fn copies_from_stdin(&self) -> bool {
        let mut words = self.tokens.iter().map(|token| self.word(*token));
        if !words.next().is_some_and(|word| word.eq_ignore_ascii_case("copy")) {
            return false;
        }
        let words: Vec<&str> = words.collect();
        words.windows(2).any(|pair| {
            pair[0].eq_ignore_ascii_case("from") && pair[1].eq_ignore_ascii_case("stdin")
        })
    }

    /// The rows begin on the line after the semicolon and end with the line `\.`, or with the text.
    fn copy_data(&mut self, at: usize) -> usize {
        let rest = self.text.get(at..).unwrap_or("");
        let Some(newline) = rest.find('\n') else { return at };
        if !rest[..newline].trim().is_empty() {
            return at;
        }
        let start = at + newline + 1;
        let mut end = start;
        for line in self.text.get(start..).unwrap_or("").split_inclusive('\n') {
            end += line.len();
            if line.trim_end() == "\\." {
                break;
            }
        }
        self.between(start);
        self.push(PieceKind::CopyData, start, end);
        end
    }

    fn finish_statement(&mut self, end: usize) {
        // `END; //`: the semicolon before another delimiter says nothing.
        while !self.delimiter.is_empty()
            && self.tokens.last().is_some_and(|last| self.is_semicolon(*last))
        {
            self.tokens.pop();
        }
        let (Some(first), Some(last)) = (self.tokens.first(), self.tokens.last()) else { return };
        let end =
            if self.text.get(end.saturating_sub(1)..end) == Some(";") { end } else { last.end };
        let start = first.start;
        self.between(start);
        self.push(PieceKind::Statement, start, end.max(start));
    }

    fn between(&mut self, end: usize) {
        if self.from < end {
            self.push(PieceKind::Between, self.from, end);
        }
    }

    fn push(&mut self, kind: PieceKind, start: usize, end: usize) {
        if start == end {
            return;
        }
        let tokens = match kind {
            PieceKind::Statement => std::mem::take(&mut self.tokens),
            _ => Vec::new(),
        };
        self.split.pieces.push(Piece { kind, start, end, tokens });
        self.from = end;
    }
}

/// The forms in which a semicolon stands inside a statement: a routine's `BEGIN ATOMIC ... END`,
/// the `BEGIN ... END` of SQLite's triggers, and the command list of `CREATE RULE ... DO (a; b)`. Elsewhere a parenthesis that
/// nobody closes must not swallow the statements behind it.
#[derive(Default)]
struct Nesting {
    begins: usize,
    parentheses: usize,
}

impl Nesting {
    fn holds_semicolon(&self) -> bool {
        self.begins > 0 || self.parentheses > 0
    }

    fn see(&mut self, text: &str, tokens: &[Lexeme], engine: Engine) {
        let word = |index: usize| {
            tokens.get(index).and_then(|token| text.get(token.start..token.end)).unwrap_or("")
        };
        if !word(0).eq_ignore_ascii_case("create") {
            return;
        }
        let kind = if word(1).eq_ignore_ascii_case("or") { word(3) } else { word(1) };
        let last = word(tokens.len() - 1);
        let is = |keyword: &str| last.eq_ignore_ascii_case(keyword);
        if engine == Engine::Sqlite {
            self.see_trigger(word, tokens.len());
        } else if kind.eq_ignore_ascii_case("rule") {
            match last {
                "(" => self.parentheses += 1,
                ")" => self.parentheses = self.parentheses.saturating_sub(1),
                _ => {}
            }
        } else if kind.eq_ignore_ascii_case("function") || kind.eq_ignore_ascii_case("procedure") {
            let after_begin =
                tokens.len() > 1 && word(tokens.len() - 2).eq_ignore_ascii_case("begin");
            if is("atomic") && after_begin && self.begins == 0 {
                self.begins = 1;
            } else if self.begins > 0 && (is("begin") || is("case")) {
                self.begins += 1;
            } else if self.begins > 0 && is("end") {
                self.begins -= 1;
            }
        }
    }

    /// The body of SQLite's `CREATE [TEMP] TRIGGER`; `NEW.end` is a column.
    fn see_trigger<'t>(&mut self, word: impl Fn(usize) -> &'t str, count: usize) {
        let is = |index: usize, keyword: &str| word(index).eq_ignore_ascii_case(keyword);
        let kind = if is(1, "temp") || is(1, "temporary") { 2 } else { 1 };
        let last = count - 1;
        if !is(kind, "trigger") || (last > 0 && word(last - 1) == ".") {
            return;
        }
        if self.begins == 0 {
            // The name may be one of these words.
            self.begins += usize::from(last > kind + 1 && is(last, "begin"));
        } else if is(last, "case") {
            self.begins += 1;
        } else if is(last, "end") {
            self.begins -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn statements(text: &str) -> Vec<&str> {
        statements_of(text, Engine::Postgres)
    }

    fn statements_of(text: &str, engine: Engine) -> Vec<&str> {
        split(text, engine)
            .pieces
            .iter()
            .filter(|piece| piece.kind == PieceKind::Statement)
            .map(|piece| &text[piece.start..piece.end])
            .collect()
    }

    #[test]
    fn statements_end_where_the_server_ends_them() {
        let cases: &[(&str, &[&str])] = &[
            ("a; b", &["a;", "b"]),
            ("a 'x;y'; b", &["a 'x;y';", "b"]),
            ("a $$;$$; b;;", &["a $$;$$;", "b;"]),
            ("-- c;\na /* ; */;", &["a /* ; */;"]),
            ("a (b; c", &["a (b;", "c"]),
            (
                "create rule r as on insert to t do (a; b); c",
                &["create rule r as on insert to t do (a; b);", "c"],
            ),
            (
                "create function f() returns int begin atomic select case when 1 then 2 end; end; c",
                &[
                    "create function f() returns int begin atomic select case when 1 then 2 end; \
                     end;",
                    "c",
                ],
            ),
            ("copy t from stdin;\n1;\t2\n\\.\nselect 1;", &["copy t from stdin;", "select 1;"]),
            ("copy t from stdin;\r\n';\r\n\\.\r\na;", &["copy t from stdin;", "a;"]),
            ("\\restrict abc'\nselect 1;\n\\unrestrict abc", &["select 1;"]),
            ("select 'x' \\gexec\nselect 2;", &["select 'x'", "select 2;"]),
            ("begin; commit;", &["begin;", "commit;"]),
            ("a 'x", &["a 'x"]),
        ];
        for (text, expected) in cases {
            assert_eq!(statements(text), *expected, "{text}");
        }
    }

    #[test]
    fn mysql_keeps_stored_code_together() {
        let trigger = "create definer=`a`@`%` trigger t before insert on u for each row";
        let body = "begin if a then set b = if(c, 1, 2); elseif d then l: loop set e = case when f \
                    then 1 end; end loop l; end if; end";
        let cases: &[(&str, &[&str])] = &[
            (&format!("{trigger} {body}; a"), &[&format!("{trigger} {body};"), "a"]),
            (&format!("{trigger} set new.a = 1; b"), &[&format!("{trigger} set new.a = 1;"), "b"]),
            (
                &format!("{trigger} if a then set b = 1; end if; c"),
                &[&format!("{trigger} if a then set b = 1; end if;"), "c"],
            ),
            (
                &format!("DELIMITER $$\n{trigger} {body}$$\ndelimiter ;\na;"),
                &[&format!("{trigger} {body}"), "a;"],
            ),
            (
                "DELIMITER //\ndrop procedure p; create procedure p() begin a; end; //\nb //",
                &["drop procedure p;", "create procedure p() begin a; end", "b"],
            ),
            ("begin not atomic a; b; end; c", &["begin not atomic a; b; end;", "c"]),
            (
                "create procedure p() begin set a = case when b then if(c, 1, 2) else new.end end; \
                 end; d",
                &[
                    "create procedure p() begin set a = case when b then if(c, 1, 2) else new.end \
                     end; end;",
                    "d",
                ],
            ),
            (
                "create procedure p(a int) if a then b; end if; c",
                &["create procedure p(a int) if a then b; end if;", "c"],
            ),
            (
                "begin; create table event (a int); commit;",
                &["begin;", "create table event (a int);", "commit;"],
            ),
            ("a 'x\\';'; b \"y;\";", &["a 'x\\';';", "b \"y;\";"]),
            ("a --> statement-breakpoint\nb;--> statement-breakpoint\n", &["a", "b;"]),
            (
                "/*!40101 set a = 1 */;\n/*!50003 create*/ /*!50017 definer=`r`@`l`*/ x;",
                &["set a = 1 */;", "create*/ /*!50017 definer=`r`@`l`*/ x;"],
            ),
            ("a # ;\n; b -- ;\n;", &["a # ;\n;", "b -- ;\n;"]),
        ];
        for (text, expected) in cases {
            for engine in [Engine::Mysql, Engine::Mariadb] {
                assert_eq!(statements_of(text, engine), *expected, "{text}");
            }
        }
    }

    #[test]
    fn sqlite_keeps_the_body_of_a_trigger_together() {
        let trigger = "create temp trigger g after update of a on t when new.end > 1 begin \
                       update t set b = case when a then 1 else 2 end; select new.end; end;";
        let text = format!("begin; {trigger} a; [x;y]; create trigger begin");
        let pieces = split(&text, Engine::Sqlite).pieces;
        let statements: Vec<&str> = pieces
            .iter()
            .filter(|piece| piece.kind == PieceKind::Statement)
            .map(|piece| &text[piece.start..piece.end])
            .collect();
        assert_eq!(statements, ["begin;", trigger, "a;", "[x;y];", "create trigger begin"]);
    }

    proptest! {
        #[test]
        fn pieces_tile_any_text(parts in proptest::collection::vec(prop_oneof![
            Just("'".to_owned()), Just("\"".to_owned()), Just("$$".to_owned()),
            Just("$a$".to_owned()), Just("/*".to_owned()), Just("*/".to_owned()),
            Just("--".to_owned()), Just("\n".to_owned()), Just("\r\n".to_owned()),
            Just(";".to_owned()), Just("copy t from stdin;\n".to_owned()),
            Just("\\.\n".to_owned()), Just("\\x".to_owned()), Just("E'\\'".to_owned()),
            Just("create function f begin atomic ".to_owned()), Just("end".to_owned()),
            Just("create trigger t on u begin ".to_owned()), Just(" case ".to_owned()),
            Just("é".to_owned()), Just(":".to_owned()), ".{0,4}",
            Just("/*!40101 ".to_owned()), Just("/*M!".to_owned()), Just("#".to_owned()),
            Just("\nDELIMITER //\n".to_owned()), Just("//".to_owned()), Just("`".to_owned()),
            Just("create trigger t before insert on u for each row ".to_owned()),
            Just(" begin ".to_owned()), Just(" if ".to_owned()), Just("@'x".to_owned()),
            Just("--> statement-breakpoint".to_owned()), Just("delimiter é;\r".to_owned()),
        ], 0..40)) {
            let text = parts.concat();
            for engine in Engine::ALL {
                let mut at = 0;
                for piece in split(&text, engine).pieces {
                    prop_assert_eq!(piece.start, at);
                    prop_assert!(piece.end > piece.start);
                    prop_assert!(text.get(piece.start..piece.end).is_some());
                    at = piece.end;
                }
                prop_assert_eq!(at, text.len());
            }
        }
    }
}
