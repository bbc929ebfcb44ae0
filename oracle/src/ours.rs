//! lockgate's reading of a statement, in the same words.

mod table;

use crate::fact::{Fact, sorted};
use crate::pg::names::{canonical_arguments, canonical_type};
use lockgate::migration::{Context, Statement};
use lockgate::schema::change::{
    Change, CreateRoutine, Data, DataVerb, Maintenance, MaintenanceVerb, Privileges,
    SequenceOptions, SetVariable, TransactionMark, TypeDefinition,
};
use lockgate::schema::name::{Name, ObjectKind, ObjectRef};
use lockgate::schema::types::DataType;
use lockgate::sql::functions::is_harmless;
use std::collections::BTreeSet;

/// What lockgate says that a statement does.
pub fn facts(statement: &Statement) -> Vec<Fact> {
    let first = statement.text.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or("");
    let in_do = |context: Context| matches!(context, Context::Do { .. });
    if first.eq_ignore_ascii_case("do") || statement.changes.iter().any(|c| in_do(c.context)) {
        // What its body does is compared nowhere: PostgreSQL's parser keeps it as a string.
        return vec![Fact::new("do", "", "")];
    }
    statement.changes.iter().flat_map(|change| of_change(&change.change.value)).collect()
}

/// A type in PostgreSQL's internal spelling.
fn ty(ty: &DataType) -> String {
    let quoted = DataType { name: quoted(&ty.name), ..ty.clone() };
    // An interval's fields are not compared: see `pg::names::type_name`.
    let plain = DataType { arguments: Vec::new(), ..quoted.clone() };
    let bare = canonical_type(&plain.to_string());
    match bare.trim_end_matches("[]") == "interval" {
        true => bare,
        false => canonical_type(&quoted.to_string()),
    }
}

/// A name as it would be written: built-in names of several words stay bare.
fn quoted(name: &Name) -> Name {
    let quote = |part: &String| {
        // `"char"` keeps its quotes in our types: it is not `char`.
        if part == "\"char\"" {
            return part.clone();
        }
        let bare = part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        let words = part.contains(' ') && part.bytes().all(|b| b.is_ascii_lowercase() || b == b' ');
        match bare || (words && name.schema.is_none()) {
            true => part.clone(),
            false => format!("\"{}\"", part.replace('"', "\"\"")),
        }
    };
    Name { schema: name.schema.as_ref().map(quote), name: quote(&name.name) }
}

/// An object's name with its part and the types of its arguments.
fn object(object: &ObjectRef) -> String {
    let mut shown = match object.kind {
        ObjectKind::Type | ObjectKind::Domain => {
            ty(&DataType { name: object.name.clone(), ..DataType::default() })
        }
        ObjectKind::Cast => {
            let types: Vec<String> = object.name.name.split(" as ").map(canonical_type).collect();
            types.join(" as ")
        }
        _ => object.name.to_string(),
    };
    if let Some(part) = &object.part {
        let part = match (object.kind, part.as_str()) {
            (ObjectKind::UserMapping, "user") => "current_user".to_owned(),
            (ObjectKind::Transform, part) => canonical_type(part),
            (_, part) => part.to_owned(),
        };
        shown.push_str(&format!(".{part}"));
    }
    if let Some(arguments) = &object.arguments {
        // An operator class has its index method here.
        let types = match object.kind {
            ObjectKind::OperatorClass | ObjectKind::OperatorFamily => arguments.clone(),
            _ => canonical_arguments(arguments),
        };
        shown.push_str(&format!("({types})"));
    }
    shown
}

fn named(verb: impl Into<String>, of: &ObjectRef) -> Fact {
    Fact::new(verb, of.kind.name(), object(of))
}

fn names(names: &[Name]) -> String {
    sorted(names.iter().map(ToString::to_string))
}

