//! Atlas: SQL files in the order of their names, with `atlas.sum`.
//!
//! Facts: `sql/migrate/dir.go` and `cmd/atlas/internal/cmdapi/migrate.go` [S].

use super::claims::{self, Evidence};
use super::lines::lines;
use super::paths::{Database, database_word, url_database};
use super::{Adapter, Claim, MigrationSet, Named, Opened, Project, Sources, paths, sections};
use crate::migration::{Direction, OptOut, Part, Runner, Sends, Version, Wraps};
use crate::tree::{file_name, join};
use std::ops::Range;

/// The adapter.
pub const ADAPTER: Adapter = Adapter { name: "atlas", find, load, follow: None };

/// Statement by statement, in a transaction for the file unless it says otherwise. The flag
/// `--tx-mode`, which no file shows, is taken to have its default.
fn runner(wraps: Wraps) -> Runner {
    Runner {
        framework: ADAPTER.name,
        wraps,
        sends: Sends::Statements,
        alone: OptOut::Directive {
            text: "-- atlas:txmode none",
            place: "and an empty line at the top of the file",
        },
        refuses_mixed: false,
    }
}

/// Atlas keeps its sums beside files of other tools too, and those tools run them.
fn find(project: &Project<'_>) -> Vec<Claim> {
    claims::by_evidence(project, ADAPTER.name, claims::folders(project), |root, files| {
        const OTHERS: &[&str] = &["+goose ", "migrate:up", "liquibase formatted"];
        let sum = join(root, "atlas.sum");
        let of_other_name = |file: &&str| {
            let name = file_name(file);
            let is_versioned = name.starts_with(|c: char| c.is_ascii_digit());
            !is_versioned || name.ends_with(".up.sql") || name.ends_with(".down.sql")
        };
        let of_other_mark = |start: &str| OTHERS.iter().any(|mark| start.contains(mark));
        let is_other = files.iter().all(of_other_name)
            || claims::marked(project, files, of_other_mark) > 0;
        (!is_other && project.exists(&sum))
            .then(|| Evidence::marker(&sum, format!("there is `{sum}`")))
    })
}

fn load(project: &Project<'_>, claim: &Claim, sources: &mut Sources<'_>) -> MigrationSet {
    let mut set = MigrationSet::new(ADAPTER.name, claim, project);
    if set.engine.is_none() && set.other_database.is_none() {
        set.set_database(settings(project, &claim.root));
    }
    let mut files: Vec<&String> = claim.files.iter().collect();
    files.sort_by_key(|path| file_name(path));
    for path in files {
        let Some(opened) = sources.open(path) else { continue };
        let stem = paths::stem(file_name(path));
        let (number, title) = stem.split_once('_').unwrap_or((stem, ""));
        let header = header(&opened.text);
        let is_checkpoint = header.iter().any(|directive| directive.name == "checkpoint");
        let named = Named {
            version: Version::text(number),
            title: title.replace(['_', '-'], " "),
            direction: if is_checkpoint { Direction::Baseline } else { Direction::Up },
        };
        let wraps = wraps(&mut set, &opened, &header);
        set.push(&opened.whole(), named, runner(wraps), body(project, &opened, &header));
    }
    set
}

/// `atlas:<name> <value>`.
struct DirectiveLine<'a> {
    name: &'a str,
    value: &'a str,
    line: Range<usize>,
}

impl<'a> DirectiveLine<'a> {
    fn of(text: &'a str, line: &Range<usize>) -> Option<Self> {
        let content = text.get(line.clone())?;
        let rest = content.split_once("atlas:")?.1;
        let (name, value) = rest.split_once(' ').unwrap_or((rest, ""));
        Some(Self { name: name.trim(), value: value.trim_start(), line: line.clone() })
    }
}

/// The directives of the file: those in comments at its top, which an empty line ends. Without that
/// line they belong to the first statement.
fn header(text: &str) -> Vec<DirectiveLine<'_>> {
    let mut found = Vec::new();
    for line in lines(text) {
        let content = text.get(line.content.clone()).unwrap_or("");
        if content.is_empty() {
            return found;
        }
        if !content.starts_with("--") && !content.starts_with('#') {
            break;
        }
        found.extend(DirectiveLine::of(text, &line.content));
    }
    Vec::new()
}

