//! For people: each finding with its place in the source, then the summary and the verdict.

pub mod excerpt;

use crate::config::Deploy;
use crate::dialect::Engine;
use crate::docs::wrap;
use crate::finding::{Failure, Finding, Label, Level, listed};
use crate::judge::{Judged, State, Verdict};
use crate::report::diff::write_sets;
use crate::report::terminal::excerpt::{Excerpt, printable};
use crate::report::{Against, Report, Set, count, count_of};
use crate::source::{Encoding, SourceFile};
use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, Severity, SourceCode,
    ThemeCharacters, ThemeStyles,
};
use std::collections::BTreeSet;
use std::fmt;
use std::io::{self, Write};

const BOLD_RED: &str = "\u{1b}[1;31m";
const BOLD_GREEN: &str = "\u{1b}[1;32m";
const RESET: &str = "\u{1b}[0m";

/// How a terminal report looks.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// With ANSI colours.
    pub color: bool,
    /// Columns that a line may have.
    pub width: usize,
    /// Notes are shown, not only counted.
    pub notes: bool,
}

/// Writes the report of `lint`.
///
/// # Errors
/// What the writer gives.
pub fn lint(out: &mut dyn Write, report: &Report, style: Style) -> io::Result<()> {
    let least = if style.notes { Level::Note } else { Level::Warning };
    for judged in report.in_state(State::Reported) {
        let finding = &judged.finding;
        if finding.level >= least {
            write_finding(out, finding, &report.files, style)?;
        }
    }
    write_sets(out, report, style)?;
    failures(out, &report.failures, style)?;
    let lines = summary(report, style.notes);
    let (verdict, counts) = lines.split_last().map_or(("", &[][..]), |(last, rest)| (last, rest));
    for line in counts {
        writeln!(out, "{line}")?;
    }
    match (style.color, report.verdict()) {
        (false, _) => writeln!(out, "{verdict}"),
        (true, Verdict::Pass) => writeln!(out, "{BOLD_GREEN}{verdict}{RESET}"),
        (true, Verdict::Fail) => writeln!(out, "{BOLD_RED}{verdict}{RESET}"),
    }
}

/// Writes what could not be done.
///
/// # Errors
/// What the writer gives.
pub fn failures(out: &mut dyn Write, failures: &[Failure], style: Style) -> io::Result<()> {
    for failure in failures {
        let (message, excerpt) = match failure.at.as_deref() {
            Some((file, span)) => {
                (failure.message.clone(), Some(Excerpt::new(file, *span, "", style.width)))
            }
            None => (format!("{}: {}", failure.path, failure.message), None),
        };
        write_shown(
            out,
            Shown { level: Level::Error, message, help: None, excerpt },
            "error:",
            style,
        )?;
        writeln!(out)?;
    }
    Ok(())
}

/// The last lines of a report: what was found, what was read, the verdict.
pub fn summary(report: &Report, notes: bool) -> Vec<String> {
    let levels = [Level::Error, Level::Warning, Level::Note];
    let mut counts: Vec<String> =
        levels.map(|level| count(report.reported(level), level.name())).to_vec();
    if !notes
        && report.reported(Level::Note) > 0
        && let Some(last) = counts.last_mut()
    {
        last.push_str(" (shown with --notes)");
    }
    for state in [State::Allowed, State::Waived, State::Baselined, State::DryRun] {
        let number = report.in_state(state).count();
        if number > 0 {
            counts.push(format!("{number} {}", state.name()));
        }
    }
    let statements = report.statements();
    let read = format!(
        "{} in {}{}: {} understood, {} opaque, {} unread",
        count(statements.total(), "statement"),
        count_of(&report.migrations.iter().collect::<Vec<_>>()),
        other_engines(&report.sets),
        statements.understood,
        statements.opaque,
        statements.unread,
    );
    let mut lines = vec![counts.join(", "), read];
    if !report.policies.is_empty() {
        let number = report.policies.len();
        lines.push(format!("{number} {} loaded", if number == 1 { "policy" } else { "policies" }));
    }
    lines.extend(not_promised(report));
    lines.extend(on_base(report));
    let worst = report.in_state(State::Reported).map(|it| it.finding.level).max();
    let of_worst = |it: &&Judged| Some(it.finding.level) == worst;
    if let Some(first) = report.in_state(State::Reported).find(of_worst) {
        lines.push(format!("`lockgate explain {}` says more of a rule", first.finding.rule));
    }
    lines.extend(left_out(report));
    let latin1 = report.files.iter().filter(|file| file.encoding == Encoding::Latin1);
    lines.extend(
        latin1.map(|file| format!("{} is not UTF-8: read as Latin-1", printable(&file.path))),
    );
    lines.push(verdict(report));
    lines
}

/// How many findings nobody promised to keep from happening.
fn not_promised(report: &Report) -> Option<String> {
    let breaks = match report.in_state(State::NotPromised).count() {
        0 => return None,
        1 => "1 more breaks".to_owned(),
        number => format!("{number} more break"),
    };
    let deploy = match report.deploy {
        Deploy::MigrateFirst => "",
        Deploy::CodeFirst => ", deploy: code-first",
    };
    let promise = report.promise.word();
    Some(format!("{breaks} only what is not promised (promise: {promise}{deploy})"))
}

