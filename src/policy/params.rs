//! The parameters of policies: what the config says instead of their defaults.

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

/// The parameters of each policy that the config sets, by its id.
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
        let id = policy.rule.id;
        let said = config.rules.get(id).and_then(|it| it.params.as_ref());
        let (Some(said), Some(file)) = (said, &config.file) else { continue };
        match overrides(id, &policy.metadata.params, said) {
            Ok(own) => {
                values.insert(id, Value::Object(own));
            }
            Err(wrong) => {
                let at = |it: Located<String>| Failure::at(file, it.span, it.value);
                failures.extend(wrong.into_iter().map(at));
            }
        }
    }
    if failures.is_empty() { Ok(values) } else { Err(failures) }
}

/// What the config says of the parameters of one policy, or what is wrong with it.
fn overrides(
    id: &str,
    params: &[Param],
    said: &Located<Node>,
) -> Result<Map<String, Value>, Vec<Located<String>>> {
    let Node::Map(entries) = &said.value else {
        let message = "`params` must be a map of `name: value` lines".to_owned();
        return Err(vec![Located::new(message, said.span)]);
    };
    let mut values = Map::new();
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
            Ok(value) => {
                values.insert(name.value.clone(), value);
            }
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
        (ParamType::Regex | ParamType::Glob, Node::Scalar(text)) if text.is_empty() => {
            fail(node, "is empty, so it says nothing of what is meant".to_owned())
        }
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
    use crate::policy;
    use crate::source::SourceFile;

    const POLICY: &str = "\
# METADATA
# title: Some rule
# description: d
# custom:
#   level: error
#   params:
#     count: {type: integer, default: 1, description: d}
#     names: {type: \"array<string>\", default: [a], description: d}
#     pattern: {type: regex, default: a, description: d}
package policy.acme.some_rule

import data.config.acme.some_rule as cfg

deny contains {\"message\": cfg.pattern} if cfg.count > 5
";

    fn of(params: &str) -> Result<Value, Vec<String>> {
        let text = format!("rules: {{acme/some-rule: {{params: {params}}}}}");
        let mut config = config::read(SourceFile::new(FILE_NAME, &text)).unwrap();
        let files = vec![SourceFile::new("a.rego", POLICY)];
        let policies = policy::load(files, &config).unwrap().policies;
        config.settle(vec![policies[0].rule]).unwrap();
        match values(&policies, &config) {
            Ok(mut values) => Ok(values.remove("acme/some-rule").unwrap()),
            Err(failures) => Err(failures
                .iter()
                .map(|failure| {
                    let (file, span) = failure.at.as_deref().unwrap();
                    format!("`{}`: {}", file.slice(*span), failure.message)
                })
                .collect()),
        }
    }

    #[test]
    fn values_have_the_type_that_the_metadata_names() {
        let params = "{count: -3, names: [a, 1.10], pattern: \"^a+$\"}";
        let expected = serde_json::json!({"count": -3, "names": ["a", "1.10"], "pattern": "^a+$"});
        assert_eq!(of(params).unwrap(), expected);
        assert_eq!(of("{}").unwrap(), serde_json::json!({}));
    }

    #[test]
    fn mistakes_have_their_place_in_the_config() {
        for (params, expected) in [
            (
                "{cuont: 1}",
                "`cuont`: `acme/some-rule` has no parameter `cuont`; did you mean `count`?",
            ),
            ("{count: 1.5}", "`1.5`: `count` of `acme/some-rule` must be an integer"),
            (
                "{names: a}",
                "`a`: `names` of `acme/some-rule` must be a list of strings, like [a, b]",
            ),
            ("[a]", "`[`: `params` must be a map of `name: value` lines"),
        ] {
            assert_eq!(of(params).unwrap_err(), [expected], "{params}");
        }
        let failures = of("{pattern: \"(a\"}").unwrap_err();
        assert!(
            failures[0]
                .starts_with("`\"(a\"`: `pattern` of `acme/some-rule` is no regular expression: "),
            "{failures:?}"
        );
        let both = of("{count: x, names: {a: b}}").unwrap_err();
        assert_eq!(both.len(), 2, "{both:?}");
    }
}
