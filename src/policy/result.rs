//! From what a policy gives to findings.

use crate::config::closest::did_you_mean;
use crate::finding::{Failure, Finding, Label, Level, Subject};
use crate::policy::place::Place;
use crate::policy::{Entry, Policy, Question};
use serde_json::{Map, Value};

/// What a result may say.
const KEYS: [&str; 8] =
    ["message", "at", "related", "help", "subject", "level", "url", "properties"];
const RELATED_KEYS: [&str; 2] = ["at", "message"];

/// The findings of an entry point, from the set that it gave for a migration.
///
/// # Errors
/// A result that is none, with the place of the entry point.
pub(super) fn findings(
    policy: &Policy,
    entry: &Entry,
    value: &Value,
    question: &Question,
) -> Result<Vec<Finding>, Failure> {
    let fail = |message: String| Failure::at(&policy.file, entry.span, message);
    let Value::Array(results) = value else {
        return Err(fail(format!("`{}` gives {}, not a set", entry.name, kind(value))));
    };
    let reader = Reader { policy, entry, question };
    results.iter().map(|result| reader.finding(result).map_err(fail)).collect()
}

struct Reader<'a> {
    policy: &'a Policy,
    entry: &'a Entry,
    question: &'a Question,
}

impl Reader<'_> {
    fn finding(&self, result: &Value) -> Result<Finding, String> {
        let Value::Object(result) = result else {
            return Err(format!(
                "a result of `{}` is {}, not an object like {{\"message\": ..., \"at\": ...}}",
                self.entry.name,
                kind(result)
            ));
        };
        closed(result, &KEYS, "a result")?;
        let message = required(result, "message")?;
        let rule = self.policy.rule;
        let at = self.at(result.get("at"))?;
        let (primary, mut related) = self.labels(at);
        related.extend(self.related(result.get("related"))?);
        let subject = match text(result, "subject")? {
            Some(text) => subject(text),
            None => at.and_then(|it| it.subject.clone()).unwrap_or(self.question.subject.clone()),
        };
        Ok(Finding {
            breaks: rule.breaks.to_vec(),
            related,
            help: text(result, "help")?.map(str::to_owned),
            url: text(result, "url")?.map(str::to_owned),
            properties: self.properties(result.get("properties"))?,
            ..Finding::new(rule.id, self.level(result)?, primary, message, subject)
        })
    }

    /// The label of a finding. It stands in the migration that is judged; a place elsewhere, as that
    /// of a table that an older migration made, is told beside it.
    fn labels(&self, at: Option<&Place>) -> (Label, Vec<Label>) {
        let whole = || self.question.whole.clone();
        match at {
            None => (whole(), Vec::new()),
            Some(place) => {
                let label = label(place, "");
                match label.file == self.question.whole.file {
                    true => (label, Vec::new()),
                    false => (whole(), vec![Label { text: "this is meant".to_owned(), ..label }]),
                }
            }
        }
    }

    /// The place of a node of the input, or of its `loc`; `None` stands for the migration, also
    /// where nobody knows the place of the node.
    fn at(&self, at: Option<&Value>) -> Result<Option<&Place>, String> {
        let loc = match at {
            None => return Ok(None),
            Some(Value::Object(node)) => match node.get("loc") {
                None => return Ok(None),
                Some(loc) => loc,
            },
            Some(loc) => loc,
        };
        let Value::Number(number) = loc else {
            return Err(format!("`at` is {}, not a node of the input or its `loc`", kind(loc)));
        };
        let known = number.as_u64().and_then(|it| u32::try_from(it).ok());
        match known.and_then(|loc| self.question.places.get(loc)) {
            Some(place) => Ok(Some(place)),
            None => Err(format!("`at` is {number}, which is the `loc` of no node of the input")),
        }
    }

    fn related(&self, related: Option<&Value>) -> Result<Vec<Label>, String> {
        let items = match related {
            None => return Ok(Vec::new()),
            Some(Value::Array(items)) => items,
            Some(other) => return Err(format!("`related` is {}, not an array", kind(other))),
        };
        let mut labels = Vec::new();
        for item in items {
            let Value::Object(item) = item else {
                return Err(format!("an item of `related` is {}, not an object", kind(item)));
            };
            closed(item, &RELATED_KEYS, "`related`")?;
            let message = required(item, "message")?;
            labels.push(match self.at(item.get("at"))? {
                Some(place) => label(place, message),
                None => Label { text: message.to_owned(), ..self.question.whole.clone() },
            });
        }
        Ok(labels)
    }

    fn level(&self, result: &Map<String, Value>) -> Result<Level, String> {
        let own = match self.entry.name {
            "warn" => self.policy.rule.level.min(Level::Warning),
            _ => self.policy.rule.level,
        };
        let Some(word) = text(result, "level")? else { return Ok(own) };
        let level = Level::ALL.into_iter().find(|level| level.name() == word);
        match level {
            None => Err(format!("`level` cannot be `{word}`; it is one of error, warning, note")),
            Some(level) if level > own => {
                Err(format!("`level` may only lower: `{word}` is above `{own}`"))
            }
            Some(level) => Ok(level),
        }
    }

    fn properties(&self, properties: Option<&Value>) -> Result<Option<Value>, String> {
        match properties {
            None => Ok(None),
            Some(object @ Value::Object(_)) => Ok(Some(object.clone())),
            Some(other) => Err(format!("`properties` is {}, not an object", kind(other))),
        }
    }
}

fn label(place: &Place, text: &str) -> Label {
    Label { file: place.file, span: place.span, text: text.to_owned() }
}

/// A subject in words: `column:public.users.email` is what the finding of a built-in rule has.
fn subject(text: &str) -> Subject {
    let known = text
        .split_once(':')
        .and_then(|(word, name)| Some((KINDS.into_iter().find(|kind| *kind == word)?, name)));
    match known {
        Some((kind, name)) => Subject::Object(kind, name.to_owned()),
        None => Subject::Object("subject", text.to_owned()),
    }
}

/// The kinds that a subject may begin with.
const KINDS: [&str; 18] = [
    "table",
    "column",
    "index",
    "constraint",
    "view",
    "sequence",
    "type",
    "domain",
    "schema",
    "routine",
    "trigger",
    "policy",
    "role",
    "extension",
    "privileges",
    "setting",
    "migration",
    "file",
];

fn closed(object: &Map<String, Value>, known: &[&str], what: &str) -> Result<(), String> {
    match object.keys().find(|key| !known.contains(&key.as_str())) {
        None => Ok(()),
        Some(key) => {
            let hint = did_you_mean(key, known.iter().copied());
            Err(format!("unknown key `{key}` in {what}{hint}"))
        }
    }
}

fn text<'v>(object: &'v Map<String, Value>, key: &str) -> Result<Option<&'v str>, String> {
    match object.get(key) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(other) => Err(format!("`{key}` is {}, not a string", kind(other))),
    }
}

fn required<'v>(object: &'v Map<String, Value>, key: &str) -> Result<&'v str, String> {
    match text(object, key)? {
        Some(text) if !text.trim().is_empty() => Ok(text),
        Some(_) => Err(format!("`{key}` is empty")),
        None => Err(format!("a result lacks `{key}`")),
    }
}

fn kind(value: &Value) -> String {
    let what = match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array or a set",
        Value::Object(_) => "an object",
    };
    what.to_owned()
}
