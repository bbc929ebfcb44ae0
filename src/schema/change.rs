//! What statements say: changes as written, names folded and not yet resolved.

use crate::schema::expr::Expr;
use crate::schema::name::{Name, ObjectKind, ObjectRef};
use crate::schema::types::DataType;
use crate::source::Located;
use std::borrow::Cow;

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
    /// `VACUUM`, `ANALYZE`, `CLUSTER`, `REINDEX`, `CHECKPOINT`.
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
    /// The name of the change in snake case, as JSON output and policies call it.
    pub fn kind(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::CreateTable(_) => "create_table",
            Self::AlterTable { target, action: TableAction::RenameTable { .. } } => {
                return Cow::Owned(format!("rename_{}", target.kind.name()));
            }
            Self::AlterTable { action, .. } => action.kind(),
            Self::CreateIndex(_) => "create_index",
            Self::CreateView(view) if view.materialized => "create_materialized_view",
            Self::CreateView(_) => "create_view",
            Self::CreateType { .. } => "create_type",
            Self::AddEnumValue { .. } => "add_enum_value",
            Self::RenameEnumValue { .. } => "rename_enum_value",
            Self::CreateDomain { .. } => "create_domain",
            Self::Sequence { create: true, .. } => "create_sequence",
            Self::Sequence { .. } => "alter_sequence",
            Self::CreateRoutine(routine) => match routine.kind {
                ObjectKind::Procedure => "create_procedure",
                _ => "create_function",
            },
            Self::Create { object, .. } => {
                return Cow::Owned(format!("create_{}", object.kind.name()));
            }
            Self::Drop { object, .. } => {
                return Cow::Owned(format!("drop_{}", object.kind.name()));
            }
            Self::Rename { object, .. } => {
                return Cow::Owned(format!("rename_{}", object.kind.name()));
            }
            Self::Alter { object, .. } => {
                return Cow::Owned(format!("alter_{}", object.kind.name()));
            }
            Self::SetSchema { .. } => "set_schema",
            Self::SetOwner { .. } => "set_owner",
            Self::Comment { .. } => "comment",
            Self::Privileges(privileges) if privileges.grant => "grant",
            Self::Privileges(_) => "revoke",
            Self::Truncate { .. } => "truncate",
            Self::RefreshMaterializedView { .. } => "refresh_materialized_view",
            Self::Maintenance(maintenance) => maintenance.verb.name(),
            Self::Lock { .. } => "lock",
            Self::Data(data) => data.verb.name(),
            Self::Session(_) => "set_variable",
            Self::Transaction(_) => "transaction",
            Self::Nothing { .. } => "nothing",
            Self::Opaque { .. } => "opaque",
        })
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

