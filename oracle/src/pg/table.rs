//! Tables, their columns, constraints and indexes.

use crate::fact::{Fact, sorted};
use crate::pg::names::{
    each, inner, kind, name, option_value, options, relation, relation_of, role, strings, text,
    type_of,
};
use crate::pg::query;
use pg_query::NodeEnum;
use pg_query::protobuf::{
    AlterTableCmd, AlterTableStmt, AlterTableType, ColumnDef, ConstrType, Constraint, CreateStmt,
    DropBehavior, IndexStmt, Node, ObjectType,
};

/// `CREATE TABLE` and `CREATE FOREIGN TABLE`.
pub fn create(create: &CreateStmt, kind: &str) -> Vec<Fact> {
    let table = relation_of(&create.relation);
    let persistence = create.relation.as_ref().map(|rel| rel.relpersistence.as_str());
    let mut columns = Vec::new();
    let mut likes = Vec::new();
    let mut parts = Vec::new();
    for element in each(&create.table_elts) {
        match element {
            NodeEnum::ColumnDef(column) => {
                columns.push(column.colname.clone());
                parts.extend(column_facts("column", &table, column));
            }
            NodeEnum::Constraint(constraint) => {
                parts.push(constraint_fact("constraint", &table, constraint));
            }
            NodeEnum::TableLikeClause(like) => {
                likes.push(format!("{}:{:x}", relation_of(&like.relation), like.options));
            }
            _ => {}
        }
    }
    // `PARTITION OF p`: the parent stands where INHERITS has its list.
    let parents = sorted(each(&create.inh_relations).map(text));
    let (inherits, partition_of) = match create.partbound {
        Some(_) => (String::new(), parents),
        None => (parents, String::new()),
    };
    let mut facts = vec![
        Fact::new("create_table", kind, &table)
            .flag("if_not_exists", create.if_not_exists)
            .flag("temporary", persistence == Some("t"))
            .flag("unlogged", persistence == Some("u"))
            .list("columns", &columns)
            .list("like", &likes)
            .set("inherits", inherits)
            .set("partition_of", partition_of)
            .flag("partition_by", create.partspec.is_some())
            .set("of_type", type_of(&create.of_typename)),
    ];
    facts.extend(parts);
    facts
}

/// A column and the constraints written beside it.
fn column_facts(verb: &str, table: &str, column: &ColumnDef) -> Vec<Fact> {
    let mut fact = Fact::new(verb, "column", format!("{table}.{}", column.colname))
        .set("type", type_of(&column.type_name))
        .set(
            "collation",
            column.coll_clause.as_ref().map(|c| name(&c.collname)).unwrap_or_default(),
        );
    let mut constraints: Vec<Constraint> = Vec::new();
    for node in each(&column.constraints) {
        let NodeEnum::Constraint(constraint) = node else { continue };
        match constraint.contype() {
            ConstrType::ConstrNull => {}
            ConstrType::ConstrNotnull => fact = fact.flag("not_null", true),
            ConstrType::ConstrDefault => fact = fact.flag("default", true),
            ConstrType::ConstrIdentity => {
                // Identity makes the column NOT NULL (parse_utilcmd.c).
                let always = when(&constraint.generated_when);
                fact = fact.set("identity", always).flag("not_null", true);
            }
            ConstrType::ConstrGenerated => {
                fact = fact.set("generated", stored(&constraint.generated_kind));
            }
            // Attributes stand as nodes of their own behind the constraint that they qualify.
            attribute @ (ConstrType::ConstrAttrDeferrable
            | ConstrType::ConstrAttrDeferred
            | ConstrType::ConstrAttrNotEnforced) => {
                if let Some(last) = constraints.last_mut() {
                    last.deferrable |= attribute != ConstrType::ConstrAttrNotEnforced;
                    last.initdeferred |= attribute == ConstrType::ConstrAttrDeferred;
                    last.is_enforced &= attribute != ConstrType::ConstrAttrNotEnforced;
                    // What is not enforced is not valid either (gram.y, processCASbits).
                    last.skip_validation |= attribute == ConstrType::ConstrAttrNotEnforced;
                }
            }
            ConstrType::ConstrAttrNotDeferrable
            | ConstrType::ConstrAttrImmediate
            | ConstrType::ConstrAttrEnforced => {}
            _ => constraints.push(Constraint { is_enforced: true, ..(**constraint).clone() }),
        }
    }
    let mut facts = vec![fact];
    for mut constraint in constraints {
        let own = || {
            let name = pg_query::protobuf::String { sval: column.colname.clone() };
            vec![Node { node: Some(NodeEnum::String(name)) }]
        };
        match constraint.contype() {
            ConstrType::ConstrPrimary | ConstrType::ConstrUnique => constraint.keys = own(),
            ConstrType::ConstrForeign => constraint.fk_attrs = own(),
            _ => {}
        }
        facts.push(constraint_fact("constraint", table, &constraint).flag("inline", true));
    }
    facts
}

