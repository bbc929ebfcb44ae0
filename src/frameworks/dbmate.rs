//! dbmate: `1_title.sql` with `-- migrate:up` and `-- migrate:down`.
//!
//! Facts: `pkg/dbmate/migration.go` and `db.go` [S].

use super::follow::{Alone, Follow, Ways};
use super::sections::{self, Section, holds_sql};
use super::{Adapter, Claim, MigrationSet, Named, Opened, Project, Sources, claims, paths};
use crate::finding::Level;
use crate::migration::{Direction, OptOut, Runner, Sends, Wraps};
use crate::tree::file_name;

/// The adapter.
pub const ADAPTER: Adapter = Adapter {
    name: "dbmate",
    find,
    load,
    follow: Some(Follow {
        ways: Some(Ways { up: "-- migrate:up", down: "-- migrate:down", down_needed: true }),
        alone: Some(Alone::BehindMark(" transaction:false")),
        ..Follow::MESSAGES
    }),
};

/// A section is one `Exec`, in a transaction unless its mark says `transaction:false`: then it is
/// still one message.
fn runner(mark: &Mark) -> Runner {
    let (text, place) = match mark.direction {
        Direction::Down => ("-- migrate:down transaction:false", "in place of `-- migrate:down`"),
        _ => ("-- migrate:up transaction:false", "in place of `-- migrate:up`"),
    };
    Runner {
        framework: ADAPTER.name,
        wraps: if mark.in_transaction() { Wraps::EachFile } else { Wraps::Nothing },
        sends: Sends::WholeFile,
        alone: OptOut::Directive { text, place },
        refuses_mixed: false,
    }
}

struct Mark {
    direction: Direction,
    /// What follows on its line.
    options: String,
}

impl Mark {
    /// `^--\s*migrate:up(\s*$|\s+\S+)`.
    fn of(line: &str) -> Option<Self> {
        let rest = line.strip_prefix("--")?.trim_start().strip_prefix("migrate:")?;
        let (direction, rest) = match rest.strip_prefix("up") {
            Some(rest) => (Direction::Up, rest),
            None => (Direction::Down, rest.strip_prefix("down")?),
        };
        let ends = rest.is_empty() || rest.starts_with(char::is_whitespace);
        ends.then(|| Self { direction, options: rest.trim().to_owned() })
    }

    /// Options are `key:value` with nothing between them; only this one is looked at, and only
    /// `false` counts.
    fn in_transaction(&self) -> bool {
        !self.options.split_whitespace().any(|option| option == "transaction:false")
    }

    /// Options that say nothing to dbmate.
    fn is_malformed(&self) -> bool {
        let known = ["transaction:false", "transaction:true"];
        self.options.split_whitespace().any(|option| !known.contains(&option))
    }
}

fn find(project: &Project<'_>) -> Vec<Claim> {
    claims::by_evidence(project, ADAPTER.name, claims::folders(project), |_, files| {
        let is_up = |line: &str| Mark::of(line).is_some_and(|it| it.direction == Direction::Up);
        claims::directive(project, files, "-- migrate:up", is_up)
    })
}

fn load(project: &Project<'_>, claim: &Claim, sources: &mut Sources<'_>) -> MigrationSet {
    let mut set = MigrationSet::new(ADAPTER.name, claim, project);
    let mut files: Vec<&String> = claim.files.iter().collect();
    files.sort_by_key(|path| file_name(path));
    for path in files {
        let Some(opened) = sources.open(path) else { continue };
        let sections = sections::sections(&opened.text, Mark::of);
        let (number, rest) = paths::leading_digits(file_name(path));
        if number.is_empty() {
            let why = "dbmate passes over names that do not start with a number";
            set.misnamed(&opened, !sections.is_empty(), why, "<number>_<title>.sql");
            continue;
        }
        if !sections.iter().any(|section| section.mark.direction == Direction::Up) {
            let why = "it has no line `-- migrate:up`, without which dbmate refuses it";
            set.unmarked(&opened, why, "put `-- migrate:up` before its first statement");
            continue;
        }
        let before = refused(&mut set, &opened, &sections);
        let named = Named::up(number, paths::stem(rest));
        for (index, section) in sections.iter().enumerate() {
            if section.mark.is_malformed() {
                let message = format!("`{}` has no effect: dbmate does not know it", section.mark.options);
                let help = "write `transaction:false`, without blanks around the colon";
                set.misses(&sections::place(&opened, &section.line), message, help);
            }
            let start = if index == 0 { before } else { section.body.start };
            let piece = start..section.body.end;
            let (place, parts) = sections::body(project, &opened, std::slice::from_ref(&piece));
            let runner = runner(&section.mark);
            set.push(&place, named.toward(section.mark.direction), runner, parts);
        }
    }
    set
}

