//! The words of a statement that a rule compares: its string literals and its names. No structure,
//! and nothing of comments.

use crate::dialect::Engine;
use crate::sql::cursor::{string_value, unquote_identifier};
use crate::sql::token::{LexemeKind, lex};
use std::collections::{BTreeMap, BTreeSet};

/// What stands in a statement.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// The values of its string literals.
    pub strings: BTreeSet<String>,
    /// Its identifiers and keywords, folded.
    pub names: BTreeSet<String>,
    /// Those of them that stand where a cast names its type, without their schema: `x::t`,
    /// `CAST(x AS t)`, `t 'x'`. An alias beside a CAST stands there too, and a keyword before a
    /// string.
    pub casts: BTreeSet<String>,
}

/// The words of a text; with `bodies`, those inside dollar quotes count too (a `DO` block runs
/// them, a stored body waits).
pub fn words(text: &str, engine: Engine, bodies: bool) -> Words {
    let mut words = Words::default();
    collect(text, engine, bodies, &mut words);
    words
}

/// The identifiers of a text that its engine cuts, each as it is written, by what is left of it;
/// with `bodies` as for [`words`].
pub fn cut_names(text: &str, engine: Engine, bodies: bool) -> BTreeMap<String, BTreeSet<String>> {
    let mut names: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for lexeme in lex(text, 0, text.len(), engine) {
        let token = text.get(lexeme.start..lexeme.end).unwrap_or_default();
        let (whole, kept) = match lexeme.kind {
            LexemeKind::Word => (token.to_ascii_lowercase(), engine.fold(token)),
            LexemeKind::Quoted => {
                let name = unquote_identifier(token);
                let kept = engine.fold_quoted(&name);
                (name, kept)
            }
            LexemeKind::Dollar if bodies => {
                for (kept, whole) in cut_names(&string_value(token), engine, false) {
                    names.entry(kept).or_default().extend(whole);
                }
                continue;
            }
            _ => continue,
        };
        if whole.len() > kept.len() {
            names.entry(kept).or_default().insert(whole);
        }
    }
    names
}

/// A piece of a statement; a qualified name is one, known by its last part.
#[derive(PartialEq, Eq)]
enum Piece<'a> {
    Name(String),
    Text,
    Symbol(&'a str),
}

fn collect(text: &str, engine: Engine, bodies: bool, words: &mut Words) {
    let mut pieces: Vec<Piece<'_>> = Vec::new();
    for lexeme in lex(text, 0, text.len(), engine).filter(|lexeme| !lexeme.kind.is_trivia()) {
        let token = text.get(lexeme.start..lexeme.end).unwrap_or_default();
        let name = match lexeme.kind {
            LexemeKind::Word => engine.fold(token),
            LexemeKind::Quoted => engine.fold_quoted(&unquote_identifier(token)),
            // A body in a body is code that the outer one builds: it is left alone.
            LexemeKind::Dollar if bodies => {
                collect(&string_value(token), engine, false, words);
                continue;
            }
            LexemeKind::Text | LexemeKind::Dollar => {
                words.strings.insert(string_value(token));
                pieces.push(Piece::Text);
                continue;
            }
            _ => {
                pieces.push(Piece::Symbol(token));
                continue;
            }
        };
        words.names.insert(name.clone());
        if pieces.last() == Some(&Piece::Symbol(".")) {
            pieces.truncate(pieces.len().saturating_sub(2));
        }
        pieces.push(Piece::Name(name));
    }
    let is_name = |piece: &Piece<'_>, word: &str| matches!(piece, Piece::Name(it) if it == word);
    let has_cast = pieces.iter().any(|piece| is_name(piece, "cast"));
    for pair in pieces.windows(2) {
        match pair {
            [Piece::Name(name), Piece::Text] | [Piece::Symbol("::"), Piece::Name(name)] => {
                words.casts.insert(name.clone());
            }
            [before, Piece::Name(name)] if has_cast && is_name(before, "as") => {
                words.casts.insert(name.clone());
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
        assert_eq!(outer.casts, ["from", "mood", "select"].map(str::to_owned).into());
        let inner = found(true);
        assert!(inner.strings.contains("in") && inner.names.contains("y"));
    }

    #[test]
    fn names_that_are_cut_are_told_from_strings_and_short_ones() {
        let long = "é".repeat(20) + &"x".repeat(30);
        let text = format!("CREATE TABLE {long} (a text DEFAULT '{long}', \"Ab\" int) -- {long}");
        let found = cut_names(&text, Engine::Postgres, false);
        let kept = long.get(..63).unwrap().to_owned();
        assert_eq!(found, [(kept, [long].into())].into());
        assert!(cut_names(&text, Engine::Mysql, false).is_empty());
    }

    #[test]
    fn types_of_casts_are_told_from_other_names() {
        let cases: &[(&str, &[&str])] = &[
            ("VALUES ('a'::s.Mood, b)", &["mood"]),
            ("VALUES (CAST('a' AS \"Mood\"), t)", &["Mood"]),
            ("SELECT cast('a' as s.mood), x", &["mood"]),
            ("SELECT mood 'a', s.mood 'b'", &["mood"]),
            ("UPDATE t SET mood = 'a' WHERE t.mood = 'b'", &[]),
            ("VALUES ('a') AS mood", &[]),
            ("SELECT x::mood AS y, z", &["mood"]),
        ];
        for (text, expected) in cases {
            let casts = words(text, Engine::Postgres, false).casts;
            let expected: BTreeSet<String> = expected.iter().map(|it| (*it).to_owned()).collect();
            assert_eq!(casts, expected, "{text}");
        }
    }
}
