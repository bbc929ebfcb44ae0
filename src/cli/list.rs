//! `lockgate list`.

use super::against::Scope;
use super::session;
use super::{List, TextFormat};
use crate::report::terminal::{self, Style};
use crate::report::{json, list};
use std::io::{self, Write};

/// Lists the migrations; the exit code says only whether all could be read.
pub fn run(args: &List, out: &mut dyn Write, style: Style) -> io::Result<u8> {
    let mut report = session::check(&args.input, &Scope::All, |_| {});
    report.findings.clear();
    match args.format {
        TextFormat::Json => json::list(out, &report)?,
        TextFormat::Text => {
            list::write(out, &report)?;
            terminal::failures(&mut io::stderr().lock(), &report.failures, style)?;
        }
    }
    Ok(report.exit_code())
}
