//! node-pg-migrate: SQL files with `-- Up Migration` and `-- Down Migration`, for PostgreSQL.
//!
//! Facts: `src/sqlMigration.ts`, `src/migration.ts` and `src/runner.ts` [S].

use super::claims::{self, Evidence};
use super::paths::Database;
use super::sections::{self, Turn};
use super::{Adapter, Claim, MigrationSet, Named, Project, Sources, paths};
use crate::dialect::Engine;
use crate::migration::{OptOut, Runner, Sends, Version, Wraps};
use crate::tree::{file_name, parent};

/// The adapter.
pub const ADAPTER: Adapter = Adapter { name: "node-pg-migrate", find, load, follow: None };

/// All pending files share one transaction (`--single-transaction`, the default); each direction of
/// a file is one message.
const RUNNER: Runner = Runner {
    framework: ADAPTER.name,
    wraps: Wraps::AllPending,
    sends: Sends::WholeFile,
    alone: OptOut::Never {
        why: "all pending SQL files run in one transaction",
    },
    refuses_mixed: false,
};

/// `^\s*--[\s-]*(up|down)\s+migration`, in any case.
fn mark(line: &str) -> Option<Turn> {
    let rest = line.trim_start().strip_prefix("--")?;
    let rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '-').to_lowercase();
    let turn = |word: &str, turn| {
        let rest = rest.strip_prefix(word)?;
        let fits = rest.starts_with(char::is_whitespace);
        (fits && rest.trim_start().starts_with("migration")).then_some(turn)
    };
    turn("up", Turn::Up).or_else(|| turn("down", Turn::Down))
}

fn find(project: &Project<'_>) -> Vec<Claim> {
    claims::by_evidence(project, ADAPTER.name, claims::folders(project), |root, files| {
        let named = files.iter().filter(|it| paths::number_and_title(file_name(it)).is_some()).count();
        // A pair of files holds no sections: there such a comment is prose.
        if named == 0 || files.iter().any(|file| file.ends_with(".down.sql")) {
            return None;
        }
        let is_up = |line: &str| mark(line) == Some(Turn::Up);
        if let Some(found) = claims::directive(project, files, "-- Up Migration", is_up) {
            return Some(found);
        }
        let manifest = project.manifest_with(root, "package.json", "node-pg-migrate")?;
        let of = files.len();
        let why = format!("`{manifest}` names node-pg-migrate, and {named} of {of} names fit");
        Some(Evidence::name(why))
    })
}

fn load(project: &Project<'_>, claim: &Claim, sources: &mut Sources<'_>) -> MigrationSet {
    let mut set = MigrationSet::new(ADAPTER.name, claim, project);
    let why = "node-pg-migrate is for PostgreSQL alone".to_owned();
    set.set_database(Some((Database::Read(Engine::Postgres), why)));
    for path in &claim.files {
        let Some(opened) = sources.open(path) else { continue };
        let Some((number, title)) = paths::number_and_title(file_name(path)) else {
            let why = "node-pg-migrate orders files by the number before the first `_`";
            set.misnamed(&opened, false, why, "<timestamp>_<title>.sql");
            continue;
        };
        let named = Named::up(number, paths::stem(title));
        let marks = sections::sections(&opened.text, mark);
        let mut ways = sections::ways(&opened.text, &marks, |turn| *turn);
        if ways.up.is_empty() {
            if let Some(down) = marks.first() {
                let message = "without a line `-- Up Migration` node-pg-migrate runs the whole file, the way back too";
                let help = "put `-- Up Migration` before the first statement";
                set.misses(&sections::place(&opened, &down.line), message.to_owned(), help);
            }
            ways.before = 0..0;
            ways.up.push(0..opened.text.len());
        }
        let before = "node-pg-migrate passes over what stands before `-- Up Migration`";
        let runners = (RUNNER, RUNNER);
        sections::push_ways(project, &mut set, &opened, &named, &ways, runners, before);
    }
    set.sort(Version::cmp_numeric);
    set.not_sql(&programs(project, &claim.root));
    set
}

/// Migrations in JavaScript or TypeScript beside those in SQL.
fn programs<'a>(project: &'a Project<'_>, root: &str) -> Vec<&'a str> {
    let is_program = |path: &&String| {
        let is_language = [".js", ".ts", ".mjs", ".cjs", ".mts"].iter().any(|it| path.ends_with(it));
        is_language
            && parent(path).as_deref() == Some(root)
            && paths::number_and_title(file_name(path)).is_some()
    };
    project.listing.files.iter().filter(is_program).map(|path| file_name(path)).collect()
}

#[cfg(test)]
mod tests {
    use crate::frameworks::tests::{pieces, rows};

    #[test]
    fn both_ways_of_a_file_run_in_one_transaction_with_all_others() {
        let two = "-- Up Migration\nSELECT 1;\n\n-- Down Migration\nSELECT 2;\n";
        assert_eq!(
            rows(&[
                ("m/1700000000002_b.sql", two),
                ("m/1700000000001_a.sql", "SELECT 1;"),
                ("m/1700000000003_c.sql", "SELECT 1;\n--down  MIGRATION\nSELECT 2;"),
                ("m/1700000000004_d.ts", ""),
                ("m/seed.sql", ""),
            ]),
            [
                "node-pg-migrate m postgres: 1 of 4 files hold `-- Up Migration`",
                "m/1700000000001_a.sql 1700000000001 up AllPending WholeFile",
                "m/1700000000002_b.sql 1700000000002 up AllPending WholeFile",
                "m/1700000000002_b.sql 1700000000002 down AllPending WholeFile",
                "m/1700000000003_c.sql 1700000000003 up AllPending WholeFile",
                "m/1700000000003_c.sql 1700000000003 down AllPending WholeFile",
                "warning: without a line `-- Up Migration` node-pg-migrate runs the whole file, the way back too",
                "note: `seed.sql` never runs: node-pg-migrate orders files by the number before the first `_`",
                "`1700000000004_d.ts` is a migration that is not SQL",
            ]
        );
        assert_eq!(pieces(&[("m/1_b.sql", two)]), ["", "SELECT 1;\n\n", "SELECT 2;\n"]);
    }

    #[test]
    fn a_package_that_uses_it_is_enough() {
        let manifest = ("package.json", r#"{"devDependencies": {"node-pg-migrate": "^7"}}"#);
        assert_eq!(
            rows(&[manifest, ("m/1_a.sql", "")])[0],
            "node-pg-migrate m postgres: `package.json` names node-pg-migrate, and 1 of 1 names fit"
        );
    }
}
