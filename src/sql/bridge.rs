//! sqlparser behind our own tokens: it reads queries and statements on rows, and counts only when
//! it consumed every token.
//!
//! Nothing of its tree leaves this module. It is given one statement at a time, on a thread with
//! a large stack, and never asked to clone, print or locate a tree: those overflow on long chains
//! of operators.

use crate::dialect::Engine;
use crate::schema::name::Name;
use crate::sql::cursor::Cursor;
use sqlparser::ast::{
    Expr, Function, FunctionArguments, Ident, ObjectName, ObjectNamePart, Query, SetExpr,
    Statement, TableFactor, Visit, Visitor,
};
use sqlparser::dialect::{Dialect, MySqlDialect, PostgreSqlDialect, SQLiteDialect};
use sqlparser::parser::Parser;
use sqlparser::tokenizer::Token;
use std::collections::BTreeSet;
use std::ops::{ControlFlow, Range};

/// Longer statements are data, and their trees would only cost time and stack.
const TOKENS_MAX: usize = 100_000;

/// Nesting that a query may have; each level costs sqlparser a few kB of stack.
const NESTING_MAX: usize = 400;

/// The names in a query or statement.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// Relations, without the names of `WITH` lists.
    pub relations: BTreeSet<Name>,
    /// Functions that are called.
    pub functions: BTreeSet<Name>,
}

/// Reads all tokens of `cursor` as one query (`SELECT`, `VALUES`, `WITH ...`); `None` if sqlparser
/// does not take every token.
pub fn query(cursor: &Cursor<'_>) -> Option<Names> {
    let mut parser = parser(cursor)?;
    let query = parser.parse_query().ok()?;
    at_end(&parser).then(|| names(&*query, cursor.engine))
}

/// Reads all tokens of `cursor` as one statement on rows; `None` as for [`query`].
pub fn statement(cursor: &Cursor<'_>) -> Option<Names> {
    let mut parser = parser(cursor)?;
    let statement = parser.parse_statement().ok()?;
    let on_rows = matches!(
        statement,
        Statement::Query(_)
            | Statement::Insert(_)
            | Statement::Update(_)
            | Statement::Delete(_)
            | Statement::Merge(_)
    );
    (on_rows && at_end(&parser)).then(|| names(&statement, cursor.engine))
}

fn parser(cursor: &Cursor<'_>) -> Option<Parser<'static>> {
    if cursor.tokens().len() > TOKENS_MAX {
        return None;
    }
    let dialect: &'static dyn Dialect = match cursor.engine {
        Engine::Postgres => &PostgreSqlDialect {},
        Engine::Mysql | Engine::Mariadb => &MySqlDialect {},
        Engine::Sqlite => &SQLiteDialect {},
    };
    let text = text_for_parser(*cursor)?;
    Parser::new(dialect).with_recursion_limit(NESTING_MAX).try_with_sql(&text).ok()
}

/// The text of the tokens, with blanks in place of what sqlparser takes for names or rejects and
/// that names no relation.
fn text_for_parser(mut cursor: Cursor<'_>) -> Option<String> {
    let start = cursor.tokens().first()?.start;
    let end = cursor.tokens().last()?.end;
    let mut text = cursor.sql.text.get(start..end)?.as_bytes().to_vec();
    let mut blank = |range: Range<usize>| text.get_mut(range).map(|it| it.fill(b' '));
    let mut previous = "";
    let mut gap = 0..0;
    while let Some(token) = cursor.peek(0) {
        let before = cursor.position();
        // Comments, and the marks of MySQL's comments that hold code.
        gap.end = token.start - start;
        blank(gap.clone());
        if !left_out(&mut cursor, previous) {
            cursor.advance();
        } else if let Some(last) = cursor.end_since(before) {
            blank(token.start - start..last - start);
        }
        previous = cursor.text(token);
        gap.start = cursor.end_since(before)? - start;
    }
    String::from_utf8(text).ok()
}