fn of_change(change: &Change) -> Vec<Fact> {
    let kind = change.kind();
    let fact = match change {
        Change::CreateTable(create) => return table::create(create),
        Change::AlterTable { target, action } => return table::alter(target, action),
        Change::CreateIndex(index) => table::index(index),
        Change::CreateView(view) => {
            let kind_of = if view.materialized { "materialized_view" } else { "view" };
            Fact::new(kind, kind_of, &view.name)
                .flag("or_replace", view.or_replace)
                .flag("if_not_exists", view.if_not_exists)
                .flag("temporary", view.temporary)
                .list("columns", &view.columns)
                .set("reads", names(&view.query.relations))
                .flag("no_data", !view.with_data)
        }
        Change::CreateType { name, definition } => create_type(name, definition),
        Change::AddEnumValue { name, value, if_not_exists, position } => {
            let place = position.as_ref().map(|(before, neighbour)| match before {
                true => format!("before {neighbour}"),
                false => format!("after {neighbour}"),
            });
            Fact::new(kind, "type", name)
                .set("value", value)
                .set("position", place.unwrap_or_default())
                .flag("if_not_exists", *if_not_exists)
        }
        Change::RenameEnumValue { name, from, to } => {
            Fact::new(kind, "type", name).set("from", from).set("to", to)
        }
        Change::CreateDomain { name, ty, default, constraints } => {
            return table::create_domain(name, ty, default.is_some(), constraints);
        }
        Change::Sequence { name, guarded, temporary, options, .. } => sequence(
            Fact::new(kind, "sequence", name)
                .flag("guarded", *guarded)
                .flag("temporary", *temporary),
            options,
        ),
        Change::CreateRoutine(routine) => self::routine(&kind, routine),
        Change::Create { object, or_replace, if_not_exists, .. } => named(kind, object)
            .flag("or_replace", *or_replace)
            .flag("if_not_exists", *if_not_exists),
        Change::Drop { object, if_exists, cascade, concurrently } => named(kind, object)
            .flag("if_exists", *if_exists)
            .flag("cascade", *cascade)
            .flag("concurrently", *concurrently),
        Change::Rename { object, to, if_exists } => {
            named(kind, object).set("to", to).flag("if_exists", *if_exists)
        }
        Change::SetSchema { object, schema } => named(kind, object).set("schema", schema),
        Change::SetOwner { object, owner } => named(kind, object).set("owner", owner),
        Change::Alter { object, .. } => match object.kind {
            ObjectKind::System => Fact::new(kind, "system", ""),
            ObjectKind::DefaultPrivileges => Fact::new(kind, "default_privileges", ""),
            _ => named(kind, object),
        },
        Change::Comment { object, text } => {
            named(kind, object).set("text", text.clone().unwrap_or_default())
        }
        Change::Privileges(privileges) => self::privileges(&kind, privileges),
        other => of_work(&kind, other),
    };
    vec![fact]
}

/// What changes no definition: rows, locks, settings, transactions.
fn of_work(kind: &str, change: &Change) -> Fact {
    match change {
        Change::Truncate { tables, cascade, .. } => {
            Fact::new(kind, "table", names(tables)).flag("cascade", *cascade)
        }
        Change::RefreshMaterializedView { name, concurrently, with_data } => {
            Fact::new(kind, "", name)
                .flag("concurrently", *concurrently)
                .flag("no_data", !with_data)
        }
        Change::Maintenance(maintenance) => self::maintenance(kind, maintenance),
        Change::Lock { tables, mode, nowait } => {
            Fact::new(kind, "table", names(tables)).set("mode", mode).flag("nowait", *nowait)
        }
        Change::Data(data) => self::data(data),
        Change::Session(set) => session(set),
        Change::Transaction(mark) => transaction(mark),
        Change::Nothing { .. } => Fact::new("nothing", "", ""),
        Change::Opaque { verb, names: touched, .. } => Fact::new("opaque", verb, names(touched)),
        // Every definition is a case of `of_change`.
        _ => Fact::new(kind, "", ""),
    }
}

fn create_type(name: &Name, definition: &TypeDefinition) -> Fact {
    let fact = Fact::new("create_type", "type", name);
    match definition {
        TypeDefinition::Enum(labels) => fact.set("definition", "enum").list("labels", labels),
        TypeDefinition::Composite(attributes) => {
            let attributes: Vec<String> =
                attributes.iter().map(|(name, of)| format!("{name} {}", ty(of))).collect();
            fact.set("definition", "composite").list("attributes", &attributes)
        }
        TypeDefinition::Range(_) => fact.set("definition", "range"),
        TypeDefinition::Base(_) => fact.set("definition", "base"),
        TypeDefinition::Shell => fact.set("definition", "shell"),
    }
}

/// Adds a sequence's options under PostgreSQL's names for them.
fn sequence(mut fact: Fact, options: &SequenceOptions) -> Fact {
    if let Some(of) = &options.ty {
        fact = fact.set("as", ty(of));
    }
    fact = match &options.owned_by {
        Some(Some((table, column))) => fact.set("owned_by", format!("{table}.{column}")),
        Some(None) => fact.set("owned_by", "none"),
        None => fact,
    };
    for (setting, value) in &options.settings {
        let words: Vec<String> = setting.split_whitespace().map(str::to_lowercase).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let value = value.as_deref().map(|value| value.replace(' ', ""));
        fact = match (&words[..], value) {
            (["no", "cycle"], _) => fact.set("cycle", "false"),
            (["cycle"], _) => fact.set("cycle", "true"),
            (["no", key], _) => fact.set(key, "none"),
            ([key, ..], Some(value)) => fact.set(key, value.trim_start_matches('+')),
            ([key, ..], None) => fact.set(key, "none"),
            ([], _) => fact,
        };
    }
    fact
}

