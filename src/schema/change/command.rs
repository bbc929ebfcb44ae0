//! Commands that define no object: privileges, maintenance, rows, settings, transactions.

use crate::schema::name::{Name, ObjectKind, ObjectRef};

/// `GRANT` and `REVOKE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Privileges {
    /// GRANT.
    pub grant: bool,
    /// The privileges, upper case with any column list; roles for a membership.
    pub privileges: Vec<String>,
    /// The objects; empty for a membership.
    pub objects: Vec<ObjectRef>,
    /// `ON ALL TABLES IN SCHEMA` and its kin: the kind, `objects` are the schemas.
    pub all_of: Option<ObjectKind>,
    /// To whom, from whom; `public` for PUBLIC.
    pub roles: Vec<String>,
    /// A membership in roles, not privileges on objects.
    pub membership: bool,
    /// `WITH GRANT OPTION`, `GRANT OPTION FOR`, `CASCADE` and the like, upper case.
    pub options: String,
}

/// Work on what is stored, that changes no definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Maintenance {
    /// Which.
    pub verb: MaintenanceVerb,
    /// The tables, indexes, schemas or databases; empty means all.
    pub objects: Vec<ObjectRef>,
    /// `CONCURRENTLY`.
    pub concurrently: bool,
    /// `FULL`.
    pub full: bool,
}

/// A maintenance command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // each variant is its SQL command
pub enum MaintenanceVerb {
    Analyze,
    Checkpoint,
    Cluster,
    Optimize,
    Reindex,
    Repair,
    Vacuum,
}

impl MaintenanceVerb {
    words! {
        /// The command in snake case.
        NAMES, name(self: Self):
        Self::Analyze => "analyze",
        Self::Checkpoint => "checkpoint",
        Self::Cluster => "cluster",
        Self::Optimize => "optimize",
        Self::Reindex => "reindex",
        Self::Repair => "repair",
        Self::Vacuum => "vacuum",
    }
}

/// Reading or writing rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Data {
    /// Which statement.
    pub verb: DataVerb,
    /// Relations that it writes.
    pub writes: Vec<Name>,
    /// Relations that it reads.
    pub reads: Vec<Name>,
    /// Functions that it calls.
    pub functions: Vec<Name>,
    /// The UPDATEs and DELETEs in it that leave no row out (no `WHERE`, or `WHERE true`): the
    /// statement itself, and those in its `WITH` list.
    pub every_row: Vec<(DataVerb, Name)>,
    /// The UPDATEs and DELETEs in its `WITH` list whose condition pins no column to written values,
    /// so that it may find many rows.
    pub many_rows: Vec<(DataVerb, Name)>,
    /// Whether a condition compares with NULL by `=` or `<>`: it is never true.
    pub compares_null: bool,
    /// An INSERT without a list of columns: its values go by the order of the table's.
    pub by_position: bool,
    /// Whether it locks rows that it reads: `FOR UPDATE`, `FOR SHARE` and their kin.
    pub locks_rows: bool,
    /// The sequences that it names in `nextval` or `setval`.
    pub sequences: Vec<Name>,
    /// For an INSERT that copies all rows of one table: how.
    pub copies: Option<RowCopy>,
    /// The columns that the outermost `WHERE` of an UPDATE or DELETE pins to written values: `a = 1
    /// AND b IN (2, 3)`.
    pub pins: Vec<String>,
    /// It stands in a PL/pgSQL loop that does its work in batches: LOOP or WHILE, or any loop where
    /// it has a LIMIT.
    pub batched: bool,
    /// It calls `pg_sleep` or one of its kin.
    pub sleeps: bool,
    /// For an INSERT: what it gives each row; `None` where that could not be read.
    pub gives: Option<Given>,
}

/// What an INSERT gives each row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Given {
    /// The columns that it names, in order; empty for all of the table's.
    pub columns: Vec<String>,
    /// The values of its first row as text, unquoted words lowered; none for `DEFAULT VALUES`,
    /// `None` for a query.
    pub values: Option<Vec<String>>,
    /// How many rows it writes; `None` for a query.
    pub rows: Option<usize>,
}

/// All rows of one table, copied into another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowCopy {
    /// The table that they come from.
    pub from: Name,
    /// The columns that are written, in order; empty for all of the table's. `*` stands for the
    /// names of `columns`.
    pub into: Vec<String>,
    /// The column that each value is; `*` for all of the table's, `None` for another value.
    pub columns: Vec<Option<String>>,
}

impl Data {
    /// A statement that touches nothing yet.
    pub fn new(verb: DataVerb) -> Self {
        Self {
            verb,
            writes: Vec::new(),
            reads: Vec::new(),
            functions: Vec::new(),
            every_row: Vec::new(),
            many_rows: Vec::new(),
            compares_null: false,
            by_position: false,
            locks_rows: false,
            sequences: Vec::new(),
            copies: None,
            pins: Vec::new(),
            batched: false,
            sleeps: false,
            gives: None,
        }
    }
}

/// A statement on rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // each variant is its SQL command
pub enum DataVerb {
    Call,
    Copy,
    Delete,
    Insert,
    Merge,
    Select,
    Update,
}

impl DataVerb {
    words! {
        /// The command in snake case.
        NAMES, name(self: Self):
        Self::Call => "call",
        Self::Copy => "copy",
        Self::Delete => "delete",
        Self::Insert => "insert",
        Self::Merge => "merge",
        Self::Select => "select",
        Self::Update => "update",
    }
}

/// `SET`, `RESET`, `SELECT set_config(...)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetVariable {
    /// The setting, lower case; `role`, `session authorization`, `time zone` too; `all` for
    /// `RESET ALL`.
    pub name: String,
    /// Its new value, one entry for each in a list, strings without quotes; `None` for RESET and
    /// DEFAULT.
    pub value: Option<Vec<String>>,
    /// `LOCAL`: until the transaction ends.
    pub local: bool,
}

/// A transaction's boundary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TransactionMark {
    /// `BEGIN`, `START TRANSACTION`.
    Begin,
    /// `COMMIT`, `END`; `chain` begins the next at once.
    Commit {
        /// `AND CHAIN`.
        chain: bool,
    },
    /// `ROLLBACK`, `ABORT`.
    Rollback {
        /// `AND CHAIN`.
        chain: bool,
    },
    /// `SAVEPOINT name`.
    Savepoint(String),
    /// `RELEASE name`.
    Release(String),
    /// `ROLLBACK TO name`.
    RollbackTo(String),
    /// `PREPARE TRANSACTION`: ends it, the work is not yet visible.
    Prepare,
    /// `SET TRANSACTION`, `SET CONSTRAINTS`: nothing that replay keeps.
    Characteristics,
}
