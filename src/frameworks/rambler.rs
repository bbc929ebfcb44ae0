//! rambler: SQL files with sections `-- rambler up` and `-- rambler down`.
//!
//! Facts: `migration.go`, `service.go` [S].

use super::sections::{self, Turn, holds_sql};
use super::{Adapter, Claim, MigrationSet, Named, Project, Sources, claims, paths};
use crate::migration::{Direction, OptOut, Runner, Sends, Version, Wraps};
use crate::tree::file_name;

/// The adapter.
pub const ADAPTER: Adapter = Adapter { name: "rambler", find, load, follow: None };

/// Each section is one message; there is no transaction.
fn runner(sections: usize) -> Runner {
    Runner {
        framework: ADAPTER.name,
        wraps: Wraps::Nothing,
        sends: if sections > 1 { Sends::Statements } else { Sends::WholeFile },
        alone: OptOut::Directive { text: "-- rambler up", place: "before that statement" },
        refuses_mixed: false,
    }
}

/// Sections of other words are not run.
fn mark(line: &str) -> Option<Turn> {
    Some(match line.strip_prefix("-- rambler")?.trim() {
        "up" => Turn::Up,
        "down" => Turn::Down,
        _ => Turn::Off,
    })
}

fn find(project: &Project<'_>) -> Vec<Claim> {
    claims::by_evidence(project, ADAPTER.name, claims::folders(project), |_, files| {
        let is_up = |line: &str| mark(line) == Some(Turn::Up);
        claims::directive(project, files, "-- rambler up", is_up)
    })
}

fn load(project: &Project<'_>, claim: &Claim, sources: &mut Sources<'_>) -> MigrationSet {
    let mut set = MigrationSet::new(ADAPTER.name, claim, project);
    let mut files: Vec<&String> = claim.files.iter().collect();
    files.sort_by_key(|path| file_name(path));
    for path in files {
        let Some(opened) = sources.open(path) else { continue };
        let marks = sections::sections(&opened.text, mark);
        for section in marks.iter().filter(|section| section.mark == Turn::Off) {
            let line = opened.text.get(section.line.clone()).unwrap_or("").trim();
            let message = format!("`{line}` has no effect: rambler runs sections `up` and `down`");
            let help = "what stands below it is not run; write `-- rambler up` or `-- rambler down`";
            set.misses(&sections::place(&opened, &section.line), message, help);
        }
        let mut ways = sections::ways(&opened.text, &marks, |turn| *turn);
        if ways.up.is_empty() && ways.down.is_empty() {
            let why = "it has no line `-- rambler up`, and rambler passes over what stands before one";
            set.unmarked(&opened, why, "put `-- rambler up` before its first statement");
            continue;
        }
        ways.down.reverse();
        let filled = |pieces: &[std::ops::Range<usize>]| {
            let text = |piece: &std::ops::Range<usize>| opened.text.get(piece.clone()).unwrap_or("");
            pieces.iter().filter(|piece| holds_sql(text(piece))).count()
        };
        let runners = (runner(filled(&ways.up)), runner(filled(&ways.down)));
        let name = file_name(path);
        let (number, rest) = paths::leading_digits(name);
        // Files are identified by their whole name.
        let version = Version { text: number.to_owned(), key: vec![name.to_owned()] };
        let title = paths::stem(rest).replace(['_', '-'], " ").trim().to_owned();
        let named = Named { version, title, direction: Direction::Up };
        let before = "rambler passes over what stands before its first section";
        sections::push_ways(project, &mut set, &opened, &named, &ways, runners, before);
    }
    set
}

#[cfg(test)]
mod tests {
    use crate::frameworks::tests::{pieces, rows};

    #[test]
    fn each_section_is_one_message_and_those_down_run_backwards() {
        let four = "-- rambler up\nSELECT 1;\n-- rambler up\nSELECT 2;\n-- rambler down\nSELECT 3;\n-- rambler down\nSELECT 4;\n";
        let one = "SELECT 0;\n-- rambler up\nSELECT 1;\n-- rambler Down\nSELECT 2;\n";
        assert_eq!(
            rows(&[("m/2.sql", four), ("m/10_a.sql", one), ("m/3.sql", "SELECT 1;")]),
            [
                "rambler m ?: 2 of 3 files hold `-- rambler up`",
                "m/10_a.sql 10 up Nothing WholeFile",
                "m/2.sql 2 up Nothing Statements",
                "m/2.sql 2 down Nothing Statements",
                "warning: `-- rambler Down` has no effect: rambler runs sections `up` and `down`",
                "error: this part of `10_a.sql` never runs: rambler passes over what stands before its first section",
                "error: `3.sql` never runs: it has no line `-- rambler up`, and rambler passes over what stands before one",
            ]
        );
        assert_eq!(
            pieces(&[("m/2.sql", four)]),
            ["", "SELECT 1;\n", "SELECT 2;\n", "SELECT 4;\n", "SELECT 3;\n"]
        );
    }
}
