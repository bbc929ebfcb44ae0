//! The table of statement forms: leading words to the one reader that owns them.
//!
//! No form has two owners. sqlparser takes some statements for others (`DROP INDEX CONCURRENTLY i`
//! drops an index of the name CONCURRENTLY), so it is never asked about a form that stands here
//! with a reader of its own. Each engine has a table of its own under `forms/`.

mod mysql;
mod postgres;
mod sqlite;

use crate::dialect::Engine;
use crate::migration::{Context, LocatedChange, Reading};
use crate::schema::change::{Change, TableAction};
use crate::source::{Located, Span};
use crate::sql::block::{self, Body};
use crate::sql::cursor::{Cursor, Reads, Unread};
use crate::sql::split::loose_end;

/// How a form is read.
#[derive(Clone, Copy)]
enum Reader {
    /// It is one change.
    One(fn(&mut Cursor<'_>) -> Reads<Change>),
    /// It is any number of changes.
    Many(fn(&mut Cursor<'_>) -> Reads<Vec<Located<Change>>>),
    /// It is code that runs: a `DO` block and its like.
    Code(fn(&mut Cursor<'_>) -> Reads<Body>),
}

/// A table of forms: leading words and their reader; longer words stand before their beginnings.
type Forms = &'static [(&'static str, Reader)];

/// Words that may stand between CREATE and the kind of object; the reader takes them.
const MODIFIERS: &[&str] = &[
    "OR",
    "REPLACE",
    "TEMP",
    "TEMPORARY",
    "GLOBAL",
    "LOCAL",
    "UNLOGGED",
    "UNIQUE",
    "RECURSIVE",
    "FOREIGN",
];

/// One statement, read.
#[derive(Clone, Debug)]
pub struct ReadStatement {
    /// What it does.
    pub changes: Vec<LocatedChange>,
    /// How well it was read.
    pub reading: Reading,
}

/// Reads the tokens of one statement.
pub fn read(cursor: Cursor<'_>) -> ReadStatement {
    let span = head_span(cursor);
    if let Some(at) = cursor.tokens().iter().position(|token| token.is_unclosed()) {
        return unread(ahead(cursor, at).unexpected("the end of the statement"));
    }
    let is_mysql = matches!(cursor.engine, Engine::Mysql | Engine::Mariadb);
    if is_mysql && let Some((at, why)) = loose_end(&cursor.sql.text, cursor.tokens()) {
        return unread(Unread { why: why.to_owned(), at: ahead(cursor, at).here() });
    }
    let Some(reader) = find(&cursor) else {
        return unread(cursor.unexpected("the beginning of a statement"));
    };
    let mut rest = cursor;
    let read = match reader {
        Reader::One(reader) => reader(&mut rest).map(|change| vec![Located::new(change, span)]),
        Reader::Many(reader) => reader(&mut rest),
        Reader::Code(reader) => {
            return match reader(&mut rest) {
                Ok(body) => ReadStatement { changes: body.changes, reading: body.reading },
                Err(error) => unread(error),
            };
        }
    };
    match read {
        Ok(changes) => {
            let mut reading = Reading::Understood;
            for located in &changes {
                block::worst(&mut reading, reading_in(located));
            }
            let top = |change| LocatedChange { change, context: Context::Top };
            ReadStatement { changes: changes.into_iter().map(top).collect(), reading }
        }
        Err(error) => unread(error),
    }
}

/// The cursor `count` tokens on.
fn ahead(mut cursor: Cursor<'_>, count: usize) -> Cursor<'_> {
    (0..count).for_each(|_| {
        cursor.advance();
    });
    cursor
}

/// Where a statement that is one change is pointed at: the whole of it, but of a CREATE only what
/// stands before its first parenthesis or AS. Nobody wants to see 300 columns underlined.
fn head_span(mut cursor: Cursor<'_>) -> Span {
    match cursor.is("CREATE") {
        true => cursor.take_until(|rest| rest.is("(") || rest.is("AS")).rest_span(),
        false => cursor.rest_span(),
    }
}

fn unread(error: Unread) -> ReadStatement {
    ReadStatement { changes: Vec::new(), reading: Reading::Unread { why: error.why, at: error.at } }
}

/// The reader of the form that the statement begins with.
fn find(cursor: &Cursor<'_>) -> Option<Reader> {
    let forms = match cursor.engine {
        Engine::Postgres => postgres::FORMS,
        Engine::Mysql | Engine::Mariadb => mysql::FORMS,
        Engine::Sqlite => sqlite::FORMS,
    };
    let creates = cursor.is("CREATE");
    let mut behind = *cursor;
    behind.advance();
    while creates && behind.eat_any(MODIFIERS).is_some() {}
    let matches = |words: &str| {
        let kind = words.strip_prefix("CREATE ").filter(|_| creates);
        cursor.is(words) || kind.is_some_and(|kind| behind.is(kind))
    };
    forms.iter().find(|(words, _)| matches(words)).map(|(_, reader)| *reader)
}

fn reading_in(located: &Located<Change>) -> Reading {
    match &located.value {
        Change::AlterTable { action: TableAction::Opaque { text }, .. } => Reading::Unread {
            why: format!("`{}` is not a sub-command that lockgate knows", shortened(text)),
            at: located.span,
        },
        change => reading_of(change),
    }
}

/// How well a change by itself was read.
pub fn reading_of(change: &Change) -> Reading {
    match change {
        Change::Opaque { why, .. } => Reading::Opaque { why: why.clone() },
        Change::Data(data) if !data.functions.is_empty() => {
            let names: Vec<String> = data.functions.iter().map(ToString::to_string).collect();
            let why = format!("nothing is known about what {}() does", names.join("(), "));
            Reading::Opaque { why }
        }
        Change::CreateView(view) if !view.query.read => query_not_read(),
        Change::CreateTable(table) if table.query.as_ref().is_some_and(|query| !query.read) => {
            query_not_read()
        }
        _ => Reading::Understood,
    }
}

fn query_not_read() -> Reading {
    Reading::Opaque { why: "its query could not be read to its end".to_owned() }
}

fn shortened(text: &str) -> String {
    const SHOWN: usize = 40;
    match text.chars().count() > SHOWN {
        true => text.chars().take(SHOWN).chain("...".chars()).collect(),
        false => text.to_owned(),
    }
}
