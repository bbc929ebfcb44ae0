//! How two schemas differ, for a pull request.

use super::{Comparison, in_words, listed_breaks, rename_words, shortened, unified, unknown_words};
use crate::report::terminal::excerpt::printable;
use crate::schema::diff::{Difference, SchemaDiff, Verb};
use std::io::{self, Write};

/// GitHub takes comments of 65,536 characters; the table comes first.
const BYTES_MAX: usize = 60_000;

/// Writes the comparison: a table of what differs, then the SQL.
///
/// # Errors
/// What the writer gives.
pub fn write(out: &mut dyn Write, comparison: &Comparison) -> io::Result<()> {
    let (from, to) = (code(&comparison.from.name), code(&comparison.to.name));
    let mut text = format!("### Schema: {from} to {to}\n\n{}\n", cell(&comparison.verdict()));
    let mut rows = rows(&comparison.diff);
    if !rows.is_empty() {
        text.push('\n');
        text.push_str(&rows.remove(0));
    }
    for (number, row) in rows.iter().enumerate() {
        if text.len() + row.len() > BYTES_MAX {
            text.push_str(&format!("\n{} more are not shown.\n", rows.len() - number));
            break;
        }
        text.push_str(row);
    }
    let unknown = comparison.diff.unknown.iter().map(unknown_words);
    for line in unknown.chain(comparison.doubts()) {
        let line = format!("\n- not certain: {}", cell(&line));
        if text.len() + line.len() < BYTES_MAX {
            text.push_str(&line);
        }
    }
    let sql = unified::text(comparison);
    if !sql.is_empty() && text.len() + sql.len() < BYTES_MAX {
        let fence = "`".repeat(longest_run(&sql).max(2) + 1);
        text.push_str(&format!(
            "\n<details><summary>SQL</summary>\n\n{fence}diff\n{sql}{fence}\n\n</details>\n"
        ));
    }
    out.write_all(text.as_bytes())?;
    if !text.ends_with('\n') {
        writeln!(out)?;
    }
    Ok(())
}

/// The rows of the table of what differs, its head first; none where nothing does.
pub fn rows(diff: &SchemaDiff) -> Vec<String> {
    const HEAD: &str =
        "| | object | difference | breaks | used by |\n| --- | --- | --- | --- | --- |\n";
    let shown = diff.differences.iter().filter(|it| !(it.with_group && it.verb == Verb::Removed));
    let mut rows: Vec<String> = shown.map(row).collect();
    if !rows.is_empty() {
        rows.insert(0, HEAD.to_owned());
    }
    rows
}

fn row(difference: &Difference) -> String {
    let Difference { of, group, .. } = difference;
    let object = match difference.is_whole() {
        true => format!("{} {}", of.kind, code(&of.name)),
        false => format!("{} {} of {}", of.kind, code(&of.name), code(&group.name)),
    };
    let mut what = match difference.verb {
        Verb::Changed => {
            let said = difference.said.iter().map(|said| {
                let value = |value: &Option<String>| match value.as_deref() {
                    None => "none".to_owned(),
                    Some("") => "yes".to_owned(),
                    Some(value) if super::is_long(value) => "see below".to_owned(),
                    Some(value) => code(value),
                };
                let (before, after) = (value(&said.before), value(&said.after));
                let name = said.name.replace('_', " ");
                match (before.as_str(), after.as_str()) {
                    ("see below", _) | (_, "see below") => format!("{name}: see below"),
                    _ => format!("{name}: {before} to {after}"),
                }
            });
            said.collect::<Vec<_>>()
        }
        _ => Some(in_words(difference))
            .filter(|it| !it.is_empty())
            .map(|it| code(&it))
            .into_iter()
            .collect(),
    };
    what.extend((!difference.like.is_empty()).then(|| cell(&rename_words(difference))));
    let breaks = listed_breaks(difference.breaks.iter().copied());
    let used: Vec<String> =
        difference.dependents.iter().map(|it| format!("{} {}", it.kind, code(&it.name))).collect();
    format!(
        "| {} | {object} | {} | {breaks} | {} |\n",
        difference.verb.name(),
        what.join("; "),
        shortened(&used)
    )
}

/// Text that stays one cell of a table, and text.
pub fn cell(text: &str) -> String {
    let mut cell = String::new();
    for c in printable(text).chars() {
        match c {
            '\n' => cell.push(' '),
            '|' | '*' | '_' | '[' | ']' | '<' | '>' | '\\' | '#' | '@' | '`' => {
                cell.push('\\');
                cell.push(c);
            }
            c => cell.push(c),
        }
    }
    cell
}

/// Text as code, in one cell of a table.
pub fn code(text: &str) -> String {
    let text =
        printable(&text.split_whitespace().collect::<Vec<_>>().join(" ")).replace('|', "\\|");
    let fence = "`".repeat(longest_run(&text) + 1);
    let space = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{space}{text}{space}{fence}")
}

/// The most backticks in a row.
fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}
