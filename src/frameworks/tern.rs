//! tern: `001_title.sql`, for PostgreSQL; what goes down stands below a line in it.
//!
//! Facts: `migrate/migrate.go` [S].

use super::claims::{self, Evidence};
use super::paths::Database;
use super::sections::{self, Turn, holds_sql};
use super::{Adapter, Claim, MigrationSet, Named, Opened, Project, Skipped, Sources, paths};
use crate::dialect::Engine;
use crate::finding::Level;
use crate::migration::{Direction, OptOut, Runner, Sends, Wraps};
use crate::tree::{file_name, parent};

/// The adapter.
pub const ADAPTER: Adapter = Adapter { name: "tern", find, load, follow: None };

const MARKER: &str = "---- create above / drop below ----";
const DISABLE: &str = "---- tern: disable-tx ----";

/// Each direction is one message in a transaction; with the directive its statements are sent one
/// by one without any.
fn runner(in_transaction: bool) -> Runner {
    Runner {
        framework: ADAPTER.name,
        wraps: if in_transaction { Wraps::EachFile } else { Wraps::Nothing },
        sends: if in_transaction { Sends::WholeFile } else { Sends::Statements },
        alone: OptOut::Directive { text: DISABLE, place: "on a line of its own" },
        refuses_mixed: false,
    }
}

/// Number and title: `\A(\d+)_.+\.sql\z`, the number an `int32`.
fn parse(name: &str) -> Option<(&str, &str)> {
    let (number, rest) = paths::number_and_title(name)?;
    let title = rest.strip_suffix(".sql").filter(|title| !title.is_empty())?;
    number.parse::<i32>().is_ok().then_some((number, title))
}

/// What stands one folder deeper are templates, which belong to the set.
fn find(project: &Project<'_>) -> Vec<Claim> {
    let folders = claims::folders(project);
    let mut claims = claims::by_evidence(project, ADAPTER.name, folders, |root, files| {
        let named = files.iter().filter(|path| parse(file_name(path)).is_some()).count();
        if named == 0 {
            return None;
        }
        if let Some(path) = project.above(root, "tern.conf") {
            return Some(Evidence::marker(&path, format!("there is `{path}`")));
        }
        if let Some(found) = claims::directive(project, files, MARKER, |line| line == MARKER) {
            return Some(found);
        }
        let manifest = project.manifest_with(root, "go.mod", "github.com/jackc/tern")?;
        let why = format!("`{manifest}` names tern, and {named} of {} names fit", files.len());
        Some(Evidence::name(why))
    });
    let roots: Vec<String> = claims.iter().map(|claim| claim.root.clone()).collect();
    let above = |file: &str| parent(file).and_then(|folder| parent(&folder));
    claims.retain(|claim| !parent(&claim.root).is_some_and(|above| roots.contains(&above)));
    for claim in &mut claims {
        let below = |file: &&str| above(file).as_deref() == Some(&*claim.root);
        claim.files.extend(project.sql_files().filter(below).map(str::to_owned));
    }
    claims
}

fn load(project: &Project<'_>, claim: &Claim, sources: &mut Sources<'_>) -> MigrationSet {
    let mut set = MigrationSet::new(ADAPTER.name, claim, project);
    let why = "tern is for PostgreSQL alone".to_owned();
    set.set_database(Some((Database::Read(Engine::Postgres), why)));
    let mut files: Vec<(&str, Opened)> = Vec::new();
    for path in &claim.files {
        let Some(opened) = sources.open(path) else { continue };
        if parent(path).as_deref() != Some(&*claim.root) {
            let (name, why) = (file_name(path).to_owned(), "it is a template for migrations".into());
            set.skipped.push(Skipped { file: opened.id, span: opened.whole().span, name, why });
            continue;
        }
        match parse(file_name(path)) {
            Some((number, _)) => files.push((number, opened)),
            None => {
                let why = "tern takes names that start with a number and `_` and end in `.sql`";
                set.misnamed(&opened, false, why, "<number>_<title>.sql");
            }
        }
    }
    files.sort_by_key(|(number, _)| number.parse::<i32>().unwrap_or_default());
    if project.sees_all_of(&claim.root) {
        gap(&mut set, &files);
    }
    for (_, opened) in &files {
        migration(project, &mut set, opened);
    }
    set
}