/// What was judged, and how much is left to the base branch.
fn on_base(report: &Report) -> Option<String> {
    let Against { base, migrations } = report.against.as_ref()?;
    let found = match report.in_state(State::OnBase).count() {
        0 => String::new(),
        number => format!(", where --all finds {number} more"),
    };
    let others = report.migrations.len().saturating_sub(*migrations);
    Some(format!(
        "judged {} beside `{base}`; {} on it{found}",
        count(*migrations, "new or edited migration"),
        if others == 1 { "1 other is".to_owned() } else { format!("{others} others are") },
    ))
}

/// The engines that the sets were read as, where one is not PostgreSQL.
fn other_engines(sets: &[Set]) -> String {
    let engines: BTreeSet<Engine> =
        sets.iter().filter_map(|set| set.dialect).map(|dialect| dialect.engine).collect();
    if engines.iter().all(|engine| *engine == Engine::Postgres) {
        return String::new();
    }
    let names: Vec<&str> = engines.into_iter().map(Engine::title).collect();
    format!(" ({})", names.join(", "))
}

/// What was left out: migrations for another database, and dumps beside migrations.
pub fn left_out(report: &Report) -> Vec<String> {
    let mut lines = Vec::new();
    let sets = &report.left_out;
    if !sets.is_empty() {
        let databases: BTreeSet<&str> = sets.iter().filter_map(|set| set.database).collect();
        let databases: Vec<&str> = databases.into_iter().collect();
        let migrations = count(sets.iter().map(|set| set.migrations).sum(), "migration");
        lines.push(format!("{migrations} left out: for {}", databases.join(", ")));
    }
    if !report.dumps.is_empty() {
        let dumps = count(report.dumps.len(), "dump");
        let paths: Vec<String> = report.dumps.iter().map(|dump| printable(&dump.path)).collect();
        lines.push(format!("{dumps} left out beside migrations: {}", listed(&paths)));
    }
    lines
}

/// The verdict, in one line.
pub fn verdict(report: &Report) -> String {
    let failing = report.findings.iter().filter(|judged| judged.fails(report.fail_on)).count();
    let fail_on = report.fail_on.word();
    match (failing, report.failures.len()) {
        (0, 0) if fail_on == "never" => "PASS: findings never fail (fail-on: never)".to_owned(),
        (0, 0) => format!("PASS: no finding at or above `{fail_on}`"),
        (0, failures) => {
            format!("FAIL: not all was checked: {}", count(failures, "error") + " above")
        }
        (findings, 0) => format!("FAIL: {} at or above `{fail_on}`", count(findings, "finding")),
        (findings, failures) => format!(
            "FAIL: {} at or above `{fail_on}`, and not all was checked: {} in reading",
            count(findings, "finding"),
            count(failures, "error"),
        ),
    }
}

fn write_finding(
    out: &mut dyn Write,
    finding: &Finding,
    files: &[SourceFile],
    style: Style,
) -> io::Result<()> {
    let Label { file, span, text } = &finding.primary;
    let file = files.get(file.0 as usize);
    let shown = Shown {
        level: finding.level,
        message: finding.message.clone(),
        help: finding.help.clone(),
        excerpt: file.map(|file| Excerpt::new(file, *span, text, style.width)),
    };
    write_shown(out, shown, &format!("{}[{}]:", finding.level, finding.rule), style)?;
    for label in &finding.related {
        if let Some(file) = files.get(label.file.0 as usize) {
            let place = file.place(label.span.start);
            let (path, text) = (printable(&file.path), printable(&label.text));
            writeln!(out, "  see:  {path}:{}:{} {text}", place.line, place.column)?;
        }
    }
    writeln!(out)
}

fn write_shown(out: &mut dyn Write, shown: Shown, heading: &str, style: Style) -> io::Result<()> {
    // Wrapped here: miette would break words at their hyphens, rule ids too.
    let column = "  ".len() + heading.len() + 1;
    let shown = Shown {
        message: wrap(&printable(&shown.message), "", style.width - "  │ ".len(), column - 4),
        help: shown.help.map(|help| wrap(&printable(&help), "", style.width - "  help: ".len(), 0)),
        ..shown
    };
    let styles = if style.color { ThemeStyles::ansi() } else { ThemeStyles::none() };
    let mut characters = ThemeCharacters::unicode();
    // The place of miette's icon takes the level and the rule: one line less for each finding.
    characters.error = heading.to_owned();
    characters.warning = heading.to_owned();
    characters.advice = heading.to_owned();
    let handler = GraphicalReportHandler::new_themed(GraphicalTheme { characters, styles })
        .with_links(false)
        .with_width(style.width)
        .with_wrap_lines(false)
        .with_context_lines(1)
        .without_primary_span_start()
        .without_syntax_highlighting();
    let mut text = String::new();
    handler.render_report(&mut text, &shown).map_err(io::Error::other)?;
    // miette pads lines, and puts empty ones around the source.
    for line in text.split('\n').map(str::trim_end).filter(|line| !line.is_empty()) {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

/// A finding or failure as miette asks for it.
#[derive(Debug)]
struct Shown {
    level: Level,
    message: String,
    help: Option<String>,
    excerpt: Option<Excerpt>,
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Shown {}

impl Diagnostic for Shown {
    fn severity(&self) -> Option<Severity> {
        Some(match self.level {
            Level::Error => Severity::Error,
            Level::Warning => Severity::Warning,
            Level::Note => Severity::Advice,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.excerpt.as_ref().map(|excerpt| excerpt as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let excerpt = self.excerpt.as_ref()?;
        Some(Box::new(std::iter::once(excerpt.label())))
    }
}
