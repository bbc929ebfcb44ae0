//! Tables, their columns, constraints and indexes.

use super::{names, ty};
use crate::fact::{Fact, sorted};
use lockgate::schema::change::{
    Column, Constraint, ConstraintKind, CreateIndex, CreateTable, Key, Like, TableAction, Target,
};
use lockgate::schema::name::Name;
use lockgate::schema::types::DataType;
use lockgate::source::Located;

/// `CREATE TABLE` with its parts.
pub fn create(create: &CreateTable) -> Vec<Fact> {
    let table = create.name.to_string();
    let columns: Vec<&str> =
        create.columns.iter().map(|column| column.value.name.as_str()).collect();
    let likes: Vec<String> = create.like.iter().map(like).collect();
    let parent = create.partition_of.as_ref().map(|(parent, _)| parent.to_string());
    let mut fact = Fact::new("create_table", create.kind.name(), &table)
        .flag("if_not_exists", create.if_not_exists)
        .flag("temporary", create.temporary)
        .flag("unlogged", create.unlogged)
        .list("columns", &columns)
        .list("like", &likes)
        .set("inherits", names(&create.inherits))
        .set("partition_of", parent.unwrap_or_default())
        .flag("partition_by", create.partition_by.is_some());
    if let Some(of) = &create.of_type {
        fact = fact.set("of_type", of);
    }
    if let Some(query) = &create.query {
        return vec![fact.flag("as_query", true).set("reads", names(&query.relations))];
    }
    let mut facts = vec![fact];
    let columns: Vec<&Column> = create.columns.iter().map(|column| &column.value).collect();
    facts.extend(parts("column", &table, &columns, &create.constraints));
    facts
}

/// Columns and constraints. `CONSTRAINT name NOT NULL` beside a column is the column's own.
fn parts(
    verb: &str,
    table: &str,
    columns: &[&Column],
    constraints: &[Located<Constraint>],
) -> Vec<Fact> {
    let own = |constraint: &Constraint| match &constraint.kind {
        ConstraintKind::NotNull(column) if constraint.inline => Some(column.clone()),
        _ => None,
    };
    let not_null: Vec<String> = constraints.iter().filter_map(|c| own(&c.value)).collect();
    let columns =
        columns.iter().map(|c| column(verb, table, c).flag("not_null", not_null.contains(&c.name)));
    let constraints = constraints
        .iter()
        .filter(|c| own(&c.value).is_none())
        .map(|c| constraint("constraint", table, &c.value));
    columns.chain(constraints).collect()
}

/// `CREATE DOMAIN`.
pub fn create_domain(
    name: &Name,
    base: &DataType,
    default: bool,
    constraints: &[Located<Constraint>],
) -> Vec<Fact> {
    let is_not_null = |c: &&Located<Constraint>| matches!(c.value.kind, ConstraintKind::NotNull(_));
    let fact = Fact::new("create_domain", "domain", name)
        .set("type", ty(base))
        .flag("default", default)
        .flag("not_null", constraints.iter().any(|c| is_not_null(&c)));
    let checks = constraints.iter().filter(|c| !is_not_null(c)).map(|c| {
        let not_inline = Constraint { inline: false, ..c.value.clone() };
        constraint("constraint", &name.to_string(), &not_inline)
    });
    std::iter::once(fact).chain(checks).collect()
}

/// `LIKE` as the bits of `TableLikeOption` (src/include/nodes/parsenodes.h).
fn like(like: &Like) -> String {
    let bit = |word: &String| match word.to_ascii_uppercase().as_str() {
        "COMMENTS" => 1,
        "COMPRESSION" => 2,
        "CONSTRAINTS" => 4,
        "DEFAULTS" => 8,
        "GENERATED" => 16,
        "IDENTITY" => 32,
        "INDEXES" => 64,
        "STATISTICS" => 128,
        "STORAGE" => 256,
        "ALL" => 0x7fff_ffff_u32,
        _ => 0,
    };
    let on = like.including.iter().map(bit).fold(0, |bits, bit| bits | bit);
    let off = like.excluding.iter().map(bit).fold(0, |bits, bit| bits | bit);
    format!("{}:{:x}", like.source, on & !off)
}

