//! A migration that says something else than on the base branch.

use crate::finding::{Level, Subject};
use crate::migration::merged::{Merged, MergedMigration};
use crate::migration::{Migration, ReadMigration};
use crate::replay::History;
use crate::rules::{Category, Check, Rule, Sink};
use crate::source::Span;

/// The rule.
pub static RULE: Rule = Rule {
    id: "edited-after-merge",
    category: Category::History,
    level: Level::Error,
    since: "0.1",
    summary: "migration that was edited after it was merged",
    why: "A migration on the base branch may have run. Frameworks that keep a checksum refuse the \
          next deploy; the others do not run it again, so that old databases and new ones differ \
          from then on and nobody is told. A comment counts only where the checksum is of the whole \
          file. Repeatable migrations are made to be edited.",
    instead: "Leave the file as it is on the base branch, and put the change into a new migration.",
    facts: &[],
    same_as: &[],
    breaks: &[],
    checks_down: false,
    examples: &[],
    check: Check::History(check),
};

/// What a framework does with a migration that changed since it ran.
enum Edited {
    /// It refuses the deploy, for a comment too.
    RefusesFile,
    /// It refuses the deploy where statements differ.
    RefusesStatements,
    /// It goes on without running it.
    Ignores,
}

fn edited(framework: &str) -> Edited {
    match framework {
        // CRC32 of the lines; sha384 of the file; a hash of name, version and text.
        "flyway" | "sqlx" | "refinery" => Edited::RefusesFile,
        // A checksum of the changeset without its comments.
        "liquibase" => Edited::RefusesStatements,
        _ => Edited::Ignores,
    }
}

fn check(history: &History<'_>, sink: &mut Sink) {
    let Some(merged) = history.merged else { return };
    for read in history.migrations {
        let here = history.path(&read.migration);
        let renamed = merged.renamed.get(here);
        let from = renamed.map_or(here, String::as_str);
        if renamed.is_none() && !merged.edited.contains(here) {
            continue;
        }
        let before = merged.of(from).find(|it| it.is(&read.migration) && it.runs_once());
        // A file that is only moved has the same text.
        let moved = |it: &&MergedMigration| {
            let texts = read.statements.iter().map(|statement| &statement.text);
            renamed.is_some() && texts.eq(&it.statements)
        };
        if let Some(before) = before.filter(|it| !moved(it)) {
            report(merged, read, before, sink);
        }
    }
}

fn report(merged: &Merged, read: &ReadMigration, before: &MergedMigration, sink: &mut Sink) {
    let Migration { file, version, runner, span, .. } = &read.migration;
    let texts = || read.statements.iter().map(|statement| &statement.text);
    let same = texts().eq(&before.statements);
    let (framework, base) = (runner.framework, &merged.base);
    let what = match (edited(framework), same) {
        (Edited::RefusesStatements | Edited::Ignores, true) => return,
        (Edited::RefusesFile | Edited::RefusesStatements, _) => {
            format!("{framework} compares checksums and refuses the next deploy")
        }
        (Edited::Ignores, false) => format!(
            "where it ran, {framework} does not run it again, so that only new databases get the \
             change"
        ),
    };
    let new = read.statements.iter().find(|it| !before.statements.contains(&it.text));
    let start = Span { end: span.start, ..*span };
    let place = new.map_or(start, |statement| statement.span);
    let only = if same { " (in its comments or white space)" } else { "" };
    sink.report_at(*file, place, Subject::Migration(version.text.clone()))
        .message(format!("this migration is on `{base}` and was edited{only}: {what}"))
        .help(format!("leave it as it is on `{base}`, and put the change into a new migration"))
        .push();
}
