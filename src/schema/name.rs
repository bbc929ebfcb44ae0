//! Names of objects, folded as their engine folds them.

use std::fmt;

/// What stands before the table in place of an index's schema; no identifier holds it.
const OF_TABLE: char = '\0';

/// The name of an object in a schema, as written: the schema part may be missing.
#[derive(Clone, Debug, Default, Eq, PartialOrd, Ord)]
pub struct Name {
    /// The schema, where it was written (or resolved).
    pub schema: Option<String>,
    /// The object's own name.
    pub name: String,
}

impl PartialEq for Name {
    /// Names differ nearly always in their own part: schemas are few.
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.schema == other.schema
    }
}

impl Name {
    /// A name without a schema.
    pub fn bare(name: impl Into<String>) -> Self {
        Self { schema: None, name: name.into() }
    }

    /// The name of an index where each table has a name space of its own: unlike any other name,
    /// and shown by itself.
    pub(crate) fn of_table(table: &Self, index: impl Into<String>) -> Self {
        Self::qualified(format!("{OF_TABLE}{table}"), index)
    }

    /// `name` or `schema.name` as SQL writes it.
    pub(crate) fn parsed(text: &str) -> Option<Self> {
        let mut parts = Vec::new();
        let mut rest = text;
        loop {
            let (part, after) = match rest.strip_prefix('"') {
                Some(inner) => {
                    let (part, after) = inner.split_once('"')?;
                    (part.to_owned(), after)
                }
                None => {
                    let end = rest.find('.').unwrap_or(rest.len());
                    let (part, after) = rest.split_at(end);
                    (part.to_lowercase(), after)
                }
            };
            parts.push(part);
            match after.strip_prefix('.') {
                Some(after) => rest = after,
                None => break,
            }
        }
        let name = parts.pop()?;
        Some(Self { schema: parts.pop(), name })
    }

    /// A name in a schema.
    pub fn qualified(schema: impl Into<String>, name: impl Into<String>) -> Self {
        Self { schema: Some(schema.into()), name: name.into() }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.schema {
            Some(schema) if !schema.starts_with(OF_TABLE) => write!(f, "{schema}.{}", self.name),
            _ => f.write_str(&self.name),
        }
    }
}

/// What kind of object a name stands for, in the words of PostgreSQL's manual.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)] // each variant is the SQL keyword of that object
pub enum ObjectKind {
    AccessMethod,
    Aggregate,
    Cast,
    Collation,
    Column,
    Constraint,
    Conversion,
    Database,
    DefaultPrivileges,
    Domain,
    Event,
    EventTrigger,
    Extension,
    ForeignDataWrapper,
    ForeignTable,
    Function,
    Index,
    Language,
    LargeObject,
    MaterializedView,
    Operator,
    OperatorClass,
    OperatorFamily,
    Parameter,
    Policy,
    Procedure,
    Publication,
    Role,
    Routine,
    Rule,
    Schema,
    Sequence,
    Server,
    Statistics,
    Subscription,
    System,
    Table,
    Tablespace,
    TextSearchConfiguration,
    TextSearchDictionary,
    TextSearchParser,
    TextSearchTemplate,
    Transform,
    Trigger,
    Type,
    UserMapping,
    View,
}

impl ObjectKind {
    words! {
        /// The kind in snake case, as JSON output writes it.
        NAMES, name(self: Self):
        Self::AccessMethod => "access_method",
        Self::Aggregate => "aggregate",
        Self::Cast => "cast",
        Self::Collation => "collation",
        Self::Column => "column",
        Self::Constraint => "constraint",
        Self::Conversion => "conversion",
        Self::Database => "database",
        Self::DefaultPrivileges => "default_privileges",
        Self::Domain => "domain",
        Self::Event => "event",
        Self::EventTrigger => "event_trigger",
        Self::Extension => "extension",
        Self::ForeignDataWrapper => "foreign_data_wrapper",
        Self::ForeignTable => "foreign_table",
        Self::Function => "function",
        Self::Index => "index",
        Self::Language => "language",
        Self::LargeObject => "large_object",
        Self::MaterializedView => "materialized_view",
        Self::Operator => "operator",
        Self::OperatorClass => "operator_class",
        Self::OperatorFamily => "operator_family",
        Self::Parameter => "parameter",
        Self::Policy => "policy",
        Self::Procedure => "procedure",
        Self::Publication => "publication",
        Self::Role => "role",
        Self::Routine => "routine",
        Self::Rule => "rule",
        Self::Schema => "schema",
        Self::Sequence => "sequence",
        Self::Server => "server",
        Self::Statistics => "statistics",
        Self::Subscription => "subscription",
        Self::System => "system",
        Self::Table => "table",
        Self::Tablespace => "tablespace",
        Self::TextSearchConfiguration => "text_search_configuration",
        Self::TextSearchDictionary => "text_search_dictionary",
        Self::TextSearchParser => "text_search_parser",
        Self::TextSearchTemplate => "text_search_template",
        Self::Transform => "transform",
        Self::Trigger => "trigger",
        Self::Type => "type",
        Self::UserMapping => "user_mapping",
        Self::View => "view",
    }

    /// The kind in words, for messages.
    pub fn words(self) -> String {
        self.name().replace('_', " ")
    }

    /// Whether it is called: a function or a procedure.
    pub fn is_routine(self) -> bool {
        matches!(self, Self::Aggregate | Self::Function | Self::Procedure | Self::Routine)
    }

    /// Whether a relation's name space holds it (`pg_class`): one name cannot be two of these.
    pub fn is_relation(self) -> bool {
        matches!(
            self,
            Self::ForeignTable
                | Self::Index
                | Self::MaterializedView
                | Self::Sequence
                | Self::Table
                | Self::View
        )
    }
}

/// An object that a statement names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ObjectRef {
    /// What it is.
    pub kind: ObjectKind,
    /// Its name; for a column, constraint, trigger, policy or rule the name of its table.
    pub name: Name,
    /// The column, constraint, trigger, policy or rule on `name`.
    pub part: Option<String>,
    /// A routine's, aggregate's or operator's argument types as written, without spaces
    /// around commas; `None` where the statement gives none.
    pub arguments: Option<String>,
}

impl ObjectRef {
    /// An object that its name alone identifies.
    pub fn new(kind: ObjectKind, name: Name) -> Self {
        Self { kind, name, part: None, arguments: None }
    }

    /// A part of a table: a column, constraint, trigger, policy or rule.
    pub fn part(kind: ObjectKind, table: Name, part: impl Into<String>) -> Self {
        Self { kind, name: table, part: Some(part.into()), arguments: None }
    }
}

impl fmt::Display for ObjectRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.name)?;
        if let Some(part) = &self.part {
            write!(f, ".{part}")?;
        }
        if let Some(arguments) = &self.arguments {
            write!(f, "({arguments})")?;
        }
        Ok(())
    }
}
