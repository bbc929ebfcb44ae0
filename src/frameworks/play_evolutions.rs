//! Play evolutions: `conf/evolutions/<database>/1.sql` with `# --- !Ups` and `# --- !Downs`.
//!
//! Facts: `EvolutionsApi.scala` [S], `Evolutions.md` [D].

use super::sections::{self, Turn};
use super::{Adapter, Claim, MigrationSet, Named, Opened, Project, Sources, claims, paths};
use crate::finding::Level;
use crate::migration::{OptOut, Runner, Sends, Version, Wraps};
use crate::tree::{file_name, join, parent};
use std::sync::Arc;

/// The adapter.
pub const ADAPTER: Adapter = Adapter { name: "play-evolutions", find, load, follow: None };

/// Statement by statement without a transaction; without `autocommit` all that is pending runs in
/// one.
fn runner(autocommit: bool) -> Runner {
    let why = "without `autocommit` all pending evolutions run in one transaction";
    Runner {
        framework: ADAPTER.name,
        wraps: if autocommit { Wraps::Nothing } else { Wraps::AllPending },
        sends: Sends::Statements,
        alone: if autocommit { OptOut::NotWrapped } else { OptOut::Never { why } },
        refuses_mixed: false,
    }
}

/// Whether a configuration in the folder that holds `evolutions` leaves `autocommit` on, its default.
fn autocommit(project: &Project<'_>, root: &str) -> bool {
    let Some(conf) = parent(root).and_then(|evolutions| parent(&evolutions)) else { return true };
    let beside = |path: &&String| path.ends_with(".conf") && parent(path).as_ref() == Some(&conf);
    let listed = project.listing.files.iter().filter(beside).cloned();
    let turns_off = |path: String| {
        let text = project.settings_file(&path).ok().flatten().unwrap_or_default();
        let off = |line: &str| {
            let (key, value) = line.split_once(['=', ':']).unwrap_or((line, ""));
            key.contains("evolutions") && key.trim().ends_with("autocommit") && value.trim() == "false"
        };
        text.split(['\n', '\r']).any(off)
    };
    !listed.chain([join(&conf, "application.conf")]).any(turns_off)
}

/// `^(#|--).*!Ups.*$`, and the same with `!Downs`.
fn mark(line: &str) -> Option<Turn> {
    if !line.starts_with('#') && !line.starts_with("--") {
        return None;
    }
    let turns = [("!Ups", Turn::Up), ("!Downs", Turn::Down)];
    turns.into_iter().find(|(word, _)| line.contains(word)).map(|(_, turn)| turn)
}

/// The number that is all of a name, with up to fifteen digits.
fn number(name: &str) -> Option<&str> {
    const DIGITS_MAX: usize = 15;
    let (number, rest) = paths::leading_digits(name);
    (rest == ".sql" && (1..=DIGITS_MAX).contains(&number.len())).then_some(number)
}

fn find(project: &Project<'_>) -> Vec<Claim> {
    claims::by_evidence(project, ADAPTER.name, claims::folders(project), |_, files| {
        if !files.iter().any(|path| number(file_name(path)).is_some()) {
            return None;
        }
        claims::directive(project, files, "!Ups", |line| mark(line) == Some(Turn::Up))
    })
}

fn load(project: &Project<'_>, claim: &Claim, sources: &mut Sources<'_>) -> MigrationSet {
    let mut set = MigrationSet::new(ADAPTER.name, claim, project);
    let mut files: Vec<(u64, &str, Opened)> = Vec::new();
    for path in &claim.files {
        let Some(opened) = sources.open(path) else { continue };
        match number(file_name(path)).map(|text| (text.parse(), text)) {
            Some((Ok(number), text)) => files.push((number, text, opened)),
            _ => {
                let why = "Play takes names that are a number and `.sql`";
                // A program may bring a reader of its own, which takes other names.
                let help = "name it `<number>.sql`".to_owned();
                set.never_runs(&opened.whole(), Level::Warning, why, Some(help));
            }
        }
    }
    files.sort_by_key(|(number, ..)| *number);
    let runner = runner(autocommit(project, &claim.root));
    let mut last = 0;
    for (number, text, opened) in &files {
        if project.sees_all_of(&claim.root) && *number > last + 1 {
            let why = format!("Play stops at the first number that is missing, {}", last + 1);
            let help = "numbers must follow each other from 1".to_owned();
            set.never_runs(&opened.whole(), Level::Error, &why, Some(help));
            continue;
        }
        last = *number;
        evolution(project, &mut set, text, opened, &runner);
    }
    set.sort(Version::cmp_numeric);
    set
}

fn evolution(project: &Project<'_>, set: &mut MigrationSet, number: &str, opened: &Opened, runner: &Runner) {
    let marks = sections::sections(&opened.text, mark);
    if marks.is_empty() {
        let why = "it has no line `# --- !Ups`, and Play passes over what stands before one";
        set.unmarked(opened, why, "put `# --- !Ups` before its first statement");
        return;
    }
    let mut ways = sections::ways(&opened.text, &marks, |turn| *turn);
    let before = opened.text.get(ways.before.clone()).unwrap_or("");
    if before.split(['\n', '\r']).all(|line| line.trim().is_empty() || line.starts_with('#')) {
        ways.before = 0..0;
    }
    // Two semicolons stand for one that does not end a statement.
    let text = Arc::from(opened.text.replace(";;", "; "));
    let sent = Opened { text, ..opened.clone() };
    let why = "Play passes over what stands before `!Ups`";
    let named = Named::up(number, "");
    sections::push_ways(project, set, &sent, &named, &ways, (runner.clone(), runner.clone()), why);
}

#[cfg(test)]
mod tests {
    use crate::frameworks::tests::{pieces, rows};

    #[test]
    fn numbers_follow_each_other_and_both_ways_are_found() {
        let two = "# shop\n# --- !Ups\nSELECT 1;\n# --- !Downs\nSELECT 2;\n";
        assert_eq!(
            rows(&[
                ("conf/evolutions/default/2.sql", two),
                ("conf/evolutions/default/01.sql", "-- !Ups\nSELECT 1;"),
                ("conf/evolutions/default/4.sql", two),
                ("conf/evolutions/default/3-x.sql", two),
            ]),
            [
                "play-evolutions conf/evolutions/default ?: 4 of 4 files hold `!Ups`",
                "conf/evolutions/default/01.sql 01 up Nothing Statements",
                "conf/evolutions/default/2.sql 2 up Nothing Statements",
                "conf/evolutions/default/2.sql 2 down Nothing Statements",
                "warning: `3-x.sql` never runs: Play takes names that are a number and `.sql`",
                "error: `4.sql` never runs: Play stops at the first number that is missing, 3",
            ]
        );
    }

    #[test]
    fn without_autocommit_all_run_in_one_transaction() {
        let conf = "play {\n  evolutions.autocommit = false\n}\n";
        let sql = "# --- !Ups\nSELECT 1;";
        assert_eq!(
            rows(&[("conf/application.conf", conf), ("conf/evolutions/default/1.sql", sql)])[1],
            "conf/evolutions/default/1.sql 1 up AllPending Statements"
        );
    }

    #[test]
    fn two_semicolons_are_one_that_does_not_end() {
        let sql = "# --- !Ups\nDO $$ BEGIN x;; END $$;\n";
        assert_eq!(
            pieces(&[("e/1.sql", sql)]),
            ["", "DO $$ BEGIN x;; END $$;\n => DO $$ BEGIN x;  END $$;\n"]
        );
    }
}
