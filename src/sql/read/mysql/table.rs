//! `CREATE TABLE` of MySQL and MariaDB, and the options of a table.

use super::column::{column_definition, value};
use super::key::{Element, element, starts_element};
use crate::schema::change::{Change, CreateTable, Like};
use crate::schema::name::ObjectKind;
use crate::source::Located;
use crate::sql::cursor::{Cursor, Reads, normalise};
use crate::sql::read::copy::queried;
use crate::sql::read::query::query;
use crate::sql::read::table::empty_table;
use crate::sql::token::LexemeKind;

/// `CREATE [OR REPLACE] [TEMPORARY] TABLE`.
///
/// # Errors
/// `Unread` at the first token that is not part of one.
pub fn create_table(cursor: &mut Cursor<'_>) -> Reads<Change> {
    cursor.expect("CREATE")?;
    let or_replace = cursor.eat("OR REPLACE");
    let temporary = cursor.eat("TEMPORARY");
    cursor.expect("TABLE")?;
    let if_not_exists = cursor.if_not_exists();
    let mut table = empty_table(ObjectKind::Table, cursor.name()?);
    table.temporary = temporary;
    table.if_not_exists = if_not_exists;
    if or_replace {
        table.options.push(("or replace".to_owned(), "yes".to_owned()));
    }
    if cursor.is("LIKE") || cursor.is("( LIKE") {
        let mut inner = if cursor.is("(") { cursor.parentheses()? } else { *cursor };
        inner.expect("LIKE")?;
        let all = vec!["ALL".to_owned()];
        let like = Like { source: inner.name()?, including: all, excluding: Vec::new() };
        inner.finish()?;
        table.like.push(like);
        if cursor.is("LIKE") {
            cursor.rest();
        }
        cursor.finish()?;
        return Ok(Change::CreateTable(Box::new(table)));
    }
    if cursor.is("(") && !cursor.is("( SELECT") && !cursor.is("( WITH") {
        elements(cursor.parentheses()?, &mut table)?;
    }
    tail(cursor, &mut table)?;
    cursor.finish()?;
    Ok(Change::CreateTable(Box::new(table)))
}

/// Columns, keys, indexes and constraints.
fn elements(mut list: Cursor<'_>, table: &mut CreateTable) -> Reads<()> {
    for mut part in list.split_commas() {
        let span = part.rest_span();
        if part.eat("PERIOD FOR") {
            table.options.push(("period for".to_owned(), part.rest()));
        } else if starts_element(&part) {
            match element(part, &table.name)? {
                Element::Constraint(constraint) => {
                    table.constraints.push(Located::new(constraint, span));
                }
                Element::Index(index) => table.indexes.push(Located::new(*index, span)),
            }
        } else {
            let read = column_definition(part)?;
            table.columns.push(Located::new(read.column, span));
            table.constraints.extend(read.constraints);
        }
    }
    Ok(())
}

/// Options, partitions and the query behind the list.
fn tail(cursor: &mut Cursor<'_>, table: &mut CreateTable) -> Reads<()> {
    while !cursor.is_done() {
        if cursor.eat("PARTITION BY") {
            table.partition_by = Some(partition_by(cursor)?);
        } else if starts_query(cursor) {
            let leaves_out = cursor.eat_any(&["IGNORE", "REPLACE"]).is_some();
            cursor.eat("AS");
            let body = cursor.take_until(|_| false);
            table.query = Some(query(body)?);
            table.copies = queried(body).filter(|_| !leaves_out);
        } else {
            table.options.push(table_option(cursor)?);
            cursor.eat(",");
        }
    }
    Ok(())
}

fn starts_query(cursor: &Cursor<'_>) -> bool {
    const WORDS: &[&str] =
        &["AS", "SELECT", "(", "WITH RECURSIVE", "IGNORE AS", "REPLACE AS", "IGNORE SELECT"];
    let with = cursor.is("WITH") && !cursor.is("WITH SYSTEM");
    with || WORDS.iter().any(|words| cursor.is(words))
}

