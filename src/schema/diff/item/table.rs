//! Tables, columns, constraints and indexes.

use super::{Attribute, Item, Items, rank_of};
use crate::dialect::Engine;
use crate::schema::catalog::{Column, Index, Relation, Sequence, Table};
use crate::schema::change::{
    self, Constraint, ConstraintKind, ForeignKey, IndexKey, Key as KeyColumns, SequenceOptions,
};
use crate::schema::diff::spelling::{self, Context};
use crate::schema::expr::{Expr, unwrapped};
use crate::schema::name::{Name, ObjectKind as Kind, ObjectRef};
use std::collections::BTreeMap;

impl Items<'_> {
    pub(super) fn tables(&mut self) {
        let catalog = self.catalog;
        let mut owned: BTreeMap<(&Name, &str), &Sequence> = BTreeMap::new();
        for relation in catalog.relations.values() {
            if let Relation::Sequence(sequence) = relation
                && let Some((table, column)) = sequence.owner()
            {
                owned.insert((table, column), sequence);
            }
        }
        for (name, table) in catalog.tables().filter(|(_, it)| !it.temporary) {
            let group = ObjectRef::new(table.kind, name.clone());
            let is_seen = table.origin.birth.is_some();
            if is_seen {
                let mut attributes = self.table(table);
                attributes.extend(self.remarks(&group));
                self.whole(group.clone(), attributes);
            }
            // Of a table that nobody saw created, those that somebody saw added.
            let shown = |column: &&Column| is_seen || column.birth.is_some();
            for (place, column) in table.columns.iter().filter(shown).enumerate() {
                let sequence = owned.get(&(name, column.definition.name.as_str())).copied();
                let item = self.column(name, column, place, sequence);
                self.part(&group, rank_of("column"), true, item);
            }
            for constraint in &table.constraints {
                if !matches!(constraint.kind, ConstraintKind::NotNull(_)) {
                    let item = self.constraint(name, table, constraint);
                    self.part(&group, rank_of("constraint"), !self.options.ignore_names, item);
                }
            }
            self.indexes(&group);
        }
    }

    /// The indexes of a table or materialized view that no constraint makes.
    pub(super) fn indexes(&mut self, group: &ObjectRef) {
        let catalog = self.catalog;
        for (name, index) in catalog.indexes_of(&group.name) {
            if index.constraint.is_none() {
                let item = self.index(group, name, index);
                self.part(group, rank_of("index"), !self.options.ignore_names, item);
            }
        }
    }

    fn table(&self, table: &Table) -> Vec<Attribute> {
        let mut all = Vec::new();
        if table.unlogged {
            all.push(Attribute::flag("unlogged", "UNLOGGED"));
        }
        if let Some(ty) = &table.of_type {
            all.push(Attribute::new("of_type", "OF", self.name(ty)));
        }
        if !table.parents.is_empty() {
            let parents: Vec<String> = table.parents.iter().map(|it| self.name(it)).collect();
            all.push(Attribute::new("inherits", "INHERITS", parents.join(", ")));
        }
        if let Some(by) = &table.partition_by {
            all.push(self.expression("partition_by", "PARTITION BY", by, self.context()));
        }
        if let Some((parent, bound)) = &table.partition_of {
            let value = format!("{} {bound}", self.name(parent));
            all.push(self.expression("partition_of", "PARTITION OF", &value, self.context()));
        }
        if let Some(query) = &table.query {
            all.push(self.expression("query", "AS", &query.text, self.context()));
        }
        let mut settings = Vec::new();
        for (setting, value) in &table.options {
            match (setting.as_str(), value.as_str()) {
                ("row security", "ENABLE") => {
                    all.push(Attribute::flag("row_security", "ENABLE ROW LEVEL SECURITY"));
                }
                ("force row security", "FORCE") => {
                    all.push(Attribute::flag("force_row_security", "FORCE ROW LEVEL SECURITY"));
                }
                ("replica identity", value) if value != "DEFAULT" => {
                    all.push(Attribute::new("replica_identity", "REPLICA IDENTITY", value));
                }
                // The next number is no part of the schema, and this access method is the default.
                ("auto_increment" | "with", _) | ("using" | "access method", "heap") => {}
                ("cluster", index) => all.push(Attribute::new("cluster", "CLUSTER ON", index)),
                (setting, value) if !setting.contains(' ') => {
                    let equals = if value.is_empty() { "" } else { " = " };
                    settings.push(format!("{setting}{equals}{value}"));
                }
                _ => {}
            }
        }
        if !settings.is_empty() {
            let value = settings.join(", ");
            let same = value.to_lowercase().replace(['\'', ' '], "");
            all.push(Attribute::new("settings", "WITH", value).same(same));
        }
        all
    }

    fn column(
        &self,
        table: &Name,
        column: &Column,
        place: usize,
        sequence: Option<&Sequence>,
    ) -> Item {
        let it = &column.definition;
        let mut all = Vec::new();
        if let Some(ty) = &it.ty {
            let value = self.data_type(ty);
            let same = match self.engine() {
                // One on the search path is the same with its schema.
                Engine::Postgres => value.trim_start_matches("public.").to_owned(),
                engine => without_width(engine, &value),
            };
            all.push(Attribute::new("type", "", value).same(same));
        }
        if let Some(collation) = &it.collation {
            // The text's own collation is `default`.
            if collation.name != "default" {
                let same = collation.name.clone();
                all.push(Attribute::new("collation", "COLLATE", self.name(collation)).same(same));
            }
        }
        all.extend(self.given_value(table, it, sequence));
        if it.not_null {
            all.push(Attribute::flag("not_null", "NOT NULL"));
        }
        let mut options: Vec<String> =
            it.options.iter().map(|(name, value)| format!("{name} {value}")).collect();
        if !options.is_empty() {
            options.sort();
            let value = options.join(", ");
            let same = value.to_lowercase();
            all.push(Attribute::new("settings", "WITH", value).same(same));
        }
        let object = ObjectRef::part(Kind::Column, table.clone(), it.name.clone());
        all.extend(self.remarks(&object));
        Item {
            kind: Kind::Column.words(),
            name: self.ident(&it.name),
            place,
            attributes: all,
            object,
        }
    }

    /// What a column holds where nobody writes it.
    fn given_value(
        &self,
        table: &Name,
        it: &change::Column,
        sequence: Option<&Sequence>,
    ) -> Vec<Attribute> {
        let mut all = Vec::new();
        if let Some(generated) = &it.generated {
            let (lead, name) = match generated.stored {
                true => ("GENERATED STORED AS", "generated_stored"),
                false => ("GENERATED VIRTUAL AS", "generated_virtual"),
            };
            all.push(self.expr(table, name, lead, &generated.expr));
        }
        if let Some(identity) = &it.identity {
            let lead = match (self.engine(), identity.always) {
                (Engine::Postgres, true) => "GENERATED ALWAYS AS IDENTITY",
                (Engine::Postgres, false) => "GENERATED BY DEFAULT AS IDENTITY",
                (Engine::Sqlite, _) => "AUTOINCREMENT",
                _ => "AUTO_INCREMENT",
            };
            let options = sequence.map_or(&identity.sequence, |it| &it.options);
            let name = if identity.always { "identity_always" } else { "identity" };
            all.push(Attribute::new(name, lead, sequence_options(options)));
        } else if let Some(sequence) = sequence {
            let options = sequence_options(&sequence.options);
            if !options.is_empty() {
                all.push(Attribute::new("sequence", "SEQUENCE", options));
            }
        }
        if let Some(default) = &it.default {
            let form = spelling::default(&default.text, it.ty.as_ref(), self.context());
            all.extend(
                form.map(|same| Attribute::new("default", "DEFAULT", &default.text).same(same)),
            );
        }
        all
    }

    /// An expression over the columns of a table.
    fn expr(&self, table: &Name, name: &'static str, lead: &'static str, expr: &Expr) -> Attribute {
        let found = self.catalog.seen_table(table).map(|(_, found)| found);
        let is_text = |column: &str| {
            let ty = found
                .and_then(|found| found.column(column.trim_matches('"')))
                .and_then(|it| it.definition.ty.as_ref());
            ty.is_some_and(|ty| ["character varying", "character"].contains(&ty.name.name.as_str()))
        };
        let says_nothing = |relation: &str, _: &str| relation == table.name;
        let context =
            Context { engine: self.engine(), is_text: &is_text, says_nothing: &says_nothing };
        self.expression(name, lead, &expr.text, context)
    }

    fn constraint(&self, table: &Name, found: &Table, constraint: &Constraint) -> Item {
        let words = constraint.kind.words().to_owned();
        let mut all = Vec::new();
        match &constraint.kind {
            ConstraintKind::PrimaryKey(key) => self.key("PRIMARY KEY", key, &mut all),
            ConstraintKind::Unique(key) => self.key("UNIQUE", key, &mut all),
            ConstraintKind::Check(expr) => {
                let check = self.expr(table, "check", "CHECK", expr);
                all.push(Attribute { value: parenthesised(&check.value), ..check });
            }
            ConstraintKind::NotNull(_) => {}
            ConstraintKind::ForeignKey(key) => self.foreign_key(table, found, key, &mut all),
            ConstraintKind::Exclude { method, elements, predicate } => {
                let method = method.as_deref().unwrap_or("gist");
                let value = format!("{method} ({})", elements.join(", "));
                all.push(self.expression("exclude", "EXCLUDE USING", &value, self.context()));
                all.extend(predicate.iter().map(|it| self.expr(table, "predicate", "WHERE", it)));
            }
        }
        all.extend(constraint.marks().map(|(name, words)| Attribute::flag(name, words)));
        let name = constraint.name.clone().unwrap_or_default();
        let object = ObjectRef::part(Kind::Constraint, table.clone(), name.clone());
        all.extend(self.remarks(&object));
        Item { kind: words, name: self.ident(&name), place: 0, attributes: all, object }
    }

    fn key(&self, lead: &'static str, key: &KeyColumns, all: &mut Vec<Attribute>) {
        let overlaps = if key.without_overlaps { " WITHOUT OVERLAPS" } else { "" };
        let value = format!("({}{overlaps})", self.idents(&key.columns));
        all.push(Attribute::new("columns", lead, value));
        if !key.include.is_empty() {
            let value = format!("({})", self.idents(&key.include));
            all.push(Attribute::new("include", "INCLUDE", value));
        }
        if key.nulls_not_distinct {
            all.push(Attribute::flag("nulls_not_distinct", "NULLS NOT DISTINCT"));
        }
    }

    fn foreign_key(&self, table: &Name, found: &Table, key: &ForeignKey, all: &mut Vec<Attribute>) {
        all.push(Attribute::new(
            "columns",
            "FOREIGN KEY",
            format!("({})", self.idents(&key.columns)),
        ));
        // Without columns it refers to the primary key.
        let target = match key.references == *table {
            true => Some(found),
            false => self.catalog.seen_table(&key.references).map(|(_, found)| found),
        };
        let columns = match key.referenced_columns.as_slice() {
            [] => target.and_then(Table::primary_key).map(|(_, key)| key.columns.as_slice()),
            written => Some(written),
        };
        let columns = columns.map(|it| format!(" ({})", self.idents(it))).unwrap_or_default();
        let value = format!("{}{columns}", self.name(&key.references));
        all.push(Attribute::new("references", "REFERENCES", value));
        if let Some(matching) = key.matching.as_deref().filter(|it| *it != "MATCH SIMPLE") {
            all.push(Attribute::new("match", "", matching));
        }
        for (name, lead, action) in
            [("on_update", "ON UPDATE", &key.on_update), ("on_delete", "ON DELETE", &key.on_delete)]
        {
            if action != "NO ACTION" {
                all.push(Attribute::new(name, lead, action));
            }
        }
    }

    fn index(&self, group: &ObjectRef, name: &Name, index: &Index) -> Item {
        let mut all = Vec::new();
        if index.unique {
            all.push(Attribute::flag("unique", "UNIQUE"));
        }
        if let Some(method) = index.method.as_deref().filter(|it| *it != "btree") {
            all.push(Attribute::new("method", "USING", method));
        }
        let keys: Vec<(String, String)> =
            index.keys.iter().map(|key| self.index_key(&group.name, key)).collect();
        let joined = |pick: fn(&(String, String)) -> &String| {
            let keys: Vec<&str> = keys.iter().map(|key| pick(key).as_str()).collect();
            format!("({})", keys.join(", "))
        };
        all.push(Attribute::new("keys", "ON", joined(|it| &it.0)).same(joined(|it| &it.1)));
        if !index.include.is_empty() {
            let value = format!("({})", self.idents(&index.include));
            all.push(Attribute::new("include", "INCLUDE", value));
        }
        if index.nulls_not_distinct {
            all.push(Attribute::flag("nulls_not_distinct", "NULLS NOT DISTINCT"));
        }
        if !index.options.is_empty() {
            let options = index.options.iter().map(|(name, value)| format!("{name} = {value}"));
            let value = options.collect::<Vec<_>>().join(", ");
            let same = value.to_lowercase().replace('\'', "");
            all.push(Attribute::new("settings", "WITH", value).same(same));
        }
        if let Some(predicate) = &index.predicate {
            all.push(self.expr(&group.name, "predicate", "WHERE", predicate));
        }
        if !index.valid {
            all.push(Attribute::flag("invalid", "INVALID"));
        }
        let object = ObjectRef::new(Kind::Index, name.clone());
        all.extend(self.remarks(&object));
        Item {
            kind: Kind::Index.words(),
            name: self.ident(&name.name),
            place: 0,
            attributes: all,
            object,
        }
    }

    /// A key of an index as SQL has it, and in one spelling.
    fn index_key(&self, table: &Name, key: &IndexKey) -> (String, String) {
        let options = key.options.trim();
        let descending = options.split(' ').any(|word| word == "desc");
        let nulls = if descending { "nulls first" } else { "nulls last" };
        let rest = options.strip_suffix(nulls).unwrap_or(options).trim_end();
        // What holds without a word.
        let rest = if rest == "asc" { "" } else { rest.strip_suffix(" asc").unwrap_or(rest) };
        let (shown, same) = match &key.column {
            Some(column) => (self.ident(column), self.ident(column)),
            None => {
                let form = self.expr(table, "key", "", &key.expr);
                (format!("({})", form.value), form.same)
            }
        };
        let with = |element: String, options: &str| match options {
            "" => element,
            options => format!("{element} {options}"),
        };
        (with(shown, options), with(same, &rest.replace("public.", "")))
    }
}

