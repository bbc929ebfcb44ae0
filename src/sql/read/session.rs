//! Settings, transactions, and statements that do nothing to a schema.

use crate::dialect::Engine;
use crate::schema::change::{Change, SetVariable, TransactionMark};
use crate::sql::cursor::{Cursor, Reads, string_value};
use crate::sql::token::LexemeKind;

/// `SET`.
///
/// # Errors
/// `Unread` at the first token that is not part of one; so for all readers here.
pub fn set(cursor: &mut Cursor<'_>) -> Reads<Change> {
    cursor.expect("SET")?;
    if cursor.is("TRANSACTION") || cursor.is("CONSTRAINTS") || cursor.is("SESSION CHARACTERISTICS")
    {
        cursor.rest();
        return Ok(Change::Transaction(TransactionMark::Characteristics));
    }
    let local = cursor.eat("LOCAL");
    if cursor.is("TRANSACTION") {
        cursor.rest();
        return Ok(Change::Transaction(TransactionMark::Characteristics));
    }
    if !local && !cursor.is("SESSION AUTHORIZATION") {
        cursor.eat("SESSION");
    }
    set_variable(cursor, local).map(Change::Session)
}

/// What stands behind `SET [LOCAL]`, in routines' and roles' options too.
pub fn set_variable(cursor: &mut Cursor<'_>, local: bool) -> Reads<SetVariable> {
    let named = |name: &str| name.to_owned();
    let name = if cursor.eat("TIME ZONE") {
        named("timezone")
    } else if cursor.eat("SESSION AUTHORIZATION") {
        named("session_authorization")
    } else if !cursor.is("ROLE TO") && !cursor.is("ROLE =") && cursor.eat("ROLE") {
        named("role")
    } else if cursor.eat("NAMES") {
        named("client_encoding")
    } else if cursor.eat("SCHEMA") {
        named("search_path")
    } else if cursor.eat("XML OPTION") {
        named("xmloption")
    } else {
        let name = cursor.name()?.to_string().to_ascii_lowercase();
        if !cursor.eat("TO") && !cursor.eat("FROM") {
            cursor.expect("=")?;
        }
        name
    };
    let mut values = Vec::new();
    for mut part in cursor.split_commas() {
        values.push(value(&mut part)?);
    }
    let default = matches!(values.as_slice(), [] | [Some(_)] if values.first().is_none_or(|value| {
        value.as_deref().is_some_and(|value| value.eq_ignore_ascii_case("default"))
    }));
    let value = (!default).then(|| values.into_iter().flatten().collect());
    Ok(SetVariable { name, value, local })
}

fn value(cursor: &mut Cursor<'_>) -> Reads<Option<String>> {
    let minus = if cursor.eat("-") { "-" } else { "" };
    let Some(token) = cursor.peek(0) else { return Err(cursor.unexpected("a value")) };
    let text = match token.kind {
        LexemeKind::Text | LexemeKind::Dollar => {
            cursor.advance();
            string_value(cursor.text(token))
        }
        LexemeKind::Quoted | LexemeKind::Word => cursor.identifier()?,
        LexemeKind::Number => {
            cursor.advance();
            format!("{minus}{}", cursor.text(token))
        }
        _ => String::new(),
    };
    // `-1`, `5 min`, `interval '1' hour to minute`.
    let rest = cursor.rest();
    Ok(Some(if text.is_empty() {
        rest
    } else if rest.is_empty() {
        text
    } else {
        format!("{text} {rest}")
    }))
}

/// `RESET`.
pub fn reset(cursor: &mut Cursor<'_>) -> Reads<Change> {
    cursor.expect("RESET")?;
    let name = match cursor.eat("TIME ZONE") {
        true => "timezone".to_owned(),
        false if cursor.eat("SESSION AUTHORIZATION") => "session_authorization".to_owned(),
        false => cursor.name()?.to_string().to_ascii_lowercase(),
    };
    cursor.finish()?;
    Ok(Change::Session(SetVariable { name, value: None, local: false }))
}

/// `BEGIN`, `START TRANSACTION`, `COMMIT`, `END`, `ROLLBACK`, `ABORT`, `SAVEPOINT`, `RELEASE`,
/// `PREPARE TRANSACTION`.
pub fn transaction(cursor: &mut Cursor<'_>) -> Reads<Change> {
    let noise = |cursor: &mut Cursor<'_>| {
        cursor.eat_any(&["WORK", "TRANSACTION"]);
    };
    let mark = if cursor.eat("START TRANSACTION") {
        cursor.rest();
        TransactionMark::Begin
    } else if cursor.eat("BEGIN") {
        if cursor.engine == Engine::Sqlite {
            cursor.eat_any(&["DEFERRED", "IMMEDIATE", "EXCLUSIVE"]);
        }
        noise(cursor);
        transaction_modes(cursor)?;
        TransactionMark::Begin
    } else if cursor.eat_any(&["COMMIT PREPARED", "ROLLBACK PREPARED"]).is_some() {
        cursor.string()?;
        TransactionMark::Characteristics
    } else if cursor.eat("PREPARE TRANSACTION") {
        cursor.string()?;
        TransactionMark::Prepare
    } else if cursor.eat_any(&["COMMIT", "END"]).is_some() {
        noise(cursor);
        TransactionMark::Commit { chain: chain(cursor) }
    } else if cursor.eat_any(&["ROLLBACK", "ABORT"]).is_some() {
        noise(cursor);
        match cursor.eat("TO") {
            true => {
                cursor.eat("SAVEPOINT");
                TransactionMark::RollbackTo(cursor.identifier()?)
            }
            false => TransactionMark::Rollback { chain: chain(cursor) },
        }
    } else if cursor.eat("SAVEPOINT") {
        TransactionMark::Savepoint(cursor.identifier()?)
    } else {
        cursor.expect("RELEASE")?;
        cursor.eat("SAVEPOINT");
        TransactionMark::Release(cursor.identifier()?)
    };
    cursor.finish()?;
    Ok(Change::Transaction(mark))
}

fn transaction_modes(cursor: &mut Cursor<'_>) -> Reads<()> {
    const MODES: &[&str] = &[
        "ISOLATION LEVEL SERIALIZABLE",
        "ISOLATION LEVEL REPEATABLE READ",
        "ISOLATION LEVEL READ COMMITTED",
        "ISOLATION LEVEL READ UNCOMMITTED",
        "READ WRITE",
        "READ ONLY",
        "NOT DEFERRABLE",
        "DEFERRABLE",
        ",",
    ];
    while cursor.eat_any(MODES).is_some() {}
    cursor.finish()
}

fn chain(cursor: &mut Cursor<'_>) -> bool {
    !cursor.eat("AND NO CHAIN") && cursor.eat("AND CHAIN")
}

/// A statement that does nothing to a schema: its verb, and whatever follows.
pub fn nothing(cursor: &mut Cursor<'_>) -> Reads<Change> {
    // DISCARD ALL is the one of them that a transaction block refuses.
    let words = if cursor.is("DISCARD") { 2 } else { 1 };
    let verb: Vec<&str> = (0..words).map(|ahead| cursor.peek_text(ahead)).collect();
    let verb = verb.join(" ").to_ascii_uppercase();
    cursor.rest();
    Ok(Change::Nothing { verb })
}
