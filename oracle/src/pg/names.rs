//! Names, types and constants in PostgreSQL's parse tree, as text.

use pg_query::protobuf::a_const::Val;
use pg_query::protobuf::{
    AConst, DefElem, FunctionParameterMode, ObjectType, ObjectWithArgs, RangeVar, RoleSpec,
    RoleSpecType, TypeName,
};
use pg_query::{Node, NodeEnum};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// The node inside a box, if there is one.
pub fn inner(node: &Option<Box<Node>>) -> Option<&NodeEnum> {
    node.as_ref()?.node.as_ref()
}

/// The nodes of a list.
pub fn each(nodes: &[Node]) -> impl DoubleEndedIterator<Item = &NodeEnum> {
    nodes.iter().filter_map(|node| node.node.as_ref())
}

/// A relation's name, without a database before it: a name in another database is refused.
pub fn relation(range: &RangeVar) -> String {
    dotted(&[range.schemaname.as_str(), range.relname.as_str()])
}

/// A relation that the grammar always gives.
pub fn relation_of(range: &Option<RangeVar>) -> String {
    range.as_ref().map(relation).unwrap_or_default()
}

fn dotted(parts: &[&str]) -> String {
    parts.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(".")
}

/// The strings of a list of string nodes.
pub fn strings(nodes: &[Node]) -> Vec<String> {
    each(nodes).map(text).collect()
}

/// A list of string nodes as a name.
pub fn name(nodes: &[Node]) -> String {
    strings(nodes).join(".")
}

/// A name, constant or type as text.
pub fn text(node: &NodeEnum) -> String {
    match node {
        NodeEnum::String(value) => value.sval.clone(),
        NodeEnum::Integer(value) => value.ival.to_string(),
        NodeEnum::Float(value) => value.fval.clone(),
        NodeEnum::Boolean(value) => value.boolval.to_string(),
        NodeEnum::AConst(value) => constant(value),
        NodeEnum::TypeName(value) => type_name(value),
        NodeEnum::RangeVar(value) => relation(value),
        NodeEnum::RoleSpec(value) => role(value),
        NodeEnum::List(list) => name(&list.items),
        NodeEnum::ColumnRef(value) => name(&value.fields),
        NodeEnum::TypeCast(value) => inner(&value.arg).map(text).unwrap_or_default(),
        NodeEnum::DefElem(value) => value.defname.clone(),
        NodeEnum::AStar(_) => "*".to_owned(),
        _ => "?".to_owned(),
    }
}

fn constant(value: &AConst) -> String {
    match &value.val {
        Some(Val::Ival(value)) => value.ival.to_string(),
        Some(Val::Fval(value)) => value.fval.clone(),
        Some(Val::Boolval(value)) => value.boolval.to_string(),
        Some(Val::Sval(value)) => value.sval.clone(),
        Some(Val::Bsval(value)) => value.bsval.clone(),
        None => "null".to_owned(),
    }
}

/// The value of an option.
pub fn option_value(option: &DefElem) -> String {
    inner(&option.arg).map(text).unwrap_or_default()
}

/// The options of a list.
pub fn options(nodes: &[Node]) -> impl Iterator<Item = &DefElem> {
    each(nodes).filter_map(|node| match node {
        NodeEnum::DefElem(option) => Some(&**option),
        _ => None,
    })
}

/// A type in PostgreSQL's internal spelling: `int4`, `varchar(20)`, `public.mood[]`.
pub fn type_name(ty: &TypeName) -> String {
    let mut names = strings(&ty.names);
    if names.len() > 1 && names.first().is_some_and(|name| name == "pg_catalog") {
        names.remove(0);
    }
    let name = match names.join(".").as_str() {
        // No types of the catalog, so that the parser leaves both spellings alone.
        "serial2" => "smallserial".to_owned(),
        "serial4" => "serial".to_owned(),
        "serial8" => "bigserial".to_owned(),
        name => name.to_owned(),
    };
    // An interval's fields are a bit mask here.
    let arguments = match name.as_str() {
        "interval" => String::new(),
        _ => each(&ty.typmods).map(text).collect::<Vec<_>>().join(","),
    };
    // A scale of 0 is no scale.
    let arguments = match arguments.strip_suffix(",0") {
        Some(precision) if name == "numeric" => precision.to_owned(),
        _ => arguments,
    };
    let arguments = if arguments.is_empty() { arguments } else { format!("({arguments})") };
    let reference = if ty.pct_type { "%type" } else { "" };
    let array = if ty.array_bounds.is_empty() { "" } else { "[]" };
    format!("{name}{arguments}{reference}{array}")
}

