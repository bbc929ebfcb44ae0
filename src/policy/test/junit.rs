//! Tests of policies as JUnit's XML: a suite for each policy.

use super::{Outcome, Run, Test};
use crate::report::junit::{self, Case, Suite};
use std::io::{self, Write};

/// Writes what became of tests.
///
/// # Errors
/// What the writer gives.
pub fn write(out: &mut dyn Write, run: &Run) -> io::Result<()> {
    let suite = |(policy, tests): (&str, &[Test])| Suite {
        name: policy.to_owned(),
        cases: tests.iter().map(case).collect(),
    };
    let suites: Vec<Suite> = run.by_policy().map(suite).collect();
    junit::write(out, "lockgate policy test", &suites)
}

fn case(test: &Test) -> Case {
    let told = |lines: Vec<String>| {
        let first = lines.first().cloned().unwrap_or_default();
        (first, lines.join("\n"))
    };
    let outcome = match &test.outcome {
        Outcome::Passed => junit::Outcome::Passed,
        Outcome::Skipped => junit::Outcome::Skipped("its name begins with `todo_`".to_owned()),
        Outcome::Failed(why) => {
            let (first, all) = told(why.lines());
            junit::Outcome::Failed(first, all)
        }
        Outcome::Broken(failures) => {
            let said = failures.iter().map(|it| format!("{}: {}", it.path, it.message));
            let (first, all) = told(said.collect());
            junit::Outcome::Broken(first, all)
        }
    };
    Case {
        name: test.name.clone(),
        file: test.file.clone(),
        line: test.line,
        outcome,
        output: test.prints.join("\n"),
    }
}
