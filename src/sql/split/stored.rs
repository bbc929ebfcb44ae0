//! MySQL's stored code: the semicolons between its statements end no statement of the file.

use crate::sql::token::{Lexeme, LexemeKind};

/// How deep a file's statement stands in `BEGIN ... END` and its like, where it creates a
/// procedure, function, trigger or event, or is MariaDB's `BEGIN NOT ATOMIC`.
#[derive(Default)]
pub(super) struct Stored {
    depth: usize,
    stored: bool,
}

impl Stored {
    /// Whether a semicolon ends the statement: not inside a body, and not before the end of what
    /// is stored where another delimiter is set.
    pub(super) fn holds_semicolon(&self, delimiter: &str) -> bool {
        self.depth > 0 || (self.stored && !delimiter.is_empty())
    }

    /// Sees the last of the statement's tokens.
    pub(super) fn see(&mut self, text: &str, tokens: &[Lexeme]) {
        let words = Words { text, tokens };
        let last = tokens.len() - 1;
        if tokens.len() == 3 && words.are(0, &["BEGIN", "NOT", "ATOMIC"]) {
            (self.stored, self.depth) = (true, 1);
            return;
        }
        if !self.stored {
            self.stored = words.create_stored();
        }
        if !self.stored || tokens.last().is_none_or(|token| token.kind != LexemeKind::Word) {
            return;
        }
        let behind = |word: &str| last > 0 && words.is(last - 1, word);
        if words.is(last, "END") {
            self.depth = self.depth.saturating_sub(1);
        } else if behind("END") {
            // `END IF`, `END CASE` and the like were counted at END.
        } else if words.is(last, "BEGIN") || words.is(last, "CASE") {
            self.depth += 1;
        } else {
            // IF, REPEAT and others are functions too: statements begin where one can begin.
            const OPENS: &[&str] = &["IF", "LOOP", "REPEAT", "WHILE", "FOR"];
            const BEFORE: &[&str] =
                &[";", "BEGIN", "ATOMIC", "THEN", "ELSE", "DO", "LOOP", "REPEAT", ":", "ROW"];
            let opens = OPENS.iter().any(|word| words.is(last, word));
            let begins = BEFORE.iter().any(|word| behind(word));
            self.depth += usize::from(opens && begins);
        }
    }
}

struct Words<'a> {
    text: &'a str,
    tokens: &'a [Lexeme],
}

impl Words<'_> {
    fn is(&self, index: usize, word: &str) -> bool {
        self.tokens.get(index).is_some_and(|token| {
            matches!(token.kind, LexemeKind::Word | LexemeKind::Symbol)
                && self
                    .text
                    .get(token.start..token.end)
                    .is_some_and(|text| text.eq_ignore_ascii_case(word))
        })
    }

    fn are(&self, from: usize, words: &[&str]) -> bool {
        words.iter().enumerate().all(|(index, word)| self.is(from + index, word))
    }

    /// `CREATE [OR REPLACE] [DEFINER = account] [AGGREGATE] PROCEDURE | FUNCTION | TRIGGER | EVENT`,
    /// and `ALTER [DEFINER = account] EVENT`.
    fn create_stored(&self) -> bool {
        if !self.is(0, "CREATE") && !self.is(0, "ALTER") {
            return false;
        }
        let mut at = if self.are(1, &["OR", "REPLACE"]) { 3 } else { 1 };
        if self.are(at, &["DEFINER", "="]) {
            at += 3;
            let host = |token: &Lexeme| token.kind == LexemeKind::Variable;
            at += usize::from(self.tokens.get(at).is_some_and(host));
            at += if self.are(at, &["(", ")"]) { 2 } else { 0 };
        }
        at += usize::from(self.is(at, "AGGREGATE"));
        let kinds: &[&str] = match self.is(0, "CREATE") {
            true => &["PROCEDURE", "FUNCTION", "TRIGGER", "EVENT"],
            false => &["EVENT"],
        };
        kinds.iter().any(|kind| self.is(at, kind))
    }
}