/// One sub-command of `ALTER TABLE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TableAction {
    /// `ADD COLUMN`.
    AddColumn {
        /// The column.
        column: Box<Column>,
        /// The constraints written beside it.
        constraints: Vec<Located<Constraint>>,
        /// `IF NOT EXISTS`.
        if_not_exists: bool,
    },
    /// `DROP COLUMN`.
    DropColumn {
        /// The column.
        column: String,
        /// `IF EXISTS`.
        if_exists: bool,
        /// `CASCADE`.
        cascade: bool,
    },
    /// `RENAME COLUMN`.
    RenameColumn {
        /// Old name.
        from: String,
        /// New name.
        to: String,
    },
    /// `ALTER COLUMN ... TYPE`.
    AlterType {
        /// The column.
        column: String,
        /// The new type.
        to: DataType,
        /// `COLLATE`.
        collation: Option<Name>,
        /// `USING`.
        using: Option<Expr>,
    },
    /// `SET NOT NULL`, `DROP NOT NULL`.
    SetNullable {
        /// The column.
        column: String,
        /// DROP, not SET.
        nullable: bool,
    },
    /// `SET DEFAULT`, `DROP DEFAULT`.
    SetDefault {
        /// The column.
        column: String,
        /// `None` drops it.
        default: Option<Expr>,
    },
    /// `ADD GENERATED ... AS IDENTITY`.
    AddIdentity {
        /// The column.
        column: String,
        /// What is added.
        identity: Identity,
    },
    /// `SET GENERATED`, `SET sequence option`, `RESTART`.
    SetIdentity {
        /// The column.
        column: String,
        /// `SET GENERATED ALWAYS` or `BY DEFAULT`, where written.
        always: Option<bool>,
        /// The sequence's options.
        sequence: SequenceOptions,
    },
    /// `DROP IDENTITY`.
    DropIdentity {
        /// The column.
        column: String,
        /// `IF EXISTS`.
        if_exists: bool,
    },
    /// `SET EXPRESSION AS (...)`.
    SetExpression {
        /// The column.
        column: String,
        /// How it is computed from now on.
        expr: Expr,
    },
    /// `DROP EXPRESSION`.
    DropExpression {
        /// The column.
        column: String,
        /// `IF EXISTS`.
        if_exists: bool,
    },
    /// `ALTER COLUMN ... SET STATISTICS`, `STORAGE`, `COMPRESSION`, `(n_distinct = ...)`, `RESET`,
    /// `OPTIONS`.
    SetColumnOption {
        /// The column.
        column: String,
        /// The option, lower case.
        option: String,
        /// Its value; `None` for RESET.
        value: Option<String>,
    },
    /// `ADD CONSTRAINT`, `ADD PRIMARY KEY`, `ADD CHECK` ...
    AddConstraint {
        /// The constraint.
        constraint: Constraint,
    },
    /// `DROP CONSTRAINT`, and MySQL's `DROP PRIMARY KEY` and `DROP FOREIGN KEY`.
    DropConstraint {
        /// Its name.
        name: String,
        /// `IF EXISTS`.
        if_exists: bool,
        /// `CASCADE`.
        cascade: bool,
    },
    /// `RENAME CONSTRAINT`.
    RenameConstraint {
        /// Old name.
        from: String,
        /// New name.
        to: String,
    },
    /// `VALIDATE CONSTRAINT`.
    ValidateConstraint {
        /// Its name.
        name: String,
    },
    /// `ALTER CONSTRAINT`.
    AlterConstraint {
        /// Its name.
        name: String,
        /// The options as written, upper case: `NOT DEFERRABLE`, `NOT ENFORCED` ...
        options: String,
    },
    /// `ATTACH PARTITION`.
    AttachPartition {
        /// The partition (of a table or of an index).
        partition: Name,
        /// The bound as text; empty for an index.
        bound: String,
    },
    /// `DETACH PARTITION`.
    DetachPartition {
        /// The partition.
        partition: Name,
        /// `CONCURRENTLY`.
        concurrently: bool,
        /// `FINALIZE`.
        finalize: bool,
    },
    /// `INHERIT`, `NO INHERIT`.
    SetInherit {
        /// The parent.
        parent: Name,
        /// `INHERIT`, not `NO INHERIT`.
        inherit: bool,
    },
    /// `RENAME TO`.
    RenameTable {
        /// New name.
        to: String,
    },
    /// `SET SCHEMA`.
    SetSchema {
        /// New schema.
        schema: String,
    },
    /// `OWNER TO`.
    SetOwner {
        /// New owner.
        owner: String,
    },
    /// `ENABLE`, `DISABLE`, `FORCE`, `NO FORCE` `ROW LEVEL SECURITY`.
    SetRowSecurity {
        /// The words before ROW LEVEL SECURITY, upper case.
        setting: String,
    },
    /// `REPLICA IDENTITY`.
    SetReplicaIdentity {
        /// `DEFAULT`, `FULL`, `NOTHING`, or `USING INDEX name`.
        identity: String,
    },
    /// `ENABLE` or `DISABLE` `[REPLICA | ALWAYS]` `TRIGGER` or `RULE`.
    SetTrigger {
        /// Its name; `ALL` and `USER` stay upper case.
        name: String,
        /// A rule, not a trigger.
        rule: bool,
        /// `ENABLE`, `DISABLE`, `ENABLE REPLICA`, `ENABLE ALWAYS`.
        state: String,
    },
    /// `SET (...)`, `RESET (...)`, `OPTIONS (...)`, MySQL's table options.
    SetOptions {
        /// Option and value; `None` for RESET.
        options: Vec<(String, Option<String>)>,
    },
    /// `SET LOGGED`, `SET UNLOGGED`.
    SetLogged {
        /// LOGGED.
        logged: bool,
    },
    /// `SET TABLESPACE`.
    SetTablespace {
        /// Its name.
        tablespace: String,
    },
    /// `SET ACCESS METHOD`.
    SetAccessMethod {
        /// Its name.
        method: String,
    },
    /// `CLUSTER ON`, `SET WITHOUT CLUSTER`.
    ClusterOn {
        /// The index; `None` for WITHOUT CLUSTER.
        index: Option<String>,
    },
    /// `OF type`, `NOT OF`.
    SetOfType {
        /// The type; `None` for NOT OF.
        ty: Option<Name>,
    },
    /// `SET WITHOUT OIDS`: nothing happens from PostgreSQL 12 on.
    SetWithoutOids,
    /// `ALTER VIEW ... ALTER COLUMN ... SET DEFAULT` and others that exist on views alone are the
    /// variants above; this is `ALTER INDEX ... DEPENDS ON EXTENSION` and its kin.
    DependsOnExtension {
        /// The extension.
        extension: String,
        /// `NO DEPENDS`.
        no: bool,
    },
    /// A sub-command that is not modelled.
    Opaque {
        /// Its words, normalised.
        text: String,
    },
}