fn column(verb: &str, table: &str, column: &Column) -> Fact {
    let mut fact = Fact::new(verb, "column", format!("{table}.{}", column.name))
        .set("type", column.ty.as_ref().map(ty).unwrap_or_default())
        .flag("not_null", column.not_null)
        .flag("default", column.default.is_some());
    if let Some(identity) = &column.identity {
        let always = if identity.always { "always" } else { "by_default" };
        fact = fact.set("identity", always).flag("not_null", true);
    }
    if let Some(generated) = &column.generated {
        fact = fact.set("generated", if generated.stored { "stored" } else { "virtual" });
    }
    if let Some(collation) = &column.collation {
        fact = fact.set("collation", collation);
    }
    fact
}

fn constraint(verb: &str, table: &str, constraint: &Constraint) -> Fact {
    let kind = match &constraint.kind {
        ConstraintKind::PrimaryKey(_) => "primary_key",
        ConstraintKind::Unique(_) => "unique",
        ConstraintKind::Check(_) => "check",
        ConstraintKind::NotNull(_) => "not_null",
        ConstraintKind::ForeignKey(_) => "foreign_key",
        ConstraintKind::Exclude { .. } => "exclude",
    };
    let fact = Fact::new(verb, kind, table)
        .set("name", constraint.name.as_deref().unwrap_or_default())
        .flag("not_valid", !constraint.validated)
        .flag("not_enforced", !constraint.enforced)
        .flag("deferrable", constraint.deferrable || constraint.initially_deferred)
        .flag("initially_deferred", constraint.initially_deferred)
        .flag("no_inherit", constraint.no_inherit)
        .flag("inline", constraint.inline);
    match &constraint.kind {
        ConstraintKind::PrimaryKey(keys) | ConstraintKind::Unique(keys) => key(fact, keys),
        ConstraintKind::Check(_) => fact,
        ConstraintKind::NotNull(column) => fact.set("columns", column),
        ConstraintKind::ForeignKey(foreign) => fact
            .list("columns", &foreign.columns)
            .set("references", &foreign.references)
            .list("referenced", &foreign.referenced_columns)
            // The columns after SET NULL are not compared.
            .set("on_delete", foreign.on_delete.split(" (").next().unwrap_or_default())
            .set("on_update", &foreign.on_update)
            .flag("match_full", foreign.matching.as_ref().is_some_and(|how| how.contains("FULL")))
            .flag("period", foreign.period),
        ConstraintKind::Exclude { method, elements, predicate } => fact
            .set("method", default_method(method.as_deref()))
            .set("elements", elements.len())
            .flag("predicate", predicate.is_some()),
    }
}

fn key(fact: Fact, key: &Key) -> Fact {
    fact.list("columns", &key.columns)
        .list("include", &key.include)
        .set("using_index", key.using_index.as_deref().unwrap_or_default())
        .flag("nulls_not_distinct", key.nulls_not_distinct)
        .flag("without_overlaps", key.without_overlaps)
}

fn default_method(method: Option<&str>) -> &str {
    match method {
        None | Some("btree") => "",
        Some(method) => method,
    }
}

/// `CREATE INDEX`.
pub fn index(index: &CreateIndex) -> Fact {
    let keys: Vec<&str> =
        index.keys.iter().map(|key| key.column.as_deref().unwrap_or("(expression)")).collect();
    Fact::new("create_index", "index", index.name.as_deref().unwrap_or_default())
        .set("on", &index.table)
        .flag("only", index.only)
        .flag("unique", index.unique)
        .flag("concurrently", index.concurrently)
        .flag("if_not_exists", index.if_not_exists)
        .set("method", default_method(index.method.as_deref()))
        .list("keys", &keys)
        .list("include", &index.include)
        .flag("predicate", index.predicate.is_some())
        .flag("nulls_not_distinct", index.nulls_not_distinct)
}

/// One sub-command of `ALTER TABLE`.
pub fn alter(target: &Target, action: &TableAction) -> Vec<Fact> {
    let mut facts = sub_command(target, action);
    if let Some(first) = facts.first_mut() {
        *first = first
            .clone()
            .flag("target_if_exists", target.if_exists)
            .flag("only", target.only)
            .set("target", target.kind.name());
    }
    facts
}

