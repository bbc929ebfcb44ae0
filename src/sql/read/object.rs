//! Objects of every kind by one table: CREATE, ALTER, DROP and COMMENT of what has no reader of
//! its own.

use crate::schema::change::Change;
use crate::schema::name::{Name, ObjectKind, ObjectRef};
use crate::source::Located;
use crate::sql::cursor::{Cursor, Reads, normalise};
use crate::sql::read::routine::argument_types;
use crate::sql::token::LexemeKind;

/// How a kind of object is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// `schema.name`.
    Name,
    /// `name(types)`, the types may be left out.
    Signature,
    /// `name ON table`.
    OnTable,
    /// `schema.table.column`.
    Column,
    /// An operator's symbols with its types.
    Operator,
    /// `name USING method`.
    UsingMethod,
    /// `(from AS to)`.
    Cast,
    /// `FOR role SERVER name`, `FOR type LANGUAGE name`.
    For,
    /// A number.
    Number,
}

/// Every kind with its words, longer words before their beginnings.
const KINDS: &[(&str, ObjectKind, Shape)] = &[
    ("ACCESS METHOD", ObjectKind::AccessMethod, Shape::Name),
    ("AGGREGATE", ObjectKind::Aggregate, Shape::Signature),
    ("CAST", ObjectKind::Cast, Shape::Cast),
    ("COLLATION", ObjectKind::Collation, Shape::Name),
    ("COLUMN", ObjectKind::Column, Shape::Column),
    ("CONSTRAINT TRIGGER", ObjectKind::Trigger, Shape::OnTable),
    ("CONSTRAINT", ObjectKind::Constraint, Shape::OnTable),
    ("DEFAULT CONVERSION", ObjectKind::Conversion, Shape::Name),
    ("CONVERSION", ObjectKind::Conversion, Shape::Name),
    ("DATABASE", ObjectKind::Database, Shape::Name),
    ("DOMAIN", ObjectKind::Domain, Shape::Name),
    ("EVENT TRIGGER", ObjectKind::EventTrigger, Shape::Name),
    ("EXTENSION", ObjectKind::Extension, Shape::Name),
    ("FOREIGN DATA WRAPPER", ObjectKind::ForeignDataWrapper, Shape::Name),
    ("FOREIGN SERVER", ObjectKind::Server, Shape::Name),
    ("FOREIGN TABLE", ObjectKind::ForeignTable, Shape::Name),
    ("FUNCTION", ObjectKind::Function, Shape::Signature),
    ("GROUP", ObjectKind::Role, Shape::Name),
    ("INDEX", ObjectKind::Index, Shape::Name),
    ("TRUSTED PROCEDURAL LANGUAGE", ObjectKind::Language, Shape::Name),
    ("TRUSTED LANGUAGE", ObjectKind::Language, Shape::Name),
    ("PROCEDURAL LANGUAGE", ObjectKind::Language, Shape::Name),
    ("LANGUAGE", ObjectKind::Language, Shape::Name),
    ("LARGE OBJECT", ObjectKind::LargeObject, Shape::Number),
    ("MATERIALIZED VIEW", ObjectKind::MaterializedView, Shape::Name),
    ("OPERATOR CLASS", ObjectKind::OperatorClass, Shape::UsingMethod),
    ("OPERATOR FAMILY", ObjectKind::OperatorFamily, Shape::UsingMethod),
    ("OPERATOR", ObjectKind::Operator, Shape::Operator),
    ("POLICY", ObjectKind::Policy, Shape::OnTable),
    ("PROCEDURE", ObjectKind::Procedure, Shape::Signature),
    ("PUBLICATION", ObjectKind::Publication, Shape::Name),
    ("ROLE", ObjectKind::Role, Shape::Name),
    ("ROUTINE", ObjectKind::Routine, Shape::Signature),
    ("RULE", ObjectKind::Rule, Shape::OnTable),
    ("SCHEMA", ObjectKind::Schema, Shape::Name),
    ("SEQUENCE", ObjectKind::Sequence, Shape::Name),
    ("SERVER", ObjectKind::Server, Shape::Name),
    ("STATISTICS", ObjectKind::Statistics, Shape::Name),
    ("SUBSCRIPTION", ObjectKind::Subscription, Shape::Name),
    ("TABLESPACE", ObjectKind::Tablespace, Shape::Name),
    ("TABLE", ObjectKind::Table, Shape::Name),
    ("TEXT SEARCH CONFIGURATION", ObjectKind::TextSearchConfiguration, Shape::Name),
    ("TEXT SEARCH DICTIONARY", ObjectKind::TextSearchDictionary, Shape::Name),
    ("TEXT SEARCH PARSER", ObjectKind::TextSearchParser, Shape::Name),
    ("TEXT SEARCH TEMPLATE", ObjectKind::TextSearchTemplate, Shape::Name),
    ("TRANSFORM", ObjectKind::Transform, Shape::For),
    ("TRIGGER", ObjectKind::Trigger, Shape::OnTable),
    ("TYPE", ObjectKind::Type, Shape::Name),
    ("USER MAPPING", ObjectKind::UserMapping, Shape::For),
    ("USER", ObjectKind::Role, Shape::Name),
    ("VIEW", ObjectKind::View, Shape::Name),
];

