//! No bad effect without a finding (I8): every form of `tests/facts/` that was measured scanning,
//! rewriting or building while others wait is linted on its fixture.

use super::forms::Form;
use super::measured::{Measured, all};
use lockgate::config::Config;
use lockgate::date::Date;
use lockgate::dialect::{Dialect, Engine, Version};
use lockgate::finding::Level;
use lockgate::rules::Category;
use lockgate::tree::Memory;
use lockgate::{Input, check};

/// Forms that are measured as blocking writes of a materialized view, which nobody but REFRESH
/// writes.
const OF_VIEWS: &[&str] = &["create-index-matview", "refresh-matview-concurrently"];

/// Forms that are brief because their table holds no row, which no catalog shows.
const OF_EMPTY_TABLES: &[&str] = &["create-index-empty-table"];

/// What lockgate finds about locks in a form: rule and level.
fn found(form: &Form, version: u16) -> Vec<(&'static str, Level)> {
    let begin = "SET search_path = s, public;";
    let setup = format!("CREATE SCHEMA s; {begin} {}", form.setup);
    let sql = format!("{begin} {}; {}", form.session, form.sql);
    let tree = Memory::new(vec![("1_setup.sql", setup), ("2_form.sql", sql)]);
    let dialect = Dialect::at(Engine::Postgres, Version::major(version));
    let config = Config { dialect: Some(dialect), ..Config::default() };
    let today = Date::from_unix_seconds(0);
    let report = check(&Input {
        tree: &tree,
        config: &config,
        schema: None,
        alone: false,
        today,
        statistics: None,
        evidence: None,
        policies: None,
        merged: None,
    });
    let file = report.files.iter().position(|file| file.path == "2_form.sql").unwrap();
    let about_locks = report.findings.iter().map(|judged| &judged.finding).filter(|finding| {
        let locks = [Category::Locking, Category::Transactions];
        finding.primary.file.0 as usize == file
            && finding.category().is_some_and(|category| locks.contains(&category))
    });
    about_locks.map(|finding| (finding.rule, finding.level)).collect()
}

fn measured(blocking: bool) -> impl Iterator<Item = (Measured, u16)> {
    let works = |class: &str| matches!(class, "rewrite-all" | "scan-all" | "scan-writes");
    let of_views = |form: &Measured| OF_VIEWS.contains(&form.form.id.as_str());
    let forms = all("postgres").into_iter().filter(move |form| !of_views(form));
    forms.filter_map(move |form| {
        let mut versions = 12..=18;
        let version = versions
            .find(|version| form.ran(*version) && works(form.class(*version)) == blocking)?;
        Some((form, version))
    })
}

#[test]
fn i8_what_works_while_others_wait_is_found() {
    let mut missed = Vec::new();
    let mut count = 0;
    for (Measured { form, .. }, version) in measured(true) {
        count += 1;
        let findings = found(&form, version);
        if !findings.iter().any(|(_, level)| *level >= Level::Warning) {
            missed.push(format!("{} {version}: {} {findings:?}", form.id, form.sql));
        }
    }
    assert!(count > 200, "{count} forms");
    assert!(missed.is_empty(), "{} of {count}:\n{}", missed.len(), missed.join("\n"));
}

/// The other side: what is brief, or blocks nobody, is no error of a locking rule.
#[test]
fn what_is_brief_is_no_error() {
    let mut alarms = Vec::new();
    for (Measured { form, .. }, version) in measured(false) {
        let findings = found(&form, version);
        let empty = OF_EMPTY_TABLES.contains(&form.id.as_str());
        if !empty && findings.iter().any(|(_, level)| *level == Level::Error) {
            alarms.push(format!("{} {version}: {} {findings:?}", form.id, form.sql));
        }
    }
    assert!(alarms.is_empty(), "{}:\n{}", alarms.len(), alarms.join("\n"));
}
