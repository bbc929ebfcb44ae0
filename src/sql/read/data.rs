//! Statements on rows: what they write and read, and which functions they call.

use crate::dialect::Engine;
use crate::schema::change::{Change, Data, DataVerb, SetVariable};
use crate::schema::name::{Name, ObjectKind};
use crate::sql::bridge;
use crate::sql::cursor::{Cursor, Reads, string_value};
use crate::sql::functions::is_harmless;
use crate::sql::read::copy::{given, inserted};
use crate::sql::read::expr::{compares_null, expression};
use crate::sql::read::query::{from_names, query};
use crate::sql::read::table::empty_table;
use crate::sql::token::LexemeKind;

/// `SELECT`, `VALUES`, `TABLE`, `WITH`, `INSERT`, `UPDATE`, `DELETE`, `MERGE` as statements of a
/// migration.
///
/// # Errors
/// `Unread` when it cannot even be seen which of them it is.
pub fn statement(cursor: &mut Cursor<'_>) -> Reads<Change> {
    let whole = *cursor;
    let mut data = head(cursor)?;
    if data.verb == DataVerb::Select {
        if let Some(table) = select_into(whole)? {
            return Ok(table);
        }
        if let Some(setting) = set_config(whole) {
            return Ok(Change::Session(setting));
        }
    }
    let names = match whole.is("TABLE") {
        true => bridge::query(&whole),
        false => bridge::statement(&whole),
    };
    let Some(names) = names else {
        // Long INSERTs are rows and nothing else; anything else must be read to the end.
        if whole.tokens().len() > ROWS_TOKENS_MIN && data.verb == DataVerb::Insert {
            return Ok(Change::Data(data));
        }
        return Ok(not_read(&data));
    };
    let writes = &data.writes;
    data.reads = names.relations.into_iter().filter(|name| !writes.contains(name)).collect();
    data.sleeps = names.functions.iter().any(sleeps);
    data.functions = names.functions.into_iter().filter(|name| !is_harmless(name)).collect();
    Ok(Change::Data(data))
}

/// An INSERT of more tokens counts as rows even where sqlparser does not take it.
const ROWS_TOKENS_MIN: usize = 10_000;

fn not_read(data: &Data) -> Change {
    Change::Opaque {
        verb: data.verb.name().to_ascii_uppercase(),
        names: data.writes.clone(),
        why: "the statement could not be read to its end".to_owned(),
    }
}

/// Reads a statement on rows by its tokens alone, as PL/pgSQL needs it: `SELECT ... INTO variable`
/// and `RETURNING ... INTO variable` are no SQL. Calls are sought in SELECT only: elsewhere
/// `t (a)` and `ON CONFLICT (a)` look like calls.
///
/// # Errors
/// `Unread` when it cannot be seen which statement it is.
pub fn by_tokens(cursor: &mut Cursor<'_>) -> Reads<Data> {
    let whole = *cursor;
    let mut data = head(cursor)?;
    if data.verb == DataVerb::Select {
        let writes = &data.writes;
        let functions = expression(whole).functions;
        data.sleeps = functions.iter().any(sleeps);
        let called = functions.into_iter().filter(|name| {
            !is_harmless(name) && !writes.iter().any(|table| table.name == name.name)
        });
        data.functions = called.collect();
    }
    Ok(data)
}

/// What the words of a statement on rows show at once: which it is, what it writes, and of what it
/// leaves no row out.
fn head(cursor: &mut Cursor<'_>) -> Reads<Data> {
    let whole = *cursor;
    let verb = verb(whole)?;
    let Written { writes, every_row, many_rows } = writes(whole);
    cursor.take_until(|_| false);
    Ok(Data {
        writes,
        every_row,
        many_rows,
        compares_null: compares_null(whole),
        by_position: by_position(whole),
        locks_rows: locks_rows(whole),
        sequences: sequences(whole),
        copies: inserted(whole),
        gives: given(whole),
        pins: match verb {
            DataVerb::Update | DataVerb::Delete => pins(whole),
            _ => Vec::new(),
        },
        ..Data::new(verb)
    })
}

