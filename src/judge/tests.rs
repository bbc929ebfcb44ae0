//! What comments allow, and what is said about comments that allow nothing.

mod governed;

use super::*;
use crate::config;
use crate::dialect::Engine;
use crate::finding::Subject;
use crate::migration::{
    Direction, Migration, OptOut, Part, Runner, Sends, SqlText, Version, Wraps,
};
use crate::read;
use crate::source::{FileId, Span};

const REASON: &str = "reason=\"x\"";

fn migration(file: &SourceFile) -> Migration {
    Migration {
        file: FileId(0),
        version: Version::text("7"),
        title: String::new(),
        direction: Direction::Up,
        runner: Runner {
            framework: "plain",
            wraps: Wraps::Unknown,
            sends: Sends::Unknown,
            alone: OptOut::OwnFile,
            refuses_mixed: false,
        },
        body: vec![Part::Sql(SqlText::verbatim(file.text.clone(), 0))],
        span: file.whole(),
    }
}

/// A finding of `drop-column` at each `DROP COLUMN`, one of `never-runs` about the whole file.
fn found(file: &SourceFile) -> Vec<Finding> {
    let finding = |rule, span| {
        let primary = Label { file: FileId(0), span, text: String::new() };
        Finding::new(rule, Level::Error, primary, "", Subject::File(file.path.clone()))
    };
    let drops = file.text.match_indices("DROP COLUMN");
    drops
        .map(|(at, text)| finding("drop-column", Span::new(at, at + text.len())))
        .chain([finding("never-runs", file.whole())])
        .collect()
}

/// Each finding as `line:column rule state message`.
fn judged(sql: &str, config: &str) -> Vec<String> {
    let file = SourceFile::new("V7__a.sql", sql);
    let config = config::read(SourceFile::new(config::FILE_NAME, config)).unwrap();
    let (migrations, _) = read::migrations(vec![migration(&file)], Engine::Postgres);
    let today = "2026-11-20".parse().unwrap();
    let found = found(&file);
    let files = std::slice::from_ref(&file);
    let case = Case {
        files,
        migrations: &migrations,
        sets: &[],
        config: &config,
        config_file: None,
        today,
        evidence: None,
        merged: None,
    };
    let judged = judge(found, &case);
    judged
        .iter()
        .map(|judged| {
            let place = file.place(judged.finding.primary.span.start);
            let line = format!(
                "{}:{} {} {} {}",
                place.line,
                place.column,
                judged.finding.rule,
                judged.state.name(),
                judged.finding.message
            );
            line.trim_end().to_owned()
        })
        .filter(|line| line != "1:1 never-runs reported")
        .collect()
}

#[test]
fn an_allow_is_for_the_next_statement_only() {
    let sql = format!(
        "-- lockgate:allow drop-column {REASON}\nALTER TABLE t DROP COLUMN a;\n\
         ALTER TABLE t DROP COLUMN b;\n"
    );
    assert_eq!(judged(&sql, ""), ["2:15 drop-column allowed", "3:15 drop-column reported"]);
}

#[test]
fn an_allow_behind_a_statement_is_malformed_and_allows_nothing() {
    let sql = format!(
        "ALTER TABLE t DROP COLUMN a; -- lockgate:allow drop-column {REASON}\n\
         ALTER TABLE t DROP COLUMN b;\n"
    );
    assert_eq!(
        judged(&sql, ""),
        [
            "1:15 drop-column reported",
            "1:30 malformed-allow reported it stands behind a statement, and would count for the \
             next one",
            "2:15 drop-column reported"
        ]
    );
}

#[test]
fn block_comments_several_rules_and_comments_inside_a_statement_count() {
    let sql = format!(
        "SELECT 1;\n/* lockgate:allow drop-column,\n never-runs\n {REASON} until=2026-11-20 */\r\n\
         ALTER TABLE t DROP COLUMN a;\nALTER TABLE t\n-- lockgate:allow drop-column {REASON}\n\
         DROP COLUMN b;"
    );
    assert_eq!(
        judged(&sql, ""),
        [
            "3:2 unused-allow reported `never-runs` is allowed here, but it finds nothing in the \
             statement that this comment is for",
            "5:15 drop-column allowed",
            "8:1 drop-column allowed"
        ]
    );
}

