//! `lockgate policy test`.

use super::{Format, Test, load};
use crate::finding::Failure;
use crate::policy::test::{self, Run, json, junit, text};
use crate::report::terminal::{self, Style};
use std::io::{self, Write};

/// Runs the tests, and gives the exit code.
pub fn run(args: &Test, out: &mut dyn Write, style: Style) -> io::Result<u8> {
    match tested(args) {
        Ok(run) => {
            write(args, &run, out, style)?;
            Ok(run.exit_code(args.min_coverage))
        }
        Err(failures) => {
            if args.format == Format::Json {
                json::failures(out, &failures)?;
            } else {
                terminal::failures(&mut io::stderr().lock(), &failures, style)?;
            }
            Ok(2)
        }
    }
}

fn tested(args: &Test) -> Result<Run, Vec<Failure>> {
    let (policies, files) = load(&args.which)?;
    test::run(&policies, &files, args.run.as_deref())
}

fn write(args: &Test, run: &Run, out: &mut dyn Write, style: Style) -> io::Result<()> {
    let covered = args.coverage || args.min_coverage.is_some();
    match args.format {
        Format::Json => return json::write(out, run, covered),
        Format::Junit => junit::write(out, run)?,
        Format::Text => text::write(out, run, style)?,
    }
    if !covered {
        return Ok(());
    }
    // XML has no place for it.
    match args.format {
        Format::Junit => text::coverage(&mut io::stderr().lock(), &run.coverage, args.min_coverage),
        _ => text::coverage(out, &run.coverage, args.min_coverage),
    }
}
