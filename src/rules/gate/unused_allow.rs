//! `unused-allow`: a comment that allows what is not found.

use crate::finding::Level;
use crate::rules::{Category, Check, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    id: "unused-allow",
    category: Category::Gate,
    level: Level::Warning,
    since: "0.1.0",
    summary: "a `lockgate:allow` comment for a rule that finds nothing there",
    why: "An allow that matches nothing stands in the wrong place, or its reason is gone. Left \
          alone, it allows the next statement that somebody puts below it.",
    instead: "Delete the comment, or move it to the line before the statement that it is for: at \
              the end of a statement's line, after its semicolon, it counts for the statement \
              that follows.",
    facts: &[],
    same_as: &[],
    breaks: &[],
    checks_down: true,
    examples: &[],
    check: Check::Elsewhere,
};
