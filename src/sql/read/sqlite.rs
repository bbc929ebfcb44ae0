//! What SQLite alone has: its words for types and conflicts, virtual tables, triggers with bodies,
//! PRAGMA, ATTACH, and the few forms of its ALTER TABLE (https://www.sqlite.org/lang.html).

use crate::dialect::Engine;
use crate::schema::change::{
    Change, Column, ConstraintKind, Identity, Maintenance, MaintenanceVerb, SequenceOptions,
    SetVariable, TableAction,
};
use crate::schema::expr::Expr;
use crate::schema::name::{Name, ObjectKind, ObjectRef};
use crate::schema::types::DataType;
use crate::source::Located;
use crate::sql::cursor::{Cursor, Reads, Unread, normalise, string_value};
use crate::sql::read::column::{starts_column_constraint, starts_table_constraint};
use crate::sql::read::table::empty_table;
use crate::sql::read::{alter_table, data};
use crate::sql::token::LexemeKind;

/// Takes a type: any words, then up to two numbers in parentheses.
pub fn data_type(cursor: &mut Cursor<'_>) -> Reads<DataType> {
    let mut words = vec![cursor.identifier()?];
    while !cursor.is_done() && !cursor.is("(") && !starts_column_constraint(cursor) {
        words.push(cursor.identifier()?);
    }
    let mut ty = DataType::named(&words.join(" "));
    if cursor.is("(") {
        for mut part in cursor.parentheses()?.split_commas() {
            ty.arguments.push(part.rest());
        }
    }
    Ok(ty)
}

/// Takes `ON CONFLICT x` behind a constraint; gives `x` in lower case.
pub fn conflict_clause(cursor: &mut Cursor<'_>) -> Option<String> {
    const ANSWERS: &[&str] = &["ROLLBACK", "ABORT", "FAIL", "IGNORE", "REPLACE"];
    let mut ahead = *cursor;
    if cursor.engine != Engine::Sqlite || !ahead.eat("ON CONFLICT") {
        return None;
    }
    let answer = ahead.eat_any(ANSWERS)?;
    *cursor = ahead;
    Some(answer.to_ascii_lowercase())
}

/// Takes what may stand behind `PRIMARY KEY` beside a column.
pub fn primary_key_options(cursor: &mut Cursor<'_>, column: &mut Column) {
    if cursor.engine != Engine::Sqlite {
        return;
    }
    cursor.eat_any(&["ASC", "DESC"]);
    column_conflict(cursor, column);
    if cursor.eat("AUTOINCREMENT") {
        let sequence = SequenceOptions::default();
        column.identity = Some(Identity { always: false, sequence });
    }
}

/// Takes `ON CONFLICT x` beside a column and keeps it as an option.
pub fn column_conflict(cursor: &mut Cursor<'_>, column: &mut Column) {
    let answer = conflict_clause(cursor);
    column.options.extend(answer.map(|answer| ("on conflict".to_owned(), answer)));
}

/// Takes what may stand behind a column of a key: `COLLATE x`, `ASC`, `DESC`, `AUTOINCREMENT`.
///
/// # Errors
/// `Unread` when no name follows COLLATE.
pub fn key_column_options(cursor: &mut Cursor<'_>) -> Reads<()> {
    if cursor.engine == Engine::Sqlite {
        if cursor.eat("COLLATE") {
            cursor.identifier()?;
        }
        cursor.eat_any(&["ASC", "DESC"]);
        cursor.eat("AUTOINCREMENT");
    }
    Ok(())
}

/// Cuts an element of a table's list into its constraints: SQLite takes them without commas too.
pub fn without_commas<'a>(mut cursor: Cursor<'a>) -> Vec<Cursor<'a>> {
    let mut constraints = Vec::new();
    while !cursor.is_done() {
        let named = if cursor.is("CONSTRAINT") { 2 } else { 0 };
        let first = cursor.position() + named;
        let is_sqlite = cursor.engine == Engine::Sqlite;
        constraints.push(cursor.take_until(|rest| {
            is_sqlite && rest.position() > first && starts_table_constraint(rest)
        }));
    }
    constraints
}

/// Takes `WITHOUT ROWID`, `STRICT` and the commas between them; gives the option.
pub fn table_option(cursor: &mut Cursor<'_>) -> Option<(String, String)> {
    if cursor.engine != Engine::Sqlite {
        return None;
    }
    let option = cursor.eat_any(&["WITHOUT ROWID", "STRICT"])?;
    cursor.eat(",");
    Some((option.to_ascii_lowercase(), "yes".to_owned()))
}

