//! What statements say: changes as written, names folded and not yet resolved.

mod action;
mod command;
mod table;

pub use action::TableAction;
pub use command::{
    Data, DataVerb, Given, Maintenance, MaintenanceVerb, Privileges, RowCopy, SetVariable,
    TransactionMark,
};
pub use table::{
    Column, Constraint, ConstraintKind, CreateIndex, CreateTable, ForeignKey, Generated, Identity,
    IndexKey, Key, Like, SequenceOptions, Target,
};

use crate::schema::expr::Expr;
use crate::schema::name::{Name, ObjectKind, ObjectRef};
use crate::schema::types::DataType;
use crate::source::Located;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// One thing that a statement does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// `CREATE TABLE`, `CREATE TABLE AS`, `SELECT INTO`, `CREATE FOREIGN TABLE`.
    CreateTable(Box<CreateTable>),
    /// One sub-command of `ALTER TABLE` (or of ALTER INDEX, VIEW, SEQUENCE, MATERIALIZED VIEW,
    /// FOREIGN TABLE, where it is the same sub-command).
    AlterTable {
        /// What is altered.
        target: Target,
        /// How.
        action: TableAction,
    },
    /// `CREATE INDEX`.
    CreateIndex(Box<CreateIndex>),
    /// `CREATE VIEW`, `CREATE MATERIALIZED VIEW`.
    CreateView(Box<CreateView>),
    /// `CREATE TYPE`.
    CreateType {
        /// Its name.
        name: Name,
        /// What kind of type.
        definition: TypeDefinition,
    },
    /// `ALTER TYPE ... ADD VALUE`.
    AddEnumValue {
        /// The type.
        name: Name,
        /// The new label.
        value: String,
        /// `IF NOT EXISTS`.
        if_not_exists: bool,
        /// Where it goes: `Some((true, x))` is BEFORE x, `Some((false, x))` AFTER x.
        position: Option<(bool, String)>,
    },
    /// `ALTER TYPE ... RENAME VALUE`.
    RenameEnumValue {
        /// The type.
        name: Name,
        /// Old label.
        from: String,
        /// New label.
        to: String,
    },
    /// `CREATE DOMAIN`.
    CreateDomain {
        /// Its name.
        name: Name,
        /// The type beneath.
        ty: DataType,
        /// `DEFAULT`.
        default: Option<Expr>,
        /// `NOT NULL` and `CHECK`.
        constraints: Vec<Located<Constraint>>,
    },
    /// `CREATE SEQUENCE` and `ALTER SEQUENCE` with options.
    Sequence {
        /// Its name.
        name: Name,
        /// CREATE, not ALTER.
        create: bool,
        /// `IF NOT EXISTS` or `IF EXISTS`.
        guarded: bool,
        /// `TEMPORARY`.
        temporary: bool,
        /// The options that were written.
        options: SequenceOptions,
    },
    /// `CREATE FUNCTION`, `CREATE PROCEDURE`.
    CreateRoutine(Box<CreateRoutine>),
    /// `CREATE` of an object that has no variant of its own: schema, extension, trigger, policy,
    /// rule, role, publication and the rest.
    Create {
        /// What is created.
        object: ObjectRef,
        /// `OR REPLACE`.
        or_replace: bool,
        /// `IF NOT EXISTS`.
        if_not_exists: bool,
        /// The table, type or routine that it belongs to, where it belongs to one.
        on: Option<Name>,
        /// The rest of the statement, normalised.
        definition: String,
    },
    /// `DROP` of one object.
    Drop {
        /// What is dropped.
        object: ObjectRef,
        /// `IF EXISTS`.
        if_exists: bool,
        /// `CASCADE`.
        cascade: bool,
        /// `CONCURRENTLY`.
        concurrently: bool,
    },
    /// `ALTER ... RENAME TO` of anything but a table, column or constraint.
    Rename {
        /// What is renamed.
        object: ObjectRef,
        /// Its new name.
        to: String,
        /// `IF EXISTS`.
        if_exists: bool,
    },
    /// `ALTER ... SET SCHEMA` of anything but a relation.
    SetSchema {
        /// What moves.
        object: ObjectRef,
        /// Where to.
        schema: String,
    },
    /// `ALTER ... OWNER TO` of anything but a relation.
    SetOwner {
        /// What changes hands.
        object: ObjectRef,
        /// The new owner.
        owner: String,
    },
    /// Another `ALTER` that is kept as text: `ALTER FUNCTION ... SET`, `ALTER ROLE`, `ALTER
    /// DOMAIN`, `ALTER EXTENSION UPDATE`, `ALTER PUBLICATION`, `ALTER SYSTEM` ...
    Alter {
        /// What is altered.
        object: ObjectRef,
        /// `IF EXISTS`.
        if_exists: bool,
        /// The rest of the statement, normalised.
        action: String,
    },
    /// `COMMENT ON`.
    Comment {
        /// On what.
        object: ObjectRef,
        /// The text; `None` for `IS NULL`.
        text: Option<String>,
    },
    /// `GRANT`, `REVOKE`, of privileges or of membership.
    Privileges(Box<Privileges>),
    /// `TRUNCATE`.
    Truncate {
        /// The tables.
        tables: Vec<Name>,
        /// `CASCADE`.
        cascade: bool,
        /// `RESTART IDENTITY`.
        restart_identity: bool,
    },
    /// `REFRESH MATERIALIZED VIEW`.
    RefreshMaterializedView {
        /// The view.
        name: Name,
        /// `CONCURRENTLY`.
        concurrently: bool,
        /// Not `WITH NO DATA`.
        with_data: bool,
    },
    /// `VACUUM`, `ANALYZE`, `CLUSTER`, `REINDEX`, `CHECKPOINT`, MySQL's `OPTIMIZE` and `REPAIR`.
    Maintenance(Maintenance),
    /// `LOCK TABLE`.
    Lock {
        /// The tables.
        tables: Vec<Name>,
        /// The mode in the manual's words, `ACCESS EXCLUSIVE` where none is written.
        mode: String,
        /// `NOWAIT`.
        nowait: bool,
    },
    /// Reading or writing rows.
    Data(Data),
    /// A setting of the session or transaction.
    Session(SetVariable),
    /// A transaction's boundary.
    Transaction(TransactionMark),
    /// Known to do nothing to the schema: `SHOW`, `LISTEN`, `DISCARD`, a cursor, psql's `\echo`.
    Nothing {
        /// The leading words, upper case.
        verb: String,
    },
    /// Verb and object are known, what it does is not modelled.
    Opaque {
        /// The leading words, upper case: `ALTER OPERATOR`.
        verb: String,
        /// Objects that it may touch.
        names: Vec<Name>,
        /// Why it is not modelled, for the message.
        why: String,
    },
}

