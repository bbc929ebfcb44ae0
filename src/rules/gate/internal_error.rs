//! `internal-error`: lockgate itself broke.

use crate::finding::Level;
use crate::rules::{Category, Check, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    id: "internal-error",
    category: Category::Gate,
    level: Level::Error,
    since: "0.1.0",
    summary: "lockgate broke while it read or judged this statement",
    why: "A gate must not pass because it crashed. What lockgate could not judge may hold anything, \
          so the run fails, and everything else is still checked and reported.",
    instead: "Report the statement to the project: this is a bug in lockgate, not in the migration. \
              Until it is mended, review the migration by hand, and take its file out with \
              `exclude` in lockgate.yaml. This rule cannot be turned off or allowed.",
    facts: &[],
    same_as: &[],
    breaks: &[],
    checks_down: true,
    examples: &[],
    check: Check::Elsewhere,
};
