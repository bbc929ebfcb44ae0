//! Statements onto the catalog: each gives a [`Step`] with the catalog before and after.

use crate::dialect::Dialect;
use crate::migration::{ReadMigration, Statement};
use crate::schema::catalog::{Catalog, Table};
use crate::schema::name::{Name, ObjectRef};
use crate::schema::types::DataType;
use crate::source::Span;

/// One statement, and what it did to the catalog.
#[derive(Debug)]
pub struct Step<'a> {
    /// The dialect of the run.
    pub dialect: Dialect,
    /// The migration that it stands in.
    pub migration: &'a ReadMigration,
    /// The statement.
    pub statement: &'a Statement,
    /// The catalog before it.
    pub before: &'a Catalog,
    /// The catalog after it.
    pub after: &'a Catalog,
    /// What changed, in the order of the statement's changes.
    pub differences: &'a [Difference],
    /// Whether it runs in a transaction block.
    pub transaction: Transaction,
}

/// Whether a statement runs in a transaction block, and who opened it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transaction {
    /// The migration said BEGIN, here.
    Author(Span),
    /// The runner wraps the file, the changeset, or all pending files.
    Runner,
    /// The runner sends several statements as one message, which the server makes one
    /// transaction.
    Message,
    /// It runs for itself.
    None,
    /// The runner is not known.
    Unknown,
}

/// What changed in the catalog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What.
    pub kind: DifferenceKind,
    /// The table (or other object) that it happened to, resolved.
    pub object: ObjectRef,
    /// Where the change stands in the source.
    pub span: Span,
    /// The index of its change in the statement.
    pub change: usize,
}

/// What a difference is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // each variant says it
pub enum DifferenceKind {
    TableCreated,
    TableDropped,
    TableRenamed {
        to: Name,
    },
    ColumnAdded {
        column: String,
    },
    ColumnDropped {
        column: String,
    },
    ColumnRenamed {
        column: String,
        to: String,
    },
    /// `from` is `None` where the old type is not known.
    ColumnTypeChanged {
        column: String,
        from: Option<DataType>,
        to: DataType,
    },
    ColumnMadeNotNull {
        column: String,
    },
    ColumnMadeNullable {
        column: String,
    },
    ColumnDefaultChanged {
        column: String,
    },
    ConstraintAdded {
        name: String,
    },
    ConstraintDropped {
        name: String,
    },
    ConstraintValidated {
        name: String,
    },
    IndexCreated {
        index: Name,
    },
    IndexDropped {
        index: Name,
    },
    ObjectCreated,
    ObjectDropped,
    ObjectChanged,
}

/// A table that the change set touched, as it stands when all migrations have run.
#[derive(Debug)]
pub struct TableEnd<'a> {
    /// The dialect of the run.
    pub dialect: Dialect,
    /// Its resolved name.
    pub name: &'a Name,
    /// The table.
    pub table: &'a Table,
    /// The catalog at the end.
    pub catalog: &'a Catalog,
    /// The migration that created it.
    pub migration: &'a ReadMigration,
    /// Where its name stands in its `CREATE TABLE`.
    pub span: Span,
}

/// A migration with its steps.
#[derive(Debug)]
pub struct MigrationEnd<'a> {
    /// The dialect of the run.
    pub dialect: Dialect,
    /// The migration.
    pub migration: &'a ReadMigration,
    /// Its steps.
    pub steps: &'a [Step<'a>],
}

/// The set of migrations.
#[derive(Debug)]
pub struct History<'a> {
    /// All of them, in the order in which they run; down migrations too.
    pub migrations: &'a [ReadMigration],
    /// The path of a migration's file.
    pub paths: &'a [String],
}
