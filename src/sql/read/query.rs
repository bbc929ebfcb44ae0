//! Queries: their text and the names in them.

use crate::schema::change::Query;
use crate::schema::name::Name;
use crate::sql::bridge::{self, Names};
use crate::sql::cursor::{Cursor, Reads, normalise};
use crate::sql::read::expr::compares_null;

/// Takes all tokens of `cursor` as a query.
///
/// # Errors
/// `Unread` when none is there.
pub fn query(cursor: Cursor<'_>) -> Reads<Query> {
    match cursor.is_done() {
        true => Err(cursor.unexpected("a query")),
        false => Ok(from_names(bridge::query(&cursor), cursor)),
    }
}

/// A query by what sqlparser found in it, or by what stands behind FROM and JOIN where it did not
/// take every token.
pub fn from_names(names: Option<Names>, cursor: Cursor<'_>) -> Query {
    let text = normalise(&cursor);
    let compares_null = compares_null(cursor);
    match names {
        Some(Names { relations, functions }) => Query {
            text,
            relations: relations.into_iter().collect(),
            functions: functions.into_iter().collect(),
            compares_null,
            read: true,
        },
        None => Query { text, relations: behind_from(cursor), compares_null, ..Query::default() },
    }
}

fn behind_from(mut cursor: Cursor<'_>) -> Vec<Name> {
    let mut names = Vec::new();
    while !cursor.is_done() {
        let named = cursor.eat("FROM") || cursor.eat("JOIN");
        cursor.eat("ONLY");
        match cursor.name() {
            Ok(name) if named && !cursor.is("(") => names.push(name),
            Ok(_) => {}
            Err(_) => {
                cursor.advance();
            }
        }
    }
    names.sort();
    names.dedup();
    names
}
