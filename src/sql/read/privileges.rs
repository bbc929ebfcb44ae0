//! `GRANT` and `REVOKE`.

use crate::schema::canonical::quoted;
use crate::schema::change::{Change, Privileges};
use crate::schema::name::{Name, ObjectKind, ObjectRef};
use crate::sql::cursor::{Cursor, Reads};
use crate::sql::read::routine::argument_types;
use crate::sql::token::LexemeKind;

/// `GRANT`, `REVOKE`.
///
/// # Errors
/// `Unread` at the first token that is not part of one.
pub fn privileges(cursor: &mut Cursor<'_>) -> Reads<Change> {
    let grant = cursor.eat("GRANT");
    if !grant {
        cursor.expect("REVOKE")?;
    }
    let mut options = Vec::new();
    let for_words =
        ["GRANT OPTION FOR", "ADMIN OPTION FOR", "INHERIT OPTION FOR", "SET OPTION FOR"];
    options.extend(cursor.eat_any(&for_words).map(str::to_owned));
    let to = if grant { "TO" } else { "FROM" };
    let mut listed = cursor.take_until(|rest| rest.is("ON") || rest.is(to));
    let names = listed.split_commas().into_iter().map(privilege).collect::<Reads<Vec<_>>>()?;
    let membership = !cursor.eat("ON");
    let (all_of, objects) = match membership {
        true => (None, Vec::new()),
        false => objects(cursor, to)?,
    };
    cursor.expect(to)?;
    let roles = roles(cursor)?;
    options.extend((!cursor.is_done()).then(|| cursor.rest().to_ascii_uppercase()));
    let privileges = names
        .into_iter()
        .map(|(word, columns)| match membership {
            true => word,
            false => format!("{}{columns}", word.to_ascii_uppercase()),
        })
        .collect();
    Ok(Change::Privileges(Box::new(Privileges {
        grant,
        privileges,
        objects,
        all_of,
        roles,
        membership,
        options: options.join(" "),
    })))
}

/// A privilege of one or more words, or a role; and its columns in parentheses.
fn privilege(mut cursor: Cursor<'_>) -> Reads<(String, String)> {
    let mut words = vec![cursor.identifier()?];
    while !cursor.is_done() && !cursor.is("(") {
        words.push(cursor.identifier()?);
    }
    let columns = match cursor.is("(") {
        true => {
            let engine = cursor.engine;
            let columns = cursor.identifiers_in_parentheses()?.into_iter().map(Name::bare);
            let columns: Vec<String> = columns.map(|column| quoted(engine, &column)).collect();
            format!(" ({})", columns.join(", "))
        }
        false => String::new(),
    };
    cursor.finish()?;
    Ok((words.join(" "), columns))
}

type Objects = (Option<ObjectKind>, Vec<ObjectRef>);

fn objects(cursor: &mut Cursor<'_>, to: &str) -> Reads<Objects> {
    const ALL: &[(&str, ObjectKind)] = &[
        ("ALL TABLES IN SCHEMA", ObjectKind::Table),
        ("ALL SEQUENCES IN SCHEMA", ObjectKind::Sequence),
        ("ALL FUNCTIONS IN SCHEMA", ObjectKind::Function),
        ("ALL PROCEDURES IN SCHEMA", ObjectKind::Procedure),
        ("ALL ROUTINES IN SCHEMA", ObjectKind::Routine),
    ];
    const KINDS: &[(&str, ObjectKind)] = &[
        ("SEQUENCE", ObjectKind::Sequence),
        ("DATABASE", ObjectKind::Database),
        ("DOMAIN", ObjectKind::Domain),
        ("FOREIGN DATA WRAPPER", ObjectKind::ForeignDataWrapper),
        ("FOREIGN SERVER", ObjectKind::Server),
        ("FUNCTION", ObjectKind::Function),
        ("PROCEDURE", ObjectKind::Procedure),
        ("ROUTINE", ObjectKind::Routine),
        ("LANGUAGE", ObjectKind::Language),
        ("LARGE OBJECT", ObjectKind::LargeObject),
        ("PARAMETER", ObjectKind::Parameter),
        ("SCHEMA", ObjectKind::Schema),
        ("TABLESPACE", ObjectKind::Tablespace),
        ("TYPE", ObjectKind::Type),
        ("TABLE", ObjectKind::Table),
    ];
    let all = ALL.iter().find(|(words, _)| cursor.eat(words)).map(|(_, kind)| *kind);
    let kind = match all {
        Some(_) => ObjectKind::Schema,
        None => KINDS
            .iter()
            .find(|(words, _)| cursor.eat(words))
            .map_or(ObjectKind::Table, |(_, kind)| *kind),
    };
    let mut objects = Vec::new();
    for mut part in cursor.take_until(|rest| rest.is(to)).split_commas() {
        let name = match part.peek(0) {
            Some(token) if token.kind == LexemeKind::Number => {
                part.advance();
                Name::bare(part.text(token))
            }
            _ => part.name()?,
        };
        let arguments = match part.is("(") {
            true => Some(argument_types(part.parentheses()?)),
            false => None,
        };
        part.finish()?;
        objects.push(ObjectRef { arguments, ..ObjectRef::new(kind, name) });
    }
    Ok((all, objects))
}

fn roles(cursor: &mut Cursor<'_>) -> Reads<Vec<String>> {
    let mut roles = Vec::new();
    loop {
        cursor.eat("GROUP");
        roles.push(cursor.identifier()?);
        if !cursor.eat(",") {
            break;
        }
    }
    let tail = *cursor;
    let known = ["WITH", "GRANTED BY", "CASCADE", "RESTRICT"].iter().any(|word| tail.is(word));
    match tail.is_done() || known {
        true => Ok(roles),
        false => Err(tail.unexpected("WITH, GRANTED BY, CASCADE or the end")),
    }
}
