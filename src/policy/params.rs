//! The parameters of policies: defaults, and what the config says instead.

use crate::config::Config;
use crate::config::closest::did_you_mean;
use crate::config::yaml::Node;
use crate::finding::Failure;
use crate::policy::Policy;
use crate::policy::metadata::{Param, ParamType};
use crate::source::Located;
use globset::GlobBuilder;
use regex::Regex;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The parameters of each policy by its id: an object with every one that its METADATA names.
///
/// # Errors
/// What the config says of a parameter that does not exist, or of another type, at its place.
pub fn values(
    policies: &[Policy],
    config: &Config,
) -> Result<BTreeMap<&'static str, Value>, Vec<Failure>> {
    let mut failures = Vec::new();
    let mut values = BTreeMap::new();
    for policy in policies {
        let params = &policy.metadata.params;
        let defaults = params.iter().map(|it| (it.name.value.clone(), it.default.clone()));
        let mut own: Map<String, Value> = defaults.collect();
        let said = config.rules.get(policy.rule.id).and_then(|it| it.params.as_ref());
        if let (Some(said), Some(file)) = (said, &config.file) {
            match overrides(policy.rule.id, params, said) {
                Ok(said) => own.extend(said),
                Err(wrong) => {
                    let at = |it: Located<String>| Failure::at(file, it.span, it.value);
                    failures.extend(wrong.into_iter().map(at));
                }
            }
        }
        values.insert(policy.rule.id, Value::Object(own));
    }
    if failures.is_empty() { Ok(values) } else { Err(failures) }
}

/// What the config says of the parameters of one policy, or what is wrong with it.
fn overrides(
    id: &str,
    params: &[Param],
    said: &Located<Node>,
) -> Result<Vec<(String, Value)>, Vec<Located<String>>> {
    let Node::Map(entries) = &said.value else {
        let message = "`params` must be a map of `name: value` lines".to_owned();
        return Err(vec![Located::new(message, said.span)]);
    };
    let mut values = Vec::new();
    let mut wrong = Vec::new();
    for (name, node) in entries {
        let Some(param) = params.iter().find(|param| param.name.value == name.value) else {
            let hint = match params.is_empty() {
                true => "; it has none".to_owned(),
                false => did_you_mean(&name.value, params.iter().map(|it| &*it.name.value)),
            };
            let message = format!("`{id}` has no parameter `{}`{hint}", name.value);
            wrong.push(Located::new(message, name.span));
            continue;
        };
        match value(param.ty, node) {
            Ok(value) => values.push((name.value.clone(), value)),
            Err(Located { value, span }) => {
                let message = format!("`{}` of `{id}` {value}", name.value);
                wrong.push(Located::new(message, span));
            }
        }
    }
    if wrong.is_empty() { Ok(values) } else { Err(wrong) }
}

/// A value of a type, or why it is none, in words that follow the name of the parameter.
pub(super) fn value(ty: ParamType, node: &Located<Node>) -> Result<Value, Located<String>> {
    let fail = |node: &Located<Node>, why: String| Err(Located::new(why, node.span));
    let wrong = |node: &Located<Node>| fail(node, format!("must be {}", wanted(ty)));
    match (ty, &node.value) {
        (ParamType::Strings, Node::List(items)) => {
            items.iter().map(|item| value(ParamType::String, item)).collect()
        }
        (ParamType::Integers, Node::List(items)) => {
            items.iter().map(|item| value(ParamType::Integer, item)).collect()
        }
        (ParamType::Map, Node::Map(entries)) => {
            let entry = |(name, node): &(Located<String>, Located<Node>)| {
                Ok((name.value.clone(), value(ParamType::String, node)?))
            };
            entries.iter().map(entry).collect::<Result<Map<_, _>, _>>().map(Value::Object)
        }
        (ParamType::String, Node::Scalar(text)) => Ok(Value::from(text.as_str())),
        (ParamType::Regex | ParamType::Glob, Node::Scalar(text)) => match compiles(ty, text) {
            Ok(()) => Ok(Value::from(text.as_str())),
            Err(why) => fail(node, why),
        },
        (ParamType::Integer, Node::Scalar(text)) => match text.parse::<i64>() {
            Ok(number) => Ok(Value::from(number)),
            Err(_) => wrong(node),
        },
        (ParamType::Number, Node::Scalar(text)) => match text.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Value::from(number)),
            _ => wrong(node),
        },
        (ParamType::Boolean, Node::Scalar(text)) => match text.parse::<bool>() {
            Ok(answer) => Ok(Value::from(answer)),
            Err(_) => wrong(node),
        },
        _ => wrong(node),
    }
}

/// Whether a text is what its type asks of it: a regular expression or a glob as the engine of
/// the policies compiles them; any other type asks nothing of a text.
///
/// # Errors
/// Why it is not, in words that follow the name of the parameter.
pub fn compiles(ty: ParamType, text: &str) -> Result<(), String> {
    match ty {
        ParamType::Regex => match Regex::new(text) {
            Ok(_) => Ok(()),
            Err(regex::Error::CompiledTooBig(_)) => {
                Err("is too large a regular expression".to_owned())
            }
            Err(error) => {
                // The crate draws the place below the text; the last line says what it is.
                let why = error.to_string();
                let why = why.rsplit('\n').next().unwrap_or_default();
                Err(format!("is no regular expression: {}", why.trim_start_matches("error: ")))
            }
        },
        ParamType::Glob => match GlobBuilder::new(text).literal_separator(true).build() {
            Ok(_) => Ok(()),
            Err(error) => Err(format!("is no glob: {}", error.kind())),
        },
        _ => Ok(()),
    }
}

