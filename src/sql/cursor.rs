//! A cursor over one statement's tokens: what every reader is written with.

mod literal;

use crate::dialect::Engine;
use crate::migration::SqlText;
use crate::schema::name::Name;
use crate::source::Span;
use crate::sql::token::{Lexeme, LexemeKind};
use literal::literal_value;
pub use literal::{string_value, unquote_identifier};

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
        self.tokens.get(self.at + ahead).is_some_and(|token| {
            token.end - token.start == word.len()
                && matches!(token.kind, LexemeKind::Word | LexemeKind::Symbol)
                && self.text(*token).eq_ignore_ascii_case(word)
        })
    }

    /// Whether the next tokens are these keywords and symbols, separated by spaces in `words`.
    pub fn is(&self, words: &str) -> bool {
        self.count(words).is_some()
    }

    /// Takes the next tokens if they are these.
    pub fn eat(&mut self, words: &str) -> bool {
        let count = self.count(words);
        self.at += count.unwrap_or(0);
        count.is_some()
    }

    /// How many tokens these words are; `None` where others are next. Nearly always the first byte
    /// tells.
    fn count(&self, words: &str) -> Option<usize> {
        let first = self.sql.text.as_bytes().get(self.tokens.get(self.at)?.start)?;
        if !words.as_bytes().first()?.eq_ignore_ascii_case(first) {
            return None;
        }
        let mut rest = words;
        for ahead in 0.. {
            let end = rest.bytes().position(|byte| byte == b' ').unwrap_or(rest.len());
            let (word, more) = rest.split_at_checked(end)?;
            if !self.is_at(ahead, word) {
                return None;
            }
            match more.strip_prefix(' ') {
                Some(more) => rest = more,
                None => return Some(ahead + 1),
            }
        }
        None
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
            Some(token) if self.engine == Engine::Postgres && self.text(token).starts_with('`') => {
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
        let close = self.closing().ok_or_else(|| self.unclosed())?;
        let inner =
            Self { tokens: self.tokens.get(..close).unwrap_or_default(), at: self.at + 1, ..*self };
        self.at = close + 1;
        Ok(inner)
    }

    /// What stands inside all parentheses that begin here; the same cursor where none does.
    ///
    /// # Errors
    /// [`Unread`] if nobody closes the inmost.
    pub fn inside_parentheses(mut self) -> Reads<Self> {
        // To read each of them to its end would take time with the square of their number.
        while self.is("( (") {
            self.at += 1;
        }
        if self.is("(") { self.parentheses() } else { Ok(self) }
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

    /// Checks that the brackets of what is left match.
    ///
    /// # Errors
    /// [`Unread`] at the last one that nobody closes, or at the first that closes none.
    pub fn balanced(&self) -> Reads<()> {
        let mut open = Vec::new();
        let mut rest = *self;
        while let Some(token) = rest.peek(0) {
            let closes = match self.text(token) {
                _ if token.kind != LexemeKind::Symbol => false,
                "(" | "[" => {
                    open.push(rest);
                    false
                }
                ")" | "]" => open.pop().is_none(),
                _ => false,
            };
            if closes {
                return Err(rest.unexpected("the end of the statement"));
            }
            rest.advance();
        }
        match open.pop() {
            Some(open) => Err(open.unclosed()),
            None => Ok(()),
        }
    }

    /// The error that nobody closes the bracket which is next.
    fn unclosed(&self) -> Unread {
        let why = format!("this `{}` is never closed", self.peek_text(0));
        Unread { why, at: self.here() }
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
                let mut value = self.value(token);
                // 'a' and 'b' with only blanks between are one string (manual, "String Constants").
                while let Some(next) = self.peek(0)
                    && next.kind == LexemeKind::Text
                    && self.text(next).starts_with(['\'', '"'])
                {
                    value.push_str(&self.value(next));
                    self.at += 1;
                }
                Ok(value)
            }
            _ => Err(self.unexpected("a string")),
        }
    }

    /// The value of a string literal.
    fn value(&self, token: Lexeme) -> String {
        literal_value(self.text(token), self.engine)
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
            // MySQL's clients quote every name; one that needs no quotes reads the same without.
            LexemeKind::Quoted if word.starts_with('`') && is_plain(word) => {
                text.push_str(&cursor.fold(*token));
            }
            _ => text.push_str(word),
        }
        previous = word;
    }
    text
}

/// Whether a name in backticks could stand without them, but for keywords.
fn is_plain(word: &str) -> bool {
    let name = word.trim_matches('`');
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
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
