//! `lockgate baseline`.

use super::{Baseline, session};
use crate::finding::Failure;
use crate::judge::State;
use crate::judge::baseline::{Entry, write};
use crate::report::count;
use crate::report::terminal::{self, Style};
use std::collections::BTreeSet;
use std::io::{self, Write};

/// Writes down what is found today, so that only what comes later counts.
pub fn run(args: &Baseline, out: &mut dyn Write, style: Style) -> io::Result<u8> {
    let written = match is_ci() && !args.force {
        true => Err(Failure::new(
            "baseline",
            "in CI (the variable CI is set) nothing is written: a pull request would excuse itself. \
             Write the baseline by hand and commit it; `--force` writes it here too",
        )
        .into()),
        false => update(args),
    };
    match written {
        Ok(said) => {
            writeln!(out, "{said}")?;
            Ok(0)
        }
        Err(failures) => {
            terminal::failures(&mut io::stderr().lock(), &failures, style)?;
            Ok(2)
        }
    }
}

fn is_ci() -> bool {
    std::env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false")
}

/// Checks, and writes the file anew; says what became of it.
fn update(args: &Baseline) -> Result<String, Vec<Failure>> {
    let session = session::for_baseline(&args.input)?;
    let report = session.with_input(crate::check);
    if !report.failures.is_empty() {
        return Err(report.failures);
    }
    let config = session.config();
    let found = report.findings.iter().filter(|judged| match judged.state {
        State::Reported => !args.prune,
        state => state == State::Baselined,
    });
    let found: BTreeSet<Entry> =
        found.filter_map(|judged| Entry::new(judged, &report.files, config)).collect();
    let before: BTreeSet<Entry> = session.baseline().iter().cloned().collect();
    // What was not looked at is not gone.
    let read = report.files.iter().map(|file| crate::tree::join(&config.current, &file.path));
    let read: BTreeSet<String> = read.collect();
    let unread = before.iter().filter(|it| config.paths_given && !read.contains(&it.file));
    let after: BTreeSet<Entry> = found.into_iter().chain(unread.cloned()).collect();
    let (new, gone) = (after.difference(&before).count(), before.difference(&after).count());
    let path = session.write_baseline(&write(after.iter().cloned().collect()))?;
    Ok(format!("{path}: {} ({new} new, {gone} gone)", count(after.len(), "finding")))
}