/// Numbers must follow each other from 1, or tern does not start.
fn gap(set: &mut MigrationSet, files: &[(&str, Opened)]) {
    let mut expected = 1;
    for (number, opened) in files {
        let number = number.parse::<i32>().unwrap_or_default();
        if number > expected {
            let why = format!("tern refuses to start, as there is no migration {expected}");
            let help = "numbers must follow each other from 1".to_owned();
            set.find_never_runs(&opened.whole(), Level::Error, &why, Some(help));
            return;
        }
        expected = number.saturating_add(1);
    }
}

fn migration(project: &Project<'_>, set: &mut MigrationSet, opened: &Opened) {
    let Some((number, title)) = parse(file_name(&opened.path)) else { return };
    let mark = |line: &str| line.contains(MARKER).then_some(());
    let mut sections = sections::sections(&opened.text, mark);
    sections.truncate(1);
    let down = sections.first_mut().map(|section| {
        section.body.end = opened.text.len();
        (section.line.start, section.body.clone())
    });
    let end = down.as_ref().map_or(opened.text.len(), |(mark, _)| *mark);
    let pieces = [(Direction::Up, 0..end)];
    let down = down.map(|(_, piece)| (Direction::Down, piece));
    for (direction, piece) in pieces.into_iter().chain(down) {
        let text = opened.text.get(piece.clone()).unwrap_or("");
        if direction == Direction::Down && !holds_sql(text) {
            continue;
        }
        let in_transaction = !text.split('\n').any(|line| line.trim_end() == DISABLE);
        let (place, parts) = sections::body(project, opened, &[piece]);
        let named = Named::up(number, title).toward(direction);
        set.push(&place, named, runner(in_transaction), parts);
    }
    without_effect(set, opened);
}

/// Says of a line that is nearly the directive that it is none.
fn without_effect(set: &mut MigrationSet, opened: &Opened) {
    let is_near = |line: &str| {
        let near = line.trim_start().starts_with("--") && line.contains("disable-tx");
        (near && line.trim_end() != DISABLE).then_some(Turn::On)
    };
    for section in sections::sections(&opened.text, is_near) {
        let line = opened.text.get(section.line.clone()).unwrap_or("").trim();
        let message = format!("`{line}` has no effect: it is not the line that tern looks for");
        set.misses(&sections::place(opened, &section.line), message, "write `---- tern: disable-tx ----`");
    }
}

#[cfg(test)]
mod tests {

    use crate::frameworks::tests::{pieces, rows};

    #[test]
    fn both_ways_of_a_file_run_as_it_says() {
        let two = "SELECT 1;\n---- create above / drop below ----\nSELECT 2;\n";
        let alone = "---- tern: disable-tx ----\nSELECT 1;\n---- create above / drop below ----\n";
        let near = "-- tern: disable-tx\nSELECT 1;";
        assert_eq!(
            rows(&[
                ("m/1_a.sql", two),
                ("m/02_b.sql", alone),
                ("m/04_c.sql", near),
                ("m/shared/v.sql", "{{ . }}"),
                ("m/x.sql", "SELECT 1;"),
            ]),
            [
                "tern m postgres: 2 of 4 files hold `---- create above / drop below ----`",
                "m/1_a.sql 1 up EachFile WholeFile",
                "m/1_a.sql 1 down EachFile WholeFile",
                "m/02_b.sql 02 up Nothing Statements",
                "m/04_c.sql 04 up EachFile WholeFile",
                "note: `x.sql` never runs: tern takes names that start with a number and `_` and end in `.sql`",
                "error: `04_c.sql` never runs: tern refuses to start, as there is no migration 3",
                "warning: `-- tern: disable-tx` has no effect: it is not the line that tern looks for",
            ]
        );
        assert_eq!(pieces(&[("m/1_a.sql", two)]), ["SELECT 1;\n", "SELECT 2;\n"]);
    }

    #[test]
    fn a_module_that_uses_tern_is_enough() {
        let manifest = ("go.mod", "require (\n\tgithub.com/jackc/tern/v2 v2.1.1\n)\n");
        assert_eq!(
            rows(&[manifest, ("m/001_a.sql", "")]),
            ["tern m postgres: `go.mod` names tern, and 1 of 1 names fit", "m/001_a.sql 001 up EachFile WholeFile"]
        );
        assert!(rows(&[("m/001_a.sql", "")])[0].starts_with("plain "));
    }
}
