//! All that follows from the rule table: the pages of the rules, `explain`, the table.

pub mod policies;

use crate::rules::{Category, Example, RULES, Rule};
use crate::source::SourceFile;
use crate::statistics;
use crate::statistics::amount::count;
use std::fmt::Write;

const WIDTH: usize = 80;

/// A table of rules for people, by category.
pub fn table(rules: &[&Rule]) -> String {
    let mut text = String::new();
    let id_width = rules.iter().map(|rule| rule.id.len()).max().unwrap_or(0);
    for category in categories(rules) {
        let _ = writeln!(text, "{}", category.name());
        for rule in rules.iter().filter(|rule| rule.category == category) {
            let (id, level, summary) = (rule.id, rule.level.name(), rule.summary);
            let before = format!("  {id:id_width$}  {level:7}  ");
            let indent = " ".repeat(before.len());
            let _ = writeln!(text, "{before}{}", wrap(summary, &indent, WIDTH, before.len()));
        }
        text.push('\n');
    }
    text.push_str("`lockgate explain RULE` says why, and what to do instead.\n");
    text
}

fn categories(rules: &[&Rule]) -> Vec<Category> {
    let mut categories: Vec<Category> = rules.iter().map(|rule| rule.category).collect();
    categories.sort();
    categories.dedup();
    categories
}

/// One rule for people, at most 80 columns wide but for SQL and addresses.
pub fn explain(rule: &Rule) -> String {
    let (id, level, category) = (rule.id, rule.level, rule.category.name());
    let mut text = format!("{id}: {level}, {category}{}\n", since(rule));
    paragraph(&mut text, "", rule.summary);
    if let Some(breaks) = breaks(rule) {
        let _ = writeln!(text, "Breaks: {breaks}");
    }
    section(&mut text, "Why", rule.why);
    if !rule.instead.is_empty() {
        section(&mut text, "Instead", rule.instead);
    }
    if !rule.facts.is_empty() {
        text.push_str("\nFacts\n");
        for fact in rule.facts {
            paragraph(&mut text, "  ", &format!("{}: {}", fact.engine.title(), fact.says));
            let _ = writeln!(text, "    {}", fact.source);
        }
    }
    // The page has all of them; here they would push the texts off the screen.
    const EXAMPLES_OF_A_KIND: usize = 2;
    let (found, not_found): (Vec<&Example>, Vec<&Example>) =
        rule.examples.iter().partition(|example| example.at.is_some());
    let few = |examples: Vec<&'static Example>| examples.into_iter().take(EXAMPLES_OF_A_KIND);
    for example in few(found).chain(few(not_found)) {
        let _ = writeln!(text, "\n{}", heading(example));
        let shown = if example.given.is_empty() {
            example.sql.to_owned()
        } else {
            format!("{}\n-- the migration:\n{}", example.given, example.sql)
        };
        for line in shown.trim().split('\n') {
            let _ = writeln!(text, "  {line}");
        }
    }
    if !rule.same_as.is_empty() {
        let same = rule.same_as.iter().map(|(tool, id)| format!("{tool}: {id}"));
        section(&mut text, "In other tools", &same.collect::<Vec<_>>().join(", "));
    }
    text
}

/// The version that brought a rule; a policy has none.
fn since(rule: &Rule) -> String {
    if rule.since.is_empty() { String::new() } else { format!(", since {}", rule.since) }
}

/// What the findings of a rule break; `None` where they count whatever was promised.
fn breaks(rule: &Rule) -> Option<String> {
    let words: Vec<&str> = rule.breaks.iter().map(|it| it.name()).collect();
    (!words.is_empty()).then(|| words.join(", "))
}

fn heading(example: &Example) -> String {
    let runner = match example.framework {
        "plain" => String::new(),
        framework => format!(", run by {framework}"),
    };
    let level = example.level.map_or_else(String::new, |level| format!(" ({level})"));
    let stats = database(example.stats);
    match example.at {
        Some(at) => format!("Found at `{at}`{level}, {}{runner}{stats}", example.dialect),
        None => format!("Not found, {}{runner}{stats}", example.dialect),
    }
}

/// What statistics say of a database: ", where `t` has 312 rows".
fn database(stats: &str) -> String {
    let Ok(stats) = statistics::read(SourceFile::new("", stats)) else { return String::new() };
    let tables = stats.tables().map(|(name, table)| {
        let writes = table.writes_per_second.filter(|_| table.is_busy());
        let writes = writes.map(|it| format!(", {it} writes a second")).unwrap_or_default();
        let keys = table.keys.iter().map(|key| {
            format!(", `{}` at {} of {}", key.column, count(key.max_id), count(key.limit))
        });
        format!("`{name}` has {table}{writes}{}", keys.collect::<String>())
    });
    format!(", where {}", tables.collect::<Vec<_>>().join(", "))
}

fn section(text: &mut String, title: &str, body: &str) {
    let _ = writeln!(text, "\n{title}");
    paragraph(text, "  ", body);
}

/// Wraps each paragraph; the empty lines between them stay.
fn paragraph(text: &mut String, indent: &str, body: &str) {
    let parts: Vec<String> =
        body.split("\n\n").map(|part| wrap(part, indent, WIDTH, indent.len())).collect();
    let _ = writeln!(text, "{indent}{}", parts.join(&format!("\n\n{indent}")));
}

