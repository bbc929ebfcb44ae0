//! Diesel: `<version>_<title>/up.sql` and `down.sql`.
//!
//! Facts: `diesel_migrations` [S].

use super::follow::{Alone, Follow};
use super::claims::{self, Evidence};
use super::keys::Keys;
use super::{Adapter, Claim, MigrationSet, Named, Project, Sources};
use crate::finding::Level;
use crate::migration::{Direction, OptOut, Part, Runner, Sends, Version, Wraps};
use crate::tree::{file_name, join, parent};

/// The adapter.
pub const ADAPTER: Adapter = Adapter {
    name: "diesel",
    find,
    load,
    follow: Some(Follow {
        in_folder: true,
        joins: &['-'],
        alone: Some(Alone::Beside("metadata.toml", "run_in_transaction = false\n")),
        ..Follow::MESSAGES
    }),
};

const SCRIPTS: &[&str] = &["up.sql", "down.sql"];

/// `batch_execute` sends the file as one message, in a transaction unless `metadata.toml` says
/// otherwise; for both directions.
fn runner(in_transaction: bool) -> Runner {
    Runner {
        framework: ADAPTER.name,
        wraps: if in_transaction { Wraps::EachFile } else { Wraps::Nothing },
        sends: Sends::WholeFile,
        alone: OptOut::Directive {
            text: "run_in_transaction = false",
            place: "in a `metadata.toml` beside its `up.sql`",
        },
        refuses_mixed: false,
    }
}

/// `diesel.toml`, a crate that uses Diesel, or the names that its own program gives. Other tools
/// have folders of the same shape.
fn find(project: &Project<'_>) -> Vec<Claim> {
    let groups = claims::folders_of_folders(project, SCRIPTS);
    claims::by_evidence(project, ADAPTER.name, groups, |root, files| {
        if let Some(path) = project.above(root, "diesel.toml") {
            return Some(Evidence::marker(&path, format!("there is `{path}`")));
        }
        if let Some(path) = project.manifest_with(root, "Cargo.toml", "diesel") {
            return Some(Evidence::name(format!("`{path}` names diesel")));
        }
        let named = |file: &&&str| is_generated(&folder(file));
        let count = files.iter().filter(named).count();
        let why = format!("{count} of {} files stand in folders that Diesel names", files.len());
        (count > 0).then(|| Evidence::name(why))
    })
}

/// The name of the folder that a file stands in.
fn folder(file: &str) -> String {
    parent(file).map(|folder| file_name(&folder).to_owned()).unwrap_or_default()
}

/// `2024-01-31-120000_title`, or the first one of a project on PostgreSQL.
fn is_generated(folder: &str) -> bool {
    const PARTS: [usize; 4] = [4, 2, 2, 6];
    let Some((version, _)) = folder.split_once('_') else { return false };
    let parts = version.split('-').map(|part| {
        if part.bytes().all(|byte| byte.is_ascii_digit()) { part.len() } else { 0 }
    });
    parts.eq(PARTS) || folder == "00000000000000_diesel_initial_setup"
}

fn load(project: &Project<'_>, claim: &Claim, sources: &mut Sources<'_>) -> MigrationSet {
    let mut set = MigrationSet::new(ADAPTER.name, claim, project);
    for path in &claim.files {
        let Some(opened) = sources.open(path) else { continue };
        let direction = match file_name(path) {
            "up.sql" => Direction::Up,
            "down.sql" => Direction::Down,
            _ => {
                let why = "Diesel runs `up.sql` and `down.sql` of the folders of a migration alone";
                set.never_runs(&opened.whole(), Level::Note, why, None);
                continue;
            }
        };
        let folder = folder(path);
        if folder.starts_with('.') {
            let why = "Diesel passes over folders whose name starts with a dot";
            set.never_runs(&opened.whole(), Level::Warning, why, None);
            continue;
        }
        let (number, title) = folder.split_once('_').unwrap_or((&folder, ""));
        let version = Version { text: number.to_owned(), key: vec![number.replace('-', "")] };
        let title = title.replace(['_', '-'], " ");
        let runner = runner(in_transaction(project, &mut set, sources, path));
        let body = vec![Part::Sql(project.sql(&opened.text, 0))];
        set.push(&opened.whole(), Named { version, title, direction }, runner, body);
    }
    set.sort(|a, b| a.key.cmp(&b.key));
    set
}

