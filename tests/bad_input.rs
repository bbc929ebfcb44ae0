//! Input that is broken, hostile or absent: a clear finding or error with its place, the right exit
//! code, no panic, and every other file still checked.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A folder of its own for one test, empty.
fn folder(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&path);
    std::fs::create_dir_all(&path).expect("the target folder can be written");
    path
}

fn write(folder: &Path, name: &str, bytes: impl AsRef<[u8]>) {
    std::fs::write(folder.join(name), bytes).expect("the target folder can be written");
}

fn lint(folder: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_lockgate"))
        .args(["lint", "--dialect", "postgres", "--format", "json", "."])
        .current_dir(folder)
        .output()
        .expect("the binary runs")
}

/// The exit code and, one a line, the findings and errors.
fn outcome(folder: &Path) -> (Option<i32>, Vec<String>) {
    let output = lint(folder);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(!stderr.contains("panicked"), "{stderr}");
    let document: serde_json::Value =
        serde_json::from_slice(&output.stdout).expect("one JSON document on stdout");
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let list = |key: &str| document[key].as_array().cloned().unwrap_or_default();
    let findings = list("findings").into_iter().map(|finding| {
        let (rule, file) = (text(&finding["rule"]), text(&finding["file"]));
        format!("{rule} {file}:{}:{}", finding["line"], finding["column"])
    });
    let errors = list("errors")
        .into_iter()
        .map(|error| format!("error {}: {}", text(&error["path"]), text(&error["message"])));
    (output.status.code(), findings.chain(errors).collect())
}

/// A file that is always checked: its one finding shows that nothing else was lost.
const GOOD: &str = "CREATE TABLE seen (id int);";

#[test]
fn a_binary_file_is_an_error_and_the_rest_is_checked() {
    let folder = folder("binary");
    write(&folder, "1_binary.sql", b"\x7fELF\0\0");
    write(&folder, "2_good.sql", GOOD);
    let (code, lines) = outcome(&folder);
    assert_eq!(code, Some(2));
    assert_eq!(
        lines,
        [
            "missing-primary-key 2_good.sql:1:1",
            "error 1_binary.sql: not text: a NUL byte at offset 4 (a binary file, or UTF-16)",
        ]
    );
}

#[test]
fn latin1_and_every_line_end_keep_their_places() {
    let folder = folder("encodings");
    write(
        &folder,
        "1_latin1.sql",
        b"CREATE TABLE caf\xe9 (id int PRIMARY KEY); CREATE TABLE b (id int);",
    );
    write(
        &folder,
        "2_ends.sql",
        "\u{feff}SELECT 1;\r\n\rCREATE TABLE é1 (id int);\n CREATE TABLE c (id int);",
    );
    let (code, lines) = outcome(&folder);
    assert_eq!(code, Some(1));
    assert_eq!(
        lines,
        [
            "missing-primary-key 1_latin1.sql:1:41",
            "missing-primary-key 2_ends.sql:3:1",
            "missing-primary-key 2_ends.sql:4:2",
        ]
    );
}

#[test]
fn what_nobody_closes_is_unread_where_it_begins() {
    for (name, text, at) in [
        ("quote", "SELECT 1;\n  'open", "2:3"),
        ("dollar", "DO $a$ BEGIN END $b$;", "1:4"),
        ("comment", "SELECT 1 /* /* */;", "1:10"),
        ("identifier", "DROP TABLE \"a;", "1:12"),
    ] {
        let folder = folder(&format!("unclosed-{name}"));
        write(&folder, "1_bad.sql", text);
        write(&folder, "2_good.sql", GOOD);
        let (code, lines) = outcome(&folder);
        assert_eq!(code, Some(1), "{name}");
        let expected = [
            format!("unread-statement 1_bad.sql:{at}"),
            "missing-primary-key 2_good.sql:1:1".to_owned(),
        ];
        assert_eq!(lines, expected, "{name}");
    }
}

