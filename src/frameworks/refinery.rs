//! refinery: `V1__title.sql` and `U1__title.sql`, both of which go up.
//!
//! Facts: `refinery_core/src/util.rs` [S].

use super::follow::Follow;
use super::claims::{self, Evidence, Groups};
use super::{Adapter, Claim, MigrationSet, Named, Project, Sources, paths};
use crate::migration::{OptOut, Part, Runner, Sends, Version, Wraps};
use crate::tree::file_name;
use std::collections::{BTreeMap, BTreeSet};

/// The adapter.
pub const ADAPTER: Adapter = Adapter { name: "refinery", find, load, follow: Some(Follow { alone: None, ..Follow::MESSAGES }) };

/// `batch_execute` in a transaction for each file, on every engine. A program may ask for one
/// transaction for all (`set_grouped`), which no file shows.
const RUNNER: Runner = Runner {
    framework: ADAPTER.name,
    wraps: Wraps::EachFile,
    sends: Sends::WholeFile,
    alone: OptOut::Never { why: "it runs every file in a transaction" },
    refuses_mixed: false,
};

/// Number and title: `^([U|V])(\d+(?:\.\d+)?)__(\w+)\.sql$`, the number an integer.
fn parse(name: &str) -> Option<(&str, &str)> {
    let rest = name.strip_prefix(['U', 'V', '|'])?;
    let (number, rest) = paths::leading_digits(rest);
    let title = rest.strip_prefix("__")?.strip_suffix(".sql")?;
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let fits = number.parse::<i64>().is_ok() && !title.is_empty() && title.chars().all(is_word);
    fits.then_some((number, title))
}

/// Flyway's files have the same names and its `U` goes down, so a name is never enough: there must
/// be `refinery.toml`, or a crate that uses refinery.
fn find(project: &Project<'_>) -> Vec<Claim> {
    claims::by_evidence(project, ADAPTER.name, groups(project), |root, files| {
        let named = files.iter().filter(|path| parse(file_name(path)).is_some()).count();
        if let Some(path) = project.above(root, "refinery.toml").filter(|_| named > 0) {
            return Some(Evidence::marker(&path, format!("there is `{path}`")));
        }
        let manifest = project.manifest_with(root, "Cargo.toml", "refinery")?;
        let why = format!("`{manifest}` names refinery, and {named} of {} names fit", files.len());
        (named > 0).then(|| Evidence::name(why))
    })
}

/// It reads folders below its own too.
fn groups<'a>(project: &'a Project<'_>) -> Groups<'a> {
    let folders = claims::folders(project);
    let numbers: BTreeMap<String, BTreeSet<&str>> = folders
        .iter()
        .map(|(folder, files)| {
            let numbers = files.iter().filter_map(|file| Some(parse(file_name(file))?.0));
            (folder.clone(), numbers.collect())
        })
        .filter(|(_, numbers): &(String, BTreeSet<&str>)| project.told() || !numbers.is_empty())
        .collect();
    let files = |members: Vec<String>| {
        members.iter().filter_map(|folder| folders.get(folder)).flatten().copied().collect()
    };
    let joined = paths::join_folders(&numbers);
    joined.into_iter().map(|(root, members)| (root, files(members))).collect()
}

fn load(project: &Project<'_>, claim: &Claim, sources: &mut Sources<'_>) -> MigrationSet {
    let mut set = MigrationSet::new(ADAPTER.name, claim, project);
    for path in &claim.files {
        let Some(opened) = sources.open(path) else { continue };
        let name = file_name(path);
        let Some((number, title)) = parse(name) else {
            let why = "refinery takes names like V1__title.sql, of letters, digits and `_`";
            let rest = name.trim_start_matches(['U', 'V', 'u', 'v']);
            let meant = rest.len() < name.len() && rest.starts_with(|c: char| c.is_ascii_digit());
            set.misnamed(&opened, meant, why, "V<number>__<title>.sql");
            continue;
        };
        let text = name.split_once("__").map_or(name, |(version, _)| version);
        let version = Version { text: text.to_owned(), ..Version::numeric("", &[number]) };
        let named = Named { version, ..Named::up(number, title) };
        let body = vec![Part::Sql(project.sql(&opened.text, 0))];
        set.push(&opened.whole(), named, RUNNER, body);
    }
    set.sort(Version::cmp_numeric);
    set
}

#[cfg(test)]
mod tests {
    use crate::frameworks::tests::rows;

    const MANIFEST: (&str, &str) = ("Cargo.toml", "refinery = { workspace = true }");

    #[test]
    fn both_prefixes_go_up_in_the_order_of_numbers() {
        assert_eq!(
            rows(&[
                MANIFEST,
                ("migrations/V10__c.sql", ""),
                ("migrations/U2__b.sql", ""),
                ("migrations/old/V1__a.sql", ""),
                ("migrations/V3__d-e.sql", ""),
                ("migrations/V4.1__f.sql", ""),
                ("migrations/notes.sql", ""),
            ]),
            [
                "refinery migrations ?: `Cargo.toml` names refinery, and 3 of 6 names fit",
                "migrations/old/V1__a.sql V1 up EachFile WholeFile",
                "migrations/U2__b.sql U2 up EachFile WholeFile",
                "migrations/V10__c.sql V10 up EachFile WholeFile",
                "error: `V3__d-e.sql` never runs: refinery takes names like V1__title.sql, of letters, digits and `_`",
                "error: `V4.1__f.sql` never runs: refinery takes names like V1__title.sql, of letters, digits and `_`",
                "note: `notes.sql` never runs: refinery takes names like V1__title.sql, of letters, digits and `_`",
            ]
        );
    }

    #[test]
    fn configuration_decides_between_it_and_flyway() {
        let files = [("m/V1__a.sql", ""), ("m/U1__a.sql", "")];
        assert!(rows(&files)[0].starts_with("flyway m ?: 2 of 2 names"));
        assert!(rows(&[files[0], files[1], MANIFEST])[0].starts_with("refinery m ?: "));
        let flyway = ("flyway.toml", "[flyway]\nlocations = [\"filesystem:m\"]\n");
        assert!(rows(&[files[0], files[1], MANIFEST, flyway])[0].starts_with("flyway m ?: "));
    }
}
