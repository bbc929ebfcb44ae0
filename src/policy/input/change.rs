//! A change as policies see it: what it is about, what it does, and what is written.

use crate::schema::document::{
    Attribute, Column, Constraint, Identity, Index, Other, OwnedBy, PartitionOf, Sequence, Table,
    Type, View, is_false,
};
use schemars::JsonSchema;
use serde::Serialize;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// One thing that a statement does. The first keys are the same for every kind; those behind
/// `statistics` say what is written, and each kind has its own.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Change {
    /// What it is: `create_table`, `add_column`, `update` ...
    #[schemars(schema_with = "super::schema::kinds")]
    pub kind: Cow<'static, str>,
    /// Where it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loc: Option<u32>,
    /// Its statement: an index into `statements`.
    pub statement: usize,
    /// What it works on.
    pub area: Area,
    /// `false` where it stands under IF, CASE, LOOP or EXCEPTION and may not run.
    pub certain: bool,
    /// What it works on is born in this migration, and nobody can be using it yet: its object, or
    /// the table of that. What is added to a table (a column, constraint, index, trigger) works on
    /// the table: `false` where that is older.
    pub new: bool,
    /// What it is about, where it is about one thing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object: Option<Object>,
    /// The table that it is about: a key into `before.tables` and `after.tables`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table: Option<String>,
    /// Its object as it stands before its statement, where that defines it; `loc` is where it was
    /// created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Node>,
    /// Its object as it stands after its statement, where that defines it; `loc` is the change's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Node>,
    /// What the engine does.
    pub effect: Effect,
    /// How large `table` is, where that was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statistics: Option<Statistics>,
    /// `IF EXISTS`.
    #[serde(skip_serializing_if = "is_false")]
    pub if_exists: bool,
    /// `IF NOT EXISTS`.
    #[serde(skip_serializing_if = "is_false")]
    pub if_not_exists: bool,
    /// `OR REPLACE`.
    #[serde(skip_serializing_if = "is_false")]
    pub or_replace: bool,
    /// `CASCADE`.
    #[serde(skip_serializing_if = "is_false")]
    pub cascade: bool,
    /// `CONCURRENTLY`.
    #[serde(skip_serializing_if = "is_false")]
    pub concurrently: bool,
    /// `NOT VALID`, of `add_constraint`.
    #[serde(skip_serializing_if = "is_false")]
    pub not_valid: bool,
    /// `TEMPORARY`.
    #[serde(skip_serializing_if = "is_false")]
    pub temporary: bool,
    /// `UNLOGGED`; of `set_logged`, `SET UNLOGGED`.
    #[serde(skip_serializing_if = "is_false")]
    pub unlogged: bool,
    /// `ONLY`: not the partitions, nor the tables that inherit.
    #[serde(skip_serializing_if = "is_false")]
    pub only: bool,
    /// Of `set_nullable`: `DROP NOT NULL`; absent for `SET NOT NULL`.
    #[serde(skip_serializing_if = "is_false")]
    pub nullable: bool,
    /// `FULL`, of maintenance.
    #[serde(skip_serializing_if = "is_false")]
    pub full: bool,
    /// `FINALIZE`, of `detach_partition`.
    #[serde(skip_serializing_if = "is_false")]
    pub finalize: bool,
    /// `RESTART IDENTITY`, of `truncate`.
    #[serde(skip_serializing_if = "is_false")]
    pub restart_identity: bool,
    /// `NOWAIT`, of `lock`.
    #[serde(skip_serializing_if = "is_false")]
    pub nowait: bool,
    /// `WITH NO DATA`.
    #[serde(skip_serializing_if = "is_false")]
    pub with_no_data: bool,
    /// The columns of `create_table`, as written.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<Column>,
    /// The constraints of `create_table`, `add_column`, `redefine_column` and `create_domain`, as
    /// written.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub constraints: Vec<Constraint>,
    /// The indexes of `create_table` (MySQL, MariaDB), as written.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub indexes: Vec<Index>,
    /// The column of `add_column` and `redefine_column`, as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<Column>,
    /// The constraint of `add_constraint`, as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub constraint: Option<Constraint>,
    /// The index of `create_index`, as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<Index>,
    /// `OWNED BY`, of a sequence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owned_by: Option<OwnedBy>,
    /// `ALWAYS` or `BY DEFAULT`, of `add_identity` and `set_identity`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity: Option<Identity>,
    /// The tables of `LIKE`, of `create_table`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub like: Vec<String>,
    /// The parents of `create_table`, and that of `inherit` and `no_inherit`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub inherits: Vec<String>,
    /// `PARTITION BY`, as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partition_by: Option<String>,
    /// `PARTITION OF`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partition_of: Option<PartitionOf>,
    /// The partition of `attach_partition` and `detach_partition`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partition: Option<String>,
    /// The bound of `attach_partition`, as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bound: Option<String>,
    /// The type of `OF`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of_type: Option<String>,
    /// The old name or label of a rename; the old type in `alter_type`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The new name or label of a rename; the new type in `alter_type`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// The type beneath a domain or sequence.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub ty: Option<String>,
    /// `COLLATE`, of `alter_type`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub collation: Option<String>,
    /// `USING`, of `alter_type`, as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub using: Option<String>,
    /// The default of `set_default` (absent: it is dropped) and `create_domain`, as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// The expression of `set_expression`, as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expression: Option<String>,
    /// The schema of `set_schema`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// The owner of `set_owner`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// What a comment says; absent for `IS NULL`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The rest of a CREATE that is kept as text, normalised.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub definition: Option<String>,
    /// The rest of an ALTER that is kept as text, normalised.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// The relation, type or routine that a created object belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on: Option<String>,
    /// The query of a view or of `CREATE TABLE AS`, as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// The names in the column list of a view or an INSERT.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub column_names: Vec<String>,
    /// The body of a routine, without its quotes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// The language of a routine, lower case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// The types of the input arguments of a routine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arguments: Option<String>,
    /// What a routine returns, as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub returns: Option<String>,
    /// `IMMUTABLE`, `STABLE` or `VOLATILE`, where written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub volatility: Option<String>,
    /// `SECURITY DEFINER`.
    #[serde(skip_serializing_if = "is_false")]
    pub security_definer: bool,
    /// A `SET search_path` stands among the options of a routine.
    #[serde(skip_serializing_if = "is_false")]
    pub sets_search_path: bool,
    /// The labels of an enum in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<String>,
    /// The attributes of a composite type in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<Attribute>,
    /// The new label of `add_enum_value`; the savepoint of `transaction`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// The privileges, upper case with any column list; the roles of a membership.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub privileges: Vec<String>,
    /// To whom, from whom; `public` for PUBLIC.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
    /// On what; for maintenance, what is worked on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub objects: Vec<Object>,
    /// `ON ALL TABLES IN SCHEMA` and its kin: what kind; `objects` are the schemas.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub all_of: Option<&'static str>,
    /// `WITH GRANT OPTION`, `GRANT OPTION FOR`.
    #[serde(skip_serializing_if = "is_false")]
    pub grant_option: bool,
    /// A membership in roles, not privileges on objects.
    #[serde(skip_serializing_if = "is_false")]
    pub membership: bool,
    /// What `set_variable` sets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub setting: Option<Setting>,
    /// The tables that are written, emptied or locked; those that `opaque` may touch.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tables: Vec<String>,
    /// The tables and views that are read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reads: Vec<String>,
    /// The functions that a statement on rows calls.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub functions: Vec<String>,
    /// An UPDATE or DELETE leaves rows out by its WHERE; `WHERE true` does not.
    #[serde(rename = "where", skip_serializing_if = "is_false")]
    pub filtered: bool,
    /// How many rows an INSERT with VALUES writes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<usize>,
    /// The mode of `lock`: `ACCESS EXCLUSIVE`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<String>,
    /// `set_row_security`: `ENABLE`, `DISABLE`, `FORCE`, `NO FORCE`; `set_trigger`: `ENABLE`,
    /// `DISABLE`, `ENABLE REPLICA`, `ENABLE ALWAYS`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// `set_replica_identity`: `DEFAULT`, `FULL`, `NOTHING`, `USING INDEX name`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replica_identity: Option<String>,
    /// The index of `cluster_on`; absent for `SET WITHOUT CLUSTER`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by_index: Option<String>,
    /// The tablespace of `set_tablespace`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tablespace: Option<String>,
    /// The access method of `set_access_method`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub access_method: Option<String>,
    /// The extension of `depends_on_extension`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extension: Option<String>,
    /// Options that are set, by name: `WITH (...)`, ENGINE=, those of a sequence and the like.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub options: BTreeMap<String, String>,
    /// Options that are reset.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reset: Vec<String>,
    /// `transaction`: `begin`, `commit`, `rollback`, `savepoint`, `release`, `rollback_to`,
    /// `prepare` or `characteristics`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mark: Option<&'static str>,
    /// The leading words of `nothing` and `opaque`, upper case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verb: Option<String>,
    /// Why an `opaque` change is not modelled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// What a change works on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Area {
    /// Definitions.
    Schema,
    /// Rows.
    Data,
    /// How rows and indexes are stored: VACUUM, REINDEX, REFRESH and their kin.
    Maintenance,
    /// Privileges, roles and owners.
    Privileges,
    /// Settings.
    Session,
    /// Where a transaction begins and ends, and locks that last to its end.
    Transaction,
    /// Nothing that stays.
    Nothing,
    /// It is not known.
    #[default]
    Opaque,
}