#[test]
fn an_open_parenthesis_loses_its_own_statement_alone() {
    let folder = folder("parenthesis");
    write(&folder, "1_bad.sql", "CREATE TABLE a (id int;\nCREATE TABLE b (id int);");
    let (code, lines) = outcome(&folder);
    assert_eq!(code, Some(1));
    assert_eq!(lines, ["unread-statement 1_bad.sql:1:16", "missing-primary-key 1_bad.sql:2:1"]);
}

#[test]
fn depth_and_length_end_in_a_finding() {
    let deep = |open: &str, close: &str| {
        format!("SELECT {}1{};", open.repeat(10_000), close.repeat(10_000))
    };
    let chain =
        |word: &str| format!("UPDATE t SET a = 1 WHERE {}a;", format!("a {word} ").repeat(200_000));
    for (name, text) in [
        ("parentheses", deep("(", ")")),
        ("calls", deep("f(", ")")),
        ("arrays", deep("ARRAY[", "]")),
        ("cases", deep("CASE WHEN a THEN ", " END")),
        ("not", format!("SELECT {}true;", "NOT ".repeat(50_000))),
        ("and", chain("AND")),
        ("concat", chain("||")),
        ("union", format!("SELECT 1{};", " UNION SELECT 1".repeat(40_000))),
        ("joins", format!("SELECT 1 FROM t{};", " JOIN t ON true".repeat(20_000))),
        (
            "check",
            format!("CREATE TABLE c (id int PRIMARY KEY, CHECK ({}a));", "a AND ".repeat(200_000)),
        ),
        (
            "strings",
            format!("DO {}", (0..500).map(|n| format!("$a{n}$ BEGIN DO ")).collect::<String>()),
        ),
    ] {
        let folder = folder(&format!("deep-{name}"));
        write(&folder, "1_deep.sql", text);
        write(&folder, "2_good.sql", GOOD);
        let (code, lines) = outcome(&folder);
        assert_eq!(code, Some(1), "{name}: {lines:?}");
        assert!(lines.iter().any(|line| line.contains("2_good.sql:1:1")), "{name}: {lines:?}");
        assert!(!lines.iter().any(|line| line.contains("internal-error")), "{name}: {lines:?}");
    }
}

#[test]
fn nothing_to_check_is_not_clean() {
    let folder = folder("empty");
    let (code, lines) = outcome(&folder);
    assert_eq!((code, lines.len()), (Some(3), 1), "{lines:?}");
}

#[cfg(unix)]
#[test]
fn links_that_loop_or_lead_nowhere_are_errors() {
    let folder = folder("links");
    write(&folder, "1_good.sql", GOOD);
    std::os::unix::fs::symlink(".", folder.join("loop")).expect("links can be made");
    std::os::unix::fs::symlink("nowhere", folder.join("2_gone.sql")).expect("links can be made");
    let (code, lines) = outcome(&folder);
    assert_eq!(code, Some(2), "{lines:?}");
    assert!(lines.contains(&"missing-primary-key 1_good.sql:1:1".to_owned()), "{lines:?}");
    assert_eq!(lines.iter().filter(|line| line.starts_with("error ")).count(), 2, "{lines:?}");
}

#[test]
fn a_changelog_that_cannot_be_read_is_named() {
    let folder = folder("changelog");
    write(&folder, "1_good.sql", GOOD);
    write(&folder, "changelog.xml", "<databaseChangeLog><changeSet id=\"1\"/></databaseChangeLog>");
    let (code, lines) = outcome(&folder);
    assert_eq!(code, Some(2), "{lines:?}");
    assert!(lines.iter().any(|line| line.starts_with("error changelog.xml: ")), "{lines:?}");
    assert!(lines.iter().any(|line| line.contains("1_good.sql:1:1")), "{lines:?}");
}