/// A default in double quotes is a string where no column can be meant.
pub fn default_value(cursor: &Cursor<'_>, mut expr: Expr) -> Expr {
    let is_quoted = cursor.engine == Engine::Sqlite
        && cursor.tokens().len() == 1
        && cursor.peek_text(0).starts_with('"');
    expr.literal |= is_quoted;
    if cursor.engine == Engine::Sqlite {
        expr.columns.clear();
    }
    expr
}

/// `CREATE VIRTUAL TABLE name USING module(arguments)`.
///
/// # Errors
/// `Unread` at the first token that is not part of one; so for all readers here.
pub fn create_virtual_table(cursor: &mut Cursor<'_>) -> Reads<Change> {
    cursor.expect("CREATE VIRTUAL TABLE")?;
    let if_not_exists = cursor.if_not_exists();
    let mut table = empty_table(ObjectKind::Table, cursor.name()?);
    table.if_not_exists = if_not_exists;
    cursor.expect("USING")?;
    table.options.push(("virtual".to_owned(), cursor.identifier()?));
    if cursor.is("(") {
        table.options.push(("arguments".to_owned(), cursor.parentheses()?.rest()));
    }
    cursor.finish()?;
    Ok(Change::CreateTable(Box::new(table)))
}

/// `CREATE [TEMP] TRIGGER name ... ON table ... BEGIN ...; END`. Its name stands for itself, as
/// `DROP TRIGGER` names no table.
pub fn create_trigger(cursor: &mut Cursor<'_>) -> Reads<Change> {
    cursor.expect("CREATE")?;
    cursor.eat_any(&["TEMPORARY", "TEMP"]);
    cursor.expect("TRIGGER")?;
    let if_not_exists = cursor.if_not_exists();
    let object = trigger(cursor)?;
    let start = *cursor;
    cursor.eat_any(&["BEFORE", "AFTER", "INSTEAD OF"]);
    if cursor.eat("UPDATE OF") {
        cursor.names()?;
    } else if cursor.eat_any(&["DELETE", "INSERT", "UPDATE"]).is_none() {
        return Err(cursor.unexpected("DELETE, INSERT or UPDATE"));
    }
    cursor.expect("ON")?;
    let on = Some(cursor.name()?);
    cursor.eat("FOR EACH ROW");
    if cursor.eat("WHEN") {
        cursor.take_until(|rest| rest.is("BEGIN"));
    }
    cursor.expect("BEGIN")?;
    let definition = normalise(&start);
    let ends = cursor.tokens().last().is_some_and(|last| {
        cursor.text(*last).eq_ignore_ascii_case("END") && cursor.tokens().len() > 1
    });
    cursor.rest();
    match ends {
        true => Ok(Change::Create { object, or_replace: false, if_not_exists, on, definition }),
        false => Err(cursor.unexpected("`END`")),
    }
}

/// `DROP TRIGGER`.
pub fn drop_trigger(cursor: &mut Cursor<'_>) -> Reads<Change> {
    cursor.expect("DROP TRIGGER")?;
    let if_exists = cursor.if_exists();
    let object = trigger(cursor)?;
    cursor.finish()?;
    Ok(Change::Drop { object, if_exists, cascade: false, concurrently: false })
}

fn trigger(cursor: &mut Cursor<'_>) -> Reads<ObjectRef> {
    Ok(ObjectRef::new(ObjectKind::Trigger, Name::bare(cursor.name()?.name)))
}

/// `ALTER TABLE name` with one action, of those that SQLite takes.
pub fn alter(cursor: &mut Cursor<'_>) -> Reads<Vec<Located<Change>>> {
    let whole = *cursor;
    let changes = alter_table::alter_table(cursor)?;
    let refused = |why: &str| Unread { why: why.to_owned(), at: whole.rest_span() };
    match changes.as_slice() {
        [Located { value: Change::AlterTable { action, .. }, .. }] if is_taken(action) => {
            Ok(changes)
        }
        [_] => Err(refused("SQLite's ALTER TABLE has no such action")),
        _ => Err(refused("SQLite's ALTER TABLE takes one action, not a list")),
    }
}

/// Whether SQLite takes the action in some version (the last three from 3.54 on; a key can never be
/// added).
fn is_taken(action: &TableAction) -> bool {
    matches!(
        action,
        TableAction::RenameTable { .. }
            | TableAction::RenameColumn { .. }
            | TableAction::AddColumn { if_not_exists: false, .. }
            | TableAction::DropColumn { if_exists: false, cascade: false, .. }
            | TableAction::SetNullable { .. }
            | TableAction::DropConstraint { if_exists: false, cascade: false, .. }
    ) || matches!(action, TableAction::AddConstraint { constraint }
        if matches!(constraint.kind, ConstraintKind::Check(_) | ConstraintKind::NotNull(_)))
}

