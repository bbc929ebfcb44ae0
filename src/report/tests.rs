//! The formats on one small report.

use super::*;
use crate::finding::{Finding, Label, Subject};
use crate::report::terminal::Style;
use crate::schema::name::Name;
use crate::source::{FileId, Span};

fn finding(rule: &'static str, level: Level, span: Span) -> Judged {
    let primary = Label { file: FileId(0), span, text: "gone".to_owned() };
    let subject = Subject::Column(Name::qualified("public", "t"), "a".to_owned());
    let message = "dropping `a` loses 100% of it\nreally";
    let finding = Finding {
        help: Some("keep it".to_owned()),
        ..Finding::new(rule, level, primary, message, subject)
    };
    Judged::new(finding, State::Reported)
}

fn report(text: &str, findings: Vec<Judged>) -> Report {
    let files = vec![SourceFile::new("db/a,b.sql", text)];
    Report { files, findings, ..Report::default() }
}

fn terminal(report: &Report) -> String {
    let mut out = Vec::new();
    let style = Style { color: false, width: 80, notes: false };
    terminal::lint(&mut out, report, style).unwrap();
    String::from_utf8(out).unwrap()
}

fn github(report: &Report) -> String {
    let mut out = Vec::new();
    github::lint(&mut out, report, false).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn github_escapes_what_would_end_a_command() {
    let report = report("é\nDROP a;", vec![finding("drop-column", Level::Error, Span::new(3, 7))]);
    let expected = "::error file=db/a%2Cb.sql,line=2,endLine=2,col=1,endColumn=5,\
                    title=drop-column::dropping `a` loses 100%25 of it%0Areally%0Ahelp: keep it\n";
    assert!(github(&report).starts_with(expected), "{}", github(&report));
}

#[test]
fn github_shows_the_worst_first_each_once_and_ten_of_a_level() {
    let mut findings: Vec<_> = (0..12)
        .map(|index| finding("drop-table", Level::Warning, Span::new(index, index + 1)))
        .collect();
    findings.push(finding("drop-column", Level::Error, Span::new(3, 3)));
    findings.push(finding("drop-column", Level::Error, Span::new(3, 3)));
    let text = github(&report("0123456789abcdef", findings));
    let lines: Vec<_> = text.split('\n').map(|line| line.get(..9).unwrap_or(line)).collect();
    let mut expected = vec!["::error f"];
    expected.extend(["::warning"; 10]);
    expected.extend(["2 more fi", "warning f", "warning f"]);
    expected.extend(["2 errors,", "0 stateme", "`lockgate", "FAIL: 2 f", ""]);
    assert_eq!(lines, expected);
}

#[test]
fn json_counts_characters_and_keeps_its_keys() {
    let report = report("é🙂 DROP;", vec![finding("drop-column", Level::Note, Span::new(7, 11))]);
    let mut out = Vec::new();
    json::lint(&mut out, &report).unwrap();
    let json: serde_json::Value = serde_json::from_slice(&out).unwrap();
    let found = serde_json::json!({
        "rule": "drop-column", "level": "note", "state": "reported",
        "message": "dropping `a` loses 100% of it\nreally", "help": "keep it",
        "file": "db/a,b.sql", "line": 1, "column": 4, "end_line": 1, "end_column": 8,
        "subject": "column:public.t.a", "breaks": []
    });
    assert_eq!(json["findings"][0], found);
    assert_eq!(json["verdict"], "pass");
    let keys: Vec<_> = json.as_object().unwrap().keys().collect();
    let contract = ["schema_version", "verdict", "findings", "statements", "migrations", "errors"];
    assert_eq!(keys, contract);
}

#[test]
fn a_long_statement_is_cut_to_its_first_line() {
    let table = format!("CREATE TABLE t (\n{});", "  a int,\n".repeat(300));
    let report = report(&table, vec![finding("x", Level::Error, Span::new(0, table.len() - 1))]);
    let expected = "  error[x]: dropping `a` loses 100% of it really
   ╭─[db/a,b.sql:1:1]
 1 │ CREATE TABLE t (
   · ────────┬───────
   ·         ╰── gone
 2 │   a int,
   ╰────
  help: keep it

1 error, 0 warnings, 0 notes
0 statements in 0 migrations: 0 understood, 0 opaque, 0 unread
`lockgate explain x` says more of a rule
FAIL: 1 finding at or above `error`
";
    assert_eq!(terminal(&report), expected);
}

#[test]
fn long_lines_and_control_characters_do_no_harm() {
    let text = format!("{}DROP\u{1b}[31m{}\r\nnext\rlast", "é ".repeat(5000), "x".repeat(10_000));
    let at = text.find("DROP").unwrap();
    let report = report(&text, vec![finding("x", Level::Error, Span::new(at, at + 4))]);
    let shown = terminal(&report);
    assert!(shown.contains("DROP\u{fffd}[31mxxx"), "{shown}");
    assert!(shown.contains(":1:10001]"), "{shown}");
    for line in shown.split('\n') {
        assert!(line.chars().count() <= 80, "{line}");
        assert!(!line.contains(char::is_control), "{line:?}");
    }
}

#[test]
fn a_place_at_the_end_or_past_it_is_shown() {
    for (text, span) in [("", Span::new(0, 0)), ("a\n", Span::new(2, 2)), ("a", Span::new(7, 9))] {
        let shown = terminal(&report(text, vec![finding("x", Level::Error, span)]));
        assert!(shown.starts_with("  error[x]: dropping"), "{shown}");
    }
}

#[test]
fn exit_codes_put_what_could_not_be_checked_first() {
    let error = || vec![finding("x", Level::Error, Span::new(0, 0))];
    let broken = Failure::new("a.sql", "cannot be read");
    let empty = Failure { kind: FailureKind::NoMigration, ..Failure::new("a", "is empty") };
    assert_eq!(report("", Vec::new()).exit_code(), 0);
    assert_eq!(report("", vec![finding("x", Level::Warning, Span::new(0, 0))]).exit_code(), 0);
    assert_eq!(report("", error()).exit_code(), 1);
    let with = |failures| Report { failures, ..report("", error()) }.exit_code();
    assert_eq!(with(vec![empty.clone()]), 3);
    assert_eq!(with(vec![empty, broken]), 2);
}

#[test]
fn sarif_holds_25000_results_the_worst_of_those_that_count() {
    let mut findings = vec![finding("drop-table", Level::Warning, Span::new(0, 1)); 25_000];
    findings.push(finding("drop-column", Level::Error, Span::new(0, 1)));
    let allowed = Judged { state: State::Allowed, ..finding("x", Level::Error, Span::new(0, 1)) };
    findings.insert(0, allowed);
    let mut out = Vec::new();
    sarif::lint(&mut out, &report("DROP", findings)).unwrap();
    let document: serde_json::Value = serde_json::from_slice(&out).unwrap();
    let run = &document["runs"][0];
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 25_000);
    assert_eq!(results[0]["ruleId"], "drop-column");
    assert!(results.iter().all(|it| it["ruleId"] != "x"));
    let told = &run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"];
    assert_eq!(told, "2 more findings are left out: a run holds 25000");
}

#[test]
fn sarif_says_why_a_finding_does_not_count() {
    let states = [
        (State::Allowed, "inSource"),
        (State::Waived, "external"),
        (State::Baselined, "external"),
        (State::DryRun, "external"),
        (State::NotPromised, "external"),
        (State::OnBase, "external"),
    ];
    for (state, kind) in states {
        let judged = Judged { state, ..finding("x", Level::Error, Span::new(0, 1)) };
        let mut out = Vec::new();
        sarif::lint(&mut out, &report("DROP", vec![judged])).unwrap();
        let document: serde_json::Value = serde_json::from_slice(&out).unwrap();
        let suppression = &document["runs"][0]["results"][0]["suppressions"][0];
        assert_eq!(suppression["kind"], kind, "{}", state.name());
        assert_ne!(suppression["justification"].as_str().unwrap(), "", "{}", state.name());
    }
}
