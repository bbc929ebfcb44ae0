//! Tables, their columns, constraints and indexes.

use super::{is_false, text};
use crate::schema::catalog::Catalog;
use crate::schema::change;
use crate::schema::change::Key;
use crate::schema::name::{Name, ObjectRef};
use crate::schema::table;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// A table or foreign table.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Table {
    /// The schema that it stands in; MySQL and MariaDB have none unless one is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// Its name.
    pub name: String,
    /// `table` or `foreign_table`.
    pub kind: &'static str,
    /// `UNLOGGED`.
    #[serde(skip_serializing_if = "is_false")]
    pub unlogged: bool,
    /// `TEMPORARY`.
    #[serde(skip_serializing_if = "is_false")]
    pub temporary: bool,
    /// Its columns in order.
    pub columns: Vec<Column>,
    /// Its constraints by name, those that were written beside a column too.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub constraints: Vec<Constraint>,
    /// Its indexes by name, those of its constraints too.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub indexes: Vec<Index>,
    /// `PARTITION BY` as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partition_by: Option<String>,
    /// The table that it is a partition of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub partition_of: Option<PartitionOf>,
    /// The tables that it inherits from.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub inherits: Vec<String>,
    /// The type of `CREATE TABLE ... OF`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of_type: Option<String>,
    /// The query of `CREATE TABLE AS`, where its columns are not worked out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// Storage options, tablespace, access method, row security, replica identity, states of
    /// triggers: by the name of the setting.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub options: BTreeMap<String, String>,
    /// Its owner, where one was set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Not all of its columns, constraints and indexes were seen.
    #[serde(skip_serializing_if = "is_false")]
    pub partial: bool,
    /// Its comment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// The tags in its comment: `[pii]` is `pii`, `[retention:30d]` is `retention:30d`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Where it is created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loc: Option<u32>,
}

/// What a partition belongs to.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct PartitionOf {
    /// The partitioned table.
    pub table: String,
    /// The bound as text.
    pub bound: String,
}

impl Table {
    /// The document of a table of this resolved name.
    pub fn new(catalog: &Catalog, name: &Name, it: &table::Table) -> Self {
        let mut constraints: Vec<&change::Constraint> = it.constraints.iter().collect();
        constraints.sort_by_key(|constraint| &constraint.name);
        let indexes = catalog.indexes_of(name).map(|(name, it)| Index::new(name, it));
        Self {
            schema: name.schema.clone(),
            name: name.name.clone(),
            kind: it.kind.name(),
            unlogged: it.unlogged,
            temporary: it.temporary,
            columns: it.columns.iter().map(|it| Column::new(&it.definition)).collect(),
            constraints: constraints.into_iter().map(Constraint::new).collect(),
            indexes: indexes.collect(),
            partition_by: it.partition_by.as_deref().and_then(text),
            partition_of: it.partition_of.as_ref().map(|(parent, bound)| PartitionOf {
                table: parent.to_string(),
                bound: bound.clone(),
            }),
            inherits: it.parents.iter().map(ToString::to_string).collect(),
            of_type: it.of_type.as_ref().map(ToString::to_string),
            query: it.query.as_ref().and_then(|query| text(&query.text)),
            options: it.options.clone(),
            owner: catalog.owners.get(&ObjectRef::new(it.kind, name.clone())).cloned(),
            partial: false,
            comment: None,
            tags: Vec::new(),
            loc: None,
        }
    }
}

/// A column of a table.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type in the engine's own spelling: `integer`, not `int4`; absent where it is not known.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub ty: Option<String>,
    /// Whether it refuses NULL.
    pub not_null: bool,
    /// `DEFAULT` as text, unquoted words in lower case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// `GENERATED ... AS IDENTITY`, `AUTO_INCREMENT`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identity: Option<Identity>,
    /// `GENERATED ALWAYS AS (...)`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generated: Option<Generated>,
    /// `COLLATE`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub collation: Option<String>,
    /// Storage, compression, character set and the like, by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub options: BTreeMap<String, String>,
    /// Its comment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// The tags in its comment: `[pii]` is `pii`, `[retention:30d]` is `retention:30d`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Where it is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loc: Option<u32>,
}

