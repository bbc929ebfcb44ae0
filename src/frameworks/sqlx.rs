//! sqlx: `1_title.sql`, or `1_title.up.sql` and `1_title.down.sql`.
//!
//! Facts: `sqlx-core/src/migrate/source.rs` and `migration_type.rs`, `sqlx-*/src/migrate.rs` [S].

use super::follow::{Alone, Follow};
use super::claims::{self, Evidence};
use super::paths::{Database, database_word};
use super::{Adapter, Claim, MigrationSet, Named, Opened, Project, Sources, paths, sections};
use crate::dialect::Engine;
use crate::migration::{Direction, OptOut, Part, Runner, Sends, Version, Wraps};
use crate::tree::file_name;

/// The adapter.
pub const ADAPTER: Adapter = Adapter { name: "sqlx", find, load, follow: Some(Follow { alone: Some(Alone::FirstLine(NO_TRANSACTION)), ..Follow::MESSAGES }) };

/// What a file that runs without a transaction starts with.
const NO_TRANSACTION: &str = "-- no-transaction";

/// The file is one message, in a transaction unless it opts out; on MySQL it cannot.
fn runner(engine: Option<Engine>, opts_out: bool) -> Runner {
    let is_mysql = engine.is_some_and(|engine| engine.is_like(Engine::Mysql));
    let alone = match is_mysql {
        true => OptOut::Never { why: "on MySQL it begins a transaction for every file" },
        false => OptOut::Directive { text: NO_TRANSACTION, place: "as its very first line" },
    };
    Runner {
        framework: ADAPTER.name,
        wraps: if opts_out && !is_mysql { Wraps::Nothing } else { Wraps::EachFile },
        sends: Sends::WholeFile,
        alone,
        refuses_mixed: false,
    }
}

/// Number, title and direction; `splitn(2, '_')`, so the number must be all that stands before.
fn parse(name: &str) -> Option<(&str, &str, Direction)> {
    let (number, title) = paths::number_and_title(name)?;
    number.parse::<i64>().ok()?;
    let title = title.strip_suffix(".sql")?;
    Some(match (title.strip_suffix(".up"), title.strip_suffix(".down")) {
        (Some(title), _) => (number, title, Direction::Up),
        (_, Some(title)) => (number, title, Direction::Down),
        _ => (number, title, Direction::Up),
    })
}

/// A crate that uses sqlx, or its own directive. Files of the same names have many runners.
fn find(project: &Project<'_>) -> Vec<Claim> {
    claims::by_evidence(project, ADAPTER.name, claims::folders(project), |root, files| {
        let named = files.iter().filter(|path| parse(file_name(path)).is_some()).count();
        if named == 0 {
            return None;
        }
        if let Some(path) = project.above(root, "sqlx.toml") {
            return Some(Evidence::marker(&path, format!("there is `{path}`")));
        }
        let marked = claims::marked(project, files, |start| start.starts_with(NO_TRANSACTION));
        if marked > 0 {
            let why = format!("{marked} of {} files start with `{NO_TRANSACTION}`", files.len());
            return Some(Evidence::directive(why));
        }
        let manifest = project.manifest_with(root, "Cargo.toml", "sqlx")?;
        let why = format!("`{manifest}` names sqlx, and {named} of {} names fit", files.len());
        Some(Evidence::name(why))
    })
}

fn load(project: &Project<'_>, claim: &Claim, sources: &mut Sources<'_>) -> MigrationSet {
    let mut set = MigrationSet::new(ADAPTER.name, claim, project);
    if set.engine.is_none() && set.other_database.is_none() {
        set.set_database(features(project, &claim.root));
    }
    let engine = project.settings.engine.or(set.engine);
    for path in &claim.files {
        let Some(opened) = sources.open(path) else { continue };
        let Some((number, title, direction)) = parse(file_name(path)) else {
            let why = "sqlx takes names that start with a number and `_` and end in `.sql`";
            set.misnamed(&opened, false, why, "<number>_<title>.sql");
            continue;
        };
        // A byte order mark is part of the text to sqlx.
        let has_mark = project.starts().get(path).is_some_and(|it| it.starts_with('\u{feff}'));
        let opts_out = opened.text.starts_with(NO_TRANSACTION) && !has_mark;
        misplaced(&mut set, &opened, opts_out);
        let body = vec![Part::Sql(project.sql(&opened.text, 0))];
        let named = Named::up(number, title).toward(direction);
        set.push(&opened.whole(), named, runner(engine, opts_out), body);
    }
    set.sort(Version::cmp_numeric);
    set
}

