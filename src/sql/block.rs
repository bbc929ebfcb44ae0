//! Code in strings: `DO` blocks, which run, and routines' bodies, which are stored.
//!
//! A block's statements are read where they stand. What is under IF, CASE, LOOP or an EXCEPTION
//! *may* happen. SQL that the block builds at run time cannot be read.

use crate::migration::{Context, LocatedChange, Reading, SqlText};
use crate::schema::change::{Change, Data, DataVerb, TransactionMark};
use crate::source::{Located, Span};
use crate::sql::cursor::{Cursor, Reads, string_value};
use crate::sql::forms;
use crate::sql::functions::is_harmless;
use crate::sql::read::data::{by_tokens, set_config, sleeps};
use crate::sql::read::expr::expression;
use crate::sql::split::{PieceKind, split};
use crate::sql::token::{Lexeme, LexemeKind, lex};

/// Code in strings in strings: nobody writes more of it by hand, and each level costs stack.
const DEPTH_MAX: u8 = 8;

/// What a body does.
#[derive(Clone, Debug)]
pub struct Body {
    /// Its changes, in order.
    pub changes: Vec<LocatedChange>,
    /// How well it was read.
    pub reading: Reading,
}

impl Default for Body {
    fn default() -> Self {
        Self { changes: Vec::new(), reading: Reading::Understood }
    }
}

impl Body {
    /// A body that was not read.
    pub fn unread(why: String, at: Span) -> Self {
        Self { changes: Vec::new(), reading: Reading::Unread { why, at } }
    }
}

/// `DO [LANGUAGE name] 'body'`.
///
/// # Errors
/// `Unread` when no body is there.
pub fn do_block(cursor: &mut Cursor<'_>) -> Reads<Body> {
    cursor.expect("DO")?;
    let mut language = "plpgsql".to_owned();
    let mut body = None;
    while !cursor.is_done() {
        if cursor.eat("LANGUAGE") {
            language = match cursor.string() {
                Ok(name) => name.to_ascii_lowercase(),
                Err(_) => cursor.identifier()?,
            };
        } else {
            body = cursor.peek(0);
            cursor.string()?;
        }
    }
    let token = body.ok_or_else(|| cursor.unexpected("a body in quotes"))?;
    let span = cursor.sql.map.span(token.start..token.end);
    Ok(match language.as_str() {
        "plpgsql" => read_block(cursor, token),
        other => Body::unread(format!("its body is written in {other}"), span),
    })
}

/// Reads a string as PL/pgSQL.
pub fn read_block(cursor: &Cursor<'_>, string: Lexeme) -> Body {
    within(cursor, string, |sql, start, end| {
        let tokens: Vec<Lexeme> = lex(&sql.text, start, end, cursor.engine)
            .filter(|lexeme| !lexeme.kind.is_trivia())
            .collect();
        let mut walker = Walker {
            cursor: Cursor::new(sql, cursor.engine, &tokens).at_depth(cursor.depth + 1),
            frames: Vec::new(),
            body: Body::default(),
        };
        while !walker.cursor.is_done() {
            let before = walker.cursor.position();
            if let Err(unread) = walker.step() {
                walker.note(Reading::Unread { why: unread.why, at: unread.at });
            }
            if walker.cursor.position() == before {
                walker.cursor.advance();
            }
        }
        walker.body
    })
}

/// Reads a string as SQL statements.
pub fn read_sql(cursor: &Cursor<'_>, string: Lexeme) -> Body {
    within(cursor, string, |sql, start, end| {
        let mut body = Body::default();
        let inner = sql.text.get(start..end).unwrap_or("");
        for piece in split(inner, cursor.engine).pieces {
            if piece.kind != PieceKind::Statement {
                continue;
            }
            let shifted = |token: Lexeme| Lexeme {
                start: token.start + start,
                end: token.end + start,
                ..token
            };
            let tokens: Vec<Lexeme> = piece.tokens.into_iter().map(shifted).collect();
            let inner = Cursor::new(sql, cursor.engine, &tokens).at_depth(cursor.depth + 1);
            let read = forms::read(inner);
            body.changes.extend(read.changes);
            worst(&mut body.reading, read.reading);
        }
        body
    })
}

/// Calls `read` with the text inside a string literal: where it stands if it stands there as it
/// is, else unescaped.
fn within(
    cursor: &Cursor<'_>,
    string: Lexeme,
    read: impl Fn(&SqlText, usize, usize) -> Body,
) -> Body {
    if cursor.depth >= DEPTH_MAX {
        let at = cursor.sql.map.span(string.start..string.end);
        return Body::unread("code in strings is nested too deep".to_owned(), at);
    }
    let text = cursor.text(string);
    let value = string_value(text);
    match text.find(&value) {
        Some(offset) if !value.is_empty() => {
            let start = string.start + offset;
            read(cursor.sql, start, start + value.len())
        }
        _ => {
            let span = cursor.sql.map.span(string.start..string.end);
            let sql = SqlText::from_pieces([(value.as_str(), span)]);
            read(&sql, 0, value.len())
        }
    }
}

