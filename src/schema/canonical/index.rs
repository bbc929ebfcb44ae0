//! Indexes.

use super::order::Piece;
use super::{Definition, Writer, with_options};
use crate::dialect::Engine;
use crate::schema::catalog::{Index, Table};
use crate::schema::change::IndexKey;
use crate::schema::expr::unwrapped;
use crate::schema::name::{Name, ObjectKind};

impl Writer<'_> {
    /// The indexes of a table that no constraint makes, but for those of a partitioned table that
    /// not all its partitions have.
    pub(super) fn indexes(&self, table: &Name) -> Vec<Definition> {
        let indexes = self.catalog.indexes_of(table);
        let own = indexes.filter(|(_, index)| index.constraint.is_none() && index.valid);
        own.map(|(name, index)| self.index(table, name, index, "")).collect()
    }

    /// The other ones: each is made alone, and gets the parts that it has.
    pub(super) fn invalid_indexes(&self, table: &Name) -> Vec<Piece> {
        let indexes = self.catalog.indexes_of(table);
        let own = indexes.filter(|(_, index)| index.constraint.is_none() && !index.valid);
        let pieces = own.map(|(name, index)| {
            let mut definition = self.index(table, name, index, "ONLY ");
            for (child, _) in self.catalog.children(table) {
                let parts = self.catalog.indexes_of(child);
                for (part, _) in parts.filter(|(_, part)| part.parent.as_ref() == Some(name)) {
                    definition.sql.push_str(&format!(
                        "\nALTER INDEX {} ATTACH PARTITION {};",
                        self.name(name),
                        self.name(part)
                    ));
                }
            }
            Piece { definitions: vec![definition], makes: None, needs: Vec::new() }
        });
        pieces.collect()
    }

    fn index(&self, table: &Name, name: &Name, index: &Index, only: &str) -> Definition {
        let unique = if index.unique { "UNIQUE " } else { "" };
        let postgres = self.is(Engine::Postgres);
        let method = match index.method.as_deref() {
            Some(method) if postgres && method != "btree" => {
                format!(" USING {}", self.ident(method))
            }
            _ => String::new(),
        };
        // MySQL's other kinds of index have words of their own.
        let word = match index.method.as_deref() {
            Some(word @ ("fulltext" | "spatial" | "vector")) if !postgres => {
                format!("{} ", word.to_ascii_uppercase())
            }
            _ => String::new(),
        };
        let keys: Vec<String> = index.keys.iter().map(|key| self.index_key(key)).collect();
        let keys = keys.join(", ");
        let (shown, table_name) = (self.ident(&name.name), self.name(table));
        let mut sql =
            format!("CREATE {unique}{word}INDEX {shown} ON {only}{table_name}{method} ({keys})");
        if !index.include.is_empty() {
            sql.push_str(&format!(" INCLUDE ({})", self.idents(&index.include)));
        }
        if index.nulls_not_distinct {
            sql.push_str(" NULLS NOT DISTINCT");
        }
        let settings = index.options.iter().filter(|(name, _)| is_parameter(name));
        sql.push_str(&with_options(settings));
        if let Some(tablespace) = index.options.get("tablespace") {
            sql.push_str(&format!(" TABLESPACE {}", self.ident(tablespace)));
        }
        if let Some(predicate) = &index.predicate {
            sql.push_str(&format!(" WHERE {}", unwrapped(&predicate.text)));
        }
        sql.push(';');
        for (column, target) in &index.options {
            if let Some(column) = column.strip_prefix("statistics ") {
                let set = format!("ALTER COLUMN {column} SET STATISTICS {target}");
                sql.push_str(&format!("\nALTER INDEX {} {set};", self.name(name)));
            }
        }
        if let Some((_, found)) = self.catalog.seen_table(table) {
            sql.extend(self.uses_of_index(table, found, &name.name));
        }
        Definition::new(ObjectKind::Index, name, sql)
    }

    /// What a table's settings do with one of its indexes.
    pub(super) fn uses_of_index(&self, table: &Name, found: &Table, index: &str) -> Vec<String> {
        let alter = format!("\nALTER TABLE {}", self.name(table));
        let mut uses = Vec::new();
        let identity = found.options.get("replica identity");
        if identity.and_then(|it| it.strip_prefix("USING INDEX ")) == Some(index) {
            uses.push(format!("{alter} REPLICA IDENTITY USING INDEX {};", self.ident(index)));
        }
        if found.options.get("cluster").is_some_and(|it| it == index) {
            uses.push(format!("{alter} CLUSTER ON {};", self.ident(index)));
        }
        uses
    }

    /// The storage of the index behind a key, with a space before each setting.
    pub(super) fn key_storage(&self, index: &Index) -> String {
        let settings = index.options.iter().filter(|(name, _)| is_parameter(name));
        let mut sql = with_options(settings);
        if let Some(tablespace) = index.options.get("tablespace") {
            sql.push_str(&format!(" USING INDEX TABLESPACE {}", self.ident(tablespace)));
        }
        sql
    }

    fn index_key(&self, key: &IndexKey) -> String {
        let element = match &key.column {
            Some(column) => self.ident(column),
            None => format!("({})", unwrapped(&key.expr.text)),
        };
        let mut options = key.options.trim();
        // What holds without a word.
        let descending = options.split(' ').any(|word| word == "desc");
        let nulls = if descending { "nulls first" } else { "nulls last" };
        options = options.strip_suffix(nulls).unwrap_or(options).trim_end();
        let rest = options.strip_suffix("asc").filter(|it| it.is_empty() || it.ends_with(' '));
        options = rest.unwrap_or(options).trim_end();
        let space = if options.is_empty() { "" } else { " " };
        format!("{element}{space}{options}")
    }
}

/// Whether a setting of an index stands in its `WITH`.
fn is_parameter(name: &str) -> bool {
    name != "tablespace" && !name.contains(' ')
}
