//! Prisma: `<timestamp>_<title>/migration.sql`.
//!
//! Facts: `schema-engine`, `flavour/postgres` [S].

use super::follow::Follow;
use super::claims::{self, Evidence};
use super::keys::Keys;
use super::paths::database_word;
use super::{Adapter, Claim, MigrationSet, Named, Project, Sources};
use crate::finding::Level;
use crate::migration::{Direction, OptOut, Part, Runner, Sends, Version, Wraps};
use crate::tree::{file_name, join, parent};

/// The adapter.
pub const ADAPTER: Adapter = Adapter { name: "prisma", find, load, follow: Some(Follow { in_folder: true, ..Follow::MESSAGES }) };

/// The script is one message, without a transaction of Prisma's own.
const RUNNER: Runner = Runner {
    framework: ADAPTER.name,
    wraps: Wraps::Nothing,
    sends: Sends::WholeFile,
    alone: OptOut::OwnFile,
    refuses_mixed: false,
};

/// What Prisma runs, and the name under which people keep a way back that they run by hand.
const SCRIPTS: &[&str] = &["migration.sql", "down.sql"];

const LOCK: &str = "migration_lock.toml";

fn find(project: &Project<'_>) -> Vec<Claim> {
    let groups = claims::folders_of_folders(project, &SCRIPTS[..1]);
    claims::by_evidence(project, ADAPTER.name, groups, |root, files| {
        let lock = join(root, LOCK);
        if project.exists(&lock) {
            return Some(Evidence::marker(&lock, format!("there is `{lock}`")));
        }
        let is_script = |file: &&&str| file_name(file) == SCRIPTS[0];
        let count = files.iter().filter(is_script).count();
        let why = format!("{count} of {} files are <timestamp>_<title>/migration.sql", files.len());
        (count > 0).then(|| Evidence::name(why))
    })
}

fn load(project: &Project<'_>, claim: &Claim, sources: &mut Sources<'_>) -> MigrationSet {
    let mut set = MigrationSet::new(ADAPTER.name, claim, project);
    let lock = join(&claim.root, LOCK);
    match Keys::of_toml(project, &lock) {
        Ok(keys) => {
            let provider = keys.as_ref().and_then(|keys| keys.text("provider"));
            let database = provider.and_then(database_word);
            set.set_database(database.map(|database| (database, format!("`{lock}` says so"))));
        }
        Err(error) => sources.error(error),
    }
    for path in &claim.files {
        let Some(opened) = sources.open(path) else { continue };
        let direction = match file_name(path) {
            "migration.sql" => Direction::Up,
            "down.sql" => Direction::Down,
            _ => {
                let why = "Prisma runs `migration.sql` of the folders of a migration alone";
                set.never_runs(&opened.whole(), Level::Note, why, None);
                continue;
            }
        };
        // A migration is identified by the whole name of its folder.
        let folder = parent(path).map(|it| file_name(&it).to_owned()).unwrap_or_default();
        let (number, title) = folder.split_once('_').unwrap_or((&folder, ""));
        let title = title.replace(['_', '-'], " ");
        let version = Version { text: number.to_owned(), key: vec![folder.clone()] };
        let body = vec![Part::Sql(project.sql(&opened.text, 0))];
        set.push(&opened.whole(), Named { version, title, direction }, RUNNER, body);
    }
    set.sort(|a, b| a.key.cmp(&b.key));
    set
}

#[cfg(test)]
mod tests {
    use crate::frameworks::tests::rows;

    #[test]
    fn folders_run_by_name_and_the_lock_file_names_the_engine() {
        assert_eq!(
            rows(&[
                ("prisma/migrations/migration_lock.toml", "# x\nprovider = \"mysql\"\n"),
                ("prisma/migrations/20240102000000_b/migration.sql", ""),
                ("prisma/migrations/20240102000000_a/migration.sql", ""),
                ("prisma/migrations/20240102000000_a/down.sql", ""),
                ("prisma/migrations/0_init/migration.sql", ""),
                ("prisma/migrations/0_init/seed.sql", ""),
            ]),
            [
                "prisma prisma/migrations mysql: there is `prisma/migrations/migration_lock.toml`",
                "prisma/migrations/0_init/migration.sql 0 up Nothing WholeFile",
                "prisma/migrations/20240102000000_a/migration.sql 20240102000000 up Nothing WholeFile",
                "prisma/migrations/20240102000000_a/down.sql 20240102000000 down Nothing WholeFile",
                "prisma/migrations/20240102000000_b/migration.sql 20240102000000 up Nothing WholeFile",
                "note: `seed.sql` never runs: Prisma runs `migration.sql` of the folders of a migration alone",
            ]
        );
    }

    #[test]
    fn a_broken_lock_file_is_an_error() {
        let rows = rows(&[("m/1_a/migration.sql", ""), ("m/migration_lock.toml", "provider")]);
        assert_eq!(rows[1], "m/1_a/migration.sql 1 up Nothing WholeFile");
        assert!(rows[2].starts_with("error m/migration_lock.toml: not TOML: "), "{}", rows[2]);
    }
}
