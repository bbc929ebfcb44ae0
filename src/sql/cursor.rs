//! A cursor over one statement's tokens: what every reader is written with.

use crate::dialect::Engine;
use crate::migration::SqlText;
use crate::schema::name::Name;
use crate::source::Span;
use crate::sql::token::{Lexeme, LexemeKind};

/// Why reading stopped, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// In a few words.
    pub why: String,
    /// The token that was not expected.
    pub at: Span,
}

/// What a reader gives.
pub type Reads<T> = Result<T, Unread>;

/// A place in a run of tokens. Copying it is how a reader looks ahead.
#[derive(Clone, Copy, Debug)]
pub struct Cursor<'a> {
    /// The SQL that the tokens are of.
    pub sql: &'a SqlText,
    /// Its engine.
    pub engine: Engine,
    /// In how many strings the tokens stand: 0 for a migration's own statements.
    pub depth: u8,
    tokens: &'a [Lexeme],
    at: usize,
}

impl<'a> Cursor<'a> {
    /// A cursor before the first of `tokens`, which are of `sql` and without blanks and comments.
    pub fn new(sql: &'a SqlText, engine: Engine, tokens: &'a [Lexeme]) -> Self {
        Self { sql, engine, depth: 0, tokens, at: 0 }
    }

    /// The same cursor in code that stands in `depth` strings.
    pub fn at_depth(self, depth: u8) -> Self {
        Self { depth, ..self }
    }