/// Who gives a column its number.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Identity {
    /// `GENERATED ALWAYS`.
    Always,
    /// `GENERATED BY DEFAULT`, `AUTO_INCREMENT`.
    ByDefault,
}

/// How a column is computed.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Generated {
    /// From what.
    pub expression: String,
    /// `STORED`, not `VIRTUAL`.
    pub stored: bool,
}

impl Column {
    /// The document of a column.
    pub fn new(it: &change::Column) -> Self {
        Self {
            name: it.name.clone(),
            ty: it.ty.as_ref().map(ToString::to_string),
            not_null: it.not_null,
            default: it.default.as_ref().and_then(|default| text(&default.text)),
            identity: it.identity.as_ref().map(|it| Identity::of(it.always)),
            generated: it
                .generated
                .as_ref()
                .map(|it| Generated { expression: it.expr.text.clone(), stored: it.stored }),
            collation: it.collation.as_ref().map(ToString::to_string),
            options: it.options.iter().cloned().collect(),
            comment: None,
            tags: Vec::new(),
            loc: None,
        }
    }
}

impl Identity {
    /// The word for `ALWAYS`, or not.
    pub fn of(always: bool) -> Self {
        if always { Self::Always } else { Self::ByDefault }
    }
}

/// A constraint of a table or domain.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Constraint {
    /// Its name, where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it demands.
    pub kind: ConstraintKind,
    /// Its columns; of a CHECK none are listed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
    /// `INCLUDE`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub include: Vec<String>,
    /// `NULLS NOT DISTINCT`.
    #[serde(skip_serializing_if = "is_false")]
    pub nulls_not_distinct: bool,
    /// The condition of a CHECK.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expression: Option<String>,
    /// What a foreign key refers to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub references: Option<References>,
    /// `ON DELETE`, upper case; absent for NO ACTION.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_delete: Option<String>,
    /// `ON UPDATE`, upper case; absent for NO ACTION.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on_update: Option<String>,
    /// `MATCH FULL` and the like, upper case.
    #[serde(rename = "match", skip_serializing_if = "Option::is_none")]
    pub matching: Option<String>,
    /// The index method of an exclusion constraint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// The elements of an exclusion constraint with their operators, as text.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub elements: Vec<String>,
    /// `WHERE` of an exclusion constraint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub predicate: Option<String>,
    /// Whether existing rows were checked: not `NOT VALID`.
    pub validated: bool,
    /// Whether new rows are checked: not `NOT ENFORCED`.
    pub enforced: bool,
    /// `DEFERRABLE`.
    #[serde(skip_serializing_if = "is_false")]
    pub deferrable: bool,
    /// `INITIALLY DEFERRED`.
    #[serde(skip_serializing_if = "is_false")]
    pub initially_deferred: bool,
    /// `NO INHERIT`.
    #[serde(skip_serializing_if = "is_false")]
    pub no_inherit: bool,
    /// Where it is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loc: Option<u32>,
}

/// What a constraint demands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)] // each variant is its SQL keyword
pub enum ConstraintKind {
    PrimaryKey,
    Unique,
    Check,
    ForeignKey,
    Exclude,
    NotNull,
}

/// What a foreign key refers to.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct References {
    /// The table.
    pub table: String,
    /// Its columns; empty means its primary key.
    pub columns: Vec<String>,
}

impl Constraint {
    /// The document of a constraint.
    pub fn new(it: &change::Constraint) -> Self {
        use change::ConstraintKind as Kind;
        let mut document = Self::bare(it);
        match &it.kind {
            Kind::PrimaryKey(key) => document.key(ConstraintKind::PrimaryKey, key),
            Kind::Unique(key) => document.key(ConstraintKind::Unique, key),
            Kind::Check(expr) => document.expression = text(&expr.text),
            Kind::NotNull(column) => {
                document.kind = ConstraintKind::NotNull;
                document.columns.push(column.clone());
            }
            Kind::ForeignKey(key) => {
                let action = |action: &str| text(action).filter(|action| action != "NO ACTION");
                document.kind = ConstraintKind::ForeignKey;
                document.columns.clone_from(&key.columns);
                document.references = Some(References {
                    table: key.references.to_string(),
                    columns: key.referenced_columns.clone(),
                });
                document.on_delete = action(&key.on_delete);
                document.on_update = action(&key.on_update);
                document.matching.clone_from(&key.matching);
            }
            Kind::Exclude { method, elements, predicate } => {
                document.kind = ConstraintKind::Exclude;
                document.method.clone_from(method);
                document.elements.clone_from(elements);
                document.predicate = predicate.as_ref().and_then(|it| text(&it.text));
            }
        }
        document
    }

