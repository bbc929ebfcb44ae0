//! Functions and procedures. Their bodies are stored, not run: they are read for names alone.

use crate::migration::Reading;
use crate::schema::canonical::quoted_type;
use crate::schema::change::{Change, CreateRoutine, Parameter};
use crate::schema::name::{Name, ObjectKind};
use crate::sql::block::{self, Body};
use crate::sql::cursor::{Cursor, Reads, normalise, string_value};
use crate::sql::read::data_type::data_type;
use crate::sql::read::session::set_variable;
use crate::sql::token::{Lexeme, LexemeKind};

/// `CREATE [OR REPLACE] FUNCTION`, `CREATE [OR REPLACE] PROCEDURE`.
///
/// # Errors
/// `Unread` at the first token that is not part of one.
pub fn create_routine(cursor: &mut Cursor<'_>) -> Reads<Change> {
    cursor.expect("CREATE")?;
    let or_replace = cursor.eat("OR REPLACE");
    let kind = match cursor.eat("FUNCTION") {
        true => ObjectKind::Function,
        false => {
            cursor.expect("PROCEDURE")?;
            ObjectKind::Procedure
        }
    };
    let name = cursor.name()?;
    let list = cursor.parentheses()?;
    let mut routine = empty_routine(kind, name, argument_types(list));
    routine.parameters = parameters(list);
    routine.or_replace = or_replace;
    let mut body = None;
    while !cursor.is_done() {
        if let Some(read) = routine_option(cursor, &mut routine)? {
            body = Some(read);
        }
    }
    if let Some(body) = body {
        read_body(cursor, &mut routine, body);
    }
    Ok(Change::CreateRoutine(Box::new(routine)))
}

/// A routine of this name without options and body.
pub fn empty_routine(kind: ObjectKind, name: Name, arguments: String) -> CreateRoutine {
    CreateRoutine {
        kind,
        name,
        or_replace: false,
        arguments,
        parameters: Vec::new(),
        returns: None,
        language: None,
        volatility: None,
        security_definer: false,
        sets_search_path: false,
        options: Vec::new(),
        never_inlined: false,
        body: None,
        atomic: false,
        symbol: None,
        body_changes: Vec::new(),
        body_read: false,
    }
}

/// Where a body stands: in a string, or as SQL behind RETURN and BEGIN ATOMIC.
enum BodyText<'a> {
    Text(Lexeme),
    Sql(Cursor<'a>),
}

/// Takes one option; a body is returned.
fn routine_option<'a>(
    cursor: &mut Cursor<'a>,
    routine: &mut CreateRoutine,
) -> Reads<Option<BodyText<'a>>> {
    const PLAIN: &[&str] = &[
        "WINDOW",
        "NOT LEAKPROOF",
        "LEAKPROOF",
        "CALLED ON NULL INPUT",
        "RETURNS NULL ON NULL INPUT",
        "STRICT",
        "EXTERNAL SECURITY INVOKER",
        "SECURITY INVOKER",
    ];
    let start = *cursor;
    if let Some(word) = cursor.eat_any(PLAIN) {
        routine.never_inlined |= ["STRICT", "RETURNS NULL ON NULL INPUT"].contains(&word);
        // What holds where nothing is written says nothing.
        if !word.contains("INVOKER") && !["CALLED ON NULL INPUT", "NOT LEAKPROOF"].contains(&word) {
            let word = if word.starts_with("RETURNS NULL") { "STRICT" } else { word };
            routine.options.push(word.to_owned());
        }
        return Ok(None);
    }
    if let Some(word) = cursor.eat_any(&["IMMUTABLE", "STABLE", "VOLATILE"]) {
        routine.volatility = Some(word.to_owned());
    } else if cursor.eat("LANGUAGE") {
        // `LANGUAGE 'plpgsql'` is allowed, in any case.
        let language = match cursor.peek(0) {
            Some(token) if token.kind == LexemeKind::Text => cursor.string()?,
            _ => cursor.identifier()?,
        };
        routine.language = Some(language.to_ascii_lowercase());
    } else if cursor.eat_any(&["EXTERNAL SECURITY DEFINER", "SECURITY DEFINER"]).is_some() {
        routine.security_definer = true;
    } else if cursor.eat("RETURNS") {
        routine.returns = Some(returns(cursor)?);
    } else if let Some(word) = cursor.eat_any(&["PARALLEL", "COST", "ROWS"]) {
        cursor.advance();
        let value = text_between(start, cursor.position());
        let value = value.split_once(' ').map_or("", |(_, value)| value).to_ascii_uppercase();
        routine.options.push(format!("{word} {value}"));
    } else if cursor.eat("SUPPORT") {
        cursor.name()?;
        routine.options.push(text_between(start, cursor.position()));
    } else if cursor.eat("TRANSFORM") {
        while cursor.eat("FOR TYPE") | cursor.eat(",") {
            data_type(cursor)?;
        }
        routine.options.push(text_between(start, cursor.position()));
    } else if cursor.eat("SET") {
        let mut setting = cursor.take_until(|rest| rest.position() > 0 && starts_option(rest));
        let variable = match setting.is_at(1, "FROM") {
            true => setting.identifier()?,
            false => set_variable(&mut setting, false)?.name,
        };
        routine.never_inlined = true;
        routine.sets_search_path |= variable == "search_path";
        routine.options.push(text_between(start, cursor.position()));
    } else if cursor.eat("AS") {
        return body_text(cursor, routine).map(Some);
    } else if cursor.is("RETURN") || cursor.is("BEGIN ATOMIC") {
        let body = *cursor;
        cursor.rest();
        return Ok(Some(BodyText::Sql(body)));
    } else {
        return Err(cursor.unexpected("an option of a routine"));
    }
    Ok(None)
}

