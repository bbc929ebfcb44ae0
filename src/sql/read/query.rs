//! Queries: their text and the names in them.

use crate::schema::change::Query;
use crate::sql::bridge;
use crate::sql::cursor::{Cursor, Reads, Unread, normalise};

/// Takes all tokens of `cursor` as a query.
///
/// # Errors
/// `Unread` when sqlparser does not take every token, or none is there.
pub fn query(cursor: Cursor<'_>) -> Reads<Query> {
    if cursor.is_done() {
        return Err(cursor.unexpected("a query"));
    }
    let names = bridge::query(&cursor).ok_or_else(|| Unread {
        why: "its query could not be read".to_owned(),
        at: cursor.here(),
    })?;
    Ok(Query {
        text: normalise(&cursor),
        relations: names.relations.into_iter().collect(),
        functions: names.functions.into_iter().collect(),
    })
}
