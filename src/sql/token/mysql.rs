//! What MySQL and MariaDB write in another way: comments that hold code, strings in double
//! quotes, variables, and the mysql client's DELIMITER.

use super::{LexemeKind, Lexer, is_word_byte, is_word_start};
use crate::dialect::Engine;

/// The mark at which Drizzle cuts a file; it stands behind `--` without the blank that MySQL
/// demands of a comment.
pub(crate) const BREAKPOINT: &str = "--> statement-breakpoint";

/// A comment of a later version is run by no server that exists: dumps use 99999 and 999999.
const NO_VERSION: u32 = 99_999;
const NO_MARIADB_VERSION: u32 = 999_999;

/// MariaDB passes over what MySQL 5.7 and 8 brought (its manual, "Comment Syntax").
const MYSQL_ALONE: std::ops::RangeInclusive<u32> = 50_700..=99_999;

impl Lexer<'_> {
    /// The lexeme that is next, where MySQL reads it in its own way.
    pub(super) fn of_mysql(&mut self) -> Option<LexemeKind> {
        if self.at_delimiter() {
            self.at += self.delimiter.len();
            return Some(LexemeKind::Symbol);
        }
        match self.byte(0) {
            b'-' if self.byte(1) == b'-' && !self.at_line_comment() => {
                self.at += 1;
                Some(LexemeKind::Symbol)
            }
            b'#' => Some(self.line_comment()),
            b'/' if self.byte(1) == b'*' => self.opens_code(),
            b'*' if self.byte(1) == b'/' && self.versions > 0 => {
                self.versions -= 1;
                self.at += 2;
                Some(LexemeKind::Blank)
            }
            b'\'' => Some(self.quoted(b'\'', true, LexemeKind::Text)),
            b'"' => Some(self.quoted(b'"', true, LexemeKind::Text)),
            b'@' => Some(self.variable()),
            b'\\' => {
                // `\N` is NULL.
                self.at += if self.byte(1) == b'N' { 2 } else { 1 };
                Some(LexemeKind::Symbol)
            }
            b'0'..=b'9' if self.name_begins_with_digits() => Some(self.word()),
            _ => None,
        }
    }

    /// Whether the delimiter that DELIMITER set is next.
    pub(super) fn at_delimiter(&self) -> bool {
        let rest = self.text.get(self.at..self.end);
        !self.delimiter.is_empty() && rest.is_some_and(|rest| rest.starts_with(self.delimiter))
    }

    /// Whether an operator that began at `start` ends before the next byte, which could belong to
    /// one on another engine.
    pub(super) fn ends_operator(&self, start: usize) -> bool {
        if self.engine == Engine::Postgres || self.at == start {
            return false;
        }
        if !self.is_mysql() {
            return self.byte(0) == b'`';
        }
        let line_comment = self.byte(0) == b'-' && self.byte(1) == b'-' && self.at_line_comment();
        let closes = self.versions > 0 && self.byte(0) == b'*' && self.byte(1) == b'/';
        matches!(self.byte(0), b'`' | b'@' | b'#' | b'?')
            || line_comment
            || closes
            || self.at_delimiter()
    }

    /// `--` begins a comment before a blank or control character alone (manual, "Comments").
    fn at_line_comment(&self) -> bool {
        let rest = self.text.get(self.at..self.end).unwrap_or("");
        self.byte(2) <= b' ' || rest.starts_with(BREAKPOINT)
    }

    /// `/*!`, `/*!50110`, MariaDB's `/*M!100100`: the comment's mark alone is blank, what stands in
    /// it is code.
    fn opens_code(&mut self) -> Option<LexemeKind> {
        let mariadb = self.engine == Engine::Mariadb;
        let mark = match (self.byte(2), self.byte(3)) {
            (b'!', _) => 3,
            (b'M', b'!') if mariadb => 4,
            _ => return None,
        };
        let digits = (mark..mark + 6).take_while(|ahead| self.byte(*ahead).is_ascii_digit());
        let end = mark + digits.count();
        // MySQL's versions have five or six digits; fewer are code.
        let end = if end - mark < 5 { mark } else { end };
        let version = self.text.get(self.at + mark..self.at + end)?.parse::<u32>().unwrap_or(0);
        let passed_over = match mariadb {
            true => version >= NO_MARIADB_VERSION || (mark == 3 && MYSQL_ALONE.contains(&version)),
            false => version >= NO_VERSION,
        };
        if passed_over {
            return None;
        }
        self.at += end;
        self.versions = self.versions.saturating_add(1);
        Some(LexemeKind::Blank)
    }

    /// `@name`, `@@name`, and the host of an account: `@'%'`, `` @`localhost` ``.
    fn variable(&mut self) -> LexemeKind {
        self.at += if self.byte(1) == b'@' { 2 } else { 1 };
        match self.byte(0) {
            quote @ (b'\'' | b'"' | b'`') => self.quoted(quote, false, LexemeKind::Variable),
            _ => {
                while (is_word_byte(self.byte(0)) || self.byte(0) == b'.') && !self.at_delimiter() {
                    self.at += 1;
                }
                LexemeKind::Variable
            }
        }
    }

    /// A name may begin with digits, if it holds more than digits and is no number in another
    /// notation (manual, "Schema Object Names").
    fn name_begins_with_digits(&self) -> bool {
        let digits = (0..).take_while(|ahead| self.byte(*ahead).is_ascii_digit()).count();
        let next = self.byte(digits);
        let behind = self.byte(digits + 1);
        let exponent = matches!(next, b'e' | b'E')
            && (behind.is_ascii_digit() || matches!(behind, b'+' | b'-'));
        let radix = digits == 1
            && self.byte(0) == b'0'
            && matches!(next, b'x' | b'b')
            && behind.is_ascii_hexdigit();
        is_word_start(next) && !exponent && !radix
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::token::lex;
    use LexemeKind::{Comment, Number, Quoted, Symbol, Text, Variable, Word};

    fn kinds(text: &str, engine: Engine) -> Vec<(LexemeKind, &str)> {
        lex(text, 0, text.len(), engine)
            .filter(|lexeme| lexeme.kind != LexemeKind::Blank)
            .map(|lexeme| (lexeme.kind, &text[lexeme.start..lexeme.end]))
            .collect()
    }

    #[test]
    fn quotes_comments_and_variables() {
        let mysql = |text| kinds(text, Engine::Mysql);
        assert_eq!(mysql(r#""it's \" x" '\''"#), [(Text, r#""it's \" x""#), (Text, r"'\''")]);
        assert_eq!(mysql("1--1"), [(Number, "1"), (Symbol, "-"), (Symbol, "-"), (Number, "1")]);
        assert_eq!(mysql("a -- b"), [(Word, "a"), (Comment, "-- b")]);
        assert_eq!(mysql("a=# b"), [(Word, "a"), (Symbol, "="), (Comment, "# b")]);
        assert_eq!(
            mysql("@OLD=@@SQL_MODE"),
            [(Variable, "@OLD"), (Symbol, "="), (Variable, "@@SQL_MODE")]
        );
        assert_eq!(mysql("'u'@'%'"), [(Text, "'u'"), (Variable, "@'%'")]);
        assert_eq!(mysql("a=`b`"), [(Word, "a"), (Symbol, "="), (Quoted, "`b`")]);
        assert_eq!(mysql("2fa 0x1F 1e5"), [(Word, "2fa"), (Number, "0x1F"), (Number, "1e5")]);
        assert_eq!(mysql("a--> statement-breakpoint")[1].0, Comment);
    }

    #[test]
    fn a_version_comment_holds_code_for_those_who_run_it() {
        let code = [(Word, "a"), (Word, "b"), (Symbol, ";")];
        assert_eq!(kinds("/*!40101 a b*/;", Engine::Mysql), code);
        assert_eq!(kinds("a/*!b*/;", Engine::Mariadb), code);
        assert_eq!(kinds("/*M!100100 a*/ b;", Engine::Mariadb), code);
        assert_eq!(kinds("/*M!100100 a*/", Engine::Mysql), [(Comment, "/*M!100100 a*/")]);
        assert_eq!(kinds("/*!80000 a*/", Engine::Mariadb), [(Comment, "/*!80000 a*/")]);
        let sandbox = "/*M!999999\\- enable the sandbox mode */";
        assert_eq!(kinds(sandbox, Engine::Mariadb), [(Comment, sandbox)]);
        assert_eq!(kinds("/*!99999 a*/", Engine::Mysql), [(Comment, "/*!99999 a*/")]);
    }
}
