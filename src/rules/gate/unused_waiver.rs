//! `unused-waiver`: a waiver of what is not found.

use crate::finding::Level;
use crate::rules::{Category, Check, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    id: "unused-waiver",
    category: Category::Gate,
    level: Level::Warning,
    since: "0.1",
    summary: "a waiver in lockgate.yaml that matches no finding",
    why: "Either it never meant what it says, a slip in the name of the object say, or what it \
          waived is gone. Left alone, it waives the next thing of that name. A waiver of a \
          `subject` is looked at where `lockgate lint` is given no paths of its own, so that the \
          files that it is for were read.",
    instead: "Delete it, or mend its `subject` or `path`: a report in JSON has the subject of each \
              finding.",
    facts: &[],
    same_as: &[],
    breaks: &[],
    checks_down: true,
    examples: &[],
    check: Check::Elsewhere,
};
