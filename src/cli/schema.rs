//! `lockgate schema`.

use super::session;
use super::{Schema, SchemaFormat};
use crate::report::terminal::{self, Style};
use crate::schema::canonical;
use std::io::{self, Write};

/// Prints the schema that the migrations make; the exit code says only whether all could be read.
pub fn run(args: &Schema, out: &mut dyn Write, style: Style) -> io::Result<u8> {
    let (report, catalogs) = session::schemas(&args.input);
    let SchemaFormat::Sql = args.format;
    for catalog in &catalogs {
        out.write_all(canonical::sql(catalog).as_bytes())?;
    }
    terminal::failures(&mut io::stderr().lock(), &report.failures, style)?;
    Ok(report.exit_code())
}
