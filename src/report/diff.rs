//! How two schemas differ, for people: a tree with a branch for each object.

pub mod lines;
pub mod markdown;
pub mod unified;

use crate::finding::Breaks;
use crate::report::schema::{SetSchema, sentence};
use crate::report::terminal::Style;
use crate::report::terminal::excerpt::printable;
use crate::report::{Report, count};
use crate::schema::catalog::Catalog;
use crate::schema::diff::{Difference, Options, SchemaDiff, Side, Unknown, Verb, diff};
use lines::Lines;
use std::collections::BTreeSet;
use std::io::{self, Write};

/// One side of a comparison.
#[derive(Clone, Debug)]
pub struct End {
    /// What the user called it.
    pub name: String,
    /// The framework that it is read as.
    pub framework: &'static str,
    /// What was read.
    pub report: Report,
    /// The schema.
    pub catalog: Catalog,
}

impl End {
    /// A side of this name.
    pub fn new(name: &str, report: Report, schema: SetSchema) -> Self {
        let framework = report.sets.get(schema.set).map_or("", |set| set.framework);
        Self { name: name.to_owned(), framework, report, catalog: schema.catalog }
    }

    /// What it does not claim to know, a sentence each.
    fn doubts(&self) -> impl Iterator<Item = String> {
        self.catalog.doubts().into_iter().map(|doubt| sentence(&self.report, &doubt))
    }
}

/// Two sides and how they differ.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// What was.
    pub from: End,
    /// What is to be.
    pub to: End,
    /// How they differ.
    pub diff: SchemaDiff,
}

impl Comparison {
    /// Compares two sides.
    pub fn new(from: End, to: End, options: Options) -> Self {
        let diff = diff(&from.catalog, &to.catalog, options);
        Self { from, to, diff }
    }

    /// What neither side claims to know, a sentence each; one that both have stands once.
    pub fn doubts(&self) -> Vec<String> {
        let mut seen = BTreeSet::new();
        let sides = [(&self.from, Side::From), (&self.to, Side::To)];
        let doubts = sides.into_iter().flat_map(|(end, side)| {
            end.doubts().map(move |doubt| format!("{}: {doubt}", side.name()))
        });
        doubts.filter(|doubt| seen.insert(doubt.clone())).collect()
    }

    /// The last line: whether they are equal.
    pub fn verdict(&self) -> String {
        let doubts = self.doubts().len();
        match (verdict(&self.diff), doubts) {
            (Some(different), _) => format!("DIFFERENT: {different}"),
            (None, 0) => "EQUAL".to_owned(),
            (None, _) => "EQUAL as far as it was read".to_owned(),
        }
    }
}

/// What the migrations of one set change in the schema.
#[derive(Clone, Debug)]
pub struct SetDiff {
    /// The set: an index into the report's.
    pub set: usize,
    /// What differs at their end.
    pub diff: SchemaDiff,
    /// Whether all that stood before them was seen.
    pub complete: bool,
}

/// What is said where tables are used that nobody showed.
const UNSEEN: &str = "of tables that these migrations do not create, only what is added is shown; \
                      `--schema` tells the rest";

/// Writes what migrations change, below their findings; where there are several sets, each with its
/// name.
///
/// # Errors
/// What the writer gives.
pub fn write_sets(out: &mut dyn Write, report: &Report, style: Style) -> io::Result<()> {
    for SetDiff { set, diff, complete } in &report.schema_diffs {
        let mut lines = Lines::new(style);
        let of = report.sets.get(*set).filter(|_| report.schema_diffs.len() > 1);
        let of = of.map(|set| format!(" of {} in {}", set.framework, set.root));
        let what = verdict(diff).unwrap_or_else(|| "nothing changes".to_owned());
        lines.head(&format!("schema{}: {what}", of.unwrap_or_default()));
        write_tree(&mut lines, diff);
        if !complete {
            lines.gap();
            lines.text(0, UNSEEN);
        }
        lines.gap();
        out.write_all(lines.finish().as_bytes())?;
    }
    Ok(())
}

/// How much differs and what it breaks; `None` where nothing does.
pub fn verdict(diff: &SchemaDiff) -> Option<String> {
    if diff.is_empty() {
        return None;
    }
    let counted = diff.differences.iter().filter(|difference| !difference.with_group);
    let numbers = [Verb::Added, Verb::Removed, Verb::Changed].map(|verb| {
        let number = counted.clone().filter(|difference| difference.verb == verb).count();
        (number > 0).then(|| format!("{number} {}", verb.name()))
    });
    let mut parts: Vec<String> = numbers.into_iter().flatten().collect();
    if !diff.unknown.is_empty() {
        parts.push(format!("{} not known", diff.unknown.len()));
    }
    let breaks: BTreeSet<Breaks> = counted.flat_map(|it| it.breaks.iter().copied()).collect();
    let breaks = match breaks.is_empty() {
        true if !diff.unknown.is_empty() => String::new(),
        true => "; breaks nothing".to_owned(),
        false => format!("; breaks {}", listed_breaks(breaks.into_iter())),
    };
    Some(format!("{}{breaks}", parts.join(", ")))
}