/// Takes the tokens that are left out, if the next ones are: `ONLY` before a table (it would read
/// the table ONLY), `OVERRIDING ... VALUE`, the target of `ON CONFLICT`, words of row locks, and
/// subscripts without a call in them.
fn left_out(cursor: &mut Cursor<'_>, previous: &str) -> bool {
    const BEFORE_TABLE: &[&str] = &["FROM", "JOIN", "UPDATE", "INTO", "USING", ","];
    const WORDS: &[&str] = &["OVERRIDING SYSTEM VALUE", "OVERRIDING USER VALUE"];
    let is_previous = |word: &str| previous.eq_ignore_ascii_case(word);
    if BEFORE_TABLE.iter().any(|word| is_previous(word)) && cursor.eat("ONLY")
        || cursor.eat_any(WORDS).is_some()
        || (is_previous("FOR") && cursor.eat_any(&["NO KEY", "KEY"]).is_some())
        || (is_previous("BETWEEN") && cursor.eat_any(&["SYMMETRIC", "ASYMMETRIC"]).is_some())
    {
        return true;
    }
    if is_previous("CONFLICT") && cursor.is("(") {
        cursor.take_until(|rest| rest.is("DO"));
        return true;
    }
    let named = previous.ends_with(|last: char| last.is_alphanumeric() || "_\")".contains(last));
    if cursor.is("[") && named && !is_previous("ARRAY") {
        let mut ahead = *cursor;
        let mut depth = 0_usize;
        while let Some(token) = ahead.advance() {
            match ahead.text(token) {
                "[" => depth += 1,
                "]" => depth -= 1,
                "(" => return false,
                _ => {}
            }
            if depth == 0 {
                *cursor = ahead;
                return true;
            }
        }
    }
    false
}

fn at_end(parser: &Parser<'_>) -> bool {
    parser.peek_token_ref().token == Token::EOF
}

fn names(tree: &impl Visit, engine: Engine) -> Names {
    let mut collector =
        Collector { engine, names: Names::default(), scopes: Vec::new(), called: false };
    let _ = tree.visit(&mut collector);
    collector.names
}

struct Collector {
    engine: Engine,
    names: Names,
    /// The queries that are being visited, outermost first.
    scopes: Vec<Scope>,
    /// The next relation is a function in FROM, which sqlparser shows as a relation first.
    called: bool,
}

/// What a query's `WITH` gives.
struct Scope {
    /// Each name with the address of its query.
    own: Vec<(String, *const Query)>,
    /// How many of the names can be seen now: inside the list only earlier ones, unless it is
    /// RECURSIVE.
    visible: usize,
    recursive: bool,
}

impl Collector {
    fn fold(&self, ident: &Ident) -> String {
        match ident.quote_style {
            Some(_) => self.engine.fold_quoted(&ident.value),
            None => self.engine.fold(&ident.value),
        }
    }

    fn name(&self, name: &ObjectName) -> Name {
        let mut parts: Vec<String> = name
            .0
            .iter()
            .map(|part| match part {
                ObjectNamePart::Identifier(ident) => self.fold(ident),
                ObjectNamePart::Function(function) => self.fold(&function.name),
            })
            .collect();
        let name = parts.pop().unwrap_or_default();
        Name { schema: parts.pop(), name }
    }

    fn function(&mut self, name: &ObjectName) {
        let name = self.name(name);
        // With a precision they look like calls: CURRENT_TIMESTAMP(6).
        const VALUES: &[&str] =
            &["current_time", "current_timestamp", "localtime", "localtimestamp"];
        if VALUES.contains(&name.name.as_str()) {
            return;
        }
        let schema = name.schema.filter(|schema| schema != "pg_catalog");
        self.names.functions.insert(Name { schema, ..name });
    }

    fn relation(&mut self, name: Name) {
        let own = name.schema.is_none()
            && self.scopes.iter().any(|scope| {
                scope.own.iter().take(scope.visible).any(|(own, _)| *own == name.name)
            });
        if !own {
            self.names.relations.insert(name);
        }
    }

    /// `TABLE name` in place of a SELECT, which sqlparser does not show as a relation.
    fn bare_tables(&mut self, body: &SetExpr) {
        match body {
            SetExpr::Table(table) => {
                let fold = |name: &String| self.engine.fold(name);
                let name = Name {
                    schema: table.schema_name.as_ref().map(fold),
                    name: table.table_name.as_ref().map(fold).unwrap_or_default(),
                };
                self.relation(name);
            }
            SetExpr::SetOperation { left, right, .. } => {
                self.bare_tables(left);
                self.bare_tables(right);
            }
            _ => {}
        }
    }

