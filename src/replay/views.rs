//! What views show, under the names that their tables and columns have now: a view is bound to them,
//! not to their names (PostgreSQL manual, "Rules and Views"), and its own columns keep theirs.

use super::apply::Apply;
use super::names::{name_of, pieces};
use crate::dialect::Engine;
use crate::schema::canonical::quoted;
use crate::schema::catalog::Relation;
use crate::schema::name::Name;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Words that begin a part of a query.
const CLAUSES: &[&str] = &[
    "select",
    "from",
    "join",
    "on",
    "using",
    "where",
    "group",
    "having",
    "order",
    "limit",
    "offset",
    "fetch",
    "window",
    "union",
    "except",
    "intersect",
    "values",
    "with",
    "for",
    "returning",
];

/// Words behind a table that are no alias.
const NO_ALIAS: &[&str] =
    &["left", "right", "full", "inner", "cross", "natural", "lateral", "tablesample", "as"];

impl Apply {
    /// The views of a table name it `to`; an alias stays.
    pub(super) fn rename_table_in_views(&mut self, from: &Name, to: &Name) {
        let engine = self.catalog.engine();
        let (whole, bare) = (quoted(engine, to), quoted(engine, &Name::bare(to.name.clone())));
        for view in self.views_of(from) {
            self.rewrite(&view, |text| {
                let mut query = Query::new(text, from);
                for at in query.mentions(&from.name) {
                    query.put_table(at, bare.clone());
                }
                for at in query.tables.clone() {
                    query.put_table(at, whole.clone());
                }
                query.parts.concat()
            });
        }
    }

    /// The views of a table name its column `to`; where they show it, they show it as `from`.
    pub(super) fn rename_column_in_views(&mut self, table: &Name, from: &str, to: &str) {
        let engine = self.catalog.engine();
        for view in self.views_of(table) {
            let reads = match self.catalog.relations.get(&view) {
                Some(Relation::View(found)) => found.reads.clone(),
                _ => Vec::new(),
            };
            let elsewhere = reads.iter().filter(|other| *other != table).any(|other| {
                self.catalog.seen_table(other).is_none_or(|(_, it)| it.column(from).is_some())
            });
            self.rewrite(&view, |text| {
                Query::new(text, table).rename_column(engine, from, to, elsewhere)
            });
        }
    }

    fn views_of(&self, table: &Name) -> Vec<Name> {
        // SQLite rewrites the text of views itself, by its own rules; MySQL's views break.
        if self.catalog.engine() != Engine::Postgres {
            return Vec::new();
        }
        let views = self.catalog.views().filter(|(_, view)| view.reads.contains(table));
        views.map(|(name, _)| name.clone()).collect()
    }

    fn rewrite(&mut self, view: &Name, rewrite: impl Fn(&str) -> String) {
        if let Some(Relation::View(view)) = self.catalog.relations.get_mut(view) {
            let query = &mut Arc::make_mut(view).query;
            query.text = rewrite(&query.text);
        }
    }
}

/// The text of a query in pieces, and where it names a table.
struct Query {
    parts: Vec<String>,
    /// For each piece: the parentheses that it stands in, innermost last, and the clause there.
    places: Vec<(Vec<usize>, &'static str)>,
    /// The pieces that name the table behind FROM and JOIN.
    tables: Vec<usize>,
    /// What the table is called, by the parentheses that know it.
    called: BTreeMap<usize, Vec<String>>,
    /// The parentheses that know it by its own name.
    bare: BTreeSet<usize>,
    /// The parentheses that hold a FROM.
    queries: BTreeSet<usize>,
    /// Those of them with several tables.
    crowded: BTreeSet<usize>,
}

impl Query {
    fn new(text: &str, table: &Name) -> Self {
        let parts: Vec<String> = pieces(text).map(str::to_owned).collect();
        let places = places(&parts);
        let from = places.iter().filter(|(_, clause)| *clause == "from");
        let queries = from.filter_map(|(levels, _)| levels.last().copied()).collect();
        let several = parts.iter().zip(&places).filter(|(piece, (_, clause))| {
            *piece == "join" || (*clause == "from" && piece.trim() == ",")
        });
        let crowded = several.filter_map(|(_, (levels, _))| levels.last().copied()).collect();
        let (tables, called, bare) = (Vec::new(), BTreeMap::new(), BTreeSet::new());
        let mut query = Self { parts, places, tables, called, bare, queries, crowded };
        for at in 0..query.parts.len() {
            let is_it = query.name(at).is_some_and(|name| name == table.name);
            let (level, clause) = match query.places.get(at) {
                Some((levels, clause)) => (levels.last().copied().unwrap_or(0), *clause),
                None => continue,
            };
            let schema = query.qualifier(at);
            let fits = schema.is_none() || schema.as_deref() == table.schema.as_deref();
            let opens = query.before(at).is_some_and(|before| {
                matches!(before.as_str(), "from" | "join" | "only" | ",") || before.ends_with('(')
            });
            if !is_it || !fits || !opens || !matches!(clause, "from" | "join") {
                continue;
            }
            if query.parts.get(at + 1).is_some_and(|next| next.starts_with('.')) {
                continue;
            }
            let alias = query.alias(at);
            if alias.is_none() {
                query.bare.insert(level);
            }
            query.tables.push(at);
            let called = query.called.entry(level).or_default();
            called.push(alias.unwrap_or_else(|| table.name.clone()));
        }
        query
    }