/// Options of a table whose value may stand without `=`; longer words before their beginnings.
const OPTIONS: &[&str] = &[
    "AUTO_INCREMENT",
    "AUTOEXTEND_SIZE",
    "AVG_ROW_LENGTH",
    "CHARACTER SET",
    "CHARSET",
    "CHAR SET",
    "CHECKSUM",
    "COLLATE",
    "COMMENT",
    "COMPRESSION",
    "CONNECTION",
    "DATA DIRECTORY",
    "DELAY_KEY_WRITE",
    "ENCRYPTION",
    "ENGINE_ATTRIBUTE",
    "ENGINE",
    "INDEX DIRECTORY",
    "INSERT_METHOD",
    "KEY_BLOCK_SIZE",
    "MAX_ROWS",
    "MIN_ROWS",
    "PACK_KEYS",
    "PASSWORD",
    "ROW_FORMAT",
    "SECONDARY_ENGINE_ATTRIBUTE",
    "SECONDARY_ENGINE",
    "STATS_AUTO_RECALC",
    "STATS_PERSISTENT",
    "STATS_SAMPLE_PAGES",
    "STORAGE",
    "TABLESPACE",
    "TYPE",
    "UNION",
];

/// Whether an option of a table begins here: a known one, or one of a storage engine with `=`.
fn starts_option(cursor: &Cursor<'_>) -> bool {
    let is_name = |kind| matches!(kind, LexemeKind::Word | LexemeKind::Quoted);
    let word = cursor.peek(0).is_some_and(|token| is_name(token.kind));
    OPTIONS.iter().any(|words| cursor.is(words))
        || cursor.is("DEFAULT")
        || cursor.is("WITH SYSTEM VERSIONING")
        || (word && cursor.is_at(1, "="))
}

/// Takes one option of a table: its name in lower case, and its value.
///
/// # Errors
/// `Unread` if none is next.
pub fn table_option(cursor: &mut Cursor<'_>) -> Reads<(String, String)> {
    if cursor.eat("WITH SYSTEM VERSIONING") {
        return Ok(("system versioning".to_owned(), "with".to_owned()));
    }
    if !starts_option(cursor) {
        return Err(cursor.unexpected("a table option"));
    }
    cursor.eat("DEFAULT");
    let name = match cursor.eat_any(OPTIONS) {
        Some("CHARSET" | "CHAR SET") => "character set".to_owned(),
        Some(words) => words.to_ascii_lowercase(),
        None => cursor.identifier()?,
    };
    cursor.eat("=");
    let value = match cursor.is("(") {
        true => cursor.parentheses()?.rest(),
        false => value(cursor)?,
    };
    if name == "tablespace" {
        cursor.eat_any(&["STORAGE DISK", "STORAGE MEMORY"]);
    }
    Ok((name, value))
}

/// Takes what stands behind PARTITION BY.
///
/// # Errors
/// `Unread` at a word that is not part of it: of a statement behind it, say.
pub fn partition_by(cursor: &mut Cursor<'_>) -> Reads<String> {
    const WORDS: &[&str] = &[
        "LINEAR",
        "HASH",
        "KEY",
        "RANGE",
        "LIST",
        "COLUMNS",
        "ALGORITHM",
        "PARTITIONS",
        "SUBPARTITION BY",
        "SUBPARTITIONS",
        "SYSTEM_TIME",
        "INTERVAL",
        "LIMIT",
        "STARTS",
        "AUTO",
        "DAY",
        "WEEK",
        "MONTH",
        "YEAR",
        "HOUR",
        "=",
    ];
    let start = *cursor;
    while !cursor.is_done() && !starts_query_word(cursor) {
        if cursor.is("(") {
            cursor.parentheses()?;
        } else if cursor.eat_any(WORDS).is_none() {
            let literal = cursor
                .peek(0)
                .is_some_and(|token| matches!(token.kind, LexemeKind::Number | LexemeKind::Text));
            if !literal {
                return Err(cursor.unexpected("PARTITIONS or the end"));
            }
            cursor.advance();
        }
    }
    let end = cursor.position();
    let mut taken = start;
    Ok(normalise(&taken.take_until(|rest| rest.position() == end)))
}

fn starts_query_word(cursor: &Cursor<'_>) -> bool {
    ["AS", "SELECT", "IGNORE", "REPLACE"].iter().any(|word| cursor.is(word))
}
