//! golang-migrate: `1_title.up.sql`, `1_title.down.sql`, one folder, no directives.

use super::follow::Follow;
use super::claims::{self, Evidence};
use super::{Adapter, Claim, MigrationSet, Named, Opened, Project, Sources, paths};
use crate::dialect::Engine;
use crate::finding::Level;
use crate::migration::{Direction, OptOut, Part, Runner, Sends, Version, Wraps};
use crate::tree::file_name;
use std::collections::BTreeMap;

/// The adapter.
pub const ADAPTER: Adapter = Adapter { name: "golang-migrate", find, load, follow: Some(Follow::MESSAGES) };

/// How files are run (golang-migrate `MIGRATIONS.md` and the drivers' READMEs): the whole file
/// is one `Exec`, without a transaction of the runner's own. Only the SQLite drivers open one.
fn runner(engine: Option<Engine>) -> Runner {
    Runner {
        framework: ADAPTER.name,
        wraps: if engine == Some(Engine::Sqlite) { Wraps::EachFile } else { Wraps::Nothing },
        sends: Sends::WholeFile,
        alone: OptOut::OwnFile,
        refuses_mixed: false,
    }
}

/// A name that golang-migrate takes: `^([0-9]+)_(.*)\.(down|up)\.(.*)$`, the number a `uint64`
/// (`source/parse.go`). What does not match is passed over without a word.
struct Name<'a> {
    number: &'a str,
    title: &'a str,
    direction: Direction,
    extension: &'a str,
}

fn parse(name: &str) -> Option<Name<'_>> {
    let (number, rest) = name.split_once('_')?;
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number || number.parse::<u64>().is_err() {
        return None;
    }
    // The title takes as much as it can, so the last direction counts.
    let up = rest.rfind(".up.").map(|at| (at, Direction::Up, at + ".up.".len()));
    let down = rest.rfind(".down.").map(|at| (at, Direction::Down, at + ".down.".len()));
    let (end, direction, extension) = up.into_iter().chain(down).max_by_key(|found| found.0)?;
    Some(Name { number, title: &rest[..end], direction, extension: &rest[extension..] })
}

/// Whether golang-migrate runs the file as SQL. It checks no extension; `.tmpl` are SQL files
/// that the program fills before it hands them over.
fn is_migration(path: &str) -> bool {
    let extension = |name: Name<'_>| {
        let last = name.extension.rsplit('.').next().unwrap_or("");
        last.eq_ignore_ascii_case("sql") || last == "tmpl"
    };
    parse(file_name(path)).is_some_and(extension)
}

/// Each folder is a source of its own; golang-migrate reads none below it.
fn find(project: &Project<'_>) -> Vec<Claim> {
    let takes = |path: &&str| paths::is_sql(path) || is_migration(path);
    let files = project.listing.files.iter().map(String::as_str).filter(takes);
    claims::by_evidence(project, ADAPTER.name, paths::by_folder(files), |_, files| {
        let named = files.iter().filter(|path| is_migration(path)).count();
        let why = format!("{named} of {} names are <number>_<title>.up|down.sql", files.len());
        let fits = named > 0 && shared_versions(files) < SHARED_VERSIONS_FOREIGN;
        fits.then(|| Evidence::name(why))
    })
}

/// golang-migrate refuses to start when two files share a version, so a folder in which that is
/// common was never run by it: its runner goes by whole names (maragu.dev/migrate does). One or two
/// are what a merge leaves behind, and are the findings of `duplicate-version`.
const SHARED_VERSIONS_FOREIGN: usize = 3;

fn shared_versions(paths: &[&str]) -> usize {
    let mut ups: BTreeMap<u64, usize> = BTreeMap::new();
    let names = paths.iter().filter_map(|path| parse(file_name(path)));
    for name in names.filter(|name| name.direction == Direction::Up) {
        *ups.entry(name.number.parse().unwrap_or_default()).or_default() += 1;
    }
    ups.values().filter(|files| **files > 1).count()
}

fn load(project: &Project<'_>, claim: &Claim, sources: &mut Sources<'_>) -> MigrationSet {
    let mut set = MigrationSet::new(ADAPTER.name, claim, project);
    let runner = runner(project.settings.engine.or(set.engine));
    for path in &claim.files {
        let Some(opened) = sources.open(path) else { continue };
        let Some(name) = parse(file_name(path)) else {
            never_runs(&mut set, &opened);
            continue;
        };
        let named = Named {
            version: Version::numeric(name.number, &[name.number]),
            title: name.title.replace('_', " "),
            direction: name.direction,
        };
        let body = vec![Part::Sql(project.sql(&opened.text, 0))];
        set.push(&opened.whole(), named, runner.clone(), body);
    }
    set.sort(Version::cmp_numeric);
    set
}

