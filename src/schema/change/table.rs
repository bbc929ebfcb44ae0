//! Tables as they are written: columns, constraints, indexes.

use crate::schema::change::{Query, RowCopy};
use crate::schema::expr::Expr;
use crate::schema::name::{Name, ObjectKind};
use crate::schema::types::DataType;
use crate::source::Located;
use std::collections::BTreeMap;

/// The relation that an `ALTER TABLE` names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// What the statement calls it: `ALTER TABLE` also works on views, indexes and sequences.
    pub kind: ObjectKind,
    /// Its name.
    pub name: Name,
    /// `IF EXISTS`.
    pub if_exists: bool,
    /// `ONLY`: not the tables that inherit from it.
    pub only: bool,
}

/// `CREATE TABLE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreateTable {
    /// Table or ForeignTable.
    pub kind: ObjectKind,
    /// Its name.
    pub name: Name,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// `TEMPORARY`.
    pub temporary: bool,
    /// `UNLOGGED`.
    pub unlogged: bool,
    /// Columns in order; for `PARTITION OF` and `OF` only those that were written.
    pub columns: Vec<Located<Column>>,
    /// Every constraint, those written beside a column too.
    pub constraints: Vec<Located<Constraint>>,
    /// MySQL's `KEY` and `INDEX` inside the list.
    pub indexes: Vec<Located<CreateIndex>>,
    /// `LIKE source [INCLUDING ...]`.
    pub like: Vec<Like>,
    /// `INHERITS (...)`.
    pub inherits: Vec<Name>,
    /// `PARTITION OF parent`, and the bound as text.
    pub partition_of: Option<(Name, String)>,
    /// `PARTITION BY`: as text.
    pub partition_by: Option<String>,
    /// `OF type`.
    pub of_type: Option<Name>,
    /// `AS query`, with the relations that it reads.
    pub query: Option<Query>,
    /// Where the query copies all rows of one table: how.
    pub copies: Option<RowCopy>,
    /// `WITH (...)`, `TABLESPACE`, `USING`, `ON COMMIT`, `SERVER`, ENGINE= and the like.
    pub options: Vec<(String, String)>,
}

/// `LIKE source INCLUDING ...` in a table's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Like {
    /// The table that is copied.
    pub source: Name,
    /// What is copied beside columns and NOT NULL, upper case: `ALL`, `INDEXES` ...
    pub including: Vec<String>,
    /// What is left out again.
    pub excluding: Vec<String>,
}

/// A column definition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type; `None` where none is written (SQLite, `PARTITION OF`, `CREATE TABLE AS`).
    pub ty: Option<DataType>,
    /// `NOT NULL`.
    pub not_null: bool,
    /// `DEFAULT`.
    pub default: Option<Expr>,
    /// `GENERATED ... AS IDENTITY`, `AUTO_INCREMENT`.
    pub identity: Option<Identity>,
    /// `GENERATED ALWAYS AS (...)`.
    pub generated: Option<Generated>,
    /// `COLLATE`.
    pub collation: Option<Name>,
    /// `STORAGE`, `COMPRESSION`, `COMMENT`, `CHARACTER SET`, `ON UPDATE`, FDW options.
    pub options: Vec<(String, String)>,
}

/// Numbers that the engine gives out for a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// `ALWAYS`, not `BY DEFAULT`.
    pub always: bool,
    /// The sequence's options.
    pub sequence: SequenceOptions,
}

/// A column that is computed from others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generated {
    /// How.
    pub expr: Expr,
    /// `STORED`, not `VIRTUAL`.
    pub stored: bool,
}

/// A sequence's options that were written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SequenceOptions {
    /// `AS type`.
    pub ty: Option<DataType>,
    /// `OWNED BY table.column`; `Some(None)` is `OWNED BY NONE`.
    pub owned_by: Option<Option<(Name, String)>>,
    /// START, INCREMENT, MINVALUE, MAXVALUE, CACHE, CYCLE, RESTART, NO ..., in that spelling,
    /// with their value.
    pub settings: Vec<(String, Option<String>)>,
}

impl SequenceOptions {
    /// The settings that hold, by their name: a later one takes the place of an earlier one, and
    /// `NO x` of `x`.
    pub fn in_force(&self) -> BTreeMap<&str, Option<&str>> {
        let mut settings = BTreeMap::new();
        for (name, value) in &self.settings {
            match name.strip_prefix("NO ") {
                Some(name) => settings.remove(name),
                None => settings.insert(name.as_str(), value.as_deref()),
            };
        }
        settings
    }

    /// The largest number of a sequence of this type, which MAXVALUE is without a word.
    pub fn largest(ty: &str) -> &'static str {
        match ty {
            "smallint" => "32767",
            "integer" => "2147483647",
            _ => "9223372036854775807",
        }
    }
}

/// A table constraint, whichever way it was spelled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Constraint {
    /// Its name, where one is written.
    pub name: Option<String>,
    /// What it demands.
    pub kind: ConstraintKind,
    /// Not `NOT VALID`: existing rows are checked.
    pub validated: bool,
    /// Not `NOT ENFORCED`.
    pub enforced: bool,
    /// `DEFERRABLE`.
    pub deferrable: bool,
    /// `INITIALLY DEFERRED`.
    pub initially_deferred: bool,
    /// `NO INHERIT`.
    pub no_inherit: bool,
    /// Written beside a column.
    pub inline: bool,
}

