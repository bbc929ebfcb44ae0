//! Every format of `lint --output` on four runs: a shipped project, one with names and paths that try to
//! break out of each format, one that could not be read, and a clean one. Each report is read back by a
//! closed check of its own, and has to say what the JSON says.
//!
//! `FORMATS_OUT=FOLDER` keeps the reports: `scripts/check-formats` gives them to the programs that read
//! such reports elsewhere.

// Clippy knows tests by `#[test]`, not the functions beside them.
#![allow(clippy::unwrap_used)]

mod shape;
mod xml;

use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

const FORMATS: [&str; 13] = [
    "terminal",
    "json",
    "jsonl",
    "concise",
    "github",
    "sarif",
    "gitlab",
    "junit",
    "checkstyle",
    "rdjson",
    "azure",
    "teamcity",
    "markdown",
];

/// What each format says of a finding: path, line, rule and level.
type Said = (String, u64, String, String);

/// The reports of a run, by format.
struct Run {
    folder: PathBuf,
    texts: BTreeMap<&'static str, String>,
    json: Value,
}

impl Run {
    fn new(name: &str, folder: &Path, arguments: &[&str], code: i32) -> Self {
        let process = std::process::id();
        let kept = std::env::var_os("FORMATS_OUT").map(PathBuf::from);
        let out = kept.clone().unwrap_or_else(|| {
            std::env::temp_dir().join(format!("lockgate-formats-{process}-{name}"))
        });
        std::fs::create_dir_all(&out).unwrap();
        let mut program = Command::new(env!("CARGO_BIN_EXE_lockgate"));
        program.arg("lint").args(arguments).current_dir(folder);
        program.env("NO_COLOR", "1").env("SOURCE_DATE_EPOCH", "1795132800");
        let path = |format: &str| out.join(format!("{name}.{format}"));
        for format in FORMATS {
            program.arg("--output").arg(format!("{format}={}", path(format).display()));
        }
        let done = program.output().unwrap();
        assert_eq!(done.status.code(), Some(code), "{}", String::from_utf8_lossy(&done.stderr));
        let text = |format| std::fs::read_to_string(path(format)).unwrap();
        let texts: BTreeMap<&str, String> =
            FORMATS.into_iter().map(|format| (format, text(format))).collect();
        if kept.is_none() {
            std::fs::remove_dir_all(&out).unwrap();
        }
        let json = serde_json::from_str(&texts["json"]).unwrap();
        Self { folder: folder.to_path_buf(), texts, json }
    }

    fn shipped() -> Self {
        Self::new("shipped", Path::new("fixtures/flyway-shop"), &["--all", "--diff"], 1)
    }

