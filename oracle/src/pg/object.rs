//! Objects in general: drop, rename, move, comment, privileges, and the kinds that lockgate
//! keeps as text.

use crate::fact::{Fact, sorted};
use crate::pg::names::{
    each, inner, input_types, kind, name, object, relation, relation_of, role, strings, text,
    type_of, with_arguments,
};
use pg_query::NodeEnum;
use pg_query::protobuf::{
    CommentStmt, DropBehavior, DropStmt, GrantRoleStmt, GrantStmt, GrantTargetType, Node,
    ObjectType, RenameStmt, RoleSpec,
};

/// The facts of a statement that no other module reads.
pub fn facts(node: &NodeEnum) -> Vec<Fact> {
    let fact = match node {
        NodeEnum::DropStmt(drop) => return self::drop(drop),
        NodeEnum::DropRoleStmt(drop) => {
            return each(&drop.roles)
                .map(|role| dropped("role", text(role), drop.missing_ok))
                .collect();
        }
        NodeEnum::DropdbStmt(drop) => dropped("database", drop.dbname.clone(), drop.missing_ok),
        NodeEnum::DropTableSpaceStmt(drop) => {
            dropped("tablespace", drop.tablespacename.clone(), drop.missing_ok)
        }
        NodeEnum::DropUserMappingStmt(drop) => {
            dropped("user_mapping", mapping(&drop.user, &drop.servername), drop.missing_ok)
        }
        NodeEnum::DropSubscriptionStmt(drop) => {
            dropped("subscription", drop.subname.clone(), drop.missing_ok)
        }
        NodeEnum::RenameStmt(rename) => self::rename(rename),
        NodeEnum::CommentStmt(comment) => self::comment(comment),
        NodeEnum::GrantStmt(grant) => self::grant(grant),
        NodeEnum::GrantRoleStmt(grant) => grant_role(grant),
        NodeEnum::AlterDefaultPrivilegesStmt(_) => {
            Fact::new("alter_default_privileges", "default_privileges", "")
        }
        NodeEnum::VariableShowStmt(_)
        | NodeEnum::ListenStmt(_)
        | NodeEnum::UnlistenStmt(_)
        | NodeEnum::NotifyStmt(_)
        | NodeEnum::DiscardStmt(_)
        | NodeEnum::DeclareCursorStmt(_)
        | NodeEnum::ClosePortalStmt(_)
        | NodeEnum::FetchStmt(_)
        | NodeEnum::DeallocateStmt(_)
        | NodeEnum::PrepareStmt(_)
        | NodeEnum::LoadStmt(_)
        | NodeEnum::ExplainStmt(_) => Fact::new("nothing", "", ""),
        other => match moved(other)
            .or_else(|| created(other))
            .or_else(|| created_rarely(other))
            .or_else(|| altered(other))
        {
            Some(fact) => fact,
            None => return schema(node),
        },
    };
    vec![fact]
}

fn node_name(of: ObjectType, node: &Option<Box<Node>>) -> String {
    inner(node).map(|node| object(of, node)).unwrap_or_default()
}

fn dropped(kind: &str, name: String, if_exists: bool) -> Fact {
    Fact::new(format!("drop_{kind}"), kind, name).flag("if_exists", if_exists)
}

/// A user mapping, which has no name of its own.
fn mapping(user: &Option<RoleSpec>, server: &str) -> String {
    format!("{server}.{}", user.as_ref().map(role).unwrap_or_default())
}

fn drop(drop: &DropStmt) -> Vec<Fact> {
    each(&drop.objects)
        .map(|node| {
            let of = drop.remove_type();
            dropped(kind(of), object(of, node), drop.missing_ok)
                .flag("cascade", drop.behavior() == DropBehavior::DropCascade)
                .flag("concurrently", drop.concurrent)
        })
        .collect()
}