/// A type that a node holds.
pub fn type_of(ty: &Option<TypeName>) -> String {
    ty.as_ref().map(type_name).unwrap_or_default()
}

/// A role as `roles` lists write it.
pub fn role(role: &RoleSpec) -> String {
    match role.roletype() {
        RoleSpecType::RolespecPublic => "public".to_owned(),
        RoleSpecType::RolespecCurrentUser => "current_user".to_owned(),
        RoleSpecType::RolespecCurrentRole => "current_role".to_owned(),
        RoleSpecType::RolespecSessionUser => "session_user".to_owned(),
        _ => role.rolename.clone(),
    }
}

/// The types of a routine's input parameters.
pub fn input_types(parameters: &[Node]) -> Vec<String> {
    use FunctionParameterMode::{FuncParamOut, FuncParamTable};
    each(parameters)
        .filter_map(|node| match node {
            NodeEnum::FunctionParameter(parameter)
                if !matches!(parameter.mode(), FuncParamOut | FuncParamTable) =>
            {
                Some(type_of(&parameter.arg_type))
            }
            _ => None,
        })
        .collect()
}

/// A routine or operator with the types that identify it.
pub fn with_arguments(object: &ObjectWithArgs) -> String {
    let name = name(&object.objname);
    if object.args_unspecified {
        return name;
    }
    // An operator without a left operand has an empty node in its place.
    let ty = |node: &Node| node.node.as_ref().map_or("none".to_owned(), text);
    let types: Vec<String> = object.objargs.iter().map(ty).collect();
    format!("{name}({})", types.join(",").to_lowercase())
}

/// An object as `DROP`, `COMMENT`, `GRANT` and `ALTER` name it.
pub fn object(of: ObjectType, node: &NodeEnum) -> String {
    match (of, node) {
        (_, NodeEnum::ObjectWithArgs(object)) => with_arguments(object),
        // `[access method, name...]`.
        (ObjectType::ObjectOpclass | ObjectType::ObjectOpfamily, NodeEnum::List(list)) => {
            let method = strings(&list.items).into_iter().next().unwrap_or_default();
            format!("{}({method})", name(list.items.get(1..).unwrap_or_default()))
        }
        (ObjectType::ObjectCast, NodeEnum::List(list)) => strings(&list.items).join(" as "),
        // `[type, language]`.
        (ObjectType::ObjectTransform, NodeEnum::List(list)) => {
            strings(&list.items).into_iter().rev().collect::<Vec<_>>().join(".")
        }
        // A database before the schema must be the current one and says nothing.
        (ObjectType::ObjectColumn, NodeEnum::List(list)) => last(3, &list.items),
        (
            ObjectType::ObjectForeignTable
            | ObjectType::ObjectIndex
            | ObjectType::ObjectMatview
            | ObjectType::ObjectSequence
            | ObjectType::ObjectTable
            | ObjectType::ObjectView,
            NodeEnum::List(list),
        ) => last(2, &list.items),
        // `[table..., name]`: lockgate shows them as `table.name` too.
        (_, other) => text(other),
    }
}

fn last(count: usize, parts: &[Node]) -> String {
    name(parts.get(parts.len().saturating_sub(count)..).unwrap_or_default())
}

