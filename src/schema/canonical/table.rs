//! Tables, their constraints and indexes.

use super::{Definition, Writer, sequence_options};
use crate::schema::catalog::{Column, Index, Relation, Table};
use crate::schema::change::{Constraint, ConstraintKind, IndexKey, Key};
use crate::schema::name::{Name, ObjectKind, ObjectRef};

impl Writer<'_> {
    /// Tables by name, a partitioned table or parent before those below it, each with its indexes.
    pub(super) fn tables(&self) -> Vec<Definition> {
        let mut all = Vec::new();
        let roots = self.catalog.tables().filter(|(_, table)| {
            !table.temporary && table.ancestors().all(|it| self.catalog.seen_table(it).is_none())
        });
        for (name, table) in roots {
            self.table_and_below(name, table, &mut all, 0);
        }
        all
    }

    fn table_and_below(&self, name: &Name, table: &Table, all: &mut Vec<Definition>, depth: u8) {
        const DEPTH_MAX: u8 = 32;
        if depth > DEPTH_MAX || all.iter().any(|it: &Definition| it.object.name == *name) {
            return;
        }
        all.push(self.table(name, table));
        all.extend(self.indexes(name));
        for (child, table) in self.catalog.children(name) {
            self.table_and_below(child, table, all, depth + 1);
        }
    }

    fn table(&self, name: &Name, table: &Table) -> Definition {
        let foreign = if table.kind == ObjectKind::ForeignTable { "FOREIGN " } else { "" };
        let unlogged = if table.unlogged { "UNLOGGED " } else { "" };
        let parent = table.partition_of.as_ref();
        let mut sql = format!("CREATE {foreign}{unlogged}TABLE {}", self.name(name));
        let inherited = |kind: &ConstraintKind| {
            table.ancestors().any(|parent| {
                let parent = self.catalog.seen_table(parent).map(|(_, parent)| parent);
                parent.is_some_and(|it| it.constraints.iter().any(|its| its.kind == *kind))
            })
        };
        let columns = table.columns.iter().filter(|_| parent.is_none());
        let mut lines: Vec<String> = columns.map(|column| self.column(column)).collect();
        let own = table
            .constraints
            .iter()
            .filter(|it| !matches!(it.kind, ConstraintKind::ForeignKey(_)) && !inherited(&it.kind));
        lines.extend(own.map(|constraint| self.constraint(constraint)));
        if let Some((parent, _)) = parent {
            sql.push_str(&format!(" PARTITION OF {}", self.name(parent)));
        }
        match (lines.is_empty(), parent) {
            (true, Some(_)) => {}
            (true, None) => sql.push_str(" ()"),
            (false, _) => sql.push_str(&format!(" (\n    {}\n)", lines.join(",\n    "))),
        }
        if let Some((_, bound)) = parent {
            sql.push_str(&format!("\n    {bound}"));
        }
        if !table.parents.is_empty() {
            let parents: Vec<String> = table.parents.iter().map(|it| self.name(it)).collect();
            sql.push_str(&format!("\n    INHERITS ({})", parents.join(", ")));
        }
        if let Some(partition_by) = &table.partition_by {
            sql.push_str(&format!("\n    PARTITION BY {partition_by}"));
        }
        sql.push(';');
        sql.extend(self.owned_sequences(name));
        sql.extend(self.settings(name, table));
        Definition { object: ObjectRef::new(table.kind, name.clone()), sql }
    }

    /// The sequences that go when a column goes.
    fn owned_sequences(&self, table: &Name) -> Vec<String> {
        let owned = self.catalog.relations.iter().filter_map(|(name, relation)| {
            let Relation::Sequence(sequence) = relation else { return None };
            let (owner, column) = sequence.owner()?;
            let column = self.catalog.column(owner, column).seen().filter(|_| owner == table)?;
            let definition = &column.definition;
            let column = format!("{}.{}", self.name(table), self.ident(&definition.name));
            let sql = format!("\nALTER SEQUENCE {} OWNED BY {column};", self.name(name));
            definition.identity.is_none().then_some(sql)
        });
        owned.collect()
    }

    /// What `ALTER TABLE` sets beside columns and constraints.
    fn settings(&self, name: &Name, table: &Table) -> Vec<String> {
        let mut actions = Vec::new();
        for (setting, value) in &table.options {
            actions.push(match setting.as_str() {
                "row security" if value == "ENABLE" => "ENABLE ROW LEVEL SECURITY".to_owned(),
                "force row security" if value == "FORCE" => "FORCE ROW LEVEL SECURITY".to_owned(),
                "replica identity" => format!("REPLICA IDENTITY {value}"),
                _ => continue,
            });
        }
        let actions = actions.iter().map(|it| format!("\nALTER TABLE {} {it};", self.name(name)));
        actions.collect()
    }

    fn column(&self, column: &Column) -> String {
        let definition = &column.definition;
        let mut sql = self.ident(&definition.name);
        if let Some(ty) = &definition.ty {
            sql.push_str(&format!(" {}", self.data_type(ty)));
        }
        if let Some(collation) = &definition.collation {
            sql.push_str(&format!(" COLLATE {}", self.name(collation)));
        }
        if let Some(generated) = &definition.generated {
            let stored = if generated.stored { "STORED" } else { "VIRTUAL" };
            sql.push_str(&format!(" GENERATED ALWAYS AS ({}) {stored}", generated.expr.text));
        }
        if let Some(identity) = &definition.identity {
            let when = if identity.always { "ALWAYS" } else { "BY DEFAULT" };
            sql.push_str(&format!(" GENERATED {when} AS IDENTITY"));
            let options = sequence_options(&identity.sequence);
            if !options.is_empty() {
                sql.push_str(&format!(" ({})", options.trim_start()));
            }
        }
        if let Some(default) = &definition.default {
            sql.push_str(&format!(" DEFAULT {}", default.text));
        }
        if definition.not_null {
            sql.push_str(" NOT NULL");
        }
        sql
    }

    /// A constraint as a line of a table's list.
    pub(super) fn constraint(&self, constraint: &Constraint) -> String {
        let name = constraint.name.as_ref().filter(|name| !name.is_empty());
        let mut sql = name.map(|it| format!("CONSTRAINT {} ", self.ident(it))).unwrap_or_default();
        match &constraint.kind {
            ConstraintKind::PrimaryKey(key) => {
                sql.push_str(&format!("PRIMARY KEY {}", self.key(key)));
            }
            ConstraintKind::Unique(key) => {
                let nulls = if key.nulls_not_distinct { "NULLS NOT DISTINCT " } else { "" };
                sql.push_str(&format!("UNIQUE {nulls}{}", self.key(key)));
            }
            ConstraintKind::Check(expr) => sql.push_str(&format!("CHECK ({})", expr.text)),
            ConstraintKind::NotNull(column) if column.is_empty() => sql.push_str("NOT NULL"),
            ConstraintKind::NotNull(column) => {
                sql.push_str(&format!("NOT NULL {}", self.ident(column)));
            }
            ConstraintKind::ForeignKey(key) => {
                let columns = self.idents(&key.columns);
                sql.push_str(&format!("FOREIGN KEY ({columns}) REFERENCES "));
                sql.push_str(&self.name(&key.references));
                if !key.referenced_columns.is_empty() {
                    sql.push_str(&format!(" ({})", self.idents(&key.referenced_columns)));
                }
                if let Some(matching) = &key.matching {
                    sql.push_str(&format!(" MATCH {matching}"));
                }
                for (event, action) in [("UPDATE", &key.on_update), ("DELETE", &key.on_delete)] {
                    if action != "NO ACTION" {
                        sql.push_str(&format!(" ON {event} {action}"));
                    }
                }
            }
            ConstraintKind::Exclude { method, elements, predicate } => {
                let method = method.as_ref().map(|it| format!(" USING {it}")).unwrap_or_default();
                sql.push_str(&format!("EXCLUDE{method} ({})", elements.join(", ")));
                if let Some(predicate) = predicate {
                    sql.push_str(&format!(" WHERE ({})", predicate.text));
                }
            }
        }
        let marks = [
            (constraint.deferrable, " DEFERRABLE"),
            (constraint.initially_deferred, " INITIALLY DEFERRED"),
            (constraint.no_inherit, " NO INHERIT"),
            (!constraint.enforced, " NOT ENFORCED"),
            (!constraint.validated && constraint.enforced, " NOT VALID"),
        ];
        sql.extend(marks.iter().filter(|(applies, _)| *applies).map(|(_, mark)| *mark));
        sql
    }

    fn key(&self, key: &Key) -> String {
        let overlaps = if key.without_overlaps { " WITHOUT OVERLAPS" } else { "" };
        let include = match key.include.is_empty() {
            true => String::new(),
            false => format!(" INCLUDE ({})", self.idents(&key.include)),
        };
        format!("({}{overlaps}){include}", self.idents(&key.columns))
    }

    /// Foreign keys stand behind all tables, so that two may point at each other.
    pub(super) fn foreign_keys(&self) -> Vec<Definition> {
        let tables = self.catalog.tables().filter(|(_, table)| !table.temporary);
        let keys = tables.flat_map(|(name, table)| {
            let keys = table
                .constraints
                .iter()
                .filter(|it| matches!(it.kind, ConstraintKind::ForeignKey(_)));
            keys.map(move |key| (name, key))
        });
        keys.map(|(table, key)| {
            let part = key.name.clone().unwrap_or_default();
            let object = ObjectRef::part(ObjectKind::Constraint, table.clone(), part);
            let (name, key) = (self.name(table), self.constraint(key));
            Definition { object, sql: format!("ALTER TABLE {name}\n    ADD {key};") }
        })
        .collect()
    }

    /// The indexes of a table that no constraint and no parent's index makes.
    pub(super) fn indexes(&self, table: &Name) -> Vec<Definition> {
        let indexes = self.catalog.indexes_of(table);
        let own = indexes.filter(|(_, index)| index.constraint.is_none() && index.parent.is_none());
        own.map(|(name, index)| self.index(table, name, index)).collect()
    }

    fn index(&self, table: &Name, name: &Name, index: &Index) -> Definition {
        let unique = if index.unique { "UNIQUE " } else { "" };
        let method = match index.method.as_deref() {
            None | Some("btree") => String::new(),
            Some(method) => format!(" USING {method}"),
        };
        let keys: Vec<String> = index.keys.iter().map(|key| self.index_key(key)).collect();
        let mut sql = format!(
            "CREATE {unique}INDEX {} ON {}{method} ({})",
            self.ident(&name.name),
            self.name(table),
            keys.join(", ")
        );
        if !index.include.is_empty() {
            sql.push_str(&format!(" INCLUDE ({})", self.idents(&index.include)));
        }
        if index.nulls_not_distinct {
            sql.push_str(" NULLS NOT DISTINCT");
        }
        if let Some(predicate) = &index.predicate {
            sql.push_str(&format!(" WHERE {}", predicate.text));
        }
        sql.push(';');
        Definition { object: ObjectRef::new(ObjectKind::Index, name.clone()), sql }
    }

    fn index_key(&self, key: &IndexKey) -> String {
        let options = key.options.trim();
        let space = if options.is_empty() { "" } else { " " };
        let element = match &key.column {
            Some(column) => self.ident(column),
            None => format!("({})", key.expr.text),
        };
        format!("{element}{space}{options}")
    }
}
