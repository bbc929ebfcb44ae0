//! Two migrations of one version.

use crate::dialect::Engine;
use crate::finding::{Label, Level, Subject};
use crate::migration::{Direction, Migration, Runner};
use crate::replay::History;
use crate::rules::{Category, Check, Fact, Rule, Sink};
use crate::source::Span;
use std::collections::{BTreeMap, BTreeSet};

/// The rule.
pub static RULE: Rule = Rule {
    id: "duplicate-version",
    category: Category::History,
    level: Level::Error,
    since: "0.1",
    summary: "two migrations with the same version",
    why: "Two branches took the same number and both were merged. Frameworks refuse to start, or \
          run one of the two and take the other for done. Versions may be equal though they look \
          different: to Flyway 1, 1.0 and 001 are one version.",
    instead: "Give the migration that is not released yet the next free version.",
    facts: &[Fact {
        engine: Engine::Postgres,
        says: "Flyway compares versions part by part as numbers and leaves out trailing zero parts.",
        source: "https://github.com/flyway/flyway/blob/main/flyway-core/src/main/java/org/flywaydb/core/api/MigrationVersion.java",
    }],
    same_as: &[],
    breaks: &[],
    checks_down: true,
    examples: &[],
    check: Check::History(check),
};

fn check(history: &History<'_>, sink: &mut Sink) {
    let migrations = || history.migrations.iter().map(|read| &read.migration);
    let ups = migrations().filter(|it| it.direction == Direction::Up);
    let ups: BTreeSet<&[String]> = ups.map(|it| it.version.key.as_slice()).collect();
    let mut alike: BTreeMap<(Direction, &[String], &str), Vec<&Migration>> = BTreeMap::new();
    for migration in migrations() {
        let key = migration.version.key.as_slice();
        let before = alike.entry((migration.direction, key, migration.runner.framework)).or_default();
        let earlier = before.iter().copied().find(|other| {
            other.file != migration.file || !is_one_per_file(&migration.runner)
        });
        before.push(migration);
        let named = !migration.version.text.is_empty();
        let Some(earlier) = earlier.filter(|_| named) else { continue };
        // Two pairs of up and down files: the ups are reported.
        if migration.direction == Direction::Down && ups.contains(key) {
            continue;
        }
        let first = Span { end: earlier.span.start, ..earlier.span };
        let label = Label { file: earlier.file, span: first, text: "the first one".to_owned() };
        let span = Span { end: migration.span.start, ..migration.span };
        let subject = Subject::Migration(migration.version.text.clone());
        sink.report_at(migration.file, span, subject)
            .message(format!(
                "version {} stands for two migrations: `{}` and `{}`",
                migration.version,
                history.path(earlier),
                history.path(migration)
            ))
            .help("give the one that is not released yet the next free version")
            .related(label)
            .push();
    }
}

/// Whether a file is one migration; a Liquibase file holds many.
fn is_one_per_file(runner: &Runner) -> bool {
    runner.framework != "liquibase"
}