    /// All the runs.
    fn all() -> &'static [Self] {
        static RUNS: OnceLock<Vec<Run>> = OnceLock::new();
        RUNS.get_or_init(Self::make)
    }

    fn make() -> Vec<Self> {
        let hostile = scratch("hostile", hostile);
        let arguments = ["--framework", "flyway", "--diff", "."];
        let broken = scratch("broken", |folder| write(folder, "V1__a<&\"|]'.sql", "\0"));
        let clean = scratch("clean", |folder| {
            write(folder, "V1__a.sql", "CREATE TABLE a (id bigint PRIMARY KEY);\n");
        });
        let runs = vec![
            Self::shipped(),
            Self::new("hostile", &hostile, &arguments, 1),
            Self::new("broken", &broken, &arguments, 2),
            Self::new("clean", &clean, &arguments, 0),
        ];
        for folder in [hostile, broken, clean] {
            std::fs::remove_dir_all(folder).unwrap();
        }
        runs
    }

    fn findings(&self) -> &[Value] {
        self.json["findings"].as_array().unwrap()
    }

    /// What a report of findings that count says.
    fn said(&self) -> Vec<Said> {
        let counts = |it: &&Value| it["state"] == "reported" && it["level"] != "note";
        let found = self.findings().iter().filter(counts).map(|it| {
            said(
                text(&it["file"]),
                it["line"].as_u64().unwrap(),
                text(&it["rule"]),
                text(&it["level"]),
            )
        });
        let failures = self.json["errors"].as_array().unwrap().iter().map(|it| {
            said(text(&it["path"]), it["line"].as_u64().unwrap_or(1), "lockgate", "error")
        });
        sorted(found.chain(failures))
    }

    fn says(&self, format: &str, what: impl IntoIterator<Item = Said>) {
        assert_eq!(sorted(what), self.said(), "{format} in {}", self.folder.display());
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// Formats of lines write a line break in a path as a blank.
fn said(path: &str, line: u64, rule: &str, level: &str) -> Said {
    (path.replace('\n', " "), line, rule.to_owned(), level.to_owned())
}

fn sorted(what: impl IntoIterator<Item = Said>) -> Vec<Said> {
    let mut what: Vec<Said> = what.into_iter().collect();
    what.sort();
    what
}

fn scratch(name: &str, fill: impl Fn(&Path)) -> PathBuf {
    let name = format!("lockgate-formats-{name}-{}-project", std::process::id());
    let folder = std::env::temp_dir().join(name);
    let _ = std::fs::remove_dir_all(&folder);
    fill(&folder);
    folder
}

fn write(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

/// A name with all that means something in one of the formats, as SQL writes it.
const NAME: &str =
    "a]|'b<script>alert(1)</script>&\"\"q\"\"%0A##vso[x]`é🙂\u{1}\u{1b}[31m\u{2028}]]>@all";

/// Findings in every state, under such names, and two that only their number tells apart.
fn hostile(folder: &Path) {
    let file = "db/migration/V2__a b'\"$(x)`y`|];,%<é>\n::error::x.sql";
    write(
        folder,
        "lockgate.yaml",
        "rules:\n  unbounded-lock-wait: {mode: dry-run}\n  update-without-where: {mode: warn}\nwaivers:\n\
         - rule: index-not-concurrent\n  subject: index:public.i\n  owner: '<b>|\"x\"'\n  reason: \"]]> \
         said <script>\"\n  until: 2026-12-31\n",
    );
    let base = format!(
        "CREATE TABLE \"{NAME}\" (id bigint PRIMARY KEY, a int, b int);\nCREATE TABLE \"{NAME}2\" (id \
         bigint PRIMARY KEY, a int, b int);\nCREATE TABLE loose (a int);\n"
    );
    write(folder, "db/migration/V1__base.sql", &base);
    let text = format!(
        "/* é🙂 */ ALTER TABLE \"{NAME}\" DROP COLUMN a,\n  DROP COLUMN b;\n-- lockgate:allow drop-column \
         reason=\"</script> | is ]]> said\"\nALTER TABLE \"{NAME}2\" DROP COLUMN a;\n UPDATE \"{NAME}2\" \
         SET b = 1; UPDATE \"{NAME}2\" SET b = 1;\nCREATE INDEX i ON loose (a);\n"
    );
    write(folder, file, &text);
}

#[test]
fn the_formats_are_those_of_the_command_line() {
    let program = Command::new(env!("CARGO_BIN_EXE_lockgate"))
        .args(["lint", "--output", "no=x"])
        .output()
        .unwrap();
    let said = String::from_utf8(program.stderr).unwrap();
    let (_, names) = said.split_once("it is one of ").unwrap();
    let names: BTreeSet<&str> = names.split('\n').next().unwrap().split(", ").collect();
    assert_eq!(names, BTreeSet::from(FORMATS));
}

#[test]
fn sarif_is_what_code_scanning_takes() {
    let place = json!({ "physicalLocation": {
        "artifactLocation": { "uri": "text" },
        "region": { "startLine": "number", "startColumn": "number", "endLine?": "number",
            "endColumn?": "number" },
    } });
    let mut location = place.clone();
    location["logicalLocations?"] = json!([{ "fullyQualifiedName": "text" }]);
    let mut related = place.clone();
    related["message?"] = json!({ "text": "text" });
    let shape = json!({
        "$schema": "text",
        "version": "=2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "=lockgate", "semanticVersion": "text", "informationUri": "text",
                "rules": [{
                    "id": "text",
                    "shortDescription": { "text": "text" }, "fullDescription": { "text": "text" },
                    "help": { "text": "text", "markdown": "text" },
                    "defaultConfiguration": { "level": "=error|warning|note" },
                    "properties": { "tags": ["text"], "precision": "=very-high|high|medium|low",
                        "problem.severity": "=error|warning|recommendation" },
                }],
            } },
            "columnKind": "=unicodeCodePoints",
            "invocations": [{
                "executionSuccessful": "bool", "exitCode": "count",
                "toolExecutionNotifications": [{
                    "level": "=error|warning", "message": { "text": "text" }, "locations?": [place],
                }],
            }],
            "results": [{
                "ruleId": "text", "ruleIndex": "count", "level": "=error|warning|note",
                "message": { "text": "text" }, "locations": [location], "relatedLocations?": [related],
                "partialFingerprints": { "primaryLocationLineHash": "text" },
                "suppressions?": [{ "kind": "=inSource|external", "status": "=accepted",
                    "justification": "text" }],
                "properties": { "state": "text", "breaks": ["text"] },
            }],
        }],
    });
    for run in Run::all() {
        let document: Value = serde_json::from_str(&run.texts["sarif"]).unwrap();
        shape::check(&document, &shape, "sarif");
        let it = &document["runs"][0];
        let rules = it["tool"]["driver"]["rules"].as_array().unwrap();
        for rule in rules {
            let length = |key: &str| text(&rule[key]["text"]).len();
            assert!(length("shortDescription") <= 1024 && length("fullDescription") <= 1024);
            let tags = rule["properties"]["tags"].as_array().unwrap();
            let each_once: BTreeSet<&str> = tags.iter().map(text).collect();
            assert!(tags.len() <= 10 && each_once.len() == tags.len(), "{tags:?}");
        }
        let results = it["results"].as_array().unwrap();
        assert_eq!(results.len(), run.findings().len());
        let mut hashes = BTreeSet::new();
        for result in results {
            let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
            assert_eq!(rule["id"], result["ruleId"]);
            assert_eq!(result["locations"].as_array().unwrap().len(), 1);
            let places = result["relatedLocations"].as_array().into_iter().flatten();
            for place in places.chain([&result["locations"][0]]) {
                let region = &place["physicalLocation"]["region"];
                assert_eq!(region["startLine"], region["endLine"]);
                assert!(region["startColumn"].as_u64() <= region["endColumn"].as_u64(), "{region}");
            }
            let counts = result["properties"]["state"] == "reported";
            assert_eq!(counts, result.get("suppressions").is_none(), "{result}");
            let hash = &result["partialFingerprints"]["primaryLocationLineHash"];
            assert!(hashes.insert(text(hash)), "{hash} twice");
        }
        let counts = |it: &&Value| it.get("suppressions").is_none() && it["level"] != "note";
        let found = results.iter().filter(counts).map(|it| {
            let place = &it["locations"][0]["physicalLocation"];
            let line = place["region"]["startLine"].as_u64().unwrap();
            said(&decoded(place), line, text(&it["ruleId"]), text(&it["level"]))
        });
        let told = it["invocations"][0]["toolExecutionNotifications"].as_array().unwrap().iter();
        let told = told.map(|it| {
            let place = &it["locations"][0]["physicalLocation"];
            let line = place["region"]["startLine"].as_u64().unwrap();
            said(&decoded(place), line, "lockgate", text(&it["level"]))
        });
        run.says("sarif", found.chain(told));
    }
}