fn when(generated_when: &str) -> &'static str {
    if generated_when == "a" { "always" } else { "by_default" }
}

fn stored(generated_kind: &str) -> &'static str {
    if generated_kind == "v" { "virtual" } else { "stored" }
}

/// A table constraint.
pub fn constraint_fact(verb: &str, table: &str, constraint: &Constraint) -> Fact {
    let kind = match constraint.contype() {
        ConstrType::ConstrPrimary => "primary_key",
        ConstrType::ConstrUnique => "unique",
        ConstrType::ConstrCheck => "check",
        ConstrType::ConstrNotnull => "not_null",
        ConstrType::ConstrForeign => "foreign_key",
        ConstrType::ConstrExclusion => "exclude",
        _ => "?",
    };
    let mut fact = Fact::new(verb, kind, table)
        .set("name", &constraint.conname)
        .flag("not_valid", constraint.skip_validation)
        .flag("not_enforced", !constraint.is_enforced && kind != "not_null" && enforceable(kind))
        .flag("deferrable", constraint.deferrable || constraint.initdeferred)
        .flag("initially_deferred", constraint.initdeferred)
        .flag("no_inherit", constraint.is_no_inherit);
    match kind {
        "foreign_key" => {
            fact = fact
                .list("columns", &strings(&constraint.fk_attrs))
                .set("references", relation_of(&constraint.pktable))
                .list("referenced", &strings(&constraint.pk_attrs))
                .set("on_delete", referential(&constraint.fk_del_action))
                .set("on_update", referential(&constraint.fk_upd_action))
                .flag("match_full", constraint.fk_matchtype == "f")
                .flag("period", constraint.fk_with_period || constraint.pk_with_period);
        }
        "exclude" => {
            fact = fact
                .set("method", default_method(&constraint.access_method))
                .set("elements", constraint.exclusions.len())
                .flag("predicate", constraint.where_clause.is_some());
        }
        "primary_key" | "unique" | "not_null" => {
            fact = fact
                .list("columns", &strings(&constraint.keys))
                .list("include", &strings(&constraint.including))
                .set("using_index", &constraint.indexname)
                .flag("nulls_not_distinct", constraint.nulls_not_distinct)
                .flag("without_overlaps", constraint.without_overlaps);
        }
        _ => {}
    }
    fact
}

/// The grammar sets `is_enforced` only for what can be NOT ENFORCED.
fn enforceable(kind: &str) -> bool {
    matches!(kind, "check" | "foreign_key")
}

fn referential(action: &str) -> &'static str {
    match action {
        "r" => "RESTRICT",
        "c" => "CASCADE",
        "n" => "SET NULL",
        "d" => "SET DEFAULT",
        _ => "NO ACTION",
    }
}

fn default_method(method: &str) -> &str {
    // The grammar fills in DEFAULT_INDEX_TYPE where none is written.
    if method == "btree" { "" } else { method }
}