impl Change {
    words! {
        /// What it does; of some, the kind is more than that.
        VERBS, verb(self: &Self):
        Self::CreateTable(_) => "create_table",
        Self::AlterTable { .. } => "alter_table",
        Self::CreateIndex(_) => "create_index",
        Self::CreateView(view) if view.materialized => "create_materialized_view",
        Self::CreateView(_) => "create_view",
        Self::CreateType { .. } => "create_type",
        Self::AddEnumValue { .. } => "add_enum_value",
        Self::RenameEnumValue { .. } => "rename_enum_value",
        Self::CreateDomain { .. } => "create_domain",
        Self::Sequence { create: true, .. } => "create_sequence",
        Self::Sequence { .. } => "alter_sequence",
        Self::CreateRoutine(_) => "create",
        Self::Create { .. } => "create",
        Self::Drop { .. } => "drop",
        Self::Rename { .. } => "rename",
        Self::Alter { .. } => "alter",
        Self::SetSchema { .. } => "set_schema",
        Self::SetOwner { .. } => "set_owner",
        Self::Comment { .. } => "comment",
        Self::Privileges(privileges) if privileges.grant => "grant",
        Self::Privileges(_) => "revoke",
        Self::Truncate { .. } => "truncate",
        Self::RefreshMaterializedView { .. } => "refresh_materialized_view",
        Self::Maintenance(_) => "maintenance",
        Self::Lock { .. } => "lock",
        Self::Data(_) => "data",
        Self::Session(_) => "set_variable",
        Self::Transaction(_) => "transaction",
        Self::Nothing { .. } => "nothing",
        Self::Opaque { .. } => "opaque",
    }
    /// The verbs whose kind names the kind of object too.
    const OF_OBJECTS: [&str; 4] = ["alter", "create", "drop", "rename"];