    /// Sets what the list that `query` stands in shows: before it, or with it.
    fn in_list(&mut self, query: &Query, with_itself: bool) {
        let Some(scope) = self.scopes.last_mut() else { return };
        if let Some(at) = scope.own.iter().position(|(_, own)| std::ptr::eq(*own, query)) {
            scope.visible = match scope.recursive {
                true => scope.own.len(),
                false => at + usize::from(with_itself),
            };
        }
    }
}

impl Visitor for Collector {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        self.in_list(query, false);
        let tables = query.with.iter().flat_map(|with| &with.cte_tables);
        let own: Vec<_> = tables
            .map(|table| (self.fold(&table.alias.name), std::ptr::from_ref(&*table.query)))
            .collect();
        let recursive = query.with.as_ref().is_some_and(|with| with.recursive);
        self.scopes.push(Scope { visible: own.len(), own, recursive });
        self.bare_tables(&query.body);
        ControlFlow::Continue(())
    }

    fn post_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        self.scopes.pop();
        self.in_list(query, true);
        ControlFlow::Continue(())
    }

    fn pre_visit_relation(&mut self, relation: &ObjectName) -> ControlFlow<()> {
        match std::mem::take(&mut self.called) {
            true => self.function(relation),
            false => {
                let name = self.name(relation);
                self.relation(name);
            }
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<()> {
        match factor {
            TableFactor::Table { args: Some(_), .. } => self.called = true,
            TableFactor::Function { name, .. } => self.function(name),
            _ => {}
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        // Without arguments it is CURRENT_TIMESTAMP or another of the constant words.
        if let Expr::Function(Function { name, args, .. }) = expr
            && !matches!(args, FunctionArguments::None)
        {
            self.function(name);
        }
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::migration::SqlText;
    use crate::sql::token::lex;

    fn read(text: &str) -> (Vec<String>, Vec<String>) {
        let sql = SqlText::verbatim(text, 0);
        let tokens: Vec<_> = lex(text, 0, text.len(), Engine::Postgres)
            .filter(|lexeme| !lexeme.kind.is_trivia())
            .collect();
        let names = statement(&Cursor::new(&sql, Engine::Postgres, &tokens)).unwrap();
        let shown = |names: BTreeSet<Name>| names.iter().map(ToString::to_string).collect();
        (shown(names.relations), shown(names.functions))
    }

    #[test]
    fn relations_and_functions_of_a_query() {
        let cases: &[(&str, &[&str], &[&str])] = &[
            ("SELECT a FROM ONLY t, u JOIN ONLY s.v ON true", &["t", "u", "s.v"], &[]),
            ("SELECT CURRENT_TIMESTAMP, CURRENT_TIMESTAMP(6), now(), s.f(1)", &[], &["now", "s.f"]),
            ("WITH t AS (SELECT * FROM t) SELECT * FROM t", &["t"], &[]),
            ("WITH RECURSIVE t AS (SELECT * FROM t) SELECT * FROM t", &[], &[]),
            ("WITH a AS (SELECT 1), b AS (SELECT * FROM a) SELECT * FROM b", &[], &[]),
            ("SELECT * FROM w WHERE EXISTS (WITH w AS (SELECT 1) SELECT * FROM w)", &["w"], &[]),
            ("SELECT * FROM x, x(1)", &["x"], &["x"]),
            ("SELECT 1 UNION ALL TABLE b", &["b"], &[]),
            ("UPDATE t SET a[1] = 2, j['x'] = '1'", &["t"], &[]),
            ("SELECT ARRAY[f(1)], a[g(2)] FROM t FOR NO KEY UPDATE", &["t"], &["f", "g"]),
            (
                "INSERT INTO t VALUES (1) ON CONFLICT (lower(a)) WHERE b > 0 DO UPDATE SET a = 1",
                &["t"],
                &[],
            ),
            ("SELECT 1 WHERE a BETWEEN SYMMETRIC 1 AND 2", &[], &[]),
            ("INSERT INTO t (a) OVERRIDING SYSTEM VALUE SELECT a FROM ONLY u", &["t", "u"], &[]),
        ];
        for (text, relations, functions) in cases {
            let mut expected: Vec<String> = relations.iter().map(ToString::to_string).collect();
            expected.sort_by_key(|name| (name.contains('.'), name.clone()));
            let (found, called) = read(text);
            assert_eq!(found, expected, "{text}");
            assert_eq!(called, *functions, "{text}");
        }
    }
}
