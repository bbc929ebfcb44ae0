//! Expressions: their text, and the names in it.

use crate::schema::expr::Expr;
use crate::schema::name::Name;
use crate::sql::cursor::{Cursor, normalise};
use crate::sql::token::LexemeKind;

/// Words of expressions that are neither columns nor functions.
const KEYWORDS: &[&str] = &[
    "all",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "asymmetric",
    "at",
    "between",
    "both",
    "by",
    "case",
    "cast",
    "collate",
    "cross",
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "default",
    "desc",
    "distinct",
    "document",
    "else",
    "end",
    "escape",
    "exists",
    "false",
    "filter",
    "first",
    "for",
    "from",
    "full",
    "group",
    "having",
    "ilike",
    "in",
    "inner",
    "is",
    "isnull",
    "join",
    "last",
    "lateral",
    "leading",
    "left",
    "like",
    "limit",
    "local",
    "localtime",
    "localtimestamp",
    "natural",
    "not",
    "notnull",
    "null",
    "nulls",
    "of",
    "offset",
    "on",
    "only",
    "operator",
    "or",
    "order",
    "outer",
    "over",
    "overlaps",
    "partition",
    "placing",
    "precision",
    "returning",
    "right",
    "row",
    "select",
    "session_user",
    "similar",
    "some",
    "symmetric",
    "then",
    "to",
    "trailing",
    "true",
    "union",
    "unknown",
    "user",
    "using",
    "values",
    "when",
    "where",
    "window",
    "with",
    "within",
    "without",
    "zone",
];

/// Takes all tokens of `cursor` as one expression.
pub fn expression(cursor: Cursor<'_>) -> Expr {
    let mut expr =
        Expr { text: normalise(&cursor), literal: is_literal(cursor), ..Expr::default() };
    expr.compares_null = compares_null(cursor);
    let mut rest = cursor;
    while let Some(token) = rest.peek(0) {
        if rest.eat("::") {
            skip_type(&mut rest);
            continue;
        }
        if rest.eat("AT TIME ZONE") {
            continue;
        }
        let named = matches!(token.kind, LexemeKind::Word | LexemeKind::Quoted);
        if !named || is_keyword(&rest) {
            rest.advance();
            continue;
        }
        let Ok(name) = rest.name() else {
            rest.advance();
            continue;
        };
        if rest.is("(") {
            expr.functions.insert(Name {
                schema: name.schema.filter(|schema| schema != "pg_catalog"),
                name: name.name,
            });
        } else if rest.peek(0).is_none_or(|next| next.kind != LexemeKind::Text) {
            // A word before a string is a type: `interval '1 day'`.
            expr.columns.insert(name.name);
        }
    }
    expr
}

/// Whether a comparison with NULL by `=` or `<>` stands in a condition: not behind SET, where `=`
/// assigns.
pub fn compares_null(mut cursor: Cursor<'_>) -> bool {
    const CONDITIONS: &[&str] = &["WHERE", "ON", "HAVING", "WHEN"];
    let mut assigns = false;
    // What held outside of the parentheses and CASEs that are open.
    let mut outside = Vec::new();
    while !cursor.is_done() {
        if cursor.is("(") || cursor.is("CASE") {
            outside.push(assigns);
        } else if cursor.is(")") || cursor.is("END") {
            assigns = outside.pop().unwrap_or(assigns);
        } else if cursor.is("SET") {
            assigns = true;
        } else if CONDITIONS.iter().any(|word| cursor.is(word)) {
            assigns = false;
        }
        let compares = cursor.eat_any(&["=", "<>", "!="]).is_some();
        if compares && !assigns && cursor.is("NULL") {
            return true;
        }
        if !compares {
            cursor.advance();
        }
    }
    false
}

fn is_keyword(cursor: &Cursor<'_>) -> bool {
    let word = cursor.peek_text(0).to_ascii_lowercase();
    // `left(x, 1)` is a function, `LEFT JOIN` is not.
    let called = matches!(word.as_str(), "left" | "right") && cursor.is_at(1, "(");
    !called && KEYWORDS.binary_search(&word.as_str()).is_ok()
}

