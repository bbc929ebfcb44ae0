//! Drizzle: SQL files in the order of `meta/_journal.json`.
//!
//! Facts: `drizzle-orm/src/migrator.ts` and the dialects' `migrate` [S], of 0.x.

use super::claims::{self, Evidence};
use super::paths::database_word;
use super::{Adapter, Claim, LoadError, MigrationSet, Named, Opened, Project, Sources, paths};
use crate::finding::Level;
use crate::migration::{Direction, OptOut, Part, Runner, Sends, Version, Wraps};
use crate::tree::{below, join};
use serde_json::Value;
use std::collections::BTreeSet;

/// The adapter.
pub const ADAPTER: Adapter = Adapter { name: "drizzle", find, load, follow: None };

/// All pending files share one transaction; each piece between breakpoints is one message.
const RUNNER: Runner = Runner {
    framework: ADAPTER.name,
    wraps: Wraps::AllPending,
    sends: Sends::WholeFile,
    alone: OptOut::Never { why: "all pending migrations run in one transaction" },
    refuses_mixed: false,
};

const JOURNAL: &str = "meta/_journal.json";

/// What parts the statements of a file.
const BREAKPOINT: &str = "--> statement-breakpoint";

fn find(project: &Project<'_>) -> Vec<Claim> {
    claims::by_evidence(project, ADAPTER.name, claims::folders(project), |root, _| {
        let path = join(root, JOURNAL);
        let why = format!("there is `{path}`");
        project.exists(&path).then(|| Evidence::marker(&path, why))
    })
}

/// One migration of the journal.
struct Entry {
    tag: String,
    /// When it was made, in milliseconds.
    when: f64,
}

/// What the journal says.
#[derive(Default)]
struct Journal {
    dialect: Option<String>,
    entries: Vec<Entry>,
}

impl Journal {
    fn read(project: &Project<'_>, path: &str) -> Result<Option<Self>, LoadError> {
        let Some(text) = project.settings_file(path)? else { return Ok(None) };
        let error = |message: String| LoadError { path: path.to_owned(), message };
        let json: Value = serde_json::from_str(&text)
            .map_err(|problem| error(format!("not JSON: {problem}")))?;
        let entries = json.get("entries").and_then(Value::as_array);
        let entries = entries.ok_or_else(|| error("it has no list `entries`".to_owned()))?;
        let entry = |entry: &Value| {
            let tag = entry.get("tag").and_then(Value::as_str)?.to_owned();
            Some(Entry { tag, when: entry.get("when").and_then(Value::as_f64)? })
        };
        let entries: Option<Vec<Entry>> = entries.iter().map(entry).collect();
        let entries =
            entries.ok_or_else(|| error("an entry lacks `tag` or `when`".to_owned()))?;
        let dialect = json.get("dialect").and_then(Value::as_str).map(str::to_owned);
        Ok(Some(Self { dialect, entries }))
    }
}

fn load(project: &Project<'_>, claim: &Claim, sources: &mut Sources<'_>) -> MigrationSet {
    let mut set = MigrationSet::new(ADAPTER.name, claim, project);
    let path = join(&claim.root, JOURNAL);
    let journal = Journal::read(project, &path).map_err(|error| sources.error(error));
    let is_known = matches!(journal, Ok(Some(_)));
    let journal = journal.ok().flatten().unwrap_or_else(|| by_name(claim));
    let database = journal.dialect.as_deref().and_then(database_word);
    set.set_database(database.map(|database| (database, format!("`{path}` says so"))));
    let mut newest: Option<&Entry> = None;
    let mut named = BTreeSet::new();
    for entry in &journal.entries {
        let file = join(&claim.root, &format!("{}.sql", entry.tag));
        if !claim.files.contains(&file) {
            if !project.exists(&file) {
                let message = format!("it names `{}.sql`, which is not there", entry.tag);
                sources.error(LoadError { path: path.clone(), message });
            }
            continue;
        }
        let Some(opened) = sources.open(&file) else { continue };
        if let Some(newer) = newest.filter(|newest| entry.when <= newest.when && is_known) {
            let why = format!(
                "a database that has run `{}` skips it, as its `when` in the journal is not newer",
                newer.tag
            );
            let help = "generate it anew, so that its `when` is the newest".to_owned();
            set.find_never_runs(&opened.whole(), Level::Error, &why, Some(help));
        } else {
            newest = Some(entry);
        }
        let (number, title) = paths::number_and_title(&entry.tag).unwrap_or(("", &entry.tag));
        let version = Version { text: number.to_owned(), key: vec![entry.tag.clone()] };
        let title = title.replace(['_', '-'], " ");
        let direction = Direction::Up;
        set.push(&opened.whole(), Named { version, title, direction }, RUNNER, body(project, &opened));
        named.insert(file);
    }
    for path in claim.files.iter().filter(|path| !named.contains(*path)) {
        let Some(opened) = sources.open(path) else { continue };
        let why = "the journal does not name it";
        let help = "generate migrations with drizzle-kit, `--custom` for SQL of your own";
        set.never_runs(&opened.whole(), Level::Error, why, Some(help.to_owned()));
    }
    set
}

