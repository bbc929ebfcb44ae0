//! Checkstyle XML, for Jenkins' warnings and reviewdog.

use crate::finding::Level;
use crate::report::Report;
use crate::report::placed::of_failure;
use crate::report::xml::escaped;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Writes the report of `lint`: the findings that count, file by file.
///
/// # Errors
/// What the writer gives.
pub fn lint(out: &mut dyn Write, report: &Report, notes: bool) -> io::Result<()> {
    let from = if notes { Level::Note } else { Level::Warning };
    let mut files: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for failure in &report.failures {
        let (path, place) = of_failure(failure);
        let (line, column) = place.map_or((1, 1), |place| (place.line, place.column));
        files.entry(path).or_default().push(error(
            line,
            column,
            "error",
            &failure.message,
            "lockgate",
        ));
    }
    for placed in report.placed(from) {
        let severity = match placed.finding().level {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Note => "info",
        };
        let source = format!("lockgate.{}", placed.finding().rule);
        let (line, column) = (placed.start.line, placed.start.column);
        let error = error(line, column, severity, &placed.text(), &source);
        files.entry(placed.path).or_default().push(error);
    }
    writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    writeln!(out, r#"<checkstyle version="10.0">"#)?;
    for (path, errors) in files {
        writeln!(out, r#"  <file name="{}">"#, escaped(path))?;
        for error in errors {
            writeln!(out, "    {error}")?;
        }
        writeln!(out, "  </file>")?;
    }
    writeln!(out, "</checkstyle>")
}

fn error(line: u32, column: u32, severity: &str, message: &str, source: &str) -> String {
    let (message, source) = (escaped(message), escaped(source));
    format!(
        r#"<error line="{line}" column="{column}" severity="{severity}" message="{message}" source="{source}"/>"#
    )
}