#[test]
fn an_allow_at_the_head_is_for_the_file_too() {
    let sql = format!("-- lockgate:allow never-runs {REASON}\nSELECT 1;");
    assert_eq!(judged(&sql, ""), ["1:1 never-runs allowed"]);
    let sql = format!("SELECT 1;\n-- lockgate:allow never-runs {REASON}\n");
    assert_eq!(
        judged(&sql, ""),
        ["2:19 unused-allow reported `never-runs` is allowed here, but no statement follows this \
          comment"]
    );
}

#[test]
fn text_that_only_looks_like_an_allow_is_none() {
    for sql in [
        "SELECT '-- lockgate:allow nothing';",
        "-- lockgate: all of this stays\nSELECT 1;",
        "-- lockgate: below it says why\nSELECT 1;",
        "-- lockgate found this\nSELECT 1;",
        "-- lockgate allows this\nSELECT 1;",
        "-- lockgates: allow\nSELECT 1;",
        "-- see lockgate:allow\nSELECT 1;",
        "SELECT $$\n-- lockgate:allow x\n$$;",
    ] {
        assert!(judged(sql, "").is_empty(), "{sql}");
    }
}

#[test]
fn malformed_allows_say_what_is_wrong_and_allow_nothing() {
    let cases = [
        (
            "drop-colum reason=\"x\"",
            "1:19",
            "there is no rule `drop-colum`; did you mean `drop-column`?",
        ),
        ("drop-column", "1:4", "this allow gives no reason"),
        ("drop-column reason=x", "1:31", "a reason stands in double quotes: reason=\"why\""),
        (
            "drop-column reason=\"x",
            "1:31",
            "a reason stands in double quotes: reason=\"why\"; the closing one is missing",
        ),
        ("drop-column reason=\" \"", "1:31", "this allow gives an empty reason"),
        ("drop-column reason=\"x\" reason=\"y\"", "1:42", "`reason` is said twice"),
        ("reason=\"x\"", "1:4", "a rule's id is missing"),
        ("drop-column, reason=\"x\"", "1:4", "a rule's id is missing"),
        (
            "drop-column never-runs reason=\"x\"",
            "1:31",
            "`never-runs` is not expected here: rules are parted by commas, and reason=\"...\" and \
             until=YYYY-MM-DD come after them",
        ),
        (
            "drop-column reason=\"x\" until=soon",
            "1:48",
            "`soon` is not a date; write YYYY-MM-DD, like 2026-12-31",
        ),
        ("drop-column reason=\"x\" until=2026-11-19", "1:48", "this allow expired on 2026-11-19"),
        ("internal-error reason=\"x\"", "1:19", "`internal-error` cannot be allowed by a comment"),
    ];
    for (allow, place, message) in cases {
        let sql = format!("-- lockgate:allow {allow}\nALTER TABLE t DROP COLUMN a;");
        let expected = format!("{place} malformed-allow reported {message}");
        assert_eq!(judged(&sql, ""), [&*expected, "2:15 drop-column reported"], "{allow}");
    }
    for (retired, place, message) in [
        ("", "1:4", "it does not say what is retired"),
        ("colum public.t.a", "1:21", "a `colum` cannot be retired; did you mean `column`?"),
        ("column", "1:4", "the name of the column is missing"),
        ("column a", "1:28", "`a` is no name of a column"),
        ("table a.b.c", "1:27", "`a.b.c` is no name of a table"),
        ("table \"a", "1:27", "`\"a` is no name of a table"),
        ("table a, b", "1:27", "`a,` is no name of a table"),
        ("table a b", "1:29", "`b` is not expected here"),
    ] {
        let sql = format!("-- lockgate:retired {retired}\nALTER TABLE t DROP COLUMN a;");
        let expected = format!("{place} malformed-allow reported {message}");
        assert_eq!(judged(&sql, ""), [&*expected, "2:15 drop-column reported"], "{retired}");
    }
    for directive in ["lockgate:retire", "lockgate: retird", "LOCKGATE:RETIRED"] {
        assert_eq!(
            judged(&format!("-- {directive} column t.a\nSELECT 1;"), ""),
            [format!(
                "1:4 malformed-allow reported `{directive}` is no directive; did you mean \
                 `lockgate:retired`?"
            )]
        );
    }
    for directive in [
        "Lockgate:alow",
        "lockgate: allow",
        "lockgate allow",
        "lockgate : alow",
        "lockgate:ignore",
        "LOCKGATE ALLOW",
        "lockgate: allwo",
        "lockgate: allows",
        "lockgate: allowed",
    ] {
        assert_eq!(
            judged(&format!("--  {directive} drop-column\nSELECT 1;"), ""),
            [format!(
                "1:5 malformed-allow reported `{directive}` is no directive; did you mean \
                 `lockgate:allow`?"
            )]
        );
    }
}

