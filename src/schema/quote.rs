//! Identifiers as SQL writes them.

use crate::dialect::Engine;
use crate::schema::name::Name;
use crate::schema::types::DataType;

/// How an engine quotes.
#[derive(Clone, Copy, Debug)]
pub struct Quote {
    mark: char,
    /// The schema that needs no mention.
    default_schema: Option<&'static str>,
}

/// Words that PostgreSQL takes for a name only in quotes (manual, "SQL Key Words": reserved, with or
/// without "can be function or type"). The other engines reserve more; quoting does no harm, so one
/// list serves all.
const RESERVED: &[&str] = &[
    "all",
    "analyse",
    "analyze",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "asymmetric",
    "authorization",
    "between",
    "binary",
    "both",
    "by",
    "case",
    "cast",
    "change",
    "check",
    "collate",
    "collation",
    "column",
    "concurrently",
    "condition",
    "constraint",
    "create",
    "cross",
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "default",
    "deferrable",
    "delete",
    "desc",
    "describe",
    "distinct",
    "do",
    "drop",
    "else",
    "end",
    "except",
    "exists",
    "false",
    "fetch",
    "for",
    "foreign",
    "freeze",
    "from",
    "full",
    "grant",
    "group",
    "groups",
    "having",
    "if",
    "ilike",
    "in",
    "index",
    "initially",
    "inner",
    "insert",
    "intersect",
    "into",
    "is",
    "isnull",
    "join",
    "key",
    "keys",
    "lateral",
    "leading",
    "left",
    "like",
    "limit",
    "localtime",
    "localtimestamp",
    "lock",
    "match",
    "natural",
    "not",
    "notnull",
    "null",
    "of",
    "offset",
    "on",
    "only",
    "option",
    "or",
    "order",
    "outer",
    "overlaps",
    "placing",
    "primary",
    "range",
    "rank",
    "read",
    "references",
    "release",
    "rename",
    "repeat",
    "replace",
    "require",
    "returning",
    "right",
    "row",
    "rows",
    "schema",
    "select",
    "session_user",
    "set",
    "show",
    "similar",
    "some",
    "symmetric",
    "system",
    "system_user",
    "table",
    "tablesample",
    "then",
    "to",
    "trailing",
    "trigger",
    "true",
    "union",
    "unique",
    "update",
    "usage",
    "use",
    "user",
    "using",
    "values",
    "variadic",
    "verbose",
    "when",
    "where",
    "window",
    "with",
    "write",
];

/// Those of them that PostgreSQL does not reserve.
const RESERVED_ELSEWHERE: &[&str] = &[
    "between",
    "by",
    "change",
    "condition",
    "delete",
    "describe",
    "drop",
    "exists",
    "groups",
    "if",
    "index",
    "insert",
    "key",
    "keys",
    "lock",
    "match",
    "of",
    "option",
    "range",
    "rank",
    "read",
    "release",
    "rename",
    "repeat",
    "replace",
    "require",
    "row",
    "rows",
    "schema",
    "set",
    "show",
    "system",
    "trigger",
    "update",
    "usage",
    "use",
    "values",
    "write",
];

/// Whether PostgreSQL takes a word for a name only in quotes.
pub fn is_reserved_by_postgres(word: &str) -> bool {
    RESERVED.binary_search(&word).is_ok() && RESERVED_ELSEWHERE.binary_search(&word).is_err()
}

impl Quote {
    /// How this engine does.
    pub const fn of(engine: Engine) -> Self {
        match engine {
            Engine::Postgres => Self { mark: '"', default_schema: None },
            Engine::Sqlite => Self { mark: '"', default_schema: Some("main") },
            Engine::Mysql | Engine::Mariadb => Self { mark: '`', default_schema: None },
        }
    }

    /// An identifier, in quotes where it needs them.
    pub fn ident(self, word: &str) -> String {
        match is_plain(word) && RESERVED.binary_search(&word).is_err() {
            true => word.to_owned(),
            false => {
                let Self { mark, .. } = self;
                format!("{mark}{}{mark}", word.replace(mark, &format!("{mark}{mark}")))
            }
        }
    }

    /// A name, with its schema where it has one.
    pub fn name(self, name: &Name) -> String {
        match name.schema.as_deref() {
            Some(schema) if Some(schema) != self.default_schema => {
                format!("{}.{}", self.ident(schema), self.ident(&name.name))
            }
            _ => self.ident(&name.name),
        }
    }

    /// A role; the words that stand for one are no names.
    pub fn role(self, role: &str) -> String {
        match role {
            "public" => "PUBLIC".to_owned(),
            "current_role" | "current_user" | "session_user" => role.to_ascii_uppercase(),
            _ => self.ident(role),
        }
    }

    /// A type. The engine's own names (`double precision`, `"char"`) are written as they are.
    pub fn data_type(self, ty: &DataType) -> String {
        let (schema, name) = (ty.name.schema.as_deref(), ty.name.name.as_str());
        let own = schema.is_none() && name.chars().all(|c| !c.is_uppercase() && c != '-');
        if own || self.mark != '"' {
            return ty.to_string();
        }
        let arguments = match ty.arguments.as_slice() {
            [] => String::new(),
            arguments => format!("({})", arguments.join(",")),
        };
        format!("{}{arguments}{}", self.name(&ty.name), "[]".repeat(ty.array_dimensions.into()))
    }
}

/// Whether a word means itself without quotes, but for keywords.
fn is_plain(word: &str) -> bool {
    word.starts_with(|first: char| first.is_ascii_lowercase() || first == '_')
        && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted_where_they_must_be() {
        assert!(RESERVED.is_sorted());
        let postgres = Quote::of(Engine::Postgres);
        let cases = [
            ("orders", "orders"),
            ("_a1", "_a1"),
            ("order", "\"order\""),
            ("Orders", "\"Orders\""),
            ("1a", "\"1a\""),
            ("a\"b", "\"a\"\"b\""),
            ("été", "\"été\""),
            ("", "\"\""),
        ];
        for (word, expected) in cases {
            assert_eq!(postgres.ident(word), expected);
        }
        assert_eq!(Quote::of(Engine::Mysql).ident("key"), "`key`");
        assert_eq!(postgres.name(&Name::qualified("public", "user")), "public.\"user\"");
    }
}
