//! The words of a statement that a rule compares: its string literals and its names. No structure,
//! and nothing of comments.

use crate::dialect::Engine;
use crate::sql::cursor::{string_value, unquote_identifier};
use crate::sql::token::{LexemeKind, lex};
use std::collections::BTreeSet;

/// What stands in a statement.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// The values of its string literals.
    pub strings: BTreeSet<String>,
    /// Its identifiers and keywords, folded.
    pub names: BTreeSet<String>,
}

/// The words of a text; with `bodies`, those inside dollar quotes count too (a `DO` block runs
/// them, a stored body waits).
pub fn words(text: &str, engine: Engine, bodies: bool) -> Words {
    let mut words = Words::default();
    collect(text, engine, bodies, &mut words);
    words
}

fn collect(text: &str, engine: Engine, bodies: bool, words: &mut Words) {
    for lexeme in lex(text, 0, text.len(), engine) {
        let token = text.get(lexeme.start..lexeme.end).unwrap_or_default();
        match lexeme.kind {
            LexemeKind::Text => {
                words.strings.insert(string_value(token));
            }
            // A body in a body is code that the outer one builds: it is left alone.
            LexemeKind::Dollar if bodies => collect(&string_value(token), engine, false, words),
            LexemeKind::Dollar => {
                words.strings.insert(string_value(token));
            }
            LexemeKind::Word => {
                words.names.insert(engine.fold(token));
            }
            LexemeKind::Quoted => {
                words.names.insert(engine.fold_quoted(&unquote_identifier(token)));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_and_names_are_told_from_comments_and_bodies() {
        let text = "SELECT 'it''s'::Mood, E'a\\'b', \"Q\".x -- 'no'\n /* 'no' */ FROM $$ 'in' y $$";
        let found = |bodies| words(text, Engine::Postgres, bodies);
        let outer = found(false);
        assert_eq!(outer.strings, [" 'in' y ", "a'b", "it's"].map(str::to_owned).into());
        let names = ["Q", "from", "mood", "select", "x"];
        assert_eq!(outer.names, names.map(str::to_owned).into());
        let inner = found(true);
        assert!(inner.strings.contains("in") && inner.names.contains("y"));
    }
}
