//! What an INSERT gives its rows, and queries that copy all rows of one table.

use crate::schema::change::{Given, RowCopy};
use crate::sql::cursor::Cursor;
use crate::sql::token::LexemeKind;

/// What an INSERT gives each row, behind any `WITH` list.
pub fn given(mut cursor: Cursor<'_>) -> Option<Given> {
    if cursor.eat("WITH") {
        cursor.take_until(|rest| rest.is("INSERT"));
    }
    cursor.eat("INSERT INTO").then_some(())?;
    cursor.name().ok()?;
    if cursor.eat("AS") {
        cursor.identifier().ok()?;
    }
    let columns = match cursor.is("(") && !cursor.is("( SELECT") && !cursor.is("( WITH") {
        true => cursor.identifiers_in_parentheses().ok()?,
        false => Vec::new(),
    };
    cursor.eat_any(&["OVERRIDING SYSTEM VALUE", "OVERRIDING USER VALUE"]);
    let (values, rows) = if cursor.eat("DEFAULT VALUES") {
        (Some(Vec::new()), Some(1))
    } else if cursor.eat("VALUES") {
        let mut row = cursor.parentheses().ok()?;
        let values = row.split_commas().into_iter().map(|mut value| value.rest()).collect();
        let mut rows = 1;
        while cursor.eat(",") && cursor.parentheses().is_ok() {
            rows += 1;
        }
        (Some(values), Some(rows))
    } else {
        (None, None)
    };
    Some(Given { columns, values, rows })
}

/// The tokens of an INSERT as a copy of all rows of one table; `None` where it may leave rows out
/// or takes them from elsewhere.
pub fn inserted(mut cursor: Cursor<'_>) -> Option<RowCopy> {
    cursor.eat("INSERT").then_some(())?;
    cursor.eat_any(&["LOW_PRIORITY", "HIGH_PRIORITY", "OR ABORT", "OR FAIL", "OR ROLLBACK"]);
    cursor.eat("INTO");
    cursor.name().ok()?;
    let selects = cursor.is("( SELECT");
    let into = match cursor.is("(") && !selects {
        true => cursor.identifiers_in_parentheses().ok()?,
        false => Vec::new(),
    };
    cursor.eat_any(&["OVERRIDING SYSTEM VALUE", "OVERRIDING USER VALUE"]);
    let copy = queried(cursor)?;
    Some(RowCopy { into, ..copy })
}

/// The tokens of a query, likewise; `into` are the names of its own columns.
pub fn queried(mut cursor: Cursor<'_>) -> Option<RowCopy> {
    if cursor.is("(") {
        let inner = cursor.parentheses().ok()?;
        cursor.is_done().then_some(())?;
        cursor = inner;
    }
    cursor.eat("SELECT").then_some(())?;
    let mut copy = RowCopy::default();
    let mut items = cursor.take_until(|rest| rest.is("FROM"));
    for item in items.split_commas() {
        let (from, name) = column(item)?;
        copy.into.push(name.or(from.clone()).unwrap_or_default());
        copy.columns.push(from);
    }
    cursor.eat("FROM").then_some(())?;
    copy.from = cursor.name().ok()?;
    let ends = cursor.is_done() || cursor.is("ORDER");
    if !ends {
        cursor.eat("AS");
        cursor.identifier().ok()?;
    }
    if cursor.eat("ORDER BY") {
        const NARROW: &[&str] = &["LIMIT", "OFFSET", "FETCH", "UNION", "INTERSECT", "EXCEPT"];
        cursor.take_until(|rest| NARROW.iter().any(|word| rest.is(word)));
    }
    cursor.is_done().then_some(copy)
}

/// What an element of a SELECT's list takes its values from, where that is one column, and its own
/// name, where it is given one; `None` for what gathers many rows into one.
fn column(item: Cursor<'_>) -> Option<(Option<String>, Option<String>)> {
    const GATHER: &[&str] = &[
        "DISTINCT",
        "MIN (",
        "MAX (",
        "COUNT (",
        "SUM (",
        "AVG (",
        "TOTAL (",
        "GROUP_CONCAT (",
        "STRING_AGG (",
        "ARRAY_AGG (",
    ];
    let mut all = item;
    while !all.is_done() {
        if GATHER.iter().any(|words| all.is(words)) {
            return None;
        }
        all.advance();
    }
    let mut rest = item;
    let value = rest.take_until(|rest| rest.is("AS"));
    let name = rest.eat("AS").then(|| rest.identifier().ok()).flatten();
    Some((taken(value), name))
}