fn rename(rename: &RenameStmt) -> Fact {
    let of = rename.rename_type();
    let word = kind(of);
    let table = relation_of(&rename.relation);
    let fact = match (of, &rename.relation) {
        (ObjectType::ObjectColumn, _) => {
            Fact::new("rename_column", "column", format!("{table}.{}", rename.subname))
                .set("target", kind(rename.relation_type()))
                .flag("target_if_exists", rename.missing_ok)
        }
        (ObjectType::ObjectTabconstraint, _) => {
            Fact::new("rename_constraint", "constraint", format!("{table}.{}", rename.subname))
                .set("target", "table")
                .flag("target_if_exists", rename.missing_ok)
        }
        (ObjectType::ObjectAttribute, _) => return Fact::new("alter_type", "type", table),
        (ObjectType::ObjectDomconstraint, _) => {
            return Fact::new("alter_domain", "domain", node_name(of, &rename.object));
        }
        (ObjectType::ObjectPolicy | ObjectType::ObjectTrigger | ObjectType::ObjectRule, _) => {
            Fact::new(format!("rename_{word}"), word, format!("{table}.{}", rename.subname))
                .flag("if_exists", rename.missing_ok)
        }
        (_, Some(_)) => Fact::new("rename_table", word, table)
            .set("target", word)
            .flag("target_if_exists", rename.missing_ok),
        (_, None) => {
            let old = match rename.subname.as_str() {
                "" => node_name(of, &rename.object),
                name => name.to_owned(),
            };
            Fact::new(format!("rename_{word}"), word, old).flag("if_exists", rename.missing_ok)
        }
    };
    fact.flag("only", rename.relation.as_ref().is_some_and(|range| !range.inh))
        .set("to", &rename.newname)
}

fn comment(comment: &CommentStmt) -> Fact {
    let of = comment.objtype();
    let node = inner(&comment.object);
    let object = node.map(|node| object(of, node)).unwrap_or_default();
    // An empty text removes the comment, as NULL does.
    Fact::new("comment", kind(of), object).set("text", &comment.comment)
}

fn grant(grant: &GrantStmt) -> Fact {
    let verb = if grant.is_grant { "grant" } else { "revoke" };
    let privileges = each(&grant.privileges).filter_map(|node| match node {
        NodeEnum::AccessPriv(privilege) => {
            let word = match privilege.priv_name.as_str() {
                "" => "ALL".to_owned(),
                word => word.to_uppercase(),
            };
            Some(match strings(&privilege.cols).join(",") {
                columns if columns.is_empty() => word,
                columns => format!("{word}({columns})"),
            })
        }
        _ => None,
    });
    let privileges = match sorted(privileges) {
        none if none.is_empty() => "ALL".to_owned(),
        some => some,
    };
    let all = grant.targtype() == GrantTargetType::AclTargetAllInSchema;
    let of = kind(grant.objtype());
    let kind_of_objects = if all { "schema" } else { of };
    Fact::new(
        verb,
        kind_of_objects,
        sorted(each(&grant.objects).map(|node| object(grant.objtype(), node))),
    )
    .set("privileges", privileges)
    .set("all_of", if all { of } else { "" })
    .set("roles", sorted(each(&grant.grantees).map(text)))
    .flag("grant_option", grant.grant_option)
    .flag("cascade", grant.behavior() == DropBehavior::DropCascade)
}

fn grant_role(grant: &GrantRoleStmt) -> Fact {
    let verb = if grant.is_grant { "grant" } else { "revoke" };
    let roles = each(&grant.granted_roles).filter_map(|node| match node {
        NodeEnum::AccessPriv(role) => Some(role.priv_name.clone()),
        _ => None,
    });
    Fact::new(verb, "", "")
        .flag("membership", true)
        .set("privileges", sorted(roles))
        .set("roles", sorted(each(&grant.grantee_roles).map(text)))
        .flag("cascade", grant.behavior() == DropBehavior::DropCascade)
}

/// Another schema, owner or extension for an object.
fn moved(node: &NodeEnum) -> Option<Fact> {
    let fact = match node {
        NodeEnum::AlterObjectSchemaStmt(alter) => {
            let of = kind(alter.object_type());
            match &alter.relation {
                Some(range) => Fact::new("set_schema", of, relation(range))
                    .set("target", of)
                    .flag("target_if_exists", alter.missing_ok),
                None => Fact::new("set_schema", of, node_name(alter.object_type(), &alter.object)),
            }
            .set("schema", &alter.newschema)
        }
        NodeEnum::AlterOwnerStmt(alter) => {
            let owner = alter.newowner.as_ref().map(role).unwrap_or_default();
            Fact::new(
                "set_owner",
                kind(alter.object_type()),
                node_name(alter.object_type(), &alter.object),
            )
            .set("owner", owner)
        }
        NodeEnum::AlterObjectDependsStmt(alter) => {
            let of = kind(alter.object_type());
            let extension = alter.extname.as_ref().map(|name| name.sval.clone());
            match &alter.relation {
                Some(range) => Fact::new("depends_on_extension", of, relation(range))
                    .set("target", of)
                    .set("extension", extension.unwrap_or_default())
                    .flag("no", alter.remove),
                None => Fact::new(
                    format!("alter_{of}"),
                    of,
                    node_name(alter.object_type(), &alter.object),
                ),
            }
        }
        _ => return None,
    };
    Some(fact)
}

