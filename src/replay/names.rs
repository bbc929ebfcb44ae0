//! Names that PostgreSQL makes up, and words replaced in definitions.

use crate::dialect::Engine;
use crate::schema::canonical::quoted;
use crate::schema::catalog::Catalog;
use crate::schema::expr::Expr;
use crate::schema::name::Name;
use std::borrow::Cow;

/// PostgreSQL: NAMEDATALEN - 1.
const IDENTIFIER_BYTES_MAX: usize = 63;

/// A name of up to two parts and a label, the longer part cut first (PostgreSQL:
/// `makeObjectName`).
pub(super) fn object_name(first: &str, second: Option<&str>, label: &str) -> String {
    let overhead = second.map_or(0, |_| 1) + label.len() + 1;
    let room = IDENTIFIER_BYTES_MAX.saturating_sub(overhead);
    let (mut first_len, mut second_len) = (first.len(), second.map_or(0, str::len));
    while first_len + second_len > room {
        if first_len > second_len { first_len -= 1 } else { second_len -= 1 }
    }
    let cut = |text: &str, len: usize| {
        let (kept, _) = text.split_at(text.floor_char_boundary(len));
        kept.to_owned()
    };
    let mut name = cut(first, first_len);
    if let Some(second) = second {
        name = format!("{name}_{}", cut(second, second_len));
    }
    format!("{name}_{label}")
}

/// The first of `..._label`, `..._label1`, `..._label2` that is not taken.
fn choose(first: &str, second: Option<&str>, label: &str, taken: impl Fn(&str) -> bool) -> String {
    let mut name = object_name(first, second, label);
    let mut pass = 0_u32;
    while taken(&name) {
        pass += 1;
        name = object_name(first, second, &format!("{label}{pass}"));
    }
    name
}

/// A free relation name in `schema` (PostgreSQL: `ChooseRelationName`); where it is also a
/// constraint's name, no constraint of the schema may have it.
pub(super) fn relation_name(
    catalog: &Catalog,
    table: &Name,
    second: Option<&str>,
    label: &str,
    for_constraint: bool,
) -> String {
    choose(&table.name, second, label, |name| {
        let key = Name { schema: table.schema.clone(), name: name.to_owned() };
        catalog.relations.contains_key(&key)
            || (for_constraint && catalog.has_constraint(table, name))
    })
}

/// The name of the index behind a key: SQLite's have a number and never the constraint's name,
/// which is not unique there.
pub(super) fn key_name(
    catalog: &Catalog,
    table: &Name,
    written: Option<&str>,
    columns: Option<&str>,
    label: &str,
) -> String {
    if catalog.engine() != Engine::Sqlite {
        let chosen = || relation_name(catalog, table, columns, label, true);
        return written.map_or_else(chosen, str::to_owned);
    }
    let mut number = 1_u32;
    loop {
        let name = format!("sqlite_autoindex_{}_{number}", table.name);
        let key = Name { schema: table.schema.clone(), name };
        if !catalog.relations.contains_key(&key) {
            return key.name;
        }
        number += 1;
    }
}

/// A free constraint name (PostgreSQL: `ChooseConstraintName`).
pub(super) fn constraint_name(
    catalog: &Catalog,
    table: &Name,
    second: Option<&str>,
    label: &str,
) -> String {
    choose(&table.name, second, label, |name| catalog.has_constraint(table, name))
}

/// The columns of an index as one name part (PostgreSQL: `ChooseIndexNameAddition`).
pub(super) fn columns_part(columns: &[String]) -> String {
    let mut part = String::new();
    for column in columns {
        if !part.is_empty() {
            part.push('_');
        }
        part.push_str(column);
        // PostgreSQL stops at NAMEDATALEN bytes; the rest would be cut anyway.
        if part.len() > IDENTIFIER_BYTES_MAX {
            break;
        }
    }
    part
}

/// The columns of an index as names, an expression by its function or `expr`, numbered where they
/// repeat (PostgreSQL: `ChooseIndexColumnNames`).
pub(super) fn index_columns<'a>(
    keys: impl Iterator<Item = (Option<&'a str>, &'a Expr)>,
) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for (column, expr) in keys {
        let base = match column {
            Some(column) => column.to_owned(),
            None => called(expr).unwrap_or("expr").to_owned(),
        };
        let mut name = base.clone();
        let mut pass = 0_u32;
        while names.contains(&name) {
            pass += 1;
            name = format!("{base}{pass}");
        }
        names.push(name);
    }
    names
}