/// Whether nothing behind the target of an UPDATE or DELETE leaves rows out.
fn is_of_every_row(mut rest: Cursor<'_>) -> bool {
    let limits = |rest: &Cursor<'_>| rest.engine == Engine::Sqlite && rest.is("LIMIT");
    let mut own = rest.take_until(|rest| rest.is(")"));
    own.take_until(|rest| rest.is("WHERE") || limits(rest));
    !limits(&own) && (!own.eat("WHERE") || is_always_true(own))
}

/// Whether the outermost statement is an INSERT without a list of columns.
fn by_position(mut cursor: Cursor<'_>) -> bool {
    if cursor.eat("WITH") {
        cursor.take_until(|rest| rest.is("INSERT"));
    }
    if !cursor.eat("INSERT INTO") || cursor.name().is_err() {
        return false;
    }
    if cursor.eat("AS") {
        cursor.advance();
    }
    cursor.is("VALUES") || cursor.is("SELECT") || cursor.is("TABLE") || cursor.is("( SELECT")
}

/// The columns that the condition of an UPDATE or DELETE pins to written values:
/// `WHERE a = 1 AND t.b IN (2, 3)`.
fn pins(mut statement: Cursor<'_>) -> Vec<String> {
    statement.take_until(|rest| rest.is("WHERE"));
    let mut condition = if statement.eat("WHERE") { statement } else { return Vec::new() };
    let mut condition = condition.take_until(|rest| rest.is("RETURNING"));
    let mut pinned = Vec::new();
    while !condition.is_done() {
        // OR may leave more rows than any of its sides.
        let mut part = condition.take_until(|rest| rest.is("AND") || rest.is("OR"));
        if condition.is("OR") {
            return Vec::new();
        }
        condition.eat("AND");
        pinned.extend(pin(&mut part));
    }
    pinned
}

/// The column of `a = 1` or `a IN (1, 2)`.
fn pin(part: &mut Cursor<'_>) -> Option<String> {
    let column = part.name().ok()?.name;
    let mut values = match part.eat("=") {
        true => *part,
        false if part.eat("IN") => part.parentheses().ok()?,
        false => return None,
    };
    let literal = |value: &Cursor<'_>| {
        let kind = value.peek(0).map(|token| token.kind);
        let written = [LexemeKind::Text, LexemeKind::Number, LexemeKind::Dollar];
        // `'a'::text`
        kind.is_some_and(|kind| written.contains(&kind))
            && (value.tokens().len() == 1 || value.is_at(1, "::"))
    };
    let values = values.split_commas();
    (!values.is_empty() && values.iter().all(literal)).then_some(column)
}

/// Whether a function does nothing for a while.
pub fn sleeps(function: &Name) -> bool {
    matches!(function.name.as_str(), "pg_sleep" | "pg_sleep_for" | "pg_sleep_until")
}

/// Whether a condition is one that people write so as to have one.
pub fn is_always_true(mut condition: Cursor<'_>) -> bool {
    const ALWAYS: &[&str] = &["true", "1=1", "'1'='1'", "1"];
    let condition = condition.take_until(|rest| rest.is("RETURNING"));
    let tokens = condition.tokens().iter().map(|token| condition.text(*token));
    let text: String = tokens.filter(|token| !matches!(*token, "(" | ")")).collect();
    ALWAYS.iter().any(|always| text.eq_ignore_ascii_case(always))
}

