//! `expired-waiver`: a waiver whose last day is over.

use crate::finding::Level;
use crate::rules::{Category, Check, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    id: "expired-waiver",
    category: Category::Gate,
    level: Level::Warning,
    since: "0.1",
    summary: "a waiver in lockgate.yaml whose last day is over",
    why: "What it waived counts again from the day after `until` on. The waiver itself still reads \
          as if somebody answered for it.",
    instead: "Fix what it waived and delete it, or agree with its owner on another day.",
    facts: &[],
    same_as: &[],
    breaks: &[],
    checks_down: true,
    examples: &[],
    check: Check::Elsewhere,
};
