//! Types and domains.

use crate::schema::change::{Change, Constraint, ConstraintKind, TypeDefinition};
use crate::schema::types::DataType;
use crate::source::Located;
use crate::sql::cursor::{Cursor, Reads};
use crate::sql::read::column::column_options;
use crate::sql::read::data_type::data_type;
use crate::sql::read::object::alter_object;

/// `CREATE TYPE`.
///
/// # Errors
/// `Unread` at the first token that is not part of one.
pub fn create_type(cursor: &mut Cursor<'_>) -> Reads<Change> {
    cursor.expect("CREATE TYPE")?;
    let name = cursor.name()?;
    let definition = if cursor.is_done() {
        TypeDefinition::Shell
    } else if cursor.eat("AS ENUM") {
        let labels = cursor.parentheses()?.split_commas();
        let label = |mut part: Cursor<'_>| {
            let label = part.string()?;
            part.finish().map(|()| label)
        };
        TypeDefinition::Enum(labels.into_iter().map(label).collect::<Reads<_>>()?)
    } else if cursor.eat("AS RANGE") {
        TypeDefinition::Range(cursor.parentheses()?.rest())
    } else if cursor.eat("AS") {
        let attributes = cursor.parentheses()?.split_commas();
        TypeDefinition::Composite(attributes.into_iter().map(attribute).collect::<Reads<_>>()?)
    } else {
        TypeDefinition::Base(cursor.parentheses()?.rest())
    };
    cursor.finish()?;
    Ok(Change::CreateType { name, definition })
}

fn attribute(mut cursor: Cursor<'_>) -> Reads<(String, DataType)> {
    let name = cursor.identifier()?;
    let ty = data_type(&mut cursor)?;
    if cursor.eat("COLLATE") {
        cursor.name()?;
    }
    cursor.finish().map(|()| (name, ty))
}

/// `ALTER TYPE`.
///
/// # Errors
/// `Unread` at the first token that is not part of one.
pub fn alter_type(cursor: &mut Cursor<'_>) -> Reads<Change> {
    let whole = *cursor;
    cursor.expect("ALTER TYPE")?;
    let name = cursor.name()?;
    if cursor.eat("ADD VALUE") {
        let if_not_exists = cursor.if_not_exists();
        let value = cursor.string()?;
        let position = match cursor.eat_any(&["BEFORE", "AFTER"]) {
            Some(word) => Some((word == "BEFORE", cursor.string()?)),
            None => None,
        };
        cursor.finish()?;
        return Ok(Change::AddEnumValue { name, value, if_not_exists, position });
    }
    if cursor.eat("RENAME VALUE") {
        let from = cursor.string()?;
        cursor.expect("TO")?;
        let to = cursor.string()?;
        cursor.finish()?;
        return Ok(Change::RenameEnumValue { name, from, to });
    }
    *cursor = whole;
    alter_object(cursor)
}

/// `CREATE DOMAIN`.
///
/// # Errors
/// `Unread` at the first token that is not part of one.
pub fn create_domain(cursor: &mut Cursor<'_>) -> Reads<Change> {
    cursor.expect("CREATE DOMAIN")?;
    let name = cursor.name()?;
    cursor.eat("AS");
    let ty = data_type(cursor)?;
    // The rest is what may stand beside a column; a domain's CHECK calls that column `value`.
    let read = column_options(*cursor, "value")?;
    let mut constraints = read.constraints;
    if read.column.not_null && !constraints.iter().any(|located| is_not_null(&located.value)) {
        let kind = ConstraintKind::NotNull("value".to_owned());
        constraints.push(Located::new(Constraint::new(None, kind), cursor.rest_span()));
    }
    Ok(Change::CreateDomain { name, ty, default: read.column.default, constraints })
}

fn is_not_null(constraint: &Constraint) -> bool {
    matches!(constraint.kind, ConstraintKind::NotNull(_))
}