/// Says that the directive stands where sqlx does not look for it: not at the first byte.
fn misplaced(set: &mut MigrationSet, opened: &Opened, opts_out: bool) {
    if opts_out {
        return;
    }
    let is_mark = |line: &str| {
        let text = line.trim_start().strip_prefix("--").map(str::trim)?;
        text.eq_ignore_ascii_case("no-transaction").then_some(())
    };
    for section in sections::sections(&opened.text, is_mark) {
        let message = format!("`{NO_TRANSACTION}` has no effect: the file does not start with it");
        let help = "write it as the very first bytes, before comments and without a byte order mark";
        set.misses(&sections::place(opened, &section.line), message, help);
    }
}

/// The database that the crate's features of sqlx name, if it is one.
fn features(project: &Project<'_>, root: &str) -> Option<(Database, String)> {
    let manifest = project.manifest_with(root, "Cargo.toml", "sqlx")?;
    let text = project.settings_file(&manifest).ok()??;
    let of_sqlx = text.split(['\n', '\r']).filter(|line| line.trim_start().starts_with("sqlx"));
    let words = of_sqlx.flat_map(|line| line.split('"').skip(1).step_by(2));
    let mut named: Vec<Database> = words.filter_map(database_word).collect();
    named.dedup();
    let [database] = named.as_slice() else { return None };
    Some((*database, format!("`{manifest}` says so")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frameworks::tests::rows;

    const MANIFEST: (&str, &str) =
        ("db/Cargo.toml", "[dependencies]\nsqlx = { version = \"0.8\", features = [\"postgres\"] }\n");

    #[test]
    fn files_run_by_number_and_the_first_line_says_how() {
        assert_eq!(
            rows(&[
                MANIFEST,
                ("db/migrations/10_c.sql", "-- no-transaction\nCREATE INDEX CONCURRENTLY i ON t (a);"),
                ("db/migrations/2_b.down.sql", ""),
                ("db/migrations/2_b.up.sql", ""),
                ("db/migrations/0003_d.sql", "\n-- no-transaction\nSELECT 1;"),
                ("db/migrations/4_e.sql", "\u{feff}-- no-transaction\nSELECT 1;"),
                ("db/migrations/5-f.sql", ""),
                ("db/migrations/seed.sql", ""),
            ]),
            [
                "sqlx db/migrations postgres: 1 of 7 files start with `-- no-transaction`",
                "db/migrations/2_b.up.sql 2 up EachFile WholeFile",
                "db/migrations/2_b.down.sql 2 down EachFile WholeFile",
                "db/migrations/0003_d.sql 0003 up EachFile WholeFile",
                "db/migrations/4_e.sql 4 up EachFile WholeFile",
                "db/migrations/10_c.sql 10 up Nothing WholeFile",
                "warning: `-- no-transaction` has no effect: the file does not start with it",
                "warning: `-- no-transaction` has no effect: the file does not start with it",
                "error: `5-f.sql` never runs: sqlx takes names that start with a number and `_` and end in `.sql`",
                "note: `seed.sql` never runs: sqlx takes names that start with a number and `_` and end in `.sql`",
            ]
        );
    }

    #[test]
    fn the_crate_tells_it_from_golang_migrate() {
        let files = [("db/migrations/1_a.up.sql", "")];
        assert!(rows(&files)[0].starts_with("golang-migrate "));
        assert_eq!(
            rows(&[files[0], MANIFEST])[0],
            "sqlx db/migrations postgres: `db/Cargo.toml` names sqlx, and 1 of 1 names fit"
        );
    }

    #[test]
    fn on_mysql_no_file_opts_out() {
        let runner = runner(Some(Engine::Mariadb), true);
        assert_eq!(runner.wraps, Wraps::EachFile);
        assert!(matches!(runner.alone, OptOut::Never { .. }));
    }
}
