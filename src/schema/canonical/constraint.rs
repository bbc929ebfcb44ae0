//! Constraints.

use super::order::Piece;
use super::{Definition, Writer};
use crate::dialect::Engine;
use crate::schema::catalog::{Index, Relation, Table};
use crate::schema::change::{Constraint, ConstraintKind, ForeignKey, Key};
use crate::schema::expr::unwrapped;
use crate::schema::name::{Name, ObjectKind, ObjectRef};

impl Writer<'_> {
    /// The lines of a table's list for its constraints.
    pub(super) fn constraint_lines(
        &self,
        name: &Name,
        table: &Table,
        inherits: bool,
    ) -> Vec<String> {
        let mut own: Vec<&Constraint> = table
            .constraints
            .iter()
            .filter(|it| !self.is_late(table, it))
            .filter(|it| !inherits || !self.is_inherited(table, it))
            .filter(|it| !self.is_beside_column(table, it))
            .collect();
        own.sort_by_key(|constraint| (rank(constraint), constraint.name.clone()));
        own.into_iter().map(|constraint| self.constraint(name, constraint)).collect()
    }

    /// Whether a constraint is added when all tables are there: two foreign keys may point at each
    /// other's tables, what is not validated can only be added, and of two keys alike in its list
    /// the server would make one.
    fn is_late(&self, table: &Table, constraint: &Constraint) -> bool {
        let repeats = |key: &Key| {
            let keys = table.constraints.iter().filter_map(|other| Some((key_of(other)?, other)));
            let mut alike = keys.filter(|(other, _)| *other == key).map(|(_, other)| other);
            let name = (rank(constraint), &constraint.name);
            alike.any(|other| (rank(other), &other.name) < name)
        };
        let late = match &constraint.kind {
            ConstraintKind::ForeignKey(_) => true,
            ConstraintKind::PrimaryKey(key) | ConstraintKind::Unique(key) => repeats(key),
            _ => !constraint.validated && constraint.enforced,
        };
        late && !self.is(Engine::Sqlite)
    }

    /// Whether it is written with its column.
    fn is_beside_column(&self, table: &Table, constraint: &Constraint) -> bool {
        match &constraint.kind {
            ConstraintKind::NotNull(_) => true,
            // SQLite's AUTOINCREMENT stands nowhere else.
            ConstraintKind::PrimaryKey(key) => {
                self.is(Engine::Sqlite)
                    && key.columns.iter().any(|it| {
                        table.column(it).is_some_and(|it| it.definition.identity.is_some())
                    })
            }
            _ => false,
        }
    }

    /// Whether a table has a constraint from those that it inherits from. A partition is made alone
    /// and attached, so that it needs all but what only its table can give it.
    fn is_inherited(&self, table: &Table, constraint: &Constraint) -> bool {
        let foreign = matches!(constraint.kind, ConstraintKind::ForeignKey(_));
        let parents = table.partition_of.iter().map(|(parent, _)| parent).filter(|_| foreign);
        parents.chain(table.parents.iter().filter(|_| !foreign)).any(|parent| {
            let found = self.catalog.seen_table(parent).map(|(_, found)| found);
            let other = found
                .and_then(|found| found.constraint(constraint.name.as_deref().unwrap_or_default()));
            other.is_some_and(|other| other.kind == constraint.kind && !other.no_inherit)
        })
    }

    /// Constraints that stand behind all tables, and the indexes that do.
    pub(super) fn late_constraints(&self) -> Vec<Piece> {
        let mut pieces = Vec::new();
        for (name, table) in self.shown_tables() {
            let late = |it: &&Constraint| self.is_late(table, it) && !self.is_inherited(table, it);
            let mut late: Vec<&Constraint> = table.constraints.iter().filter(late).collect();
            late.sort_by_key(|constraint| (rank(constraint), constraint.name.clone()));
            for constraint in late {
                let part = constraint.name.clone().unwrap_or_default();
                let object = ObjectRef::part(ObjectKind::Constraint, name.clone(), part);
                let line = self.constraint(name, constraint);
                let sql = format!("ALTER TABLE {}\n    ADD {line};", self.name(name));
                let definitions = vec![Definition { object, sql }];
                pieces.push(Piece { definitions, makes: None, needs: Vec::new() });
            }
            pieces.extend(self.invalid_indexes(name));
        }
        pieces
    }

    /// A constraint as a line of a table's list.
    fn constraint(&self, table: &Name, constraint: &Constraint) -> String {
        // SQLite's own names for keys are none that it takes.
        // MySQL calls each primary key PRIMARY.
        let is_written = |name: &&String| {
            !name.is_empty() && !name.starts_with("sqlite_autoindex_") && *name != "PRIMARY"
        };
        let name = constraint.name.as_ref().filter(is_written);
        let mut sql = name.map(|it| format!("CONSTRAINT {} ", self.ident(it))).unwrap_or_default();
        sql.push_str(&match &constraint.kind {
            ConstraintKind::PrimaryKey(key) => {
                format!("PRIMARY KEY {}", self.key(table, constraint, key))
            }
            ConstraintKind::Unique(key) => {
                let nulls = if key.nulls_not_distinct { "NULLS NOT DISTINCT " } else { "" };
                format!("UNIQUE {nulls}{}", self.key(table, constraint, key))
            }
            ConstraintKind::Check(expr) => format!("CHECK ({})", unwrapped(&expr.text)),
            ConstraintKind::NotNull(column) => format!("NOT NULL {}", self.ident(column)),
            ConstraintKind::ForeignKey(key) => self.foreign_key(key),
            ConstraintKind::Exclude { method, elements, predicate } => {
                let method = method.as_ref().map(|it| format!(" USING {}", self.ident(it)));
                let method = method.unwrap_or_default();
                let storage = self.index_of(table, constraint).map(|it| self.key_storage(it));
                let storage = storage.unwrap_or_default();
                let predicate =
                    predicate.as_ref().map(|it| format!(" WHERE ({})", unwrapped(&it.text)));
                let predicate = predicate.unwrap_or_default();
                format!("EXCLUDE{method} ({}){storage}{predicate}", elements.join(", "))
            }
        });
        sql.extend(constraint.marks().map(|(_, words)| format!(" {words}")));
        sql
    }

    fn foreign_key(&self, key: &ForeignKey) -> String {
        let columns = |columns: &[String]| match columns.split_last() {
            Some((last, rest)) if key.period => {
                let mut all: Vec<String> = rest.iter().map(|it| self.ident(it)).collect();
                all.push(format!("PERIOD {}", self.ident(last)));
                all.join(", ")
            }
            _ => self.idents(columns),
        };
        let (own, target) = (columns(&key.columns), self.name(&key.references));
        let mut sql = format!("FOREIGN KEY ({own}) REFERENCES {target}");
        if !key.referenced_columns.is_empty() {
            sql.push_str(&format!(" ({})", columns(&key.referenced_columns)));
        }
        // MATCH SIMPLE is what holds without a word.
        if let Some(matching) = key.matching.as_ref().filter(|it| *it != "MATCH SIMPLE") {
            sql.push_str(&format!(" {matching}"));
        }
        for (event, action) in [("UPDATE", &key.on_update), ("DELETE", &key.on_delete)] {
            if action != "NO ACTION" {
                sql.push_str(&format!(" ON {event} {action}"));
            }
        }
        sql
    }

    fn key(&self, table: &Name, constraint: &Constraint, key: &Key) -> String {
        let overlaps = if key.without_overlaps { " WITHOUT OVERLAPS" } else { "" };
        let include = match key.include.is_empty() {
            true => String::new(),
            false => format!(" INCLUDE ({})", self.idents(&key.include)),
        };
        let storage = self.index_of(table, constraint).map(|index| self.key_storage(index));
        let columns = self.idents(&key.columns);
        format!("({columns}{overlaps}){include}{}", storage.unwrap_or_default())
    }

    fn index_of(&self, table: &Name, constraint: &Constraint) -> Option<&Index> {
        let name = self.catalog.index_name(table, constraint.name.as_deref()?);
        match self.catalog.relations.get(&name) {
            Some(Relation::Index(index)) => Some(index),
            _ => None,
        }
    }
}

/// Where a constraint stands among the others of its table.
fn rank(constraint: &Constraint) -> u8 {
    match constraint.kind {
        ConstraintKind::PrimaryKey(_) => 0,
        ConstraintKind::Unique(_) => 1,
        ConstraintKind::Exclude { .. } => 2,
        ConstraintKind::Check(_) => 3,
        ConstraintKind::NotNull(_) => 4,
        ConstraintKind::ForeignKey(_) => 5,
    }
}

fn key_of(constraint: &Constraint) -> Option<&Key> {
    match &constraint.kind {
        ConstraintKind::PrimaryKey(key) | ConstraintKind::Unique(key) => Some(key),
        _ => None,
    }
}
