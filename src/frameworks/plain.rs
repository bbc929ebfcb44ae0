//! Plain SQL files that an unknown runner applies in the order of their paths.

use super::follow::Follow;
use super::{Adapter, Claim, MigrationSet, Named, Project, Sources, Strength, paths};
use crate::migration::{Direction, OptOut, Part, Runner, Sends, Version, Wraps};
use crate::tree::{below, file_name};
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// The adapter.
pub const ADAPTER: Adapter = Adapter { name: "plain", find, load, follow: Some(Follow { alone: None, ..Follow::MESSAGES }) };

/// Nothing is known of who runs the files.
const RUNNER: Runner = Runner {
    framework: "plain",
    wraps: Wraps::Unknown,
    sends: Sends::Unknown,
    alone: OptOut::Unknown,
    refuses_mixed: false,
};

fn find(project: &Project<'_>) -> Vec<Claim> {
    let strength = if project.told() { Strength::Told } else { Strength::Fallback };
    let why = match strength {
        Strength::Told => "the framework was named: plain",
        _ => "SQL files that no framework's file, directive or name marks",
    };
    claims(project, strength, why)
}

/// One claim for each folder that was given; files for different databases stand apart.
pub fn claims(project: &Project<'_>, strength: Strength, why: &str) -> Vec<Claim> {
    let mut sets: BTreeMap<(String, Option<paths::Database>), Vec<String>> = BTreeMap::new();
    for file in project.sql_files() {
        let key = (project.given_folder(file), paths::database(file));
        sets.entry(key).or_default().push(file.to_owned());
    }
    let claim = |(root, files)| {
        Claim { root, strength, why: why.to_owned(), marker: None, files }
    };
    sets.into_iter().map(|((root, _), files)| claim((root, files))).collect()
}

fn load(project: &Project<'_>, claim: &Claim, sources: &mut Sources<'_>) -> MigrationSet {
    let mut set = MigrationSet::new(ADAPTER.name, claim, project);
    let facts = Facts { goes_back: &goes_back, order: paths::natural, runner: RUNNER };
    facts.load(project, &mut set, claim.files.clone(), sources);
    set
}

/// What is known of whole files that run in the order of their paths.
pub struct Facts<'a> {
    /// Whether a file takes a migration back.
    pub goes_back: &'a dyn Fn(&str) -> bool,
    /// How paths are compared, without the words for their direction.
    pub order: fn(&str, &str) -> Ordering,
    /// How each is run.
    pub runner: Runner,
}

impl Facts<'_> {
    /// Adds files to a set; one that goes back stands after the one that it undoes.
    pub fn load(
        &self,
        project: &Project<'_>,
        set: &mut MigrationSet,
        files: Vec<String>,
        sources: &mut Sources<'_>,
    ) {
        let row = |path: String| (undone(&path), (self.goes_back)(&path), path);
        let mut rows: Vec<(String, bool, String)> = files.into_iter().map(row).collect();
        rows.sort_by(|(undone_a, back_a, a), (undone_b, back_b, b)| {
            (self.order)(undone_a, undone_b)
                .then_with(|| back_a.cmp(back_b))
                .then_with(|| (self.order)(a, b))
        });
        for (_, goes_back, path) in &rows {
            let Some(opened) = sources.open(path) else { continue };
            let key = undone(below(path, &set.root).unwrap_or(path));
            let named = Named {
                version: Version { text: String::new(), key: vec![key] },
                title: paths::stem(file_name(path)).replace(['_', '-'], " "),
                direction: if *goes_back { Direction::Down } else { Direction::Up },
            };
            let body = vec![Part::Sql(project.sql(&opened.text, 0))];
            set.push(&opened.whole(), named, self.runner.clone(), body);
        }
    }
}

/// The path without the words for its direction: what a way up and its way back share.
fn undone(path: &str) -> String {
    let name = file_name(path);
    let folder = path.strip_suffix(name).unwrap_or("");
    let stem = paths::stem(name);
    let ends = ["down", "up", "rollback", "undo"];
    let cut = |end: &&str| stem.strip_suffix(end)?.strip_suffix(['.', '_', '-']);
    let stem = match stem {
        "down" | "up" => "",
        stem => ends.iter().find_map(cut).unwrap_or(stem),
    };
    format!("{folder}{stem}.sql")
}

/// Whether a name says that the file takes a migration back: `x.down.sql`, `x_down.sql`,
/// `down.sql`, `x_rollback.sql`, `undo_003.sql`; not so `undo_log.sql` or `add_rollback_reason.sql`,
/// which name what they create.
fn goes_back(path: &str) -> bool {
    let name = paths::stem(file_name(path)).to_ascii_lowercase();
    let words: Vec<&str> = name.split(|c: char| !c.is_alphanumeric()).collect();
    let is_number = |word: &&&str| word.bytes().all(|byte| byte.is_ascii_digit());
    let first = words.iter().find(|word| !is_number(word)).copied();
    let last = words.last().copied();
    let numbered = name.bytes().any(|byte| byte.is_ascii_digit());
    matches!(last, Some("down" | "rollback" | "undo"))
        || (matches!(first, Some("rollback" | "undo")) && numbered)
}

#[cfg(test)]
mod tests {
    use crate::frameworks::{Settings, discover};
    use crate::tree::Memory;

    fn rows(paths: &[&str]) -> Vec<String> {
        let tree = Memory::new(paths.iter().map(|path| (*path, "SELECT 1;")));
        let found = discover(&tree, &Settings::default());
        assert_eq!((found.errors, found.empty), (Vec::new(), Vec::new()));
        let row = |migration: &crate::migration::Migration| {
            let path = &found.files[migration.file.0 as usize].path;
            format!("{path} {}", migration.direction.name())
        };
        found.sets.iter().flat_map(|set| set.migrations.iter().map(row)).collect()
    }

    #[test]
    fn files_run_in_natural_order_and_names_tell_the_direction() {
        assert_eq!(
            rows(&["up/upgrade_10.sql", "up/upgrade_2.sql", "up/pre/x.sql", "up/10.down.sql", "up/10.up.sql"]),
            [
                "up/pre/x.sql up", "up/10.up.sql up", "up/10.down.sql down", "up/upgrade_2.sql up",
                "up/upgrade_10.sql up",
            ]
        );
        assert_eq!(
            rows(&["1/down.sql", "1/up.sql", "2_rollback.sql", "3_undo_x.sql", "countdown.sql", "down_payment.sql"]),
            [
                "1/up.sql up", "1/down.sql down", "2_rollback.sql down", "3_undo_x.sql down",
                "countdown.sql up", "down_payment.sql up",
            ]
        );
    }

    #[test]
    fn databases_stand_apart() {
        let tree = Memory::new(["m/app.mysql.1.sql", "m/app.postgres.1.sql", "m/app.oracle.1.sql"].map(|path| (path, "")));
        let found = discover(&tree, &Settings::default());
        let databases: Vec<_> =
            found.sets.iter().map(|set| (set.engine.map(|engine| engine.name()), set.other_database)).collect();
        assert_eq!(databases, [(Some("postgres"), None), (Some("mysql"), None), (None, Some("oracle"))]);
    }
}
