//! `lockgate rules`.

use super::TextFormat;
use crate::report::json;
use crate::{docs, rules};
use std::io::{self, Write};

/// Writes the table of rules.
pub fn run(format: TextFormat, out: &mut dyn Write) -> io::Result<u8> {
    match format {
        TextFormat::Json => json::rules(out, rules::RULES)?,
        TextFormat::Text => out.write_all(docs::table().as_bytes())?,
    }
    Ok(0)
}