    /// What every constraint has.
    fn bare(it: &change::Constraint) -> Self {
        Self {
            name: it.name.clone(),
            kind: ConstraintKind::Check,
            columns: Vec::new(),
            include: Vec::new(),
            nulls_not_distinct: false,
            expression: None,
            references: None,
            on_delete: None,
            on_update: None,
            matching: None,
            method: None,
            elements: Vec::new(),
            predicate: None,
            validated: it.validated,
            enforced: it.enforced,
            deferrable: it.deferrable,
            initially_deferred: it.initially_deferred,
            no_inherit: it.no_inherit,
            loc: None,
        }
    }

    fn key(&mut self, kind: ConstraintKind, key: &Key) {
        self.kind = kind;
        self.columns.clone_from(&key.columns);
        self.include.clone_from(&key.include);
        self.nulls_not_distinct = key.nulls_not_distinct;
    }
}

/// An index.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Index {
    /// Its name; absent where one is written without.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// `UNIQUE`.
    pub unique: bool,
    /// Whether queries may use it: not an index on a partitioned table `ON ONLY`, until each
    /// partition has one.
    pub valid: bool,
    /// `USING`, lower case; absent for the engine's default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// What is indexed, in order.
    pub keys: Vec<IndexKey>,
    /// `INCLUDE`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub include: Vec<String>,
    /// `WHERE`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub predicate: Option<String>,
    /// `NULLS NOT DISTINCT`.
    #[serde(skip_serializing_if = "is_false")]
    pub nulls_not_distinct: bool,
    /// The constraint that owns it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub constraint: Option<String>,
    /// The index of the partitioned table that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part_of: Option<String>,
    /// `WITH (...)`, `TABLESPACE` and what was set later, by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub options: BTreeMap<String, String>,
    /// Where it is created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loc: Option<u32>,
}

/// One element of an index.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct IndexKey {
    /// The column, where it is a plain one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// The expression, where it is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expression: Option<String>,
    /// Collation, operator class and order as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub options: Option<String>,
}

impl Index {
    /// The document of an index of this resolved name.
    pub fn new(name: &Name, it: &table::Index) -> Self {
        Self {
            name: Some(name.name.clone()),
            unique: it.unique,
            valid: it.valid,
            method: it.method.as_deref().and_then(text),
            keys: it.keys.iter().map(IndexKey::new).collect(),
            include: it.include.clone(),
            predicate: it.predicate.as_ref().and_then(|it| text(&it.text)),
            nulls_not_distinct: it.nulls_not_distinct,
            constraint: it.constraint.as_deref().and_then(text),
            part_of: it.parent.as_ref().map(ToString::to_string),
            options: it.options.clone(),
            loc: None,
        }
    }

    /// The document of an index as a statement writes it.
    pub fn written(it: &change::CreateIndex) -> Self {
        Self {
            name: it.name.clone(),
            unique: it.unique,
            valid: !it.only,
            method: it.method.as_deref().and_then(text),
            keys: it.keys.iter().map(IndexKey::new).collect(),
            include: it.include.clone(),
            predicate: it.predicate.as_ref().and_then(|it| text(&it.text)),
            nulls_not_distinct: it.nulls_not_distinct,
            constraint: None,
            part_of: None,
            options: it.options.iter().cloned().collect(),
            loc: None,
        }
    }
}

impl IndexKey {
    fn new(key: &change::IndexKey) -> Self {
        Self {
            column: key.column.as_deref().and_then(text),
            expression: text(&key.expr.text).filter(|_| key.column.is_none()),
            options: text(&key.options),
        }
    }
}