/// The path of a URI.
fn decoded(place: &Value) -> String {
    let uri = text(&place["artifactLocation"]["uri"]);
    assert!(uri.chars().all(|c| c.is_ascii_alphanumeric() || "-._~/%".contains(c)), "{uri}");
    let mut parts = uri.split('%');
    let mut bytes = parts.next().unwrap().as_bytes().to_vec();
    for part in parts {
        bytes.push(u8::from_str_radix(&part[..2], 16).unwrap());
        bytes.extend(&part.as_bytes()[2..]);
    }
    String::from_utf8(bytes).unwrap()
}

#[test]
fn what_does_not_count_is_there_with_the_reason_that_was_given() {
    let runs = Run::all();
    let document: Value = serde_json::from_str(&runs[1].texts["sarif"]).unwrap();
    let results = document["runs"][0]["results"].as_array().unwrap();
    let suppressed: BTreeSet<(&str, &str)> = results
        .iter()
        .filter_map(|it| {
            let why = text(it.get("suppressions")?[0].get("justification")?);
            Some((text(&it["properties"]["state"]), why))
        })
        .collect();
    let wanted = [
        ("allowed", "</script> | is ]]> said"),
        ("dry-run", "its rule is on trial"),
        ("waived", "]]> said <script>"),
    ];
    assert_eq!(suppressed, BTreeSet::from(wanted));
    assert!(runs[1].texts["gitlab"].contains(":2\""), "two findings with one fingerprint");
}