/// Keeps the worse of two readings, the first of equals.
pub fn worst(reading: &mut Reading, other: Reading) {
    let rank = |reading: &Reading| match reading {
        Reading::Understood => 0,
        Reading::Opaque { .. } => 1,
        Reading::Unread { .. } => 2,
    };
    if rank(&other) > rank(reading) {
        *reading = other;
    }
}

/// A piece of control flow that is open.
enum Frame {
    /// `BEGIN`: what happens in it is undone when its EXCEPTION part catches.
    Block { changes_before: usize },
    /// `EXCEPTION`: in place of its block.
    Handler,
    /// IF, CASE.
    Branch,
    /// LOOP and WHILE; FOR and FOREACH, which go through `rows`.
    Loop { rows: bool },
}

struct Walker<'a> {
    cursor: Cursor<'a>,
    frames: Vec<Frame>,
    body: Body,
}

impl<'a> Walker<'a> {
    fn note(&mut self, reading: Reading) {
        worst(&mut self.body.reading, reading);
    }

    /// One statement, or the beginning or end of one that holds others.
    fn step(&mut self) -> Reads<()> {
        let cursor = &mut self.cursor;
        if cursor.eat(";") {
            return Ok(());
        }
        if cursor.eat("<<") {
            cursor.identifier()?;
            return cursor.expect(">>");
        }
        if cursor.eat("DECLARE") {
            while !cursor.is("BEGIN") && !cursor.is_done() {
                cursor.take_until(|rest| rest.is(";"));
                cursor.eat(";");
            }
            return Ok(());
        }
        if cursor.eat("BEGIN") {
            let changes_before = self.body.changes.len();
            self.frames.push(Frame::Block { changes_before });
            return Ok(());
        }
        if cursor.eat("END") {
            self.frames.pop();
            cursor.take_until(|rest| rest.is(";"));
            return Ok(());
        }
        if self.control() {
            return Ok(());
        }
        self.plain()
    }

    /// IF, CASE, loops, EXCEPTION and their inner marks.
    fn control(&mut self) -> bool {
        let cursor = &mut self.cursor;
        if cursor.eat("EXCEPTION") {
            if let Some(Frame::Block { changes_before }) = self.frames.pop() {
                for located in self.body.changes.iter_mut().skip(changes_before) {
                    located.context = Context::Do { certain: false };
                }
            }
            self.frames.push(Frame::Handler);
        } else if cursor.eat("IF") {
            self.frames.push(Frame::Branch);
            skip_past(cursor, "THEN");
        } else if cursor.eat_any(&["ELSIF", "ELSEIF", "WHEN"]).is_some() {
            skip_past(cursor, "THEN");
        } else if cursor.eat("ELSE") {
        } else if cursor.eat("CASE") {
            self.frames.push(Frame::Branch);
            cursor.take_until(|rest| rest.is("WHEN"));
        } else if cursor.eat("LOOP") {
            self.frames.push(Frame::Loop { rows: false });
        } else if let Some(word) = cursor.eat_any(&["WHILE", "FOREACH", "FOR"]) {
            self.frames.push(Frame::Loop { rows: word != "WHILE" });
            skip_past(cursor, "LOOP");
        } else {
            return false;
        }
        true
    }

    fn certain(&self) -> bool {
        self.frames.iter().all(|frame| matches!(frame, Frame::Block { .. }))
    }