/// An expression in parentheses.
pub(super) fn parenthesised(text: &str) -> String {
    let around_all = unwrapped(text).len() < text.len();
    if around_all { text.to_owned() } else { format!("({text})") }
}

/// The options of a sequence that say more than what holds without them.
pub(super) fn sequence_options(options: &SequenceOptions) -> String {
    let in_force = options.in_force().into_iter();
    let mut settings: BTreeMap<&str, &str> =
        in_force.map(|(name, value)| (name, value.unwrap_or_default())).collect();
    let counts_up = settings.get("INCREMENT").is_none_or(|by| !by.starts_with('-'));
    let low = settings.get("MINVALUE").copied().unwrap_or("1").to_owned();
    let max = SequenceOptions::largest(options.ty.as_ref().map_or("", |ty| &ty.name.name));
    settings.retain(|name, value| match *name {
        "INCREMENT" | "CACHE" => *value != "1",
        "MINVALUE" => !(counts_up && *value == "1"),
        "START" => !(counts_up && *value == low),
        "MAXVALUE" => !(counts_up && *value == max),
        "RESTART" | "LOGGED" | "SEQUENCE NAME" => false,
        _ => true,
    });
    let words = settings.iter().map(|(name, value)| format!("{name} {value}").trim().to_owned());
    words.collect::<Vec<_>>().join(" ")
}

/// A type of another engine in one spelling: MySQL's display widths say nothing (manual, "Numeric
/// Type Attributes"), but for `tinyint(1)`, which means a truth value; SQLite folds its words.
fn without_width(engine: Engine, ty: &str) -> String {
    let lower = ty.to_lowercase();
    let integer = ["tinyint", "smallint", "mediumint", "int", "bigint"];
    match lower.split_once('(') {
        Some((name, rest))
            if engine != Engine::Sqlite && integer.contains(&name) && lower != "tinyint(1)" =>
        {
            let behind = rest.split_once(')').map_or("", |(_, behind)| behind);
            format!("{name}{behind}")
        }
        _ => lower,
    }
}
