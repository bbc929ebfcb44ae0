//! MySQL's and MariaDB's data types.

use crate::schema::name::Name;
use crate::schema::types::{DataType, canonical};
use crate::sql::cursor::{Cursor, Reads};

/// Names of several words, and the name that each stands for.
const WORDS: &[(&str, &str)] = &[
    ("DOUBLE PRECISION", "double"),
    ("NATIONAL CHARACTER VARYING", "varchar"),
    ("NATIONAL CHAR VARYING", "varchar"),
    ("NATIONAL VARCHAR", "varchar"),
    ("NATIONAL CHARACTER", "char"),
    ("NATIONAL CHAR", "char"),
    ("NCHAR VARYING", "varchar"),
    ("NCHAR VARCHAR", "varchar"),
    ("NVARCHAR", "varchar"),
    ("NCHAR", "char"),
    ("CHARACTER VARYING", "varchar"),
    ("CHAR VARYING", "varchar"),
    ("CHAR BYTE", "binary"),
    ("LONG VARBINARY", "mediumblob"),
    ("LONG VARCHAR", "mediumtext"),
    ("LONG", "mediumtext"),
    ("REAL", "double"),
];

/// Takes a data type in one spelling: `int unsigned`, without the display width, which means
/// nothing but in `tinyint(1)` (MySQL 8.0.19 shows no other).
///
/// # Errors
/// `Unread` if none is next.
pub fn data_type(cursor: &mut Cursor<'_>) -> Reads<DataType> {
    let truth = cursor.is("BOOL") || cursor.is("BOOLEAN");
    let name = match WORDS.iter().find(|(words, _)| cursor.eat(words)) {
        Some((_, name)) => (*name).to_owned(),
        None => canonical(cursor.engine, &cursor.name()?.name).to_owned(),
    };
    let mut ty = DataType { name: Name::bare(name), ..DataType::default() };
    if cursor.is("(") {
        for part in cursor.parentheses()?.split_commas() {
            ty.arguments.push(part.tokens().iter().map(|token| cursor.text(*token)).collect());
        }
    }
    let mut unsigned = false;
    while let Some(word) = cursor.eat_any(&["UNSIGNED", "SIGNED", "ZEROFILL"]) {
        // ZEROFILL makes a column UNSIGNED.
        unsigned |= word != "SIGNED";
    }
    if truth {
        ty.arguments = vec!["1".to_owned()];
    }
    one_form(&mut ty, unsigned);
    if unsigned {
        ty.name.name.push_str(" unsigned");
    }
    Ok(ty)
}

/// Fills in what a type means without arguments, and leaves out what means nothing (manual, "Data
/// Types").
fn one_form(ty: &mut DataType, unsigned: bool) {
    const FLOAT_BITS_MAX: u32 = 24;
    let default = |ty: &mut DataType, argument: &str| {
        if ty.arguments.is_empty() {
            ty.arguments.push(argument.to_owned());
        }
    };
    match ty.name.name.as_str() {
        "tinyint" if !unsigned && ty.number(0) == Some(1) => {}
        "tinyint" | "smallint" | "mediumint" | "int" | "bigint" | "year" => ty.arguments.clear(),
        "decimal" => {
            default(ty, "10");
            if ty.arguments.len() == 1 {
                ty.arguments.push("0".to_owned());
            }
        }
        "float" if ty.arguments.len() == 1 => {
            if ty.number(0).is_some_and(|bits| bits > FLOAT_BITS_MAX) {
                ty.name.name = "double".to_owned();
            }
            ty.arguments.clear();
        }
        "char" | "binary" | "bit" => default(ty, "1"),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::Engine;
    use crate::migration::SqlText;
    use crate::sql::token::lex;

    #[test]
    fn one_spelling_for_each_type() {
        let cases = [
            ("INT(11)", "int"),
            ("integer unsigned", "int unsigned"),
            ("BIGINT(20) UNSIGNED ZEROFILL", "bigint unsigned"),
            ("BOOLEAN", "tinyint(1)"),
            ("tinyint(1)", "tinyint(1)"),
            ("TINYINT(4)", "tinyint"),
            ("numeric(12)", "decimal(12,0)"),
            ("DECIMAL(10, 2) unsigned", "decimal(10,2) unsigned"),
            ("float(53)", "double"),
            ("FLOAT(7,4)", "float(7,4)"),
            ("char", "char(1)"),
            ("national varchar(20)", "varchar(20)"),
            ("double precision", "double"),
            ("enum('a', \"b,c\")", "enum('a',\"b,c\")"),
            ("timestamp(6)", "timestamp(6)"),
            ("LONG VARCHAR", "mediumtext"),
            ("datetime", "datetime"),
        ];
        for (text, expected) in cases {
            let tokens: Vec<_> = lex(text, 0, text.len(), Engine::Mysql)
                .filter(|lexeme| !lexeme.kind.is_trivia())
                .collect();
            let sql = SqlText::verbatim(text, 0);
            let mut cursor = Cursor::new(&sql, Engine::Mysql, &tokens);
            let ty = data_type(&mut cursor).unwrap();
            assert!(cursor.is_done(), "{text}");
            assert_eq!(ty.to_string(), expected, "{text}");
        }
    }
}
