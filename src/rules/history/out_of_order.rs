//! A new migration whose version is lower than one that was merged before it.

use crate::finding::{Label, Level, Subject};
use crate::migration::{Direction, Migration};
use crate::replay::History;
use crate::rules::{Category, Check, Rule, Sink};
use crate::source::Span;

/// The rule.
pub static RULE: Rule = Rule {
    id: "out-of-order",
    category: Category::History,
    level: Level::Error,
    since: "0.1",
    summary: "new migration with a lower version than one that is merged",
    why: "Two branches made migrations, and the one with the higher version was merged first. Where \
          that ran, some frameworks refuse the lower version, and some leave it out without a word: \
          the deploy is green and the change never happens. Frameworks that run whatever has not run \
          yet are not meant.",
    instead: "Rename the new migration so that its version is the highest.",
    facts: &[],
    same_as: &[],
    breaks: &[],
    checks_down: false,
    examples: &[],
    check: Check::History(check),
};

/// What a framework does with a lower version that has not run.
fn fate(framework: &str) -> Option<(Level, &'static str)> {
    match framework {
        "flyway" => Some((Level::Error, "flyway refuses the deploy (unless `outOfOrder` is set)")),
        "goose" => Some((Level::Error, "goose refuses it (unless `-allow-missing` is given)")),
        "atlas" => Some((Level::Error, "atlas refuses it (its execution order is linear)")),
        "node-pg-migrate" => Some((Level::Error, "node-pg-migrate refuses it (it checks the order)")),
        "supabase" => Some((Level::Error, "supabase refuses it (unless `--include-all` is given)")),
        "golang-migrate" | "tern" | "drizzle" => {
            Some((Level::Error, "it is left out without a word, and never runs there"))
        }
        "dbmate" | "diesel" | "liquibase" | "prisma" | "sqlx" | "sqitch" | "play-evolutions" => None,
        _ => Some((Level::Warning, "many runners leave it out or refuse it")),
    }
}

fn check(history: &History<'_>, sink: &mut Sink) {
    let Some(merged) = history.merged else { return };
    let ups = || {
        let all = history.migrations.iter().map(|read| &read.migration);
        all.filter(|it| it.direction == Direction::Up && !it.version.key.is_empty())
    };
    let is_new = |it: &&Migration| merged.added.contains(history.path(it));
    // They stand in the order in which they run.
    let before: Vec<(usize, &Migration)> =
        ups().enumerate().filter(|(_, it)| !is_new(it)).collect();
    let Some((last_at, last)) = before.last() else { return };
    let is_late =
        |(at, it): &(usize, &Migration)| at < last_at && is_new(it) && it.version.key != last.version.key;
    for (_, migration) in ups().enumerate().filter(is_late) {
        let Some((level, fate)) = fate(migration.runner.framework) else { continue };
        let (base, version) = (&merged.base, &migration.version);
        let start = Span { start: migration.span.start, end: migration.span.start };
        let there = Span { start: last.span.start, end: last.span.start };
        let label = Label { file: last.file, span: there, text: "merged before it".to_owned() };
        sink.report_at(migration.file, start, Subject::Migration(version.text.clone()))
            .level(level)
            .message(format!(
                "version {version} is lower than {}, which is on `{base}`: where that ran, {fate}",
                last.version
            ))
            .help("give it a version that is higher than all that are merged")
            .related(label)
            .push();
    }
}