/// Which statement it is: behind the list of a `WITH`, inside parentheses.
fn verb(mut cursor: Cursor<'_>) -> Reads<DataVerb> {
    const VERBS: &[(&str, DataVerb)] = &[
        ("SELECT", DataVerb::Select),
        ("VALUES", DataVerb::Select),
        ("TABLE", DataVerb::Select),
        ("INSERT", DataVerb::Insert),
        ("REPLACE", DataVerb::Insert),
        ("UPDATE", DataVerb::Update),
        ("DELETE", DataVerb::Delete),
        ("MERGE", DataVerb::Merge),
    ];
    cursor = cursor.inside_parentheses()?;
    if cursor.eat("WITH") {
        cursor.take_until(|rest| VERBS.iter().any(|(word, _)| rest.is(word)));
    }
    let found = VERBS.iter().find(|(word, _)| cursor.is(word)).map(|(_, verb)| *verb);
    found.ok_or_else(|| cursor.unexpected("SELECT, INSERT, UPDATE or DELETE"))
}

/// What a statement writes: see the fields of [`Data`].
struct Written {
    writes: Vec<Name>,
    every_row: Vec<(DataVerb, Name)>,
    many_rows: Vec<(DataVerb, Name)>,
}

/// The tables that are written: the statement's own target first, then those in `WITH` lists. And
/// the UPDATEs and DELETEs of every row, and of many.
fn writes(mut cursor: Cursor<'_>) -> Written {
    let mut names: Vec<(usize, Name)> = Vec::new();
    let (mut every_row, mut many_rows) = (Vec::new(), Vec::new());
    let mut depth = 0_usize;
    let mut starts = true;
    while !cursor.is_done() {
        // UPDATE and DELETE also stand in `FOR UPDATE`, `ON CONFLICT DO UPDATE`, `ON DELETE`.
        let rows = match starts {
            true if cursor.eat("UPDATE") => Some(DataVerb::Update),
            true if cursor.eat("DELETE FROM") => Some(DataVerb::Delete),
            _ => None,
        };
        if rows.is_some() || inserts(&mut cursor) || cursor.eat("MERGE INTO") {
            cursor.eat("ONLY");
            cursor.eat_any(CONFLICT_ANSWERS);
            if let Ok(name) = cursor.name() {
                let mut own = cursor;
                let own = own.take_until(|rest| rest.is(")"));
                match rows {
                    Some(verb) if is_of_every_row(cursor) => every_row.push((verb, name.clone())),
                    Some(verb) if depth > 0 && pins(own).is_empty() => {
                        many_rows.push((verb, name.clone()));
                    }
                    _ => {}
                }
                names.push((depth, name));
            }
            starts = false;
            continue;
        }
        match cursor.peek_text(0) {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            _ => {}
        }
        starts = cursor.is("(") || cursor.is(")");
        cursor.advance();
    }
    names.sort_by_key(|(depth, _)| *depth);
    let writes = names.into_iter().map(|(_, name)| name).collect();
    Written { writes, every_row, many_rows }
}

/// What SQLite does with a row that breaks a constraint.
const CONFLICT_ANSWERS: &[&str] =
    &["OR ROLLBACK", "OR ABORT", "OR FAIL", "OR IGNORE", "OR REPLACE"];

fn inserts(cursor: &mut Cursor<'_>) -> bool {
    let mut ahead = *cursor;
    let verb = ahead.eat("INSERT") || (ahead.engine != Engine::Postgres && ahead.eat("REPLACE"));
    ahead.eat_any(CONFLICT_ANSWERS);
    let inserts = verb && ahead.eat("INTO");
    if inserts {
        *cursor = ahead;
    }
    inserts
}

/// Whether a `FOR UPDATE` or its like stands anywhere.
fn locks_rows(mut cursor: Cursor<'_>) -> bool {
    const CLAUSES: &[&str] = &["FOR UPDATE", "FOR NO KEY UPDATE", "FOR SHARE", "FOR KEY SHARE"];
    while !cursor.is_done() {
        if CLAUSES.iter().any(|clause| cursor.is(clause)) {
            return true;
        }
        cursor.advance();
    }
    false
}

