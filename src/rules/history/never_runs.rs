//! Files that look like migrations and that the framework passes over.

use crate::dialect::Engine;
use crate::finding::Level;
use crate::rules::{Category, Check, Fact, Rule};

/// The rule.
pub static RULE: Rule = Rule {
    id: "never-runs",
    category: Category::History,
    level: Level::Error,
    since: "0.1",
    summary: "file or statement that the framework passes over without a word",
    why: "Frameworks pick their migrations by name or by a marker, and most say nothing about what \
          does not match: the file is merged, the deploy is green, and the change is missing in \
          production. It is found when the next release fails.",
    instead: "Rename the file or correct its marker; move a file that is not meant to run out of \
              the folder.",
    facts: &[Fact {
        engine: Engine::Postgres,
        says: "Flyway ignores a file whose name does not parse unless validateMigrationNaming is \
               set, and that is off by default.",
        source: "https://github.com/flyway/flyway/tree/main/documentation/Reference",
    }],
    same_as: &[],
    breaks: &[],
    checks_down: false,
    examples: &[],
    check: Check::Elsewhere,
};
