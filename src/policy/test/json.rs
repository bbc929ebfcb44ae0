//! Tests of policies as JSON.

use super::{Counts, Got, Outcome, Run, Why};
use crate::finding::Failure;
use crate::report::SCHEMA_VERSION;
use serde::Serialize;
use std::io::{self, Write};

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    passed: usize,
    failed: usize,
    broken: usize,
    skipped: usize,
    tests: Vec<Test<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    coverage: Option<Coverage<'a>>,
    errors: Vec<Error<'a>>,
}

#[derive(Serialize)]
struct Test<'a> {
    policy: &'a str,
    name: &'a str,
    file: &'a str,
    line: u32,
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    got: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    missing: Vec<Wanted<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    surplus: Vec<Finding<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<Error<'a>>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    prints: &'a [String],
}

#[derive(Serialize)]
struct Wanted<'a> {
    line: u32,
    rule: &'a str,
}

#[derive(Serialize)]
struct Finding<'a> {
    line: u32,
    rule: &'a str,
    level: &'static str,
    message: &'a str,
}

#[derive(Serialize)]
struct Coverage<'a> {
    percent: f64,
    files: Vec<File<'a>>,
}

#[derive(Serialize)]
struct File<'a> {
    file: &'a str,
    percent: f64,
    lines: usize,
    not_covered: Vec<u32>,
}

#[derive(Serialize)]
struct Error<'a> {
    path: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<u32>,
    message: &'a str,
}

/// Writes what became of tests, and of the lines where that is asked for.
///
/// # Errors
/// What the writer gives.
pub fn write(out: &mut dyn Write, run: &Run, coverage: bool) -> io::Result<()> {
    let Counts { passed, failed, broken, skipped } = run.counts();
    let document = Document {
        tests: run.tests.iter().map(test).collect(),
        coverage: coverage.then(|| lines(&run.coverage)),
        ..Document::new([passed, failed, broken, skipped], Vec::new())
    };
    print(out, &document)
}

/// Writes why no test was run.
///
/// # Errors
/// What the writer gives.
pub fn failures(out: &mut dyn Write, failures: &[Failure]) -> io::Result<()> {
    print(out, &Document::new([0; 4], failures.iter().map(error).collect()))
}

impl<'a> Document<'a> {
    fn new([passed, failed, broken, skipped]: [usize; 4], errors: Vec<Error<'a>>) -> Self {
        let (tests, coverage) = (Vec::new(), None);
        Self {
            schema_version: SCHEMA_VERSION,
            passed,
            failed,
            broken,
            skipped,
            tests,
            coverage,
            errors,
        }
    }
}

fn print(out: &mut dyn Write, document: &Document<'_>) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, document)?;
    writeln!(out)
}

fn test(test: &super::Test) -> Test<'_> {
    let mut shown = Test {
        policy: &test.policy,
        name: &test.name,
        file: &test.file,
        line: test.line,
        outcome: test.outcome.name(),
        got: None,
        missing: Vec::new(),
        surplus: Vec::new(),
        errors: Vec::new(),
        prints: &test.prints,
    };
    match &test.outcome {
        Outcome::Passed | Outcome::Skipped => {}
        Outcome::Broken(failures) => shown.errors = failures.iter().map(error).collect(),
        Outcome::Failed(Why::Value { got, .. }) => shown.got = Some(got),
        Outcome::Failed(Why::Findings { missing, surplus, .. }) => {
            shown.missing =
                missing.iter().map(|(line, rule)| Wanted { line: *line, rule }).collect();
            shown.surplus = surplus.iter().map(finding).collect();
        }
    }
    shown
}

fn finding(got: &Got) -> Finding<'_> {
    let Got { line, rule, level, message } = got;
    Finding { line: *line, rule, level: level.name(), message }
}

fn lines(coverage: &super::Coverage) -> Coverage<'_> {
    let files = coverage.files.iter().map(|(path, lines)| File {
        file: path,
        percent: lines.percent(),
        lines: lines.all.len(),
        not_covered: lines.missed().into_iter().collect(),
    });
    Coverage { percent: coverage.percent(), files: files.collect() }
}

fn error(failure: &Failure) -> Error<'_> {
    let place = failure.at.as_deref().map(|(file, span)| file.place(span.start));
    Error {
        path: &failure.path,
        line: place.map(|it| it.line),
        column: place.map(|it| it.column),
        message: &failure.message,
    }
}