fn starts_option(cursor: &Cursor<'_>) -> bool {
    const WORDS: &[&str] = &[
        "LANGUAGE",
        "IMMUTABLE",
        "STABLE",
        "VOLATILE",
        "SECURITY",
        "EXTERNAL",
        "PARALLEL",
        "COST",
        "ROWS",
        "SET",
        "AS",
        "WINDOW",
        "LEAKPROOF",
        "NOT LEAKPROOF",
        "CALLED",
        "STRICT",
        "RETURNS NULL",
        "SUPPORT",
        "TRANSFORM",
        "RETURN",
        "BEGIN ATOMIC",
    ];
    WORDS.iter().any(|words| cursor.is(words))
}

/// The body of `AS 'body'`; for C functions `AS 'file', 'symbol'`.
fn body_text<'a>(cursor: &mut Cursor<'a>, routine: &mut CreateRoutine) -> Reads<BodyText<'a>> {
    let Some(token) = cursor.peek(0) else { return Err(cursor.unexpected("a body")) };
    cursor.string()?;
    if cursor.eat(",") {
        routine.symbol = Some(cursor.string()?);
    }
    Ok(BodyText::Text(token))
}

fn returns(cursor: &mut Cursor<'_>) -> Reads<String> {
    let start = *cursor;
    if cursor.eat("TABLE") {
        cursor.parentheses()?;
    } else {
        argument_type(cursor)?;
    }
    Ok(text_between(start, cursor.position()))
}

/// What stands between two places, the second not included.
pub fn text_between(mut start: Cursor<'_>, end: usize) -> String {
    start.take_until(|rest| rest.position() == end).rest()
}

fn read_body(cursor: &Cursor<'_>, routine: &mut CreateRoutine, body: BodyText<'_>) {
    let body = match body {
        BodyText::Text(token) => {
            routine.body = Some(string_value(cursor.text(token)));
            match routine.language.as_deref() {
                Some("plpgsql") => block::read_block(cursor, token),
                Some("sql") | None => block::read_sql(cursor, token),
                Some(other) => Body::unread(format!("it is written in {other}"), cursor.here()),
            }
        }
        BodyText::Sql(inner) => {
            routine.language.get_or_insert_with(|| "sql".to_owned());
            routine.body = Some(normalise(&inner));
            routine.atomic = true;
            // PostgreSQL allows queries and statements on rows here, nothing else.
            Body::default()
        }
    };
    let unread = matches!(body.reading, Reading::Unread { .. });
    routine.body_read = !unread && routine.body.is_some();
    routine.body_changes = body.changes.into_iter().map(|located| located.change.value).collect();
}

/// `SETOF type`, `table.column%TYPE`.
fn argument_type(cursor: &mut Cursor<'_>) -> Reads<String> {
    let set = if cursor.eat("SETOF") { "setof " } else { "" };
    let ty = data_type(cursor)?;
    // `schema.table.column%TYPE` has one part more than a type's name.
    let mut text = format!("{set}{}", quoted_type(cursor.engine, &ty));
    while cursor.eat(".") {
        text = format!("{text}.{}", cursor.identifier()?);
    }
    if cursor.eat("%") {
        text = format!("{text}%{}", cursor.identifier()?);
    }
    Ok(text)
}

/// The types of the input arguments in a routine's parentheses, joined by `, `; what does not
/// look like a list of arguments (`*`, `ORDER BY`) is kept as it is.
pub fn argument_types(mut cursor: Cursor<'_>) -> String {
    let whole = normalise(&cursor);
    match cursor.split_commas().into_iter().map(parameter).collect::<Reads<Vec<_>>>() {
        Ok(parameters) => {
            let identify = parameters.into_iter().filter(|it| it.mode.as_deref() != Some("OUT"));
            identify.map(|it| it.ty).collect::<Vec<_>>().join(", ")
        }
        Err(_) => whole,
    }
}

fn parameters(mut cursor: Cursor<'_>) -> Vec<Parameter> {
    let whole = normalise(&cursor);
    let read = cursor.split_commas().into_iter().map(parameter).collect::<Reads<_>>();
    read.unwrap_or_else(|_| vec![Parameter { ty: whole, ..Parameter::default() }])
}

/// `[mode] [name] type [DEFAULT value]`.
fn parameter(mut cursor: Cursor<'_>) -> Reads<Parameter> {
    let mode =
        |cursor: &mut Cursor<'_>| cursor.eat_any(&["IN OUT", "INOUT", "IN", "OUT", "VARIADIC"]);
    let before = mode(&mut cursor);
    let mut declared =
        cursor.take_until(|rest| rest.is("DEFAULT") || rest.is("=") || rest.is(":="));
    let mut as_type = declared;
    let (name, after, ty) = match argument_type(&mut as_type) {
        Ok(ty) if as_type.is_done() => (None, None, ty),
        // Not a type alone: a name stands before it, and maybe the mode behind the name.
        _ => {
            let name = declared.identifier()?;
            let after = mode(&mut declared);
            let ty = argument_type(&mut declared)?;
            declared.finish()?;
            (Some(name), after, ty)
        }
    };
    let mode = before.or(after).map(|mode| if mode == "IN OUT" { "INOUT" } else { mode });
    let written = cursor.eat_any(&["DEFAULT", "=", ":="]).is_some();
    Ok(Parameter {
        mode: mode.map(str::to_owned),
        name,
        ty,
        default: written.then(|| cursor.rest()),
    })
}
