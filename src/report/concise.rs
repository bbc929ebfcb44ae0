//! One line for each finding, as editors and `grep` want it: `file:line:column: level[rule] message`.

use crate::finding::Level;
use crate::report::Report;
use crate::report::placed::of_failure;
use crate::report::terminal::verdict;
use std::io::{self, Write};

/// Writes the report of `lint`, and the verdict as its last line.
///
/// # Errors
/// What the writer gives.
pub fn lint(out: &mut dyn Write, report: &Report, notes: bool) -> io::Result<()> {
    for failure in &report.failures {
        let (path, place) = of_failure(failure);
        let at = place.map(|it| format!(":{}:{}", it.line, it.column)).unwrap_or_default();
        writeln!(out, "{path}{at}: error[lockgate] {}", failure.message)?;
    }
    for placed in report.placed(if notes { Level::Note } else { Level::Warning }) {
        let finding = placed.finding();
        let (line, column) = (placed.start.line, placed.start.column);
        let message = finding.message.replace('\n', " ");
        writeln!(
            out,
            "{}:{line}:{column}: {}[{}] {message}",
            placed.path, finding.level, finding.rule
        )?;
    }
    writeln!(out, "{}", verdict(report))
}
