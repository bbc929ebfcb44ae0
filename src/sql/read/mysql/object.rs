//! Databases, triggers, events, accounts and other objects of MySQL and MariaDB.

use super::alter_table::renamed;
use super::key::{drop_index, table_target};
use crate::schema::catalog::TEMPORARY_SCHEMA;
use crate::schema::change::Change;
use crate::schema::name::{Name, ObjectKind, ObjectRef};
use crate::source::Located;
use crate::sql::cursor::{Cursor, Reads, normalise};
use crate::sql::token::LexemeKind;

/// Every kind with its words, longer words before their beginnings. A schema is a database.
const KINDS: &[(&str, ObjectKind)] = &[
    ("DATABASE", ObjectKind::Schema),
    ("EVENT", ObjectKind::Event),
    ("FUNCTION", ObjectKind::Function),
    ("PROCEDURE", ObjectKind::Procedure),
    ("ROLE", ObjectKind::Role),
    ("SCHEMA", ObjectKind::Schema),
    ("SEQUENCE", ObjectKind::Sequence),
    ("SERVER", ObjectKind::Server),
    ("TABLES", ObjectKind::Table),
    ("TABLESPACE", ObjectKind::Tablespace),
    ("TABLE", ObjectKind::Table),
    ("TRIGGER", ObjectKind::Trigger),
    ("USER", ObjectKind::Role),
    ("VIEW", ObjectKind::View),
];

fn kind(cursor: &mut Cursor<'_>) -> Reads<ObjectKind> {
    let found = KINDS.iter().find(|(words, _)| cursor.eat(words));
    found.map(|(_, kind)| *kind).ok_or_else(|| cursor.unexpected("a kind of object"))
}

fn object(cursor: &mut Cursor<'_>, kind: ObjectKind) -> Reads<ObjectRef> {
    let name = match kind {
        ObjectKind::Role => Name::bare(account(cursor)?),
        _ => cursor.name()?,
    };
    Ok(ObjectRef::new(kind, name))
}

/// Takes `'user'@'host'`, `user`, `CURRENT_USER()`: the name as one word, `user@host`.
///
/// # Errors
/// `Unread` if none is next.
pub fn account(cursor: &mut Cursor<'_>) -> Reads<String> {
    let mut name = match cursor.peek(0).map(|token| token.kind) {
        Some(LexemeKind::Text) => cursor.string()?,
        _ => cursor.identifier()?,
    };
    if cursor.is("( )") {
        cursor.parentheses()?;
    }
    if cursor.peek(0).is_some_and(|token| token.kind == LexemeKind::Variable) {
        name.extend(cursor.peek_text(0).chars().filter(|c| !matches!(c, '\'' | '"' | '`')));
        cursor.advance();
    }
    Ok(name)
}

/// Takes `OR REPLACE`, `ALGORITHM = x`, `DEFINER = account`, `SQL SECURITY x` and `AGGREGATE` in
/// any order; gives whether `OR REPLACE` was there.
///
/// # Errors
/// `Unread` when the account is missing.
pub fn modifiers(cursor: &mut Cursor<'_>) -> Reads<bool> {
    let mut or_replace = false;
    loop {
        if cursor.eat("OR REPLACE") {
            or_replace = true;
        } else if cursor.eat("DEFINER =") {
            account(cursor)?;
        } else if cursor.eat_any(&["ALGORITHM =", "SQL SECURITY"]).is_some() {
            cursor.identifier()?;
        } else if !cursor.eat("AGGREGATE") {
            return Ok(or_replace);
        }
    }
}

/// `CREATE` of an object that has no reader of its own.
///
/// # Errors
/// `Unread` when no object is named, or the tail of a common kind is not what it can be.
pub fn create_object(cursor: &mut Cursor<'_>) -> Reads<Change> {
    cursor.expect("CREATE")?;
    let or_replace = modifiers(cursor)?;
    cursor.eat("UNDO");
    let kind = kind(cursor)?;
    let if_not_exists = cursor.if_not_exists();
    let start = *cursor;
    let object = object(cursor, kind)?;
    let on = match kind {
        ObjectKind::Trigger => Some(trigger(cursor)?),
        ObjectKind::Schema => {
            database_options(cursor)?;
            None
        }
        _ => None,
    };
    cursor.rest();
    Ok(Change::Create { object, or_replace, if_not_exists, on, definition: normalise(&start) })
}

/// `BEFORE INSERT ON table FOR EACH ROW [FOLLOWS other] body`.
fn trigger(cursor: &mut Cursor<'_>) -> Reads<Name> {
    cursor.eat_any(&["BEFORE", "AFTER"]).ok_or_else(|| cursor.unexpected("BEFORE or AFTER"))?;
    cursor.take_until(|rest| rest.is("ON"));
    cursor.expect("ON")?;
    let table = cursor.name()?;
    cursor.expect("FOR EACH ROW")?;
    match cursor.is_done() {
        true => Err(cursor.unexpected("a body")),
        false => Ok(table),
    }
}