    /// The tokens from here to the end.
    pub fn tokens(&self) -> &'a [Lexeme] {
        self.tokens.get(self.at..).unwrap_or_default()
    }

    /// How many tokens were taken.
    pub fn position(&self) -> usize {
        self.at
    }

    /// Whether all tokens were taken.
    pub fn is_done(&self) -> bool {
        self.at >= self.tokens.len()
    }

    /// The token `ahead` of the next one.
    pub fn peek(&self, ahead: usize) -> Option<Lexeme> {
        self.tokens.get(self.at + ahead).copied()
    }

    /// A token's text.
    pub fn text(&self, token: Lexeme) -> &'a str {
        self.sql.text.get(token.start..token.end).unwrap_or("")
    }

    /// The text of the token `ahead`, empty at the end.
    pub fn peek_text(&self, ahead: usize) -> &'a str {
        self.peek(ahead).map_or("", |token| self.text(token))
    }

    /// Where the last taken token ends in the text, if any was taken since position `start`.
    pub fn end_since(&self, start: usize) -> Option<usize> {
        let last = self.tokens.get(start..self.at)?.last()?;
        Some(last.end)
    }

    /// Takes the next token.
    pub fn advance(&mut self) -> Option<Lexeme> {
        let token = self.peek(0)?;
        self.at += 1;
        Some(token)
    }

    /// Whether the token `ahead` is this keyword or symbol.
    pub fn is_at(&self, ahead: usize, word: &str) -> bool {
        self.peek(ahead).is_some_and(|token| {
            matches!(token.kind, LexemeKind::Word | LexemeKind::Symbol)
                && self.text(token).eq_ignore_ascii_case(word)
        })
    }

    /// Whether the next tokens are these keywords and symbols, separated by spaces in `words`.
    pub fn is(&self, words: &str) -> bool {
        words.split(' ').enumerate().all(|(ahead, word)| self.is_at(ahead, word))
    }

    /// Takes the next tokens if they are these.
    pub fn eat(&mut self, words: &str) -> bool {
        let matches = self.is(words);
        if matches {
            self.at += words.split(' ').count();
        }
        matches
    }

    /// Takes the first of these that is next, and returns it.
    pub fn eat_any<'w>(&mut self, choices: &[&'w str]) -> Option<&'w str> {
        choices.iter().copied().find(|words| self.eat(words))
    }

    /// Takes these tokens.
    ///
    /// # Errors
    /// [`Unread`] if another is next.
    pub fn expect(&mut self, words: &str) -> Reads<()> {
        match self.eat(words) {
            true => Ok(()),
            false => Err(self.unexpected(&format!("`{words}`"))),
        }
    }

    /// Checks that nothing is left.
    ///
    /// # Errors
    /// [`Unread`] at the first token that is left.
    pub fn finish(&self) -> Reads<()> {
        match self.is_done() {
            true => Ok(()),
            false => Err(self.unexpected("the end of the statement")),
        }
    }

    /// The error that something else was expected here.
    pub fn unexpected(&self, wanted: &str) -> Unread {
        let found = match self.peek(0) {
            Some(token) if token.kind == LexemeKind::Unclosed => {
                "a quote or comment that is never closed".to_owned()
            }
            Some(token) if self.text(token).starts_with('`') => {
                "a backtick, with which MySQL quotes names".to_owned()
            }
            Some(token) => {
                let text: String = self.text(token).chars().take(30).collect();
                format!("`{text}`")
            }
            None => "the end".to_owned(),
        };
        Unread { why: format!("expected {wanted}, found {found}"), at: self.here() }
    }

    /// The place of the next token; behind the last one at the end.
    pub fn here(&self) -> Span {
        match (self.peek(0), self.at.checked_sub(1).and_then(|at| self.tokens.get(at))) {
            (Some(token), _) => self.sql.map.span(token.start..token.end),
            (None, Some(last)) => self.sql.map.span(last.start..last.end),
            (None, None) => Span::default(),
        }
    }

    /// The place of the tokens from position `start` to the last one taken.
    pub fn span_from(&self, start: usize) -> Span {
        match (self.tokens.get(start), self.at.checked_sub(1).and_then(|at| self.tokens.get(at))) {
            (Some(first), Some(last)) if first.start <= last.start => {
                self.sql.map.span(first.start..last.end)
            }
            _ => self.here(),
        }
    }

    /// The place of all that is left.
    pub fn rest_span(&self) -> Span {
        let mut rest = *self;
        rest.at = self.tokens.len();
        rest.span_from(self.at)
    }

    /// Takes an identifier (any word, or a quoted one) and folds it.
    ///
    /// # Errors
    /// [`Unread`] if something else is next.
    pub fn identifier(&mut self) -> Reads<String> {
        let Some(token) = self.peek(0) else { return Err(self.unexpected("a name")) };
        let folded = match token.kind {
            LexemeKind::Word | LexemeKind::Quoted | LexemeKind::Variable => self.fold(token),
            // SQLite takes a string where a name is asked for (its "Quirks", 8); PostgreSQL never.
            LexemeKind::Text if self.engine == Engine::Sqlite => self.fold(token),
            _ => return Err(self.unexpected("a name")),
        };
        self.at += 1;
        Ok(folded)
    }

    /// The name that a word or quoted identifier stands for.
    pub fn fold(&self, token: Lexeme) -> String {
        let text = self.text(token);
        match token.kind {
            LexemeKind::Quoted | LexemeKind::Text => {
                self.engine.fold_quoted(&unquote_identifier(text))
            }
            LexemeKind::Variable => text.to_owned(),
            _ => self.engine.fold(text),
        }
    }

    /// Takes `name`, `schema.name` or `database.schema.name`; the database is left out.
    ///
    /// # Errors
    /// [`Unread`] if no identifier is next.
    pub fn name(&mut self) -> Reads<Name> {
        let mut parts = vec![self.identifier()?];
        while parts.len() < 3 && self.is(".") && self.peek(1).is_some_and(is_name) {
            self.at += 1;
            parts.push(self.identifier()?);
        }
        let name = parts.pop().unwrap_or_default();
        Ok(Name { schema: parts.pop(), name })
    }

    /// Names separated by commas.
    ///
    /// # Errors
    /// As [`Cursor::name`].
    pub fn names(&mut self) -> Reads<Vec<Name>> {
        let mut names = vec![self.name()?];
        while self.eat(",") {
            names.push(self.name()?);
        }
        Ok(names)
    }

    /// Identifiers in parentheses, separated by commas.
    ///
    /// # Errors
    /// [`Unread`] if anything else is there.
    pub fn identifiers_in_parentheses(&mut self) -> Reads<Vec<String>> {
        let mut inner = self.parentheses()?;
        let mut names = Vec::new();
        while !inner.is_done() {
            names.push(inner.identifier()?);
            if !inner.eat(",") {
                inner.finish()?;
            }
        }
        Ok(names)
    }

    /// Takes a balanced `( ... )` and returns a cursor over what is inside.
    ///
    /// # Errors
    /// [`Unread`] if none is next, or nobody closes it.
    pub fn parentheses(&mut self) -> Reads<Self> {
        if !self.is("(") {
            return Err(self.unexpected("`(`"));
        }
        let close = self.closing().ok_or_else(|| Unread {
            why: "this `(` is never closed".to_owned(),
            at: self.here(),
        })?;
        let inner =
            Self { tokens: self.tokens.get(..close).unwrap_or_default(), at: self.at + 1, ..*self };
        self.at = close + 1;
        Ok(inner)
    }

    /// The position of the mark that closes the bracket which is next.
    fn closing(&self) -> Option<usize> {
        let mut depth = 0_usize;
        for (offset, token) in self.tokens().iter().enumerate() {
            match self.text(*token) {
                "(" | "[" if token.kind == LexemeKind::Symbol => depth += 1,
                ")" | "]" if token.kind == LexemeKind::Symbol => {
                    depth = depth.checked_sub(1)?;
                    if depth == 0 {
                        return Some(self.at + offset);
                    }
                }
                _ => {}
            }
        }
        None
    }

    /// Takes tokens up to the first outside brackets for which `stop` says so, or to the end, and
    /// returns a cursor over them.
    pub fn take_until(&mut self, mut stop: impl FnMut(&Self) -> bool) -> Self {
        let start = self.at;
        let mut depth = 0_usize;
        while let Some(token) = self.peek(0) {
            if depth == 0 && stop(self) {
                break;
            }
            if token.kind == LexemeKind::Symbol {
                match self.text(token) {
                    "(" | "[" => depth += 1,
                    ")" | "]" => depth = depth.saturating_sub(1),
                    _ => {}
                }
            }
            self.at += 1;
        }
        Self { tokens: self.tokens.get(..self.at).unwrap_or_default(), at: start, ..*self }
    }

    /// Takes the rest, cut at commas outside brackets.
    pub fn split_commas(&mut self) -> Vec<Self> {
        let mut parts = Vec::new();
        while !self.is_done() {
            parts.push(self.take_until(|cursor| cursor.is(",")));
            if self.eat(",") && self.is_done() {
                parts.push(*self);
            }
        }
        parts
    }

    /// Takes the rest as normalised text.
    pub fn rest(&mut self) -> String {
        let text = normalise(self);
        self.at = self.tokens.len();
        text
    }

    /// Takes a string literal and returns its value.
    ///
    /// # Errors
    /// [`Unread`] if none is next.
    pub fn string(&mut self) -> Reads<String> {
        match self.peek(0) {
            Some(token) if matches!(token.kind, LexemeKind::Text | LexemeKind::Dollar) => {
                self.at += 1;
                let mut value = string_value(self.text(token));
                // 'a' and 'b' with only blanks between are one string (manual, "String Constants").
                while self.peek(0).is_some_and(|next| {
                    next.kind == LexemeKind::Text && self.text(next).starts_with('\'')
                }) {
                    value.push_str(&string_value(self.peek_text(0)));
                    self.at += 1;
                }
                Ok(value)
            }
            _ => Err(self.unexpected("a string")),
        }
    }

    /// Takes `IF EXISTS`.
    pub fn if_exists(&mut self) -> bool {
        self.eat("IF EXISTS")
    }

    /// Takes `IF NOT EXISTS`.
    pub fn if_not_exists(&mut self) -> bool {
        self.eat("IF NOT EXISTS")
    }

    /// Takes `CASCADE` (true) or `RESTRICT` or nothing (false).
    pub fn cascade(&mut self) -> bool {
        match self.eat("CASCADE") {
            true => true,
            false => {
                self.eat("RESTRICT");
                false
            }
        }
    }
}