/// Skips a type's name behind `::`.
fn skip_type(cursor: &mut Cursor<'_>) {
    if cursor.name().is_err() {
        return;
    }
    while cursor.eat_any(&["varying", "precision", "with time zone", "without time zone"]).is_some()
    {
    }
    if cursor.is("(") {
        let _ = cursor.parentheses();
    }
    cursor.eat_any(&["varying", "with time zone", "without time zone"]);
    skip_dimensions(cursor);
}

/// Skips `[]`, `[3]` and the like; returns how many.
pub fn skip_dimensions(cursor: &mut Cursor<'_>) -> u8 {
    let mut dimensions = 0_u8;
    loop {
        let size =
            usize::from(cursor.peek(1).is_some_and(|token| token.kind == LexemeKind::Number));
        if !cursor.is("[") || !cursor.is_at(1 + size, "]") {
            return dimensions;
        }
        (0..2 + size).for_each(|_| {
            cursor.advance();
        });
        dimensions = dimensions.saturating_add(1);
    }
}

/// A number, a string or a constant word, with any number of casts behind it.
fn is_literal(mut cursor: Cursor<'_>) -> bool {
    // Parentheses around the whole, as pg_dump writes them: `('a'::text)::varchar`.
    let mut open = 0_usize;
    while cursor.eat("(") {
        open += 1;
    }
    cursor.eat_any(&["-", "+"]);
    if cursor.eat_any(&["true", "false", "null"]).is_some() {
        return only_casts(cursor, open);
    }
    let typed = cursor.peek(0).is_some_and(|token| token.kind == LexemeKind::Word)
        && cursor.peek(1).is_some_and(|token| token.kind == LexemeKind::Text);
    if typed {
        cursor.advance();
    }
    let value = cursor.advance().is_some_and(|token| {
        matches!(token.kind, LexemeKind::Number | LexemeKind::Text | LexemeKind::Dollar)
    });
    value && only_casts(cursor, open)
}

/// Whether only casts are left, and the ends of `open` parentheses.
fn only_casts(mut cursor: Cursor<'_>, mut open: usize) -> bool {
    loop {
        if cursor.eat("::") {
            skip_type(&mut cursor);
        } else if open > 0 && cursor.eat(")") {
            open -= 1;
        } else {
            return cursor.is_done() && open == 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::Engine;
    use crate::migration::SqlText;
    use crate::sql::token::lex;

    fn read(text: &str) -> Expr {
        let tokens: Vec<_> = lex(text, 0, text.len(), Engine::Postgres)
            .filter(|lexeme| !lexeme.kind.is_trivia())
            .collect();
        let sql = SqlText::verbatim(text, 0);
        expression(Cursor::new(&sql, Engine::Postgres, &tokens))
    }

    #[test]
    fn keywords_are_sorted() {
        assert!(KEYWORDS.is_sorted());
    }

    #[test]
    fn names_in_expressions() {
        let cases: &[(&str, &[&str], &[&str], bool)] = &[
            ("a > 0 AND \"B\" IS NOT NULL", &["B", "a"], &[], false),
            ("lower(t.name) = 'x'", &["name"], &["lower"], false),
            ("'a'::character varying(3)", &[], &[], true),
            ("(-1)", &[], &[], true),
            ("(('a'::text)::numeric(3))::text", &[], &[], true),
            ("((1)", &[], &[], false),
            ("(1), (2)", &[], &[], false),
            ("interval '1 day'", &[], &[], true),
            ("now() AT TIME ZONE 'utc'", &[], &["now"], false),
            ("x::timestamp with time zone", &["x"], &[], false),
            ("x::text[] = ARRAY['a'::text]", &["x"], &[], false),
            ("pg_catalog.nextval('s'::regclass)", &[], &["nextval"], false),
            ("left(a, 1)", &["a"], &["left"], false),
            ("CURRENT_TIMESTAMP", &[], &[], false),
        ];
        for (text, columns, functions, literal) in cases {
            let expr = read(text);
            assert_eq!(
                expr.columns.iter().map(String::as_str).collect::<Vec<_>>(),
                *columns,
                "{text}"
            );
            let names: Vec<_> = expr.functions.iter().map(|name| name.name.as_str()).collect();
            assert_eq!(names, *functions, "{text}");
            assert_eq!(expr.literal, *literal, "{text}");
        }
    }
}
