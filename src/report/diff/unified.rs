//! The SQL of two schemas, each object in one spelling, as a unified diff.

use super::Comparison;
use crate::report::terminal::Style;
use crate::schema::canonical::{self, Definition};
use crate::schema::diff::Difference;
use crate::schema::name::{ObjectKind, ObjectRef};
use similar::TextDiff;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

/// How many lines stand around a change.
const CONTEXT: usize = 3;

/// Writes the diff; nothing where the texts are equal.
///
/// # Errors
/// What the writer gives.
pub fn write(out: &mut dyn Write, comparison: &Comparison, style: Style) -> io::Result<()> {
    write_text(out, &text(comparison), style)
}

/// Writes a diff, in colours where they are wanted.
///
/// # Errors
/// What the writer gives.
pub fn write_text(out: &mut dyn Write, diff: &str, style: Style) -> io::Result<()> {
    for line in diff.split_inclusive('\n') {
        let color = match line.as_bytes().first() {
            _ if !style.color => "",
            Some(b'+') => "\u{1b}[32m",
            Some(b'-') => "\u{1b}[31m",
            Some(b'@') => "\u{1b}[36m",
            _ => "",
        };
        match color.is_empty() {
            true => out.write_all(line.as_bytes())?,
            false => writeln!(out, "{color}{}\u{1b}[0m", line.trim_end_matches('\n'))?,
        }
    }
    Ok(())
}

/// The diff of a file as git writes it; `from` is `None` where the file is new.
pub fn file(path: &str, from: Option<&str>, to: &str) -> String {
    let old = from.map_or_else(|| "/dev/null".to_owned(), |_| format!("a/{path}"));
    let diff = TextDiff::from_lines(from.unwrap_or_default(), to);
    let text =
        diff.unified_diff().context_radius(CONTEXT).header(&old, &format!("b/{path}")).to_string();
    super::safe(&text)
}

/// The diff as text. What is equal has the spelling of the first side on both.
pub fn text(comparison: &Comparison) -> String {
    let Comparison { from, to, diff } = comparison;
    let mut differing: BTreeSet<&ObjectRef> = BTreeSet::new();
    for Difference { of, group, .. } in &diff.differences {
        differing.insert(&of.object);
        // A table's columns and most of its constraints stand in its own statement.
        if matches!(of.object.kind, ObjectKind::Column | ObjectKind::Constraint) {
            differing.insert(&group.object);
        }
    }
    let old = canonical::definitions(&from.catalog);
    let spelled: BTreeMap<_, &Definition> = old.iter().map(|it| (place(it), it)).collect();
    let mut new = canonical::definitions(&to.catalog);
    for definition in &mut new {
        if let Some(same) = spelled.get(&place(definition))
            && !differing.contains(&definition.object)
        {
            definition.sql.clone_from(&same.sql);
        }
    }
    let from_text = canonical::text(&from.catalog, &old);
    let to_text = canonical::text(&to.catalog, &new);
    let diff = TextDiff::from_lines(&from_text, &to_text);
    let text = diff.unified_diff().context_radius(CONTEXT).header(&from.name, &to.name).to_string();
    super::safe(&text)
}

/// What a definition is of, and what it does: an object's comment is another one.
fn place(definition: &Definition) -> (ObjectRef, String) {
    let verb = definition.sql.split(' ').next().unwrap_or_default();
    (definition.object.clone(), verb.to_owned())
}
