//! Tests of policies, for people.

use super::coverage::{Coverage, ranges};
use super::{Counts, Outcome, Run, Test};
use crate::report::terminal::excerpt::printable;
use crate::report::terminal::{Style, failures};
use std::io::{self, Write};

/// Writes what became of tests: a line for each policy, and all that is to be said of those that
/// are not as wanted.
///
/// # Errors
/// What the writer gives.
pub fn write(out: &mut dyn Write, run: &Run, style: Style) -> io::Result<()> {
    for (policy, tests) in run.by_policy() {
        writeln!(out, "{policy}: {}", said(Counts::of(tests)))?;
        for test in tests {
            write_test(out, test, style)?;
        }
    }
    writeln!(out, "{}", said(run.counts()))
}

fn write_test(out: &mut dyn Write, test: &Test, style: Style) -> io::Result<()> {
    let Test { name, file, line, outcome, .. } = test;
    if !matches!(outcome, Outcome::Passed) || !test.prints.is_empty() {
        writeln!(out, "  {} {name} ({}:{line})", outcome.name().to_uppercase(), printable(file))?;
    }
    match outcome {
        Outcome::Passed | Outcome::Skipped => {}
        Outcome::Failed(why) => {
            for line in why.lines() {
                writeln!(out, "    {}", printable(&line))?;
            }
        }
        Outcome::Broken(found) => failures(out, found, style)?,
    }
    for print in &test.prints {
        writeln!(out, "    print {}", printable(print))?;
    }
    Ok(())
}

/// `3 passed, 1 failed`.
fn said(counts: Counts) -> String {
    let Counts { passed, failed, broken, skipped } = counts;
    let mut parts = vec![format!("{passed} passed")];
    for (number, word) in [(failed, "failed"), (broken, "not run"), (skipped, "to do")] {
        if number > 0 {
            parts.push(format!("{number} {word}"));
        }
    }
    parts.join(", ")
}

/// Writes which lines were reached, and whether they are enough.
///
/// # Errors
/// What the writer gives.
pub fn coverage(out: &mut dyn Write, coverage: &Coverage, min: Option<f64>) -> io::Result<()> {
    for (path, lines) in &coverage.files {
        let missed = lines.missed();
        let not = match missed.is_empty() {
            true => String::new(),
            false => format!(", not lines {}", ranges(&missed)),
        };
        writeln!(out, "{:5.1} %  {}{not}", lines.percent(), printable(path))?;
    }
    let (percent, lines) = (coverage.percent(), coverage.lines());
    let verdict = match min {
        Some(min) if percent < min => format!(": less than the {min} % that are asked for"),
        _ => String::new(),
    };
    writeln!(out, "{percent:5.1} %  of {lines} lines{verdict}")
}
