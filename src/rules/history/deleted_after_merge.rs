//! A migration that the base branch has and this one has not.

use crate::finding::{Level, Subject};
use crate::migration::Migration;
use crate::replay::History;
use crate::rules::{Category, Check, Rule, Sink};
use crate::source::Span;

/// The rule.
pub static RULE: Rule = Rule {
    id: "deleted-after-merge",
    category: Category::History,
    level: Level::Error,
    since: "0.1",
    summary: "migration that was deleted after it was merged",
    why: "A migration on the base branch may have run. Without its file a new database is made \
          without it, frameworks that compare what ran with what is there refuse the next deploy, \
          and nobody can tell any more how the schema came to be.",
    instead: "Bring the file back, and undo what it does in a new migration.",
    facts: &[],
    same_as: &[],
    breaks: &[],
    checks_down: false,
    examples: &[],
    check: Check::History(check),
};

fn check(history: &History<'_>, sink: &mut Sink) {
    let Some(merged) = history.merged else { return };
    let is_here = |it: &Migration, path_there: &str| {
        let renamed = merged.renamed.values().any(|from| from == path_there);
        renamed || (merged.added.contains(history.path(it)) && !it.version.text.is_empty())
    };
    // The finding stands in the set where the file was: at its last migration.
    let Some(last) = history.migrations.last().map(|read| &read.migration) else { return };
    for gone in merged.migrations.iter().filter(|it| it.runs_once()) {
        let moved = history.migrations.iter().map(|read| &read.migration);
        let moved = moved.filter(|it| gone.is(it)).any(|it| is_here(it, &gone.path));
        if !merged.deleted.contains(&gone.path) || moved || !beside(&gone.path, history.path(last)) {
            continue;
        }
        let (base, path) = (&merged.base, &gone.path);
        let start = Span { start: last.span.start, end: last.span.start };
        sink.report_at(last.file, start, Subject::File(path.clone()))
            .message(format!(
                "`{path}` is on `{base}` and gone here: where it ran, its changes stay, and a new \
                 database is made without them"
            ))
            .help("bring it back, and undo what it does in a new migration")
            .push();
    }
}

/// Whether two files lie in one folder, or in folders of one.
fn beside(one: &str, other: &str) -> bool {
    let folder = |path: &str| path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
    let (one, other) = (folder(one), folder(other));
    one == other || folder(&one) == folder(&other)
}
