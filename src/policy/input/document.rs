//! The document as policies see it, but for its changes.

use super::change::Change;
use crate::schema::document::{Comment, Other, Privilege, Sequence, Table, Type, View, is_false};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// What a policy sees as `input`: one migration. There are no nulls: what is absent has no key, and
/// neither has an empty list or a `false`, unless its key is required.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Document {
    /// The version of this document: 1. Keys and kinds are added within a version and never change
    /// their meaning.
    pub schema_version: u32,
    /// The day of the run as a moment: `2026-11-21T00:00:00Z`.
    pub now: String,
    /// What the migration is read as.
    pub dialect: Dialect,
    /// How the migration is run.
    pub runner: Runner,
    /// The migration.
    pub migration: Migration,
    /// Its statements in order.
    pub statements: Vec<Statement>,
    /// What its statements do, in order.
    pub changes: Vec<Change>,
    /// The tables that it touches, as they stand before it.
    pub before: Tables,
    /// The same and the new ones, as they stand after it.
    pub after: Tables,
}

/// An engine and the versions of it that a migration may meet.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Dialect {
    /// `postgres`, `mysql`, `mariadb` or `sqlite`.
    #[schemars(schema_with = "super::schema::engines")]
    pub engine: &'static str,
    /// `16` or `13-17`; absent where nobody stated them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub versions: Option<String>,
}

/// How a framework runs a migration.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Runner {
    /// The framework's name in kebab case; `plain` where there is none.
    pub framework: &'static str,
    /// What it puts into a transaction: `each_file`, `each_changeset`, `all_pending`, `nothing` or
    /// `unknown`.
    pub wraps: &'static str,
    /// What it sends as one message: `whole_file`, `batch`, `statements` or `unknown`.
    pub sends: &'static str,
}

/// A migration: a file, or a part of one.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Migration {
    /// The path of its file.
    pub path: String,
    /// Its version as written, where its framework has versions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// What its name says, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// `up`, `down`, `repeatable`, `baseline` or `dump`.
    pub direction: &'static str,
    /// Its length in bytes.
    pub bytes: usize,
    /// Its length in lines.
    pub lines: u32,
    /// All of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loc: Option<u32>,
    /// Its comments in order.
    pub comments: Vec<Remark>,
    /// The path of the migration that takes it back, where the set has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub down: Option<String>,
    /// Who owns its file by CODEOWNERS: `@org/team`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub owners: Vec<String>,
}

/// A comment in a migration.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Remark {
    /// What it says, without the marks.
    pub text: String,
    /// Where it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loc: Option<u32>,
}

/// A statement.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Statement {
    /// Where it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loc: Option<u32>,
    /// Its text as it is sent.
    pub sql: String,
    /// How well it was read: `understood`, `opaque` (verb and object are known, not all that it
    /// does) or `unread`.
    pub reading: &'static str,
    /// Why not all of it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Its transaction: `explicit` (the runner's), `all-pending` (the runner's, of all pending
    /// migrations), `author` (it says BEGIN itself), `implicit` (several statements are one
    /// message), `none` or `unknown`.
    pub transaction: &'static str,
    /// It certainly runs in a transaction block.
    #[serde(skip_serializing_if = "is_false")]
    pub in_transaction: bool,
}

/// Tables by their resolved name: `public.users`.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Tables {
    /// They.
    pub tables: BTreeMap<String, Table>,
}

/// What a policy sees as `data.catalog`: the schema behind the last migration. Each map is by
/// resolved name: `public.users`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Catalog {
    /// The migrations begin from nothing, or from the base schema.
    pub complete: bool,
    /// Tables and foreign tables.
    pub tables: BTreeMap<String, Table>,
    /// Views and materialized views.
    pub views: BTreeMap<String, View>,
    /// Sequences.
    pub sequences: BTreeMap<String, Sequence>,
    /// Types and domains.
    pub types: BTreeMap<String, Type>,
    /// All other objects: routines, triggers, policies, extensions, schemas, roles ....
    pub objects: Vec<Other>,
    /// What was granted and revoked.
    pub privileges: Vec<Privilege>,
    /// Comments on objects.
    pub comments: Vec<Comment>,
}