impl Constraint {
    /// The words behind what it demands that apply, each with its name in snake case.
    pub fn marks(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let marks = [
            (self.deferrable, "deferrable", "DEFERRABLE"),
            (self.initially_deferred, "initially_deferred", "INITIALLY DEFERRED"),
            (self.no_inherit, "no_inherit", "NO INHERIT"),
            (!self.enforced, "not_enforced", "NOT ENFORCED"),
            (!self.validated && self.enforced, "not_valid", "NOT VALID"),
        ];
        marks.into_iter().filter_map(|(applies, name, words)| applies.then_some((name, words)))
    }

    /// The columns that it is on, as far as it names them; words of a CHECK may be others.
    pub fn columns(&self) -> impl Iterator<Item = &String> {
        let (listed, named): (&[String], _) = match &self.kind {
            ConstraintKind::PrimaryKey(key) | ConstraintKind::Unique(key) => (&key.columns, None),
            ConstraintKind::ForeignKey(key) => (&key.columns, None),
            ConstraintKind::NotNull(column) => (std::slice::from_ref(column), None),
            ConstraintKind::Check(expr) => (&[], Some(&expr.columns)),
            ConstraintKind::Exclude { .. } => (&[], None),
        };
        listed.iter().chain(named.into_iter().flatten())
    }

    /// A constraint without options.
    pub fn new(name: Option<String>, kind: ConstraintKind) -> Self {
        Self {
            name,
            kind,
            validated: true,
            enforced: true,
            deferrable: false,
            initially_deferred: false,
            no_inherit: false,
            inline: false,
        }
    }
}

/// What a constraint demands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConstraintKind {
    /// `PRIMARY KEY`.
    PrimaryKey(Key),
    /// `UNIQUE`.
    Unique(Key),
    /// `CHECK`.
    Check(Expr),
    /// `NOT NULL column` as a table constraint (PostgreSQL 18), or `CONSTRAINT name NOT NULL`.
    NotNull(String),
    /// `FOREIGN KEY`.
    ForeignKey(Box<ForeignKey>),
    /// `EXCLUDE`.
    Exclude {
        /// Index method, where written.
        method: Option<String>,
        /// The elements with their operators, as text.
        elements: Vec<String>,
        /// `WHERE (...)`.
        predicate: Option<Expr>,
    },
}

impl ConstraintKind {
    /// The kind in words.
    pub fn words(&self) -> &'static str {
        match self {
            Self::PrimaryKey(_) => "primary key",
            Self::Unique(_) => "unique constraint",
            Self::Check(_) => "check constraint",
            Self::NotNull(_) => "not-null constraint",
            Self::ForeignKey(_) => "foreign key",
            Self::Exclude { .. } => "exclusion constraint",
        }
    }
}

/// A primary key's or unique constraint's columns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Key {
    /// The columns.
    pub columns: Vec<String>,
    /// `INCLUDE`.
    pub include: Vec<String>,
    /// `USING INDEX name`: the index becomes the constraint; `columns` is empty then.
    pub using_index: Option<String>,
    /// `NULLS NOT DISTINCT`.
    pub nulls_not_distinct: bool,
    /// The last column is `WITHOUT OVERLAPS` (PostgreSQL 18).
    pub without_overlaps: bool,
    /// `WITH (...)`, `USING INDEX TABLESPACE`: of its index.
    pub options: Vec<(String, String)>,
}

/// A foreign key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForeignKey {
    /// The referencing columns.
    pub columns: Vec<String>,
    /// The referenced table.
    pub references: Name,
    /// The referenced columns; empty means the primary key.
    pub referenced_columns: Vec<String>,
    /// `MATCH FULL` and the like, upper case.
    pub matching: Option<String>,
    /// `ON DELETE`, upper case, `NO ACTION` where none is written.
    pub on_delete: String,
    /// `ON UPDATE`, likewise.
    pub on_update: String,
    /// The last column of both sides is a `PERIOD` (PostgreSQL 18).
    pub period: bool,
}

/// `CREATE INDEX`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreateIndex {
    /// Its name; `None` where the engine makes one up.
    pub name: Option<String>,
    /// The table.
    pub table: Name,
    /// `ON ONLY`.
    pub only: bool,
    /// `UNIQUE`.
    pub unique: bool,
    /// `CONCURRENTLY`.
    pub concurrently: bool,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// `USING`, lower case; `None` is the engine's default.
    pub method: Option<String>,
    /// What is indexed, in order.
    pub keys: Vec<IndexKey>,
    /// `INCLUDE`.
    pub include: Vec<String>,
    /// `WHERE`.
    pub predicate: Option<Expr>,
    /// `NULLS NOT DISTINCT`.
    pub nulls_not_distinct: bool,
    /// `WITH (...)`, `TABLESPACE`.
    pub options: Vec<(String, String)>,
}

/// One element of an index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexKey {
    /// A plain column's name; else `None`.
    pub column: Option<String>,
    /// The element as an expression, a plain column's too.
    pub expr: Expr,
    /// `COLLATE`, operator class, `ASC`/`DESC`, `NULLS FIRST`/`LAST`: as text.
    pub options: String,
}
