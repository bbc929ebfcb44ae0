//! Sequences and their options.

use crate::schema::canonical::quoted;
use crate::schema::change::{Change, SequenceOptions};
use crate::sql::cursor::{Cursor, Reads};
use crate::sql::read::data_type::data_type;
use crate::sql::token::LexemeKind;

/// Takes all tokens of `cursor` as options of a sequence, in any order.
///
/// # Errors
/// `Unread` at a word that is none.
pub fn sequence_options(mut cursor: Cursor<'_>) -> Reads<SequenceOptions> {
    let mut options = SequenceOptions::default();
    while !cursor.is_done() {
        if cursor.eat("AS") {
            options.ty = Some(data_type(&mut cursor)?);
        } else if cursor.eat("OWNED BY") {
            options.owned_by = Some(owner(&mut cursor)?);
        } else {
            options.settings.push(setting(&mut cursor)?);
        }
    }
    Ok(options)
}

fn owner(cursor: &mut Cursor<'_>) -> Reads<Option<(crate::schema::name::Name, String)>> {
    if cursor.eat("NONE") {
        return Ok(None);
    }
    // `schema.table.column`: a name of three parts whose last is the column.
    let mut parts = vec![cursor.identifier()?];
    while cursor.eat(".") {
        parts.push(cursor.identifier()?);
    }
    let column = parts.pop().unwrap_or_default();
    let name = parts.pop().ok_or_else(|| cursor.unexpected("`table.column`"))?;
    Ok(Some((crate::schema::name::Name { schema: parts.pop(), name }, column)))
}

fn setting(cursor: &mut Cursor<'_>) -> Reads<(String, Option<String>)> {
    const PLAIN: &[&str] =
        &["NO MINVALUE", "NO MAXVALUE", "NO CYCLE", "CYCLE", "LOGGED", "UNLOGGED"];
    const VALUED: &[&str] =
        &["START WITH", "START", "INCREMENT BY", "INCREMENT", "MINVALUE", "MAXVALUE", "CACHE"];
    if let Some(word) = cursor.eat_any(PLAIN) {
        return Ok((word.to_owned(), None));
    }
    if cursor.eat("SEQUENCE NAME") {
        let name = quoted(cursor.engine, &cursor.name()?);
        return Ok(("SEQUENCE NAME".to_owned(), Some(name)));
    }
    let (word, optional) = match cursor.eat_any(VALUED) {
        Some(word) => (word.split(' ').next().unwrap_or(word), false),
        None => {
            cursor.expect("RESTART")?;
            cursor.eat("WITH");
            ("RESTART", true)
        }
    };
    let minus = if cursor.eat("-") { "-" } else { "" };
    match cursor.peek(0) {
        Some(token) if token.kind == LexemeKind::Number => {
            cursor.advance();
            Ok((word.to_owned(), Some(format!("{minus}{}", cursor.text(token)))))
        }
        _ if optional => Ok((word.to_owned(), None)),
        _ => Err(cursor.unexpected("a number")),
    }
}

/// `CREATE [TEMPORARY] SEQUENCE`.
pub fn create_sequence(cursor: &mut Cursor<'_>) -> Reads<Change> {
    cursor.expect("CREATE")?;
    let temporary = cursor.eat_any(&["TEMPORARY", "TEMP"]).is_some();
    let unlogged = cursor.eat("UNLOGGED");
    cursor.expect("SEQUENCE")?;
    let guarded = cursor.if_not_exists();
    let name = cursor.name()?;
    let mut options = sequence_options(*cursor)?;
    options.settings.extend(unlogged.then(|| ("UNLOGGED".to_owned(), None)));
    Ok(Change::Sequence { name, create: true, guarded, temporary, options })
}

/// `ALTER SEQUENCE name` with sequence options: the cursor stands behind the name.
pub fn alter_sequence(
    cursor: &mut Cursor<'_>,
    name: crate::schema::name::Name,
    guarded: bool,
) -> Reads<Change> {
    let options = sequence_options(*cursor)?;
    Ok(Change::Sequence { name, create: false, guarded, temporary: false, options })
}
