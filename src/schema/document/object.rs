//! Views, sequences, types, other objects, privileges and comments.

use super::{Constraint, Index, is_false, text};
use crate::schema::catalog::{Catalog, Grant, Granted};
use crate::schema::change::{SequenceOptions, TypeDefinition};
use crate::schema::name::{Name, ObjectRef};
use crate::schema::table::{self, TypeKind};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// A view or materialized view.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct View {
    /// The schema that it stands in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// Its name.
    pub name: String,
    /// `MATERIALIZED`.
    pub materialized: bool,
    /// The column list, where one is written.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
    /// What it shows, as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// The tables and views that it reads.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reads: Vec<String>,
    /// The indexes of a materialized view by name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub indexes: Vec<Index>,
    /// `WITH (...)` and what was set later, by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub options: BTreeMap<String, String>,
    /// Where it is created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loc: Option<u32>,
}

impl View {
    /// The document of a view of this resolved name.
    pub fn new(catalog: &Catalog, name: &Name, it: &table::View) -> Self {
        let indexes = catalog.indexes_of(name).map(|(name, it)| Index::new(name, it));
        Self {
            schema: name.schema.clone(),
            name: name.name.clone(),
            materialized: it.materialized,
            columns: it.columns.clone(),
            query: text(&it.query.text),
            reads: it.reads.iter().map(ToString::to_string).collect(),
            indexes: indexes.collect(),
            options: it.options.clone(),
            loc: None,
        }
    }
}

/// A sequence.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Sequence {
    /// The schema that it stands in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// Its name.
    pub name: String,
    /// `AS type`.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub ty: Option<String>,
    /// The column that it goes with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owned_by: Option<OwnedBy>,
    /// Start, increment and the like, by name in lower case; `yes` where a word has no value.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub options: BTreeMap<String, String>,
    /// Where it is created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loc: Option<u32>,
}

/// The column that a sequence goes with.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct OwnedBy {
    /// The table.
    pub table: String,
    /// The column.
    pub column: String,
}

impl Sequence {
    /// The document of a sequence of this resolved name.
    pub fn new(name: &Name, it: &table::Sequence) -> Self {
        let owner = it.owner();
        Self {
            schema: name.schema.clone(),
            name: name.name.clone(),
            ty: it.options.ty.as_ref().map(ToString::to_string),
            owned_by: owner.map(|(table, column)| OwnedBy {
                table: table.to_string(),
                column: column.clone(),
            }),
            options: sequence_options(&it.options),
            loc: None,
        }
    }
}

/// The options of a sequence by name.
pub fn sequence_options(options: &SequenceOptions) -> BTreeMap<String, String> {
    let option = |(name, value): &(String, Option<String>)| {
        (name.to_lowercase(), value.clone().unwrap_or_else(|| "yes".to_owned()))
    };
    options.settings.iter().map(option).collect()
}

/// A type or domain that somebody made.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Type {
    /// The schema that it stands in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// Its name.
    pub name: String,
    /// `enum`, `composite`, `domain`, `range`, `base` or `shell`.
    pub kind: &'static str,
    /// The labels of an enum in order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub labels: Option<Vec<String>>,
    /// The attributes of a composite type in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<Attribute>,
    /// What makes a range or base type, as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub definition: Option<String>,
    /// The type beneath a domain.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub ty: Option<String>,
    /// The default of a domain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// The constraints of a domain.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub constraints: Vec<Constraint>,
    /// What was altered, as text.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub alterations: Vec<String>,
    /// Where it is created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loc: Option<u32>,
}

/// An attribute of a composite type.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Attribute {
    /// Its name.
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub ty: String,
}

impl Type {
    /// The document of a type of this resolved name; `None` for one that nobody saw created.
    pub fn new(name: &Name, it: &table::Type) -> Option<Self> {
        let mut document = Self {
            schema: name.schema.clone(),
            name: name.name.clone(),
            kind: "domain",
            labels: None,
            attributes: Vec::new(),
            definition: None,
            ty: None,
            default: None,
            constraints: Vec::new(),
            alterations: it.alterations.clone(),
            loc: None,
        };
        match &it.kind {
            TypeKind::Unknown => return None,
            TypeKind::Type(definition) => document.define(definition),
            TypeKind::Domain { ty, default, constraints } => {
                document.ty = Some(ty.to_string());
                document.default = default.as_ref().and_then(|default| text(&default.text));
                document.constraints = constraints.iter().map(Constraint::new).collect();
            }
        }
        Some(document)
    }