/// `CREATE SCHEMA`, with what it holds.
fn schema(node: &NodeEnum) -> Vec<Fact> {
    let NodeEnum::CreateSchemaStmt(create) = node else {
        return vec![Fact::new(super::node_name(node), "", "")];
    };
    let own = match (create.schemaname.as_str(), &create.authrole) {
        ("", Some(owner)) => role(owner),
        (name, _) => name.to_owned(),
    };
    let mut facts =
        vec![Fact::new("create_schema", "schema", own).flag("if_not_exists", create.if_not_exists)];
    facts.extend(each(&create.schema_elts).flat_map(super::facts));
    facts
}

/// `CREATE` of what lockgate keeps as text.
fn created(node: &NodeEnum) -> Option<Fact> {
    let (kind, name, or_replace, if_not_exists) = match node {
        NodeEnum::CreateTrigStmt(create) => {
            let name = format!("{}.{}", relation_of(&create.relation), create.trigname);
            ("trigger", name, create.replace, false)
        }
        NodeEnum::CreatePolicyStmt(create) => {
            let name = format!("{}.{}", relation_of(&create.table), create.policy_name);
            ("policy", name, false, false)
        }
        NodeEnum::RuleStmt(create) => {
            let name = format!("{}.{}", relation_of(&create.relation), create.rulename);
            ("rule", name, create.replace, false)
        }
        NodeEnum::CreateExtensionStmt(create) => {
            ("extension", create.extname.clone(), false, create.if_not_exists)
        }
        NodeEnum::CreateRoleStmt(create) => ("role", create.role.clone(), false, false),
        NodeEnum::CreatedbStmt(create) => ("database", create.dbname.clone(), false, false),
        NodeEnum::CreateStatsStmt(create) => {
            ("statistics", name(&create.defnames), false, create.if_not_exists)
        }
        NodeEnum::CreateEventTrigStmt(create) => {
            ("event_trigger", create.trigname.clone(), false, false)
        }
        NodeEnum::CreatePublicationStmt(create) => {
            ("publication", create.pubname.clone(), false, false)
        }
        NodeEnum::CreateSubscriptionStmt(create) => {
            ("subscription", create.subname.clone(), false, false)
        }
        NodeEnum::DefineStmt(create) if create.kind() == ObjectType::ObjectType => {
            let definition = if create.definition.is_empty() { "shell" } else { "base" };
            let fact = Fact::new("create_type", "type", name(&create.defnames));
            return Some(fact.set("definition", definition));
        }
        NodeEnum::DefineStmt(create) if create.kind() == ObjectType::ObjectAggregate => {
            let types = match each(&create.args).next() {
                Some(NodeEnum::List(list)) => format!("({})", input_types(&list.items).join(",")),
                // `(*)`; the old style says its types in the definition.
                _ if create.oldstyle => String::new(),
                _ => "()".to_owned(),
            };
            ("aggregate", format!("{}{types}", name(&create.defnames)), create.replace, false)
        }
        NodeEnum::DefineStmt(create) => {
            (kind(create.kind()), name(&create.defnames), create.replace, create.if_not_exists)
        }
        _ => return None,
    };
    let fact = Fact::new(format!("create_{kind}"), kind, name);
    Some(fact.flag("or_replace", or_replace).flag("if_not_exists", if_not_exists))
}