/// A document of statistics with these tables.
fn statistics(tables: &str) -> String {
    format!(
        r#"{{"schema_version": 1, "as_of": "2026-11-01T03:04:05Z", "engine": "postgres", "tables": [{tables}]}}"#
    )
}

#[test]
fn statistics_that_cannot_be_read_stop_the_run_at_their_place() {
    const T: &str =
        r#"{"name": "t", "rows": 1, "bytes": 1, "index_bytes": 1, "writes_per_second": null}"#;
    let cut_off = statistics(T);
    let cut_off = &cut_off.as_bytes()[..100];
    for (name, bytes, wanted) in [
        (
            "binary",
            b"\x7fELF\0\0".to_vec(),
            "not text: a NUL byte at offset 4 (a binary file, or UTF-16)",
        ),
        ("latin1", b"{\"caf\xe9\": 1}".to_vec(), "is not UTF-8, so not JSON"),
        ("empty", Vec::new(), "EOF while parsing a value"),
        ("cut-off", cut_off.to_vec(), "EOF while parsing"),
        ("yaml", b"tables: []".to_vec(), "expected ident"),
        (
            "version",
            statistics("").replace("n\": 1", "n\": 2").into(),
            "`schema_version` 2 is not known",
        ),
        (
            "engine",
            statistics("").replace("postgres", "oracle").into(),
            "`engine` cannot be `oracle`",
        ),
        (
            "other-engine",
            statistics("").replace("postgres", "mysql").into(),
            "no migration here is for that",
        ),
        ("moment", statistics("").replace("-11-", "-31-").into(), "is not a moment in UTC"),
        (
            "unknown",
            statistics(&T.replace("rows", "row_count")).into(),
            "unknown field `row_count`",
        ),
        ("negative", statistics(&T.replace("\"rows\": 1", "\"rows\": -1")).into(), "integer `-1`"),
        (
            "huge",
            statistics(&T.replace("\"rows\": 1", "\"rows\": 1e999")).into(),
            "number out of range",
        ),
        (
            "many",
            statistics(&T.replace("\"rows\": 1", "\"rows\": 36893488147419103232")).into(),
            "expected a whole number",
        ),
        ("twice", statistics(&format!("{T}, {T}")).into(), "`t` is listed twice"),
        ("deep", "[".repeat(100_000).into(), "invalid type: sequence"),
        ("trailing", format!("{} {{}}", statistics(T)).into(), "trailing characters"),
    ] {
        let folder = folder(&format!("statistics-{name}"));
        write(&folder, "1_good.sql", GOOD);
        write(&folder, "stats.json", bytes);
        write(&folder, "lockgate.yaml", "stats: stats.json\n");
        let (code, lines) = outcome(&folder);
        assert_eq!(code, Some(2), "{name}: {lines:?}");
        let named =
            lines.iter().any(|it| it.starts_with("error stats.json: ") && it.contains(wanted));
        assert!(named, "{name}: {lines:?}");
    }
}

#[test]
fn statistics_with_a_byte_order_mark_are_read() {
    let folder = folder("statistics-bom");
    write(&folder, "1_good.sql", GOOD);
    write(&folder, "stats.json", format!("\u{feff}{}", statistics("")));
    write(&folder, "lockgate.yaml", "stats: stats.json\n");
    let (code, lines) = outcome(&folder);
    assert_eq!(code, Some(1), "{lines:?}");
    assert!(lines.contains(&"missing-primary-key 1_good.sql:1:1".to_owned()), "{lines:?}");
}

#[test]
fn statistics_that_are_not_there_stop_the_run() {
    let folder = folder("statistics-missing");
    write(&folder, "1_good.sql", GOOD);
    write(&folder, "lockgate.yaml", "stats: nowhere.json\n");
    let (code, lines) = outcome(&folder);
    assert_eq!(code, Some(2), "{lines:?}");
    assert!(
        lines.iter().any(|line| line.starts_with("error nowhere.json: cannot be read")),
        "{lines:?}"
    );
}
