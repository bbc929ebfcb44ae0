//! `lockgate policy check`.

use super::{Which, load};
use crate::report::count;
use crate::report::terminal::{self, Style};
use std::io::{self, Write};

/// Checks policies; says how many there were on standard output, and what is wrong on standard
/// error.
pub fn run(which: &Which, out: &mut dyn Write, style: Style) -> io::Result<u8> {
    match load(which) {
        Ok((policies, _)) => {
            writeln!(out, "{} checked", count(policies.policies.len(), "policy"))?;
            Ok(0)
        }
        Err(failures) => {
            terminal::failures(&mut io::stderr().lock(), &failures, style)?;
            Ok(2)
        }
    }
}
