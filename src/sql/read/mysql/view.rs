//! Views of MySQL and MariaDB, and what begins with a DEFINER as they may.

use super::object::{alter_object, create_object, modifiers};
use super::routine::create_routine;
use crate::schema::change::Change;
use crate::sql::cursor::{Cursor, Reads};
use crate::sql::read::view::view_behind;

/// `CREATE [OR REPLACE] [ALGORITHM = x] [DEFINER = account] [SQL SECURITY x] VIEW`, and `ALTER
/// VIEW`, which replaces the view.
///
/// # Errors
/// `Unread` at the first token that is not part of one; so for all readers here.
pub fn view(cursor: &mut Cursor<'_>) -> Reads<Change> {
    let alter = cursor.eat("ALTER");
    if !alter {
        cursor.expect("CREATE")?;
    }
    let or_replace = modifiers(cursor)? || alter;
    view_behind(cursor, or_replace)
}

/// `CREATE DEFINER = account` of a view, routine, trigger or event.
pub fn create_definer(cursor: &mut Cursor<'_>) -> Reads<Change> {
    match kind(*cursor)? {
        Kind::View => view(cursor),
        Kind::Routine => create_routine(cursor),
        Kind::Other => create_object(cursor),
    }
}

/// `ALTER DEFINER = account` of a view or event.
pub fn alter_definer(cursor: &mut Cursor<'_>) -> Reads<Change> {
    match kind(*cursor)? {
        Kind::View => view(cursor),
        Kind::Routine | Kind::Other => alter_object(cursor),
    }
}

enum Kind {
    View,
    Routine,
    Other,
}

fn kind(mut cursor: Cursor<'_>) -> Reads<Kind> {
    cursor.advance();
    modifiers(&mut cursor)?;
    Ok(match cursor.eat_any(&["VIEW", "FUNCTION", "PROCEDURE"]) {
        Some("VIEW") => Kind::View,
        Some(_) => Kind::Routine,
        None => Kind::Other,
    })
}