/// Words for a kind that say more than its own: a definition begins with them.
const MORE_WORDS: &[&str] = &[
    "CONSTRAINT TRIGGER",
    "DEFAULT CONVERSION",
    "TRUSTED PROCEDURAL LANGUAGE",
    "TRUSTED LANGUAGE",
];

/// Takes the words of a kind.
fn kind(cursor: &mut Cursor<'_>) -> Reads<(ObjectKind, Shape)> {
    let found = KINDS.iter().find(|(words, _, _)| cursor.eat(words));
    found
        .map(|(_, kind, shape)| (*kind, *shape))
        .ok_or_else(|| cursor.unexpected("a kind of object"))
}

/// Takes a kind and the name of an object of that kind.
///
/// # Errors
/// `Unread` when no object is named.
pub fn object(cursor: &mut Cursor<'_>) -> Reads<ObjectRef> {
    let (kind, shape) = kind(cursor)?;
    object_name(cursor, kind, shape)
}

fn object_name(cursor: &mut Cursor<'_>, kind: ObjectKind, shape: Shape) -> Reads<ObjectRef> {
    match shape {
        Shape::Name => Ok(ObjectRef::new(kind, cursor.name()?)),
        Shape::Signature => signature(cursor, kind),
        Shape::OnTable => {
            let part = cursor.identifier()?;
            cursor.expect("ON")?;
            cursor.eat("DOMAIN");
            Ok(ObjectRef::part(kind, cursor.name()?, part))
        }
        Shape::Column => {
            let mut parts = vec![cursor.identifier()?];
            while cursor.eat(".") {
                parts.push(cursor.identifier()?);
            }
            let column = parts.pop().unwrap_or_default();
            let name = parts.pop().ok_or_else(|| cursor.unexpected("`table.column`"))?;
            Ok(ObjectRef::part(kind, Name { schema: parts.pop(), name }, column))
        }
        Shape::Operator => operator(cursor),
        Shape::UsingMethod => {
            let name = cursor.name()?;
            cursor.expect("USING")?;
            Ok(ObjectRef { arguments: Some(cursor.identifier()?), ..ObjectRef::new(kind, name) })
        }
        Shape::Cast => Ok(ObjectRef::new(kind, Name::bare(cursor.parentheses()?.rest()))),
        Shape::For => {
            cursor.expect("FOR")?;
            let owner = cursor.take_until(|rest| rest.is("SERVER") || rest.is("LANGUAGE"));
            cursor.eat_any(&["SERVER", "LANGUAGE"]);
            Ok(ObjectRef::part(kind, cursor.name()?, normalise(&owner)))
        }
        Shape::Number => {
            let text = cursor.peek_text(0).to_owned();
            cursor.advance();
            Ok(ObjectRef::new(kind, Name::bare(text)))
        }
    }
}

fn signature(cursor: &mut Cursor<'_>, kind: ObjectKind) -> Reads<ObjectRef> {
    let name = cursor.name()?;
    let arguments = match cursor.is("(") {
        true => Some(argument_types(cursor.parentheses()?)),
        false => None,
    };
    Ok(ObjectRef { arguments, ..ObjectRef::new(kind, name) })
}

fn operator(cursor: &mut Cursor<'_>) -> Reads<ObjectRef> {
    let schema = match cursor.is_at(1, ".") {
        true => Some(cursor.identifier()?),
        false => None,
    };
    cursor.eat(".");
    let symbols = cursor.take_until(|rest| rest.is("("));
    let name = Name { schema, name: normalise(&symbols) };
    let arguments = Some(cursor.parentheses()?.rest());
    Ok(ObjectRef { arguments, ..ObjectRef::new(ObjectKind::Operator, name) })
}

