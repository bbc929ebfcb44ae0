//! `CREATE INDEX`.

use crate::dialect::Engine;
use crate::schema::change::{Change, CreateIndex, IndexKey};
use crate::schema::name::ObjectKind;
use crate::sql::cursor::{Cursor, Reads};
use crate::sql::read::column::{nulls_not_distinct, options};
use crate::sql::read::expr::expression;
use crate::sql::token::LexemeKind;

/// `CREATE [UNIQUE] INDEX [CONCURRENTLY]`.
///
/// # Errors
/// `Unread` at the first token that is not part of one.
pub fn create_index(cursor: &mut Cursor<'_>) -> Reads<Change> {
    cursor.expect("CREATE")?;
    let unique = cursor.eat("UNIQUE");
    cursor.expect("INDEX")?;
    let concurrently = cursor.eat("CONCURRENTLY");
    let if_not_exists = cursor.if_not_exists();
    let mut schema = None;
    let name = match cursor.is("ON") && !cursor.is("ON ON") {
        true => None,
        // Only SQLite's has a schema in CREATE, which is its table's.
        false if cursor.engine == Engine::Sqlite => {
            let name = cursor.name()?;
            schema = name.schema;
            Some(name.name)
        }
        false => Some(cursor.identifier()?),
    };
    cursor.expect("ON")?;
    let only = cursor.eat("ONLY");
    let mut table = cursor.name()?;
    table.schema = table.schema.or(schema);
    let method = match cursor.eat("USING") {
        true => Some(cursor.identifier()?),
        false => None,
    };
    let keys =
        cursor.parentheses()?.split_commas().into_iter().map(index_key).collect::<Reads<_>>()?;
    let mut index = CreateIndex {
        name,
        table,
        only,
        unique,
        concurrently,
        if_not_exists,
        method,
        keys,
        include: Vec::new(),
        predicate: None,
        nulls_not_distinct: false,
        options: Vec::new(),
    };
    index_tail(cursor, &mut index)?;
    cursor.finish()?;
    Ok(Change::CreateIndex(Box::new(index)))
}

fn index_tail(cursor: &mut Cursor<'_>, index: &mut CreateIndex) -> Reads<()> {
    if cursor.eat("INCLUDE") {
        index.include = cursor.identifiers_in_parentheses()?;
    }
    index.nulls_not_distinct = nulls_not_distinct(cursor);
    if cursor.is("WITH (") {
        cursor.advance();
        index.options = options(cursor.parentheses()?)?;
    }
    if cursor.eat("TABLESPACE") {
        index.options.push(("tablespace".to_owned(), cursor.identifier()?));
    }
    if cursor.eat("WHERE") {
        let predicate = cursor.take_until(|_| false);
        if predicate.is_done() {
            return Err(cursor.unexpected("a condition"));
        }
        index.predicate = Some(expression(predicate));
    }
    Ok(())
}

/// One element: a column, a function call or an expression in parentheses, then its options.
fn index_key(mut cursor: Cursor<'_>) -> Reads<IndexKey> {
    if cursor.is_done() {
        return Err(cursor.unexpected("a column or expression"));
    }
    const VALUES: &[&str] = &[
        "CURRENT_CATALOG",
        "CURRENT_DATE",
        "CURRENT_ROLE",
        "CURRENT_SCHEMA",
        "CURRENT_TIME",
        "CURRENT_TIMESTAMP",
        "CURRENT_USER",
        "LOCALTIME",
        "LOCALTIMESTAMP",
        "SESSION_USER",
        "USER",
    ];
    let is_value = VALUES.iter().any(|word| cursor.is(word));
    let mut element = cursor;
    let column = if cursor.is("(") {
        cursor.parentheses()?;
        None
    } else {
        let name = cursor.name()?;
        match cursor.is("(") {
            true => {
                cursor.parentheses()?;
                None
            }
            // `current_date` is a value, `"current_date"` a column.
            false => Some(name.name).filter(|_| !is_value),
        }
    };
    let end = cursor.position();
    let expr = expression(element.take_until(|rest| rest.position() == end));
    key_options(cursor)?;
    Ok(IndexKey { column, expr, options: cursor.rest() })
}

/// Checks `[COLLATE name] [opclass [(params)]] [ASC | DESC] [NULLS FIRST | LAST]`.
fn key_options(mut cursor: Cursor<'_>) -> Reads<()> {
    if cursor.eat("COLLATE") {
        cursor.name()?;
    }
    let word = cursor
        .peek(0)
        .is_some_and(|token| matches!(token.kind, LexemeKind::Word | LexemeKind::Quoted));
    if word && !cursor.is("ASC") && !cursor.is("DESC") && !cursor.is("NULLS") {
        cursor.name()?;
        if cursor.is("(") {
            cursor.parentheses()?;
        }
    }
    cursor.eat_any(&["ASC", "DESC"]);
    cursor.eat_any(&["NULLS FIRST", "NULLS LAST"]);
    cursor.finish()
}

/// The kind of relation that `ALTER INDEX` and its like name, by the word behind ALTER.
pub fn relation_kind(cursor: &mut Cursor<'_>) -> Option<ObjectKind> {
    const KINDS: &[(&str, ObjectKind)] = &[
        ("FOREIGN TABLE", ObjectKind::ForeignTable),
        ("TABLE", ObjectKind::Table),
        ("INDEX", ObjectKind::Index),
        ("MATERIALIZED VIEW", ObjectKind::MaterializedView),
        ("VIEW", ObjectKind::View),
        ("SEQUENCE", ObjectKind::Sequence),
    ];
    KINDS.iter().find(|(words, _)| cursor.eat(words)).map(|(_, kind)| *kind)
}
