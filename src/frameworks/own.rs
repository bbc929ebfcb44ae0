//! Versioned files of the user's own, as `framework: { pattern, ... }` in the config describes them.

use super::follow::Follow;
use super::plain::{self, Facts};
use super::{Adapter, Claim, LoadError, MigrationSet, Project, Sources, Strength, paths};
use crate::finding::Level;
use crate::migration::{OptOut, Runner, Sends, Wraps};
use crate::tree::glob;

/// The adapter.
pub const ADAPTER: Adapter = Adapter { name: "own", find, load, follow: Some(Follow::MESSAGES) };

/// What the user told.
#[derive(Clone, Debug)]
pub struct Own {
    /// A glob for the files, in any folder.
    pub pattern: String,
    /// Whether numbers in paths are compared as numbers.
    pub natural: bool,
    /// A glob for the files that go up; all that do not go down where there is none.
    pub up: Option<String>,
    /// A glob for the files that go down.
    pub down: Option<String>,
    /// What the runner puts into a transaction, and what it sends as one message.
    pub runs: (Wraps, Sends),
}

impl Own {
    fn runner(&self) -> Runner {
        let (wraps, sends) = self.runs;
        let alone = match self.runs {
            (Wraps::Nothing, Sends::WholeFile) => OptOut::OwnFile,
            (Wraps::Nothing, _) => OptOut::NotWrapped,
            _ => OptOut::Unknown,
        };
        Runner { framework: "your runner", wraps, sends, alone, refuses_mixed: false }
    }
}

fn matches(pattern: &str, path: &str) -> bool {
    glob::matches(&format!("**/{pattern}"), path)
}

fn find(project: &Project<'_>) -> Vec<Claim> {
    match &project.settings.own {
        _ if !project.told() => Vec::new(),
        Some(own) => {
            let why = format!("`framework` in the config says `pattern: {}`", own.pattern);
            plain::claims(project, Strength::Told, &why)
        }
        None => plain::claims(project, Strength::Told, "the framework was named: own"),
    }
}

fn load(project: &Project<'_>, claim: &Claim, sources: &mut Sources<'_>) -> MigrationSet {
    let mut set = MigrationSet::new(ADAPTER.name, claim, project);
    let Some(own) = &project.settings.own else {
        let message = "the framework `own` needs `framework: { pattern: ... }` in the config";
        sources.error(LoadError { path: ".".to_owned(), message: message.to_owned() });
        return set;
    };
    let goes_back = |path: &str| own.down.as_ref().is_some_and(|down| matches(down, path));
    let runs = |path: &String| {
        let goes_up = own.up.as_ref().is_none_or(|up| matches(up, path));
        matches(&own.pattern, path) && (goes_up || goes_back(path))
    };
    let (files, others): (Vec<String>, Vec<String>) = claim.files.iter().cloned().partition(runs);
    let order = if own.natural { paths::natural } else { str::cmp };
    Facts { goes_back: &goes_back, order, runner: own.runner() }
        .load(project, &mut set, files, sources);
    for path in others {
        let Some(opened) = sources.open(&path) else { continue };
        let why = "`framework` in the config does not take it";
        set.never_runs(&opened.whole(), Level::Note, why, None);
    }
    set
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frameworks::tests::rows_with;
    use crate::frameworks::Settings;

    #[test]
    fn files_run_as_the_user_says() {
        let own = Own {
            pattern: "v*/*.sql".to_owned(),
            natural: true,
            up: None,
            down: Some("*_back.sql".to_owned()),
            runs: (Wraps::Nothing, Sends::WholeFile),
        };
        let settings =
            Settings { framework: Some("own".to_owned()), own: Some(own), ..Settings::default() };
        let files = [
            ("db/v10/a.sql", ""),
            ("db/v9/b.sql", ""),
            ("db/v9/b_back.sql", ""),
            ("db/seed.sql", ""),
        ];
        assert_eq!(
            rows_with(&files, &settings),
            [
                "own . ?: `framework` in the config says `pattern: v*/*.sql`",
                "db/v9/b.sql  up Nothing WholeFile",
                "db/v9/b_back.sql  down Nothing WholeFile",
                "db/v10/a.sql  up Nothing WholeFile",
                "note: `seed.sql` never runs: `framework` in the config does not take it",
            ]
        );
        let named = Settings { framework: Some("own".to_owned()), ..Settings::default() };
        let message = "error .: the framework `own` needs `framework: { pattern: ... }` in the config";
        assert_eq!(rows_with(&files, &named)[1], message);
    }
}
