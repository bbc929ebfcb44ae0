//! One spelling for what means the same: expressions and queries as people write them and as a
//! server gives them back (`in (...)` and `= ANY (ARRAY[...])`, casts of literals, parentheses).
//!
//! PostgreSQL: `ruleutils.c` is what writes definitions back; the cases of the test below are in its
//! manner.

mod operators;
mod outputs;
mod read;

use crate::dialect::Engine;
use crate::schema::types::DataType;
use crate::sql::cursor::{string_value, unquote_identifier};
use crate::sql::token::{LexemeKind, lex};
use read::{Node, Reader};

/// A token of an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// A keyword or identifier that needs no quotes, in lower case.
    Word(String),
    /// An identifier that needs its quotes.
    Quoted(String),
    /// The value of a string.
    Text(String),
    /// A number.
    Number(String),
    /// An operator or mark.
    Symbol(String),
}

/// What an expression or query stands in: what the texts leave out.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    /// The engine whose words they are.
    pub engine: Engine,
    /// Whether a column is of a text type but `text` itself: servers cast those.
    pub is_text: &'a dyn Fn(&str) -> bool,
    /// Whether the name of a relation before a column says nothing.
    pub says_nothing: &'a dyn Fn(&str, &str) -> bool,
}

impl Context<'_> {
    /// Nothing is left out.
    pub fn plain(engine: Engine) -> Self {
        Context { engine, is_text: &|_| false, says_nothing: &|_, _| false }
    }
}

/// An expression, query or the rest of a definition in one spelling. For comparing, not for
/// showing.
pub(super) fn one_form(text: &str, context: Context<'_>) -> String {
    Reader::new(tokens(text, context.engine), context).sequence().join(" ")
}

/// A query in one spelling, with the names that its columns have.
pub(super) fn query(text: &str, columns: &[String], context: Context<'_>) -> String {
    let parts = Reader::new(tokens(text, context.engine), context).sequence();
    outputs::named(parts, columns).join(" ")
}

/// A column's default in one spelling; `None` where it is NULL, which is what holds without one.
pub(super) fn default(text: &str, ty: Option<&DataType>, context: Context<'_>) -> Option<String> {
    let mut reader = Reader::new(tokens(text, context.engine), context);
    let node = reader.expression(0);
    let rest = reader.sequence();
    let Node::Literal(value) = node else {
        return Some([&[node.text()], rest.as_slice()].concat().join(" "));
    };
    let name = ty.filter(|ty| ty.array_dimensions == 0).map_or("", |ty| ty.name.name.as_str());
    let inner = value.strip_prefix('\'').and_then(|it| it.strip_suffix('\''));
    match (inner, name) {
        _ if value == "null" => None,
        (Some(inner), name) if is_numeric(name) => Some(inner.to_owned()),
        (Some(inner), name) if name.starts_with("timestamp") => Some(moment(inner)),
        (_, "boolean") => Some(truth(inner.unwrap_or(&value)).to_owned()),
        _ => Some(value),
    }
}

/// Whether a type holds numbers.
fn is_numeric(name: &str) -> bool {
    const NUMERIC: &[&str] =
        &["smallint", "integer", "bigint", "numeric", "real", "double precision"];
    NUMERIC.contains(&name)
}

/// PostgreSQL's words for the truth values (manual, "Boolean Type").
fn truth(word: &str) -> &str {
    match word {
        "t" | "true" | "y" | "yes" | "on" | "1" => "true",
        "f" | "false" | "n" | "no" | "off" | "0" => "false",
        other => other,
    }
}

/// A moment without what holds anyway: midnight, and UTC, in which dumps are taken.
fn moment(text: &str) -> String {
    let text = if text == "epoch" { "1970-01-01" } else { text };
    let text = text.strip_suffix("+00").unwrap_or(text);
    text.strip_suffix(" 00:00:00").unwrap_or(text).to_owned()
}