/// A `metadata.toml` that lacks the key says no, as the field's own default is `false`; none at all,
/// or one that is not TOML, says yes [S `file_based_migrations.rs`].
fn in_transaction(
    project: &Project<'_>,
    set: &mut MigrationSet,
    sources: &mut Sources<'_>,
    script: &str,
) -> bool {
    const KEY: &str = "run_in_transaction";
    let path = join(&parent(script).unwrap_or_default(), "metadata.toml");
    let keys = match Keys::of_toml(project, &path) {
        Ok(None) => return true,
        Ok(Some(keys)) => keys,
        Err(error) => {
            if file_name(script) == "up.sql" {
                sources.error(error);
            }
            return true;
        }
    };
    if keys.text(KEY).is_none()
        && file_name(script) == "up.sql"
        && let Some(opened) = sources.open(&path)
    {
        let message = format!(
            "`metadata.toml` lacks `{KEY}`: Diesel then runs the migration without a transaction"
        );
        let help = "say `run_in_transaction = false`, or remove the file";
        set.misses(&opened.whole(), message, help);
    }
    keys.flag(KEY, false)
}

#[cfg(test)]
mod tests {
    use crate::frameworks::tests::rows;

    #[test]
    fn folders_run_by_version_and_metadata_says_how() {
        assert_eq!(
            rows(&[
                ("diesel.toml", ""),
                ("migrations/pg/2024-01-02-000000_b/up.sql", ""),
                ("migrations/pg/2024-01-02-000000_b/down.sql", ""),
                ("migrations/pg/2024-01-02-000000_b/metadata.toml", "run_in_transaction = false"),
                ("migrations/pg/2024-01-02-000000_b/notes.sql", ""),
                ("migrations/pg/20240101000000_a/up.sql", ""),
                ("migrations/pg/20240101000000_a/metadata.toml", ""),
                ("migrations/pg/2024-01-03-000000_c/up.sql", ""),
                ("migrations/pg/2024-01-03-000000_c/metadata.toml", "run_in_transaction = true"),
                ("migrations/pg/2024-01-04-000000_d/up.sql", ""),
                ("migrations/pg/2024-01-04-000000_d/metadata.toml", "[a"),
                ("migrations/pg/2024-01-05-000000_e/up.sql", ""),
            ]),
            [
                "diesel migrations/pg postgres: there is `diesel.toml`",
                "migrations/pg/20240101000000_a/up.sql 20240101000000 up Nothing WholeFile",
                "migrations/pg/2024-01-02-000000_b/up.sql 2024-01-02-000000 up Nothing WholeFile",
                "migrations/pg/2024-01-02-000000_b/down.sql 2024-01-02-000000 down Nothing WholeFile",
                "migrations/pg/2024-01-03-000000_c/up.sql 2024-01-03-000000 up EachFile WholeFile",
                "migrations/pg/2024-01-04-000000_d/up.sql 2024-01-04-000000 up EachFile WholeFile",
                "migrations/pg/2024-01-05-000000_e/up.sql 2024-01-05-000000 up EachFile WholeFile",
                "note: `notes.sql` never runs: Diesel runs `up.sql` and `down.sql` of the folders of a migration alone",
                "warning: `metadata.toml` lacks `run_in_transaction`: Diesel then runs the migration without a transaction",
                "error migrations/pg/2024-01-04-000000_d/metadata.toml: not TOML: unclosed table, expected `]`",
            ]
        );
    }

    #[test]
    fn the_shape_alone_is_not_enough() {
        let framework = |files: &[(&str, &str)]| rows(files)[0].clone();
        let hasura = ("migrations/default/1600000000000_init/up.sql", "");
        assert!(framework(&[hasura]).starts_with("plain "));
        let manifest = ("Cargo.toml", "[dependencies]\ndiesel = \"2\"\n");
        assert_eq!(
            framework(&[hasura, manifest]),
            "diesel migrations/default ?: `Cargo.toml` names diesel"
        );
        let other = ("Cargo.toml", "[dependencies]\n# diesel\ndiesel-derive-enum = \"2\"\n");
        assert!(framework(&[hasura, other]).starts_with("plain "));
        assert_eq!(
            framework(&[("m/2024-01-31-120000_x/up.sql", "")]),
            "diesel m ?: 1 of 1 files stand in folders that Diesel names"
        );
    }
}