/// Says what makes dbmate refuse a file. Gives where its first section begins: with the comments
/// before its mark.
fn refused(set: &mut MigrationSet, opened: &Opened, sections: &[Section<Mark>]) -> usize {
    let first = sections.first().map_or(0, |section| section.line.start);
    let holds_sql = holds_sql(opened.text.get(..first).unwrap_or(""));
    if holds_sql {
        let why = "dbmate refuses a file with SQL before `-- migrate:up`";
        set.find_never_runs(&sections::place(opened, &(0..first)), Level::Error, why, None);
    }
    if !sections.iter().any(|section| section.mark.direction == Direction::Down) {
        let why = "dbmate refuses a file without a line `-- migrate:down`";
        let help = "add `-- migrate:down`, with nothing behind it where there is no way back";
        set.find_never_runs(&opened.whole(), Level::Error, why, Some(help.to_owned()));
    }
    if holds_sql { first } else { 0 }
}

#[cfg(test)]
mod tests {
    use crate::frameworks::tests::{pieces, rows};

    #[test]
    fn sections_run_in_the_order_of_names_each_as_one_message() {
        let two = "-- about\n-- migrate:up\nSELECT 1;\n-- migrate:down transaction:false\nSELECT 2;\n";
        let pairs = "--migrate:up transaction:false\nSELECT 1;\n-- migrate:down\n-- migrate:up\nSELECT 3;\n-- migrate:down\n";
        assert_eq!(
            rows(&[("m/9_a.sql", two), ("m/10_b.sql", pairs)]),
            [
                "dbmate m ?: 2 of 2 files hold `-- migrate:up`",
                "m/10_b.sql 10 up Nothing WholeFile",
                "m/10_b.sql 10 down EachFile WholeFile",
                "m/10_b.sql 10 up EachFile WholeFile",
                "m/10_b.sql 10 down EachFile WholeFile",
                "m/9_a.sql 9 up EachFile WholeFile",
                "m/9_a.sql 9 down Nothing WholeFile",
            ]
        );
        assert_eq!(pieces(&[("m/9_a.sql", two)]), ["-- about\n-- migrate:up\nSELECT 1;\n", "SELECT 2;\n"]);
    }

    #[test]
    fn what_dbmate_refuses_or_passes_over_is_said() {
        assert_eq!(
            rows(&[
                ("m/1_a.sql", "SELECT 0;\n-- migrate:up transaction: false\nSELECT 1;"),
                ("m/2_b.sql", "-- migrate: up\nSELECT 1;"),
                ("m/x.sql", "-- migrate:up\n-- migrate:down"),
            ]),
            [
                "dbmate m ?: 2 of 3 files hold `-- migrate:up`",
                "m/1_a.sql 1 up EachFile WholeFile",
                "error: this part of `1_a.sql` never runs: dbmate refuses a file with SQL before `-- migrate:up`",
                "error: `1_a.sql` never runs: dbmate refuses a file without a line `-- migrate:down`",
                "warning: `transaction: false` has no effect: dbmate does not know it",
                "error: `2_b.sql` never runs: it has no line `-- migrate:up`, without which dbmate refuses it",
                "error: `x.sql` never runs: dbmate passes over names that do not start with a number",
            ]
        );
    }
}
