//! Supabase: `supabase/migrations/<number>_<title>.sql`, for PostgreSQL.
//!
//! Facts: `pkg/migration/file.go` and `list.go` of its command line [S].

use super::follow::Follow;
use super::claims::{self, Evidence};
use super::keys::Keys;
use super::paths::Database;
use super::{Adapter, Claim, MigrationSet, Named, Project, Sources, paths};
use crate::dialect::Engine;
use crate::migration::{OptOut, Part, Runner, Sends, Version, Wraps};
use crate::tree::{file_name, join, parent};

/// The adapter.
pub const ADAPTER: Adapter = Adapter { name: "supabase", find, load, follow: Some(Follow::MESSAGES) };

/// The statements and the note that they have run go in one batch.
const RUNNER: Runner = Runner {
    framework: ADAPTER.name,
    wraps: Wraps::Nothing,
    sends: Sends::Batch,
    alone: OptOut::OwnFile,
    refuses_mixed: false,
};

/// Number and title: `^([0-9]+)_(.*)\.sql$`.
fn parse(name: &str) -> Option<(&str, &str)> {
    let (number, rest) = paths::number_and_title(name)?;
    Some((number, rest.strip_suffix(".sql")?))
}

fn find(project: &Project<'_>) -> Vec<Claim> {
    claims::by_evidence(project, ADAPTER.name, claims::folders(project), |root, _| {
        if !matches!(file_name(root), "migrations" | ".") {
            return None;
        }
        let above = parent(root)?;
        let config = join(&above, "config.toml");
        let keys = Keys::of_toml(project, &config).ok().flatten();
        if keys.is_some_and(|keys| keys.text("project_id").is_some()) {
            let why = format!("`{config}` is a configuration of Supabase");
            return Some(Evidence::marker(&config, why));
        }
        let why = "the folder is `supabase/migrations`";
        (file_name(&above) == "supabase").then(|| Evidence::name(why))
    })
}

fn load(project: &Project<'_>, claim: &Claim, sources: &mut Sources<'_>) -> MigrationSet {
    let mut set = MigrationSet::new(ADAPTER.name, claim, project);
    let why = "Supabase is for PostgreSQL alone".to_owned();
    set.set_database(Some((Database::Read(Engine::Postgres), why)));
    let mut files: Vec<&String> = claim.files.iter().collect();
    files.sort_by_key(|path| file_name(path));
    for path in files {
        let Some(opened) = sources.open(path) else { continue };
        let Some((number, title)) = parse(file_name(path)) else {
            let why = "Supabase takes names that start with a number and `_` and end in `.sql`";
            set.misnamed(&opened, false, why, "<timestamp>_<title>.sql");
            continue;
        };
        let named = Named { version: Version::text(number), ..Named::up(number, title) };
        let body = vec![Part::Sql(project.sql(&opened.text, 0))];
        set.push(&opened.whole(), named, RUNNER, body);
    }
    set
}

#[cfg(test)]
mod tests {
    use crate::frameworks::tests::rows;

    #[test]
    fn files_run_by_name_in_one_batch_each() {
        assert_eq!(
            rows(&[
                ("supabase/config.toml", "project_id = \"shop\"\n"),
                ("supabase/migrations/20240102000000_b.sql", ""),
                ("supabase/migrations/20240101000000_a.sql", ""),
                ("supabase/migrations/20240103000000-c.sql", ""),
            ]),
            [
                "supabase supabase/migrations postgres: `supabase/config.toml` is a configuration of Supabase",
                "supabase/migrations/20240101000000_a.sql 20240101000000 up Nothing Batch",
                "supabase/migrations/20240102000000_b.sql 20240102000000 up Nothing Batch",
                "error: `20240103000000-c.sql` never runs: Supabase takes names that start with a number and `_` and end in `.sql`",
            ]
        );
    }

    #[test]
    fn the_folder_alone_is_known_and_other_configurations_are_not() {
        let rows = |files: &[(&str, &str)]| rows(files)[0].clone();
        let file = ("supabase/migrations/1_a.sql", "");
        assert_eq!(rows(&[file]), "supabase supabase/migrations postgres: the folder is `supabase/migrations`");
        assert!(rows(&[("config.toml", "x = 1"), ("migrations/1_a.sql", "")]).starts_with("plain "));
    }
}
