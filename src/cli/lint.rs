//! `lockgate lint`.

use super::{Format, Lint, fix, session};
use crate::config::{Config, FailOn, Promise, Source};
use crate::report::terminal::{self, Style};
use crate::report::{github, json};
use crate::source::{Located, Span};
use std::io::{self, Write};

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
    let report = match (args.fix, args.diff) {
        (true, true) => return fix::show(args, amend, out, style),
        (true, false) => fix::apply(args, amend)?,
        (false, true) => session::check_with_diff(&args.input, amend),
        (false, false) => session::check(&args.input, amend),
    };
    let style = Style { notes: args.notes, ..style };
    match args.format {
        Format::Json => json::lint(out, &report)?,
        Format::Github => github::lint(out, &report, args.notes)?,
        Format::Terminal if report.has_run() => terminal::lint(out, &report, style)?,
        Format::Terminal => {
            terminal::failures(&mut io::stderr().lock(), &report.failures, style)?;
        }
    }
    Ok(report.exit_code())
}