fn is_name(token: Lexeme) -> bool {
    matches!(token.kind, LexemeKind::Word | LexemeKind::Quoted | LexemeKind::Variable)
}

/// The name inside the quotes: doubled quotes are one, `U&"..."` escapes are characters.
pub fn unquote_identifier(text: &str) -> String {
    let unicode = text.starts_with(['u', 'U']);
    let text = if unicode { text.get(2..).unwrap_or("") } else { text };
    let Some(quote) = text.chars().next() else { return String::new() };
    let close = if quote == '[' { ']' } else { quote };
    let inner = text.get(1..text.len().saturating_sub(1)).unwrap_or("");
    let name = inner.replace(&format!("{close}{close}"), &close.to_string());
    if unicode { unicode_escapes(&name) } else { name }
}

/// The value of a string literal of any kind.
pub fn string_value(text: &str) -> String {
    if text.starts_with('$') {
        let tag = text.get(1..).and_then(|rest| rest.find('$')).map_or(0, |at| at + 2);
        return text.get(tag..text.len().saturating_sub(tag)).unwrap_or("").to_owned();
    }
    let quote = text.find('\'').unwrap_or(0);
    let prefix = text.get(..quote).unwrap_or("").to_ascii_lowercase();
    let inner = text.get(quote + 1..text.len().saturating_sub(1)).unwrap_or("");
    match prefix.as_str() {
        "e" => backslash_escapes(inner),
        "u&" => unicode_escapes(&inner.replace("''", "'")),
        _ => inner.replace("''", "'"),
    }
}

