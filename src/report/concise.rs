//! One line for each finding, as editors and `grep` want it: `file:line:column: level[rule] message`.

use crate::finding::{Finding, Level};
use crate::report::Report;
use crate::report::placed::of_failure;
use crate::report::terminal::excerpt::printable;
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
        let (path, message) = (line(path), line(&failure.message));
        writeln!(out, "{path}{at}: error[lockgate] {message}")?;
    }
    for placed in report.placed(if notes { Level::Note } else { Level::Warning }) {
        let finding = placed.finding();
        let (path, at, message) = (line(placed.path), placed.start, line(&finding.message));
        let Finding { rule, level, .. } = finding;
        writeln!(out, "{path}:{}:{}: {level}[{rule}] {message}", at.line, at.column)?;
    }
    writeln!(out, "{}", verdict(report))
}

/// A text that stays on its line, and does nothing to a terminal.
fn line(text: &str) -> String {
    printable(&text.replace('\n', " "))
}
