//! JUnit XML, for the test view of Jenkins, GitLab, CircleCI and Azure: one suite for each file, one
//! test for each finding that counts, and one that passes where a file has none.

use crate::finding::Level;
use crate::report::Report;
use crate::report::placed::{Placed, of_failure};
use crate::report::xml::escaped;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

/// Writes the report of `lint`. What fails the run is a failure; what does not is a passed test
/// with the finding as its output.
///
/// # Errors
/// What the writer gives.
pub fn lint(out: &mut dyn Write, report: &Report, notes: bool) -> io::Result<()> {
    let from = if notes { Level::Note } else { Level::Warning };
    let mut suites: BTreeMap<&str, Vec<Placed<'_>>> = BTreeMap::new();
    for line in &report.migrations {
        suites.entry(&line.file).or_default();
    }
    for placed in report.placed(from) {
        suites.entry(placed.path).or_default().push(placed);
    }
    let broken: BTreeSet<&str> = report.failures.iter().map(|it| it.path.as_str()).collect();
    suites.retain(|path, found| !found.is_empty() || !broken.contains(path));
    let fails = |placed: &&Placed<'_>| placed.judged.fails(report.fail_on);
    let tests = suites.values().map(|found| found.len().max(1)).sum::<usize>();
    let failed = suites.values().flatten().filter(fails).count();
    let errors = report.failures.len();
    writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    let tests = tests + errors;
    writeln!(
        out,
        r#"<testsuites name="lockgate" tests="{tests}" failures="{failed}" errors="{errors}">"#
    )?;
    for (path, found) in &suites {
        suite(out, path, found, &fails)?;
    }
    for failure in &report.failures {
        let (path, place) = of_failure(failure);
        let (name, message) = (escaped(path), escaped(&failure.message));
        let at = place.map(|it| format!(":{}:{}", it.line, it.column)).unwrap_or_default();
        writeln!(out, r#"  <testsuite name="{name}" tests="1" failures="0" errors="1">"#)?;
        writeln!(out, r#"    <testcase name="lockgate could read this" classname="{name}">"#)?;
        writeln!(out, r#"      <error message="{message}" type="lockgate">{name}{at}</error>"#)?;
        writeln!(out, "    </testcase>\n  </testsuite>")?;
    }
    writeln!(out, "</testsuites>")
}

fn suite(
    out: &mut dyn Write,
    path: &str,
    found: &[Placed<'_>],
    fails: &impl Fn(&&Placed<'_>) -> bool,
) -> io::Result<()> {
    let name = escaped(path);
    let failed = found.iter().filter(fails).count();
    let tests = found.len().max(1);
    writeln!(out, r#"  <testsuite name="{name}" tests="{tests}" failures="{failed}" errors="0">"#)?;
    if found.is_empty() {
        writeln!(out, r#"    <testcase name="safe to ship" classname="{name}"/>"#)?;
    }
    for placed in found {
        let finding = placed.finding();
        let case = escaped(&format!("{} at line {}", finding.rule, placed.start.line));
        let text = format!(
            "{path}:{}:{}: {}[{}]: {}",
            placed.start.line,
            placed.start.column,
            finding.level,
            finding.rule,
            placed.text()
        );
        let (rule, message, text) =
            (escaped(finding.rule), escaped(&finding.message), escaped(&text));
        writeln!(out, r#"    <testcase name="{case}" classname="{name}">"#)?;
        match fails(&placed) {
            true => writeln!(
                out,
                r#"      <failure message="{message}" type="{rule}">{text}</failure>"#
            )?,
            false => writeln!(out, "      <system-out>{text}</system-out>")?,
        }
        writeln!(out, "    </testcase>")?;
    }
    writeln!(out, "  </testsuite>")
}