fn backslash_escapes(inner: &str) -> String {
    let mut value = String::with_capacity(inner.len());
    let mut chars = inner.chars().peekable();
    while let Some(character) = chars.next() {
        match character {
            '\\' => match chars.next() {
                Some('n') => value.push('\n'),
                Some('t') => value.push('\t'),
                Some('r') => value.push('\r'),
                Some(other) => value.push(other),
                None => {}
            },
            '\'' if chars.peek() == Some(&'\'') => {
                chars.next();
                value.push('\'');
            }
            other => value.push(other),
        }
    }
    value
}

fn unicode_escapes(text: &str) -> String {
    let mut value = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        value.push_str(&rest[..at]);
        let escape = &rest[at + 1..];
        let (skip, digits) = if escape.starts_with('+') { (1, 6) } else { (0, 4) };
        let scalar = escape
            .get(skip..skip + digits)
            .and_then(|hex| u32::from_str_radix(hex, 16).ok())
            .and_then(char::from_u32);
        match scalar {
            Some(character) => {
                value.push(character);
                rest = &escape[skip + digits..];
            }
            None => {
                value.push('\\');
                rest = escape.strip_prefix('\\').unwrap_or(escape);
            }
        }
    }
    value.push_str(rest);
    value
}

/// The tokens that are left as one text: unquoted words lowered, one way of spacing.
pub fn normalise(cursor: &Cursor<'_>) -> String {
    let mut text = String::new();
    let mut previous = "";
    for token in cursor.tokens() {
        let word = cursor.text(*token);
        if !text.is_empty() && spaced(previous, word) {
            text.push(' ');
        }
        match token.kind {
            LexemeKind::Word => text.push_str(&word.to_lowercase()),
            _ => text.push_str(word),
        }
        previous = word;
    }
    text
}

fn spaced(previous: &str, word: &str) -> bool {
    const OPENS: &[&str] = &["(", "[", ".", "::"];
    const CLOSES: &[&str] = &[")", "]", ",", ".", "::", ";", "["];
    /// Words that are not functions though a parenthesis follows.
    const APART: &[&str] = &[
        "in", "and", "or", "not", "as", "on", "when", "then", "else", "values", "from", "where",
        "=", "<>", "+", "-", "*", "/", "||", ",", "<", ">", "<=", ">=",
    ];
    if OPENS.contains(&previous) || CLOSES.contains(&word) {
        return false;
    }
    word != "(" || APART.iter().any(|apart| previous.eq_ignore_ascii_case(apart))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::token::lex;

    fn tokens(text: &str) -> Vec<Lexeme> {
        lex(text, 0, text.len(), Engine::Postgres)
            .filter(|lexeme| !lexeme.kind.is_trivia())
            .collect()
    }

    #[test]
    fn values_and_names() {
        assert_eq!(string_value("'it''s'"), "it's");
        assert_eq!(string_value(r"E'a\'b\n'"), "a'b\n");
        assert_eq!(string_value("$x$a$x$"), "a");
        assert_eq!(string_value(r"U&'d\0061t\+000061'"), "data");
        assert_eq!(unquote_identifier(r#""a""B""#), "a\"B");
        assert_eq!(unquote_identifier(r#"U&"d\0061""#), "da");
        assert_eq!(unquote_identifier("[a b]"), "a b");
    }

    #[test]
    fn names_lists_and_brackets() {
        let text = r#"db."S".T, x (a, (b, c)) rest"#;
        let sql = SqlText::verbatim(text, 0);
        let tokens = tokens(text);
        let mut cursor = Cursor::new(&sql, Engine::Postgres, &tokens);
        assert_eq!(cursor.names().unwrap(), [Name::qualified("S", "t"), Name::bare("x")]);
        let mut inner = cursor.parentheses().unwrap();
        assert_eq!(inner.split_commas().len(), 2);
        assert_eq!(cursor.rest(), "rest");
    }

    #[test]
    fn normal_form_does_not_depend_on_layout() {
        let form = |text: &str| {
            let sql = SqlText::verbatim(text, 0);
            let tokens = tokens(text);
            normalise(&Cursor::new(&sql, Engine::Postgres, &tokens))
        };
        assert_eq!(form("NOW( )  ::DATE"), "now()::date");
        assert_eq!(form("a IN('x',  'y')and b"), "a in ('x', 'y') and b");
        assert_eq!(form("\"A\" . b [ 1 ]"), "\"A\".b[1]");
    }
}
