//! goose: `1_title.sql` with `-- +goose Up` and `-- +goose Down`.
//!
//! Facts: `internal/sqlparser/parser.go` and `migration.go` [S].

use super::follow::{Alone, Follow, Ways};
use super::annotated::{self, Mark};
use super::lines::lines;
use super::{
    Adapter, Claim, MigrationSet, Named, Opened, Project, Sources, claims, paths, sections,
};
use crate::migration::{OptOut, Runner, Sends, Version, Wraps};
use crate::tree::{file_name, parent};

/// The adapter.
pub const ADAPTER: Adapter = Adapter {
    name: "goose",
    find,
    load,
    follow: Some(Follow {
        ways: Some(Ways { up: "-- +goose Up", down: "-- +goose Down", down_needed: false }),
        alone: Some(Alone::FirstLine("-- +goose NO TRANSACTION")),
        together: true,
        ..Follow::MESSAGES
    }),
};

/// Each statement is sent by itself, in a transaction for the file unless it says
/// `NO TRANSACTION`, which counts for both directions. What stands between `StatementBegin` and
/// `StatementEnd` is one message.
fn runner(in_transaction: bool, is_one_message: bool) -> Runner {
    Runner {
        framework: ADAPTER.name,
        wraps: if in_transaction { Wraps::EachFile } else { Wraps::Nothing },
        sends: if is_one_message { Sends::WholeFile } else { Sends::Statements },
        alone: OptOut::Directive {
            text: "-- +goose NO TRANSACTION",
            place: "on a line of its own, outside `StatementBegin` and `StatementEnd`",
        },
        refuses_mixed: false,
    }
}

/// What follows `-- +goose` at the start of a line.
fn annotation(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("--")?.trim_start().strip_prefix("+goose")?;
    rest.starts_with(char::is_whitespace).then(|| rest.trim())
}

fn is_no_transaction(annotation: &str) -> bool {
    annotation.eq_ignore_ascii_case("no transaction")
}

fn find(project: &Project<'_>) -> Vec<Claim> {
    claims::by_evidence(project, ADAPTER.name, claims::folders(project), |_, files| {
        let is_up = |line: &str| annotation(line).is_some_and(|it| Mark::of(it) == Mark::Up);
        claims::directive(project, files, "-- +goose Up", is_up)
    })
}

fn load(project: &Project<'_>, claim: &Claim, sources: &mut Sources<'_>) -> MigrationSet {
    let mut set = MigrationSet::new(ADAPTER.name, claim, project);
    for path in &claim.files {
        let Some(opened) = sources.open(path) else { continue };
        let read = annotated::read(&opened.text, |line| annotation(line).map(Mark::of));
        let is_marked = !read.ways.up.is_empty() || !read.ways.down.is_empty();
        let Some((number, title)) = number_and_title(file_name(path)) else {
            let why = "goose takes names that start with a number from 1 and `_`";
            set.misnamed(&opened, is_marked, why, "<number>_<title>.sql");
            continue;
        };
        if !is_marked {
            let why = "it has no line `-- +goose Up`, without which goose refuses it";
            set.unmarked(&opened, why, "put `-- +goose Up` before its first statement");
            continue;
        }
        let annotations = sections::sections(&opened.text, annotation);
        let in_transaction = !annotations.iter().any(|it| is_no_transaction(it.mark));
        without_effect(&mut set, &opened);
        let runners = (
            runner(in_transaction, read.up_is_one),
            runner(in_transaction, read.down_is_one),
        );
        let named = Named::up(number, paths::stem(title));
        let before = "goose refuses a file with SQL before `-- +goose Up`";
        sections::push_ways(project, &mut set, &opened, &named, &read.ways, runners, before);
    }
    set.sort(Version::cmp_numeric);
    set.not_sql(&programs(project, &claim.root));
    set
}

/// `NumericComponent`: a number from 1 that fits an `int64`, and `_`.
fn number_and_title(name: &str) -> Option<(&str, &str)> {
    let found = paths::number_and_title(name)?;
    found.0.parse::<i64>().is_ok_and(|number| number > 0).then_some(found)
}

