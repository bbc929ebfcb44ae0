//! The lexer: any text becomes lexemes that tile it, whatever it holds.

mod mysql;

use crate::dialect::Engine;
pub(crate) use mysql::BREAKPOINT;

/// What a lexeme is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LexemeKind {
    /// Spaces, line ends, and bytes that mean nothing.
    Blank,
    /// A comment, marks included.
    Comment,
    /// A psql command from its backslash to the end of its line.
    Meta,
    /// A keyword or unquoted identifier.
    Word,
    /// A quoted identifier, quotes included.
    Quoted,
    /// A string literal with its prefix and quotes; not dollar-quoted.
    Text,
    /// A dollar-quoted string with its tags.
    Dollar,
    /// A number.
    Number,
    /// `$1`, `?`, or a psql variable `:name`, `:'name'`, `:"name"`.
    Variable,
    /// An operator or a punctuation mark.
    Symbol,
    /// A quote or comment without an end: it holds the rest of the text.
    Unclosed,
}

impl LexemeKind {
    /// Whether a reader never sees it.
    pub fn is_trivia(self) -> bool {
        matches!(self, Self::Blank | Self::Comment | Self::Meta)
    }
}

/// A piece of text of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lexeme {
    /// What it is.
    pub kind: LexemeKind,
    /// Offset of its first byte in the text.
    pub start: usize,
    /// Offset after its last byte.
    pub end: usize,
}

impl Lexeme {
    /// Whether it is a quote or comment that nobody closes.
    pub fn is_unclosed(self) -> bool {
        self.kind == LexemeKind::Unclosed
    }
}

/// Cuts `text[start..end]` into lexemes, one at a time; offsets are those of `text`.
pub fn lex(text: &str, start: usize, end: usize, engine: Engine) -> Lexer<'_> {
    Lexer { text, bytes: text.as_bytes(), at: start, end, engine, delimiter: "", versions: 0 }
}

/// The lexemes of a text.
#[derive(Clone, Debug)]
pub struct Lexer<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    end: usize,
    engine: Engine,
    /// What ends a statement in place of the semicolon, set by the mysql client's DELIMITER.
    pub delimiter: &'a str,
    /// In how many of MySQL's comments that hold code the lexer stands.
    versions: u8,
}

impl Iterator for Lexer<'_> {
    type Item = Lexeme;

    fn next(&mut self) -> Option<Lexeme> {
        if self.at >= self.end {
            return None;
        }
        let start = self.at;
        let kind = self.lexeme();
        debug_assert!(self.at > start, "each lexeme holds a byte");
        self.at = self.at.min(self.end);
        Some(Lexeme { kind, start, end: self.at })
    }
}

