//! rdjson, the format of reviewdog (its proto rdf), in one document.

use crate::finding::Level;
use crate::report::Report;
use crate::report::placed::of_failure;
use crate::source::Place;
use serde_json::{Value, json};
use std::io::{self, Write};

/// Writes the report of `lint`: the findings that count.
///
/// # Errors
/// What the writer gives.
pub fn lint(out: &mut dyn Write, report: &Report, notes: bool) -> io::Result<()> {
    let from = if notes { Level::Note } else { Level::Warning };
    let failures = report.failures.iter().map(|failure| {
        let (path, at) = of_failure(failure);
        entry(&failure.message, path, at.map(|at| (at, at)), Level::Error, "lockgate")
    });
    let findings = report.placed(from).map(|placed| {
        let finding = placed.finding();
        let range = Some((placed.start, placed.end));
        entry(&placed.text(), placed.path, range, finding.level, finding.rule)
    });
    let document = json!({
        "source": { "name": "lockgate", "url": env!("CARGO_PKG_REPOSITORY") },
        // The key is reviewdog's.
        concat!("diag", "nostics"): failures.chain(findings).collect::<Vec<_>>(),
    });
    super::json::write(out, &document)
}

fn entry(
    message: &str,
    path: &str,
    range: Option<(Place, Place)>,
    level: Level,
    rule: &str,
) -> Value {
    let place = |place: Place| json!({ "line": place.line, "column": place.column });
    let mut location = json!({ "path": path });
    if let (Some((start, end)), Some(map)) = (range, location.as_object_mut()) {
        map.insert("range".to_owned(), json!({ "start": place(start), "end": place(end) }));
    }
    let severity = match level {
        Level::Error => "ERROR",
        Level::Warning => "WARNING",
        Level::Note => "INFO",
    };
    json!({ "message": message, "location": location, "severity": severity, "code": { "value": rule } })
}
