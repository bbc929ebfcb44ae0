//! A migration that has another name than on the base branch.

use crate::finding::{Level, Subject};
use crate::replay::History;
use crate::rules::{Category, Check, Rule, Sink};
use crate::source::Span;

/// The rule.
pub static RULE: Rule = Rule {
    id: "renamed-after-merge",
    category: Category::History,
    level: Level::Error,
    since: "0.1",
    summary: "migration that was renamed after it was merged",
    why: "A framework knows a migration by its version, or by its whole name. Under a new one it is \
          a new migration: where the old one ran, it runs once more and fails at the first object \
          that exists, or is refused because the old one is missing. Another folder or title is fine \
          where only the version counts.",
    instead: "Give the file the name back that it has on the base branch.",
    facts: &[],
    same_as: &[],
    breaks: &[],
    checks_down: false,
    examples: &[],
    check: Check::History(check),
};

/// Frameworks to which a title is part of the name.
const BY_NAME: &[&str] = &["flyway", "node-pg-migrate", "prisma", "rambler", "refinery", "sql-migrate"];

fn check(history: &History<'_>, sink: &mut Sink) {
    let Some(merged) = history.merged else { return };
    for read in history.migrations {
        let migration = &read.migration;
        let Some(from) = merged.renamed.get(history.path(migration)) else { continue };
        let mut before = merged.of(from).filter(|it| it.runs_once());
        let framework = migration.runner.framework;
        let is_same = |title: &str| title == migration.title || !BY_NAME.contains(&framework);
        let is_known = |known: &str| known == framework;
        // A changelog may be anywhere; its changesets know the path by themselves.
        let Some(it) = before.find(|it| it.direction == migration.direction) else { continue };
        if (it.is(migration) && is_same(&it.title)) || is_known("liquibase") {
            continue;
        }
        let base = &merged.base;
        let start = Span { start: migration.span.start, end: migration.span.start };
        sink.report_at(migration.file, start, Subject::Migration(migration.version.text.clone()))
            .message(format!(
                "this is `{from}` on `{base}`: under its new name {framework} takes it for another \
                 migration, and runs it again or refuses the deploy where the old one ran"
            ))
            .help(format!("give it the name that it has on `{base}`"))
            .push();
    }
}
