//! `lint --fix`, framework by framework: what becomes of the files (`tests/fix/*.txt`, each fix as
//! the diff of the files), and that the findings are gone by the effects of what is there then.

// Clippy knows tests by `#[test]`, not the functions beside them.
#![allow(clippy::unwrap_used)]

use lockgate::config::Config;
use lockgate::date::Date;
use lockgate::finding::Level;
use lockgate::fix::{Fixed, fix};
use lockgate::judge::State;
use lockgate::report::Report;
use lockgate::report::diff::unified;
use lockgate::tree::{Memory, Tree};
use lockgate::{Input, check};
use std::path::Path;

#[path = "fix/projects.rs"]
mod projects;

use projects::{Project, projects};

fn input<'a>(tree: &'a dyn Tree, config: &'a Config) -> Input<'a> {
    let today = Date::from_unix_seconds(1_795_132_800);
    Input {
        tree,
        config,
        schema: None,
        statistics: None,
        alone: false,
        today,
        evidence: None,
        policies: None,
        merged: None,
    }
}

fn fixed(files: &[(String, String)], is_new: &dyn Fn(&str) -> Result<(), String>) -> Fixed {
    let tree = Memory::new(files.iter().map(|(path, text)| (path.as_str(), text.as_str())));
    fix(&input(&tree, &Config::default()), is_new)
}

/// The files once the fixes are written.
fn after(files: &[(String, String)], fixed: &Fixed) -> Vec<(String, String)> {
    let mut all: std::collections::BTreeMap<String, String> = files.iter().cloned().collect();
    for file in &fixed.files {
        assert_eq!(all.get(&file.path), file.before.as_ref(), "{}", file.path);
        all.insert(file.path.clone(), file.after.clone());
    }
    all.into_iter().collect()
}

fn reported(report: &Report) -> Vec<String> {
    let found = report.in_state(State::Reported).map(|judged| &judged.finding);
    let found = found.filter(|it| it.level > Level::Note);
    found.map(|it| format!("{} of {}", it.rule, it.subject)).collect()
}

/// What a reader wants to see of a run.
fn shown(fixed: &Fixed) -> String {
    let mut text = String::new();
    for it in &fixed.done {
        text.push_str(&format!("fixed {}: {} of {}\n", it.path, it.rule, it.subject));
    }
    for it in &fixed.left {
        text.push_str(&format!(
            "not fixed {}: {} of {}: {}\n",
            it.path, it.rule, it.subject, it.why
        ));
    }
    text.push_str("\nfound before\n");
    reported(&fixed.before).iter().for_each(|it| text.push_str(&format!("  {it}\n")));
    text.push_str("found after\n");
    reported(&fixed.after).iter().for_each(|it| text.push_str(&format!("  {it}\n")));
    for file in &fixed.files {
        text.push('\n');
        text.push_str(&unified::file(&file.path, file.before.as_deref(), &file.after));
    }
    text
}

#[test]
fn each_framework_gets_its_own_files() {
    for Project { name, files } in projects() {
        let fixed = fixed(&files, &|_| Ok(()));
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/fix/{name}.txt"));
        snapbox::assert_data_eq!(shown(&fixed), snapbox::Data::read_from(&path, None).raw());
    }
}

#[test]
fn what_is_fixed_is_judged_again_and_has_nothing_left_to_fix() {
    for Project { name, files } in projects() {
        let first = fixed(&files, &|_| Ok(()));
        let files = after(&files, &first);
        let tree = Memory::new(files.iter().map(|(path, text)| (path.as_str(), text.as_str())));
        let config = Config::default();
        let again = check(&input(&tree, &config));
        assert_eq!(reported(&again), reported(&first.after), "{name}");
        for done in &first.done {
            let gone = format!("{} of {}", done.rule, done.subject);
            assert!(!reported(&again).contains(&gone), "{name}: {gone}");
        }
        let second = fixed(&files, &|_| Ok(()));
        assert_eq!((second.done, second.files), (Vec::new(), Vec::new()), "{name}");
    }
}

/// The reason why the only finding with a fix was not fixed.
fn refused(files: &[(&str, &str)]) -> String {
    let files: Vec<_> =
        files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    let fixed = fixed(&files, &|_| Ok(()));
    assert_eq!((fixed.files.len(), fixed.done.len(), fixed.left.len()), (0, 0, 1), "{files:?}");
    fixed.left[0].why.clone()
}

const TABLE: &str = "CREATE TABLE t (id bigint PRIMARY KEY, a integer, b text);";
const PARTITIONED: &str = "CREATE TABLE o (id int PRIMARY KEY); \
                           CREATE TABLE t (id int PRIMARY KEY, a int) PARTITION BY RANGE (id); \
                           CREATE TABLE t1 PARTITION OF t DEFAULT;";
const INDEX: &str = "CREATE INDEX i ON t (a);";