/// `CREATE` of an object that has no reader of its own.
///
/// # Errors
/// `Unread` when no object is named, or the tail of a common kind is not what it can be.
pub fn create_object(cursor: &mut Cursor<'_>) -> Reads<Change> {
    cursor.expect("CREATE")?;
    let or_replace = cursor.eat("OR REPLACE");
    let more = MORE_WORDS.iter().find(|words| cursor.is(words));
    let (kind, shape) = kind(cursor)?;
    let if_not_exists = cursor.if_not_exists();
    let start = *cursor;
    let object = match (kind, shape) {
        (ObjectKind::Trigger | ObjectKind::Rule, _) => on_table_later(cursor, kind)?,
        (ObjectKind::Schema, _) => schema(cursor)?,
        (ObjectKind::Operator, _) => {
            let symbols = cursor.take_until(|rest| rest.is("("));
            ObjectRef::new(kind, Name::bare(normalise(&symbols)))
        }
        (ObjectKind::OperatorClass, _) => {
            let name = cursor.name()?;
            cursor.take_until(|rest| rest.is("USING"));
            cursor.expect("USING")?;
            ObjectRef { arguments: Some(cursor.identifier()?), ..ObjectRef::new(kind, name) }
        }
        (ObjectKind::Statistics, _) if cursor.is("(") || cursor.is("ON") => {
            ObjectRef::new(kind, Name::default())
        }
        (_, shape) => object_name(cursor, kind, shape)?,
    };
    if kind == ObjectKind::Schema && cursor.is("CREATE") | cursor.is("GRANT") {
        cursor.rest();
        let why = "it creates objects inside a CREATE SCHEMA".to_owned();
        let verb = "CREATE SCHEMA".to_owned();
        return Ok(Change::Opaque { verb, names: Vec::new(), why });
    }
    check_tail(*cursor, kind)?;
    let on = object.part.as_ref().map(|_| object.name.clone());
    cursor.rest();
    let mut definition = normalise(&start);
    if let Some(words) = more {
        definition = format!("{} {definition}", words.to_ascii_lowercase());
    }
    Ok(Change::Create { object, or_replace, if_not_exists, on, definition })
}

/// A trigger names its table behind `ON`, a rule behind `TO`.
fn on_table_later(cursor: &mut Cursor<'_>, kind: ObjectKind) -> Reads<ObjectRef> {
    let part = cursor.identifier()?;
    let word = if kind == ObjectKind::Rule { "TO" } else { "ON" };
    cursor.take_until(|rest| rest.is(word));
    cursor.expect(word)?;
    Ok(ObjectRef::part(kind, cursor.name()?, part))
}

fn schema(cursor: &mut Cursor<'_>) -> Reads<ObjectRef> {
    let named = !cursor.is("AUTHORIZATION");
    let name = if named { Some(cursor.identifier()?) } else { None };
    let owner = match cursor.eat("AUTHORIZATION") {
        true => Some(cursor.identifier()?),
        false => None,
    };
    let name = name.or(owner).unwrap_or_default();
    if !cursor.is("CREATE") && !cursor.is("GRANT") {
        cursor.finish()?;
    }
    Ok(ObjectRef::new(ObjectKind::Schema, Name::bare(name)))
}

/// Reads what stands behind the name of the kinds that migrations create most, so that a missing
/// semicolon does not hide the next statement in a definition.
fn check_tail(mut cursor: Cursor<'_>, kind: ObjectKind) -> Reads<()> {
    match kind {
        ObjectKind::Extension => {
            cursor.eat("WITH");
            while cursor.eat("CASCADE") || cursor.eat_any(&["SCHEMA", "VERSION", "FROM"]).is_some()
            {
                if cursor.peek(0).is_some_and(|token| token.kind == LexemeKind::Text) {
                    cursor.advance();
                } else if !cursor.is_done() && !cursor.is("CASCADE") && !cursor.is("VERSION") {
                    cursor.identifier()?;
                }
            }
            cursor.finish()
        }
        ObjectKind::Trigger => {
            cursor.take_until(|rest| rest.is("EXECUTE"));
            cursor.expect("EXECUTE")?;
            if !cursor.eat("FUNCTION") {
                cursor.expect("PROCEDURE")?;
            }
            cursor.name()?;
            cursor.parentheses()?;
            cursor.finish()
        }
        ObjectKind::Policy => {
            cursor.eat_any(&["AS PERMISSIVE", "AS RESTRICTIVE"]);
            if cursor.eat("FOR") {
                cursor.identifier()?;
            }
            if cursor.eat("TO") {
                cursor.names()?;
            }
            for words in ["USING", "WITH CHECK"] {
                if cursor.eat(words) {
                    cursor.parentheses()?;
                }
            }
            cursor.finish()
        }
        _ => Ok(()),
    }
}

