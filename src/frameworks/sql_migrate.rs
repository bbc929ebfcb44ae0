//! sql-migrate: SQL files with `-- +migrate Up` and `-- +migrate Down`.
//!
//! Facts: `sqlparse/sqlparse.go` and `migrate.go` [S].

use super::follow::{Alone, Follow, Ways};
use super::annotated::{self, Mark};
use super::sections::sections;
use super::{Adapter, Claim, MigrationSet, Named, Opened, Project, Sources, claims, paths};
use crate::migration::{Direction, OptOut, Runner, Sends, Version, Wraps};
use crate::tree::file_name;
use std::cmp::Ordering;

/// The adapter.
pub const ADAPTER: Adapter = Adapter {
    name: "sql-migrate",
    find,
    load,
    follow: Some(Follow {
        ways: Some(Ways { up: "-- +migrate Up", down: "-- +migrate Down", down_needed: false }),
        alone: Some(Alone::BehindMark(" notransaction")),
        together: true,
        ..Follow::MESSAGES
    }),
};

/// Each statement is sent by itself, in a transaction for the file and direction unless its mark
/// says `notransaction`.
fn runner(direction: Direction, in_transaction: bool, is_one_message: bool) -> Runner {
    let (text, place) = match direction {
        Direction::Down => ("-- +migrate Down notransaction", "in place of `-- +migrate Down`"),
        _ => ("-- +migrate Up notransaction", "in place of `-- +migrate Up`"),
    };
    Runner {
        framework: ADAPTER.name,
        wraps: if in_transaction { Wraps::EachFile } else { Wraps::Nothing },
        sends: if is_one_message { Sends::WholeFile } else { Sends::Statements },
        alone: OptOut::Directive { text, place },
        refuses_mixed: false,
    }
}

/// The words that follow `-- +migrate ` at the start of a line; compared with case.
fn command(line: &str) -> Option<Vec<&str>> {
    let words: Vec<&str> = line.strip_prefix("-- +migrate ")?.split_whitespace().collect();
    (!words.is_empty()).then_some(words)
}

fn mark(line: &str) -> Option<Mark> {
    let command = command(line)?;
    Some(match command.first() {
        Some(&"Up") => Mark::Up,
        Some(&"Down") => Mark::Down,
        Some(&"StatementBegin") => Mark::Begin,
        Some(&"StatementEnd") => Mark::End,
        _ => Mark::Other,
    })
}

fn find(project: &Project<'_>) -> Vec<Claim> {
    claims::by_evidence(project, ADAPTER.name, claims::folders(project), |_, files| {
        let is_up = |line: &str| mark(line) == Some(Mark::Up);
        claims::directive(project, files, "-- +migrate Up", is_up)
    })
}

fn load(project: &Project<'_>, claim: &Claim, sources: &mut Sources<'_>) -> MigrationSet {
    let mut set = MigrationSet::new(ADAPTER.name, claim, project);
    let mut files: Vec<&String> = claim.files.iter().collect();
    files.sort_by(|a, b| run_order(file_name(a), file_name(b)));
    for path in files {
        let Some(opened) = sources.open(path) else { continue };
        let read = annotated::read(&opened.text, mark);
        if read.ways.up.is_empty() && read.ways.down.is_empty() {
            let why = "it has no line `-- +migrate Up`, without which sql-migrate refuses it";
            set.unmarked(&opened, why, "put `-- +migrate Up` before its first statement");
            continue;
        }
        let commands = sections(&opened.text, command);
        let in_transaction = |way: &str| {
            !commands.iter().any(|it| it.mark.first() == Some(&way) && it.mark.contains(&"notransaction"))
        };
        for section in &commands {
            without_effect(&mut set, &opened, &section.mark, &section.line);
        }
        let name = file_name(path);
        let (number, rest) = paths::leading_digits(name);
        // Files are identified by their whole name.
        let version = Version { text: number.to_owned(), key: vec![name.to_owned()] };
        let title = paths::stem(rest).replace(['_', '-'], " ").trim().to_owned();
        let named = Named { version, title, direction: Direction::Up };
        let runners = (
            runner(Direction::Up, in_transaction("Up"), read.up_is_one),
            runner(Direction::Down, in_transaction("Down"), read.down_is_one),
        );
        let before = "sql-migrate passes over what stands before `-- +migrate Up`";
        super::sections::push_ways(project, &mut set, &opened, &named, &read.ways, runners, before);
    }
    set
}

/// `Migration.Less`: names that start with a number first, by that number, then by name.
fn run_order(a: &str, b: &str) -> Ordering {
    let number = |name| {
        let digits = paths::leading_digits(name).0;
        (!digits.is_empty()).then(|| Version::numeric("", &[digits]))
    };
    let by_number = match (number(a), number(b)) {
        (Some(a), Some(b)) => a.cmp_numeric(&b),
        (a, b) => b.is_some().cmp(&a.is_some()),
    };
    by_number.then_with(|| a.cmp(b))
}

/// Words that sql-migrate passes over.
fn without_effect(
    set: &mut MigrationSet,
    opened: &Opened,
    words: &[&str],
    line: &std::ops::Range<usize>,
) {
    let takes_option = matches!(words.first(), Some(&("Up" | "Down")));
    let known = ["Up", "Down", "StatementBegin", "StatementEnd"];
    let unknown = words.iter().enumerate().find(|(index, word)| match index {
        0 => !known.contains(word),
        _ => !takes_option || **word != "notransaction",
    });
    let Some((_, word)) = unknown else { return };
    let message = format!("`{word}` has no effect: sql-migrate does not know it");
    let help = "the marks are Up, Down, StatementBegin and StatementEnd; behind Up and Down may \
                stand `notransaction`";
    set.misses(&super::sections::place(opened, line), message, help);
}

#[cfg(test)]
mod tests {
    use crate::frameworks::tests::{pieces, rows};

    #[test]
    fn files_run_in_its_order_and_each_way_as_its_mark_says() {
        let two = "-- +migrate Up notransaction\nSELECT 1;\n-- +migrate Down\nSELECT 2;\n";
        let block = "-- +migrate Up notransaction\n-- +migrate StatementBegin\nSELECT 1;SELECT 2;\n-- +migrate StatementEnd\n";
        assert_eq!(
            rows(&[("m/b.sql", block), ("m/10-a.sql", two), ("m/9.sql", "-- +migrate Up\nSELECT 1;"), ("m/1.sql", "SELECT 1;")]),
            [
                "sql-migrate m ?: 3 of 4 files hold `-- +migrate Up`",
                "m/9.sql 9 up EachFile Statements",
                "m/10-a.sql 10 up Nothing Statements",
                "m/10-a.sql 10 down EachFile Statements",
                "m/b.sql  up Nothing WholeFile",
                "error: `1.sql` never runs: it has no line `-- +migrate Up`, without which sql-migrate refuses it",
            ]
        );
        assert_eq!(pieces(&[("m/10.sql", two)]), ["", "SELECT 1;\n", "SELECT 2;\n"]);
    }

    #[test]
    fn words_without_effect_are_said() {
        let sql = "SELECT 0;\n-- +migrate Up noTransaction\nSELECT 1;\n-- +migrate down\n";
        assert_eq!(
            rows(&[("m/1.sql", sql)])[2..],
            [
                "warning: `noTransaction` has no effect: sql-migrate does not know it",
                "warning: `down` has no effect: sql-migrate does not know it",
                "error: this part of `1.sql` never runs: sql-migrate passes over what stands before `-- +migrate Up`",
            ]
        );
    }
}