#[test]
fn gitlab_gets_an_array_with_fingerprints_of_their_own() {
    let shape = json!([{
        "description": "text", "check_name": "text", "fingerprint": "text",
        "severity": "=info|minor|major|critical|blocker",
        "location": { "path": "text", "lines": { "begin": "number", "end": "number" } },
    }]);
    for run in Run::all() {
        let document: Value = serde_json::from_str(&run.texts["gitlab"]).unwrap();
        shape::check(&document, &shape, "gitlab");
        let entries = document.as_array().unwrap();
        let known: BTreeSet<&str> = entries.iter().map(|it| text(&it["fingerprint"])).collect();
        assert_eq!(known.len(), entries.len());
        let said = entries.iter().map(|it| {
            let path = text(&it["location"]["path"]);
            assert!(!path.starts_with("./") && !path.starts_with('/'), "{path}");
            let lines = &it["location"]["lines"];
            assert!(lines["begin"].as_u64() <= lines["end"].as_u64());
            let level = if it["severity"] == "minor" { "warning" } else { "error" };
            said(path, lines["begin"].as_u64().unwrap(), text(&it["check_name"]), level)
        });
        run.says("gitlab", said);
    }
}

#[test]
fn junit_counts_its_cases() {
    for run in Run::all() {
        let root = xml::read(&run.texts["junit"]);
        assert_eq!(root.name, "testsuites");
        let mut found = Vec::new();
        let mut sums = [0; 4];
        let counts = ["tests", "failures", "errors", "skipped"];
        root.has("name tests failures errors skipped");
        for suite in &root.children {
            assert_eq!(suite.name, "testsuite");
            suite.has("name tests failures errors skipped");
            let of = |name| {
                suite
                    .children
                    .iter()
                    .filter(|case| case.children.iter().any(|it| it.name == name))
                    .count()
            };
            let own = [suite.children.len(), of("failure"), of("error"), of("skipped")];
            assert_eq!(own.map(|it| it as u64), counts.map(|name| suite.number(name)));
            counts.iter().zip(&mut sums).for_each(|(name, sum)| *sum += suite.number(name));
            for case in &suite.children {
                assert_eq!(case.name, "testcase");
                case.has("name classname file line");
                assert!(case.children.len() <= 1, "{case:?}");
                let Some(outcome) = case.children.first() else { continue };
                outcome.has(match outcome.name.as_str() {
                    "system-out" => "?",
                    _ => "message",
                });
                let (level, rule) = match outcome.name.as_str() {
                    "error" => ("error", "lockgate"),
                    _ => outcome.text.split_once(']').unwrap().0.split_once('[').unwrap(),
                };
                found.push(said(case.get("file"), case.number("line"), rule, level));
            }
        }
        assert_eq!(sums, counts.map(|name| root.number(name)));
        run.says("junit", found);
    }
}

#[test]
fn checkstyle_has_errors_file_by_file() {
    for run in Run::all() {
        let root = xml::read(&run.texts["checkstyle"]);
        assert_eq!(root.name, "checkstyle");
        root.has("version");
        let mut found = Vec::new();
        for file in &root.children {
            assert_eq!(file.name, "file");
            file.has("name");
            for error in &file.children {
                assert_eq!(error.name, "error");
                error.has("line column severity message source");
                assert!(error.number("column") > 0 && !error.get("message").is_empty());
                let rule = error.get("source").trim_start_matches("lockgate.");
                found.push(said(
                    file.get("name"),
                    error.number("line"),
                    rule,
                    error.get("severity"),
                ));
            }
        }
        run.says("checkstyle", found);
    }
}

#[test]
fn rdjson_counts_columns_in_bytes() {
    let list = concat!("diag", "nostics");
    let at = json!({ "line": "number", "column": "number" });
    let shape = json!({
        "source": { "name": "=lockgate", "url": "text" },
        list: [{
            "message": "text", "severity": "=ERROR|WARNING|INFO", "code": { "value": "text" },
            "location": { "path": "text", "range?": { "start": at, "end": at } },
        }],
    });
    for run in Run::all() {
        let document: Value = serde_json::from_str(&run.texts["rdjson"]).unwrap();
        shape::check(&document, &shape, "rdjson");
        let said = document[list].as_array().unwrap().iter().map(|it| {
            let line = it["location"]["range"]["start"]["line"].as_u64().unwrap_or(1);
            let level = text(&it["severity"]).to_lowercase();
            said(text(&it["location"]["path"]), line, text(&it["code"]["value"]), &level)
        });
        run.says("rdjson", said);
    }
    let column = |format: &str, of: &dyn Fn(&Value) -> Option<u64>| {
        let document: Value = serde_json::from_str(&Run::all()[1].texts[format]).unwrap();
        of(&document).unwrap()
    };
    let is = |it: &&Value| it["severity"] == "ERROR" && it["code"]["value"] == "drop-column";
    let bytes = column("rdjson", &|it| {
        it[list].as_array()?.iter().find(is)?["location"]["range"]["start"]["column"].as_u64()
    });
    let characters = column("json", &|it| {
        let mut found = it["findings"].as_array()?.iter();
        found.find(|it| it["rule"] == "drop-column")?["column"].as_u64()
    });
    let before = format!("/* é🙂 */ ALTER TABLE \"{NAME}\" ");
    assert_eq!((characters, bytes), (before.chars().count() as u64 + 1, before.len() as u64 + 1));
}

