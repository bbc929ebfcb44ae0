//! SARIF 2.1.0, for GitHub code scanning and other viewers.
//!
//! GitHub docs, "SARIF support for code scanning": at most 25 000 results a run, of which 5 000 are
//! kept; only the first location counts; of the fingerprints only `primaryLocationLineHash` does.
//! `security-severity` would turn a finding into a security alert, so it is not given.

use crate::docs;
use crate::finding::{Failure, Finding, Label, Level};
use crate::judge::{Judged, State};
use crate::report::Report;
use crate::report::placed::of_failure;
use crate::rules::Rule;
use crate::source::Place;
use serde_json::{Map, Value, json};
use std::cmp::Reverse;
use std::io::{self, Write};

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// More results than this are refused.
const RESULTS_MAX: usize = 25_000;

/// Writes the report of `lint`: every finding, those that do not count as suppressed; the worst first
/// of those that count, then of the others.
///
/// # Errors
/// What the writer gives.
pub fn lint(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    let rules: Vec<&Rule> = report.rules().collect();
    let fingerprints = report.fingerprints();
    let mut worst_first: Vec<(&Judged, &String)> =
        report.findings.iter().zip(&fingerprints).collect();
    worst_first.sort_by_key(|(judged, _)| {
        (judged.state != State::Reported, Reverse(judged.finding.level))
    });
    let kept = worst_first.iter().take(RESULTS_MAX);
    let results: Vec<Value> =
        kept.filter_map(|(judged, known_by)| result(report, judged, known_by, &rules)).collect();
    let left_out = report.findings.len().saturating_sub(RESULTS_MAX);
    let mut notifications: Vec<Value> = report.failures.iter().map(notification).collect();
    if left_out > 0 {
        let text = format!("{left_out} more findings are left out: a run holds {RESULTS_MAX}");
        notifications.push(json!({ "level": "warning", "message": { "text": text } }));
    }
    let document = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "lockgate",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": rules.iter().map(|rule| descriptor(rule)).collect::<Vec<_>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "invocations": [{
                "executionSuccessful": report.failures.is_empty(),
                "exitCode": report.exit_code(),
                "toolExecutionNotifications": notifications,
            }],
            "results": results,
        }],
    });
    super::json::write(out, &document)
}

/// What is known of a rule.
fn descriptor(rule: &Rule) -> Value {
    let mut tags = vec![rule.category.name().to_owned()];
    tags.extend(rule.breaks.iter().map(|breaks| format!("breaks-{}", breaks.name())));
    let severity = match rule.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "recommendation",
    };
    // A policy may say less of itself than a rule, and none of the texts may be empty.
    let or = |text: &'static str, other| if text.is_empty() { other } else { text };
    let summary = or(rule.summary, rule.id);
    let why = or(rule.why, summary);
    json!({
        "id": rule.id,
        "shortDescription": { "text": short(summary) },
        "fullDescription": { "text": short(why) },
        "help": { "text": or(rule.instead, why), "markdown": docs::page(rule) },
        "defaultConfiguration": { "level": rule.level.name() },
        "properties": { "tags": tags, "precision": "high", "problem.severity": severity },
    })
}

/// At most as much text as a description may hold.
fn short(text: &str) -> &str {
    const BYTES_MAX: usize = 1024;
    if text.len() <= BYTES_MAX {
        return text;
    }
    text.get(..text.floor_char_boundary(BYTES_MAX)).unwrap_or_default()
}

fn result(report: &Report, judged: &Judged, known_by: &str, rules: &[&Rule]) -> Option<Value> {
    let Finding { rule, level, message, help, related, subject, .. } = &judged.finding;
    let text = match help {
        Some(help) => format!("{message}\nhelp: {help}"),
        None => message.clone(),
    };
    let mut result = json!({
        "ruleId": rule,
        "level": level.name(),
        "message": { "text": text },
        "locations": [location(report, &judged.finding.primary, Some(&subject.to_string()))?],
        "partialFingerprints": { "primaryLocationLineHash": known_by },
        "properties": {
            "state": judged.state.name(),
            "breaks": judged.finding.breaks.iter().map(|it| it.name()).collect::<Vec<_>>(),
        },
    });
    let map = result.as_object_mut()?;
    if let Some(index) = rules.iter().position(|it| it.id == *rule) {
        map.insert("ruleIndex".to_owned(), json!(index));
    }
    let related: Vec<Value> =
        related.iter().filter_map(|label| related_location(report, label)).collect();
    if !related.is_empty() {
        map.insert("relatedLocations".to_owned(), Value::Array(related));
    }
    if let Some(suppression) = suppression(judged) {
        map.insert("suppressions".to_owned(), json!([suppression]));
    }
    Some(result)
}

/// Why a finding does not count; `None` where it does.
fn suppression(judged: &Judged) -> Option<Value> {
    let (kind, without_reason) = match judged.state {
        State::Reported => return None,
        State::Allowed => ("inSource", "a comment in the migration allows it"),
        State::Waived => ("external", "lockgate.yaml waives it"),
        State::Baselined => ("external", "it stood there before lockgate came"),
        State::DryRun => ("external", "its rule is on trial"),
        State::OnBase => ("external", "it is on the base branch too"),
        State::NotPromised => ("external", "nobody promised what it breaks"),
    };
    let justification = judged.reason.as_deref().unwrap_or(without_reason);
    Some(json!({ "kind": kind, "status": "accepted", "justification": justification }))
}

fn related_location(report: &Report, label: &Label) -> Option<Value> {
    let mut value = location(report, label, None)?;
    if !label.text.is_empty() {
        value.as_object_mut()?.insert("message".to_owned(), json!({ "text": label.text }));
    }
    Some(value)
}

/// A place. A region stays on its first line: viewers mark a whole statement otherwise.
fn location(report: &Report, label: &Label, subject: Option<&str>) -> Option<Value> {
    let (file, start, end) = report.label(label)?;
    let mut region = Map::new();
    region.insert("startLine".to_owned(), start.line.into());
    region.insert("startColumn".to_owned(), start.column.into());
    let end = match end.line == start.line {
        true => end,
        false => file.place(file.line(start.line).end),
    };
    region.insert("endLine".to_owned(), end.line.into());
    region.insert("endColumn".to_owned(), end.column.max(start.column).into());
    let mut location = json!({ "physicalLocation": physical(&file.path, Value::Object(region)) });
    if let (Some(subject), Some(map)) = (subject, location.as_object_mut()) {
        map.insert("logicalLocations".to_owned(), json!([{ "fullyQualifiedName": subject }]));
    }
    Some(location)
}

fn physical(path: &str, region: Value) -> Value {
    json!({ "artifactLocation": { "uri": uri(path) }, "region": region })
}

/// A failure as what the tool says of itself.
fn notification(failure: &Failure) -> Value {
    let (path, place) = of_failure(failure);
    let Place { line, column } = place.unwrap_or(Place { line: 1, column: 1 });
    let region = json!({ "startLine": line, "startColumn": column });
    json!({
        "level": "error",
        "message": { "text": failure.message },
        "locations": [{ "physicalLocation": physical(path, region) }],
    })
}

/// A path as a relative reference (RFC 3986), an absolute one as a `file` URI: all but letters, digits and a few marks is escaped.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    if path.starts_with('/') {
        uri.push_str("file://");
    }
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            byte => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}
