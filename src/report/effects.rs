//! What the statements of migrations lock, for people.

use crate::effects::{Touch, merged};
use crate::migration::Reading;
use crate::replay::Step;
use crate::report::terminal::excerpt::printable;
use crate::report::terminal::left_out;
use crate::report::{Report, count};
use crate::schema::name::{Name, ObjectKind, ObjectRef};
use crate::source::SourceFile;
use crate::statistics::{Size, TableStatistics};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// One statement, and what it does to objects that somebody may be using.
#[derive(Clone, Debug)]
pub struct StatementLine {
    /// The path of its file.
    pub file: String,
    /// The line that it begins on.
    pub line: u32,
    /// Its text as it is sent.
    pub sql: String,
    /// What it does: the kind of change, and its object.
    pub changes: Vec<(String, Option<ObjectRef>)>,
    /// What it locks, each object once.
    pub touches: Vec<Touch>,
    /// What statistics say of the tables among them.
    pub sizes: BTreeMap<Name, TableStatistics>,
    /// Why that may not be all; `None` where it is.
    pub unknown: Option<String>,
    /// The form in it that no transaction block takes.
    pub refused_in_block: Option<String>,
    /// Whether it runs in a transaction, where that is known: its locks last until the end of it.
    pub in_block: bool,
}

impl StatementLine {
    /// The line of a step.
    pub fn new(step: &Step<'_>, files: &[SourceFile]) -> Self {
        let statement = step.statement;
        let file = files.get(step.migration.migration.file.0 as usize);
        let unread = match &statement.reading {
            Reading::Understood => None,
            Reading::Opaque { why } | Reading::Unread { why, .. } => Some(why.clone()),
        };
        let touches =
            merged((0..statement.changes.len()).flat_map(|change| step.old_touches(change)));
        let size = |touch: &Touch| match step.size(&touch.object.name) {
            Size::Measured(found, _) => Some((touch.object.name.clone(), found.clone())),
            _ => None,
        };
        let changes = statement.changes.iter().map(|located| {
            let change = &located.change.value;
            (change.kind().into_owned(), change.object())
        });
        let mut effects = step.effects().iter();
        Self {
            file: file.map(|file| file.path.clone()).unwrap_or_default(),
            line: file.map_or(1, |file| file.place(statement.span.start).line),
            sql: statement.text.clone(),
            changes: changes.collect(),
            sizes: touches.iter().filter_map(size).collect(),
            touches,
            unknown: unread.or_else(|| effects.clone().find_map(|effect| effect.unknown.clone())),
            refused_in_block: effects.find_map(|effect| effect.refused_in_block.clone()),
            in_block: step.transaction.is_block(),
        }
    }

    /// Whether it is worth a line: not SET, BEGIN and their kin.
    fn is_shown(&self) -> bool {
        let silent = |kind: &str| matches!(kind, "set_variable" | "transaction" | "nothing");
        self.unknown.is_some() || !self.changes.iter().all(|(kind, _)| silent(kind))
    }
}

/// Writes what each statement locks, file by file.
///
/// # Errors
/// What the writer gives.
pub fn write(
    out: &mut dyn Write,
    report: &Report,
    lines: &[StatementLine],
    width: usize,
) -> io::Result<()> {
    let mut file = "";
    for line in lines.iter().filter(|line| line.is_shown()) {
        if line.file != file {
            let gap = if file.is_empty() { "" } else { "\n" };
            writeln!(out, "{gap}{}", printable(&line.file))?;
            file = &line.file;
            if line.in_block {
                writeln!(out, "       in a transaction: each lock is held to its end")?;
            }
        }
        let sql: Vec<&str> = line.sql.split_whitespace().collect();
        let head = format!("{:>5}  {}", line.line, printable(&sql.join(" ")));
        writeln!(out, "{}", shortened(&head, width))?;
        for text in statement(line) {
            writeln!(out, "         {text}")?;
        }
    }
    let known = match lines.iter().filter(|line| line.unknown.is_some()).count() {
        0 => "all effects known".to_owned(),
        unknown => format!("the effect of {unknown} not known"),
    };
    writeln!(out, "\n{}, {known}", count(lines.len(), "statement"))?;
    for line in left_out(report) {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

/// What is said about one statement, a line each.
fn statement(line: &StatementLine) -> Vec<String> {
    let mut said: Vec<String> = line
        .touches
        .iter()
        .filter(|it| is_telling(it, &line.touches))
        .map(|it| object(it, line))
        .collect();
    match &line.unknown {
        Some(why) => said.push(format!("not known: {}", printable(why))),
        None if said.is_empty() => said.push("locks nothing that exists".to_owned()),
        None => {}
    }
    if let Some(form) = &line.refused_in_block {
        said.push(format!("{form} runs outside a transaction block alone"));
    }
    said
}

/// An index is worth a line of its own only where it is locked more than its table is.
fn is_telling(touch: &Touch, all: &[Touch]) -> bool {
    let strongest = all.iter().filter(|it| it.object.kind != ObjectKind::Index).map(|it| it.mode);
    touch.object.kind != ObjectKind::Index || strongest.max().is_none_or(|mode| touch.mode > mode)
}

/// The object and its size, its lock, how long in kind, and who waits.
fn object(touch: &Touch, line: &StatementLine) -> String {
    let waits = match (touch.mode.blocks_reads(), touch.mode.blocks_writes()) {
        (true, _) => "reads and writes wait",
        (false, true) => "writes wait",
        (false, false) => "traffic goes on",
    };
    let work: Vec<&str> = [
        (touch.rewrites, "rewritten"),
        (touch.scans && !touch.rewrites, "scanned"),
        (touch.rebuilds && !touch.rewrites, "index built"),
    ]
    .into_iter()
    .filter_map(|(does, word)| does.then_some(word))
    .collect();
    let time = if work.is_empty() { "brief".to_owned() } else { work.join(", ") };
    let name = printable(&touch.object.name.to_string());
    let size =
        line.sizes.get(&touch.object.name).map(|size| format!(", {size}")).unwrap_or_default();
    format!("{} on {name}{size}: {time}; {waits}", touch.mode.name())
}

fn shortened(text: &str, width: usize) -> String {
    match text.chars().count() > width {
        true => text.chars().take(width.saturating_sub(3)).chain("...".chars()).collect(),
        false => text.to_owned(),
    }
}
