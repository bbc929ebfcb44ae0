//! Tables and their columns.

use super::order::{Piece, Thing};
use super::{Definition, Writer, with_options};
use crate::dialect::Engine;
use crate::schema::catalog::{Column, Sequence, Table};
use crate::schema::change::{self, ConstraintKind, Identity, Query};
use crate::schema::expr::unwrapped;
use crate::schema::name::{Name, ObjectKind};
use crate::schema::types::DataType;

/// Settings of a table that are not storage parameters.
const NO_PARAMETERS: &[&str] =
    &["access method", "cluster", "server", "tablespace", "using", "with", "arguments", "virtual"];

impl Writer<'_> {
    /// The tables that are written: those that the migrations made, and that stay.
    pub(super) fn shown_tables(&self) -> impl Iterator<Item = (&Name, &Table)> {
        self.catalog.tables().filter(|(_, it)| !it.temporary && it.origin.birth.is_some())
    }

    /// Tables by name, each with its indexes, behind those whose columns it has.
    pub(super) fn tables(&self) -> Vec<Piece> {
        let tables = self.shown_tables().map(|(name, table)| {
            let mut definitions = vec![self.table(name, table)];
            definitions.extend(self.indexes(name));
            // A partition comes with the indexes that it has, so that none is made for it.
            if let (Some((parent, bound)), Some(last)) =
                (&table.partition_of, definitions.last_mut())
            {
                let (parent, name) = (self.name(parent), self.name(name));
                let attach = format!("ATTACH PARTITION {name} {bound}");
                last.sql.push_str(&format!("\nALTER TABLE {parent} {attach};"));
            }
            let makes = Some(Thing::Relation(name.clone()));
            Piece { definitions, makes, needs: self.table_needs(name, table) }
        });
        tables.collect()
    }

    fn table_needs(&self, name: &Name, table: &Table) -> Vec<Thing> {
        let mut needs: Vec<Thing> = table.ancestors().cloned().map(Thing::Relation).collect();
        needs.extend(table.of_type.iter().cloned().map(Thing::Relation));
        if let Some(query) = &table.query {
            needs.extend(table.filled_from.iter().cloned().map(Thing::Relation));
            needs.extend(self.routine_needs(&query.functions));
        }
        for column in &table.columns {
            let definition = &column.definition;
            needs.extend(definition.ty.as_ref().and_then(|ty| self.type_needs(ty)));
            let generated = definition.generated.as_ref().map(|it| &it.expr);
            for expr in definition.default.iter().chain(generated) {
                needs.extend(self.routine_needs(&expr.functions));
            }
        }
        for constraint in &table.constraints {
            if let ConstraintKind::Check(expr) = &constraint.kind {
                needs.extend(self.routine_needs(&expr.functions));
            }
        }
        for (_, index) in self.catalog.indexes_of(name) {
            let exprs = index.keys.iter().map(|key| &key.expr).chain(&index.predicate);
            needs.extend(exprs.flat_map(|expr| self.routine_needs(&expr.functions)));
        }
        needs
    }

    /// Whether a table begins with the columns of those that it inherits from, in their order: else
    /// it was made alone, and inherits since.
    fn begins_as_parents(&self, table: &Table) -> bool {
        let mut expected: Vec<&str> = Vec::new();
        for parent in &table.parents {
            let Some((_, parent)) = self.catalog.seen_table(parent) else { return false };
            for column in &parent.columns {
                let name = column.definition.name.as_str();
                if !expected.contains(&name) {
                    expected.push(name);
                }
            }
        }
        let names = table.columns.iter().map(|column| column.definition.name.as_str());
        expected.iter().copied().eq(names.take(expected.len()))
    }

    fn table(&self, name: &Name, table: &Table) -> Definition {
        let inherits = !table.parents.is_empty() && self.begins_as_parents(table);
        let foreign = if table.kind == ObjectKind::ForeignTable { "FOREIGN " } else { "" };
        let unlogged = if table.unlogged { "UNLOGGED " } else { "" };
        let shown = self.name(name);
        let mut sql = format!("CREATE {foreign}{unlogged}TABLE {shown}");
        if let Some(query) = &table.query {
            return self.table_of_query(name, table, sql, query);
        }
        if let Some(module) = table.options.get("virtual") {
            let arguments = table.options.get("arguments").map(|it| format!("({it})"));
            let arguments = arguments.unwrap_or_default();
            sql = format!("CREATE VIRTUAL TABLE {shown} USING {}{arguments};", self.ident(module));
            return Definition::new(table.kind, name, sql);
        }
        let typed = table.of_type.is_some();
        let columns = table.columns.iter().filter(|column| !inherits || column.local);
        let mut lines: Vec<String> =
            columns.filter_map(|column| self.column(name, table, column, typed)).collect();
        lines.extend(self.constraint_lines(name, table, inherits));
        if let Some(ty) = &table.of_type {
            sql.push_str(&format!(" OF {}", self.name(ty)));
        }
        match lines.is_empty() {
            true if typed => {}
            true => sql.push_str(" ()"),
            false => sql.push_str(&format!(" (\n    {}\n)", lines.join(",\n    "))),
        }
        if inherits {
            let parents: Vec<String> = table.parents.iter().map(|it| self.name(it)).collect();
            sql.push_str(&format!("\n    INHERITS ({})", parents.join(", ")));
        }
        if let Some(partition_by) = &table.partition_by {
            sql.push_str(&format!("\n    PARTITION BY {}", partition(partition_by)));
        }
        sql.push_str(&self.storage(table));
        sql.push(';');
        if !inherits {
            let parents = table.parents.iter();
            sql.extend(
                parents.map(|it| format!("\nALTER TABLE {shown} INHERIT {};", self.name(it))),
            );
        }
        sql.extend(self.owned_sequences(name));
        sql.extend(self.alterations(name, table, inherits));
        Definition::new(table.kind, name, sql)
    }

    /// A table whose columns only its query tells, and what was added since.
    fn table_of_query(&self, name: &Name, table: &Table, sql: String, query: &Query) -> Definition {
        let mut sql = format!("{sql}{} AS\n{}\nWITH NO DATA;", self.storage(table), query.text);
        let added = table.columns.iter().filter(|column| column.definition.ty.is_some());
        let columns = added.filter_map(|column| self.column(name, table, column, false));
        let constraints = self.constraint_lines(name, table, false);
        for line in columns.map(|line| format!("COLUMN {line}")).chain(constraints) {
            sql.push_str(&format!("\nALTER TABLE {} ADD {line};", self.name(name)));
        }
        sql.extend(self.alterations(name, table, false));
        Definition::new(table.kind, name, sql)
    }

    /// What stands behind a table's list.
    fn storage(&self, table: &Table) -> String {
        let parameters = table
            .options
            .iter()
            .filter(|(name, _)| !name.contains(' ') && !NO_PARAMETERS.contains(&name.as_str()));
        let mut sql = String::new();
        let option = |name: &str| table.options.get(name);
        match self.catalog.engine() {
            Engine::Postgres if table.kind == ObjectKind::ForeignTable => {
                if let Some(server) = option("server") {
                    sql.push_str(&format!("\n    SERVER {}", self.ident(server)));
                }
                let options: Vec<String> =
                    parameters.map(|(name, it)| format!("{name} {it}")).collect();
                if !options.is_empty() {
                    sql.push_str(&format!(" OPTIONS ({})", options.join(", ")));
                }
            }
            Engine::Postgres => {
                if let Some(method) = option("access method").or(option("using")) {
                    sql.push_str(&format!("\n    USING {}", self.ident(method)));
                }
                let with = with_options(parameters);
                if !with.is_empty() {
                    sql.push_str(&format!("\n   {with}"));
                }
                if let Some(tablespace) = option("tablespace") {
                    sql.push_str(&format!("\n    TABLESPACE {}", self.ident(tablespace)));
                }
            }
            Engine::Sqlite => {
                let words: Vec<String> = ["strict", "without rowid"]
                    .iter()
                    .filter(|word| option(word).is_some())
                    .map(|word| word.to_ascii_uppercase())
                    .collect();
                if !words.is_empty() {
                    sql.push_str(&format!(" {}", words.join(", ")));
                }
            }
            Engine::Mysql | Engine::Mariadb => {
                let all = table.options.iter();
                sql.extend(all.map(|(name, it)| format!(" {}={it}", name.to_ascii_uppercase())));
            }
        }
        sql
    }

    /// The sequences that go when a column goes.
    fn owned_sequences(&self, table: &Name) -> Vec<String> {
        let owned = self.sequences_of(table).iter().filter_map(|(name, sequence)| {
            let (_, column) = sequence.owner()?;
            let (_, found) = self.catalog.seen_table(table)?;
            let definition = &found.column(column)?.definition;
            let column = format!("{}.{}", self.name(table), self.ident(column));
            let sql = format!("\nALTER SEQUENCE {} OWNED BY {column};", self.name(name));
            (definition.identity.is_none() && sequence.origin.birth.is_some()).then_some(sql)
        });
        owned.collect()
    }

    /// What `ALTER TABLE` alone can set.
    fn alterations(&self, name: &Name, table: &Table, inherits: bool) -> Vec<String> {
        let mut actions = Vec::new();
        if inherits {
            actions.extend(self.refined_columns(table));
        }
        if self.is(Engine::Postgres) && table.kind != ObjectKind::ForeignTable {
            actions.extend(table.columns.iter().flat_map(|column| self.column_settings(column)));
        }
        for (setting, value) in &table.options {
            actions.push(match setting.as_str() {
                "row security" if value == "ENABLE" => "ENABLE ROW LEVEL SECURITY".to_owned(),
                "force row security" if value == "FORCE" => "FORCE ROW LEVEL SECURITY".to_owned(),
                "replica identity" if value == "FULL" || value == "NOTHING" => {
                    format!("REPLICA IDENTITY {value}")
                }
                _ => continue,
            });
        }
        let shown = self.name(name);
        let mut all: Vec<String> =
            actions.iter().map(|action| format!("\nALTER TABLE {shown} {action};")).collect();
        // Another index's definition has it.
        let keys = table.constraints.iter().filter_map(|it| it.name.as_ref());
        all.extend(keys.flat_map(|key| self.uses_of_index(name, table, key)));
        all
    }

    /// What a table sets of columns that it has from others alone.
    fn refined_columns(&self, table: &Table) -> Vec<String> {
        let mut actions = Vec::new();
        for column in table.columns.iter().filter(|column| !column.local) {
            let own = &column.definition;
            let parents = table.parents.iter().filter_map(|it| self.catalog.seen_table(it));
            let from = parents.filter_map(|(_, parent)| parent.column(&own.name)).next();
            let Some(from) = from.map(|column| &column.definition) else { continue };
            let alter = format!("ALTER COLUMN {}", self.ident(&own.name));
            match (&own.default, &from.default) {
                (own, from) if own == from => {}
                (Some(own), _) => actions.push(format!("{alter} SET DEFAULT {}", own.text)),
                (None, _) => actions.push(format!("{alter} DROP DEFAULT")),
            }
            if own.not_null && !from.not_null {
                actions.push(format!("{alter} SET NOT NULL"));
            }
        }
        actions
    }

    fn column_settings(&self, column: &Column) -> Vec<String> {
        let definition = &column.definition;
        let alter = format!("ALTER COLUMN {}", self.ident(&definition.name));
        let settings = definition.options.iter().map(|(option, value)| match option.as_str() {
            "statistics" | "storage" | "compression" => {
                format!(
                    "{alter} SET {} {}",
                    option.to_ascii_uppercase(),
                    value.to_ascii_uppercase()
                )
            }
            _ => format!("{alter} SET ({option} = {value})"),
        });
        settings.map(|it| it.replace("SET COMPRESSION PGLZ", "SET COMPRESSION pglz")).collect()
    }

    /// A column as a line of a table's list; `None` where a typed table's says nothing.
    fn column(&self, name: &Name, table: &Table, column: &Column, typed: bool) -> Option<String> {
        let definition = &column.definition;
        let mut sql = String::new();
        if let Some(collation) = &definition.collation {
            sql.push_str(&format!(" COLLATE {}", self.name(collation)));
        }
        if table.kind == ObjectKind::ForeignTable && !definition.options.is_empty() {
            let options = definition.options.iter().map(|(name, it)| format!("{name} {it}"));
            sql.push_str(&format!(" OPTIONS ({})", options.collect::<Vec<_>>().join(", ")));
        }
        if let Some(generated) = &definition.generated {
            let stored = if generated.stored { "STORED" } else { "VIRTUAL" };
            sql.push_str(&format!(
                " GENERATED ALWAYS AS ({}) {stored}",
                unwrapped(&generated.expr.text)
            ));
        }
        if let Some(identity) = definition.identity.as_ref().filter(|_| self.is(Engine::Postgres)) {
            sql.push_str(&self.identity(name, definition, identity));
        }
        if let Some(default) = &definition.default {
            sql.push_str(&format!(" DEFAULT {}", default.text));
        }
        // An identity is never null.
        if definition.not_null && (definition.identity.is_none() || !self.is(Engine::Postgres)) {
            sql.push_str(&self.not_null(name, table, &definition.name));
        }
        sql.push_str(&self.column_tail(definition));
        if typed {
            let shown = self.ident(&definition.name);
            return (!sql.is_empty()).then(|| format!("{shown} WITH OPTIONS{sql}"));
        }
        let ty = definition.ty.as_ref().map(|ty| format!(" {}", self.data_type(ty)));
        Some(format!("{}{}{sql}", self.ident(&definition.name), ty.unwrap_or_default()))
    }

    /// `NOT NULL`, with the name of its constraint where somebody gave it one.
    fn not_null(&self, name: &Name, table: &Table, column: &str) -> String {
        let named = table.constraints.iter().find_map(|constraint| {
            let chosen = format!("{}_{column}_not_null", name.name);
            let is_it = matches!(&constraint.kind, ConstraintKind::NotNull(of) if of == column);
            constraint.name.as_ref().filter(|name| is_it && **name != chosen)
        });
        match named {
            Some(name) => format!(" CONSTRAINT {} NOT NULL", self.ident(name)),
            None => " NOT NULL".to_owned(),
        }
    }

    /// What other engines write behind a column.
    fn column_tail(&self, definition: &change::Column) -> String {
        match self.catalog.engine() {
            Engine::Postgres => String::new(),
            Engine::Sqlite => {
                let counts = definition.identity.is_some();
                if counts { " PRIMARY KEY AUTOINCREMENT".to_owned() } else { String::new() }
            }
            Engine::Mysql | Engine::Mariadb => {
                let counts = definition.identity.is_some().then(|| " AUTO_INCREMENT".to_owned());
                let option = |(name, value): &(String, String)| {
                    format!(" {} {value}", name.to_ascii_uppercase())
                };
                counts.into_iter().chain(definition.options.iter().map(option)).collect()
            }
        }
    }

    fn identity(&self, table: &Name, definition: &change::Column, identity: &Identity) -> String {
        let when = if identity.always { "ALWAYS" } else { "BY DEFAULT" };
        let mut sql = format!(" GENERATED {when} AS IDENTITY");
        let owned = self.sequences_of(table).iter().find(|(_, sequence)| {
            sequence.owner().is_some_and(|(_, column)| *column == definition.name)
        });
        let options = owned.map_or(&identity.sequence, |(_, Sequence { options, .. })| options);
        let ty = definition.ty.as_ref().map_or("bigint", |ty: &DataType| ty.name.name.as_str());
        let mut words = self.sequence_options(options, ty);
        // The name that the engine would choose needs no mention.
        let chosen = format!("{}_{}_seq", table.name, definition.name);
        if let Some((name, _)) = owned.filter(|(name, _)| name.name != chosen) {
            words.insert_str(0, &format!(" SEQUENCE NAME {}", self.name(name)));
        }
        if !words.is_empty() {
            sql.push_str(&format!(" ({})", words.trim_start()));
        }
        sql
    }
}

/// `range (a)` with its first word as SQL's own.
fn partition(text: &str) -> String {
    match text.split_once(' ') {
        Some((strategy, rest)) if rest.starts_with('(') => {
            format!("{} {rest}", strategy.to_ascii_uppercase())
        }
        Some((strategy, rest)) => format!("{} ({rest})", strategy.to_ascii_uppercase()),
        None => text.to_owned(),
    }
}