/// Annotations that goose takes for comments.
fn without_effect(set: &mut MigrationSet, opened: &Opened) {
    const KNOWN: &[&str] = &["envsub on", "envsub off", "envsubst on", "envsubst off"];
    for line in lines(&opened.text) {
        let text = opened.text.get(line.content.clone()).unwrap_or("");
        let place = sections::place(opened, &line.content);
        match annotation(text) {
            Some(found) => {
                let is_known = Mark::of(found) != Mark::Other
                    || is_no_transaction(found)
                    || KNOWN.contains(&found.to_ascii_lowercase().as_str());
                if !is_known {
                    let message = format!("goose knows no annotation `+goose {found}`");
                    let help = "the annotations are Up, Down, StatementBegin, StatementEnd, \
                                NO TRANSACTION, ENVSUB ON and ENVSUB OFF";
                    set.misses(&place, message, help);
                }
            }
            None if annotation(text.trim_start()).is_some() => {
                let message = format!("`{}` has no effect: blanks stand before it", text.trim());
                set.misses(&place, message, "write it at the start of its line");
            }
            None => {}
        }
    }
}

/// Migrations in Go beside those in SQL.
fn programs<'a>(project: &'a Project<'_>, root: &str) -> Vec<&'a str> {
    let is_program = |path: &&String| {
        path.ends_with(".go")
            && !path.ends_with("_test.go")
            && parent(path).as_deref() == Some(root)
            && number_and_title(file_name(path)).is_some()
    };
    project.listing.files.iter().filter(is_program).map(|path| file_name(path)).collect()
}

#[cfg(test)]
mod tests {
    use crate::frameworks::tests::{pieces, rows};

    #[test]
    fn both_ways_of_a_file_run_as_it_says() {
        let two = "-- about\n-- +goose Up\nSELECT 1;\n-- +goose Down\nSELECT 2;\n";
        let alone = "-- +goose NO TRANSACTION\n-- +goose up\nSELECT 1;";
        let block = "-- +goose NO TRANSACTION\r\n--+goose Up\r\n-- +goose StatementBegin\r\nSELECT 1;SELECT 2;\r\n-- +goose StatementEnd\r\n";
        assert_eq!(
            rows(&[("m/10_c.sql", block), ("m/2_b.sql", alone), ("m/00001_a.sql", two), ("m/00003_d.go", ""), ("m/4_x_test.go", "")]),
            [
                "goose m ?: 3 of 3 files hold `-- +goose Up`",
                "m/00001_a.sql 00001 up EachFile Statements",
                "m/00001_a.sql 00001 down EachFile Statements",
                "m/2_b.sql 2 up Nothing Statements",
                "m/10_c.sql 10 up Nothing WholeFile",
                "`00003_d.go` is a migration that is not SQL",
            ]
        );
        assert_eq!(
            pieces(&[("m/1_a.sql", two), ("m/10_c.sql", block)]),
            ["-- about\n", "SELECT 1;\n", "SELECT 2;\n", "-- +goose NO TRANSACTION\r\n", "", "SELECT 1;SELECT 2;\r\n", ""]
        );
    }

    #[test]
    fn what_goose_refuses_or_passes_over_is_said() {
        let up = "-- +goose Up\nSELECT 1;";
        assert_eq!(
            rows(&[
                ("m/1_a.sql", up),
                ("m/0_b.sql", up),
                ("m/seed.sql", "SELECT 1;"),
                ("m/2_c.sql", "SELECT 1;"),
                ("m/3_d.sql", "SELECT 0;\n-- +goose Up\n-- +goose NOTRANSACTION\nSELECT 1;\n  -- +goose Down\n"),
            ]),
            [
                "goose m ?: 3 of 5 files hold `-- +goose Up`",
                "m/1_a.sql 1 up EachFile Statements",
                "m/3_d.sql 3 up EachFile Statements",
                "error: `0_b.sql` never runs: goose takes names that start with a number from 1 and `_`",
                "error: `2_c.sql` never runs: it has no line `-- +goose Up`, without which goose refuses it",
                "warning: goose knows no annotation `+goose NOTRANSACTION`",
                "warning: `-- +goose Down` has no effect: blanks stand before it",
                "error: this part of `3_d.sql` never runs: goose refuses a file with SQL before `-- +goose Up`",
                "note: `seed.sql` never runs: goose takes names that start with a number from 1 and `_`",
            ]
        );
    }
}