fn tokens(text: &str, engine: Engine) -> Vec<Token> {
    let mut tokens = Vec::new();
    for lexeme in lex(text, 0, text.len(), engine).filter(|lexeme| !lexeme.kind.is_trivia()) {
        let token = text.get(lexeme.start..lexeme.end).unwrap_or_default();
        tokens.push(match lexeme.kind {
            LexemeKind::Word => Token::Word(token.to_lowercase()),
            LexemeKind::Quoted => {
                let name = unquote_identifier(token);
                let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
                match name.chars().all(plain) && engine == Engine::Postgres {
                    true => Token::Word(name),
                    false => Token::Quoted(name),
                }
            }
            LexemeKind::Text | LexemeKind::Dollar => Token::Text(string_value(token)),
            LexemeKind::Variable => Token::Word(token.to_owned()),
            LexemeKind::Number => Token::Number(token.to_owned()),
            _ => Token::Symbol(if token == "!=" { "<>" } else { token }.to_owned()),
        });
    }
    while tokens.last() == Some(&Token::Symbol(";".to_owned())) {
        tokens.pop();
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_and_what_a_server_gives_back_are_equal() {
        let is_text = |name: &str| name == "v";
        let says_nothing = |relation: &str, _: &str| relation == "t";
        let context =
            Context { engine: Engine::Postgres, is_text: &is_text, says_nothing: &says_nothing };
        let cases = [
            ("c > 0", "(c > (0)::numeric)"),
            ("c > -1", "(c > ('-1'::integer)::numeric)"),
            ("a != 'x'", "(a <> 'x'::text)"),
            (
                "v in ('a', 'b')",
                "((v)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[]))",
            ),
            ("n not in (1, 2)", "(n <> ALL (ARRAY[1, 2]))"),
            ("n in (1)", "(n = 1)"),
            ("(c between 1 and 2) or d <> 'k'", "(((c >= 1) AND (c <= 2)) OR (d <> 'k'::text))"),
            ("a like 'x%' and b", "((a ~~ 'x%'::text) AND b)"),
            ("not a is null", "(NOT (a IS NULL))"),
            ("a and b and c", "((a AND b) AND c)"),
            ("now() + interval '1 day'", "(now() + '1 day'::interval)"),
            ("CURRENT_TIMESTAMP", "now()"),
            ("now() at time zone 'utc'", "(now() AT TIME ZONE 'utc'::text)"),
            ("nextval('t_id_seq')", "nextval('public.t_id_seq'::regclass)"),
            ("lower(v) = f(a)", "(lower((v)::text) = public.f(a))"),
            ("cast(a as int4)", "(a)::integer"),
            ("\"a\" = pg_catalog.lower(b)", "a = lower(b)"),
            ("case when a>1 then 2 else 3 end", "CASE\n WHEN (a > 1) THEN 2\n ELSE 3\nEND"),
            ("select id, v from t where c > 0", "SELECT t.id, t.v FROM public.t WHERE (t.c > 0);"),
            (
                "select a.x from a inner join b on a.x = b.x where b.y is not null",
                "SELECT a.x FROM (public.a JOIN public.b ON ((a.x = b.x))) WHERE (b.y IS NOT NULL)",
            ),
            (
                "select (select max(x) from u) as m from t",
                "SELECT ( SELECT max(x) FROM public.u) AS m FROM public.t",
            ),
            ("t.data ->> 'k'", "(data ->> 'k'::text)"),
            ("extract(epoch from b)", "EXTRACT(epoch FROM b)"),
            ("length(v) <= 5", "(length((v)::text) <= 5)"),
            ("d #>> '{a, b}'", "(d #>> '{a,b}'::text[])"),
            ("f(cast(d ->> 'a' as varchar))", "f((((d ->> 'a'::text))::character varying)::text)"),
        ];
        for (written, given) in cases {
            assert_eq!(one_form(written, context), one_form(given, context), "{written}");
        }
    }

    #[test]
    fn a_query_names_its_columns() {
        let form = |text: &str, columns: &[&str]| {
            let columns: Vec<String> = columns.iter().map(|it| (*it).to_owned()).collect();
            query(text, &columns, Context::plain(Engine::Postgres))
        };
        let plain = form("SELECT a AS x, sum(b) AS sum FROM u GROUP BY a", &[]);
        assert_eq!(form("select a x, sum(b) from u group by a", &[]), plain);
        assert_eq!(form("select a, sum(b) as t from u group by a", &["x", "sum"]), plain);
        assert_ne!(form("select a, sum(b) from u group by a", &[]), plain);
        assert_eq!(
            form("select distinct u.a from u", &[]),
            form("SELECT DISTINCT u.a AS a FROM u", &[])
        );
    }

    #[test]
    fn what_differs_stays_different() {
        let context = Context::plain(Engine::Postgres);
        let cases = [
            ("(a or b) and c", "a or (b and c)"),
            ("a - (b - c)", "a - b - c"),
            ("a::integer", "a::bigint"),
            ("a::text", "a"),
            ("'A'", "'a'"),
            ("\"A\"", "a"),
            ("s.f(a)", "f(a)"),
            ("a > 1", "a >= 1"),
            ("a in (1, 2)", "a not in (1, 2)"),
            ("1", "'1'"),
            ("current_timestamp(3)", "now()"),
            ("not (a and b)", "not a and b"),
        ];
        for (one, other) in cases {
            assert_ne!(one_form(one, context), one_form(other, context), "{one}");
        }
        for odd in ["(", ")", "a ::", "in (", "a between 1", "case when", "array[", "::", "", "'"] {
            let _ = one_form(odd, context);
        }
        let deep = "(".repeat(100_000);
        let _ = one_form(&deep, context);
    }

    #[test]
    fn a_default_is_read_as_its_column_takes_it() {
        let read = |text: &str, ty: &str| {
            default(text, Some(&DataType::named(ty)), Context::plain(Engine::Postgres))
        };
        assert_eq!(read("NULL::character varying", "character varying"), None);
        assert_eq!(read("'0'", "integer"), read("0", "integer"));
        assert_eq!(read("'-1'::integer", "integer"), read("- 1", "integer"));
        assert_eq!(read("'t'", "boolean"), read("true", "boolean"));
        assert_eq!(read("'x'::text", "text"), read("'x'", "text"));
        let at = "timestamp without time zone";
        assert_eq!(read("'1970-01-01 00:00:00'::timestamp", at), read("'epoch'", at));
        assert_ne!(read("'0'", "text"), read("0", "text"));
        assert_ne!(read("'x'", "text"), read("'y'", "text"));
    }
}
