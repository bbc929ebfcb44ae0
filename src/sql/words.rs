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

/// Whether a text names a column: not as an alias, a type of a cast, a table before a dot, or a call.
pub fn names_column(text: &str, column: &str, engine: Engine) -> bool {
    let lexemes: Vec<(LexemeKind, &str)> = lex(text, 0, text.len(), engine)
        .filter(|lexeme| !lexeme.kind.is_trivia())
        .map(|lexeme| (lexeme.kind, text.get(lexeme.start..lexeme.end).unwrap_or_default()))
        .collect();
    lexemes.iter().enumerate().any(|(at, (kind, token))| {
        let is_it = match kind {
            LexemeKind::Word => engine.fold(token) == column,
            LexemeKind::Quoted => engine.fold_quoted(&unquote_identifier(token)) == column,
            _ => false,
        };
        let before = at.checked_sub(1).and_then(|at| lexemes.get(at)).map_or("", |it| it.1);
        let behind = lexemes.get(at + 1).map_or("", |it| it.1);
        let is_text = lexemes.get(at + 1).is_some_and(|it| it.0 == LexemeKind::Text);
        let aside = before.eq_ignore_ascii_case("as") || before == "::" || is_text;
        is_it && !aside && behind != "(" && behind != "."
    })
}

/// The names of the columns that a query gives, in their order; `None` where they do not all stand
/// there: `*`, and expressions without a name.
pub fn outputs(query: &str, engine: Engine) -> Option<Vec<String>> {
    const ENDS: [&str; 11] = [
        "from",
        "where",
        "group",
        "having",
        "window",
        "order",
        "limit",
        "union",
        "except",
        "intersect",
        "offset",
    ];
    let mut items: Vec<Vec<(LexemeKind, &str)>> = Vec::new();
    let (mut depth, mut within) = (0_usize, false);
    for lexeme in lex(query, 0, query.len(), engine).filter(|it| !it.kind.is_trivia()) {
        let token = query.get(lexeme.start..lexeme.end).unwrap_or_default();
        let is = |word: &str| lexeme.kind == LexemeKind::Word && token.eq_ignore_ascii_case(word);
        match (depth, within) {
            (0, false) if is("select") => {
                within = true;
                items.push(Vec::new());
                continue;
            }
            (0, true) if ENDS.iter().any(|end| is(end)) => break,
            (0, true) if token == "," => {
                items.push(Vec::new());
                continue;
            }
            _ => {}
        }
        match token {
            "(" | "[" => depth += 1,
            ")" | "]" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if let (true, Some(item)) = (within, items.last_mut()) {
            item.push((lexeme.kind, token));
        }
    }
    if items.is_empty() {
        return None;
    }
    items.iter().map(|item| output(item, engine)).collect()
}

/// The name of one column: behind AS, or of a plain column.
fn output(item: &[(LexemeKind, &str)], engine: Engine) -> Option<String> {
    let name = |(kind, token): &(LexemeKind, &str)| match kind {
        LexemeKind::Word => Some(engine.fold(token)),
        LexemeKind::Quoted => Some(engine.fold_quoted(&unquote_identifier(token))),
        _ => None,
    };
    match item {
        [.., (LexemeKind::Word, word), alias] if word.eq_ignore_ascii_case("as") => name(alias),
        _ => {
            let mut chain = item.iter().enumerate();
            let plain =
                chain.all(|(at, it)| if at % 2 == 0 { name(it).is_some() } else { it.1 == "." });
            item.last().filter(|_| plain && item.len() % 2 == 1).and_then(name)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_columns_of_a_query_are_named_or_not_known() {
        let cases: &[(&str, Option<&[&str]>)] = &[
            ("SELECT a, t.\"B\", count(*) AS n FROM t", Some(&["a", "B", "n"])),
            ("with x as (select q from t) select x.q from x union select 1", Some(&["q"])),
            ("SELECT (SELECT 1 FROM u) AS one, 'x, y'::text AS two", Some(&["one", "two"])),
            ("SELECT * FROM t", None),
            ("SELECT t.* FROM t", None),
            ("SELECT a + 1 FROM t", None),
            ("SELECT DISTINCT a FROM t", None),
            ("VALUES (1)", None),
        ];
        for (query, expected) in cases {
            let expected = expected.map(|it| it.iter().map(|it| (*it).to_owned()).collect());
            assert_eq!(outputs(query, Engine::Postgres), expected, "{query}");
        }
    }

    #[test]
    fn a_column_is_told_from_an_alias_a_type_a_table_and_a_call() {
        let names = |text| names_column(text, "a", Engine::Postgres);
        assert!(names("SELECT t.a FROM t") && names("select \"a\" + 1 from t"));
        for text in
            ["SELECT b AS a", "SELECT b::a", "SELECT a.b", "SELECT a(b)", "SELECT 'a', \"A\""]
        {
            assert!(!names(text), "{text}");
        }
    }

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