impl TableAction {
    /// The name in snake case.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::AddColumn { .. } => "add_column",
            Self::DropColumn { .. } => "drop_column",
            Self::RenameColumn { .. } => "rename_column",
            Self::AlterType { .. } => "alter_type",
            Self::SetNullable { .. } => "set_nullable",
            Self::SetDefault { .. } => "set_default",
            Self::AddIdentity { .. } => "add_identity",
            Self::SetIdentity { .. } => "set_identity",
            Self::DropIdentity { .. } => "drop_identity",
            Self::SetExpression { .. } => "set_expression",
            Self::DropExpression { .. } => "drop_expression",
            Self::SetColumnOption { .. } => "set_column_option",
            Self::AddConstraint { .. } => "add_constraint",
            Self::DropConstraint { .. } => "drop_constraint",
            Self::RenameConstraint { .. } => "rename_constraint",
            Self::ValidateConstraint { .. } => "validate_constraint",
            Self::AlterConstraint { .. } => "alter_constraint",
            Self::AttachPartition { .. } => "attach_partition",
            Self::DetachPartition { .. } => "detach_partition",
            Self::SetInherit { inherit: true, .. } => "inherit",
            Self::SetInherit { .. } => "no_inherit",
            Self::RenameTable { .. } => "rename_table",
            Self::SetSchema { .. } => "set_schema",
            Self::SetOwner { .. } => "set_owner",
            Self::SetRowSecurity { .. } => "set_row_security",
            Self::SetReplicaIdentity { .. } => "set_replica_identity",
            Self::SetTrigger { .. } => "set_trigger",
            Self::SetOptions { .. } => "set_options",
            Self::SetLogged { .. } => "set_logged",
            Self::SetTablespace { .. } => "set_tablespace",
            Self::SetAccessMethod { .. } => "set_access_method",
            Self::ClusterOn { .. } => "cluster_on",
            Self::SetOfType { .. } => "set_of_type",
            Self::SetWithoutOids => "set_without_oids",
            Self::DependsOnExtension { .. } => "depends_on_extension",
            Self::Opaque { .. } => "opaque",
        }
    }

    /// The column, constraint or trigger that it is about.
    pub fn part(&self) -> Option<(ObjectKind, String)> {
        let (kind, part) = match self {
            Self::AddColumn { column, .. } => (ObjectKind::Column, column.name.clone()),
            Self::DropColumn { column, .. }
            | Self::RenameColumn { from: column, .. }
            | Self::AlterType { column, .. }
            | Self::SetNullable { column, .. }
            | Self::SetDefault { column, .. }
            | Self::AddIdentity { column, .. }
            | Self::SetIdentity { column, .. }
            | Self::DropIdentity { column, .. }
            | Self::SetExpression { column, .. }
            | Self::DropExpression { column, .. }
            | Self::SetColumnOption { column, .. } => (ObjectKind::Column, column.clone()),
            Self::AddConstraint { constraint } => {
                (ObjectKind::Constraint, constraint.name.clone()?)
            }
            Self::DropConstraint { name, .. }
            | Self::RenameConstraint { from: name, .. }
            | Self::ValidateConstraint { name }
            | Self::AlterConstraint { name, .. } => (ObjectKind::Constraint, name.clone()),
            Self::SetTrigger { name, rule, .. } => {
                (if *rule { ObjectKind::Rule } else { ObjectKind::Trigger }, name.clone())
            }
            _ => return None,
        };
        Some((kind, part))
    }
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
    /// The body, without its quotes.
    pub body: Option<String>,
    /// The statements of the body as far as they could be read: for names, never for findings.
    pub body_changes: Vec<Change>,
    /// Whether the whole body was read.
    pub body_read: bool,
}

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
    Reindex,
    Vacuum,
}

impl MaintenanceVerb {
    /// The command in snake case.
    pub fn name(self) -> &'static str {
        match self {
            Self::Analyze => "analyze",
            Self::Checkpoint => "checkpoint",
            Self::Cluster => "cluster",
            Self::Reindex => "reindex",
            Self::Vacuum => "vacuum",
        }
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
    /// Whether the outermost statement has a `WHERE` (for INSERT and COPY: always true).
    pub has_where: bool,
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
    /// The command in snake case.
    pub fn name(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::Copy => "copy",
            Self::Delete => "delete",
            Self::Insert => "insert",
            Self::Merge => "merge",
            Self::Select => "select",
            Self::Update => "update",
        }
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