/// `ALTER` of anything but a relation, an enum's values and default privileges.
///
/// # Errors
/// `Unread` when no object is named, or nothing stands behind it.
pub fn alter_object(cursor: &mut Cursor<'_>) -> Reads<Change> {
    cursor.expect("ALTER")?;
    let (kind, shape) = kind(cursor)?;
    let if_exists = cursor.if_exists();
    let object = object_name(cursor, kind, shape)?;
    if cursor.is_done() {
        return Err(cursor.unexpected("what to alter"));
    }
    let mut ahead = *cursor;
    let simple = if ahead.eat("RENAME TO") {
        Some(Change::Rename { object: object.clone(), to: ahead.identifier()?, if_exists })
    } else if ahead.eat("OWNER TO") {
        Some(Change::SetOwner { object: object.clone(), owner: ahead.identifier()? })
    } else if ahead.eat("SET SCHEMA") {
        Some(Change::SetSchema { object: object.clone(), schema: ahead.identifier()? })
    } else {
        None
    };
    if let Some(change) = simple {
        *cursor = ahead;
        cursor.finish()?;
        return Ok(change);
    }
    Ok(Change::Alter { object, if_exists, action: cursor.rest() })
}

/// `ALTER DEFAULT PRIVILEGES`, `ALTER SYSTEM`: what they alter has no name.
pub fn alter_nameless(cursor: &mut Cursor<'_>) -> Reads<Change> {
    cursor.expect("ALTER")?;
    let kind = match cursor.eat("DEFAULT PRIVILEGES") {
        true => ObjectKind::DefaultPrivileges,
        false => {
            cursor.expect("SYSTEM")?;
            ObjectKind::System
        }
    };
    let object = ObjectRef::new(kind, Name::default());
    Ok(Change::Alter { object, if_exists: false, action: cursor.rest() })
}

/// `DROP`: one change for each object.
///
/// # Errors
/// `Unread` at the first token that is not part of one.
pub fn drop_objects(cursor: &mut Cursor<'_>) -> Reads<Vec<Located<Change>>> {
    cursor.expect("DROP")?;
    let (kind, shape) = kind(cursor)?;
    let concurrently = cursor.eat("CONCURRENTLY");
    let if_exists = cursor.if_exists();
    let mut objects = Vec::new();
    loop {
        let start = cursor.position();
        let object = object_name(cursor, kind, shape)?;
        objects.push((object, cursor.span_from(start)));
        if !cursor.eat(",") {
            break;
        }
    }
    let cascade = cursor.cascade();
    if kind == ObjectKind::Database && cursor.eat("WITH") | cursor.is("(") {
        cursor.parentheses()?;
    }
    cursor.finish()?;
    let change = |(object, span)| {
        Located::new(Change::Drop { object, if_exists, cascade, concurrently }, span)
    };
    Ok(objects.into_iter().map(change).collect())
}

/// `COMMENT ON`.
///
/// # Errors
/// `Unread` at the first token that is not part of one.
pub fn comment(cursor: &mut Cursor<'_>) -> Reads<Change> {
    cursor.expect("COMMENT ON")?;
    let object = object(cursor)?;
    cursor.expect("IS")?;
    let text = match cursor.eat("NULL") {
        true => None,
        false => Some(cursor.string()?),
    };
    cursor.finish()?;
    Ok(Change::Comment { object, text })
}

/// A statement whose verb and object are known and whose effect is not modelled.
///
/// # Errors
/// Never; its type is that of a reader.
pub fn opaque(cursor: &mut Cursor<'_>) -> Reads<Change> {
    let words: Vec<String> = (0..2)
        .filter(|ahead| cursor.peek(*ahead).is_some_and(|token| token.kind == LexemeKind::Word))
        .map(|ahead| cursor.peek_text(ahead).to_ascii_uppercase())
        .collect();
    cursor.rest();
    let verb = words.join(" ");
    let why = format!("what {verb} does is not modelled");
    Ok(Change::Opaque { verb, names: Vec::new(), why })
}
