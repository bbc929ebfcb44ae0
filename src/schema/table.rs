//! What stands in the catalog: tables and their columns, indexes, views, sequences, types.

mod parts;

use crate::schema::change::{
    self, Constraint, ConstraintKind, CreateRoutine, IndexKey, Key, Query, SequenceOptions,
    TypeDefinition,
};
use crate::schema::expr::Expr;
use crate::schema::knowledge::Tick;
use crate::schema::name::{Name, ObjectKind};
use crate::schema::types::DataType;
use crate::source::{FileId, Span};
use imbl::OrdSet;
pub use parts::{Part, Parts};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Where an object was created.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Birth {
    /// The index of the migration in the replayed list; `None` for the base schema.
    pub migration: Option<usize>,
    /// Its file.
    pub file: FileId,
    /// The change that created it.
    pub span: Span,
    /// Not under IF, LOOP or EXCEPTION in a `DO` block.
    pub certain: bool,
    /// Whether nobody can have been using it: it was certainly created, not perhaps there already
    /// (`IF NOT EXISTS` on an incomplete catalog), nor renamed later to a name that was in use when
    /// the migration began.
    pub unused: bool,
}

impl Birth {
    /// Whether two are the creation of one and the same object, whatever it is called; nobody saw
    /// that of an object without one.
    pub fn is_same(one: Option<Self>, other: Option<Self>) -> bool {
        let place = |birth: Self| (birth.migration, birth.file, birth.span);
        one.map(place) == other.map(place)
    }
}

/// Where an object comes from, and when it was last certain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// Where it was created; `None` where nobody saw it.
    pub birth: Option<Birth>,
    /// The last statement that shows it to exist.
    pub confirmed: Tick,
    /// Whether it may be older than its definition: never seen created, or `IF NOT EXISTS` on an
    /// incomplete catalog.
    pub assumed: bool,
}

/// A relation: one name space holds them all.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // each variant is what it holds
pub enum Relation {
    Table(Arc<Table>),
    Index(Arc<Index>),
    View(Arc<View>),
    Sequence(Arc<Sequence>),
}

impl Relation {
    /// What kind of relation.
    pub fn kind(&self) -> ObjectKind {
        match self {
            Self::Table(table) => table.kind,
            Self::Index(_) => ObjectKind::Index,
            Self::View(view) if view.materialized => ObjectKind::MaterializedView,
            Self::View(_) => ObjectKind::View,
            Self::Sequence(_) => ObjectKind::Sequence,
        }
    }

    /// Where it comes from.
    pub fn origin(&self) -> &Origin {
        match self {
            Self::Table(table) => &table.origin,
            Self::Index(index) => &index.origin,
            Self::View(view) => &view.origin,
            Self::Sequence(sequence) => &sequence.origin,
        }
    }

    pub(crate) fn origin_mut(&mut self) -> &mut Origin {
        match self {
            Self::Table(table) => &mut Arc::make_mut(table).origin,
            Self::Index(index) => &mut Arc::make_mut(index).origin,
            Self::View(view) => &mut Arc::make_mut(view).origin,
            Self::Sequence(sequence) => &mut Arc::make_mut(sequence).origin,
        }
    }
}

/// A table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Table or ForeignTable.
    pub kind: ObjectKind,
    /// Where it comes from.
    pub origin: Origin,
    /// Whether all its columns, constraints and indexes are listed: not for a table that nobody
    /// saw created, nor for `CREATE TABLE AS`.
    pub whole: bool,
    /// When that was last so.
    pub(crate) shaped: Tick,
    /// `TEMPORARY`.
    pub temporary: bool,
    /// `UNLOGGED`.
    pub unlogged: bool,
    /// Its columns in order.
    pub columns: Parts<Column>,
    /// Columns that were dropped or renamed away: they do not exist, even where `whole` is not so.
    pub(crate) gone: OrdSet<String>,
    /// Its constraints; each has a name.
    pub constraints: Parts<Constraint>,
    /// Where a statement took its primary key, as long as it has no other.
    pub key_dropped: Option<KeyDropped>,
    /// Its indexes, by their name in the table's schema; those of constraints too.
    pub indexes: OrdSet<String>,
    /// `PARTITION BY` as text.
    pub partition_by: Option<String>,
    /// The table that it is a partition of, and the bound as text.
    pub partition_of: Option<(Name, String)>,
    /// The tables that it inherits from, but for `partition_of`.
    pub parents: Vec<Name>,
    /// Its partitions and the tables that inherit from it, one level down.
    pub children: OrdSet<Arc<Name>>,
    /// `OF type`.
    pub of_type: Option<Name>,
    /// The relations that `CREATE TABLE AS` filled it from.
    pub filled_from: Vec<Name>,
    /// The query of `CREATE TABLE AS`, where its columns are not worked out.
    pub query: Option<Arc<Query>>,
    /// Storage options, tablespace, access method, row security, replica identity, states of
    /// triggers: by the name of the setting.
    pub options: BTreeMap<String, String>,
}

impl Table {
    /// A table of which nothing is known but that it exists.
    pub(crate) fn assumed(kind: ObjectKind, confirmed: Tick) -> Self {
        Self {
            kind,
            origin: Origin { birth: None, confirmed, assumed: true },
            whole: false,
            shaped: confirmed,
            temporary: false,
            unlogged: false,
            columns: Parts::default(),
            gone: OrdSet::new(),
            constraints: Parts::default(),
            key_dropped: None,
            indexes: OrdSet::new(),
            partition_by: None,
            partition_of: None,
            parents: Vec::new(),
            children: OrdSet::new(),
            of_type: None,
            filled_from: Vec::new(),
            query: None,
            options: BTreeMap::new(),
        }
    }

