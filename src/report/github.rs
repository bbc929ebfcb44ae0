//! GitHub workflow commands: annotations on the diff, without a token or a permission.
//!
//! Facts (GitHub docs, "Workflow commands for GitHub Actions"; actions/runner): `%`, CR and LF are
//! escaped in a message, `:` and `,` in a property too; of each step only the first ten
//! annotations of each kind are shown; columns are refused where the lines differ.

use crate::finding::{Finding, Level};
use crate::judge::State;
use crate::report::terminal::excerpt::printable;
use crate::report::terminal::summary;
use crate::report::{Report, count};
use crate::source::{SourceFile, Span};
use std::collections::BTreeSet;
use std::io::{self, Write};

const SHOWN_MAX: usize = 10;

/// Writes the report of `lint`: the worst first, ten of each level, the rest as one number, and
/// the summary.
///
/// # Errors
/// What the writer gives.
pub fn lint(out: &mut dyn Write, report: &Report, notes: bool) -> io::Result<()> {
    let mut shown = Shown { lines: BTreeSet::new(), left_out: Vec::new() };
    let errors = failures(report).into_iter().chain(findings(report, Level::Error));
    shown.write(out, errors.collect())?;
    shown.write(out, findings(report, Level::Warning))?;
    if notes {
        shown.write(out, findings(report, Level::Note))?;
    }
    if !shown.left_out.is_empty() {
        let left_out = count(shown.left_out.len(), "more finding");
        writeln!(out, "{left_out} without an annotation (GitHub shows ten of each level):")?;
        for line in &shown.left_out {
            writeln!(out, "{line}")?;
        }
    }
    for line in summary(report, notes) {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

struct Shown {
    lines: BTreeSet<String>,
    /// In plain words, for the log.
    left_out: Vec<String>,
}

impl Shown {
    /// Writes commands of one level.
    fn write(&mut self, out: &mut dyn Write, commands: Vec<String>) -> io::Result<()> {
        let mut written = 0;
        for command in commands {
            if !self.lines.insert(command.clone()) {
                continue;
            }
            if written == SHOWN_MAX {
                self.left_out.push(command.trim_start_matches(':').replace("%0A", "; "));
                continue;
            }
            written += 1;
            writeln!(out, "{command}")?;
        }
        Ok(())
    }
}

fn failures(report: &Report) -> Vec<String> {
    let failures = report.failures.iter();
    failures
        .map(|failure| {
            let place = match failure.at.as_deref() {
                Some((file, span)) => place(file, *span),
                None => format!("file={}", property(&failure.path)),
            };
            format!("::error {place},title=lockgate::{}", data(&failure.message))
        })
        .collect()
}

fn findings(report: &Report, level: Level) -> Vec<String> {
    let reported = report.in_state(State::Reported).map(|judged| &judged.finding);
    reported
        .filter(|finding| finding.level == level)
        .filter_map(|finding| {
            let file = report.files.get(finding.primary.file.0 as usize)?;
            Some(command(finding, file))
        })
        .collect()
}

fn command(finding: &Finding, file: &SourceFile) -> String {
    let kind = match finding.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "notice",
    };
    let message = match &finding.help {
        Some(help) => format!("{}\nhelp: {help}", finding.message),
        None => finding.message.clone(),
    };
    let place = place(file, finding.primary.span);
    format!("::{kind} {place},title={}::{}", property(finding.rule), data(&message))
}

fn place(file: &SourceFile, span: Span) -> String {
    let (start, end) = (file.place(span.start), file.place(span.end));
    let mut place =
        format!("file={},line={},endLine={}", property(&file.path), start.line, end.line);
    if start.line == end.line {
        place.push_str(&format!(",col={},endColumn={}", start.column, end.column));
    }
    place
}

fn data(text: &str) -> String {
    printable(text).replace('%', "%25").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