/// `CREATE INDEX`.
pub fn index(index: &IndexStmt) -> Vec<Fact> {
    let keys: Vec<String> = each(&index.index_params).map(index_key).collect();
    let include: Vec<String> = each(&index.index_including_params).map(index_key).collect();
    vec![
        Fact::new("create_index", "index", &index.idxname)
            .set("on", relation_of(&index.relation))
            .flag("only", index.relation.as_ref().is_some_and(|rel| !rel.inh))
            .flag("unique", index.unique)
            .flag("concurrently", index.concurrent)
            .flag("if_not_exists", index.if_not_exists)
            .set("method", default_method(&index.access_method))
            .list("keys", &keys)
            .list("include", &include)
            .flag("predicate", index.where_clause.is_some())
            .flag("nulls_not_distinct", index.nulls_not_distinct),
    ]
}

fn index_key(node: &NodeEnum) -> String {
    match node {
        NodeEnum::IndexElem(element) if element.name.is_empty() => "(expression)".to_owned(),
        NodeEnum::IndexElem(element) => element.name.clone(),
        _ => "?".to_owned(),
    }
}

/// `ALTER TABLE` and its kin: a fact for each sub-command.
pub fn alter(alter: &AlterTableStmt) -> Vec<Fact> {
    let Some(relation) = &alter.relation else { return Vec::new() };
    let table = self::relation(relation);
    let object = kind(alter.objtype());
    if alter.objtype() == ObjectType::ObjectType {
        return vec![Fact::new("alter_type", "type", table)];
    }
    let mut out = Vec::new();
    for command in each(&alter.cmds) {
        let NodeEnum::AlterTableCmd(command) = command else { continue };
        let facts = sub_command(command, &table, object);
        for (position, fact) in facts.into_iter().enumerate() {
            let first = position == 0;
            out.push(
                fact.flag("target_if_exists", first && alter.missing_ok)
                    .flag("only", first && !relation.inh)
                    .set("target", if first { object } else { "" }),
            );
        }
    }
    out
}

fn sub_command(command: &AlterTableCmd, table: &str, object: &str) -> Vec<Fact> {
    use AlterTableType as At;
    let def = inner(&command.def);
    let column = |verb: &str| {
        let column = match command.name.as_str() {
            "" => command.num.to_string(),
            name => name.to_owned(),
        };
        Fact::new(verb, "column", format!("{table}.{column}"))
            .flag("if_exists", command.missing_ok)
            .flag("cascade", command.behavior() == DropBehavior::DropCascade)
    };
    let constraint = |verb: &str, name: &str| {
        Fact::new(verb, "constraint", format!("{table}.{name}"))
            .flag("if_exists", command.missing_ok)
            .flag("cascade", command.behavior() == DropBehavior::DropCascade)
    };
    let whole = |verb: &str| Fact::new(verb, object, table);
    let fact = match command.subtype() {
        At::AtAddColumn => {
            let Some(NodeEnum::ColumnDef(column)) = def else { return Vec::new() };
            let mut facts = column_facts("add_column", table, column);
            if let Some(first) = facts.first_mut() {
                *first = first.clone().flag("if_not_exists", command.missing_ok);
            }
            return facts;
        }
        At::AtDropColumn => column("drop_column"),
        At::AtAlterColumnType => {
            let Some(NodeEnum::ColumnDef(to)) = def else { return Vec::new() };
            column("alter_type")
                .set("type", type_of(&to.type_name))
                .set(
                    "collation",
                    to.coll_clause.as_ref().map(|c| name(&c.collname)).unwrap_or_default(),
                )
                .flag("using", to.raw_default.is_some())
        }
        At::AtSetNotNull => column("set_nullable").set("nullable", false),
        At::AtDropNotNull => column("set_nullable").set("nullable", true),
        At::AtColumnDefault => column("set_default").flag("drop", def.is_none()),
        At::AtSetExpression => column("set_expression"),
        At::AtDropExpression => column("drop_expression"),
        At::AtDropIdentity => column("drop_identity"),
        At::AtAddConstraint => match def {
            Some(NodeEnum::Constraint(added)) => constraint_fact("add_constraint", table, added),
            _ => return Vec::new(),
        },
        At::AtDropConstraint => constraint("drop_constraint", &command.name),
        At::AtValidateConstraint => constraint("validate_constraint", &command.name),
        At::AtAlterConstraint => match def {
            Some(NodeEnum::AtalterConstraint(altered)) => {
                constraint("alter_constraint", &altered.conname)
            }
            _ => return Vec::new(),
        },
        _ => match column_option(command, column) {
            Some(fact) => fact,
            None => table_option(command, whole),
        },
    };
    vec![fact]
}

