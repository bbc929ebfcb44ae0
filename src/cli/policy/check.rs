//! `lockgate policy check`.

use super::{Which, load};
use crate::policy::test;
use crate::report::count;
use crate::report::terminal::{self, Style};
use std::io::{self, Write};

/// Checks policies; says how many there were on standard output, and what is wrong on standard
/// error.
pub fn run(which: &Which, out: &mut dyn Write, style: Style) -> io::Result<u8> {
    let checked = load(which).and_then(|(policies, files)| {
        test::check(&policies, &files)?;
        Ok(policies)
    });
    match checked {
        Ok(policies) => {
            let policies = &policies.policies;
            let entries = policies.iter().map(|policy| policy.entries.len()).sum();
            let rules = count(entries, "rule");
            match policies.len() {
                1 => writeln!(out, "1 policy, {rules} checked")?,
                many => writeln!(out, "{many} policies, {rules} checked")?,
            }
            Ok(0)
        }
        Err(failures) => {
            terminal::failures(&mut io::stderr().lock(), &failures, style)?;
            Ok(2)
        }
    }
}