#[test]
fn each_line_of_jsonl_is_a_finding_of_json() {
    for run in Run::all() {
        let lines = run.texts["jsonl"].split('\n').filter(|line| !line.is_empty());
        let lines: Vec<Value> = lines.map(|line| serde_json::from_str(line).unwrap()).collect();
        for finding in run.findings() {
            let same = |line: &&Value| {
                let keys = finding.as_object().unwrap();
                keys.iter().all(|(key, value)| line.get(key) == Some(value))
            };
            assert!(lines.iter().any(|line| same(&line)), "{finding}");
        }
    }
}

#[test]
fn lines_of_concise_are_one_a_finding() {
    for run in Run::all() {
        let mut lines: Vec<&str> = run.texts["concise"].trim_end().split('\n').collect();
        assert!(lines.pop().unwrap().starts_with(if run.said().is_empty() {
            "PASS"
        } else {
            "FAIL"
        }));
        let found = lines.into_iter().map(|line| {
            assert!(!line.contains(char::is_control), "{line}");
            let (place, rest) = [": error[", ": warning["]
                .iter()
                .filter_map(|level| {
                    line.split_once(level).map(|(place, rest)| (place, level, rest))
                })
                .map(|(place, level, rest)| (place, (level.trim_matches([':', ' ', '[']), rest)))
                .next()
                .unwrap();
            let mut parts = place.rsplitn(3, ':');
            let numbers = [parts.next(), parts.next()].map(|it| it.and_then(|it| it.parse().ok()));
            let (path, line) = match (numbers, parts.next()) {
                ([Some(_), Some(line)], Some(path)) => (path, line),
                _ => (place, 1),
            };
            said(path, line, rest.1.split_once(']').unwrap().0, rest.0)
        });
        run.says("concise", found.collect::<Vec<_>>());
    }
}

#[test]
fn azure_reads_its_commands_back() {
    for run in Run::all() {
        let mut lines: Vec<&str> = run.texts["azure"].trim_end().split('\n').collect();
        lines.pop();
        let found = lines.into_iter().map(|line| {
            assert!(!line.contains(char::is_control), "{line}");
            let command = line.strip_prefix("##vso[task.logissue ").unwrap();
            // As the agent does: the first `]` ends the properties.
            let (properties, message) = command.split_once(']').unwrap();
            assert!(!message.is_empty());
            let mut read = BTreeMap::new();
            for (name, value) in properties.split(';').filter_map(|it| it.split_once('=')) {
                let value = value.replace("%3B", ";").replace("%5D", "]").replace("%0A", "\n");
                assert!(read.insert(name, value.replace("%AZP25", "%")).is_none(), "{line}");
            }
            let keys: Vec<&str> = read.keys().copied().collect();
            assert_eq!(keys, ["code", "columnnumber", "linenumber", "sourcepath", "type"]);
            let line = read["linenumber"].parse().unwrap();
            said(&read["sourcepath"], line, &read["code"], &read["type"])
        });
        run.says("azure", found.collect::<Vec<_>>());
    }
}

#[test]
fn teamcity_reads_its_messages_back() {
    for run in Run::all() {
        let mut lines: Vec<&str> = run.texts["teamcity"].trim_end().split('\n').collect();
        lines.pop();
        let mut types = BTreeSet::new();
        let mut found = Vec::new();
        for line in lines {
            assert!(!line.contains(char::is_control), "{line}");
            let (name, read) = service_message(line);
            let keys: Vec<&str> = read.keys().map(String::as_str).collect();
            if name == "inspectionType" {
                assert_eq!(keys, ["category", "description", "id", "name"]);
                assert!(types.insert(read["id"].clone()), "{line}");
                continue;
            }
            assert_eq!(
                (name.as_str(), &keys[..]),
                ("inspection", &["SEVERITY", "file", "line", "message", "typeId"][..])
            );
            assert!(types.contains(&read["typeId"]) && !read["message"].is_empty());
            let level = read["SEVERITY"].to_lowercase();
            found.push(said(&read["file"], read["line"].parse().unwrap(), &read["typeId"], &level));
        }
        run.says("teamcity", found);
    }
}