#[test]
fn the_config_sets_levels_and_what_comments_may_allow() {
    let sql = format!("-- lockgate:allow drop-column {REASON}\nALTER TABLE t DROP COLUMN a;");
    assert!(judged(&sql, "rules: {drop-column: off}").is_empty());
    assert_eq!(
        judged(&sql, "inline-allow: [warning, note]"),
        [
            "1:19 malformed-allow reported the config keeps findings of level error from being \
             allowed by a comment, so `drop-column` is still reported",
            "2:15 drop-column reported"
        ]
    );
    let config = "inline-allow: [warning]\nrules: {drop-column: warning}";
    assert_eq!(judged(&sql, config), ["2:15 drop-column allowed"]);
}

/// The state, the message and what is broken under a config.
fn promised(breaks: &[Breaks], old_release: Option<&str>, config: &str) -> String {
    let file = SourceFile::new("a.sql", "ALTER TABLE t DROP COLUMN a;");
    let config = config::read(SourceFile::new(config::FILE_NAME, config)).unwrap();
    let drop = Finding {
        breaks: breaks.to_vec(),
        message: "it goes.".to_owned(),
        old_release: old_release.map(|fails| OldRelease { at: 7, fails: fails.to_owned() }),
        ..found(&file).remove(0)
    };
    let today = "2026-11-20".parse().unwrap();
    let case = Case {
        files: &[],
        migrations: &[],
        sets: &[],
        config: &config,
        config_file: None,
        today,
        evidence: None,
        merged: None,
    };
    let judged = judge(vec![drop], &case).remove(0);
    let breaks: Vec<_> = judged.finding.breaks.iter().map(|it| it.name()).collect();
    format!("{} {}: {}", judged.state.name(), breaks.join(" "), judged.finding.message)
}

#[test]
fn a_finding_counts_where_it_breaks_what_is_promised() {
    use Breaks::{Data, Readers, Rollback, Writers};
    for (breaks, counts_from) in
        [(Data, "offline"), (Readers, "readers"), (Writers, "writers"), (Rollback, "rollback")]
    {
        let rungs = config::Promise::WORDS;
        let first = rungs.iter().position(|rung| *rung == counts_from).unwrap();
        for (rung, word) in rungs.iter().enumerate() {
            let state = if rung >= first { "reported" } else { "not-promised" };
            let expected = format!("{state} {}: it goes.", breaks.name());
            assert_eq!(promised(&[breaks], None, &format!("promise: {word}")), expected);
        }
    }
    assert_eq!(promised(&[Rollback], None, ""), "not-promised rollback: it goes.");
    assert_eq!(promised(&[Rollback, Writers], None, ""), "reported rollback writers: it goes.");
    for rung in config::Promise::WORDS {
        assert_eq!(promised(&[], None, &format!("promise: {rung}")), "reported : it goes.");
    }
}

