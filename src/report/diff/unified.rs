//! The SQL of two schemas, each object in one spelling, as a unified diff.

use super::Comparison;
use crate::report::terminal::Style;
use crate::schema::canonical;
use similar::TextDiff;
use std::io::{self, Write};

/// How many lines stand around a change.
const CONTEXT: usize = 3;

/// Writes the diff; nothing where the texts are equal.
///
/// # Errors
/// What the writer gives.
pub fn write(out: &mut dyn Write, comparison: &Comparison, style: Style) -> io::Result<()> {
    for line in text(comparison).split_inclusive('\n') {
        let color = match line.as_bytes().first() {
            _ if !style.color => "",
            Some(b'+') => "\u{1b}[32m",
            Some(b'-') => "\u{1b}[31m",
            Some(b'@') => "\u{1b}[36m",
            _ => "",
        };
        match color.is_empty() {
            true => out.write_all(line.as_bytes())?,
            false => writeln!(out, "{color}{}\u{1b}[0m", line.trim_end_matches('\n'))?,
        }
    }
    Ok(())
}

/// The diff as text.
pub fn text(comparison: &Comparison) -> String {
    let [from, to] = [&comparison.from, &comparison.to].map(|end| canonical::sql(&end.catalog));
    let diff = TextDiff::from_lines(&from, &to);
    let text = diff
        .unified_diff()
        .context_radius(CONTEXT)
        .header(&comparison.from.name, &comparison.to.name)
        .to_string();
    super::safe(&text)
}