    /// The name of the change in snake case, as JSON output and policies call it.
    pub fn kind(&self) -> Cow<'static, str> {
        let object = match self {
            Self::AlterTable { target, action: TableAction::RenameTable { .. } } => {
                return Cow::Owned(format!("rename_{}", target.kind.name()));
            }
            Self::AlterTable { action, .. } => return Cow::Borrowed(action.kind()),
            Self::Maintenance(maintenance) => return Cow::Borrowed(maintenance.verb.name()),
            Self::Data(data) => return Cow::Borrowed(data.verb.name()),
            Self::CreateRoutine(routine) => routine.kind,
            Self::Create { object, .. }
            | Self::Drop { object, .. }
            | Self::Rename { object, .. }
            | Self::Alter { object, .. } => object.kind,
            _ => return Cow::Borrowed(self.verb()),
        };
        Cow::Owned(format!("{}_{}", self.verb(), object.name()))
    }

    /// Every name that [`Change::kind`] can give, in order.
    pub fn kinds() -> BTreeSet<Cow<'static, str>> {
        let of_objects = Self::OF_OBJECTS.iter().flat_map(|verb| {
            ObjectKind::NAMES.iter().map(move |kind| Cow::Owned(format!("{verb}_{kind}")))
        });
        // The names that stand for several kinds.
        let several = ["alter_table", "data", "maintenance"];
        let is_kind = |it: &&&str| !Self::OF_OBJECTS.contains(it) && !several.contains(it);
        let own = Self::VERBS.iter().filter(is_kind);
        let own =
            own.chain(TableAction::KINDS).chain(DataVerb::NAMES).chain(MaintenanceVerb::NAMES);
        own.map(|kind| Cow::Borrowed(*kind)).chain(of_objects).collect()
    }

    /// The object that the change is about, where it is about one.
    pub fn object(&self) -> Option<ObjectRef> {
        let object = match self {
            Self::CreateTable(table) => ObjectRef::new(table.kind, table.name.clone()),
            Self::AlterTable { target, action } => match action.part() {
                Some((kind, part)) => ObjectRef::part(kind, target.name.clone(), part),
                None => ObjectRef::new(target.kind, target.name.clone()),
            },
            Self::CreateIndex(index) => ObjectRef {
                part: None,
                ..ObjectRef::new(
                    ObjectKind::Index,
                    Name {
                        schema: index.table.schema.clone(),
                        name: index.name.clone().unwrap_or_default(),
                    },
                )
            },
            Self::CreateView(view) => {
                let kind = match view.materialized {
                    true => ObjectKind::MaterializedView,
                    false => ObjectKind::View,
                };
                ObjectRef::new(kind, view.name.clone())
            }
            Self::CreateType { name, .. }
            | Self::AddEnumValue { name, .. }
            | Self::RenameEnumValue { name, .. } => ObjectRef::new(ObjectKind::Type, name.clone()),
            Self::CreateDomain { name, .. } => ObjectRef::new(ObjectKind::Domain, name.clone()),
            Self::Sequence { name, .. } => ObjectRef::new(ObjectKind::Sequence, name.clone()),
            Self::CreateRoutine(routine) => ObjectRef {
                arguments: Some(routine.arguments.clone()),
                ..ObjectRef::new(routine.kind, routine.name.clone())
            },
            Self::Create { object, .. }
            | Self::Drop { object, .. }
            | Self::Rename { object, .. }
            | Self::SetSchema { object, .. }
            | Self::SetOwner { object, .. }
            | Self::Alter { object, .. }
            | Self::Comment { object, .. } => object.clone(),
            Self::RefreshMaterializedView { name, .. } => {
                ObjectRef::new(ObjectKind::MaterializedView, name.clone())
            }
            Self::Truncate { tables, .. } | Self::Lock { tables, .. } => {
                ObjectRef::new(ObjectKind::Table, tables.first()?.clone())
            }
            Self::Maintenance(Maintenance { objects, .. }) => objects.first()?.clone(),
            Self::Data(data) => ObjectRef::new(
                ObjectKind::Table,
                data.writes.first().or(data.reads.first())?.clone(),
            ),
            Self::Privileges(privileges) => privileges.objects.first()?.clone(),
            Self::Session(_)
            | Self::Transaction(_)
            | Self::Nothing { .. }
            | Self::Opaque { .. } => return None,
        };
        Some(object)
    }
}