fn wanted(ty: ParamType) -> &'static str {
    match ty {
        ParamType::String => "one word or a quoted text",
        ParamType::Integer => "an integer",
        ParamType::Number => "a number",
        ParamType::Boolean => "true or false",
        ParamType::Strings => "a list of strings, like [a, b]",
        ParamType::Integers => "a list of integers, like [1, 2]",
        ParamType::Map => "a map of strings, like {a: b}",
        ParamType::Regex => "a regular expression",
        ParamType::Glob => "a glob",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{self, FILE_NAME};
    use crate::finding::Level;
    use crate::policy::face;
    use crate::policy::metadata::Metadata;
    use crate::source::{SourceFile, Span};

    const TYPES: [(&str, ParamType); 9] = [
        ("text", ParamType::String),
        ("count", ParamType::Integer),
        ("share", ParamType::Number),
        ("on", ParamType::Boolean),
        ("names", ParamType::Strings),
        ("sizes", ParamType::Integers),
        ("types", ParamType::Map),
        ("pattern", ParamType::Regex),
        ("files", ParamType::Glob),
    ];

    fn policy() -> Policy {
        let param = |(name, ty): (&str, ParamType)| Param {
            name: Located::new(name.to_owned(), Span::default()),
            ty,
            default: Value::from("default"),
            description: String::new(),
        };
        let metadata = Metadata {
            title: "t".to_owned(),
            description: "d".to_owned(),
            links: Vec::new(),
            level: Level::Error,
            category: None,
            promise: Vec::new(),
            changes: Vec::new(),
            dialects: Vec::new(),
            params: TYPES.into_iter().map(param).collect(),
        };
        let package = "policy.acme.some_rule";
        let rule = face(package, &metadata);
        let file = SourceFile::new("a.rego", "");
        Policy { rule, file, package: package.to_owned(), metadata, entries: Vec::new() }
    }

    fn of(params: &str) -> Result<Value, Vec<String>> {
        let text = format!("rules: {{acme/some-rule: {{params: {params}}}}}");
        let mut config = config::read(SourceFile::new(FILE_NAME, &text)).unwrap();
        let policies = [policy()];
        config.settle(vec![policies[0].rule]).unwrap();
        match values(&policies, &config) {
            Ok(mut values) => Ok(values.remove("acme/some-rule").unwrap()),
            Err(failures) => Err(failures
                .iter()
                .map(|failure| {
                    let (file, span) = failure.at.as_deref().unwrap();
                    assert!(!span.is_empty(), "{failure:?}");
                    format!("`{}`: {}", file.slice(*span), failure.message)
                })
                .collect()),
        }
    }

    #[test]
    fn values_have_the_type_that_the_metadata_names() {
        let params = "{text: off, count: -3, share: 0.5, on: true, names: [a, 1.10], \
                      sizes: [1], types: {a: b}, pattern: \"^a+$\", files: \"db/**\"}";
        let expected = serde_json::json!({
            "text": "off", "count": -3, "share": 0.5, "on": true, "names": ["a", "1.10"],
            "sizes": [1], "types": {"a": "b"}, "pattern": "^a+$", "files": "db/**"
        });
        assert_eq!(of(params).unwrap(), expected);
        let defaults = of("{}").unwrap();
        assert_eq!(defaults.as_object().unwrap().len(), TYPES.len());
        assert_eq!(defaults["files"], "default");
    }

    #[test]
    fn mistakes_have_their_place_in_the_config() {
        let name = "of `acme/some-rule`";
        for (params, expected) in [
            (
                "{cuont: 1}",
                "`cuont`: `acme/some-rule` has no parameter `cuont`; did you mean `count`?",
            ),
            ("{count: 1.5}", &format!("`1.5`: `count` {name} must be an integer")),
            ("{count: [1]}", &format!("`[`: `count` {name} must be an integer")),
            ("{share: nan}", &format!("`nan`: `share` {name} must be a number")),
            ("{on: yes}", &format!("`yes`: `on` {name} must be true or false")),
            ("{names: a}", &format!("`a`: `names` {name} must be a list of strings, like [a, b]")),
            ("{sizes: [1, b]}", &format!("`b`: `sizes` {name} must be an integer")),
            (
                "{types: [a]}",
                &format!("`[`: `types` {name} must be a map of strings, like {{a: b}}"),
            ),
            (
                "{pattern: \"(a\"}",
                &format!("`\"(a\"`: `pattern` {name} is no regular expression: unclosed group"),
            ),
            (
                "{files: \"a[\"}",
                &format!(
                    "`\"a[\"`: `files` {name} is no glob: unclosed character class; missing ']'"
                ),
            ),
            ("[a]", "`[`: `params` must be a map of `name: value` lines"),
        ] {
            assert_eq!(of(params).unwrap_err(), [expected], "{params}");
        }
    }
}