/// An object that a statement names, as it is found in the catalog.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Object {
    /// What it is, in snake case: `table`, `column`, `index`, `materialized_view` ...
    #[schemars(schema_with = "super::schema::object_kinds")]
    pub kind: &'static str,
    /// The schema that it, or its table, stands in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// Its own name.
    pub name: String,
    /// The table of a column, constraint, index, trigger, policy or rule.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table: Option<String>,
    /// The argument types of a routine, where written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arguments: Option<String>,
}

/// An object as it stands in the catalog; `object.kind` of the change says which it is.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[serde(untagged)]
#[allow(missing_docs)] // each variant is the document of that name
pub enum Node {
    Table(Box<Table>),
    Column(Box<Column>),
    Constraint(Box<Constraint>),
    Index(Box<Index>),
    View(Box<View>),
    Sequence(Box<Sequence>),
    Type(Box<Type>),
    Other(Box<Other>),
}

impl Node {
    /// Where it stands.
    pub(super) fn loc(&mut self) -> &mut Option<u32> {
        match self {
            Self::Table(it) => &mut it.loc,
            Self::Column(it) => &mut it.loc,
            Self::Constraint(it) => &mut it.loc,
            Self::Index(it) => &mut it.loc,
            Self::View(it) => &mut it.loc,
            Self::Sequence(it) => &mut it.loc,
            Self::Type(it) => &mut it.loc,
            Self::Other(it) => &mut it.loc,
        }
    }
}