fn never_runs(set: &mut MigrationSet, opened: &Opened) {
    let name = file_name(&opened.path);
    let digits = name.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = name.split_at(digits);
    if number.is_empty() {
        let why = "golang-migrate passes over names that do not start with a number";
        set.never_runs(&opened.whole(), Level::Note, why, None);
        return;
    }
    let title = paths::stem(rest).trim_start_matches(['_', '-', '.', ' ']);
    let lower = title.to_ascii_lowercase();
    let (title, direction) = match (lower.strip_suffix("up"), lower.strip_suffix("down")) {
        (Some(cut), _) => (&title[..cut.len()], "up"),
        (_, Some(cut)) => (&title[..cut.len()], "down"),
        _ => (title, "up"),
    };
    let title = title.trim_end_matches(['_', '-', '.', ' ']);
    let right = format!("name it `{number}_{title}.{direction}.sql`");
    // maragu.dev/migrate has files of the same shape, and its expression `^([\w-]+).up.sql$` [S]
    // takes any character before `up`: who runs these is not certain.
    let uncertain = rest.ends_with("up.sql") || rest.ends_with("down.sql");
    let (level, why, right) = if number.parse::<u64>().is_err() {
        let right = "give it a number below 2^64".to_owned();
        (Level::Error, "its number is over 64 bits".to_owned(), right)
    } else if !rest.starts_with('_') {
        (Level::Error, format!("`_` must follow the number `{number}`"), right)
    } else {
        let level = if uncertain { Level::Warning } else { Level::Error };
        (level, "its name has no `.up.` or `.down.` before the extension".to_owned(), right)
    };
    set.never_runs(&opened.whole(), level, &why, Some(right));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frameworks::{Discovery, Settings, discover};
    use crate::tree::Memory;

    fn found(paths: &[&str]) -> Discovery {
        discover(&Memory::new(paths.iter().map(|path| (*path, "SELECT 1;"))), &Settings::default())
    }

    #[test]
    fn names_follow_the_regular_expression() {
        let name = parse("000025_drop.sql.up.down.sql").unwrap();
        assert_eq!((name.number, name.title, name.direction), ("000025", "drop.sql.up", Direction::Down));
        assert_eq!(parse("1_.up.sql").unwrap().title, "");
        for name in ["1.up.sql", "_x.up.sql", "1_x.UP.sql", "1_x.up", "a1_x.up.sql", "18446744073709551616_x.up.sql"] {
            assert!(parse(name).is_none(), "{name}");
        }
    }

    #[test]
    fn versions_run_as_numbers_and_each_down_follows_its_up() {
        let found = found(&["m/10_c.up.sql", "m/9_b.down.sql", "m/9_b.up.sql", "m/010_d.up.tmpl", "n/1_x.up.sql"]);
        let rows: Vec<_> = found
            .sets
            .iter()
            .flat_map(|set| &set.migrations)
            .map(|m| (&*found.files[m.file.0 as usize].path, m.direction.name(), m.version.key[0].as_str()))
            .collect();
        assert_eq!(
            rows,
            [
                ("m/9_b.up.sql", "up", "9"),
                ("m/9_b.down.sql", "down", "9"),
                ("m/010_d.up.tmpl", "up", "10"),
                ("m/10_c.up.sql", "up", "10"),
                ("n/1_x.up.sql", "up", "1"),
            ]
        );
        assert_eq!(found.sets[0].why, "4 of 4 names are <number>_<title>.up|down.sql");
        assert_eq!(found.sets[0].migrations[0].runner, runner(None));
    }

    #[test]
    fn a_folder_that_it_would_refuse_is_somebody_elses() {
        let framework = |paths: &[&str]| found(paths).sets[0].framework;
        let two = ["m/1_a.up.sql", "m/1_b.up.sql", "m/2_a.up.sql", "m/2_b.up.sql"];
        assert_eq!(framework(&two), "golang-migrate");
        let three = [&two[..], &["m/3_a.up.sql", "m/3_b.up.sql"]].concat();
        assert_eq!(framework(&three), "plain");
    }

    #[test]
    fn other_names_never_run() {
        let found = found(&["m/1_a.up.sql", "m/2_b.sql", "m/2_b_down.sql", "m/3-c.UP.sql", "m/99999999999999999999_d.down.sql", "m/seed.sql"]);
        let set = &found.sets[0];
        let findings: Vec<_> = set
            .findings
            .iter()
            .map(|f| (f.level.name(), f.message.as_str(), f.help.as_deref().unwrap_or("")))
            .collect();
        assert_eq!(
            findings,
            [
                (
                    "error",
                    "`2_b.sql` never runs: its name has no `.up.` or `.down.` before the extension",
                    "name it `2_b.up.sql`",
                ),
                (
                    "warning",
                    "`2_b_down.sql` never runs: its name has no `.up.` or `.down.` before the extension",
                    "name it `2_b.down.sql`",
                ),
                ("error", "`3-c.UP.sql` never runs: `_` must follow the number `3`", "name it `3_c.up.sql`"),
                (
                    "error",
                    "`99999999999999999999_d.down.sql` never runs: its number is over 64 bits",
                    "give it a number below 2^64",
                ),
                (
                    "note",
                    "`seed.sql` never runs: golang-migrate passes over names that do not start with a number",
                    "",
                ),
            ]
        );
        assert_eq!((set.migrations.len(), set.skipped.len()), (1, 5));
    }
}
