//! TeamCity's service messages (TeamCity docs, "Service messages"): an inspection for each finding,
//! its type before the first of it.

use crate::finding::Level;
use crate::report::Report;
use crate::report::placed::of_failure;
use crate::report::terminal::excerpt::printable;
use crate::report::terminal::verdict;
use std::collections::BTreeSet;
use std::io::{self, Write};

/// Writes the report of `lint`: the findings that count.
///
/// # Errors
/// What the writer gives.
pub fn lint(out: &mut dyn Write, report: &Report, notes: bool) -> io::Result<()> {
    let mut types = BTreeSet::new();
    for failure in &report.failures {
        let (path, place) = of_failure(failure);
        let line = place.map_or(1, |place| place.line);
        let type_of = ("lockgate", "what lockgate could not do");
        inspection(out, &mut types, type_of, &failure.message, (path, line), "ERROR")?;
    }
    for placed in report.placed(if notes { Level::Note } else { Level::Warning }) {
        let severity = match placed.finding().level {
            Level::Error => "ERROR",
            Level::Warning => "WARNING",
            Level::Note => "INFO",
        };
        let place = (placed.path, placed.start.line);
        let rule = placed.finding().rule;
        let what = report.rules().find(|known| known.id == rule).map_or(rule, |it| it.summary);
        inspection(out, &mut types, (rule, what), &placed.text(), place, severity)?;
    }
    writeln!(out, "{}", verdict(report))
}

fn inspection<'a>(
    out: &mut dyn Write,
    types: &mut BTreeSet<&'a str>,
    (rule, what): (&'a str, &str),
    message: &str,
    (path, line): (&str, u32),
    severity: &str,
) -> io::Result<()> {
    let id = escaped(rule);
    if types.insert(rule) {
        let what = escaped(what);
        writeln!(
            out,
            "##teamcity[inspectionType id='{id}' name='{id}' category='lockgate' description='{what}']"
        )?;
    }
    let (message, path) = (escaped(message), escaped(path));
    writeln!(
        out,
        "##teamcity[inspection typeId='{id}' message='{message}' file='{path}' line='{line}' SEVERITY='{severity}']"
    )
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in printable(text).chars() {
        match c {
            '\'' | '|' | '[' | ']' => escaped.extend(['|', c]),
            '\n' => escaped.push_str("|n"),
            '\u{2028}' => escaped.push_str("|l"),
            '\u{2029}' => escaped.push_str("|p"),
            c => escaped.push(c),
        }
    }
    escaped
}
