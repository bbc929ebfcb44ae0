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

/// Whether a text sets `target` from an expression that names `source` of the same row: in an
/// UPDATE, or in the body of a routine (`NEW.target := NEW.source`). Names are folded.
pub fn sets_from(text: &str, engine: Engine, target: &str, source: &str) -> bool {
    let mut state = Setting { target, source, ..Setting::default() };
    for lexeme in lex(text, 0, text.len(), engine).filter(|lexeme| !lexeme.kind.is_trivia()) {
        let token = text.get(lexeme.start..lexeme.end).unwrap_or_default();
        match lexeme.kind {
            LexemeKind::Word => state.name(&engine.fold(token)),
            LexemeKind::Quoted => state.name(&engine.fold_quoted(&unquote_identifier(token))),
            LexemeKind::Dollar => {
                if sets_from(&string_value(token), engine, target, source) {
                    return true;
                }
                state.symbol("");
            }
            _ => state.symbol(token),
        }
        if state.found {
            return true;
        }
    }
    false
}

/// Where a reader of [`sets_from`] stands.
#[derive(Default)]
struct Setting<'a> {
    target: &'a str,
    source: &'a str,
    /// In a condition, where `=` compares.
    compares: bool,
    /// The last token is the target.
    at_target: bool,
    /// In the expression that the target is set to, this deep in parentheses.
    depth: Option<usize>,
    /// Between UPDATE and SET, where the table and its alias stand.
    names_row: bool,
    /// What may stand before the source.
    row: BTreeSet<String>,
    /// The name before the last one, and whether a point follows it.
    qualifier: (String, bool),
    found: bool,
}

impl Setting<'_> {
    fn name(&mut self, name: &str) {
        let ends = matches!(name, "where" | "from" | "returning");
        let (qualifier, qualified) =
            std::mem::replace(&mut self.qualifier, (name.to_owned(), false));
        let of_row = || {
            !qualified
                || ["new", "old"].contains(&qualifier.as_str())
                || self.row.contains(&qualifier)
        };
        match self.depth {
            Some(0) if ends => self.depth = None,
            Some(_) => self.found |= name == self.source && of_row(),
            None => {}
        }
        match name {
            "update" => self.names_row = true,
            "where" | "on" | "if" | "when" | "elsif" => self.compares = true,
            "set" | "then" | "begin" => (self.compares, self.names_row) = (false, false),
            _ if self.names_row => {
                self.row.insert(name.to_owned());
            }
            _ => {}
        }
        self.at_target = name == self.target;
    }

    fn symbol(&mut self, symbol: &str) {
        let begins = self.at_target && (symbol == ":=" || (symbol == "=" && !self.compares));
        self.at_target = false;
        self.qualifier.1 = symbol == ".";
        self.compares &= symbol != ";";
        self.depth = match (self.depth, symbol) {
            (None, _) => begins.then_some(0),
            (Some(depth), "(") => Some(depth + 1),
            (Some(depth), ")") => depth.checked_sub(1),
            (Some(0), "," | ";") => None,
            (depth, _) => depth,
        };
    }
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

/// A condition that is nothing but a list: what it is on, and the values, whether it is written `IN
/// (...)` or `= ANY (ARRAY[...])`, with casts or without.
pub fn one_of(condition: &str) -> Option<(Vec<&str>, Vec<&str>)> {
    let mut tokens = Vec::new();
    let (mut cast, mut array) = (false, false);
    for lexeme in lex(condition, 0, condition.len(), Engine::Postgres) {
        let token = condition.get(lexeme.start..lexeme.end).unwrap_or_default();
        match token {
            _ if lexeme.kind.is_trivia() => {}
            "::" => cast = true,
            "(" | ")" => cast = cast && token == "(",
            // The words of a type, its length and its brackets.
            _ if cast && (lexeme.kind == LexemeKind::Word || lexeme.kind == LexemeKind::Number) => {
            }
            "[" if cast => array = true,
            "]" if array => array = false,
            token => {
                (cast, array) = (false, false);
                tokens.push(token);
            }
        }
    }
    let at = tokens.iter().position(|it| ["in", "any"].contains(it))?;
    let (on, values) = tokens.split_at(at);
    let (on, values) = match (on, values) {
        ([on @ .., "="], ["any", "array", "[", values @ .., "]"]) => (on, values),
        (on, ["in", values @ ..]) => (on, values),
        _ => return None,
    };
    let literal =
        |it: &&str| it.starts_with(['\'', '-']) || it.starts_with(|c: char| c.is_ascii_digit());
    let plain = values.chunks(2).all(|it| match it {
        [value] => literal(value),
        [value, comma] => literal(value) && *comma == ",",
        _ => false,
    });
    let words = ["and", "or", "not", "case"];
    let simple = !on.is_empty() && !on.iter().any(|it| words.contains(it));
    (plain && simple).then(|| (on.to_vec(), values.iter().copied().step_by(2).collect()))
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
    fn what_sets_a_column_is_told_from_what_compares_it() {
        for (text, sets) in [
            ("UPDATE t SET b = a * 100 WHERE b IS NULL", true),
            ("UPDATE s.t AS x SET c = 1, \"b\" = coalesce(x.a, 0)", true),
            ("UPDATE t SET b = (SELECT max(a) FROM u WHERE u.id = t.id)", true),
            ("UPDATE t SET b = t.a", true),
            ("UPDATE t SET b = u.a FROM u", false),
            ("UPDATE t SET c = a, b = 1", false),
            ("UPDATE t SET b = 1 WHERE a > 0", false),
            ("UPDATE t SET c = 1 WHERE b = a", false),
            ("UPDATE t SET c = 1 FROM u WHERE t.b = u.a", false),
            ("UPDATE t SET b = u.x FROM (SELECT a AS x FROM t) u", false),
            (
                "CREATE FUNCTION f() AS $$ BEGIN IF NEW.b = NEW.a THEN NEW.b := NEW.a; END IF; END $$",
                true,
            ),
            (
                "CREATE FUNCTION f() AS $$ BEGIN IF NEW.b = NEW.a THEN NEW.b := 1; END IF; END $$",
                false,
            ),
            ("CREATE FUNCTION f() AS $$ BEGIN new.b = lower(new.a); RETURN new; END $$", true),
        ] {
            assert_eq!(sets_from(text, Engine::Postgres, "b", "a"), sets, "{text}");
        }
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