/// `CREATE VIEW`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreateView {
    /// Its name.
    pub name: Name,
    /// `MATERIALIZED`.
    pub materialized: bool,
    /// `OR REPLACE`.
    pub or_replace: bool,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// `TEMPORARY`.
    pub temporary: bool,
    /// `RECURSIVE`.
    pub recursive: bool,
    /// The column list, where written.
    pub columns: Vec<String>,
    /// What it shows.
    pub query: Query,
    /// Not `WITH NO DATA`.
    pub with_data: bool,
    /// `WITH (...)`, `TABLESPACE`, `WITH CHECK OPTION`.
    pub options: Vec<(String, String)>,
}

/// A query, kept as text with the names in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// Normalised text.
    pub text: String,
    /// The relations that it reads, not the names of its own `WITH` list.
    pub relations: Vec<Name>,
    /// Functions that it calls.
    pub functions: Vec<Name>,
    /// Whether it compares with NULL by `=` or `<>`, which is never true.
    pub compares_null: bool,
    /// Whether all of it was read; else `relations` are those right behind FROM and JOIN.
    pub read: bool,
}

/// What a `CREATE TYPE` makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TypeDefinition {
    /// `AS ENUM`: its labels in order.
    Enum(Vec<String>),
    /// `AS (...)`: attributes.
    Composite(Vec<(String, DataType)>),
    /// `AS RANGE (...)`.
    Range(String),
    /// A base type with input and output functions.
    Base(String),
    /// `CREATE TYPE name;`
    Shell,
}

/// `CREATE FUNCTION`, `CREATE PROCEDURE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreateRoutine {
    /// Function or Procedure.
    pub kind: ObjectKind,
    /// Its name.
    pub name: Name,
    /// `OR REPLACE`.
    pub or_replace: bool,
    /// Types of the input arguments, joined by `, `: what identifies it among its namesakes.
    pub arguments: String,
    /// What stands in its parentheses; one that could not be taken apart has all of it as its type.
    pub parameters: Vec<Parameter>,
    /// `RETURNS`, as text.
    pub returns: Option<String>,
    /// `LANGUAGE`, lower case.
    pub language: Option<String>,
    /// `IMMUTABLE`, `STABLE` or `VOLATILE`, upper case, where written.
    pub volatility: Option<String>,
    /// `SECURITY DEFINER`.
    pub security_definer: bool,
    /// Whether a `SET search_path` stands among the options.
    pub sets_search_path: bool,
    /// Its other options, in their order: `STRICT`, `COST 10`, `SET ...`.
    pub options: Vec<String>,
    /// `STRICT`, or with a `SET`: the planner does not put its body in place of a call.
    pub never_inlined: bool,
    /// The body, without its quotes.
    pub body: Option<String>,
    /// The body is SQL without quotes: `RETURN ...`, `BEGIN ATOMIC ... END`.
    pub atomic: bool,
    /// The name in the object file that `body` names, where written.
    pub symbol: Option<String>,
    /// The statements of the body as far as they could be read: for names, never for findings.
    pub body_changes: Vec<Change>,
    /// Whether the whole body was read; what it calls may still be unknown.
    pub body_read: bool,
}

/// A parameter of a routine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parameter {
    /// `IN`, `OUT`, `INOUT` or `VARIADIC`, where written.
    pub mode: Option<String>,
    /// Its name, where it has one.
    pub name: Option<String>,
    /// Its type, as text.
    pub ty: String,
    /// `DEFAULT`, as text.
    pub default: Option<String>,
}