    /// Whether a statement on rows does its work in batches.
    fn is_batched(&self, mut statement: Cursor<'_>) -> bool {
        let mut loops = self.frames.iter().filter_map(|frame| match frame {
            Frame::Loop { rows } => Some(*rows),
            _ => None,
        });
        let limits = |cursor: &mut Cursor<'_>| {
            while !cursor.is_done() && !cursor.is("LIMIT") {
                cursor.advance();
            }
            !cursor.is_done()
        };
        loops.any(|rows| !rows || limits(&mut statement))
    }

    /// A statement that ends at a semicolon.
    fn plain(&mut self) -> Reads<()> {
        const HARMLESS: &[&str] = &[
            "NULL", "RAISE", "RETURN", "GET", "OPEN", "FETCH", "CLOSE", "MOVE", "EXIT", "CONTINUE",
            "ASSERT",
        ];
        const ROWS: &[&str] = &["SELECT", "WITH", "INSERT", "UPDATE", "DELETE", "MERGE", "VALUES"];
        let mut statement = self.cursor.take_until(|rest| rest.is(";"));
        let span = statement.rest_span();
        if statement.eat("EXECUTE") {
            return self.execute(statement, span);
        }
        if HARMLESS.iter().any(|word| statement.is(word)) {
            return Ok(());
        }
        if let Some(mark) = ends_transaction(statement) {
            self.push(Located::new(Change::Transaction(mark), span));
            return Ok(());
        }
        if let Some(setting) = set_config(statement) {
            self.push(Located::new(Change::Session(setting), span));
            return Ok(());
        }
        if statement.is("PERFORM") || is_assignment(statement) {
            self.push(Located::new(Change::Data(evaluated(statement)), span));
            return Ok(());
        }
        if ROWS.iter().any(|word| statement.is(word)) {
            let batched = self.is_batched(statement);
            let data = Data { batched, ..by_tokens(&mut statement)? };
            self.push(Located::new(Change::Data(data), span));
            return Ok(());
        }
        let read = forms::read(statement);
        let certain = self.certain();
        self.body.changes.extend(read.changes.into_iter().map(|located| LocatedChange {
            context: match located.context {
                Context::Top => Context::Do { certain },
                Context::Do { certain: inner } => Context::Do { certain: certain && inner },
            },
            ..located
        }));
        self.note(read.reading);
        Ok(())
    }

    fn push(&mut self, change: Located<Change>) {
        self.note(forms::reading_of(&change.value));
        let context = Context::Do { certain: self.certain() };
        self.body.changes.push(LocatedChange { change, context });
    }

    /// `EXECUTE expression [INTO ...] [USING ...]`: a literal is read, the rest is built at run
    /// time.
    fn execute(&mut self, mut statement: Cursor<'a>, span: Span) -> Reads<()> {
        let mut sql = statement.take_until(|rest| rest.is("INTO") || rest.is("USING"));
        while sql.is("(") && { sql }.parentheses().is_ok_and(|_| closes_at_end(sql)) {
            sql = sql.parentheses()?;
        }
        let Some(token) = sql.peek(0) else { return Err(sql.unexpected("a string")) };
        let literal = matches!(token.kind, LexemeKind::Text | LexemeKind::Dollar);
        if literal && sql.tokens().len() == 1 {
            let read = read_sql(&sql, token);
            let certain = self.certain();
            self.body.changes.extend(
                read.changes
                    .into_iter()
                    .map(|located| LocatedChange { context: Context::Do { certain }, ..located }),
            );
            self.note(read.reading);
            return Ok(());
        }
        match rows_verb(sql) {
            Some(verb) => {
                let data = Data { batched: self.is_batched(sql), ..Data::new(verb) };
                self.push(Located::new(Change::Data(data), span));
            }
            None => {
                let why = "it runs SQL that it builds at run time".to_owned();
                self.note(Reading::Unread { why, at: span });
            }
        }
        Ok(())
    }
}

/// Which statement on rows a string that is built at run time begins with, if it is one: whatever
/// follows, it defines nothing.
fn rows_verb(mut sql: Cursor<'_>) -> Option<DataVerb> {
    const VERBS: &[(&str, DataVerb)] = &[
        ("SELECT", DataVerb::Select),
        ("INSERT", DataVerb::Insert),
        ("UPDATE", DataVerb::Update),
        ("DELETE", DataVerb::Delete),
    ];
    if sql.eat("format") {
        sql = sql.parentheses().ok()?;
    }
    let text = string_value(sql.text(sql.peek(0)?));
    let first = text.split_whitespace().next()?;
    VERBS.iter().find(|(word, _)| first.eq_ignore_ascii_case(word)).map(|(_, verb)| *verb)
}

/// `PERFORM f(x)` and `v := f(x)`: what they call.
fn evaluated(statement: Cursor<'_>) -> Data {
    let functions = expression(statement).functions;
    let sleeps = functions.iter().any(sleeps);
    let functions = functions.into_iter().filter(|name| !is_harmless(name)).collect();
    Data { functions, sleeps, ..Data::new(DataVerb::Select) }
}

/// COMMIT and ROLLBACK, which PL/pgSQL has where no transaction block is open around it.
fn ends_transaction(mut statement: Cursor<'_>) -> Option<TransactionMark> {
    match statement.eat_any(&["COMMIT", "ROLLBACK"])? {
        "COMMIT" => Some(TransactionMark::Commit { chain: statement.eat("AND CHAIN") }),
        _ => Some(TransactionMark::Rollback { chain: statement.eat("AND CHAIN") }),
    }
}

/// `variable := ...`, `record.field = ...`, `array[1] := ...`.
fn is_assignment(mut statement: Cursor<'_>) -> bool {
    if statement.name().is_err() {
        return false;
    }
    if statement.is("[") {
        statement.take_until(|rest| rest.is(":=") || rest.is("="));
    }
    statement.is(":=") || statement.is("=")
}

/// Skips to behind `word`, which belongs to no CASE inside.
pub fn skip_past(cursor: &mut Cursor<'_>, word: &str) {
    let mut cases = 0_usize;
    cursor.take_until(|rest| {
        if rest.is("CASE") {
            cases += 1;
        } else if rest.is("END") {
            cases = cases.saturating_sub(1);
        }
        cases == 0 && rest.is(word)
    });
    cursor.eat(word);
}

/// Whether the parenthesis that is next closes at the last token.
fn closes_at_end(mut cursor: Cursor<'_>) -> bool {
    cursor.parentheses().is_ok() && cursor.is_done()
}
