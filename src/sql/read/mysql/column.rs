//! Column definitions of MySQL and MariaDB.

use super::data_type::data_type;
use crate::schema::change::{Column, Constraint, ConstraintKind, Generated, Identity, Key};
use crate::schema::expr::Expr;
use crate::schema::name::Name;
use crate::schema::types::DataType;
use crate::source::Located;
use crate::sql::cursor::{Cursor, Reads};
use crate::sql::read::column::{ColumnDefinition, constraint_attributes, references};
use crate::sql::read::expr::expression;
use crate::sql::token::LexemeKind;

/// The name that every primary key has, whatever is written.
pub const PRIMARY: &str = "PRIMARY";

/// Words with which an attribute of a column begins: a DEFAULT's expression ends there.
const ATTRIBUTES: &[&str] = &[
    "NOT NULL",
    "NULL",
    "DEFAULT",
    "AUTO_INCREMENT",
    "UNIQUE",
    "PRIMARY KEY",
    "KEY",
    "COMMENT",
    "COLLATE",
    "CHARACTER SET",
    "CHARSET",
    "ON UPDATE",
    "GENERATED",
    "AS (",
    "VIRTUAL",
    "STORED",
    "PERSISTENT",
    "COLUMN_FORMAT",
    "STORAGE",
    "ENGINE_ATTRIBUTE",
    "SECONDARY_ENGINE_ATTRIBUTE",
    "INVISIBLE",
    "VISIBLE",
    "REFERENCES",
    "CONSTRAINT",
    "CHECK (",
    "SRID",
    "REF_SYSTEM_ID",
    "COMPRESSED",
    "WITH SYSTEM VERSIONING",
    "WITHOUT SYSTEM VERSIONING",
    "FIRST",
    "AFTER",
];

/// Takes all tokens of `cursor` as a column definition, with the FIRST or AFTER behind it.
///
/// # Errors
/// `Unread` if some token is not part of one.
pub fn column_definition(mut cursor: Cursor<'_>) -> Reads<ColumnDefinition> {
    let mut read = ColumnDefinition::default();
    read.column.name = cursor.identifier()?;
    let ty = data_type(&mut cursor)?;
    match ty.is("serial") {
        true => serial(&mut read, &cursor),
        false => read.column.ty = Some(ty),
    }
    while !cursor.is_done() {
        let start = cursor.position();
        let name = match cursor.eat("CONSTRAINT") {
            true if cursor.is("CHECK") => None,
            true => Some(cursor.identifier()?),
            false => None,
        };
        if let Some(kind) = attribute(&mut cursor, &mut read.column)? {
            let mut constraint = Constraint { inline: true, ..Constraint::new(name, kind) };
            constraint_attributes(&mut cursor, &mut constraint);
            if let ConstraintKind::PrimaryKey(_) = constraint.kind {
                constraint.name = Some(PRIMARY.to_owned());
            }
            read.constraints.push(Located::new(constraint, cursor.span_from(start)));
        }
    }
    Ok(read)
}

/// `SERIAL` is BIGINT UNSIGNED NOT NULL AUTO_INCREMENT UNIQUE.
fn serial(read: &mut ColumnDefinition, cursor: &Cursor<'_>) {
    let column = &mut read.column;
    column.ty = Some(DataType::named("bigint unsigned"));
    column.not_null = true;
    column.identity = Some(Identity { always: false, sequence: Default::default() });
    let key = Key { columns: vec![column.name.clone()], ..Key::default() };
    let unique = Constraint { inline: true, ..Constraint::new(None, ConstraintKind::Unique(key)) };
    read.constraints.push(Located::new(unique, cursor.span_from(0)));
}

