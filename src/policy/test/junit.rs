//! Tests of policies as JUnit's XML, for CI servers: a suite for each policy.

use super::{Counts, Outcome, Run, Test};
use crate::report::xml::escaped;
use std::io::{self, Write};

/// Writes what became of tests.
///
/// # Errors
/// What the writer gives.
pub fn write(out: &mut dyn Write, run: &Run) -> io::Result<()> {
    writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    writeln!(out, r#"<testsuites name="lockgate policy test" {}>"#, numbers(&run.tests))?;
    for (policy, tests) in run.by_policy() {
        writeln!(out, r#"  <testsuite name="{}" {}>"#, escaped(policy), numbers(tests))?;
        for test in tests {
            write_test(out, test)?;
        }
        writeln!(out, "  </testsuite>")?;
    }
    writeln!(out, "</testsuites>")
}

/// How many tests came to what, as attributes.
fn numbers(tests: &[Test]) -> String {
    let Counts { failed, broken, skipped, .. } = Counts::of(tests);
    let all = tests.len();
    format!(r#"tests="{all}" failures="{failed}" errors="{broken}" skipped="{skipped}""#)
}

fn write_test(out: &mut dyn Write, test: &Test) -> io::Result<()> {
    let (policy, name, file) = (escaped(&test.policy), escaped(&test.name), escaped(&test.file));
    let line = test.line;
    let case =
        format!(r#"    <testcase name="{name}" classname="{policy}" file="{file}" line="{line}""#);
    let outcome = match &test.outcome {
        Outcome::Passed => None,
        Outcome::Skipped => Some(r#"<skipped message="still to be written"/>"#.to_owned()),
        Outcome::Failed(why) => Some(told("failure", &why.lines())),
        Outcome::Broken(failures) => {
            let said = failures.iter().map(|it| format!("{}: {}", it.path, it.message));
            Some(told("error", &said.collect::<Vec<_>>()))
        }
    };
    if outcome.is_none() && test.prints.is_empty() {
        return writeln!(out, "{case}/>");
    }
    writeln!(out, "{case}>")?;
    if let Some(outcome) = outcome {
        writeln!(out, "      {outcome}")?;
    }
    if !test.prints.is_empty() {
        let prints = escaped(&test.prints.join("\n"));
        writeln!(out, "      <system-out>{prints}</system-out>")?;
    }
    writeln!(out, "    </testcase>")
}

/// The first line as the message, all of them as the text.
fn told(tag: &str, lines: &[String]) -> String {
    let message = escaped(lines.first().map_or("", String::as_str));
    format!(r#"<{tag} message="{message}">{}</{tag}>"#, escaped(&lines.join("\n")))
}
