//! `CREATE TABLE` in all its forms.

use crate::schema::change::{Change, CreateTable, Like};
use crate::schema::name::{Name, ObjectKind};
use crate::source::Located;
use crate::sql::cursor::{Cursor, Reads};
use crate::sql::read::column::{
    column_definition, options, starts_table_constraint, table_constraint,
};
use crate::sql::read::copy::queried;
use crate::sql::read::query::query;
use crate::sql::read::sqlite;

/// `CREATE [TEMPORARY | UNLOGGED | FOREIGN] TABLE`.
///
/// # Errors
/// `Unread` at the first token that is not part of one.
pub fn create_table(cursor: &mut Cursor<'_>) -> Reads<Change> {
    cursor.expect("CREATE")?;
    cursor.eat_any(&["GLOBAL", "LOCAL"]);
    let temporary = cursor.eat_any(&["TEMPORARY", "TEMP"]).is_some();
    let unlogged = cursor.eat("UNLOGGED");
    let kind = match cursor.eat("FOREIGN") {
        true => ObjectKind::ForeignTable,
        false => ObjectKind::Table,
    };
    cursor.expect("TABLE")?;
    let if_not_exists = cursor.if_not_exists();
    let mut table = empty_table(kind, cursor.name()?);
    table.temporary = temporary;
    table.unlogged = unlogged;
    table.if_not_exists = if_not_exists;
    if cursor.eat("PARTITION OF") {
        let parent = cursor.name()?;
        elements(cursor, &mut table)?;
        table.partition_of = Some((parent, bound(cursor)?));
    } else if cursor.eat("OF") {
        table.of_type = Some(cursor.name()?);
        elements(cursor, &mut table)?;
    } else {
        elements(cursor, &mut table)?;
    }
    table_options(cursor, &mut table)?;
    cursor.finish()?;
    Ok(Change::CreateTable(Box::new(table)))
}

/// A table of this name without anything in it.
pub fn empty_table(kind: ObjectKind, name: Name) -> CreateTable {
    CreateTable {
        kind,
        name,
        if_not_exists: false,
        temporary: false,
        unlogged: false,
        columns: Vec::new(),
        constraints: Vec::new(),
        indexes: Vec::new(),
        like: Vec::new(),
        inherits: Vec::new(),
        partition_of: None,
        partition_by: None,
        of_type: None,
        query: None,
        copies: None,
        options: Vec::new(),
    }
}

/// The list in parentheses, if one is next: columns, constraints, LIKE; for `CREATE TABLE AS` bare
/// column names.
fn elements(cursor: &mut Cursor<'_>, table: &mut CreateTable) -> Reads<()> {
    if !cursor.is("(") {
        return Ok(());
    }
    for mut element in cursor.parentheses()?.split_commas() {
        let span = element.rest_span();
        if starts_table_constraint(&element) {
            for constraint in sqlite::without_commas(element) {
                let span = constraint.rest_span();
                table.constraints.push(Located::new(table_constraint(constraint)?, span));
            }
        } else if element.eat("LIKE") {
            table.like.push(like(element)?);
        } else {
            let read = column_definition(element)?;
            table.columns.push(Located::new(read.column, span));
            table.constraints.extend(read.constraints);
        }
    }
    Ok(())
}

fn like(mut cursor: Cursor<'_>) -> Reads<Like> {
    let mut like = Like { source: cursor.name()?, including: Vec::new(), excluding: Vec::new() };
    while !cursor.is_done() {
        let list = match cursor.eat("INCLUDING") {
            true => &mut like.including,
            false => {
                cursor.expect("EXCLUDING")?;
                &mut like.excluding
            }
        };
        list.push(cursor.identifier()?.to_ascii_uppercase());
    }
    Ok(like)
}

/// `FOR VALUES ...` or `DEFAULT`, as text.
pub fn bound(cursor: &mut Cursor<'_>) -> Reads<String> {
    if cursor.eat("DEFAULT") {
        return Ok("default".to_owned());
    }
    let start = *cursor;
    cursor.expect("FOR VALUES")?;
    if cursor.eat("FROM") {
        cursor.parentheses()?;
        cursor.expect("TO")?;
    } else if cursor.eat("IN") || cursor.eat("WITH") {
    } else {
        return Err(cursor.unexpected("FROM, IN or WITH"));
    }
    cursor.parentheses()?;
    let end = cursor.position();
    let mut taken = start;
    Ok(taken.take_until(|rest| rest.position() == end).rest())
}

fn table_options(cursor: &mut Cursor<'_>, table: &mut CreateTable) -> Reads<()> {
    while !cursor.is_done() {
        if let Some(option) = sqlite::table_option(cursor) {
            table.options.push(option);
        } else if cursor.eat("INHERITS") {
            let mut parents = cursor.parentheses()?;
            table.inherits = match parents.is_done() {
                true => Vec::new(),
                false => parents.names()?,
            };
        } else if cursor.eat("PARTITION BY") {
            let mut strategy = cursor.identifier()?;
            strategy.push(' ');
            strategy.push_str(&cursor.parentheses()?.rest());
            table.partition_by = Some(strategy);
        } else if cursor.eat("AS") {
            query_of(cursor, table)?;
        } else if cursor.is("WITH (") {
            cursor.advance();
            table.options.extend(options(cursor.parentheses()?)?);
        } else if cursor.eat("OPTIONS") {
            table.options.extend(options(cursor.parentheses()?)?);
        } else if cursor.eat("ON COMMIT") {
            let actions = ["PRESERVE ROWS", "DELETE ROWS", "DROP"];
            let action = cursor.eat_any(&actions).ok_or_else(|| cursor.unexpected("DROP"))?;
            table.options.push(("on commit".to_owned(), action.to_ascii_lowercase()));
        } else if cursor.eat_any(&["WITHOUT OIDS", "WITH OIDS"]).is_none() {
            named_option(cursor, table)?;
        }
    }
    Ok(())
}

fn named_option(cursor: &mut Cursor<'_>, table: &mut CreateTable) -> Reads<()> {
    let words = ["TABLESPACE", "USING", "SERVER"];
    let word = cursor.eat_any(&words).ok_or_else(|| cursor.unexpected("a table option"))?;
    table.options.push((word.to_ascii_lowercase(), cursor.identifier()?));
    Ok(())
}

/// `AS query [WITH [NO] DATA]`, or `AS EXECUTE`.
fn query_of(cursor: &mut Cursor<'_>, table: &mut CreateTable) -> Reads<()> {
    let body = cursor.take_until(|rest| rest.is("WITH DATA") || rest.is("WITH NO DATA"));
    table.query = Some(query(body)?);
    table.copies = queried(body).filter(|_| !cursor.is("WITH NO DATA"));
    if cursor.eat("WITH NO DATA") {
        table.options.push(("with".to_owned(), "no data".to_owned()));
    } else {
        cursor.eat("WITH DATA");
    }
    Ok(())
}
