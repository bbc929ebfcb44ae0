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
    Expr, Function, Ident, ObjectName, ObjectNamePart, Query, Statement, TableFactor, Visit,
    Visitor,
};
use sqlparser::dialect::{Dialect, MySqlDialect, PostgreSqlDialect, SQLiteDialect};
use sqlparser::parser::Parser;
use sqlparser::tokenizer::Token;
use std::collections::BTreeSet;
use std::ops::ControlFlow;

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

fn parser<'a>(cursor: &Cursor<'a>) -> Option<Parser<'a>> {
    let tokens = cursor.tokens();
    if tokens.len() > TOKENS_MAX {
        return None;
    }
    let text = cursor.sql.text.get(tokens.first()?.start..tokens.last()?.end)?;
    let dialect: &'static dyn Dialect = match cursor.engine {
        Engine::Postgres => &PostgreSqlDialect {},
        Engine::Mysql | Engine::Mariadb => &MySqlDialect {},
        Engine::Sqlite => &SQLiteDialect {},
    };
    Parser::new(dialect).with_recursion_limit(NESTING_MAX).try_with_sql(text).ok()
}

fn at_end(parser: &Parser<'_>) -> bool {
    parser.peek_token_ref().token == Token::EOF
}

fn names(tree: &impl Visit, engine: Engine) -> Names {
    let mut collector = Collector {
        engine,
        names: Names::default(),
        own: BTreeSet::new(),
        called: BTreeSet::new(),
    };
    let _ = tree.visit(&mut collector);
    let Collector { mut names, own, called, .. } = collector;
    names.relations.retain(|name| {
        !called.contains(name) && (name.schema.is_some() || !own.contains(&name.name))
    });
    names.functions.extend(called);
    names
}

struct Collector {
    engine: Engine,
    names: Names,
    /// Names that `WITH` gives.
    own: BTreeSet<String>,
    /// Functions in FROM, which sqlparser shows as relations.
    called: BTreeSet<Name>,
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

    fn function(&self, name: &ObjectName) -> Name {
        let name = self.name(name);
        Name { schema: name.schema.filter(|schema| schema != "pg_catalog"), ..name }
    }
}

impl Visitor for Collector {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        let tables = query.with.iter().flat_map(|with| &with.cte_tables);
        let own: Vec<String> = tables.map(|table| self.fold(&table.alias.name)).collect();
        self.own.extend(own);
        ControlFlow::Continue(())
    }

    fn pre_visit_relation(&mut self, relation: &ObjectName) -> ControlFlow<()> {
        let name = self.name(relation);
        self.names.relations.insert(name);
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<()> {
        match factor {
            TableFactor::Table { name, args: Some(_), .. } => {
                let name = self.name(name);
                self.called.insert(name);
            }
            TableFactor::Function { name, .. } => {
                let name = self.function(name);
                self.names.functions.insert(name);
            }
            _ => {}
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
        if let Expr::Function(Function { name, .. }) = expr {
            let name = self.function(name);
            self.names.functions.insert(name);
        }
        ControlFlow::Continue(())
    }
}
