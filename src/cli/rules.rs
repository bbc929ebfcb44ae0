//! `lockgate rules`.

use super::{TextFormat, WhichConfig, session};
use crate::docs;
use crate::report::json;
use crate::report::terminal::{self, Style};
use std::io::{self, Write};

/// Writes the table of rules, built-in ones and the policies of the config.
pub fn run(
    format: TextFormat,
    which: &WhichConfig,
    out: &mut dyn Write,
    style: Style,
) -> io::Result<u8> {
    let rules = match session::rules(which) {
        Ok(rules) => rules,
        Err(failures) => {
            terminal::failures(&mut io::stderr().lock(), &failures, style)?;
            return Ok(2);
        }
    };
    match format {
        TextFormat::Json => json::rules(out, &rules)?,
        TextFormat::Text => out.write_all(docs::table(&rules).as_bytes())?,
    }
    Ok(0)
}