/// A column's identity, statistics, storage and named options.
fn column_option(command: &AlterTableCmd, column: impl Fn(&str) -> Fact) -> Option<Fact> {
    use AlterTableType as At;
    let def = inner(&command.def);
    let fact = match command.subtype() {
        At::AtAddIdentity => match def {
            Some(NodeEnum::Constraint(identity)) => {
                column("add_identity").set("identity", when(&identity.generated_when))
            }
            _ => column("add_identity"),
        },
        At::AtSetIdentity => {
            let Some(NodeEnum::List(list)) = def else { return None };
            let generated = options(&list.items).find(|option| option.defname == "generated");
            // The value is the character code of `a` or `d`.
            let always = generated.map(|option| (option_value(option) == "97").to_string());
            column("set_identity").set("always", always.unwrap_or_default())
        }
        At::AtSetStatistics => column("set_column_option").set("option", "statistics"),
        At::AtSetStorage => column("set_column_option").set("option", "storage"),
        At::AtSetCompression => column("set_column_option").set("option", "compression"),
        At::AtSetOptions | At::AtResetOptions | At::AtAlterColumnGenericOptions => {
            let reset = command.subtype() == At::AtResetOptions;
            let names = option_names(def).join(", ");
            column("set_column_option").set("option", names).flag("reset", reset)
        }
        _ => return None,
    };
    Some(fact)
}

