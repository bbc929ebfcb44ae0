//! What stood there before a team took lockgate up: findings that count no more, by fingerprint.
//!
//! A fingerprint is made of the rule, the subject, the migration (its path, its version and all its
//! SQL) and the statement, without comments and white space, and never of a line. So whatever is
//! new has another one, and an edited migration is judged as a new one is. What is written anew as a
//! rule (a repeatable migration, a dump) is not one whole: there the statement alone counts.

use crate::config::Config;
use crate::digest::sha256;
use crate::finding::{Failure, Finding};
use crate::judge::Judged;
use crate::judge::{Case, State, retired};
use crate::migration::{Direction, ReadMigration};
use crate::source::{SourceFile, Span};
use crate::tree::join;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const SCHEMA_VERSION: u32 = 1;

/// A finding of a baseline. All but the fingerprint is for the people who read the file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// The path of its file, relative to the folder of the config.
    pub file: String,
    /// Its rule.
    pub rule: String,
    /// What it is about.
    pub subject: String,
    /// Its fingerprint.
    pub fingerprint: String,
}

impl Entry {
    /// The entry of a judged finding, where it has a fingerprint.
    pub fn new(judged: &Judged, files: &[SourceFile], config: &Config) -> Option<Self> {
        let Finding { rule, subject, primary, .. } = &judged.finding;
        Some(Self {
            file: join(&config.current, &files.get(primary.file.0 as usize)?.path),
            rule: (*rule).to_owned(),
            subject: subject.to_string(),
            fingerprint: judged.fingerprint.clone()?,
        })
    }
}

/// Reads a baseline.
///
/// # Errors
/// What is none.
pub fn read(file: &SourceFile) -> Result<Vec<Entry>, Failure> {
    let fail = |why: &str| {
        let how = "`lockgate baseline` writes it anew";
        Failure::new(&file.path, format!("this is no baseline: {why}; {how}"))
    };
    let document: Value = serde_json::from_str(&file.text).map_err(|it| fail(&it.to_string()))?;
    if document.get("schema_version") != Some(&json!(SCHEMA_VERSION)) {
        return Err(fail("its `schema_version` is not 1"));
    }
    let findings = document.get("findings").and_then(Value::as_array);
    let findings = findings.ok_or_else(|| fail("it has no list of `findings`"))?;
    let entry = |finding: &Value| {
        let text = |key| finding.get(key).and_then(Value::as_str).map(str::to_owned);
        Some(Entry {
            file: text("file")?,
            rule: text("rule")?,
            subject: text("subject")?,
            fingerprint: text("fingerprint")?,
        })
    };
    let entries = findings.iter().map(entry).collect::<Option<Vec<Entry>>>();
    entries.ok_or_else(|| fail("a finding lacks its file, rule, subject or fingerprint"))
}

/// The text of a baseline, one line for each finding, so that a review sees what comes and goes.
pub fn write(mut entries: Vec<Entry>) -> String {
    entries.sort();
    entries.dedup();
    let lines = entries.iter().map(|it| {
        let Entry { file, rule, subject, fingerprint } = it;
        let line =
            json!({"file": file, "rule": rule, "subject": subject, "fingerprint": fingerprint});
        format!("\n    {line}")
    });
    let lines = lines.collect::<Vec<_>>().join(",");
    let end = if lines.is_empty() { "" } else { "\n  " };
    format!("{{\n  \"schema_version\": {SCHEMA_VERSION},\n  \"findings\": [{lines}{end}]\n}}\n")
}

/// Gives the findings in migrations their fingerprints, and baselines those of which the baseline
/// holds it.
pub(super) fn apply(judged: &mut [Judged], case: &Case<'_>) {
    let known = |it: &String| case.config.known.as_ref().is_some_and(|known| known.contains(it));
    let mut texts = BTreeMap::new();
    for judged in judged {
        judged.fingerprint = fingerprint(&judged.finding, case, &mut texts);
        if judged.state == State::Reported && judged.fingerprint.as_ref().is_some_and(known) {
            judged.state = State::Baselined;
        }
    }
}

/// The fingerprint of a finding in a migration. `texts` keeps those of the migrations.
fn fingerprint(
    finding: &Finding,
    case: &Case<'_>,
    texts: &mut BTreeMap<usize, String>,
) -> Option<String> {
    let number = retired::migration_at(case.migrations, &finding.primary)?;
    let read = case.migrations.get(number)?;
    let migration = &read.migration;
    let source = case.files.get(migration.file.0 as usize)?;
    let changes = matches!(migration.direction, Direction::Repeatable | Direction::Dump);
    let whole = texts.entry(number).or_insert_with(|| {
        if changes {
            return String::new();
        }
        let all = read.statements.iter().map(|it| normalised(read, source, it.span));
        sha256(all.collect::<Vec<_>>().join(";\n").as_bytes())
    });
    let own = read.statements.iter().find(|it| it.span.contains(finding.primary.span));
    let statement = match own {
        Some(statement) => normalised(read, source, statement.span),
        None => String::new(),
    };
    let subject = finding.subject.to_string();
    let path = join(&case.config.current, &source.path);
    let parts = [finding.rule, &subject, &path, &migration.version.text, whole, &statement];
    // No path, name or SQL holds a NUL, so no two lists of parts give one text.
    Some(sha256(parts.join("\0").as_bytes()))
}

/// A statement without comments, its white space made one blank.
fn normalised(read: &ReadMigration, source: &SourceFile, span: Span) -> String {
    let mut text = String::new();
    let mut at = span.start;
    let first = read.comments.partition_point(|comment| comment.span.start < span.start);
    let inside = read.comments.iter().skip(first).take_while(|it| span.contains(it.span));
    for comment in inside {
        text.push_str(source.slice(Span { start: at, end: comment.span.start.max(at) }));
        text.push(' ');
        at = comment.span.end.max(at);
    }
    text.push_str(source.slice(Span { start: at, end: span.end.max(at) }));
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let entry = |file: &str| Entry {
            file: file.to_owned(),
            rule: "drop-table".to_owned(),
            subject: "table:\"a\"".to_owned(),
            fingerprint: sha256(file.as_bytes()),
        };
        let text = write(vec![entry("b.sql"), entry("a.sql"), entry("b.sql")]);
        let entries = read(&SourceFile::new("x.json", &text)).unwrap();
        assert_eq!(entries, [entry("a.sql"), entry("b.sql")]);
        assert_eq!(write(entries), text);
        assert!(read(&SourceFile::new("x.json", &write(Vec::new()))).unwrap().is_empty());
        for bad in [
            "",
            "[]",
            "{}",
            r#"{"schema_version": 1}"#,
            r#"{"schema_version": 2, "findings": []}"#,
            r#"{"schema_version": 1, "findings": [{"rule": "a"}]}"#,
        ] {
            let failure = read(&SourceFile::new("x.json", bad)).unwrap_err();
            assert!(failure.message.starts_with("this is no baseline: "), "{bad}");
        }
    }
}
