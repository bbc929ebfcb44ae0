//! The sub-commands of `ALTER TABLE`.

use crate::schema::change::{Column, Constraint, Identity, SequenceOptions};
use crate::schema::expr::Expr;
use crate::schema::name::{Name, ObjectKind};
use crate::schema::types::DataType;
use crate::source::Located;

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
    /// MySQL's `MODIFY` and `CHANGE`: the whole definition anew.
    RedefineColumn {
        /// The column's old name.
        from: String,
        /// The column as it is from now on.
        column: Box<Column>,
        /// The constraints written beside it.
        constraints: Vec<Located<Constraint>>,
        /// `IF EXISTS` (MariaDB).
        if_exists: bool,
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
    /// `DROP CONSTRAINT`, and MySQL's `DROP PRIMARY KEY`, `DROP FOREIGN KEY` and `DROP CHECK`.
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
    /// MySQL's sub-commands on partitions.
    AlterPartitions {
        /// `DROP PARTITION`, `PARTITION BY` and the like.
        verb: String,
        /// What stands behind it, normalised.
        text: String,
    },
    /// How MySQL is to carry the statement out; no part of the table.
    SetOnline {
        /// `ALGORITHM`, `LOCK`, `WAIT`, `NOWAIT`.
        option: String,
        /// Its value, upper case; empty for NOWAIT.
        value: String,
    },
    /// A sub-command that is not modelled.
    Opaque {
        /// Its words, normalised.
        text: String,
    },
}

impl TableAction {
    words! {
        /// The name in snake case.
        KINDS, kind(self: &Self):
        Self::AddColumn { .. } => "add_column",
        Self::DropColumn { .. } => "drop_column",
        Self::RenameColumn { .. } => "rename_column",
        Self::RedefineColumn { .. } => "redefine_column",
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
        Self::AlterPartitions { .. } => "alter_partitions",
        Self::SetOnline { .. } => "set_online",
        Self::Opaque { .. } => "opaque",
    }

    /// The column, constraint or trigger that it is about.
    pub fn part(&self) -> Option<(ObjectKind, String)> {
        let (kind, part) = match self {
            Self::AddColumn { column, .. } => (ObjectKind::Column, column.name.clone()),
            Self::DropColumn { column, .. }
            | Self::RenameColumn { from: column, .. }
            | Self::RedefineColumn { from: column, .. }
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
