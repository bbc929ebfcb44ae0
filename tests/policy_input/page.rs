//! The schema of the input as a page for people.

use serde_json::Value;
use std::collections::BTreeSet;

const HEAD: &str = "\
# What policies see

A policy sees one migration as `input`, the schema behind the last migration as `data.catalog`, and its
own parameters as `data.config.<pack>.<name>`. `lockgate policy input FILE` prints the first,
`lockgate policy schema` the JSON Schema of all three ([policy-input.schema.json](policy-input.schema.json));
this page is made from that.

- There are no nulls: what is absent has no key. An empty list or map and a `false` have none either, but
  for the keys marked \\*, which are always there.
- `loc` stands for a place in a file: give the node that has it, or the number, as `at` of a finding.
- Names are resolved: `public.users`, where PostgreSQL is told `users`. They are as the engine folds them.
- Keys and kinds are added within a `schema_version` and never change their meaning.
";

/// The page of a schema.
pub fn page(schema: &Value) -> String {
    let mut page = HEAD.to_owned();
    let definitions = schema["$defs"].as_object().unwrap();
    let mut done = BTreeSet::new();
    let mut pending = vec!["Document".to_owned(), "Catalog".to_owned()];
    while !pending.is_empty() {
        let name = pending.remove(0);
        let definition = &definitions[&name];
        if !done.insert(name.clone()) || definition.get("properties").is_none() {
            continue;
        }
        let title = match name.as_str() {
            "Document" => "`input`".to_owned(),
            "Catalog" => "`data.catalog`".to_owned(),
            other => other.to_owned(),
        };
        let said = text(definition);
        page += &format!("\n## {title}\n\n{said}\n\n| key | type | what |\n| --- | --- | --- |\n");
        let required: Vec<_> = definition["required"].as_array().into_iter().flatten().collect();
        for (key, it) in definition["properties"].as_object().unwrap() {
            let star = if required.iter().any(|it| *it == key) { "\\*" } else { "" };
            let shown = shown(schema, it, &mut pending);
            let said = [text(it), words(schema, it)].concat().replace('|', "\\|");
            page += &format!("| `{key}`{star} | {shown} | {said} |\n");
        }
    }
    let kinds = schema["$defs"]["Change"]["properties"]["kind"]["enum"].as_array().unwrap();
    page + &kinds_of(kinds)
}

fn text(it: &Value) -> String {
    let said = it.get("description").and_then(Value::as_str).unwrap_or_default();
    said.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn definition<'s>(schema: &'s Value, it: &'s Value) -> Option<(&'s str, &'s Value)> {
    let name = it.get("$ref")?.as_str()?.strip_prefix("#/$defs/")?;
    Some((name, &schema["$defs"][name]))
}

/// The words that a value can be, where its type lists them and what is said does not.
fn words(schema: &Value, it: &Value) -> String {
    let Some((_, definition)) = definition(schema, it) else { return String::new() };
    let Some(words) = definition.get("oneOf").and_then(Value::as_array) else {
        let list = definition.get("enum").and_then(Value::as_array);
        let list = list.into_iter().flatten().filter_map(Value::as_str);
        let list: Vec<String> = list.map(|word| format!("`{word}`")).collect();
        return if list.is_empty() { String::new() } else { format!(" ({})", list.join(", ")) };
    };
    let words = words.iter().map(|it| match it.get("const").and_then(Value::as_str) {
        Some(word) => format!("`{word}`: {}", text(it).trim_end_matches('.')),
        None => it["enum"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| format!("`{}`", it.as_str().unwrap()))
            .collect::<Vec<_>>()
            .join(", "),
    });
    format!(" ({})", words.collect::<Vec<_>>().join("; "))
}

/// A type in a word or two; what it links to is pending.
fn shown(schema: &Value, it: &Value, pending: &mut Vec<String>) -> String {
    if let Some((name, definition)) = definition(schema, it) {
        if let Some(any) = definition.get("anyOf").and_then(Value::as_array) {
            let any: Vec<String> = any.iter().map(|it| shown(schema, it, pending)).collect();
            return any.join(" or ");
        }
        if definition.get("properties").is_none() {
            return "word".to_owned();
        }
        pending.push(name.to_owned());
        let anchor = match name {
            "Document" => "input".to_owned(),
            other => other.to_lowercase(),
        };
        return format!("[{name}](#{anchor})");
    }
    match it.get("type").and_then(Value::as_str).unwrap_or_default() {
        "array" => format!("list of {}", shown(schema, &it["items"], pending)),
        "object" => format!("map of {}", shown(schema, &it["additionalProperties"], pending)),
        "string" if it.get("enum").is_some() => "word".to_owned(),
        other => other.to_owned(),
    }
}

/// The kinds of change: those that name a kind of object, and the others.
fn kinds_of(kinds: &[Value]) -> String {
    let kinds: Vec<&str> = kinds.iter().map(|it| it.as_str().unwrap()).collect();
    let object = |kind: &str| {
        let verbs = ["alter_", "create_", "drop_", "rename_"];
        let of = verbs.iter().find_map(|verb| kind.strip_prefix(verb));
        of.filter(|of| verbs.iter().all(|verb| kinds.contains(&&*format!("{verb}{of}"))))
            .map(str::to_owned)
    };
    let objects: BTreeSet<String> = kinds.iter().filter_map(|kind| object(kind)).collect();
    let others: Vec<String> = kinds
        .iter()
        .filter(|kind| object(kind).is_none())
        .map(|kind| format!("`{kind}`"))
        .collect();
    let objects: Vec<String> = objects.iter().map(|it| format!("`{it}`")).collect();
    format!(
        "\n## Kinds of change\n\n{}.\n\n`create_`, `alter_`, `drop_` and `rename_` with each kind of \
         object: {}. `alter_type` is a column's new type (its `object` is a column) and an ALTER TYPE \
         (its `object` is a type); where an ALTER TABLE has a kind of its own, it is not `alter_table`.\n",
        others.join(", "),
        objects.join(", ")
    )
}
