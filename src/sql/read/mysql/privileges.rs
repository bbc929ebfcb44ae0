//! `GRANT` and `REVOKE` of MySQL and MariaDB.

use super::session::{accounts, starred};
use crate::schema::change::{Change, Privileges};
use crate::schema::name::{Name, ObjectKind, ObjectRef};
use crate::sql::cursor::{Cursor, Reads, normalise};

/// `GRANT`, `REVOKE`.
///
/// # Errors
/// `Unread` at the first token that is not part of one.
pub fn privileges(cursor: &mut Cursor<'_>) -> Reads<Change> {
    let grant = cursor.eat("GRANT");
    if !grant {
        cursor.expect("REVOKE")?;
        cursor.if_exists();
    }
    let to = if grant { "TO" } else { "FROM" };
    let mut listed = cursor.take_until(|rest| rest.is("ON") || rest.is(to));
    let names: Vec<String> = listed.split_commas().iter().map(normalise).collect();
    if names.iter().any(String::is_empty) || names.is_empty() {
        return Err(listed.unexpected("a privilege"));
    }
    let membership = !cursor.eat("ON");
    let (all_of, objects) = match membership {
        true => (None, Vec::new()),
        false => on(cursor)?,
    };
    cursor.expect(to)?;
    let roles = accounts(cursor)?;
    let tail = ["WITH", "REQUIRE", "AS", "IGNORE"].iter().any(|word| cursor.is(word));
    if !tail {
        cursor.finish()?;
    }
    let options = cursor.rest().to_ascii_uppercase();
    let upper = |name: String| if membership { name } else { name.to_ascii_uppercase() };
    let privileges = names.into_iter().map(upper).collect();
    Ok(Change::Privileges(Box::new(Privileges {
        grant,
        privileges,
        objects,
        all_of,
        roles,
        membership,
        options,
    })))
}

/// `[TABLE | FUNCTION | PROCEDURE] name`, `db.*`, `*.*`.
fn on(cursor: &mut Cursor<'_>) -> Reads<(Option<ObjectKind>, Vec<ObjectRef>)> {
    let kind = match cursor.eat_any(&["TABLE", "FUNCTION", "PROCEDURE"]) {
        Some("FUNCTION") => ObjectKind::Function,
        Some("PROCEDURE") => ObjectKind::Procedure,
        _ => ObjectKind::Table,
    };
    if let Some(name) = starred(cursor) {
        return Ok((Some(kind), vec![ObjectRef::new(ObjectKind::Schema, name)]));
    }
    let name: Name = cursor.name()?;
    Ok((None, vec![ObjectRef::new(kind, name)]))
}
