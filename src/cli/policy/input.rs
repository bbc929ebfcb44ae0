//! `lockgate policy input` and `lockgate policy schema`.

use super::Seen;
use crate::cli::session;
use crate::policy::input;
use crate::report::terminal::{self, Style};
use serde_json::Value;
use std::io::{self, Write};

/// Prints what a policy sees of each migration, or of the whole schema.
pub fn run(args: &Seen, out: &mut dyn Write, style: Style) -> io::Result<u8> {
    let (report, inputs) = session::inputs(&args.input);
    for set in &inputs {
        if args.catalog {
            print(out, &serde_json::to_value(&set.catalog)?)?;
            continue;
        }
        for document in &set.documents {
            print(out, &serde_json::to_value(document)?)?;
        }
    }
    terminal::failures(&mut io::stderr().lock(), &report.failures, style)?;
    Ok(report.exit_code())
}

/// Prints the JSON Schema of what policies see.
pub fn schema(out: &mut dyn Write) -> io::Result<u8> {
    print(out, &input::schema())?;
    Ok(0)
}

fn print(out: &mut dyn Write, document: &Value) -> io::Result<()> {
    writeln!(out, "{document:#}")
}