/// The kind in lockgate's words (`ObjectKind::name`).
pub fn kind(kind: ObjectType) -> &'static str {
    match kind {
        ObjectType::ObjectAccessMethod => "access_method",
        ObjectType::ObjectAggregate => "aggregate",
        ObjectType::ObjectAttribute | ObjectType::ObjectColumn => "column",
        ObjectType::ObjectCast => "cast",
        ObjectType::ObjectCollation => "collation",
        ObjectType::ObjectConversion => "conversion",
        ObjectType::ObjectDatabase => "database",
        ObjectType::ObjectDefacl => "default_privileges",
        ObjectType::ObjectDomain => "domain",
        ObjectType::ObjectDomconstraint | ObjectType::ObjectTabconstraint => "constraint",
        ObjectType::ObjectEventTrigger => "event_trigger",
        ObjectType::ObjectExtension => "extension",
        ObjectType::ObjectFdw => "foreign_data_wrapper",
        ObjectType::ObjectForeignServer => "server",
        ObjectType::ObjectForeignTable => "foreign_table",
        ObjectType::ObjectFunction => "function",
        ObjectType::ObjectIndex => "index",
        ObjectType::ObjectLanguage => "language",
        ObjectType::ObjectLargeobject => "large_object",
        ObjectType::ObjectMatview => "materialized_view",
        ObjectType::ObjectOpclass => "operator_class",
        ObjectType::ObjectOperator => "operator",
        ObjectType::ObjectOpfamily => "operator_family",
        ObjectType::ObjectParameterAcl => "parameter",
        ObjectType::ObjectPolicy => "policy",
        ObjectType::ObjectProcedure => "procedure",
        ObjectType::ObjectPublication => "publication",
        ObjectType::ObjectRole => "role",
        ObjectType::ObjectRoutine => "routine",
        ObjectType::ObjectRule => "rule",
        ObjectType::ObjectSchema => "schema",
        ObjectType::ObjectSequence => "sequence",
        ObjectType::ObjectSubscription => "subscription",
        ObjectType::ObjectStatisticExt => "statistics",
        ObjectType::ObjectTable => "table",
        ObjectType::ObjectTablespace => "tablespace",
        ObjectType::ObjectTransform => "transform",
        ObjectType::ObjectTrigger => "trigger",
        ObjectType::ObjectTsconfiguration => "text_search_configuration",
        ObjectType::ObjectTsdictionary => "text_search_dictionary",
        ObjectType::ObjectTsparser => "text_search_parser",
        ObjectType::ObjectTstemplate => "text_search_template",
        ObjectType::ObjectType => "type",
        ObjectType::ObjectUserMapping => "user_mapping",
        ObjectType::ObjectView => "view",
        _ => "?",
    }
}

/// A type as text, in the spelling of [`type_name`]; PostgreSQL's own parser does the work, so
/// that our table of aliases is judged and not trusted.
pub fn canonical_type(written: &str) -> String {
    thread_local! {
        static SEEN: RefCell<BTreeMap<String, String>> = const { RefCell::new(BTreeMap::new()) };
    }
    if let Some(known) = SEEN.with_borrow(|seen| seen.get(written).cloned()) {
        return known;
    }
    let found = parse_types(written).and_then(|mut types| types.pop());
    let found = found.unwrap_or_else(|| written.to_owned());
    SEEN.with_borrow_mut(|seen| seen.insert(written.to_owned(), found.clone()));
    found
}

/// A routine's argument list as text, in the spelling of [`type_name`], lower case: the list that
/// lockgate keeps has no quotes.
pub fn canonical_arguments(written: &str) -> String {
    // An aggregate's `(*)` takes nothing; what stands behind ORDER BY are arguments too.
    let written = match written {
        "*" => "",
        written => &written.replace(" order by ", ", "),
    };
    match parse_types(written) {
        Some(types) => types.join(",").to_lowercase(),
        // An operator's `NONE`.
        None => {
            let one = |part: &str| match part.trim().to_lowercase().as_str() {
                "none" => "none".to_owned(),
                part => canonical_type(part),
            };
            written.split(',').map(one).collect::<Vec<_>>().join(",")
        }
    }
}

fn parse_types(written: &str) -> Option<Vec<String>> {
    // `%type` stands only where parameters do; a DROP takes both names and modes.
    let parsed = pg_query::parse(&format!("DROP FUNCTION f({written})"), 0).ok()?;
    let statement = parsed.protobuf.stmts.first()?.stmt.as_ref()?;
    let NodeEnum::DropStmt(drop) = statement.node.as_ref()? else { return None };
    let NodeEnum::ObjectWithArgs(function) = each(&drop.objects).next()? else { return None };
    Some(each(&function.objargs).map(text).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_get_one_spelling() {
        for (written, expected) in [
            ("int", "int4"),
            ("character varying(20)", "varchar(20)"),
            ("timestamp(3) with time zone", "timestamptz(3)"),
            ("public.mood[][]", "public.mood[]"),
            ("character", "bpchar(1)"),
            ("\"char\"", "char"),
        ] {
            assert_eq!(canonical_type(written), expected);
        }
        assert_eq!(canonical_arguments("a int, VARIADIC text[]"), "int4,text[]");
    }
}
