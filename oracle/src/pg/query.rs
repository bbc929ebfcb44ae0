//! Queries and statements on rows: which relations they read and write.

use crate::fact::{Fact, sorted};
use crate::pg::names::{each, inner, name, relation_of, text};
use lockgate::schema::name::Name;
use lockgate::sql::functions::is_harmless;
use pg_query::protobuf::{CopyStmt, SelectStmt};
use pg_query::{Node, NodeEnum};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeSet;

/// What a query touches.
#[derive(Default)]
pub struct Touched {
    /// Relations that it reads, its own `WITH` list left out.
    pub reads: BTreeSet<String>,
    /// Relations that statements in its `WITH` list write.
    pub writes: BTreeSet<String>,
    /// Functions that are called in the form `f(...)` and not known to be harmless.
    pub functions: BTreeSet<String>,
}

/// What a node and all below it touch.
pub fn touched(node: &impl Serialize) -> Touched {
    let mut out = Touched::default();
    // The typed tree has no complete visitor; as JSON every node is met.
    if let Ok(value) = serde_json::to_value(node) {
        walk(&value, &BTreeSet::new(), &mut out);
    }
    out
}

/// The relations that a query reads, sorted.
pub fn reads(node: &impl Serialize) -> String {
    sorted(touched(node).reads)
}

fn walk(value: &Value, scope: &BTreeSet<String>, out: &mut Touched) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| walk(item, scope, out)),
        Value::Object(fields) => {
            if let Some(relation) = range_var(value, scope) {
                out.reads.insert(relation);
                return;
            }
            if fields.contains_key("funcname") && fields.contains_key("agg_within_group") {
                function(value, out);
            }
            let inside = match fields.get("with_clause") {
                Some(with) if with.is_object() => &with_list(with, scope, out),
                _ => scope,
            };
            // A statement on rows: its target is written, whatever the WITH list is called.
            let writes = fields.contains_key("with_clause") && fields.contains_key("relation");
            for (key, field) in fields {
                match key.as_str() {
                    "with_clause" => {}
                    "relation" if writes => {
                        out.writes.extend(range_var(field, &BTreeSet::new()));
                    }
                    // `FOR UPDATE OF t` repeats names of the FROM list, aliases too.
                    // INTO below the top is refused after parsing.
                    "locked_rels" | "into_clause" => {}
                    _ => walk(field, inside, out),
                }
            }
        }
        _ => {}
    }
}

fn range_var(value: &Value, scope: &BTreeSet<String>) -> Option<String> {
    let relname = value.get("relname")?.as_str()?;
    let schema = value.get("schemaname")?.as_str()?;
    match schema {
        "" if scope.contains(relname) => None,
        "" => Some(relname.to_owned()),
        schema => Some(format!("{schema}.{relname}")),
    }
}

/// Walks the `WITH` list; the names that are seen after it.
fn with_list(with: &Value, scope: &BTreeSet<String>, out: &mut Touched) -> BTreeSet<String> {
    let empty = Vec::new();
    let ctes: Vec<&Value> = with
        .get("ctes")
        .and_then(Value::as_array)
        .unwrap_or(&empty)
        .iter()
        .filter_map(|cte| cte.pointer("/node/CommonTableExpr"))
        .collect();
    let name_of = |cte: &&Value| Some(cte.get("ctename")?.as_str()?.to_owned());
    let recursive = with.get("recursive").and_then(Value::as_bool).unwrap_or(false);
    let mut inside = scope.clone();
    if recursive {
        inside.extend(ctes.iter().filter_map(name_of));
    }
    for cte in &ctes {
        walk(cte, &inside, out);
        inside.extend(name_of(cte));
    }
    inside
}

fn function(call: &Value, out: &mut Touched) {
    let explicit = pg_query::protobuf::CoercionForm::CoerceExplicitCall as i64;
    if call.get("funcformat").and_then(Value::as_i64) != Some(explicit) {
        return;
    }
    let Some(parts) = call.get("funcname").and_then(Value::as_array) else { return };
    let parts: Vec<&str> = parts
        .iter()
        .filter_map(|part| part.pointer("/node/String/sval")?.as_str())
        .filter(|part| *part != "pg_catalog")
        .collect();
    // `SIMILAR TO` and `LIKE ... ESCAPE` become calls in the grammar.
    if matches!(parts[..], ["similar_to_escape" | "like_escape"]) {
        return;
    }
    let name = match parts[..] {
        [name] => Name::bare(name),
        [.., schema, name] => Name::qualified(schema, name),
        [] => return,
    };
    // Our reading leaves out functions that it knows to be harmless; the list has tests of its
    // own.
    if !is_harmless(&name) {
        out.functions.insert(name.to_string());
    }
}

/// A statement on rows.
pub fn rows(verb: &str, node: &impl Serialize, has_where: bool) -> Vec<Fact> {
    let touched = touched(node);
    let reads = touched.reads.difference(&touched.writes).cloned();
    vec![
        Fact::new(verb, "", "")
            .set("writes", sorted(touched.writes.iter().cloned()))
            .set("reads", sorted(reads))
            .set("functions", sorted(touched.functions.iter().cloned()))
            .flag("has_where", has_where),
    ]
}

/// `COPY`.
pub fn copy(copy: &CopyStmt) -> Vec<Fact> {
    let table = relation_of(&copy.relation);
    let fact = Fact::new("copy", "", "");
    match (copy.is_from, &copy.query) {
        (true, _) => vec![fact.set("writes", table)],
        (false, None) => vec![fact.set("reads", table)],
        (false, Some(query)) => {
            let touched = touched(query);
            vec![
                fact.set("reads", sorted(touched.reads))
                    .set("writes", sorted(touched.writes))
                    .set("functions", sorted(touched.functions)),
            ]
        }
    }
}

/// `SELECT`: `set_config` calls are settings, `INTO` makes a table.
pub fn select(select: &SelectStmt) -> Vec<Fact> {
    if let Some(settings) = set_config(select) {
        return settings;
    }
    if let Some(into) = &select.into_clause {
        let temporary = into.rel.as_ref().is_some_and(|rel| rel.relpersistence == "t");
        let unlogged = into.rel.as_ref().is_some_and(|rel| rel.relpersistence == "u");
        let query = SelectStmt { into_clause: None, ..select.clone() };
        return vec![
            Fact::new("create_table", "table", relation_of(&into.rel))
                .flag("temporary", temporary)
                .flag("unlogged", unlogged)
                .flag("as_query", true)
                .set("reads", reads(&query)),
        ];
    }
    rows("select", select, false)
}

fn set_config(select: &SelectStmt) -> Option<Vec<Fact>> {
    if !select.from_clause.is_empty() || select.target_list.is_empty() {
        return None;
    }
    each(&select.target_list).map(set_config_call).collect()
}

fn set_config_call(target: &NodeEnum) -> Option<Fact> {
    let NodeEnum::ResTarget(target) = target else { return None };
    let NodeEnum::FuncCall(call) = inner(&target.val)? else { return None };
    if !matches!(name(&call.funcname).as_str(), "set_config" | "pg_catalog.set_config") {
        return None;
    }
    let [setting, value, local] = &call.args[..] else { return None };
    let text_of = |node: &Node| node.node.as_ref().map(text).unwrap_or_default();
    let fact = Fact::new("set_variable", "", text_of(setting).to_lowercase());
    let value = text_of(value);
    let values: Vec<&str> = value.split(',').map(|part| part.trim().trim_matches('"')).collect();
    Some(fact.list("value", &values).flag("local", text_of(local) == "true"))
}
