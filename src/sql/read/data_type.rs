//! Data types as they are written.

use crate::dialect::Engine;
use crate::schema::name::Name;
use crate::schema::types::{DataType, canonical};
use crate::sql::cursor::{Cursor, Reads};
use crate::sql::read::expr::skip_dimensions;
use crate::sql::read::sqlite;
use crate::sql::token::LexemeKind;

/// Takes a data type.
///
/// # Errors
/// `Unread` if none is next.
pub fn data_type(cursor: &mut Cursor<'_>) -> Reads<DataType> {
    if cursor.engine == Engine::Sqlite {
        return sqlite::data_type(cursor);
    }
    let mut ty = DataType { name: type_name(cursor)?, ..DataType::default() };
    if ty.name.name == "interval" {
        let fields = interval_fields(cursor);
        ty.arguments.extend((!fields.is_empty()).then_some(fields));
    }
    if cursor.is("(") {
        for part in cursor.parentheses()?.split_commas() {
            ty.arguments.push(part.tokens().iter().map(|token| cursor.text(*token)).collect());
        }
    }
    time_zone(cursor, &mut ty);
    if cursor.engine == Engine::Postgres {
        one_form(&mut ty);
    }
    if ty.arguments.is_empty() && (ty.name.name == "character" || ty.name.name == "bit") {
        ty.arguments.push("1".to_owned());
    }
    ty.array_dimensions = skip_dimensions(cursor);
    if cursor.eat("ARRAY") {
        ty.array_dimensions = skip_dimensions(cursor).max(1);
    }
    Ok(ty)
}

/// PostgreSQL's spellings that differ in their arguments alone: `float(24)` is real, a scale of 0
/// is no scale (manual, "Numeric Types").
fn one_form(ty: &mut DataType) {
    const REAL_BITS_MAX: u32 = 24;
    if ty.name.name == "float" {
        let real = ty.number(0).is_some_and(|bits| bits <= REAL_BITS_MAX);
        ty.name = Name::bare(if real { "real" } else { "double precision" });
        ty.arguments.clear();
    } else if ty.name.name == "numeric" && ty.arguments.get(1).is_some_and(|scale| scale == "0") {
        ty.arguments.truncate(1);
    }
}

/// The words of the type's name, in one spelling; a `pg_catalog.` before it says nothing.
fn type_name(cursor: &mut Cursor<'_>) -> Reads<Name> {
    /// Names of several words, and the name that each stands for.
    const WORDS: &[(&str, &str)] = &[
        ("DOUBLE PRECISION", "double precision"),
        ("NATIONAL CHARACTER VARYING", "character varying"),
        ("NATIONAL CHAR VARYING", "character varying"),
        ("NATIONAL CHARACTER", "character"),
        ("NATIONAL CHAR", "character"),
        ("NCHAR VARYING", "character varying"),
        ("NCHAR", "character"),
        ("CHARACTER VARYING", "character varying"),
        ("CHAR VARYING", "character varying"),
        ("BIT VARYING", "bit varying"),
    ];
    for (words, name) in WORDS {
        if cursor.eat(words) {
            return Ok(Name::bare(*name));
        }
    }
    let quoted = cursor.peek(0).is_some_and(|token| token.kind == LexemeKind::Quoted);
    let name = cursor.name()?;
    match name.schema.as_deref() {
        // `"char"` is a type of its own.
        None if quoted && name.name == "char" => Ok(Name::bare("\"char\"")),
        Some("pg_catalog") if name.name == "char" => Ok(Name::bare("\"char\"")),
        None | Some("pg_catalog") => Ok(Name::bare(canonical(cursor.engine, &name.name))),
        Some(_) => Ok(name),
    }
}

/// `WITH TIME ZONE` behind a timestamp or time and its precision.
fn time_zone(cursor: &mut Cursor<'_>, ty: &mut DataType) {
    if cursor.engine != Engine::Postgres {
        return;
    }
    let Some(base) = ty.name.name.strip_suffix(" without time zone").map(str::to_owned) else {
        return;
    };
    if cursor.eat("WITH TIME ZONE") {
        ty.name = Name::bare(format!("{base} with time zone"));
    } else {
        cursor.eat("WITHOUT TIME ZONE");
    }
}

fn interval_fields(cursor: &mut Cursor<'_>) -> String {
    const UNITS: &[&str] = &["YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND"];
    let Some(first) = cursor.eat_any(UNITS) else { return String::new() };
    let mut fields = first.to_ascii_lowercase();
    if cursor.eat("TO")
        && let Some(last) = cursor.eat_any(UNITS)
    {
        fields.push_str(" to ");
        fields.push_str(&last.to_ascii_lowercase());
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::migration::SqlText;
    use crate::sql::token::lex;

    #[test]
    fn one_spelling_for_each_type() {
        let cases = [
            ("int4", "integer"),
            ("INT", "integer"),
            ("varchar(20)", "character varying(20)"),
            ("pg_catalog.varchar", "character varying"),
            ("char", "character(1)"),
            ("\"char\"", "\"char\""),
            ("timestamp(3) with time zone", "timestamp(3) with time zone"),
            ("TIMESTAMPTZ(3)", "timestamp(3) with time zone"),
            ("timestamp", "timestamp without time zone"),
            ("numeric ( 10, 2 )", "numeric(10,2)"),
            ("text[][3]", "text[][]"),
            ("integer ARRAY[4]", "integer[]"),
            ("interval day to second(3)", "interval day to second(3)"),
            ("interval year", "interval year"),
            ("interval(3)", "interval(3)"),
            ("float(24)", "real"),
            ("FLOAT", "double precision"),
            ("decimal(78,0)", "numeric(78)"),
            ("double precision", "double precision"),
            ("\"My\".\"Type\"", "My.Type"),
            ("geometry(Point,4326)", "geometry(Point,4326)"),
        ];
        for (text, expected) in cases {
            let tokens: Vec<_> = lex(text, 0, text.len(), Engine::Postgres)
                .filter(|lexeme| !lexeme.kind.is_trivia())
                .collect();
            let sql = SqlText::verbatim(text, 0);
            let mut cursor = Cursor::new(&sql, Engine::Postgres, &tokens);
            let ty = data_type(&mut cursor).unwrap();
            assert!(cursor.is_done(), "{text}");
            assert_eq!(ty.to_string(), expected, "{text}");
        }
    }
}