/// `readers, writers`.
pub fn listed_breaks(breaks: impl Iterator<Item = Breaks>) -> String {
    breaks.map(Breaks::name).collect::<Vec<_>>().join(", ")
}

/// Writes a comparison.
///
/// # Errors
/// What the writer gives.
pub fn write(out: &mut dyn Write, comparison: &Comparison, style: Style) -> io::Result<()> {
    let mut lines = Lines::new(style);
    lines.head(&format!("{} -> {}", comparison.from.name, comparison.to.name));
    write_tree(&mut lines, &comparison.diff);
    let doubts = comparison.doubts();
    if !doubts.is_empty() {
        lines.gap();
        lines.head("not certain");
        doubts.iter().for_each(|doubt| lines.text(1, doubt));
    }
    lines.gap();
    lines.verdict(&comparison.verdict(), comparison.diff.is_empty());
    out.write_all(lines.finish().as_bytes())
}

/// The branches: one for each object, with what differs in it.
pub fn write_tree(lines: &mut Lines, diff: &SchemaDiff) {
    let mut last: Option<&Difference> = None;
    for difference in &diff.differences {
        let new = last.is_none_or(|it| it.group.object != difference.group.object);
        if new {
            lines.gap();
            let verb = if difference.is_whole() { difference.verb } else { Verb::Changed };
            let Difference { group, .. } = difference;
            lines.branch(0, verb, &format!("{} {}", group.kind, group.name));
        }
        last = Some(difference);
        // What goes with its table needs no line of its own.
        if difference.with_group && difference.verb == Verb::Removed {
            continue;
        }
        let depth = if difference.is_whole() { 1 } else { 2 };
        if !difference.is_whole() {
            let of = &difference.of;
            let whole = (difference.verb != Verb::Changed).then(|| in_words(difference));
            let text = format!("{} {} {}", of.kind, of.name, whole.unwrap_or_default());
            lines.branch(1, difference.verb, text.trim_end());
        }
        said(lines, difference, depth);
    }
    if !diff.unknown.is_empty() {
        lines.gap();
        lines.head("not known");
        diff.unknown.iter().for_each(|unknown| lines.text(1, &unknown_words(unknown)));
    }
}

/// What is said of an object of one side, as SQL has it.
pub fn in_words(difference: &Difference) -> String {
    let words = difference.said.iter().filter(|said| !is_long(said.value()));
    let words = words.map(|said| format!("{} {}", said.lead, said.value()).trim().to_owned());
    words.collect::<Vec<_>>().join(" ")
}

/// The sentence on what a side does not tell.
pub fn unknown_words(unknown: &Unknown) -> String {
    let Unknown { of, group, side } = unknown;
    let whole = of.object == group.object;
    let on = if whole { String::new() } else { format!(" of {} {}", group.kind, group.name) };
    format!("{} does not tell whether it has {} {}{on}", side.name(), of.kind, of.name)
}

/// Whether a value needs lines of its own.
fn is_long(value: &str) -> bool {
    const LONG: usize = 200;
    value.contains('\n') || value.len() > LONG
}

fn said(lines: &mut Lines, difference: &Difference, depth: usize) {
    if difference.verb == Verb::Changed {
        for said in &difference.said {
            let name = said.name.replace('_', " ");
            let value = |value: &Option<String>| match value.as_deref() {
                None => "none".to_owned(),
                Some("") => "yes".to_owned(),
                Some(value) => value.to_owned(),
            };
            let (before, after) = (value(&said.before), value(&said.after));
            match before.len() + after.len() > lines.room(depth)
                || is_long(&before)
                || is_long(&after)
            {
                true => {
                    lines.text(depth, &format!("{name}:"));
                    lines.changed(depth + 1, &before, &after);
                }
                false => lines.text(depth, &format!("{name}: {before} -> {after}")),
            }
        }
    } else if difference.is_whole() {
        let words = in_words(difference);
        if !words.is_empty() && difference.verb == Verb::Added {
            lines.text(depth, &words);
        }
    }
    if !difference.breaks.is_empty() {
        let breaks = listed_breaks(difference.breaks.iter().copied());
        lines.alarm(depth, &format!("breaks {breaks}"));
    }
    if !difference.dependents.is_empty() {
        let used: Vec<String> =
            difference.dependents.iter().map(|it| format!("{} {}", it.kind, it.name)).collect();
        lines.text(depth, &format!("used by {}", shortened(&used)));
    }
    if !difference.like.is_empty() {
        lines.text(depth, &rename_words(difference));
    }
}

/// What an object that came or went looks like.
pub fn rename_words(difference: &Difference) -> String {
    let word = if difference.verb == Verb::Added { "of" } else { "to" };
    format!("looks like a rename {word} {}", difference.like.join(" or "))
}

/// The first few, and how many more there are.
pub fn shortened(names: &[String]) -> String {
    const SHOWN_MAX: usize = 6;
    let shown = names.iter().take(SHOWN_MAX).cloned().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(SHOWN_MAX) {
        0 => shown,
        more => format!("{shown} and {}", count(more, "other")),
    }
}

/// A name that a terminal shows as it is.
fn safe(text: &str) -> String {
    text.split('\n').map(printable).collect::<Vec<_>>().join("\n")
}