fn database_options(cursor: &mut Cursor<'_>) -> Reads<()> {
    const OPTIONS: &[&str] =
        &["CHARACTER SET", "CHARSET", "COLLATE", "ENCRYPTION", "READ ONLY", "COMMENT"];
    while !cursor.is_done() {
        cursor.eat("DEFAULT");
        cursor.eat_any(OPTIONS).ok_or_else(|| cursor.unexpected("an option of a database"))?;
        super::column::value(cursor)?;
    }
    Ok(())
}

/// `ALTER` of anything but a table.
///
/// # Errors
/// `Unread` when no object is named, or nothing stands behind it.
pub fn alter_object(cursor: &mut Cursor<'_>) -> Reads<Change> {
    cursor.expect("ALTER")?;
    modifiers(cursor)?;
    cursor.eat("UNDO");
    let kind = kind(cursor)?;
    let if_exists = cursor.if_exists();
    // `ALTER DATABASE CHARACTER SET x` is about the current one.
    let nameless =
        kind == ObjectKind::Schema && !cursor.is_at(1, "=") && is_database_option(cursor);
    let object = match nameless {
        true => ObjectRef::new(kind, Name::default()),
        false => object(cursor, kind)?,
    };
    if cursor.is_done() {
        return Err(cursor.unexpected("what to alter"));
    }
    let mut ahead = *cursor;
    if kind == ObjectKind::Event && ahead.eat("RENAME TO") {
        let to = ahead.name()?.name;
        *cursor = ahead;
        cursor.finish()?;
        return Ok(Change::Rename { object, to, if_exists });
    }
    Ok(Change::Alter { object, if_exists, action: cursor.rest() })
}

fn is_database_option(cursor: &Cursor<'_>) -> bool {
    ["DEFAULT", "CHARACTER", "CHARSET", "COLLATE"].iter().any(|word| cursor.is(word))
}

/// `DROP`: one change for each object.
///
/// # Errors
/// `Unread` at the first token that is not part of one.
pub fn drop_objects(cursor: &mut Cursor<'_>) -> Reads<Vec<Located<Change>>> {
    if cursor.is("DROP INDEX") {
        return drop_index(cursor);
    }
    let whole = cursor.rest_span();
    cursor.expect("DROP")?;
    if cursor.eat("PREPARE") {
        cursor.identifier()?;
        cursor.finish()?;
        let change = Change::Nothing { verb: "DROP PREPARE".to_owned() };
        return Ok(vec![Located::new(change, whole)]);
    }
    let temporary = cursor.eat_any(&["TEMPORARY", "UNDO"]) == Some("TEMPORARY");
    let kind = kind(cursor)?;
    let if_exists = cursor.if_exists();
    let mut changes = Vec::new();
    loop {
        let start = cursor.position();
        let mut object = object(cursor, kind)?;
        if temporary {
            object.name.schema = Some(TEMPORARY_SCHEMA.to_owned());
        }
        let change = Change::Drop { object, if_exists, cascade: false, concurrently: false };
        changes.push(Located::new(change, cursor.span_from(start)));
        if !cursor.eat(",") {
            break;
        }
    }
    // The words say nothing: they are there to ease porting (manual, "DROP TABLE").
    cursor.cascade();
    if cursor.eat("WAIT") {
        cursor.advance();
    }
    cursor.eat("NOWAIT");
    if kind == ObjectKind::Tablespace {
        cursor.rest();
    }
    cursor.finish()?;
    Ok(changes)
}

/// `RENAME TABLE a TO b, c TO d`, `RENAME USER`.
///
/// # Errors
/// As [`drop_objects`].
pub fn rename(cursor: &mut Cursor<'_>) -> Reads<Vec<Located<Change>>> {
    cursor.expect("RENAME")?;
    let users = cursor.eat("USER");
    if !users {
        cursor.eat_any(&["TABLES", "TABLE"]).ok_or_else(|| cursor.unexpected("TABLE"))?;
    }
    let if_exists = cursor.if_exists();
    let mut changes = Vec::new();
    for mut part in cursor.split_commas() {
        let span = part.rest_span();
        if users {
            let object = ObjectRef::new(ObjectKind::Role, Name::bare(account(&mut part)?));
            part.expect("TO")?;
            let to = account(&mut part)?;
            changes.push(Located::new(Change::Rename { object, to, if_exists }, span));
        } else {
            let target = crate::schema::change::Target { if_exists, ..table_target(&part.name()?) };
            part.eat("NOWAIT");
            part.expect("TO")?;
            let to = part.name()?;
            let located = |change| Located::new(change, span);
            changes.extend(renamed(&target, to).into_iter().map(located));
        }
        part.finish()?;
    }
    Ok(changes)
}
