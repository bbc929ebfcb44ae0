//! Sqitch: `deploy/`, `revert/` and `verify/` in the order of `sqitch.plan`.
//!
//! Facts: templates and tutorial [S], `App::Sqitch::Plan` [K].

use super::claims::{self, Evidence, Groups};
use super::paths::database_word;
use super::{
    Adapter, Claim, LoadError, MigrationSet, Named, Project, Skipped, Sources, paths,
};
use crate::finding::Level;
use crate::migration::{Direction, OptOut, Part, Runner, Sends, Version, Wraps};
use crate::tree::{below, join, parent};
use std::collections::BTreeSet;

/// The adapter.
pub const ADAPTER: Adapter = Adapter { name: "sqitch", find, load, follow: None };

/// The script runs in the database's own client, statement by statement; a transaction is what its
/// author writes.
const RUNNER: Runner = Runner {
    framework: ADAPTER.name,
    wraps: Wraps::Nothing,
    sends: Sends::Statements,
    alone: OptOut::NotWrapped,
    refuses_mixed: false,
};

const PLAN: &str = "sqitch.plan";

/// Files below the folders of a plan, by the folder that holds it.
fn find(project: &Project<'_>) -> Vec<Claim> {
    let mut groups = Groups::new();
    for (folder, files) in claims::folders(project) {
        let plan = project.above(&folder, PLAN).and_then(|plan| parent(&plan));
        let is_script = |root: &String| {
            let inside = below(&folder, root).unwrap_or("");
            ["deploy", "revert", "verify"].contains(&inside.split('/').next().unwrap_or(""))
        };
        match plan.filter(is_script) {
            Some(root) => groups.entry(root).or_default().extend(files),
            None if project.told() => groups.entry(folder).or_default().extend(files),
            None => {}
        }
    }
    claims::by_evidence(project, ADAPTER.name, groups, |root, _| {
        let plan = join(root, PLAN);
        project.exists(&plan).then(|| Evidence::marker(&plan, format!("there is `{plan}`")))
    })
}

/// A line of the plan: a change, and the tags between it and the next change of its name.
struct Planned<'a> {
    name: &'a str,
    tags: Vec<&'a str>,
    is_reworked: bool,
}

fn plan(text: &str) -> Vec<Planned<'_>> {
    let mut changes: Vec<Planned<'_>> = Vec::new();
    for line in text.split(['\n', '\r']).map(str::trim) {
        let word = line.split([' ', '\t', '[', '#']).next().unwrap_or("");
        if let Some(tag) = word.strip_prefix('@') {
            let open = changes.iter_mut().filter(|change| !change.is_reworked);
            open.for_each(|change| change.tags.push(tag));
        } else if !word.is_empty() && !word.starts_with('%') {
            for earlier in changes.iter_mut().filter(|change| change.name == word) {
                earlier.is_reworked = true;
            }
            changes.push(Planned { name: word, tags: Vec::new(), is_reworked: false });
        }
    }
    changes
}

fn load(project: &Project<'_>, claim: &Claim, sources: &mut Sources<'_>) -> MigrationSet {
    let mut set = MigrationSet::new(ADAPTER.name, claim, project);
    set.set_database(engine(project, &claim.root));
    let path = join(&claim.root, PLAN);
    let text = match project.settings_file(&path) {
        Ok(Some(text)) => text,
        Ok(None) => {
            let message = "Sqitch runs what its plan names, and there is none".to_owned();
            sources.error(LoadError { path, message });
            return set;
        }
        Err(error) => {
            sources.error(error);
            return set;
        }
    };
    let script = |folder: &str, name: &str| join(&claim.root, &format!("{folder}/{name}.sql"));
    let mut planned = BTreeSet::new();
    for change in plan(&text) {
        // A change that was made anew keeps its old script under the tag that came last before.
        let tagged = || change.tags.iter().rev().map(|tag| format!("{}@{tag}", change.name));
        let is_there = |name: &String| project.exists(&script("deploy", name));
        let old = if change.is_reworked { tagged().find(is_there) } else { None };
        let name = old.unwrap_or_else(|| change.name.to_owned());
        let deploy = script("deploy", &name);
        if !project.exists(&deploy) {
            let message = format!("it names `{}`, and there is no `{deploy}`", change.name);
            sources.error(LoadError { path: path.clone(), message });
        }
        for (file, direction) in [(deploy, Direction::Up), (script("revert", &name), Direction::Down)] {
            if claim.files.contains(&file)
                && let Some(opened) = sources.open(&file)
            {
                let title = change.name.replace(['_', '-', '/'], " ");
                let version = Version::text(name.clone());
                let body = vec![Part::Sql(project.sql(&opened.text, 0))];
                set.push(&opened.whole(), Named { version, title, direction }, RUNNER, body);
            }
            planned.insert(file);
        }
        planned.insert(name);
    }
    others(&mut set, claim, sources, &planned);
    set
}

