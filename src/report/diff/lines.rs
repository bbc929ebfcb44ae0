//! The lines of a tree: marks, colours, width.

use super::safe;
use crate::docs::wrap;
use crate::report::terminal::Style;
use crate::schema::diff::Verb;
use similar::{ChangeTag, TextDiff};

const RED: &str = "\u{1b}[31m";
const GREEN: &str = "\u{1b}[32m";
const YELLOW: &str = "\u{1b}[33m";
const BOLD: &str = "\u{1b}[1m";
const RESET: &str = "\u{1b}[0m";

/// How much deeper a branch stands than the one that it belongs to.
const INDENT: usize = 4;

/// Lines that are being written.
#[derive(Debug)]
pub struct Lines {
    style: Style,
    text: String,
}

impl Lines {
    /// No line yet.
    pub fn new(style: Style) -> Self {
        Self { style, text: String::new() }
    }

    /// All of them.
    pub fn finish(self) -> String {
        self.text
    }

    /// How many columns a line of this depth has.
    pub fn room(&self, depth: usize) -> usize {
        self.style.width.saturating_sub(depth * INDENT + INDENT * 3)
    }

    /// An empty line, but for the beginning.
    pub fn gap(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    /// A heading.
    pub fn head(&mut self, text: &str) {
        self.line(0, "", text, BOLD);
    }

    /// An object: what happened to it, and its name.
    pub fn branch(&mut self, depth: usize, verb: Verb, text: &str) {
        let (mark, color) = match verb {
            Verb::Added => ("+ ", GREEN),
            Verb::Removed => ("- ", RED),
            Verb::Changed => ("~ ", YELLOW),
        };
        self.line(depth, mark, text, color);
    }

    /// A plain line.
    pub fn text(&mut self, depth: usize, text: &str) {
        self.line(depth, "", text, "");
    }

    /// A line to look at.
    pub fn alarm(&mut self, depth: usize, text: &str) {
        self.line(depth, "", text, RED);
    }

    /// The last line.
    pub fn verdict(&mut self, text: &str, good: bool) {
        self.line(0, "", text, if good { GREEN } else { YELLOW });
    }

    /// A long value before and after, line by line, with what is equal around a change.
    pub fn changed(&mut self, depth: usize, before: &str, after: &str) {
        const CONTEXT: usize = 1;
        let room = self.room(depth);
        let wrapped = |text: &str| {
            let lines = text.split('\n').map(|line| {
                let indent = line.len() - line.trim_start().len();
                let indent = " ".repeat(indent.min(room / 2));
                format!("{indent}{}", wrap(line.trim(), &indent, room, indent.len()))
            });
            lines.map(|line| line.trim_end().to_owned() + "\n").collect::<String>()
        };
        let (before, after) = (wrapped(before), wrapped(after));
        let diff = TextDiff::from_lines(&before, &after);
        for (number, group) in diff.grouped_ops(CONTEXT).iter().enumerate() {
            if number > 0 {
                self.line(depth, "  ", "...", "");
            }
            for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
                let (mark, color) = match change.tag() {
                    ChangeTag::Insert => ("+ ", GREEN),
                    ChangeTag::Delete => ("- ", RED),
                    ChangeTag::Equal => ("  ", ""),
                };
                self.one(depth, mark, change.value().trim_end(), color);
            }
        }
    }

    /// A text with its marks, as many lines as it takes.
    fn line(&mut self, depth: usize, mark: &str, text: &str, color: &str) {
        let before = depth * INDENT + mark.len();
        let indent = " ".repeat(before + 2);
        let text = safe(&text.split_whitespace().collect::<Vec<_>>().join(" "));
        let text = wrap(&text, &indent, self.style.width, before);
        self.one(depth, mark, &text, color);
    }

    fn one(&mut self, depth: usize, mark: &str, text: &str, color: &str) {
        let indent = " ".repeat(depth * INDENT);
        let color = if self.style.color { color } else { "" };
        let reset = if color.is_empty() { "" } else { RESET };
        let text = safe(text);
        let line = format!("{indent}{color}{mark}{text}{reset}");
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }
}
