//! `lockgate effects`.

use super::session;
use super::{Effects, TextFormat};
use crate::report::terminal::{self, Style};
use crate::report::{effects, json};
use std::io::{self, Write};

/// Shows what migrations lock; the exit code says only whether all could be read.
pub fn run(args: &Effects, out: &mut dyn Write, style: Style) -> io::Result<u8> {
    let (mut report, lines) = session::effects(&args.input);
    report.findings.clear();
    match args.format {
        TextFormat::Json => json::effects(out, &report, &lines)?,
        TextFormat::Text => {
            if report.has_run() {
                effects::write(out, &report, &lines, style.width)?;
            }
            terminal::failures(&mut io::stderr().lock(), &report.failures, style)?;
        }
    }
    Ok(report.exit_code())
}