/// `PRAGMA [schema.]name [= value | (value)]`: a setting, or a question.
pub fn pragma(cursor: &mut Cursor<'_>) -> Reads<Change> {
    /// Pragmas with an argument that set nothing.
    const QUESTIONS: &[&str] = &[
        "foreign_key_check",
        "foreign_key_list",
        "incremental_vacuum",
        "index_info",
        "index_list",
        "index_xinfo",
        "integrity_check",
        "optimize",
        "quick_check",
        "table_info",
        "table_list",
        "table_xinfo",
        "wal_checkpoint",
    ];
    cursor.expect("PRAGMA")?;
    let name = cursor.name()?.name;
    let mut value = match cursor.is("(") {
        true => cursor.parentheses()?,
        false if cursor.eat("=") => cursor.take_until(|_| false),
        false => *cursor,
    };
    let question = value.is_done() || QUESTIONS.contains(&name.as_str());
    let text = match value.peek(0) {
        Some(token) if token.kind == LexemeKind::Text => string_value(value.text(token)),
        Some(token) if token.kind == LexemeKind::Quoted => value.fold(token),
        _ => value.rest(),
    };
    cursor.finish()?;
    let on = ["1", "on", "yes", "true"].contains(&text.as_str());
    if question {
        return Ok(Change::Nothing { verb: format!("PRAGMA {name}") });
    }
    if name == "writable_schema" && on {
        let why = "it opens the schema's own tables to any UPDATE".to_owned();
        return Ok(Change::Opaque { verb: format!("PRAGMA {name}"), names: Vec::new(), why });
    }
    Ok(Change::Session(SetVariable { name, value: Some(vec![text]), local: false }))
}

/// `ATTACH [DATABASE] file AS name`: what the file holds is not known.
pub fn attach(cursor: &mut Cursor<'_>) -> Reads<Change> {
    cursor.expect("ATTACH")?;
    cursor.take_until(|rest| rest.is("AS"));
    cursor.expect("AS")?;
    cursor.identifier()?;
    let why = "what the attached database holds is not known".to_owned();
    Ok(Change::Opaque { verb: "ATTACH".to_owned(), names: Vec::new(), why })
}

/// `ANALYZE [name]`, `REINDEX [name]`, `VACUUM [schema] [INTO file]`.
pub fn maintenance(cursor: &mut Cursor<'_>) -> Reads<Change> {
    let verbs = [
        ("ANALYZE", MaintenanceVerb::Analyze),
        ("REINDEX", MaintenanceVerb::Reindex),
        ("VACUUM", MaintenanceVerb::Vacuum),
    ];
    let verb = verbs.iter().find(|(word, _)| cursor.eat(word)).map(|(_, verb)| *verb);
    let verb = verb.ok_or_else(|| cursor.unexpected("ANALYZE, REINDEX or VACUUM"))?;
    let mut objects = Vec::new();
    if verb == MaintenanceVerb::Vacuum {
        if !cursor.is_done() && !cursor.is("INTO") {
            cursor.identifier()?;
        }
        if cursor.eat("INTO") {
            cursor.rest();
        }
    } else if !cursor.is_done() {
        objects.push(ObjectRef::new(ObjectKind::Table, cursor.name()?));
    }
    cursor.finish()?;
    Ok(Change::Maintenance(Maintenance { verb, objects, concurrently: false, full: false }))
}

/// A statement on rows. SQL functions of SQLite are code of the program: the ones that it brings
/// change no schema, but for those named here.
pub fn rows(cursor: &mut Cursor<'_>) -> Reads<Change> {
    const CHANGE: &[&str] = &["load_extension", "eval", "writefile"];
    const SCHEMA: &[&str] =
        &["sqlite_master", "sqlite_schema", "sqlite_temp_master", "sqlite_temp_schema"];
    let mut change = data::statement(cursor)?;
    if let Change::Data(data) = &mut change {
        data.functions.retain(|function| CHANGE.contains(&function.name.as_str()));
        if data.writes.iter().any(|table| SCHEMA.contains(&table.name.as_str())) {
            let verb = data.verb.name().to_ascii_uppercase();
            let why = "it writes into the schema's own table".to_owned();
            return Ok(Change::Opaque { verb, names: Vec::new(), why });
        }
    }
    Ok(change)
}
