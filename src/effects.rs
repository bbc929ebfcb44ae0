//! What an engine does when a change runs: which locks it takes on which objects, what it rewrites,
//! scans and builds meanwhile, and whether it may run in a transaction block.
//!
//! Facts come from measurements on real servers (`tests/facts/`), not from folklore.

/// PostgreSQL.
pub mod postgres;

use crate::dialect::{Dialect, Engine};
use crate::schema::catalog::Catalog;
use crate::schema::change::Change;
use crate::schema::name::ObjectRef;

/// A table-level lock of PostgreSQL, weakest first (manual, "Table-Level Locks").
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)] // each variant is the mode of that name
pub enum LockMode {
    AccessShare,
    RowShare,
    RowExclusive,
    ShareUpdateExclusive,
    Share,
    ShareRowExclusive,
    Exclusive,
    AccessExclusive,
}

impl LockMode {
    /// Every mode, weakest first.
    pub const ALL: [Self; 8] = [
        Self::AccessShare,
        Self::RowShare,
        Self::RowExclusive,
        Self::ShareUpdateExclusive,
        Self::Share,
        Self::ShareRowExclusive,
        Self::Exclusive,
        Self::AccessExclusive,
    ];

    /// The mode as the manual writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::AccessShare => "ACCESS SHARE",
            Self::RowShare => "ROW SHARE",
            Self::RowExclusive => "ROW EXCLUSIVE",
            Self::ShareUpdateExclusive => "SHARE UPDATE EXCLUSIVE",
            Self::Share => "SHARE",
            Self::ShareRowExclusive => "SHARE ROW EXCLUSIVE",
            Self::Exclusive => "EXCLUSIVE",
            Self::AccessExclusive => "ACCESS EXCLUSIVE",
        }
    }

    /// Whether a SELECT has to wait.
    pub fn blocks_reads(self) -> bool {
        self == Self::AccessExclusive
    }

    /// Whether INSERT, UPDATE and DELETE have to wait.
    pub fn blocks_writes(self) -> bool {
        self >= Self::Share
    }
}

/// What an object is to the change that touches it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// The statement names it as what it changes.
    Target,
    /// An index of a touched table, or the index that the statement names.
    Index,
    /// The table that a foreign key points to.
    Referenced,
    /// The table that holds a foreign key.
    Referencing,
    /// The partitioned table, or the table that is inherited from.
    Parent,
    /// A partition, or a table that inherits.
    Partition,
    /// The default partition beside it.
    DefaultPartition,
    /// A sequence that goes along.
    Sequence,
    /// An object that depends on the target: a table with a column of its type, a view.
    Dependent,
    /// It is read to do the work.
    Source,
}

impl Role {
    /// The word in JSON output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Target => "target",
            Self::Index => "index",
            Self::Referenced => "referenced",
            Self::Referencing => "referencing",
            Self::Parent => "parent",
            Self::Partition => "partition",
            Self::DefaultPartition => "default_partition",
            Self::Sequence => "sequence",
            Self::Dependent => "dependent",
            Self::Source => "source",
        }
    }
}

/// What a change does to one object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touch {
    /// The object, resolved.
    pub object: ObjectRef,
    /// What it is to the change.
    pub role: Role,
    /// The strongest lock that is taken on it.
    pub mode: LockMode,
    /// All of it is written anew. Not so for a new, empty file (TRUNCATE).
    pub rewrites: bool,
    /// All its rows are read.
    pub scans: bool,
    /// For a table: an index of it is built, new or anew. For an index: it is built anew.
    pub rebuilds: bool,
}

impl Touch {
    /// Whether the lock is held for a time that grows with the size of the object.
    pub fn works(&self) -> bool {
        self.rewrites || self.scans || self.rebuilds
    }

    /// Takes in what else is done to the same object.
    fn merge(&mut self, other: &Self) {
        self.role = self.role.min(other.role);
        self.mode = self.mode.max(other.mode);
        self.rewrites |= other.rewrites;
        self.scans |= other.scans;
        self.rebuilds |= other.rebuilds;
    }
}

/// What one change does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangeEffect {
    /// What it does to objects that other sessions can see, each once.
    pub touches: Vec<Touch>,
    /// Why that is not all that it may do; `None` where it is.
    pub unknown: Option<String>,
    /// The form that no transaction block takes, in words; `None` where one does.
    pub refused_in_block: Option<String>,
}

impl ChangeEffect {
    /// The effect of a change that touches no object that others can see.
    pub fn none() -> Self {
        Self::default()
    }

    /// The effect of a change that is not modelled.
    pub fn unknown(why: impl Into<String>) -> Self {
        Self { unknown: Some(why.into()), ..Self::default() }
    }
}

/// Puts what is done to each object together, in the order in which objects are first met.
pub fn merged<'a>(touches: impl IntoIterator<Item = &'a Touch>) -> Vec<Touch> {
    let mut merged: Vec<Touch> = Vec::new();
    for touch in touches {
        match merged.iter_mut().find(|it| it.object == touch.object) {
            Some(found) => found.merge(touch),
            None => merged.push(touch.clone()),
        }
    }
    merged
}

/// What a change does on the worst of the versions in range; `before` and `after` are the catalogs
/// around its statement.
pub fn effect(
    change: &Change,
    before: &Catalog,
    after: &Catalog,
    dialect: Dialect,
) -> ChangeEffect {
    match dialect.engine {
        Engine::Postgres => postgres::effect(change, before, after, dialect),
        engine @ (Engine::Mysql | Engine::Mariadb | Engine::Sqlite) => match change {
            Change::Session(_) | Change::Transaction(_) | Change::Nothing { .. } => {
                ChangeEffect::none()
            }
            _ => ChangeEffect::unknown(format!("the locks of {} are not modelled", engine.title())),
        },
    }
}