impl Lexer<'_> {
    fn byte(&self, ahead: usize) -> u8 {
        match self.at + ahead < self.end {
            true => self.bytes.get(self.at + ahead).copied().unwrap_or(0),
            false => 0,
        }
    }

    fn is_mysql(&self) -> bool {
        matches!(self.engine, Engine::Mysql | Engine::Mariadb)
    }

    fn lexeme(&mut self) -> LexemeKind {
        if self.is_mysql()
            && let Some(kind) = self.of_mysql()
        {
            return kind;
        }
        let byte = self.byte(0);
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c => self.blank(),
            b'-' if self.byte(1) == b'-' => self.line_comment(),
            b'/' if self.byte(1) == b'*' => self.block_comment(),
            b'\\' => {
                self.skip_line();
                LexemeKind::Meta
            }
            b'\'' => self.quoted(b'\'', false, LexemeKind::Text),
            b'"' => self.quoted(b'"', false, LexemeKind::Quoted),
            b'`' if self.engine != Engine::Postgres => self.quoted(b'`', false, LexemeKind::Quoted),
            b'[' if self.engine == Engine::Sqlite => self.quoted(b']', false, LexemeKind::Quoted),
            b'$' => self.dollar(),
            b':' => self.colon(),
            b'0'..=b'9' => self.number(),
            b'.' if self.byte(1).is_ascii_digit() => self.number(),
            _ if is_word_start(byte) => self.word(),
            _ => self.symbol(),
        }
    }

    fn blank(&mut self) -> LexemeKind {
        while matches!(self.byte(0), b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c) {
            self.at += 1;
        }
        LexemeKind::Blank
    }

    fn skip_line(&mut self) {
        while self.at < self.end && !matches!(self.byte(0), b'\n' | b'\r') {
            self.at += 1;
        }
    }

    fn line_comment(&mut self) -> LexemeKind {
        self.skip_line();
        LexemeKind::Comment
    }

    /// PostgreSQL's block comments nest (manual, "Comments"); the others' do not.
    fn block_comment(&mut self) -> LexemeKind {
        let nests = self.engine == Engine::Postgres;
        let mut depth = 0_usize;
        while self.at < self.end {
            if self.byte(0) == b'/' && self.byte(1) == b'*' && (nests || depth == 0) {
                depth += 1;
                self.at += 2;
            } else if self.byte(0) == b'*' && self.byte(1) == b'/' {
                depth -= 1;
                self.at += 2;
                if depth == 0 {
                    return LexemeKind::Comment;
                }
            } else {
                self.at += 1;
            }
        }
        LexemeKind::Unclosed
    }

    /// A quoted piece whose closing quote is doubled inside; `escapes` allows backslashes.
    fn quoted(&mut self, close: u8, escapes: bool, kind: LexemeKind) -> LexemeKind {
        self.at += 1;
        while self.at < self.end {
            let byte = self.byte(0);
            let doubled = byte == close && self.byte(1) == close;
            if doubled || (escapes && byte == b'\\') {
                self.at += 2;
            } else if byte == close {
                self.at += 1;
                return kind;
            } else {
                self.at += 1;
            }
        }
        LexemeKind::Unclosed
    }

    fn dollar(&mut self) -> LexemeKind {
        if self.byte(1).is_ascii_digit() {
            self.at += 1;
            while self.byte(0).is_ascii_digit() {
                self.at += 1;
            }
            return LexemeKind::Variable;
        }
        let tag_end = (1..).find(|ahead| !is_tag_byte(self.byte(*ahead))).unwrap_or(1);
        if self.engine != Engine::Postgres || self.byte(tag_end) != b'$' {
            self.at += 1;
            return LexemeKind::Symbol;
        }
        let tag = self.at..self.at + tag_end + 1;
        let body = tag.end;
        let found = match (self.text.get(tag.clone()), self.text.get(body..self.end)) {
            (Some(tag), Some(rest)) => rest.find(tag),
            _ => None,
        };
        match found {
            Some(offset) => {
                self.at = body + offset + tag.len();
                LexemeKind::Dollar
            }
            None => {
                self.at = self.end;
                LexemeKind::Unclosed
            }
        }
    }

    /// `::`, `:=`, a psql variable, or a lone colon (an array slice).
    fn colon(&mut self) -> LexemeKind {
        match self.byte(1) {
            b':' | b'=' => {
                self.at += 2;
                LexemeKind::Symbol
            }
            quote @ (b'\'' | b'"') => {
                self.at += 1;
                self.quoted(quote, false, LexemeKind::Variable)
            }
            byte if is_word_start(byte) && !self.follows_subscript() => {
                self.at += 1;
                self.word();
                LexemeKind::Variable
            }
            _ => {
                self.at += 1;
                LexemeKind::Symbol
            }
        }
    }

    /// Whether the colon stands right behind something that a slice `[a:b]` could begin with.
    fn follows_subscript(&self) -> bool {
        let before = self.at.checked_sub(1).and_then(|at| self.bytes.get(at)).copied();
        before.is_some_and(|byte| is_word_byte(byte) || matches!(byte, b')' | b']' | b'['))
    }

    fn number(&mut self) -> LexemeKind {
        let radix = matches!(self.byte(1), b'x' | b'X' | b'o' | b'O' | b'b' | b'B');
        if self.byte(0) == b'0' && radix {
            self.at += 2;
            while self.byte(0).is_ascii_alphanumeric() || self.byte(0) == b'_' {
                self.at += 1;
            }
            return LexemeKind::Number;
        }
        self.digits();
        // `1..10` is a range of PL/pgSQL, not `1.` and `.10`.
        if self.byte(0) == b'.' && self.byte(1) != b'.' {
            self.at += 1;
            self.digits();
        }
        let exponent = match (self.byte(0), self.byte(1), self.byte(2)) {
            (b'e' | b'E', b'0'..=b'9', _) => 1,
            (b'e' | b'E', b'+' | b'-', b'0'..=b'9') => 2,
            _ => 0,
        };
        if exponent > 0 {
            self.at += exponent;
            self.digits();
        }
        LexemeKind::Number
    }

    fn digits(&mut self) {
        while self.byte(0).is_ascii_digit() || self.byte(0) == b'_' {
            self.at += 1;
        }
    }

    fn word(&mut self) -> LexemeKind {
        match (self.byte(0), self.byte(1), self.byte(2)) {
            (b'e' | b'E', b'\'', _) if !self.is_mysql() => {
                self.at += 1;
                return self.quoted(b'\'', true, LexemeKind::Text);
            }
            (b'b' | b'B' | b'x' | b'X' | b'n' | b'N', b'\'', _) => {
                self.at += 1;
                return self.quoted(b'\'', self.is_mysql(), LexemeKind::Text);
            }
            (b'u' | b'U', b'&', quote @ (b'\'' | b'"')) if self.engine == Engine::Postgres => {
                self.at += 2;
                let kind = if quote == b'"' { LexemeKind::Quoted } else { LexemeKind::Text };
                return self.quoted(quote, false, kind);
            }
            _ => {}
        }
        while is_word_byte(self.byte(0)) && !self.at_delimiter() {
            self.at += 1;
        }
        LexemeKind::Word
    }

    /// One punctuation mark, or an operator as long as it goes.
    ///
    /// An operator ends before a comment, and loses trailing signs unless it holds a character
    /// that makes it one (manual, "Operators").
    fn symbol(&mut self) -> LexemeKind {
        let start = self.at;
        while is_operator_byte(self.byte(0)) && !self.ends_operator(start) {
            let comment = matches!((self.byte(0), self.byte(1)), (b'-', b'-') | (b'/', b'*'));
            if comment && self.at > start {
                break;
            }
            self.at += 1;
        }
        if self.at == start {
            self.at += self
                .text
                .get(start..)
                .and_then(|rest| rest.chars().next())
                .map_or(1, char::len_utf8);
            return LexemeKind::Symbol;
        }
        let operator = self.bytes.get(start..self.at).unwrap_or_default();
        let keeps_sign = operator.iter().any(|byte| b"~!@#%^&|`?".contains(byte));
        if !keeps_sign {
            while self.at > start + 1 && matches!(self.bytes.get(self.at - 1), Some(b'+' | b'-')) {
                self.at -= 1;
            }
        }
        LexemeKind::Symbol
    }
}