/// Scripts that check, and scripts that the plan does not name.
fn others(
    set: &mut MigrationSet,
    claim: &Claim,
    sources: &mut Sources<'_>,
    planned: &BTreeSet<String>,
) {
    for path in claim.files.iter().filter(|path| !planned.contains(*path)) {
        let Some(opened) = sources.open(path) else { continue };
        let inside = below(path, &claim.root).unwrap_or(path);
        let change = inside.strip_prefix("verify/").map(paths::stem);
        match change {
            Some(change) if planned.contains(change) => {
                let why = "it checks a change and makes none".to_owned();
                let (name, span) = (inside.to_owned(), opened.whole().span);
                set.skipped.push(Skipped { file: opened.id, span, name, why });
            }
            _ => {
                let help = "add the change to the plan with `sqitch add`".to_owned();
                let why = "`sqitch.plan` does not name it";
                set.never_runs(&opened.whole(), Level::Error, why, Some(help));
            }
        }
    }
}

/// The engine that `sqitch.conf` names.
fn engine(project: &Project<'_>, root: &str) -> Option<(paths::Database, String)> {
    let path = project.above(root, "sqitch.conf")?;
    let text = project.settings_file(&path).ok()??;
    let value = |line: &str| {
        let (key, value) = line.split_once('=')?;
        (key.trim() == "engine").then(|| value.trim().to_owned())
    };
    let engine = text.split(['\n', '\r']).find_map(value)?;
    Some((database_word(&engine)?, format!("`{path}` says so")))
}

#[cfg(test)]
mod tests {
    use crate::frameworks::tests::rows;

    #[test]
    fn the_plan_gives_the_order() {
        let plan = "%syntax-version=1.0.0\n%project=shop\n\n\
                    users 2024-01-01T00:00:00Z Ann <a@b> # users\n\
                    views/all [users] 2024-01-02T00:00:00Z Ann <a@b> # all\n\
                    @v1 2024-01-03T00:00:00Z Ann <a@b> # one\n\
                    views/all [views/all@v1] 2024-01-04T00:00:00Z Ann <a@b> # again\n\
                    gone 2024-01-05T00:00:00Z Ann <a@b> # gone\n";
        assert_eq!(
            rows(&[
                ("db/sqitch.plan", plan),
                ("db/sqitch.conf", "[core]\n\tengine = pg\n"),
                ("db/deploy/users.sql", ""),
                ("db/revert/users.sql", ""),
                ("db/verify/users.sql", ""),
                ("db/deploy/views/all.sql", ""),
                ("db/deploy/views/all@v1.sql", ""),
                ("db/revert/views/all.sql", ""),
                ("db/revert/views/all@v1.sql", ""),
                ("db/deploy/stray.sql", ""),
                ("db/other.sql", ""),
            ]),
            [
                "plain . ?: SQL files that no framework's file, directive or name marks",
                "db/other.sql  up Unknown Unknown",
                "sqitch db postgres: there is `db/sqitch.plan`",
                "db/deploy/users.sql users up Nothing Statements",
                "db/revert/users.sql users down Nothing Statements",
                "db/deploy/views/all@v1.sql views/all@v1 up Nothing Statements",
                "db/revert/views/all@v1.sql views/all@v1 down Nothing Statements",
                "db/deploy/views/all.sql views/all up Nothing Statements",
                "db/revert/views/all.sql views/all down Nothing Statements",
                "error: `stray.sql` never runs: `sqitch.plan` does not name it",
                "error db/sqitch.plan: it names `gone`, and there is no `db/deploy/gone.sql`",
            ]
        );
    }
}
