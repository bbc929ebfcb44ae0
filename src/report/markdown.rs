//! For a pull request, a job summary or a merge request: findings, and what changes in the schema.

use crate::finding::{Finding, Level};
use crate::report::diff::markdown::{cell, code, rows};
use crate::report::placed::{Placed, of_failure};
use crate::report::terminal::summary;
use crate::report::{Report, diff};
use std::cmp::Reverse;
use std::io::{self, Write};

/// GitHub takes comments of 65,536 characters.
const BYTES_MAX: usize = 60_000;

/// Writes the report of `lint`: the verdict, the findings worst first, the schema diff where it was
/// asked for, and the counts; what does not fit is counted.
///
/// # Errors
/// What the writer gives.
pub fn lint(out: &mut dyn Write, report: &Report, notes: bool) -> io::Result<()> {
    let mut lines = summary(report, notes);
    let verdict = lines.pop().unwrap_or_default();
    let end: String = lines.iter().map(|line| format!("- {}\n", sentence(line))).collect();
    let mut page = Page::new(format!("### lockgate: {}\n", sentence(&verdict)), end.len());
    for failure in &report.failures {
        let (path, place) = of_failure(failure);
        let at = place.map(|it| format!(":{}:{}", it.line, it.column)).unwrap_or_default();
        let message = sentence(&failure.message);
        page.add(&format!("\n**not checked** {} {message}\n", code(&format!("{path}{at}"))));
    }
    let mut found: Vec<Placed<'_>> =
        report.placed(if notes { Level::Note } else { Level::Warning }).collect();
    found.sort_by_key(|placed| Reverse(placed.finding().level));
    if !found.is_empty() {
        page.add("\n| | rule | where | what |\n| --- | --- | --- | --- |\n");
    }
    page.list(&found.iter().map(row).collect::<Vec<_>>(), "finding");
    for set in &report.schema_diffs {
        let what = diff::verdict(&set.diff).unwrap_or_else(|| "nothing changes".to_owned());
        page.add(&format!("\n#### Schema: {}\n\n", cell(&what)));
        page.list(&rows(&set.diff), "difference");
    }
    page.text.push('\n');
    page.text.push_str(&end);
    out.write_all(page.text.as_bytes())
}

fn row(placed: &Placed<'_>) -> String {
    let Finding { level, rule, message, help, .. } = placed.finding();
    let place = code(&format!("{}:{}", placed.path, placed.start.line));
    let help =
        help.as_ref().map(|help| format!("<br>help: {}", sentence(help))).unwrap_or_default();
    format!("| {level} | {} | {place} | {}{help} |\n", code(rule), sentence(message))
}

/// A sentence in one cell of a table: what stands in backquotes stays code.
fn sentence(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return cell(text);
    }
    let shown = parts.iter().enumerate().map(|(index, part)| match index % 2 {
        1 if !part.is_empty() => code(part),
        1 => String::new(),
        _ => cell(part),
    });
    shown.collect()
}

/// A text that stays within [`BYTES_MAX`].
struct Page {
    text: String,
    /// What must still fit behind it.
    end: usize,
}

impl Page {
    fn new(text: String, end: usize) -> Self {
        const LEFT_OUT: usize = 200;
        Self { text, end: end + LEFT_OUT }
    }

    fn add(&mut self, text: &str) -> bool {
        let fits = self.text.len() + text.len() + self.end <= BYTES_MAX;
        if fits {
            self.text.push_str(text);
        }
        fits
    }

    /// Adds rows as long as they fit, and the number of the others.
    fn list(&mut self, rows: &[String], what: &str) {
        let shown = rows.iter().take_while(|row| self.add(row)).count();
        if shown < rows.len() {
            let left_out = crate::report::count(rows.len() - shown, &format!("more {what}"));
            self.text.push_str(&format!("\n{left_out} not shown: the page would be too long.\n"));
        }
    }
}