/// Sub-commands about the table as a whole, its triggers and rules.
fn table_option(command: &AlterTableCmd, whole: impl Fn(&str) -> Fact) -> Fact {
    use AlterTableType as At;
    let def = inner(&command.def);
    let list = option_names(def);
    let partition = || match def {
        Some(NodeEnum::PartitionCmd(partition)) => relation_of(&partition.name),
        _ => String::new(),
    };
    let concurrent = matches!(def, Some(NodeEnum::PartitionCmd(partition)) if partition.concurrent);
    let parent = || def.map(text).unwrap_or_default();
    let trigger =
        |state: &str, name: &str| whole("set_trigger").set("trigger", name).set("state", state);
    let rule = |state: &str| whole("set_trigger").set("rule", &command.name).set("state", state);
    match command.subtype() {
        At::AtAttachPartition => whole("attach_partition").set("partition", partition()),
        At::AtDetachPartition => {
            whole("detach_partition").set("partition", partition()).flag("concurrently", concurrent)
        }
        At::AtDetachPartitionFinalize => {
            whole("detach_partition").set("partition", partition()).flag("finalize", true)
        }
        At::AtAddInherit => whole("inherit").set("parent", parent()),
        At::AtDropInherit => whole("no_inherit").set("parent", parent()),
        At::AtChangeOwner => {
            whole("set_owner").set("owner", command.newowner.as_ref().map(role).unwrap_or_default())
        }
        At::AtEnableRowSecurity => whole("set_row_security").set("setting", "ENABLE"),
        At::AtDisableRowSecurity => whole("set_row_security").set("setting", "DISABLE"),
        At::AtForceRowSecurity => whole("set_row_security").set("setting", "FORCE"),
        At::AtNoForceRowSecurity => whole("set_row_security").set("setting", "NO FORCE"),
        At::AtReplicaIdentity => {
            whole("set_replica_identity").set("identity", replica_identity(def))
        }
        At::AtEnableTrig => trigger("ENABLE", &command.name),
        At::AtEnableAlwaysTrig => trigger("ENABLE ALWAYS", &command.name),
        At::AtEnableReplicaTrig => trigger("ENABLE REPLICA", &command.name),
        At::AtDisableTrig => trigger("DISABLE", &command.name),
        At::AtEnableTrigAll => trigger("ENABLE", "ALL"),
        At::AtDisableTrigAll => trigger("DISABLE", "ALL"),
        At::AtEnableTrigUser => trigger("ENABLE", "USER"),
        At::AtDisableTrigUser => trigger("DISABLE", "USER"),
        At::AtEnableRule => rule("ENABLE"),
        At::AtEnableAlwaysRule => rule("ENABLE ALWAYS"),
        At::AtEnableReplicaRule => rule("ENABLE REPLICA"),
        At::AtDisableRule => rule("DISABLE"),
        At::AtSetRelOptions | At::AtReplaceRelOptions | At::AtGenericOptions => {
            whole("set_options").set("options", sorted(list))
        }
        At::AtResetRelOptions => {
            whole("set_options").set("options", sorted(list)).flag("reset", true)
        }
        At::AtSetLogged => whole("set_logged").set("logged", true),
        At::AtSetUnLogged => whole("set_logged").set("logged", false),
        At::AtSetTableSpace => whole("set_tablespace").set("to", &command.name),
        At::AtSetAccessMethod => whole("set_access_method").set("to", &command.name),
        At::AtClusterOn => whole("cluster_on").set("index", &command.name),
        At::AtDropCluster => whole("cluster_on"),
        At::AtAddOf => whole("set_of_type").set("type", parent()),
        At::AtDropOf => whole("set_of_type"),
        At::AtDropOids => whole("set_without_oids"),
        other => whole(other.as_str_name()),
    }
}

fn replica_identity(def: Option<&NodeEnum>) -> String {
    let Some(NodeEnum::ReplicaIdentityStmt(to)) = def else { return String::new() };
    match to.identity_type.as_str() {
        "f" => "FULL".to_owned(),
        "n" => "NOTHING".to_owned(),
        "i" => format!("USING INDEX {}", to.name),
        _ => "DEFAULT".to_owned(),
    }
}

fn option_names(def: Option<&NodeEnum>) -> Vec<String> {
    let Some(NodeEnum::List(list)) = def else { return Vec::new() };
    options(&list.items)
        .map(|option| match option.defnamespace.as_str() {
            "" => option.defname.to_lowercase(),
            space => format!("{space}.{}", option.defname).to_lowercase(),
        })
        .collect()
}

/// `CREATE TABLE AS` and `CREATE MATERIALIZED VIEW`.
pub fn create_as(create: &pg_query::protobuf::CreateTableAsStmt) -> Vec<Fact> {
    let Some(into) = &create.into else { return Vec::new() };
    let persistence = into.rel.as_ref().map(|rel| rel.relpersistence.as_str());
    let target = relation_of(&into.rel);
    let fact = match create.objtype() {
        ObjectType::ObjectMatview => {
            Fact::new("create_materialized_view", "materialized_view", target)
                .list("columns", &strings(&into.col_names))
                .set("reads", query::reads(&create.query))
                .flag("no_data", into.skip_data)
        }
        _ => Fact::new("create_table", "table", target)
            .flag("as_query", true)
            .flag("temporary", persistence == Some("t"))
            .flag("unlogged", persistence == Some("u"))
            .list("columns", &strings(&into.col_names))
            .set("reads", query::reads(&create.query)),
    };
    vec![fact.flag("if_not_exists", create.if_not_exists)]
}