#[test]
fn what_would_be_no_gain_or_not_run_is_refused_with_the_reason() {
    let flyway = |first, second| refused(&[("V1__a.sql", first), ("V2__b.sql", second)]);
    let cases = [
        (
            flyway(PARTITIONED, INDEX),
            "it stands on a partitioned table, where CONCURRENTLY is refused",
        ),
        (
            flyway(PARTITIONED, "ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES o;"),
            "before version 18 a partitioned table takes no foreign key that is NOT VALID",
        ),
        (
            flyway(TABLE, "DO $$ BEGIN CREATE INDEX i ON t (a); END $$;"),
            "it stands in a DO block or a function",
        ),
        (
            flyway(TABLE, "SET search_path = app; CREATE INDEX i ON public.t (a);"),
            "its migration sets search_path, which a new file would not have",
        ),
        (
            flyway(TABLE, "CREATE INDEX i ON t (a); COMMENT ON INDEX i IS 'x';"),
            "a later statement of its migration names `i`",
        ),
        (
            flyway(
                TABLE,
                "CREATE UNIQUE INDEX i ON t (a); INSERT INTO t VALUES (1, 2, 'x') ON CONFLICT (a) DO NOTHING;",
            ),
            "a later statement of its migration names `t`",
        ),
        (
            flyway(TABLE, "CREATE INDEX i ON t (a); ALTER TABLE t RENAME COLUMN a TO c;"),
            "a later statement of its migration names `t`",
        ),
        (
            flyway(
                TABLE,
                "ALTER TABLE t ALTER a SET NOT NULL; ALTER TABLE t ALTER a ADD GENERATED BY DEFAULT AS IDENTITY;",
            ),
            "a later statement of its migration names `t`",
        ),
        (
            flyway(
                TABLE,
                "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0); DROP TABLE t; CREATE TABLE t (id bigint PRIMARY KEY);",
            ),
            "a later statement of its migration names `t`",
        ),
        (
            flyway(
                "CREATE TABLE t (id bigint PRIMARY KEY, a int); CREATE UNIQUE INDEX ua ON t (a);",
                "DROP INDEX ua; INSERT INTO t (id, a) VALUES (2, 1);",
            ),
            "a later statement of its migration works on rows",
        ),
        (
            flyway(TABLE, "ALTER TABLE t ADD COLUMN c int CHECK (c > 0);"),
            "the constraint stands beside a new column, where NOT VALID is refused",
        ),
        (
            refused(&[("R__view.sql", INDEX), ("V1__a.sql", TABLE)]),
            "its migration runs again and again",
        ),
        (
            refused(&[("1_a.up.sql", TABLE), ("2_b.up.sql", INDEX), ("3_c.up.sql", "SELECT 1;")]),
            "there is no free version right behind its migration",
        ),
        (
            refused(&[
                (
                    "meta/_journal.json",
                    r#"{"dialect":"postgresql","entries":[{"idx":0,"when":1,"tag":"0000_a"},{"idx":1,"when":2,"tag":"0001_b"}]}"#,
                ),
                ("0000_a.sql", TABLE),
                ("0001_b.sql", INDEX),
            ]),
            "lockgate does not write migrations of drizzle yet",
        ),
        (
            refused(&[
                ("flyway.conf", "flyway.group=true\n"),
                ("V1__a.sql", TABLE),
                ("V2__b.sql", INDEX),
            ]),
            "flyway runs all pending migrations in one transaction, so nothing would be gained",
        ),
        (
            refused(&[(
                "a.sql",
                &format!(
                    "--liquibase formatted sql\n--changeset a:1\n{TABLE}\n--changeset a:2\n{INDEX}\n"
                ),
            )]),
            "lockgate does not write migrations of liquibase yet",
        ),
        (
            refused(&[
                ("1_a.up.sql", TABLE),
                ("2_b.up.sql", "ALTER TABLE t ALTER a SET NOT NULL;"),
                ("2_b.down.sql", "ALTER TABLE t ALTER a DROP NOT NULL;"),
            ]),
            "its way down would have to take back each step: write it by hand",
        ),
    ];
    for (why, wanted) in cases {
        assert_eq!(why, wanted);
    }
}

#[test]
fn a_born_table_has_nothing_to_fix() {
    let files = [("V1__a.sql".to_owned(), format!("{TABLE} {INDEX}"))];
    let fixed = fixed(&files, &|_| Ok(()));
    assert_eq!((fixed.done, fixed.left), (Vec::new(), Vec::new()));
}

#[test]
fn history_is_left_alone() {
    let files =
        [("V1__a.sql", TABLE), ("V2__b.sql", INDEX), ("V3__c.sql", "CREATE INDEX j ON t (b);")];
    let files = files.map(|(path, text)| (path.to_owned(), text.to_owned()));
    let old =
        |path: &str| if path == "V3__c.sql" { Ok(()) } else { Err("it may have run".to_owned()) };
    let fixed = fixed(&files, &old);
    let left: Vec<_> = fixed.left.iter().map(|it| (it.path.as_str(), it.why.as_str())).collect();
    assert_eq!(left, [("V2__b.sql", "it may have run")]);
    assert_eq!(fixed.done.len(), 1);
    assert_eq!(fixed.files.len(), 1);
    assert_eq!(fixed.files[0].path, "V3__c.sql");
}

#[test]
fn a_file_alone_shows_nothing_of_what_stands_beside_it() {
    let tree = Memory::new([("1_a.up.sql", INDEX)]).given(&["1_a.up.sql"]);
    let fixed = fix(&input(&tree, &Config::default()), &|_| Ok(()));
    assert_eq!(
        fixed.left[0].why,
        "its folder was not given, so what stands beside it is not known"
    );
}

#[test]
fn marks_line_ends_and_placeholders_are_kept() {
    let crlf = "\u{feff}ALTER TABLE t ADD COLUMN c int;\r\n\r\nCREATE INDEX i ON t (a);\r\n";
    let files = [("V1__a.sql", TABLE), ("V2__b.sql", crlf)];
    let files = files.map(|(path, text)| (path.to_owned(), text.to_owned()));
    let fixed = fixed(&files, &|_| Ok(()));
    let after: Vec<_> =
        fixed.files.iter().map(|it| (it.path.as_str(), it.after.as_str())).collect();
    assert_eq!(after[0], ("V2__b.sql", "\u{feff}ALTER TABLE t ADD COLUMN c int;\r\n\r\n"));
    let index = "CREATE INDEX i ON ${schema}.t (a);";
    let why = refused(&[("V1__a.sql", TABLE), ("V2__b.sql", index)]);
    assert_eq!(why, "its statement holds placeholders");
}