/// Breaks a text at blanks into lines of at most `width` columns, as far as its words allow.
/// The first line begins at `column`, the others with `indent`.
pub fn wrap(text: &str, indent: &str, width: usize, column: usize) -> String {
    let mut wrapped = String::new();
    let mut column = column;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if wrapped.is_empty() {
            column += length;
        } else if column + 1 + length > width {
            wrapped.push('\n');
            wrapped.push_str(indent);
            column = indent.chars().count() + length;
        } else {
            wrapped.push(' ');
            column += 1 + length;
        }
        wrapped.push_str(word);
    }
    wrapped
}

/// The page of a rule, for `docs/rules/<id>.md`.
pub fn page(rule: &Rule) -> String {
    let mut text = format!("# {}\n\n", rule.id);
    let _ = writeln!(text, "{}.\n", rule.summary);
    let (level, category) = (rule.level, rule.category.name());
    let since = since(rule);
    let _ = writeln!(text, "Level {level}, category {category}{since}.\n");
    if let Some(breaks) = breaks(rule) {
        let _ = writeln!(text, "Breaks {breaks} (`promise` in lockgate.yaml).\n");
    }
    let _ = writeln!(text, "## Why\n\n{}\n", rule.why);
    if !rule.instead.is_empty() {
        let _ = writeln!(text, "## Instead\n\n{}", rule.instead);
    }
    if !rule.facts.is_empty() {
        text.push_str("\n## Facts\n\n");
        for fact in rule.facts {
            let source = match fact.source.strip_prefix("https://") {
                Some(_) => format!("<{}>", fact.source),
                None => fact.source.to_owned(),
            };
            let _ = writeln!(text, "- {}: {} ({source})", fact.engine.title(), fact.says);
        }
    }
    if !rule.examples.is_empty() {
        text.push_str("\n## Examples\n");
        for example in rule.examples {
            let _ = writeln!(text, "\n{}:\n\n```sql", heading(example));
            if !example.given.is_empty() {
                let _ = writeln!(text, "{}\n-- the migration:", example.given.trim());
            }
            let _ = writeln!(text, "{}\n```", example.sql.trim());
        }
    }
    if !rule.same_as.is_empty() {
        text.push_str("\n## In other tools\n\n");
        for (tool, id) in rule.same_as {
            let _ = writeln!(text, "- {tool}: `{id}`");
        }
    }
    text
}

/// The index of the pages, for `docs/rules/README.md`.
pub fn index() -> String {
    let mut text = String::from("# Rules\n");
    for category in categories(RULES) {
        let _ = writeln!(
            text,
            "\n## {}\n\n| rule | level | what |\n| --- | --- | --- |",
            category.name()
        );
        for rule in RULES.iter().filter(|rule| rule.category == category) {
            let (id, level, summary) = (rule.id, rule.level, rule.summary);
            let _ = writeln!(text, "| [{id}]({id}.md) | {level} | {summary} |");
        }
    }
    text
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use std::collections::BTreeMap;
    use std::path::Path;

    #[test]
    fn pages_are_what_the_rules_say() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rules");
        let mut wanted: BTreeMap<String, String> =
            RULES.iter().map(|rule| (format!("{}.md", rule.id), page(rule))).collect();
        wanted.insert("README.md".to_owned(), index());
        // Written by hand: the rules of other tools that are no rule here, and why.
        let by_hand = "not-built.md";
        let text = std::fs::read_to_string(folder.join(by_hand)).unwrap();
        wanted.insert(by_hand.to_owned(), text);
        assert_pages("docs/rules", &wanted);
    }

    /// A folder holds these pages and no other; they are written there where that is asked for.
    pub(crate) fn assert_pages(folder: &str, wanted: &BTreeMap<String, String>) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        // `SNAPSHOTS` is snapbox's switch, `TRYCMD` that of tests/cli.rs.
        let overwrite = |name| std::env::var(name).is_ok_and(|value| value == "overwrite");
        if overwrite("SNAPSHOTS") || overwrite("TRYCMD") {
            let _ = std::fs::remove_dir_all(&path);
            std::fs::create_dir_all(&path).unwrap();
            for (name, text) in wanted {
                std::fs::write(path.join(name), text).unwrap();
            }
        }
        let files = std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path());
        let found: BTreeMap<String, String> = files
            .map(|path| {
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                (name, std::fs::read_to_string(&path).unwrap())
            })
            .collect();
        for (name, text) in wanted {
            let same = found.get(name) == Some(text);
            assert!(same, "{folder}/{name} is stale: run `TRYCMD=overwrite cargo test`");
        }
        let names = |pages: &BTreeMap<String, String>| pages.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&found), names(wanted), "{folder} holds a page of nothing");
    }

    #[test]
    fn explanations_fit_80_columns() {
        for rule in RULES {
            let text = explain(rule);
            let prose = text.split("\nFound at").next().unwrap_or_default();
            for line in prose.split('\n').filter(|line| !line.contains("://")) {
                assert!(line.chars().count() <= WIDTH, "{}: {line}", rule.id);
            }
        }
    }
}