#[test]
fn what_breaks_the_release_before_counts_where_that_one_is_running() {
    use Breaks::{Data, Readers, Rollback, Writers};
    let drop =
        |config| promised(&[Data, Readers, Writers, Rollback], Some(", and X fails"), config);
    let all = "data readers writers rollback";
    assert_eq!(drop(""), format!("reported {all}: it goes, and X fails."));
    assert_eq!(drop("promise: offline"), format!("reported {all}: it goes."));
    assert_eq!(drop("deploy: code-first"), "reported data rollback: it goes.");
    let default = |config| promised(&[Writers], Some(", and X fails"), config);
    assert_eq!(default("promise: readers"), "not-promised writers: it goes, and X fails.");
    assert_eq!(default("deploy: code-first"), "not-promised : it goes.");
    let refused = |config| promised(&[], Some(", and X fails"), config);
    assert_eq!(refused(""), "reported : it goes, and X fails.");
    assert_eq!(refused("deploy: code-first"), "reported : it goes.");
    let lock = promised(&[Readers, Writers], None, "deploy: code-first");
    assert_eq!(lock, "reported readers writers: it goes.");
}

#[test]
fn only_reported_findings_at_the_level_fail() {
    let file = SourceFile::new("a.sql", "ALTER TABLE t DROP COLUMN a;");
    let judged = |state| -> Vec<Judged> {
        let findings = found(&file).into_iter();
        findings.map(|finding| Judged::new(finding, state)).collect()
    };
    let at = FailOn::default();
    assert_eq!(verdict(&judged(State::Reported), at), Verdict::Fail);
    assert_eq!(verdict(&judged(State::Reported), FailOn::Never), Verdict::Pass);
    for state in [State::Allowed, State::Waived, State::Baselined, State::DryRun] {
        assert_eq!(verdict(&judged(state), at), Verdict::Pass);
    }
}

#[test]
fn comments_of_other_tools_count_where_the_config_names_them() {
    const TWO: &str = "ALTER TABLE t DROP COLUMN a;\nALTER TABLE t DROP COLUMN b;\n";
    let first = ["2:15 drop-column allowed", "3:15 drop-column reported"];
    let both = ["3:15 drop-column allowed", "4:15 drop-column allowed"];
    let none = ["2:15 drop-column reported", "3:15 drop-column reported"];
    for comment in [
        "-- squawk-ignore ban-drop-column",
        "-- squawk-ignore",
        "--squawk-ignore x, ban-drop-column",
    ] {
        assert_eq!(judged(&format!("{comment}\n{TWO}"), "compat: [squawk]"), first, "{comment}");
        assert_eq!(judged(&format!("{comment}\n{TWO}"), "compat: [atlas]"), none, "{comment}");
        assert_eq!(judged(&format!("{comment}\n{TWO}"), ""), none, "{comment}");
    }
    for comment in ["-- atlas:nolint DS103", "-- atlas:nolint destructive", "-- atlas:nolint"] {
        assert_eq!(judged(&format!("{comment}\n{TWO}"), "compat: [atlas]"), first, "{comment}");
        let headed = format!("{comment}\n\n{TWO}");
        assert_eq!(judged(&headed, "compat: [atlas]"), both, "{comment}");
    }
    // Another rule's id, another tool's word, and what the config does not let comments allow.
    assert_eq!(
        judged(&format!("-- squawk-ignore ban-drop-table\n{TWO}"), "compat: [squawk]"),
        none
    );
    assert_eq!(judged(&format!("-- atlas:nolint DS102\n{TWO}"), "compat: [atlas]"), none);
    let last = format!("{TWO}-- squawk-ignore-file ban-drop-column\n");
    let all = ["1:15 drop-column allowed", "2:15 drop-column allowed"];
    assert_eq!(judged(&last, "compat: [squawk]"), all);
    let kept = judged(&last, "compat: [squawk]\ninline-allow: [note]");
    assert_eq!(kept.len(), 4, "{kept:?}");
}