/// What the engine does when a change runs, on the worst of the versions that it may meet.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Effect {
    /// Whether that is all that it does; else why not stands in `why`.
    pub modelled: bool,
    /// Why that is not all that it may do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// What it locks, each object once.
    pub locks: Vec<Lock>,
    /// The form that no transaction block takes, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused_in_transaction: Option<String>,
}

/// What a change does to one object.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Lock {
    /// The object.
    pub object: String,
    /// What that is.
    #[schemars(schema_with = "super::schema::object_kinds")]
    pub object_kind: &'static str,
    /// What it is to the change: `target`, `index`, `referenced`, `referencing`, `parent`,
    /// `partition`, `default_partition`, `sequence`, `dependent` or `source`.
    pub role: &'static str,
    /// The strongest lock that is taken on it, in the words of PostgreSQL's manual.
    #[schemars(schema_with = "super::schema::modes")]
    pub mode: &'static str,
    /// It is born in this migration: nobody waits.
    #[serde(skip_serializing_if = "is_false")]
    pub new: bool,
    /// All of it is written anew.
    #[serde(skip_serializing_if = "is_false")]
    pub rewrites: bool,
    /// All its rows are read.
    #[serde(skip_serializing_if = "is_false")]
    pub scans: bool,
    /// An index is built, new or anew.
    #[serde(skip_serializing_if = "is_false")]
    pub rebuilds: bool,
    /// What waits for it: `reads`, `writes`.
    pub blocks: Vec<&'static str>,
}

/// How large a table is.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Statistics {
    /// Live rows, estimated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
    /// Bytes of the table without its indexes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// Bytes of its indexes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index_bytes: Option<u64>,
    /// Rows written in a second, on average.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub writes_per_second: Option<f64>,
    /// How long work on it takes: `tiny` (a moment), `small` (a second or so) or `large`.
    pub class: &'static str,
}

/// A setting of the session or transaction.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Setting {
    /// Its name, lower case; `all` for `RESET ALL`.
    pub name: String,
    /// Its new value; absent for RESET and DEFAULT, several joined by `, `.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// `LOCAL`: until the transaction ends.
    #[serde(skip_serializing_if = "is_false")]
    pub local: bool,
}
