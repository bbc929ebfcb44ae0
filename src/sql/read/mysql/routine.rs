//! Stored procedures and functions of MySQL and MariaDB. A body is stored, not run: it is read for
//! what a CALL does.

use super::object::modifiers;
use crate::migration::{Context, LocatedChange, Reading};
use crate::schema::change::{Change, CreateRoutine};
use crate::schema::name::ObjectKind;
use crate::source::Located;
use crate::sql::block::{Body as Code, skip_past, worst};
use crate::sql::cursor::{Cursor, Reads, normalise};
use crate::sql::forms;
use crate::sql::read::mysql::data_type::data_type;
use crate::sql::read::routine::empty_routine;
use crate::sql::token::LexemeKind;

/// `CREATE [DEFINER = account] PROCEDURE | FUNCTION`.
///
/// # Errors
/// `Unread` at the first token that is not part of one.
pub fn create_routine(cursor: &mut Cursor<'_>) -> Reads<Change> {
    cursor.expect("CREATE")?;
    let or_replace = modifiers(cursor)?;
    let kind = match cursor.eat("FUNCTION") {
        true => ObjectKind::Function,
        false => {
            cursor.expect("PROCEDURE")?;
            ObjectKind::Procedure
        }
    };
    let if_not_exists = cursor.if_not_exists();
    let name = cursor.name()?;
    let arguments = match cursor.is("(") {
        true => normalise(&cursor.parentheses()?),
        false => String::new(),
    };
    // There is one routine of a name: its arguments do not identify it.
    let mut routine = empty_routine(kind, name, String::new());
    routine.or_replace = or_replace || if_not_exists;
    if cursor.eat("RETURNS") {
        let start = *cursor;
        if !cursor.is("STRING") && !cursor.is("INTEGER") {
            data_type(cursor)?;
        } else {
            cursor.advance();
        }
        while cursor.eat_any(&["CHARACTER SET", "CHARSET", "COLLATE"]).is_some() {
            cursor.identifier()?;
        }
        let end = cursor.position();
        routine.returns = Some({ start }.take_until(|rest| rest.position() == end).rest());
    }
    if cursor.eat("SONAME") {
        cursor.string()?;
        cursor.finish()?;
        return Ok(Change::CreateRoutine(Box::new(routine)));
    }
    characteristics(cursor, &mut routine)?;
    if cursor.is_done() {
        return Err(cursor.unexpected("a body"));
    }
    routine.body = Some(format!("({arguments}) {}", normalise(cursor)));
    let body = read_body(cursor);
    (routine.body_changes, routine.body_read) = (body.changes, body.read);
    Ok(Change::CreateRoutine(Box::new(routine)))
}

fn characteristics(cursor: &mut Cursor<'_>, routine: &mut CreateRoutine) -> Reads<()> {
    const PLAIN: &[&str] = &[
        "LANGUAGE SQL",
        "NOT DETERMINISTIC",
        "DETERMINISTIC",
        "CONTAINS SQL",
        "NO SQL",
        "READS SQL DATA",
        "MODIFIES SQL DATA",
        "SQL SECURITY INVOKER",
    ];
    loop {
        if cursor.eat("SQL SECURITY DEFINER") {
            routine.security_definer = true;
        } else if cursor.eat("COMMENT") {
            cursor.string()?;
        } else if cursor.eat_any(PLAIN).is_none() {
            return Ok(());
        }
    }
}

/// MariaDB's `BEGIN NOT ATOMIC ... END`, which runs: what it does may happen.
///
/// # Errors
/// `Unread` when a statement in it cannot be read.
pub fn block(cursor: &mut Cursor<'_>) -> Reads<Code> {
    let span = cursor.rest_span();
    let start = *cursor;
    let body = read_body(cursor);
    if !body.read {
        return Err(start.unexpected("statements that can be read"));
    }
    let mut code = Code::default();
    for change in body.changes {
        worst(&mut code.reading, forms::reading_of(&change));
        let change = Located::new(change, span);
        code.changes.push(LocatedChange { change, context: Context::Do { certain: false } });
    }
    Ok(code)
}

/// What a body does.
#[derive(Default)]
struct Body {
    changes: Vec<Change>,
    read: bool,
}

/// Reads a body to its end: the statements in it, whatever they stand under.
fn read_body(cursor: &mut Cursor<'_>) -> Body {
    let mut body = Body { read: true, ..Body::default() };
    while !cursor.is_done() {
        let before = cursor.position();
        if !control(cursor) {
            let statement = cursor.take_until(|rest| rest.is(";"));
            body.statement(statement);
        }
        if cursor.position() == before {
            cursor.advance();
        }
    }
    body
}

/// Takes what only says when and how often statements run.
fn control(cursor: &mut Cursor<'_>) -> bool {
    const MARKS: &[&str] =
        &[";", "ELSE", "BEGIN NOT ATOMIC", "BEGIN", "LOOP", "REPEAT", "THEN", "DO"];
    let labelled = cursor.is_at(1, ":")
        && cursor
            .peek(0)
            .is_some_and(|token| matches!(token.kind, LexemeKind::Word | LexemeKind::Quoted));
    if labelled {
        cursor.advance();
        cursor.advance();
    } else if cursor.eat_any(MARKS).is_some() {
    } else if cursor.is("END") {
        cursor.take_until(|rest| rest.is(";"));
    } else if cursor.eat_any(&["IF", "ELSEIF", "WHEN"]).is_some() {
        skip_past(cursor, "THEN");
    } else if cursor.eat("CASE") {
        cursor.take_until(|rest| rest.is("WHEN"));
    } else if cursor.eat_any(&["WHILE", "FOR"]).is_some() {
        skip_past(cursor, "DO");
    } else if cursor.eat("UNTIL") {
        cursor.take_until(|rest| rest.is("END"));
    } else if cursor.eat("DECLARE") {
        declare(cursor);
    } else {
        return false;
    }
    true
}

/// A variable, condition or cursor, to its semicolon; of a handler what stands before its
/// statement.
fn declare(cursor: &mut Cursor<'_>) {
    let mut ahead = *cursor;
    ahead.take_until(|rest| rest.is("HANDLER FOR") || rest.is(";"));
    if !ahead.eat("HANDLER FOR") {
        cursor.take_until(|rest| rest.is(";"));
        return;
    }
    *cursor = ahead;
    loop {
        cursor.eat("NOT");
        let state = cursor.eat("SQLSTATE");
        cursor.eat("VALUE");
        if state {
            let _ = cursor.string();
        } else {
            cursor.advance();
        }
        if !cursor.eat(",") {
            return;
        }
    }
}

impl Body {
    fn statement(&mut self, statement: Cursor<'_>) {
        const HARMLESS: &[&str] = &[
            "RETURN",
            "LEAVE",
            "ITERATE",
            "OPEN",
            "FETCH",
            "CLOSE",
            "SIGNAL",
            "RESIGNAL",
            "GET",
            "COMMIT",
            "ROLLBACK",
            "START TRANSACTION",
            "SAVEPOINT",
        ];
        if HARMLESS.iter().any(|words| statement.is(words)) {
            return;
        }
        let read = forms::read(statement.at_depth(statement.depth.saturating_add(1)));
        self.read &= !matches!(read.reading, Reading::Unread { .. });
        self.changes.extend(read.changes.into_iter().map(|located| located.change.value));
    }
}
