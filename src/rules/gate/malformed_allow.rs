//! `malformed-allow`: a comment that was meant to allow something and does not.

use crate::finding::Level;
use crate::rules::{Category, Check, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    id: "malformed-allow",
    category: Category::Gate,
    level: Level::Error,
    since: "0.1.0",
    summary: "a `lockgate:` comment that is mistyped, lacks its reason or has expired",
    why: "A mistyped allow must never allow more than it says, so it allows nothing, and that is \
          said where it stands. A reason is asked for because the next reader needs it; a date \
          because what was right for one release is seldom right for good.",
    instead: "Write `-- lockgate:allow RULE[, RULE] reason=\"why\" [until=YYYY-MM-DD]` on a line \
              before the statement. It counts for that statement, until the end of that day. \
              Before the first statement of a file it also counts for findings about the file as \
              a whole. `lockgate rules` lists the rules.\n\n\
              `-- lockgate:retired column TABLE.COLUMN`, or `table TABLE`, says that a later \
              migration may drop it; it counts for no statement and may stand anywhere.",
    facts: &[],
    same_as: &[],
    breaks: &[],
    checks_down: true,
    examples: &[],
    check: Check::Elsewhere,
};