/// Takes one attribute or constraint; an attribute goes into the column.
fn attribute(cursor: &mut Cursor<'_>, column: &mut Column) -> Reads<Option<ConstraintKind>> {
    let own = || Key { columns: vec![column.name.clone()], ..Key::default() };
    if cursor.eat("NOT NULL") {
        column.not_null = true;
    } else if cursor.eat("NULL") {
        column.not_null = false;
    } else if cursor.eat("UNIQUE") {
        cursor.eat("KEY");
        return Ok(Some(ConstraintKind::Unique(own())));
    } else if cursor.eat("PRIMARY KEY") || cursor.eat("KEY") {
        column.not_null = true;
        return Ok(Some(ConstraintKind::PrimaryKey(own())));
    } else if cursor.eat("CHECK") {
        return Ok(Some(ConstraintKind::Check(expression(cursor.parentheses()?))));
    } else if cursor.is("REFERENCES") {
        return references(cursor, own().columns, false).map(Some);
    } else if cursor.eat("AUTO_INCREMENT") {
        column.not_null = true;
        column.identity = Some(Identity { always: false, sequence: Default::default() });
    } else if cursor.eat("DEFAULT") {
        column.default = Some(default_expression(cursor)?);
    } else if cursor.eat_any(&["GENERATED ALWAYS AS ROW", "AS ROW"]).is_some() {
        // A period's bound in a MariaDB table WITH SYSTEM VERSIONING.
        let bound = cursor.eat_any(&["START", "END"]).ok_or_else(|| cursor.unexpected("START"))?;
        column.options.push(("row".to_owned(), bound.to_ascii_lowercase()));
    } else if cursor.eat("GENERATED ALWAYS AS") || cursor.eat("AS") {
        let expr = expression(cursor.parentheses()?);
        let kind = cursor.eat_any(&["STORED", "PERSISTENT", "VIRTUAL"]);
        let stored = kind.is_some_and(|kind| kind != "VIRTUAL");
        column.generated = Some(Generated { expr, stored });
    } else if cursor.eat("COLLATE") {
        column.collation = Some(Name::bare(value(cursor)?.to_ascii_lowercase()));
    } else {
        setting(cursor, column)?;
    }
    Ok(None)
}

/// Takes an attribute that the column keeps by its name.
fn setting(cursor: &mut Cursor<'_>, column: &mut Column) -> Reads<()> {
    const BARE: &[(&str, &str, &str)] = &[
        ("INVISIBLE", "visibility", "invisible"),
        ("VISIBLE", "visibility", "visible"),
        ("BINARY", "binary", "yes"),
        ("ASCII", "character set", "latin1"),
        ("UNICODE", "character set", "ucs2"),
        ("WITH SYSTEM VERSIONING", "system versioning", "with"),
        ("WITHOUT SYSTEM VERSIONING", "system versioning", "without"),
        ("FIRST", "position", "first"),
    ];
    const VALUED: &[&str] = &[
        "CHARACTER SET",
        "CHARSET",
        "CHAR SET",
        "COMMENT",
        "COLUMN_FORMAT",
        "STORAGE",
        "ENGINE_ATTRIBUTE",
        "SECONDARY_ENGINE_ATTRIBUTE",
        "SRID",
        "REF_SYSTEM_ID",
    ];
    if let Some((_, name, value)) = BARE.iter().find(|(words, _, _)| cursor.eat(words)) {
        column.options.push(((*name).to_owned(), (*value).to_owned()));
    } else if cursor.eat("ON UPDATE") {
        let update = cursor.take_until(starts_attribute);
        column.options.push(("on update".to_owned(), { update }.rest()));
    } else if cursor.eat("COMPRESSED") {
        let method = if cursor.is("=") { value(cursor)? } else { "yes".to_owned() };
        column.options.push(("compressed".to_owned(), method));
    } else if cursor.eat("AFTER") {
        column.options.push(("position".to_owned(), format!("after {}", cursor.identifier()?)));
    } else if let Some(words) = cursor.eat_any(VALUED) {
        let name = match words {
            "CHARSET" | "CHAR SET" => "character set".to_owned(),
            words => words.to_ascii_lowercase(),
        };
        column.options.push((name, value(cursor)?));
    } else {
        return Err(cursor.unexpected("an attribute of a column"));
    }
    Ok(())
}

/// Takes `[=] value`: a word, a number or the value of a string.
///
/// # Errors
/// `Unread` if none is next.
pub fn value(cursor: &mut Cursor<'_>) -> Reads<String> {
    cursor.eat("=");
    match cursor.peek(0).map(|token| token.kind) {
        Some(LexemeKind::Text) => cursor.string(),
        Some(LexemeKind::Number) => {
            let text = cursor.peek_text(0).to_owned();
            cursor.advance();
            Ok(text)
        }
        _ => cursor.identifier(),
    }
}

fn starts_attribute(cursor: &Cursor<'_>) -> bool {
    ATTRIBUTES.iter().any(|words| cursor.is(words))
}

/// Takes the expression behind DEFAULT: up to the next attribute.
fn default_expression(cursor: &mut Cursor<'_>) -> Reads<Expr> {
    let start = cursor.position();
    let taken = cursor.take_until(|rest| rest.position() > start && starts_attribute(rest));
    match taken.is_done() {
        true => Err(cursor.unexpected("a default value")),
        false => Ok(expression(taken)),
    }
}
