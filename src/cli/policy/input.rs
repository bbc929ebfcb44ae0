//! `lockgate policy input`.

use super::Seen;
use crate::cli::session;
use crate::report::terminal::{self, Style};
use std::io::{self, Write};

/// Prints what a policy sees of each migration, or of the whole schema.
pub fn run(args: &Seen, out: &mut dyn Write, style: Style) -> io::Result<u8> {
    let (report, inputs) = session::inputs(&args.input);
    for set in &inputs {
        match args.catalog {
            true => set.write_catalog(out)?,
            false => set.write(out)?,
        }
    }
    terminal::failures(&mut io::stderr().lock(), &report.failures, style)?;
    Ok(report.exit_code())
}
