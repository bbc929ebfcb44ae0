//! `lockgate explain`.

use crate::config::closest::did_you_mean;
use crate::{docs, rules};
use std::io::{self, Write};

/// Explains one rule.
pub fn run(id: &str, out: &mut dyn Write) -> io::Result<u8> {
    match rules::find(id) {
        Some(rule) => {
            out.write_all(docs::explain(rule).as_bytes())?;
            Ok(0)
        }
        None => {
            let hint = did_you_mean(id, rules::RULES.iter().map(|rule| rule.id));
            writeln!(io::stderr(), "error: there is no rule `{id}`{hint}")?;
            Ok(2)
        }
    }
}
