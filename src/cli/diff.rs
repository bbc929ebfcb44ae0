//! `lockgate diff`.

use super::session;
use super::{Diff, DiffFormat};
use crate::finding::{Failure, FailureKind};
use crate::frameworks::bookkeeping::is_bookkeeping;
use crate::report::diff::{Comparison, End};
use crate::report::terminal::{self, Style};
use crate::report::{Report, diff, json};
use crate::schema::diff::Options;
use std::io::{self, Write};

/// Compares; 0 equal, 1 different, 2 and 3 what could not be read.
pub fn run(args: &Diff, out: &mut dyn Write, style: Style) -> io::Result<u8> {
    let compared = compare(args);
    match (args.format, &compared) {
        (DiffFormat::Json, Ok(comparison)) => json::diff::write(out, comparison)?,
        (DiffFormat::Json, Err(report)) => json::diff::failed(out, report)?,
        (DiffFormat::Text, Ok(comparison)) => diff::write(out, comparison, style)?,
        (DiffFormat::Unified, Ok(comparison)) => {
            diff::unified::write(out, comparison, style)?;
            let mut errors = io::stderr().lock();
            for doubt in comparison.doubts() {
                writeln!(errors, "note: {doubt}")?;
            }
        }
        (DiffFormat::Markdown, Ok(comparison)) => diff::markdown::write(out, comparison)?,
        (_, Err(report)) => {
            terminal::failures(&mut io::stderr().lock(), &report.failures, style)?;
        }
    }
    Ok(match compared {
        // What was not read may differ: that is not equal.
        Ok(comparison) => u8::from(!comparison.diff.is_empty() || !comparison.doubts().is_empty()),
        Err(report) => report.exit_code(),
    })
}

/// Both sides and how they differ; a report of what could not be read.
fn compare(args: &Diff) -> Result<Comparison, Box<Report>> {
    if args.from == "-" && args.to == "-" {
        let message = "standard input is read once: give another side";
        return Err(failed(Failure::new("-", message)));
    }
    let (from, to) = std::thread::scope(|scope| {
        let from = scope.spawn(|| end(args, &args.from));
        let to = end(args, &args.to);
        let broke = || failed(Failure::new(&args.from, "lockgate broke while it read this"));
        (from.join().unwrap_or_else(|_| Err(broke())), to)
    });
    let (mut from, mut to) = (from?, to?);
    let engines = [&from, &to].map(|end| end.catalog.engine());
    if engines[0] != engines[1] {
        let message = format!(
            "read as {}, and {} as {}; `--dialect` says what both are",
            engines[0].title(),
            to.name,
            engines[1].title()
        );
        return Err(failed(Failure::new(from.name, message)));
    }
    if !args.bookkeeping {
        // A dump has the books of the framework on the other side.
        let frameworks = [from.framework, to.framework];
        let is_book = |table: &str| frameworks.iter().any(|it| is_bookkeeping(it, table));
        for end in [&mut from, &mut to] {
            end.catalog = end.catalog.without_tables(|table| is_book(&table.name));
        }
    }
    let options = Options { ignore_names: args.ignore_names, ..Options::default() };
    Ok(Comparison::new(from, to, options))
}

/// One side, which holds one schema.
fn end(args: &Diff, side: &str) -> Result<End, Box<Report>> {
    let (mut report, mut schemas) = session::side(side, &args.reading);
    report.findings.clear();
    if !report.failures.is_empty() {
        return Err(Box::new(report));
    }
    if schemas.len() > 1 {
        let roots: Vec<&str> = report.sets.iter().map(|set| set.root.as_str()).collect();
        let message = format!(
            "holds {} schemas, in {}: give one of them",
            schemas.len(),
            crate::finding::listed(&roots)
        );
        return Err(failed(Failure::new(side, message)));
    }
    match schemas.pop() {
        Some(schema) => Ok(End::new(side, report, schema)),
        None => {
            let failure = Failure::new(side, "holds no migration that lockgate knows");
            let kind = FailureKind::NoMigration;
            Err(failed(Failure { kind, ..failure }))
        }
    }
}

fn failed(failure: Failure) -> Box<Report> {
    Box::new(Report::failed(vec![failure]))
}