    /// The column of this name, as far as it was seen.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.get(name)
    }

    /// The column of this name, to change it but for its name.
    pub(crate) fn column_mut(&mut self, name: &str) -> Option<&mut Column> {
        self.columns.get_mut(name)
    }

    /// The constraint of this name, as far as it was seen.
    pub fn constraint(&self, name: &str) -> Option<&Constraint> {
        self.constraints.get(name)
    }

    /// Its primary key, as far as it was seen.
    pub fn primary_key(&self) -> Option<(&Constraint, &Key)> {
        self.constraints.iter().find_map(|constraint| match &constraint.kind {
            ConstraintKind::PrimaryKey(key) => Some((constraint, key)),
            _ => None,
        })
    }

    /// The tables whose columns it has: the partitioned table or those that it inherits from.
    pub fn ancestors(&self) -> impl Iterator<Item = &Name> {
        self.partition_of.iter().map(|(parent, _)| parent).chain(&self.parents)
    }
}

/// The statement that took a table's primary key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyDropped {
    /// The name of the key.
    pub key: String,
    /// The index of the migration in the replayed list; `None` for the base schema.
    pub migration: Option<usize>,
    /// The change.
    pub span: Span,
    /// Not under IF, LOOP or EXCEPTION in a `DO` block.
    pub certain: bool,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// What it is. `serial` is spelled out. No type: it is not known.
    pub definition: change::Column,
    /// Where it was added; `None` where nobody saw it.
    pub birth: Option<Birth>,
    /// Whether the whole definition was seen; else only what later statements showed.
    pub whole: bool,
    /// Whether the table has it of its own, and not only from a parent.
    pub(crate) local: bool,
    /// The last statement that shows all of it.
    pub(crate) confirmed: Tick,
}

impl Column {
    /// Whether it has a default of its own that is not NULL.
    pub fn has_default(&self) -> bool {
        self.definition.default.as_ref().is_some_and(|default| default.text != "null")
    }
}

/// An index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Index {
    /// Where it comes from.
    pub origin: Origin,
    /// Its table; `None` for one that was only ever altered.
    pub table: Option<Name>,
    /// `UNIQUE`.
    pub unique: bool,
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
    /// `WITH (...)`, `TABLESPACE`, and what `ALTER INDEX` set.
    pub options: BTreeMap<String, String>,
    /// The constraint that owns it.
    pub constraint: Option<String>,
    /// Whether queries may use it: not an index on a partitioned table `ON ONLY`, until each
    /// partition has one.
    pub valid: bool,
    /// The index of the partitioned table that it belongs to.
    pub parent: Option<Name>,
}

/// A view or materialized view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// Where it comes from.
    pub origin: Origin,
    /// `MATERIALIZED`.
    pub materialized: bool,
    /// `TEMPORARY`.
    pub temporary: bool,
    /// The column list, where written.
    pub columns: Vec<String>,
    /// What it shows, as written.
    pub query: Query,
    /// The relations that it reads, resolved.
    pub reads: Vec<Name>,
    /// The indexes of a materialized view, by their name in its schema.
    pub indexes: OrdSet<String>,
    /// Whether it holds rows: not a materialized view `WITH NO DATA`.
    pub populated: bool,
    /// `WITH (...)`, and what `ALTER VIEW` set.
    pub options: BTreeMap<String, String>,
}

/// A sequence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sequence {
    /// Where it comes from.
    pub origin: Origin,
    /// `TEMPORARY`.
    pub temporary: bool,
    /// Its options; the table of `OWNED BY` is resolved.
    pub options: SequenceOptions,
    /// `UNLOGGED` and what else `ALTER SEQUENCE` set.
    pub settings: BTreeMap<String, String>,
}

impl Index {
    /// An index of which nothing but its table is known.
    pub(crate) fn bare(origin: Origin, table: Option<Name>) -> Self {
        Self {
            origin,
            table,
            unique: false,
            method: None,
            keys: Vec::new(),
            include: Vec::new(),
            predicate: None,
            nulls_not_distinct: false,
            options: BTreeMap::new(),
            constraint: None,
            valid: true,
            parent: None,
        }
    }
}

impl Sequence {
    /// The column that owns it.
    pub fn owner(&self) -> Option<&(Name, String)> {
        self.options.owned_by.as_ref().and_then(Option::as_ref)
    }
}

/// A data type that somebody made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Type {
    /// Where it comes from.
    pub origin: Origin,
    /// What kind of type.
    pub kind: TypeKind,
    /// What `ALTER TYPE` and `ALTER DOMAIN` did that is kept as text.
    pub alterations: Vec<String>,
}

/// What a type is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TypeKind {
    /// `CREATE TYPE`.
    Type(TypeDefinition),
    /// `CREATE DOMAIN`.
    Domain {
        /// The type beneath.
        ty: DataType,
        /// `DEFAULT`.
        default: Option<Expr>,
        /// `NOT NULL` and `CHECK`.
        constraints: Vec<Constraint>,
    },
    /// It was altered and nobody saw it created.
    Unknown,
}

/// An object that has no type of its own in the catalog: a routine, trigger, policy, extension,
/// schema, role ...
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// Where it comes from.
    pub origin: Origin,
    /// The relation, type or routine that it belongs to, resolved where it is a relation.
    pub on: Option<Name>,
    /// The rest of its `CREATE` statement.
    pub definition: String,
    /// What `ALTER` did.
    pub alterations: Vec<String>,
    /// A routine's definition.
    pub routine: Option<Arc<CreateRoutine>>,
}
