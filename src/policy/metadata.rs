//! The `# METADATA` block of a policy, and its package.

use crate::dialect::Engine;
use crate::finding::{Breaks, Failure, Level};
use crate::rules::Category;
use crate::source::{Located, SourceFile};

/// What a policy says of itself.
#[derive(Clone, Debug)]
pub struct Metadata {
    /// `title`: one line.
    pub title: String,
    /// `description`.
    pub description: String,
    /// `related_resources`: addresses.
    pub links: Vec<String>,
    /// `custom.level`.
    pub level: Level,
    /// `custom.category`.
    pub category: Option<Category>,
    /// `custom.promise`: what its findings break.
    pub promise: Vec<Breaks>,
    /// `custom.changes`: the kinds of change that it looks at; all where it is empty.
    pub changes: Vec<String>,
    /// `custom.dialects`; all where it is empty.
    pub dialects: Vec<Engine>,
    /// `custom.params`, in their order.
    pub params: Vec<Param>,
}

/// A parameter of a policy.
#[derive(Clone, Debug)]
pub struct Param {
    /// Its name, with its place in the policy.
    pub name: Located<String>,
    /// `type`.
    pub ty: ParamType,
    /// `default`, of that type.
    pub default: serde_json::Value,
    /// `description`; may be empty.
    pub description: String,
}

/// The type of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // each variant is the type of that name
pub enum ParamType {
    String,
    Integer,
    Number,
    Boolean,
    /// A list of strings.
    Strings,
    /// A list of integers.
    Integers,
    /// A map from strings to strings.
    Map,
    /// A string that is a regular expression.
    Regex,
    /// A string that is a glob.
    Glob,
}

/// Reads the package (`policy.<pack>.<name>`) and the METADATA of a policy.
///
/// # Errors
/// Each mistake, with its place.
pub fn read(file: &SourceFile) -> Result<(String, Metadata), Vec<Failure>> {
    Err(Failure::new(&file.path, "policies are not read yet").into())
}