/// The function of an expression that is one call.
fn called(expr: &Expr) -> Option<&str> {
    let text = expr.text.trim_start_matches(['(', ' ']);
    let word = text.split(['(', ' ']).next()?;
    let name = word.rsplit('.').next()?;
    expr.functions.iter().find(|function| function.name == name).map(|found| found.name.as_str())
}

/// Whether `text` holds `word` as a name outside of string literals.
pub(super) fn mentions(text: &str, word: &str) -> bool {
    pieces(text).any(|piece| name_of(piece).is_some_and(|name| name == word))
}

/// A column's new name, in the texts that hold the old one.
pub(super) struct Renaming<'a> {
    pub from: &'a str,
    pub to: &'a str,
    /// The new name as SQL writes it.
    spelled: String,
}

impl<'a> Renaming<'a> {
    pub(super) fn new(engine: Engine, from: &'a str, to: &'a str) -> Self {
        Self { from, to, spelled: quoted(engine, &Name::bare(to)) }
    }

    /// The text with each name `from` outside of string literals made `to`.
    pub(super) fn in_text(&self, text: &str) -> String {
        let is_it = |piece: &str| name_of(piece).is_some_and(|name| name == self.from);
        pieces(text).map(|piece| if is_it(piece) { &self.spelled } else { piece }).collect()
    }

    /// The same in an expression.
    pub(super) fn in_expr(&self, expr: &mut Expr) {
        if expr.columns.remove(self.from) {
            expr.columns.insert(self.to.to_owned());
            expr.text = self.in_text(&expr.text);
        }
    }

    /// The same in a list of names.
    pub(super) fn in_names(&self, names: &mut [String]) {
        for name in names.iter_mut().filter(|name| *name == self.from) {
            *name = self.to.to_owned();
        }
    }
}

/// The name that a piece of a text is, without its quotes.
pub(super) fn name_of(piece: &str) -> Option<Cow<'_, str>> {
    let mark = piece.chars().next()?;
    if mark == '"' || mark == '`' {
        let inner = piece.strip_prefix(mark)?.strip_suffix(mark)?;
        return Some(Cow::Owned(inner.replace(&format!("{mark}{mark}"), &mark.to_string())));
    }
    is_word(mark).then_some(Cow::Borrowed(piece))
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

/// Cuts text into words, quoted names, string literals, and what stands between them.
pub(super) fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let is_mark = |c: char| matches!(c, '\'' | '"' | '`');
        let len = if is_mark(first) {
            rest.char_indices().skip(1).find(|(_, c)| *c == first).map(|(at, _)| at + 1)
        } else {
            rest.char_indices()
                .find(|(_, c)| is_word(*c) != is_word(first) || is_mark(*c))
                .map(|(at, _)| at)
        };
        let (piece, after) = rest.split_at(len.unwrap_or(rest.len()));
        rest = after;
        Some(piece)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_as_postgres_cuts_them() {
        assert_eq!(object_name("t", Some("a"), "fkey"), "t_a_fkey");
        assert_eq!(object_name("t", None, "pkey"), "t_pkey");
        let (table, column) = ("t".repeat(50), "c".repeat(40));
        let name = object_name(&table, Some(&column), "fkey");
        assert_eq!(name, format!("{}_{}_fkey", "t".repeat(29), "c".repeat(28)));
        assert_eq!(name.len(), 63);
        assert_eq!(object_name(&"é".repeat(40), None, "pkey").len(), 63);
    }

    #[test]
    fn words_are_replaced_whole_and_outside_of_strings() {
        let renaming = Renaming::new(Engine::Postgres, "a", "x");
        assert_eq!(renaming.in_text("a > 0 and ab = 'a' or f(a)"), "x > 0 and ab = 'a' or f(x)");
        let renaming = Renaming::new(Engine::Postgres, "open", "isOpen");
        assert_eq!(renaming.in_text("t.\"open\" or open"), "t.\"isOpen\" or \"isOpen\"");
        assert_eq!(renaming.in_text("'open"), "'open");
        assert!(mentions("select a from t", "a"));
        assert!(!mentions("select 'a' from ab", "a"));
    }

    #[test]
    fn repeated_expressions_are_numbered() {
        let lower = Expr {
            text: "lower(a)".into(),
            functions: [Name::bare("lower")].into(),
            ..Expr::default()
        };
        let plus = Expr { text: "a + 1".into(), ..Expr::default() };
        let keys = [(None, &lower), (Some("a"), &plus), (None, &lower), (None, &plus)];
        assert_eq!(index_columns(keys.into_iter()), ["lower", "a", "lower1", "expr"]);
    }
}