/// The column that a value is: by itself, or in what only gives it another type or fills in for
/// NULL; `*` for all of them.
fn taken(mut value: Cursor<'_>) -> Option<String> {
    if value.eat("*") || value.eat(". *") {
        return value.is_done().then(|| "*".to_owned());
    }
    let wraps = ["COALESCE (", "IFNULL (", "CAST ("].iter().any(|words| value.is(words));
    if wraps {
        value.advance();
        let mut inner = value.parentheses().ok()?;
        value.is_done().then_some(())?;
        let first = inner.take_until(|rest| rest.is(",") || rest.is("AS"));
        return taken(first);
    }
    let named = value
        .peek(0)
        .is_some_and(|token| matches!(token.kind, LexemeKind::Word | LexemeKind::Quoted));
    if !named || ["NULL", "TRUE", "FALSE", "DEFAULT"].iter().any(|word| value.is(word)) {
        return None;
    }
    let name = value.name().ok()?;
    if value.eat(". *") {
        return value.is_done().then(|| "*".to_owned());
    }
    value.is_done().then_some(name.name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::Engine;
    use crate::migration::SqlText;
    use crate::sql::token::lex;

    fn shown(text: &str) -> Option<String> {
        let tokens: Vec<_> = lex(text, 0, text.len(), Engine::Mysql)
            .filter(|lexeme| !lexeme.kind.is_trivia())
            .collect();
        let sql = SqlText::verbatim(text, 0);
        let copy = inserted(Cursor::new(&sql, Engine::Mysql, &tokens))?;
        let columns = copy.columns.iter().map(|column| column.as_deref().unwrap_or("-"));
        Some(format!("{} {}", copy.from, columns.collect::<Vec<_>>().join(",")))
    }

    #[test]
    fn an_insert_gives_its_columns_values() {
        let cases = [
            ("INSERT INTO t (a, \"B\") VALUES (1, f(2, 3)), (4)", "a,B=1|f(2, 3)"),
            ("INSERT INTO t AS x VALUES (NULL, DEFAULT)", "=null|default"),
            ("INSERT INTO t DEFAULT VALUES", "="),
            ("INSERT INTO t (SELECT 1)", " query"),
            ("WITH x AS (SELECT 1) INSERT INTO t (a) SELECT * FROM x", "a query"),
            ("INSERT INTO t (a) OVERRIDING SYSTEM VALUE VALUES ('b')", "a='b'"),
        ];
        for (text, expected) in cases {
            let tokens: Vec<_> = lex(text, 0, text.len(), Engine::Postgres)
                .filter(|lexeme| !lexeme.kind.is_trivia())
                .collect();
            let sql = SqlText::verbatim(text, 0);
            let given = given(Cursor::new(&sql, Engine::Postgres, &tokens)).unwrap();
            let values =
                given.values.map_or(" query".to_owned(), |it| format!("={}", it.join("|")));
            assert_eq!(format!("{}{values}", given.columns.join(",")), expected, "{text}");
        }
    }

    #[test]
    fn a_copy_is_one_table_whole() {
        let copies = [
            ("INSERT INTO n SELECT * FROM t", "t *"),
            ("INSERT INTO n (a, b, c) SELECT `a`, t.b AS x, 1 + 1 FROM t ORDER BY a", "t a,b,-"),
            ("INSERT n (a) (SELECT coalesce(a, '') FROM s.t AS x)", "s.t a"),
            ("INSERT INTO n SELECT t.*, NULL FROM t", "t *,-"),
            ("INSERT INTO n SELECT count, total FROM t", "t count,total"),
            ("INSERT INTO n SELECT CAST(a AS char), concat(a, b) FROM t", "t a,-"),
        ];
        for (text, expected) in copies {
            assert_eq!(shown(text).as_deref(), Some(expected), "{text}");
        }
        let others = [
            "INSERT INTO n SELECT * FROM t WHERE a > 1",
            "INSERT INTO n SELECT * FROM t LIMIT 1",
            "INSERT INTO n SELECT * FROM t ORDER BY a LIMIT 1",
            "INSERT INTO n SELECT DISTINCT a FROM t",
            "INSERT INTO n SELECT a FROM t GROUP BY a",
            "INSERT INTO n SELECT max(a) FROM t",
            "INSERT INTO n SELECT a FROM t JOIN u USING (a)",
            "INSERT INTO n SELECT a FROM t, u",
            "INSERT INTO n SELECT a FROM t UNION SELECT a FROM u",
            "INSERT IGNORE INTO n SELECT * FROM t",
            "INSERT OR IGNORE INTO n SELECT * FROM t",
            "REPLACE INTO n SELECT * FROM t",
            "INSERT INTO n SELECT * FROM t ON DUPLICATE KEY UPDATE a = 1",
            "INSERT INTO n VALUES (1)",
        ];
        for text in others {
            assert_eq!(shown(text), None, "{text}");
        }
    }
}
