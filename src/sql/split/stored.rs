//! MySQL's stored code: the semicolons between its statements end no statement of the file.

use crate::sql::token::{Lexeme, LexemeKind};

/// What stands open around a file's token: in stored code, that is where it creates a procedure,
/// function, trigger or event, or is MariaDB's `BEGIN NOT ATOMIC`.
#[derive(Default)]
pub(super) struct Stored {
    open: Vec<Open>,
    stored: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    /// `BEGIN`, `IF`, `LOOP` and their kin, around statements.
    Code,
    /// A CASE that is a value.
    Value,
}

/// Words that begin what `END` and the same word close.
const OPENS: &[&str] = &["IF", "LOOP", "REPEAT", "WHILE", "FOR"];

/// Where stored code is not what it has to be.
///
/// Gives the index of the first token behind the end of the outer body, or of the first of all where
/// the body has no end, and what is wrong.
pub fn loose_end(text: &str, tokens: &[Lexeme]) -> Option<(usize, &'static str)> {
    let words = Words { text, tokens };
    let mut stored = Stored::default();
    let end = (1..=tokens.len()).find(|count| {
        let closes = stored.see(text, tokens.get(..*count).unwrap_or_default());
        let semicolon = stored.stored && stored.open.is_empty() && words.is(count - 1, ";");
        closes || semicolon
    });
    let Some(end) = end else {
        return (!stored.open.is_empty()).then_some((0, "the body of this is never closed"));
    };
    let mut at = end;
    if words.is(end - 1, "END") {
        at += usize::from(words.is(at, "CASE") || OPENS.iter().any(|word| words.is(at, word)));
        let is_label = |token: &Lexeme| matches!(token.kind, LexemeKind::Word | LexemeKind::Quoted);
        at += usize::from(tokens.get(at).is_some_and(is_label));
    }
    while words.is(at, ";") {
        at += 1;
    }
    (at < tokens.len()).then_some((at, "this stands behind the end of what is stored"))
}

impl Stored {
    /// Whether a semicolon ends the statement: not inside a body, and not before the end of what
    /// is stored where another delimiter is set.
    pub(super) fn holds_semicolon(&self, delimiter: &str) -> bool {
        !self.open.is_empty() || (self.stored && !delimiter.is_empty())
    }

    /// Sees the last of the statement's tokens; gives whether it closes the outer body.
    pub(super) fn see(&mut self, text: &str, tokens: &[Lexeme]) -> bool {
        let words = Words { text, tokens };
        let last = tokens.len().saturating_sub(1);
        if tokens.len() == 3 && words.are(0, &["BEGIN", "NOT", "ATOMIC"]) {
            (self.stored, self.open) = (true, vec![Open::Code]);
            return false;
        }
        if !self.stored {
            self.stored = words.create_stored();
        }
        if !self.stored || tokens.last().is_none_or(|token| token.kind != LexemeKind::Word) {
            return false;
        }
        let behind =
            |choices: &[&str]| last > 0 && choices.iter().any(|word| words.is(last - 1, word));
        // Columns may have these names.
        if behind(&[".", ",", "=", "("]) && !words.is(last, "CASE") {
            return false;
        }
        if words.is(last, "END") {
            return self.open.pop() == Some(Open::Code) && self.open.is_empty();
        }
        let opens = OPENS.iter().any(|word| words.is(last, word));
        if behind(&["END"]) && (opens || words.is(last, "CASE")) {
            // Counted at END.
            return false;
        }
        // IF, REPEAT and others are functions too: statements begin where one can begin.
        const BEFORE: &[&str] =
            &[";", "BEGIN", "ATOMIC", "THEN", "ELSE", "DO", "LOOP", "REPEAT", ":", "ROW"];
        const BEFORE_BODY: &[&str] = &[")", "DETERMINISTIC", "SQL", "DATA", "INVOKER", "DEFINER"];
        let outer = self.open.is_empty() && behind(BEFORE_BODY) && !words.is(last, "FOR");
        let begins = self.open.last() != Some(&Open::Value) && (behind(BEFORE) || outer);
        if words.is(last, "BEGIN") || (begins && (opens || words.is(last, "CASE"))) {
            self.open.push(Open::Code);
        } else if words.is(last, "CASE") {
            self.open.push(Open::Value);
        }
        false
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