/// The kinds that an administrator creates.
fn created_rarely(node: &NodeEnum) -> Option<Fact> {
    let (kind, name, or_replace, if_not_exists) = match node {
        NodeEnum::CreateForeignServerStmt(create) => {
            ("server", create.servername.clone(), false, create.if_not_exists)
        }
        NodeEnum::CreateFdwStmt(create) => {
            ("foreign_data_wrapper", create.fdwname.clone(), false, false)
        }
        NodeEnum::CreatePlangStmt(create) => {
            ("language", create.plname.clone(), create.replace, false)
        }
        NodeEnum::CreateTableSpaceStmt(create) => {
            ("tablespace", create.tablespacename.clone(), false, false)
        }
        NodeEnum::CreateUserMappingStmt(create) => {
            let name = mapping(&create.user, &create.servername);
            ("user_mapping", name, false, create.if_not_exists)
        }
        NodeEnum::CreateCastStmt(create) => {
            let types = [type_of(&create.sourcetype), type_of(&create.targettype)];
            ("cast", types.join(" as "), false, false)
        }
        NodeEnum::CreateOpClassStmt(create) => {
            let name = format!("{}({})", name(&create.opclassname), create.amname);
            ("operator_class", name, false, false)
        }
        NodeEnum::CreateOpFamilyStmt(create) => {
            let name = format!("{}({})", name(&create.opfamilyname), create.amname);
            ("operator_family", name, false, false)
        }
        NodeEnum::CreateConversionStmt(create) => {
            ("conversion", name(&create.conversion_name), false, false)
        }
        NodeEnum::CreateAmStmt(create) => ("access_method", create.amname.clone(), false, false),
        NodeEnum::CreateTransformStmt(create) => {
            let name = format!("{}.{}", create.lang, type_of(&create.type_name));
            ("transform", name, create.replace, false)
        }
        _ => return None,
    };
    let fact = Fact::new(format!("create_{kind}"), kind, name);
    Some(fact.flag("or_replace", or_replace).flag("if_not_exists", if_not_exists))
}

/// `ALTER` of what lockgate keeps as text.
fn altered(node: &NodeEnum) -> Option<Fact> {
    let (kind, name) = match node {
        NodeEnum::AlterDomainStmt(alter) => ("domain", name(&alter.type_name)),
        NodeEnum::AlterFunctionStmt(alter) => {
            (kind(alter.objtype()), alter.func.as_ref().map(with_arguments).unwrap_or_default())
        }
        NodeEnum::AlterPolicyStmt(alter) => {
            ("policy", format!("{}.{}", relation_of(&alter.table), alter.policy_name))
        }
        NodeEnum::AlterExtensionStmt(alter) => ("extension", alter.extname.clone()),
        NodeEnum::AlterExtensionContentsStmt(alter) => ("extension", alter.extname.clone()),
        NodeEnum::AlterRoleStmt(alter) => {
            ("role", alter.role.as_ref().map(role).unwrap_or_default())
        }
        NodeEnum::AlterRoleSetStmt(alter) => {
            ("role", alter.role.as_ref().map_or("all".to_owned(), role))
        }
        NodeEnum::AlterDatabaseStmt(alter) => ("database", alter.dbname.clone()),
        NodeEnum::AlterDatabaseSetStmt(alter) => ("database", alter.dbname.clone()),
        NodeEnum::AlterPublicationStmt(alter) => ("publication", alter.pubname.clone()),
        NodeEnum::AlterSubscriptionStmt(alter) => ("subscription", alter.subname.clone()),
        NodeEnum::AlterSystemStmt(_) => ("system", String::new()),
        NodeEnum::AlterEventTrigStmt(alter) => ("event_trigger", alter.trigname.clone()),
        NodeEnum::AlterForeignServerStmt(alter) => ("server", alter.servername.clone()),
        NodeEnum::AlterFdwStmt(alter) => ("foreign_data_wrapper", alter.fdwname.clone()),
        NodeEnum::AlterUserMappingStmt(alter) => {
            ("user_mapping", mapping(&alter.user, &alter.servername))
        }
        NodeEnum::AlterOpFamilyStmt(alter) => {
            ("operator_family", format!("{}({})", name(&alter.opfamilyname), alter.amname))
        }
        NodeEnum::AlterTsconfigurationStmt(alter) => {
            ("text_search_configuration", name(&alter.cfgname))
        }
        NodeEnum::AlterTsdictionaryStmt(alter) => ("text_search_dictionary", name(&alter.dictname)),
        NodeEnum::AlterCollationStmt(alter) => ("collation", name(&alter.collname)),
        NodeEnum::AlterTableSpaceOptionsStmt(alter) => ("tablespace", alter.tablespacename.clone()),
        NodeEnum::AlterStatsStmt(alter) => ("statistics", name(&alter.defnames)),
        NodeEnum::AlterTypeStmt(alter) => ("type", name(&alter.type_name)),
        NodeEnum::AlterOperatorStmt(alter) => {
            ("operator", alter.opername.as_ref().map(with_arguments).unwrap_or_default())
        }
        _ => return None,
    };
    Some(Fact::new(format!("alter_{kind}"), kind, name))
}