/// The order of the names, where the journal cannot be read.
fn by_name(claim: &Claim) -> Journal {
    let tag = |file: &String| below(file, &claim.root).map(|it| paths::stem(it).to_owned());
    let tags = claim.files.iter().filter_map(tag);
    let entries = tags.map(|tag| Entry { tag, when: 0.0 }).collect();
    Journal { dialect: None, entries }
}

fn body(project: &Project<'_>, opened: &Opened) -> Vec<Part> {
    let mut at = 0;
    let piece = |piece: &str| {
        let start = at;
        at += piece.len() + BREAKPOINT.len();
        Part::Sql(project.sql(piece, start))
    };
    opened.text.split(BREAKPOINT).map(piece).collect()
}

#[cfg(test)]
mod tests {
    use crate::frameworks::tests::{pieces, rows};

    const JOURNAL: (&str, &str) = (
        "drizzle/meta/_journal.json",
        r#"{"version": "7", "dialect": "sqlite", "entries": [
            {"idx": 0, "version": "6", "when": 20, "tag": "0000_b", "breakpoints": true},
            {"idx": 1, "version": "6", "when": 40, "tag": "0002_a", "breakpoints": true},
            {"idx": 2, "version": "6", "when": 30, "tag": "0001_c", "breakpoints": true},
            {"idx": 3, "version": "6", "when": 50, "tag": "0003_gone", "breakpoints": true}
        ]}"#,
    );

    #[test]
    fn the_journal_gives_the_order_and_what_it_lacks_never_runs() {
        assert_eq!(
            rows(&[
                JOURNAL,
                ("drizzle/0000_b.sql", ""),
                ("drizzle/0001_c.sql", ""),
                ("drizzle/0002_a.sql", ""),
                ("drizzle/0004_own.sql", ""),
            ]),
            [
                "drizzle drizzle sqlite: there is `drizzle/meta/_journal.json`",
                "drizzle/0000_b.sql 0000 up AllPending WholeFile",
                "drizzle/0002_a.sql 0002 up AllPending WholeFile",
                "drizzle/0001_c.sql 0001 up AllPending WholeFile",
                "error: `0001_c.sql` never runs: a database that has run `0002_a` skips it, as its `when` in the journal is not newer",
                "error: `0004_own.sql` never runs: the journal does not name it",
                "error drizzle/meta/_journal.json: it names `0003_gone.sql`, which is not there",
            ]
        );
    }

    #[test]
    fn breakpoints_part_statements() {
        let sql = "SELECT 1;--> statement-breakpoint\nSELECT 2;\n--> statement-breakpoint\n";
        let gone = ("drizzle/0003_gone.sql", "");
        assert_eq!(
            pieces(&[JOURNAL, ("drizzle/0000_b.sql", sql), gone]),
            ["SELECT 1;", "\nSELECT 2;\n", "\n", ""]
        );
    }

    #[test]
    fn a_broken_journal_is_an_error_and_the_files_are_read() {
        for (journal, message) in [
            ("{", "not JSON: EOF while parsing an object at line 1 column 1"),
            ("{}", "it has no list `entries`"),
            (r#"{"entries": [{"tag": "x"}]}"#, "an entry lacks `tag` or `when`"),
        ] {
            let rows = rows(&[("d/meta/_journal.json", journal), ("d/0001_b.sql", ""), ("d/0000_a.sql", "")]);
            let error = format!("error d/meta/_journal.json: {message}");
            assert_eq!(
                rows[1..],
                ["d/0000_a.sql 0000 up AllPending WholeFile", "d/0001_b.sql 0001 up AllPending WholeFile", &error]
            );
        }
    }
}