    fn name(&self, at: usize) -> Option<String> {
        self.parts.get(at).and_then(|piece| name_of(piece)).map(|name| name.into_owned())
    }

    /// The name before a dot before a piece.
    fn qualifier(&self, at: usize) -> Option<String> {
        let dot = at.checked_sub(1).and_then(|dot| self.parts.get(dot))?;
        (dot == ".").then(|| self.name(at.checked_sub(2)?)).flatten()
    }

    /// What stands before a piece and its qualifier, but for blanks.
    fn before(&self, at: usize) -> Option<String> {
        let start = if self.qualifier(at).is_some() { at.saturating_sub(2) } else { at };
        let before = self.parts.get(..start)?.iter().rev().find(|piece| !piece.trim().is_empty());
        before.map(|piece| piece.trim().to_lowercase())
    }

    /// What stands behind a piece, but for blanks: its index.
    fn behind(&self, at: usize) -> Option<usize> {
        (at + 1..self.parts.len())
            .find(|next| self.parts.get(*next).is_some_and(|piece| !piece.trim().is_empty()))
    }

    fn alias(&self, at: usize) -> Option<String> {
        let next = self.behind(at)?;
        let word = self.name(next)?;
        if word == "as" {
            return self.name(self.behind(next)?);
        }
        let quoted = self.parts.get(next).is_some_and(|piece| piece.starts_with('"'));
        let none = CLAUSES.contains(&word.as_str()) || NO_ALIAS.contains(&word.as_str());
        (quoted || !none).then_some(word)
    }

    /// Where columns are qualified with the table's own name.
    fn mentions(&self, table: &str) -> Vec<usize> {
        let qualifies = |at: &usize| {
            let known = self
                .places
                .get(*at)
                .is_some_and(|(levels, _)| levels.iter().any(|level| self.bare.contains(level)));
            known
                && self.name(*at).as_deref() == Some(table)
                && self.parts.get(at + 1).is_some_and(|next| next.starts_with('.'))
        };
        (0..self.parts.len()).filter(qualifies).collect()
    }

    /// Puts a name in the place of a table's, and of the schema before it.
    fn put_table(&mut self, at: usize, name: String) {
        if self.qualifier(at).is_some() {
            for piece in self.parts.iter_mut().skip(at - 2).take(2) {
                piece.clear();
            }
        }
        if let Some(piece) = self.parts.get_mut(at) {
            *piece = name;
        }
    }

    fn rename_column(mut self, engine: Engine, from: &str, to: &str, elsewhere: bool) -> String {
        let spelled = quoted(engine, &Name::bare(to));
        let mut new: Vec<(usize, String)> = Vec::new();
        for at in 0..self.parts.len() {
            let Some((levels, clause)) = self.places.get(at) else { continue };
            let is_table = self.tables.contains(&at);
            let is_call = self.parts.get(at + 1).is_some_and(|next| next.starts_with('('));
            let is_alias = self.before(at).as_deref() == Some("as");
            if self.name(at).as_deref() != Some(from) || is_table || is_call || is_alias {
                continue;
            }
            let known = match self.qualifier(at) {
                Some(table) => levels
                    .iter()
                    .any(|level| self.called.get(level).is_some_and(|all| all.contains(&table))),
                None => {
                    // The innermost query around it.
                    let query = levels.iter().rev().find(|level| self.queries.contains(level));
                    query.is_some_and(|level| {
                        let sure = !elsewhere || !self.crowded.contains(level);
                        sure && self.called.contains_key(level)
                    })
                }
            };
            if !known {
                continue;
            }
            let begins = self.before(at).is_some_and(|before| {
                matches!(before.as_str(), "select" | "distinct" | "all") || before.ends_with(',')
            });
            let ends = self
                .behind(at)
                .and_then(|next| self.parts.get(next))
                .is_none_or(|next| next == "from" || next.trim_start().starts_with([',', ')']));
            let shown = *clause == "select" && begins && ends;
            let old = quoted(engine, &Name::bare(from));
            let text = if shown { format!("{spelled} as {old}") } else { spelled.clone() };
            new.push((at, text));
        }
        for (at, text) in new {
            if let Some(piece) = self.parts.get_mut(at) {
                *piece = text;
            }
        }
        self.parts.concat()
    }
}

/// For each piece the parentheses around it, by number, and the clause there.
fn places(parts: &[String]) -> Vec<(Vec<usize>, &'static str)> {
    let mut levels = vec![0_usize];
    let mut clauses = vec![""];
    let mut last = 0;
    let mut places = Vec::with_capacity(parts.len());
    for piece in parts {
        let word = CLAUSES.iter().find(|clause| *clause == piece);
        if let (Some(word), Some(clause)) = (word, clauses.last_mut()) {
            *clause = word;
        }
        places.push((levels.clone(), clauses.last().copied().unwrap_or("")));
        if piece.starts_with(['\'', '"']) {
            continue;
        }
        for c in piece.chars() {
            if c == '(' {
                last += 1;
                levels.push(last);
                clauses.push(clauses.last().copied().filter(|it| *it == "from").unwrap_or(""));
            } else if c == ')' && levels.len() > 1 {
                levels.pop();
                clauses.pop();
            }
        }
    }
    places
}