fn routine(kind: &str, routine: &CreateRoutine) -> Fact {
    let arguments = canonical_arguments(&routine.arguments);
    Fact::new(kind, routine.kind.name(), format!("{}({arguments})", routine.name))
        .flag("or_replace", routine.or_replace)
        .flag("returns", routine.returns.is_some())
        .set("language", routine.language.as_deref().unwrap_or_default())
        .set("volatility", routine.volatility.as_deref().unwrap_or_default())
        .flag("security_definer", routine.security_definer)
        .flag("search_path", routine.sets_search_path)
}

fn privileges(kind: &str, privileges: &Privileges) -> Fact {
    let listed = sorted(privileges.privileges.iter().map(|privilege| {
        match (privileges.membership, privilege.split_once('(')) {
            (true, _) => privilege.clone(),
            (false, None) => privilege.to_uppercase().replace("ALL PRIVILEGES", "ALL"),
            (false, Some((word, columns))) => {
                let word = word.trim().to_uppercase().replace("ALL PRIVILEGES", "ALL");
                format!("{word}({}", columns.replace(' ', ""))
            }
        }
    }));
    let of = privileges.objects.first().map(|object| object.kind.name()).unwrap_or_default();
    let has = |words: &str| privileges.options.to_uppercase().contains(words);
    Fact::new(kind, of, sorted(privileges.objects.iter().map(object)))
        .flag("membership", privileges.membership)
        .set("privileges", listed)
        .set("all_of", privileges.all_of.map(ObjectKind::name).unwrap_or_default())
        .set("roles", sorted(privileges.roles.iter().cloned()))
        .flag("grant_option", has("GRANT OPTION"))
        .flag("cascade", has("CASCADE"))
}

fn maintenance(kind: &str, maintenance: &Maintenance) -> Fact {
    let objects = sorted(maintenance.objects.iter().map(object));
    let of = match (maintenance.verb, maintenance.objects.first()) {
        (MaintenanceVerb::Reindex, Some(first)) => first.kind.name(),
        _ => "",
    };
    Fact::new(kind, of, objects)
        .flag("concurrently", maintenance.concurrently)
        .flag("full", maintenance.full)
}

fn data(data: &Data) -> Fact {
    let writes: BTreeSet<String> = data.writes.iter().map(ToString::to_string).collect();
    let reads = data.reads.iter().map(ToString::to_string).filter(|name| !writes.contains(name));
    let functions = data.functions.iter().filter(|name| !is_harmless(name));
    let can_have_where = matches!(data.verb, DataVerb::Update | DataVerb::Delete);
    Fact::new(data.verb.name(), "", "")
        .set("reads", sorted(reads))
        .set("functions", sorted(functions.map(ToString::to_string)))
        .set("writes", sorted(writes))
        .flag("has_where", can_have_where && data.has_where)
}

fn session(set: &SetVariable) -> Fact {
    // PostgreSQL's names for settings that have syntax of their own.
    let name = match set.name.as_str() {
        "time zone" => "timezone",
        "session authorization" => "session_authorization",
        "names" => "client_encoding",
        "schema" => "search_path",
        "xml option" => "xmloption",
        name => name,
    };
    let values = set.value.clone().unwrap_or_default();
    Fact::new("set_variable", "", name).flag("local", set.local).list("value", &values)
}

fn transaction(mark: &TransactionMark) -> Fact {
    let fact = |verb: &str, name: &str| Fact::new(verb, "", name);
    match mark {
        TransactionMark::Begin => fact("begin", ""),
        TransactionMark::Commit { chain } => fact("commit", "").flag("chain", *chain),
        TransactionMark::Rollback { chain } => fact("rollback", "").flag("chain", *chain),
        TransactionMark::Savepoint(name) => fact("savepoint", name),
        TransactionMark::Release(name) => fact("release", name),
        TransactionMark::RollbackTo(name) => fact("rollback_to", name),
        TransactionMark::Prepare => fact("prepare_transaction", ""),
        TransactionMark::Characteristics => fact("characteristics", ""),
    }
}