/// A service message: its name, and its attributes.
fn service_message(line: &str) -> (String, BTreeMap<String, String>) {
    let message = line.strip_prefix("##teamcity[").unwrap();
    let (name, rest) = message.split_once(' ').unwrap();
    let mut attributes = BTreeMap::new();
    let mut rest = rest.chars();
    loop {
        let key: String = rest.by_ref().take_while(|c| *c != '=').collect();
        assert_eq!(rest.next(), Some('\''), "{line}");
        let mut value = String::new();
        loop {
            match rest.next().unwrap() {
                '\'' => break,
                '|' => value.push(match rest.next().unwrap() {
                    'n' => '\n',
                    'l' => '\u{2028}',
                    c => {
                        assert!("'|[]".contains(c), "|{c} in {line}");
                        c
                    }
                }),
                c => {
                    assert!(!"[]".contains(c), "{c} in {line}");
                    value.push(c);
                }
            }
        }
        attributes.insert(key.trim().to_owned(), value);
        match rest.next() {
            Some(']') => break,
            it => assert_eq!(it, Some(' '), "{line}"),
        }
    }
    assert_eq!(rest.next(), None, "{line}");
    (name.to_owned(), attributes)
}

#[test]
fn github_gets_ten_annotations_of_a_level_at_most() {
    for run in Run::all() {
        let mut annotated = Vec::new();
        for line in run.texts["github"].split('\n') {
            assert!(!line.contains(char::is_control), "{line}");
            let Some(command) = line.strip_prefix("::") else { continue };
            let (head, message) = command.split_once("::").unwrap();
            assert!(!message.is_empty());
            let (level, properties) = head.split_once(' ').unwrap();
            let read: BTreeMap<&str, String> = properties
                .split(',')
                .map(|it| it.split_once('=').unwrap())
                .map(|(key, value)| {
                    let value = value.replace("%3A", ":").replace("%2C", ",").replace("%0A", "\n");
                    (key, value.replace("%25", "%"))
                })
                .collect();
            let line = read.get("line").map_or(1, |it| it.parse().unwrap());
            annotated.push(said(&read["file"], line, &read["title"], level));
        }
        let wanted = run.said();
        for level in ["error", "warning"] {
            let of = |all: &[Said]| all.iter().filter(|it| it.3 == level).count();
            assert_eq!(of(&annotated), of(&wanted).min(10), "{level} in {}", run.folder.display());
        }
        assert!(annotated.iter().all(|it| wanted.contains(it)), "{annotated:?}");
    }
}

#[test]
fn markdown_stays_in_its_cells() {
    for run in Run::all() {
        let page = &run.texts["markdown"];
        assert!(page.len() <= 60_000 && page.starts_with("### lockgate: "));
        let found = page.split("\n#### Schema").next().unwrap();
        let rows = found
            .split('\n')
            .filter(|line| line.starts_with("| error") || line.starts_with("| warning"));
        let mut number = 0;
        for row in rows {
            number += 1;
            let cells = row.replace("\\|", "").matches('|').count();
            assert_eq!(cells, 5, "{row}");
        }
        let broken = page.matches("**not checked**").count();
        assert_eq!(number + broken, run.said().len());
        assert!(!page.contains(|c: char| c.is_control() && c != '\n'));
        // What is not code is no HTML but our line breaks, and calls nobody.
        for line in page.split('\n') {
            let prose = without_code(line).replace("<br>", "");
            let prose = prose.replace("\\<", "").replace("\\@", "");
            assert!(!prose.contains(['<', '@']), "{prose}");
        }
    }
}

/// A line of Markdown without what stands between backquotes.
fn without_code(line: &str) -> String {
    let (mut text, mut rest) = (String::new(), line);
    while let Some(at) = rest.find('`') {
        let escaped = rest[..at].ends_with('\\');
        text.push_str(&rest[..at]);
        let run = rest[at..].chars().take_while(|c| *c == '`').count();
        let behind = &rest[at + run..];
        let fence = "`".repeat(run);
        let mut ends = behind.match_indices(&fence).map(|it| it.0);
        let end = ends
            .find(|end| !behind[..*end].ends_with('`') && !behind[end + run..].starts_with('`'));
        rest = match end {
            Some(end) if !escaped => &behind[end + run..],
            _ => behind,
        };
    }
    text + rest
}
