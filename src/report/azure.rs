//! Azure Pipelines' logging commands (Microsoft Learn, "Logging commands"): an issue for each
//! finding. `;`, `]`, `%` and line ends are escaped in a property, `%` and line ends in a message.

use crate::finding::Level;
use crate::report::Report;
use crate::report::placed::of_failure;
use crate::report::terminal::excerpt::printable;
use crate::report::terminal::verdict;
use std::io::{self, Write};

/// Writes the report of `lint`: errors and warnings that count (Azure knows no third level, so a
/// note is a warning where notes are asked for).
///
/// # Errors
/// What the writer gives.
pub fn lint(out: &mut dyn Write, report: &Report, notes: bool) -> io::Result<()> {
    for failure in &report.failures {
        let (path, place) = of_failure(failure);
        let (line, column) = place.map_or((1, 1), |place| (place.line, place.column));
        issue(out, "error", (path, line, column), "lockgate", &failure.message)?;
    }
    for placed in report.placed(if notes { Level::Note } else { Level::Warning }) {
        let kind = if placed.finding().level == Level::Error { "error" } else { "warning" };
        let place = (placed.path, placed.start.line, placed.start.column);
        issue(out, kind, place, placed.finding().rule, &placed.text())?;
    }
    writeln!(out, "{}", verdict(report))
}

fn issue(
    out: &mut dyn Write,
    kind: &str,
    (path, line, column): (&str, u32, u32),
    rule: &str,
    message: &str,
) -> io::Result<()> {
    let (path, rule, message) = (property(path), property(rule), data(message));
    writeln!(
        out,
        "##vso[task.logissue type={kind};sourcepath={path};linenumber={line};columnnumber={column};code={rule};]{message}"
    )
}

fn data(text: &str) -> String {
    printable(text).replace('%', "%AZP25").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(']', "%5D").replace(';', "%3B")
}
