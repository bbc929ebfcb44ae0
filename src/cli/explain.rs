//! `lockgate explain`.

use super::{WhichConfig, session};
use crate::config::closest::did_you_mean;
use crate::report::terminal::{self, Style};
use crate::{docs, rules};
use std::io::{self, Write};

/// Explains one rule, built in or a policy of the config.
pub fn run(id: &str, which: &WhichConfig, out: &mut dyn Write, style: Style) -> io::Result<u8> {
    let known = match rules::find(id) {
        Some(rule) => vec![rule],
        None => match session::rules(which) {
            Ok(rules) => rules,
            Err(failures) => {
                terminal::failures(&mut io::stderr().lock(), &failures, style)?;
                return Ok(2);
            }
        },
    };
    match known.iter().find(|rule| rule.id == id) {
        Some(rule) => {
            out.write_all(docs::explain(rule).as_bytes())?;
            Ok(0)
        }
        None => {
            let hint = did_you_mean(id, known.iter().map(|rule| rule.id));
            writeln!(io::stderr(), "error: there is no rule `{id}`{hint}")?;
            Ok(2)
        }
    }
}
