//! Comments of other tools that count here too, where `compat` in the config names the tool.
//!
//! Sources: squawk's manual ("Disabling rules via comments") and Atlas's ("Nolint Directive").

use crate::config::Compat;
use crate::migration::{Comment, ReadMigration};
use crate::rules::{RULES, Rule};
use crate::source::{SourceFile, Span};

/// What the ids of a class of Atlas's checks begin with; its manual lists them by class.
fn class(word: &str) -> &str {
    match word {
        "destructive" => "DS",
        "data_depend" => "MF",
        "incompatible" => "BC",
        "concurrent_index" => "PG1",
        "constraint" => "CD",
        "naming" => "NM",
        other => other,
    }
}

/// The rules of ours that ids of a tool stand for; all that it has where none is named.
fn rules_of(tool: Compat, ids: &[&str]) -> Vec<&'static Rule> {
    let names = |id: &str| {
        ids.is_empty()
            || ids.iter().any(|named| {
                let class = class(named);
                id == *named || (tool == Compat::Atlas && class != *named && id.starts_with(class))
            })
    };
    let same = |(whose, id): &(&str, &str)| *whose == tool.word() && names(id);
    RULES.iter().copied().filter(|rule| rule.same_as.iter().any(same)).collect()
}

/// What a comment of another tool allows.
#[derive(Debug)]
pub struct Foreign {
    /// The rules of ours.
    pub rules: Vec<&'static Rule>,
    /// Whether it is for the whole file.
    pub whole_file: bool,
    /// The comment as it is shown for the reason.
    pub reason: String,
}

/// Reads a comment as one of these tools would; `None` where it is none of theirs.
pub fn read(
    comment: &Comment,
    read: &ReadMigration,
    source: &SourceFile,
    tools: &[Compat],
) -> Option<Foreign> {
    let text = comment.text.trim();
    let (name, rest) =
        text.split_at_checked(text.find(char::is_whitespace).unwrap_or(text.len()))?;
    let (tool, whole_file) = match name {
        "squawk-ignore" => (Compat::Squawk, false),
        "squawk-ignore-file" => (Compat::Squawk, true),
        "atlas:nolint" => (Compat::Atlas, heads_file(comment, read, source)),
        _ => return None,
    };
    let ids: Vec<&str> =
        rest.split([',', ' ', '\t', '\r', '\n']).filter(|id| !id.is_empty()).collect();
    let found = Foreign { rules: rules_of(tool, &ids), whole_file, reason: text.to_owned() };
    tools.contains(&tool).then_some(found)
}

/// Whether a comment stands before the first statement with an empty line behind it: Atlas then
/// takes it for the file.
fn heads_file(comment: &Comment, read: &ReadMigration, source: &SourceFile) -> bool {
    let first = read.statements.first().map(|statement| statement.span.start);
    let Some(first) = first.filter(|first| comment.span.end <= *first) else { return false };
    let between = source.slice(Span { start: comment.span.end, end: first });
    let Some((lines, _)) = between.rsplit_once('\n') else { return false };
    // Other comments of the header may stand between it and the empty line.
    let mut lines = lines.split('\n').skip(1).map(str::trim);
    lines.find(|line| !line.starts_with("--")).is_some_and(str::is_empty)
}