fn wraps(set: &mut MigrationSet, opened: &Opened, header: &[DirectiveLine<'_>]) -> Wraps {
    for line in lines(&opened.text) {
        let content = opened.text.get(line.content.clone()).unwrap_or("");
        let is_mode = content.starts_with("--") && content.contains("atlas:txmode");
        if is_mode && !header.iter().any(|directive| directive.line == line.content) {
            let message = format!("`{}` has no effect: it does not stand at the top of the file with an empty line behind it", content.trim());
            let help = "begin the file with it, and leave the line behind it empty";
            set.misses(&sections::place(opened, &line.content), message, help);
        }
    }
    let Some(mode) = header.iter().find(|directive| directive.name == "txmode") else {
        return Wraps::EachFile;
    };
    match mode.value.trim_end() {
        "none" => Wraps::Nothing,
        "file" => Wraps::EachFile,
        other => {
            let message = format!("Atlas refuses the mode `{other}` of a file");
            set.misses(&sections::place(opened, &mode.line), message, "write `none` or `file`");
            Wraps::EachFile
        }
    }
}

/// A file cut at its own delimiter, which may hold `\n`, `\r` and `\t`.
fn body(project: &Project<'_>, opened: &Opened, header: &[DirectiveLine<'_>]) -> Vec<Part> {
    let delimiter = header.iter().find(|directive| directive.name == "delimiter");
    let written = delimiter.map_or("", |directive| directive.value);
    let text = written.replace("\\n", "\n").replace("\\r", "\r").replace("\\t", "\t");
    if text.is_empty() || text == ";" {
        return vec![Part::Sql(project.sql(&opened.text, 0))];
    }
    // The directive names the delimiter and is not cut at it.
    let start = delimiter.map_or(0, |directive| directive.line.end);
    let rest = opened.text.get(start..).unwrap_or("");
    let mut at = start;
    let piece = |piece: &str| {
        let start = at;
        at += piece.len() + text.len();
        Part::Sql(project.sql(piece, start))
    };
    rest.split(text.as_str()).map(piece).collect()
}

/// The database of the URLs in `atlas.hcl`, if it is one.
fn settings(project: &Project<'_>, root: &str) -> Option<(Database, String)> {
    let path = project.above(root, "atlas.hcl")?;
    let text = project.settings_file(&path).ok()??;
    let of_url = |url: &str| match url.strip_prefix("docker://") {
        Some(image) => database_word(image.split('/').next().unwrap_or("")),
        None => url_database(url.split_once("://")?.0),
    };
    let mut found: Vec<Database> = text.split('"').skip(1).step_by(2).filter_map(of_url).collect();
    found.dedup();
    let [database] = found.as_slice() else { return None };
    Some((*database, format!("`{path}` says so")))
}

#[cfg(test)]
mod tests {
    use crate::frameworks::tests::{pieces, rows};

    const SUM: (&str, &str) = ("m/atlas.sum", "h1:x=\n");

    #[test]
    fn files_run_by_name_and_their_first_lines_say_how() {
        assert_eq!(
            rows(&[
                SUM,
                ("atlas.hcl", "env \"x\" {\n  url = \"postgres://h/d\"\n  dev = \"docker://postgres/15/dev\"\n}"),
                ("m/10_b.sql", "-- atlas:txmode none\n\nSELECT 1;"),
                ("m/2_a.sql", "-- atlas:txmode none\nSELECT 1;"),
                ("m/3.sql", "-- atlas:checkpoint\r\n\r\nSELECT 1;"),
                ("m/4_c.sql", "-- atlas:txmode off\n\nSELECT 1;"),
            ]),
            [
                "atlas m postgres: there is `m/atlas.sum`",
                "m/10_b.sql 10 up Nothing Statements",
                "m/2_a.sql 2 up EachFile Statements",
                "m/3.sql 3 baseline EachFile Statements",
                "m/4_c.sql 4 up EachFile Statements",
                "warning: `-- atlas:txmode none` has no effect: it does not stand at the top of the file with an empty line behind it",
                "warning: Atlas refuses the mode `off` of a file",
            ]
        );
    }

    #[test]
    fn a_delimiter_parts_statements() {
        let sql = "-- atlas:delimiter \\n\\n\n\nSELECT 1;\nSELECT 2;\n\nSELECT 3";
        assert_eq!(pieces(&[SUM, ("m/1.sql", sql)]), ["", "SELECT 1;\nSELECT 2;", "SELECT 3"]);
    }

    #[test]
    fn files_of_other_tools_are_theirs() {
        for (name, sql, framework) in [
            ("m/1_a.up.sql", "", "golang-migrate "),
            ("m/1_a.sql", "-- +goose Up\n", "goose "),
            ("m/V1__a.sql", "", "flyway "),
        ] {
            assert!(rows(&[SUM, (name, sql)])[0].starts_with(framework), "{name}");
        }
    }
}