fn sub_command(target: &Target, action: &TableAction) -> Vec<Fact> {
    let table = target.name.to_string();
    let verb = action.kind();
    let on = |kind: &str, part: &str| Fact::new(verb, kind, format!("{table}.{part}"));
    let fact = match action {
        TableAction::AddColumn { column, constraints, if_not_exists } => {
            let mut facts = parts(verb, &table, &[&**column], constraints);
            if let Some(first) = facts.first_mut() {
                *first = first.clone().flag("if_not_exists", *if_not_exists);
            }
            return facts;
        }
        TableAction::DropColumn { column, if_exists, cascade } => {
            on("column", column).flag("if_exists", *if_exists).flag("cascade", *cascade)
        }
        TableAction::RenameColumn { from, to } => on("column", from).set("to", to),
        TableAction::AlterType { column, to, collation, using } => {
            let fact = on("column", column).set("type", ty(to)).flag("using", using.is_some());
            match collation {
                Some(collation) => fact.set("collation", collation),
                None => fact,
            }
        }
        TableAction::SetNullable { column, nullable } => {
            on("column", column).set("nullable", nullable)
        }
        TableAction::SetDefault { column, default } => {
            on("column", column).flag("drop", default.is_none())
        }
        TableAction::AddIdentity { column, identity } => on("column", column)
            .set("identity", if identity.always { "always" } else { "by_default" }),
        TableAction::SetIdentity { column, always, .. } => on("column", column)
            .set("always", always.map(|always| always.to_string()).unwrap_or_default()),
        TableAction::DropIdentity { column, if_exists }
        | TableAction::DropExpression { column, if_exists } => {
            on("column", column).flag("if_exists", *if_exists)
        }
        TableAction::SetExpression { column, .. } => on("column", column),
        TableAction::SetColumnOption { column, option, value } => {
            let named = !matches!(option.as_str(), "statistics" | "storage" | "compression");
            let names: Vec<&str> = option.split(", ").map(without_action).collect();
            on("column", column)
                .set("option", names.join(", "))
                .flag("reset", named && value.is_none())
        }
        TableAction::AddConstraint { constraint: added } => constraint(verb, &table, added),
        TableAction::DropConstraint { name, if_exists, cascade } => {
            on("constraint", name).flag("if_exists", *if_exists).flag("cascade", *cascade)
        }
        TableAction::RenameConstraint { from, to } => on("constraint", from).set("to", to),
        TableAction::ValidateConstraint { name } | TableAction::AlterConstraint { name, .. } => {
            on("constraint", name)
        }
        whole => table_option(Fact::new(verb, target.kind.name(), &table), whole),
    };
    vec![fact]
}

/// Sub-commands about the table as a whole, its triggers and rules.
fn table_option(fact: Fact, action: &TableAction) -> Fact {
    match action {
        TableAction::AttachPartition { partition, .. } => fact.set("partition", partition),
        TableAction::DetachPartition { partition, concurrently, finalize } => fact
            .set("partition", partition)
            .flag("concurrently", *concurrently)
            .flag("finalize", *finalize),
        TableAction::SetInherit { parent, .. } => fact.set("parent", parent),
        TableAction::RenameTable { to } => fact.set("to", to),
        TableAction::SetSchema { schema } => fact.set("schema", schema),
        TableAction::SetOwner { owner } => fact.set("owner", owner),
        TableAction::SetRowSecurity { setting } => fact.set("setting", setting),
        TableAction::SetReplicaIdentity { identity } => fact.set("identity", identity),
        TableAction::SetTrigger { name, rule, state } => {
            fact.set(if *rule { "rule" } else { "trigger" }, name).set("state", state)
        }
        TableAction::SetOptions { options } => {
            let reset = !options.is_empty() && options.iter().all(|(_, value)| value.is_none());
            let names =
                options.iter().map(|(key, _)| without_action(&key.to_lowercase()).to_owned());
            fact.set("options", sorted(names)).flag("reset", reset)
        }
        TableAction::SetLogged { logged } => fact.set("logged", logged),
        TableAction::SetTablespace { tablespace } => fact.set("to", tablespace),
        TableAction::SetAccessMethod { method } => fact.set("to", method),
        TableAction::ClusterOn { index } => fact.set("index", index.as_deref().unwrap_or_default()),
        TableAction::SetOfType { ty: Some(of) } => fact.set("type", of),
        TableAction::DependsOnExtension { extension, no } => {
            fact.set("extension", extension).flag("no", *no)
        }
        TableAction::Opaque { text } => fact.set("text", text),
        _ => fact,
    }
}

/// A foreign table's option without ADD, SET or DROP before its name.
fn without_action(option: &str) -> &str {
    let actions = ["add ", "set ", "drop "];
    actions.iter().find_map(|action| option.strip_prefix(action)).unwrap_or(option)
}