/// The sequences that `nextval` and `setval` are given as literals.
fn sequences(mut cursor: Cursor<'_>) -> Vec<Name> {
    let mut names = Vec::new();
    while !cursor.is_done() {
        let called = cursor.eat("nextval") || cursor.eat("setval");
        if !called {
            cursor.advance();
            continue;
        }
        if cursor.eat("(")
            && let Some(token) = cursor.peek(0)
            && token.kind == LexemeKind::Text
        {
            let text = string_value(cursor.text(token));
            let part = |part: &str| match part.strip_prefix('"') {
                Some(quoted) => quoted.trim_end_matches('"').to_owned(),
                None => part.to_ascii_lowercase(),
            };
            names.push(match text.split_once('.') {
                Some((schema, name)) => Name::qualified(part(schema), part(name)),
                None => Name::bare(part(&text)),
            });
        }
    }
    names
}

/// `SELECT ... INTO [TEMPORARY] [TABLE] name FROM ...` creates a table.
fn select_into(whole: Cursor<'_>) -> Reads<Option<Change>> {
    let mut cursor = whole;
    cursor.take_until(|rest| rest.is("INTO"));
    if !cursor.eat("INTO") {
        return Ok(None);
    }
    let temporary = cursor.eat_any(&["TEMPORARY", "TEMP"]).is_some();
    let unlogged = cursor.eat("UNLOGGED");
    cursor.eat("TABLE");
    let mut table = empty_table(ObjectKind::Table, cursor.name()?);
    table.temporary = temporary;
    table.unlogged = unlogged;
    let mut query = from_names(bridge::statement(&whole), whole);
    query.relations.retain(|name| *name != table.name);
    table.query = Some(query);
    Ok(Some(Change::CreateTable(Box::new(table))))
}

/// `SELECT set_config('name', 'value', is_local)` and nothing else; PERFORM in PL/pgSQL.
pub fn set_config(mut cursor: Cursor<'_>) -> Option<SetVariable> {
    cursor.eat_any(&["SELECT", "PERFORM"]);
    cursor.eat("pg_catalog .");
    if !cursor.eat("set_config") {
        return None;
    }
    let arguments = cursor.parentheses().ok()?.split_commas();
    let text = |index: usize| -> Option<String> {
        let argument = arguments.get(index)?;
        (argument.tokens().len() == 1).then(|| string_value(argument.peek_text(0)))
    };
    let value = text(1)?;
    let value = if value.is_empty() {
        Vec::new()
    } else {
        value.split(',').map(|part| part.trim().trim_matches('"').to_owned()).collect()
    };
    let local = arguments.get(2).is_some_and(|argument| argument.is("true"));
    cursor.is_done().then_some(SetVariable { name: text(0)?, value: Some(value), local })
}

/// `COPY`.
///
/// # Errors
/// `Unread` at the first token that is not part of one; so for the readers below.
pub fn copy(cursor: &mut Cursor<'_>) -> Reads<Change> {
    cursor.expect("COPY")?;
    cursor.eat("BINARY");
    let mut data = Data::new(DataVerb::Copy);
    if cursor.is("(") {
        let mut inner = cursor.parentheses()?;
        data.reads = query(inner)?.relations;
        // `COPY (DELETE ... RETURNING ...) TO`.
        data.writes = head(&mut inner)?.writes;
        data.reads.retain(|name| !data.writes.contains(name));
        cursor.expect("TO")?;
    } else {
        let table = cursor.name()?;
        if cursor.is("(") {
            cursor.parentheses()?;
        }
        if cursor.eat("FROM") {
            data.writes.push(table);
        } else {
            cursor.expect("TO")?;
            data.reads.push(table);
        }
    }
    cursor.rest();
    Ok(Change::Data(data))
}

/// `CALL`.
pub fn call(cursor: &mut Cursor<'_>) -> Reads<Change> {
    cursor.expect("CALL")?;
    let name = cursor.name()?;
    cursor.parentheses()?;
    cursor.finish()?;
    let functions = vec![name];
    Ok(Change::Data(Data { functions, ..Data::new(DataVerb::Call) }))
}
