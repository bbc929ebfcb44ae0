//! How a change of a table is to be carried out: `ALGORITHM`, `LOCK`, `WAIT`.

use super::column::value;
use crate::schema::change::{Change, TableAction, Target};
use crate::source::Located;
use crate::sql::cursor::{Cursor, Reads};

/// Takes one of them if it is next.
///
/// # Errors
/// `Unread` when its value is missing.
pub fn online(cursor: &mut Cursor<'_>, target: &Target) -> Reads<Option<Located<Change>>> {
    let start = cursor.position();
    let Some(word) = cursor.eat_any(&["ALGORITHM", "LOCK", "WAIT", "NOWAIT"]) else {
        return Ok(None);
    };
    let value = if word == "NOWAIT" { String::new() } else { value(cursor)?.to_ascii_uppercase() };
    let action = TableAction::SetOnline { option: word.to_owned(), value };
    let change = Change::AlterTable { target: target.clone(), action };
    Ok(Some(Located::new(change, cursor.span_from(start))))
}
