//! GitLab Code Quality: a JSON array that the merge request shows beside its lines.
//!
//! GitLab docs, "Code Quality report format": of findings with one fingerprint only the first is
//! shown, and paths begin at the root of the repository without `./`.

use crate::finding::Level;
use crate::report::Report;
use crate::report::placed::of_failure;
use serde::Serialize;
use std::io::{self, Write};

#[derive(Serialize)]
struct Entry<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: String,
    severity: &'static str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

/// Writes the report of `lint`: the findings that count.
///
/// # Errors
/// What the writer gives.
pub fn lint(out: &mut dyn Write, report: &Report, notes: bool) -> io::Result<()> {
    let from = if notes { Level::Note } else { Level::Warning };
    let failures = report.failures.iter().enumerate().map(|(index, failure)| {
        let (path, place) = of_failure(failure);
        let line = place.map_or(1, |place| place.line);
        Entry {
            description: failure.message.clone(),
            check_name: "lockgate",
            fingerprint: format!("failure-{index}-{path}"),
            severity: "blocker",
            location: Location { path, lines: Lines { begin: line, end: line } },
        }
    });
    let fingerprints = report.fingerprints();
    let findings = report.placed(from).map(|placed| Entry {
        description: placed.text(),
        check_name: placed.finding().rule,
        fingerprint: fingerprints.get(placed.number).cloned().unwrap_or_default(),
        severity: match placed.finding().level {
            Level::Error => "critical",
            Level::Warning => "minor",
            Level::Note => "info",
        },
        location: Location {
            path: placed.path,
            lines: Lines { begin: placed.start.line, end: placed.end.line },
        },
    });
    super::json::write(out, &failures.chain(findings).collect::<Vec<_>>())
}