    fn define(&mut self, definition: &TypeDefinition) {
        self.kind = match definition {
            TypeDefinition::Enum(labels) => {
                self.labels = Some(labels.clone());
                "enum"
            }
            TypeDefinition::Composite(attributes) => {
                let attributes = attributes.iter();
                let attributes = attributes
                    .map(|(name, ty)| Attribute { name: name.clone(), ty: ty.to_string() });
                self.attributes = attributes.collect();
                "composite"
            }
            TypeDefinition::Range(definition) => {
                self.definition = text(definition);
                "range"
            }
            TypeDefinition::Base(definition) => {
                self.definition = text(definition);
                "base"
            }
            TypeDefinition::Shell => "shell",
        };
    }
}

/// An object of any other kind: a routine, trigger, policy, extension, schema, role ...
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Other {
    /// What it is, in snake case.
    pub kind: &'static str,
    /// The schema that it stands in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// Its name.
    pub name: String,
    /// The table, type or routine that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on: Option<String>,
    /// The types of a routine's input arguments.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arguments: Option<String>,
    /// What a routine returns, as text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub returns: Option<String>,
    /// The language of a routine, lower case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// `SECURITY DEFINER`.
    #[serde(skip_serializing_if = "is_false")]
    pub security_definer: bool,
    /// The rest of its CREATE statement.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub definition: Option<String>,
    /// What was altered, as text.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub alterations: Vec<String>,
    /// Where it is created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loc: Option<u32>,
}

impl Other {
    /// The document of an object with this resolved key.
    pub fn new(key: &ObjectRef, it: &table::Object) -> Self {
        let routine = it.routine.as_deref();
        let table = key.part.as_ref().map(|_| key.name.to_string());
        let (schema, name) = match &key.part {
            Some(part) => (None, part),
            None => (key.name.schema.clone(), &key.name.name),
        };
        Self {
            kind: key.kind.name(),
            schema,
            name: name.clone(),
            on: table.or_else(|| it.on.as_ref().map(ToString::to_string)),
            arguments: key.arguments.as_deref().and_then(text),
            returns: routine.and_then(|it| text(it.returns.as_deref()?)),
            language: routine.and_then(|it| text(it.language.as_deref()?)),
            security_definer: routine.is_some_and(|it| it.security_definer),
            definition: text(&it.definition),
            alterations: it.alterations.clone(),
            loc: None,
        }
    }
}

/// A privilege that was granted or revoked.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Privilege {
    /// On what; a role for a membership.
    pub object: String,
    /// What that is.
    pub kind: &'static str,
    /// Who has it; `public` for PUBLIC.
    pub role: String,
    /// Which, upper case with any column list; `MEMBER` for a membership.
    pub privilege: String,
    /// `false`: revoked from what holds by default.
    pub granted: bool,
    /// `WITH GRANT OPTION`.
    #[serde(skip_serializing_if = "is_false")]
    pub grant_option: bool,
}

impl Privilege {
    /// The document of a privilege.
    pub fn new(grant: &Grant, granted: &Granted) -> Self {
        Self {
            object: grant.object.to_string(),
            kind: grant.object.kind.name(),
            role: grant.role.clone(),
            privilege: grant.privilege.clone(),
            granted: granted.grant,
            grant_option: granted.options.contains("GRANT OPTION"),
        }
    }
}

/// A comment on an object.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Comment {
    /// What the object is.
    pub kind: &'static str,
    /// The object; `public.users.email` for a column.
    pub object: String,
    /// What it says.
    pub text: String,
}

impl Comment {
    /// The document of a comment.
    pub fn new(key: &ObjectRef, text: &str) -> Self {
        Self { kind: key.kind.name(), object: key.to_string(), text: text.to_owned() }
    }
}
