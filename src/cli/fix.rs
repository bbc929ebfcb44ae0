//! `lockgate lint --fix`: what was fixed and what was not goes to standard error, so that the report
//! keeps its format.

use super::{Lint, session};
use crate::config::Config;
use crate::finding::Failure;
use crate::fix::{Fixed, Outcome};
use crate::report::diff::unified;
use crate::report::terminal::{self, Style};
use crate::report::{Report, count};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Writes the fixes to the work tree; gives the report of what is left.
pub fn apply(args: &Lint, amend: impl FnOnce(&mut Config)) -> io::Result<Report> {
    let (fixed, problems) = match session::fix(&args.input, amend, true) {
        Ok(fixed) => fixed,
        Err(failures) => return Ok(Report::failed(failures)),
    };
    if fixed.before.failures.is_empty() && problems.is_empty() {
        say(&fixed, "fixed")?;
    }
    let mut report = if problems.is_empty() { fixed.after } else { fixed.before };
    report.failures.extend(problems);
    Ok(report)
}

/// Shows what the fixes would change in the files; gives the exit code of the files as they are.
pub fn show(
    args: &Lint,
    amend: impl FnOnce(&mut Config),
    out: &mut dyn Write,
    style: Style,
) -> io::Result<u8> {
    let (fixed, _) = match session::fix(&args.input, amend, false) {
        Ok(fixed) => fixed,
        Err(failures) => return failed(failures, style),
    };
    for file in &fixed.files {
        unified::write_text(
            out,
            &unified::file(&file.path, file.before.as_deref(), &file.after),
            style,
        )?;
    }
    say(&fixed, "would fix")?;
    terminal::failures(&mut io::stderr().lock(), &fixed.before.failures, style)?;
    Ok(fixed.before.exit_code())
}

fn failed(failures: Vec<Failure>, style: Style) -> io::Result<u8> {
    let report = Report::failed(failures);
    terminal::failures(&mut io::stderr().lock(), &report.failures, style)?;
    Ok(report.exit_code())
}

/// More findings with one reason are counted, not named.
const SHOWN_MAX: usize = 3;

/// Says what was fixed and what was not.
fn say(fixed: &Fixed, verb: &str) -> io::Result<()> {
    let mut out = io::stderr().lock();
    for Outcome { path, rule, subject, .. } in &fixed.done {
        writeln!(out, "{verb} {path}: {rule} of {subject}")?;
    }
    let mut reasons: BTreeMap<&str, Vec<&Outcome>> = BTreeMap::new();
    for outcome in &fixed.left {
        reasons.entry(&outcome.why).or_default().push(outcome);
    }
    for (why, outcomes) in reasons {
        // In an old set the history is long, and the reason always the same.
        if outcomes.len() > SHOWN_MAX {
            writeln!(out, "not fixed {}: {why}", count(outcomes.len(), "finding"))?;
            continue;
        }
        for Outcome { path, rule, subject, .. } in outcomes {
            writeln!(out, "not fixed {path}: {rule} of {subject}: {why}")?;
        }
    }
    let (done, left) = (count(fixed.done.len(), "finding"), fixed.left.len());
    writeln!(out, "{verb} {done} in {}, {left} not", count(fixed.files.len(), "file"))
}