fn is_word_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

fn is_word_byte(byte: u8) -> bool {
    is_word_start(byte) || byte.is_ascii_digit() || byte == b'$'
}

fn is_tag_byte(byte: u8) -> bool {
    is_word_start(byte) || byte.is_ascii_digit()
}

fn is_operator_byte(byte: u8) -> bool {
    b"+-*/<>=~!@#%^&|`?".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<(LexemeKind, &str)> {
        lex(text, 0, text.len(), Engine::Postgres)
            .filter(|lexeme| lexeme.kind != LexemeKind::Blank)
            .map(|lexeme| (lexeme.kind, &text[lexeme.start..lexeme.end]))
            .collect()
    }

    #[test]
    fn quotes_of_every_kind() {
        use LexemeKind::{Dollar, Quoted, Text, Unclosed, Variable, Word};
        assert_eq!(kinds(r"'it''s'"), [(Text, "'it''s'")]);
        assert_eq!(kinds(r"E'a\'b'"), [(Text, r"E'a\'b'")]);
        assert_eq!(kinds(r#"U&"a""b""#), [(Quoted, r#"U&"a""b""#)]);
        assert_eq!(kinds("$f$ $$ ; $f$"), [(Dollar, "$f$ $$ ; $f$")]);
        assert_eq!(kinds("a$b$c"), [(Word, "a$b$c")]);
        assert_eq!(kinds("$1"), [(Variable, "$1")]);
        assert_eq!(kinds(":v :'w'"), [(Variable, ":v"), (Variable, ":'w'")]);
        assert_eq!(kinds("'a"), [(Unclosed, "'a")]);
        assert_eq!(kinds("/* /* */"), [(Unclosed, "/* /* */")]);
    }

    #[test]
    fn operators_end_before_comments_and_signs() {
        use LexemeKind::{Comment, Number, Symbol, Word};
        assert_eq!(
            kinds("a=-1--x"),
            [(Word, "a"), (Symbol, "="), (Symbol, "-"), (Number, "1"), (Comment, "--x")]
        );
        assert_eq!(kinds("@-"), [(Symbol, "@-")]);
        assert_eq!(kinds("1..2"), [(Number, "1"), (Symbol, "."), (Number, ".2")]);
        assert_eq!(kinds("/* a /* b */ c */").len(), 1);
    }
}
