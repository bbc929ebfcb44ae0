//! Tokens to one spelling: operands, calls, casts, and the clauses of a query.

use super::{Context, Token, is_numeric};
use crate::schema::types::canonical;

/// How deep expressions are followed; what lies deeper is compared as it is written.
const DEPTH_MAX: usize = 100;

/// Words that no operand begins with: in a query they stand between expressions.
const CLAUSES: &[&str] = &[
    "all",
    "as",
    "asc",
    "by",
    "cross",
    "desc",
    "distinct",
    "else",
    "end",
    "except",
    "fetch",
    "filter",
    "for",
    "from",
    "full",
    "group",
    "having",
    "inner",
    "intersect",
    "into",
    "join",
    "lateral",
    "left",
    "limit",
    "natural",
    "nulls",
    "offset",
    "on",
    "order",
    "outer",
    "over",
    "partition",
    "return",
    "right",
    "select",
    "then",
    "union",
    "using",
    "values",
    "when",
    "where",
    "window",
    "with",
    "within",
];

/// A piece of an expression.
#[derive(Clone, Debug)]
pub(in super::super) enum Node {
    /// A value: strings in their quotes.
    Literal(String),
    /// A name that is not called.
    Name(String),
    /// `ARRAY[...]`.
    Array(Vec<Self>),
    /// `AND` or `OR` of several.
    Chain(&'static str, Vec<Self>),
    /// Anything else.
    Other(String),
}

impl Node {
    pub(super) fn text(&self) -> String {
        match self {
            Self::Literal(text) | Self::Name(text) | Self::Other(text) => text.clone(),
            Self::Array(items) => format!("[{}]", joined(items, ", ")),
            Self::Chain(word, items) => format!("({})", joined(items, &format!(" {word} "))),
        }
    }
}

fn joined(items: &[Node], separator: &str) -> String {
    items.iter().map(Node::text).collect::<Vec<_>>().join(separator)
}

pub(super) struct Reader<'a> {
    tokens: Vec<Token>,
    pub(super) at: usize,
    depth: usize,
    context: Context<'a>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(tokens: Vec<Token>, context: Context<'a>) -> Self {
        Self { tokens, at: 0, depth: 0, context }
    }

    pub(super) fn peek(&self, ahead: usize) -> Option<&Token> {
        self.tokens.get(self.at + ahead)
    }

    pub(super) fn word(&self, ahead: usize) -> &str {
        match self.peek(ahead) {
            Some(Token::Word(word)) => word,
            _ => "",
        }
    }

    pub(super) fn symbol(&self, ahead: usize) -> &str {
        match self.peek(ahead) {
            Some(Token::Symbol(symbol)) => symbol,
            _ => "",
        }
    }

    pub(super) fn eat_word(&mut self, word: &str) -> bool {
        let is_next = self.word(0) == word;
        self.at += usize::from(is_next);
        is_next
    }

    pub(super) fn eat(&mut self, symbol: &str) -> bool {
        let is_next = self.symbol(0) == symbol;
        self.at += usize::from(is_next);
        is_next
    }

    /// Expressions and the words between them, as far as the text or its parentheses go.
    pub(super) fn sequence(&mut self) -> Vec<String> {
        let mut parts: Vec<String> = Vec::new();
        let mut joins = 0_usize;
        while let Some(token) = self.peek(0) {
            match token {
                Token::Symbol(close) if close == ")" && joins > 0 => {
                    joins -= 1;
                    self.at += 1;
                }
                Token::Symbol(close) if close == ")" && self.depth > 0 => break,
                Token::Symbol(open) if open == "(" && self.begins_join(parts.last()) => {
                    joins += 1;
                    self.at += 1;
                }
                Token::Symbol(mark) if [",", ")", "]", ";", "."].contains(&mark.as_str()) => {
                    parts.push(mark.clone());
                    self.at += 1;
                }
                // An inner or outer join is one without the word.
                Token::Word(word) if word == "inner" || word == "outer" => self.at += 1,
                Token::Word(word) if is_clause(word) => {
                    parts.push(word.clone());
                    self.at += 1;
                }
                _ => {
                    let before = self.at;
                    parts.push(self.expression(0).text());
                    // What is no expression is passed over as it is.
                    self.at = self.at.max(before + 1);
                }
            }
        }
        parts
    }

    /// Whether a parenthesis holds tables that are joined: behind FROM, and no query.
    fn begins_join(&self, before: Option<&String>) -> bool {
        let ahead = (0..).find(|ahead| self.symbol(*ahead) != "(").unwrap_or(0);
        before.is_some_and(|it| it == "from")
            && !["select", "with", "values"].contains(&self.word(ahead))
    }

    /// An expression of operators that bind at least as tightly as `least`.
    pub(super) fn expression(&mut self, least: u8) -> Node {
        self.depth += 1;
        let node = match self.depth > DEPTH_MAX {
            true => self.as_written(),
            false => {
                let mut left = self.operand();
                while let Some(next) = self.operator(&left, least) {
                    left = next;
                }
                left
            }
        };
        self.depth -= 1;
        node
    }

    /// All that is left.
    fn as_written(&mut self) -> Node {
        let rest = self.tokens.get(self.at..).unwrap_or_default();
        let words: Vec<String> = rest.iter().map(|token| format!("{token:?}")).collect();
        self.at = self.tokens.len();
        Node::Other(words.join(" "))
    }

    fn operand(&mut self) -> Node {
        let Some(token) = self.peek(0).cloned() else { return Node::Other(String::new()) };
        let node = match token {
            Token::Symbol(symbol) => return self.marked(&symbol),
            Token::Number(number) => {
                self.at += 1;
                Node::Literal(number)
            }
            Token::Text(text) => {
                self.at += 1;
                Node::Literal(format!("'{}'", plain_value(&text)))
            }
            Token::Quoted(_) => self.name(),
            Token::Word(word) => match (word.as_str(), self.symbol(1)) {
                ("not", _) => {
                    self.at += 1;
                    return Node::Other(format!("(not {})", self.expression(3).text()));
                }
                ("case", _) => self.case(),
                ("array", "[") => {
                    self.at += 2;
                    let items = self.list("]");
                    Node::Array(items)
                }
                ("cast", "(") => {
                    self.at += 2;
                    let node = self.expression(0);
                    self.eat_word("as");
                    let ty = self.type_name();
                    self.eat(")");
                    self.cast(node, &ty)
                }
                ("null" | "true" | "false", _) => {
                    self.at += 1;
                    Node::Literal(word)
                }
                ("current_timestamp", after) if after != "(" => {
                    self.at += 1;
                    Node::Other("now()".to_owned())
                }
                // `interval '1 day'` is a literal with its type.
                _ if matches!(self.peek(1), Some(Token::Text(_))) => {
                    self.at += 1;
                    return self.operand();
                }
                _ => self.name(),
            },
        };
        self.suffixes(node)
    }

    /// What a mark begins: parentheses, a sign, or nothing that is known.
    fn marked(&mut self, symbol: &str) -> Node {
        self.at += 1;
        match symbol {
            "(" => {
                let node = self.parenthesised();
                self.suffixes(node)
            }
            "-" => match self.expression(12) {
                Node::Literal(number) => {
                    let node = Node::Literal(format!("-{number}"));
                    self.suffixes(node)
                }
                other => Node::Other(format!("(- {})", other.text())),
            },
            "+" => self.expression(12),
            other => Node::Other(other.to_owned()),
        }
    }

    /// Behind an opening parenthesis: an expression, a row, or a query.
    fn parenthesised(&mut self) -> Node {
        if self.depth > DEPTH_MAX {
            return self.as_written();
        }
        if ["select", "with", "values"].contains(&self.word(0)) {
            self.depth += 1;
            let parts = self.sequence();
            self.depth -= 1;
            self.eat(")");
            return Node::Other(format!("({})", parts.join(" ")));
        }
        let mut items = self.list(")");
        match items.len() {
            1 => items.remove(0),
            _ => Node::Other(format!("({})", joined(&items, ", "))),
        }
    }

    /// Expressions between commas, and the closing mark.
    pub(super) fn list(&mut self, close: &str) -> Vec<Node> {
        let mut items: Vec<Node> = Vec::new();
        while self.peek(0).is_some() && !self.eat(close) {
            if self.eat(",") {
                continue;
            }
            let before = self.at;
            let mut item = match self.word(0) {
                word if is_clause(word) => {
                    let word = word.to_owned();
                    self.at += 1;
                    Node::Other(word)
                }
                _ => self.expression(0),
            };
            self.at = self.at.max(before + 1);
            // Words between two commas: `extract(epoch from b)`, `count(distinct a)`.
            while self.peek(0).is_some() && ![close, ","].contains(&self.symbol(0)) {
                let word = self.word(0).to_owned();
                let next = match is_clause(&word) {
                    true => {
                        self.at += 1;
                        word
                    }
                    false => {
                        let before = self.at;
                        let next = self.expression(0).text();
                        self.at = self.at.max(before + 1);
                        next
                    }
                };
                item = Node::Other(format!("{} {next}", item.text()));
            }
            items.push(item);
        }
        items
    }

    fn case(&mut self) -> Node {
        self.at += 1;
        let mut parts = vec!["case".to_owned()];
        while self.peek(0).is_some() && !self.eat_word("end") {
            let before = self.at;
            match self.word(0) {
                word @ ("when" | "then" | "else") => {
                    parts.push(word.to_owned());
                    self.at += 1;
                }
                _ => parts.push(self.expression(0).text()),
            }
            self.at = self.at.max(before + 1);
        }
        Node::Other(format!("({} end)", parts.join(" ")))
    }

    /// A name, with what it is a part of, or the call of a function.
    fn name(&mut self) -> Node {
        let mut parts: Vec<String> = Vec::new();
        while let Some(token) = self.peek(0) {
            parts.push(match token {
                Token::Word(word) => word.clone(),
                Token::Quoted(name) => format!("\"{name}\""),
                Token::Symbol(star) if star == "*" => star.clone(),
                _ => break,
            });
            self.at += 1;
            if !self.eat(".") {
                break;
            }
        }
        let schema = parts.first().map(String::as_str);
        if parts.len() > 1 && matches!(schema, Some("public" | "pg_catalog")) {
            parts.remove(0);
        }
        if self.eat("(") {
            let name = parts.join(".");
            let arguments = joined(&self.list(")"), ", ");
            return Node::Other(match (name.as_str(), arguments.as_str()) {
                ("transaction_timestamp", "") => "now()".to_owned(),
                _ => format!("{name}({arguments})"),
            });
        }
        if let [relation, column] = parts.as_slice()
            && (self.context.says_nothing)(relation, column)
        {
            parts.remove(0);
        }
        Node::Name(parts.join("."))
    }

    /// Casts, collations and subscripts behind an operand.
    fn suffixes(&mut self, mut node: Node) -> Node {
        loop {
            if self.eat("::") {
                let ty = self.type_name();
                node = self.cast(node, &ty);
            } else if self.eat("[") {
                let index = joined(&self.list("]"), ", ");
                node = Node::Other(format!("{}[{index}]", node.text()));
            } else if self.eat(".") {
                let part = self.name().text();
                node = Node::Other(format!("({}).{part}", node.text()));
            } else {
                return node;
            }
        }
    }

    /// A cast says nothing of a literal, nor where a server adds it to a column of a text type.
    fn cast(&self, node: Node, ty: &str) -> Node {
        let text_type = matches!(ty, "text" | "character varying" | "bpchar");
        match node {
            Node::Literal(value) => {
                let inner = value.strip_prefix('\'').and_then(|it| it.strip_suffix('\''));
                let value = inner.filter(|_| is_numeric(ty)).unwrap_or(&value);
                Node::Literal(value.to_owned())
            }
            Node::Array(items) => Node::Array(items),
            // A string of one type to another: the server adds it.
            Node::Other(text)
                if ty == "text"
                    && text.contains(" :: character varying)")
                    && (text.starts_with("coalesce(")
                        || text.ends_with(" :: character varying)")) =>
            {
                Node::Other(text)
            }
            Node::Name(name) if text_type && (self.context.is_text)(&name) => Node::Name(name),
            other => Node::Other(format!("({} :: {ty})", other.text())),
        }
    }

    /// A type's name in the engine's spelling, with its arguments.
    fn type_name(&mut self) -> String {
        let mut name = self.name_of_type();
        if self.eat("(") {
            name.push_str(&format!("({})", joined(&self.list(")"), ",")));
        }
        for zone in ["with", "without"] {
            if self.word(0) == zone && self.word(1) == "time" && self.word(2) == "zone" {
                self.at += 3;
                name.push_str(&format!(" {zone} time zone"));
            }
        }
        let (base, arguments) = name.split_once('(').unwrap_or((&name, ""));
        let base = if base == "float" { "float8" } else { base };
        let mut text = canonical(self.context.engine, base).to_owned();
        if !arguments.is_empty() {
            text.push_str(&format!("({arguments}"));
        }
        while self.symbol(0) == "[" {
            while self.peek(0).is_some() && !self.eat("]") {
                self.at += 1;
            }
            text.push_str("[]");
        }
        text
    }

    fn name_of_type(&mut self) -> String {
        let (first, second) = (self.word(0).to_owned(), self.word(1).to_owned());
        let pair = matches!(
            (first.as_str(), second.as_str()),
            ("double", "precision") | ("character" | "bit" | "char", "varying")
        );
        if pair {
            self.at += 2;
            let first = if first == "char" { "character" } else { &first };
            return format!("{first} {second}");
        }
        let mut parts: Vec<String> = Vec::new();
        while let Some(Token::Word(word) | Token::Quoted(word)) = self.peek(0) {
            parts.push(word.clone());
            self.at += 1;
            if !self.eat(".") {
                break;
            }
        }
        if parts.len() > 1
            && matches!(parts.first().map(String::as_str), Some("public" | "pg_catalog"))
        {
            parts.remove(0);
        }
        parts.join(".")
    }
}

fn is_clause(word: &str) -> bool {
    CLAUSES.binary_search(&word).is_ok()
}

/// A value without what says nothing: the schema of a sequence on the search path, spaces between
/// the elements of an array of plain words.
fn plain_value(text: &str) -> String {
    let is_array = text.starts_with('{') && text.ends_with('}') && !text.contains(['"', ':']);
    match is_array {
        true => text.replace(", ", ","),
        false => text.strip_prefix("public.").unwrap_or(text).to_owned(),
    }
}
