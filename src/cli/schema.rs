//! `lockgate schema`.

use super::session;
use super::{Schema, SchemaFormat};
use crate::frameworks::bookkeeping::is_bookkeeping;
use crate::report::terminal::{self, Style};
use crate::report::{json, schema};
use std::io::{self, Write};

/// Prints the schema that the migrations make; the exit code says only whether all could be read.
pub fn run(args: &Schema, out: &mut dyn Write, style: Style) -> io::Result<u8> {
    let (mut report, mut schemas) = session::schemas(&args.input, args.at.as_deref());
    report.findings.clear();
    if !args.bookkeeping {
        for schema in &mut schemas {
            let framework = report.sets.get(schema.set).map_or("", |set| set.framework);
            schema.catalog =
                schema.catalog.without_tables(|table| is_bookkeeping(framework, &table.name));
        }
    }
    match args.format {
        SchemaFormat::Json => json::schema::write(out, &report, &schemas)?,
        SchemaFormat::Sql => {
            schema::write(out, &report, &schemas)?;
            let mut errors = io::stderr().lock();
            for doubt in schema::doubts(&report, &schemas) {
                writeln!(errors, "note: {doubt}")?;
            }
            terminal::failures(&mut errors, &report.failures, style)?;
        }
    }
    Ok(report.exit_code())
}
