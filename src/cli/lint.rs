//! `lockgate lint`.

use super::against::Scope;
use super::{Lint, fix, session};
use crate::config::{Config, FailOn, Promise, Source};
use crate::finding::Failure;
use crate::report::formats::TERMINAL;
use crate::report::terminal::{self, Style};
use crate::source::{Located, Span};
use crate::tree;
use std::io::{self, Write};

/// The width of a terminal report in a file.
const WIDTH: usize = 100;

/// Checks, reports, and gives the exit code.
pub fn run(args: &Lint, out: &mut dyn Write, style: Style) -> io::Result<u8> {
    let amend = |config: &mut Config| {
        let flag = args.fail_on.as_deref().and_then(FailOn::from_word);
        config.fail_on = flag.or(config.fail_on);
        let flag = args.promise.as_deref().and_then(Promise::from_word);
        config.promise = flag.or(config.promise);
        config.code = args.code.clone();
        let given = args.policy.iter().cloned().map(Source::Given);
        config.policies.extend(given.map(|path| Located::new(path, Span::default())));
    };
    let scope = Scope::of(args);
    let mut report = match (args.fix, args.diff) {
        (true, true) => return fix::show(args, amend, out, style),
        (true, false) => fix::apply(args, amend)?,
        (false, true) => session::check_with_diff(&args.input, &scope, amend),
        (false, false) => session::check(&args.input, &scope, amend),
    };
    let style = Style { notes: args.notes, ..style };
    for (format, file) in &args.output {
        let mut text = Vec::new();
        (format.write)(&mut text, &report, Style { color: false, width: WIDTH, ..style })?;
        if let Err(error) = tree::write::report(file, &text) {
            let path = file.display().to_string();
            report.failures.push(Failure::new(path, format!("cannot be written: {error}")));
        }
    }
    if args.format.name == TERMINAL.name && !report.has_run() {
        terminal::failures(&mut io::stderr().lock(), &report.failures, style)?;
    } else {
        (args.format.write)(out, &report, style)?;
    }
    Ok(report.exit_code())
}
