//! rdjson, the format of reviewdog (its proto rdf), in one document.

use crate::finding::{Finding, Level};
use crate::report::Report;
use crate::source::{SourceFile, Span};
use serde_json::{Value, json};
use std::io::{self, Write};

/// Writes the report of `lint`: the findings that count.
///
/// # Errors
/// What the writer gives.
pub fn lint(out: &mut dyn Write, report: &Report, notes: bool) -> io::Result<()> {
    let from = if notes { Level::Note } else { Level::Warning };
    let failures = report.failures.iter().map(|failure| {
        let range = failure.at.as_deref().map(|(file, span)| range(file, *span));
        entry(&failure.message, &failure.path, range, Level::Error, "lockgate")
    });
    let findings = report.placed(from).map(|placed| {
        let Finding { rule, level, primary, .. } = placed.finding();
        let range = report.label(primary).map(|(file, ..)| range(file, primary.span));
        entry(&placed.text(), placed.path, range, *level, rule)
    });
    let document = json!({
        "source": { "name": "lockgate", "url": env!("CARGO_PKG_REPOSITORY") },
        // The key is reviewdog's.
        concat!("diag", "nostics"): failures.chain(findings).collect::<Vec<_>>(),
    });
    super::json::write(out, &document)
}

/// A range: its end is behind its last character, and its columns count bytes of UTF-8.
fn range(file: &SourceFile, span: Span) -> Value {
    let place = |offset: u32| {
        let offset = offset.min(file.whole().end);
        let line = file.place(offset).line;
        let column = offset.saturating_sub(file.line(line).start) + 1;
        json!({ "line": line, "column": column })
    };
    json!({ "start": place(span.start), "end": place(span.end) })
}

fn entry(message: &str, path: &str, range: Option<Value>, level: Level, rule: &str) -> Value {
    let mut location = json!({ "path": path });
    if let (Some(range), Some(map)) = (range, location.as_object_mut()) {
        map.insert("range".to_owned(), range);
    }
    let severity = match level {
        Level::Error => "ERROR",
        Level::Warning => "WARNING",
        Level::Note => "INFO",
    };
    json!({ "message": message, "location": location, "severity": severity, "code": { "value": rule } })
}
